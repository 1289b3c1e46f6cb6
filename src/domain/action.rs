//! What can be ordered from the API, and which fields each order takes.
//!
//! Invariant: the form, the checks, the help and the request builder are all made from [`Action::fields`];
//! a field's range is written down here and nowhere else.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the API's orders that make a song (`action` of `/producer/audios`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A new song from a prompt or from lyrics.
    #[default]
    Generate,
}

/// A field of the action form. The lyric is a field of the order too, but has a pane of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Work from the prompt, or sing the lyric (`custom`).
    Custom,
    /// The model that makes the song.
    Model,
    /// The idea, or the style asked for.
    Prompt,
    /// The words to sing.
    Lyric,
    /// The title of the song.
    Title,
    /// No vocals.
    Instrumental,
    /// How strongly the words count.
    LyricsStrength,
    /// How strongly the prompt counts.
    SoundStrength,
    /// How odd the style may get.
    Weirdness,
    /// The random seed.
    Seed,
}

/// A closed range of numbers, with what the server takes when the field is not sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The smallest value allowed.
    pub min: f64,
    /// The largest value allowed.
    pub max: f64,
    /// What the server uses when nothing is sent (the guide's figure).
    pub default: f64,
}

/// What kind of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldKind {
    /// One of a few values, stepped through.
    Choice,
    /// Yes or no, with the server's default when left alone.
    Switch,
    /// One line of text, with the most characters allowed where a limit is documented.
    Line {
        /// In characters as the user sees them (grapheme clusters).
        max: Option<usize>,
    },
    /// A number within a range.
    Number(Range),
    /// The text area.
    Text,
}

/// Whether an order takes a field, given how it is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It cannot be sent without.
    Required,
    /// It may be left alone.
    Optional,
}

/// When a field of an action applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In both ways of working.
    Always,
    /// Only when working from the prompt.
    Inspiration,
    /// Only when singing the lyric.
    Custom,
    /// Only when there are words to sing.
    Sung,
}

/// One row of the table: an action takes this field, then, and needs it or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The field.
    pub field: Field,
    /// When it applies.
    pub when: When,
    /// Whether it can be left alone when it applies.
    pub need: Need,
}

const fn rule(field: Field, when: When, need: Need) -> Rule {
    Rule { field, when, need }
}

/// `generate`, from the guide: a prompt alone, or `custom` with a lyric; in the order the form shows them.
const GENERATE: &[Rule] = &[
    rule(Field::Custom, When::Always, Need::Optional),
    rule(Field::Prompt, When::Inspiration, Need::Required),
    rule(Field::Prompt, When::Custom, Need::Optional),
    rule(Field::Lyric, When::Sung, Need::Required),
    rule(Field::Title, When::Always, Need::Optional),
    rule(Field::Model, When::Always, Need::Optional),
    rule(Field::Instrumental, When::Always, Need::Optional),
    rule(Field::SoundStrength, When::Always, Need::Optional),
    rule(Field::LyricsStrength, When::Sung, Need::Optional),
    rule(Field::Weirdness, When::Always, Need::Optional),
    rule(Field::Seed, When::Always, Need::Optional),
];

impl Action {
    /// Every action, in the order they are offered.
    pub const ALL: &'static [Action] = &[Action::Generate];

    /// The API's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Action::Generate => "generate",
        }
    }

    /// The action the API calls `name`.
    pub fn from_name(name: &str) -> Option<Action> {
        Action::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }

    /// The fields it takes, in the order the form shows them. A field may stand in two rows that never apply together.
    pub fn fields(self) -> &'static [Rule] {
        match self {
            Action::Generate => GENERATE,
        }
    }
}

impl Field {
    /// What it holds, with ranges and limits as the guide gives them.
    pub fn kind(self) -> FieldKind {
        match self {
            Field::Custom | Field::Model => FieldKind::Choice,
            Field::Instrumental => FieldKind::Switch,
            Field::Prompt => FieldKind::Line { max: Some(200) },
            Field::Title | Field::Seed => FieldKind::Line { max: None },
            Field::Lyric => FieldKind::Text,
            Field::LyricsStrength => FieldKind::Number(Range {
                min: 0.0,
                max: 1.0,
                default: 0.7,
            }),
            Field::SoundStrength => FieldKind::Number(Range {
                min: 0.2,
                max: 1.0,
                default: 0.7,
            }),
            Field::Weirdness => FieldKind::Number(Range {
                min: 0.0,
                max: 1.0,
                default: 0.5,
            }),
        }
    }

    /// The API's name of the field.
    pub fn name(self) -> &'static str {
        match self {
            Field::Custom => "custom",
            Field::Model => "model",
            Field::Prompt => "prompt",
            Field::Lyric => "lyric",
            Field::Title => "title",
            Field::Instrumental => "instrumental",
            Field::LyricsStrength => "lyrics_strength",
            Field::SoundStrength => "sound_strength",
            Field::Weirdness => "weirdness",
            Field::Seed => "seed",
        }
    }
}

/// A FUZZ model, by the API's name for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Model(pub String);

impl Model {
    /// The models the guide names, newest family first.
    pub const KNOWN: [&'static str; 8] = [
        "FUZZ-2.0 Pro",
        "FUZZ-2.0",
        "FUZZ-2.0 Raw",
        "FUZZ-1.1 Pro",
        "FUZZ-1.0 Pro",
        "FUZZ-1.1",
        "FUZZ-1.0",
        "FUZZ-0.8",
    ];

    /// What the server takes when no model is sent (the provider's API description).
    pub const SERVER_DEFAULT: &'static str = "FUZZ-2.0";

    /// The known models.
    pub fn known() -> Vec<Model> {
        Model::KNOWN
            .iter()
            .map(|name| Model((*name).to_owned()))
            .collect()
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
