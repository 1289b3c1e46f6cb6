//! What can be ordered from the API, and which fields each order takes.
//!
//! Invariant: the form, the checks, the help and the request builder are all made from [`Action::fields`];
//! a field's range is written down here and nowhere else.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the API's orders that make a song (`action` of `/producer/audios`).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A new song from a prompt or from lyrics.
    #[default]
    Generate,
    /// The song in another style.
    Cover,
    /// The song goes on from a moment.
    Extend,
    /// A part of the song made anew.
    ReplaceSection,
    /// The song once more, a little different.
    Variation,
    /// Another voice over the same music.
    SwapVocals,
    /// Other music under the same voice.
    SwapInstrumentals,
    /// The song taken apart: vocals, drums, bass and the rest.
    Stems,
    /// [`Action::Cover`] of a song that was uploaded.
    UploadCover,
    /// [`Action::Extend`] for a song that was uploaded.
    UploadExtend,
    /// [`Action::ReplaceSection`] for a song that was uploaded.
    UploadReplaceSection,
}

/// A field of the action form. The lyric is a field of the order too, but has a pane of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What to do.
    Action,
    /// The song it is done to (`audio_id`).
    Source,
    /// Where an extended song goes on.
    ContinueAt,
    /// Where the part to be replaced begins.
    ReplaceStart,
    /// Where the part to be replaced ends.
    ReplaceEnd,
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
    /// How far a cover departs from its source.
    CoverStrength,
    /// How odd the style may get.
    Weirdness,
    /// The random seed.
    Seed,
    /// Where the provider posts the result.
    CallbackUrl,
    /// How the end is heard of: ours, never sent.
    Completion,
    /// A style; in no document, sent by some of the provider's clients.
    Style,
    /// What the style should avoid; in no document.
    StyleNegative,
    /// The voice asked for; in no document.
    VocalGender,
    /// What words the provider should write; in no document.
    LyricPrompt,
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
    /// A song, by its id.
    Song,
    /// A moment of the source song, as seconds or `1:23.5`.
    Moment,
    /// An address on the web.
    Address,
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
    /// Only when fields that stand in no document are wanted.
    Experimental,
    /// Only when a way to hear of the end was chosen for this order.
    Chosen,
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

const ACTION: Rule = rule(Field::Action, When::Always, Need::Optional);
const SOURCE: Rule = rule(Field::Source, When::Always, Need::Required);
const CONTINUE: Rule = rule(Field::ContinueAt, When::Always, Need::Required);
const START: Rule = rule(Field::ReplaceStart, When::Always, Need::Required);
const END: Rule = rule(Field::ReplaceEnd, When::Always, Need::Required);
const CUSTOM: Rule = rule(Field::Custom, When::Always, Need::Optional);
const IDEA: Rule = rule(Field::Prompt, When::Inspiration, Need::Required);
const STYLE: Rule = rule(Field::Prompt, When::Custom, Need::Optional);
const PROMPT: Rule = rule(Field::Prompt, When::Always, Need::Optional);
const LYRIC: Rule = rule(Field::Lyric, When::Sung, Need::Required);
const TITLE: Rule = rule(Field::Title, When::Always, Need::Optional);
const MODEL: Rule = rule(Field::Model, When::Always, Need::Optional);
const INSTRUMENTAL: Rule = rule(Field::Instrumental, When::Always, Need::Optional);
const SOUND: Rule = rule(Field::SoundStrength, When::Always, Need::Optional);
const WORDS: Rule = rule(Field::LyricsStrength, When::Sung, Need::Optional);
const COVER: Rule = rule(Field::CoverStrength, When::Always, Need::Optional);
const WEIRDNESS: Rule = rule(Field::Weirdness, When::Always, Need::Optional);
const SEED: Rule = rule(Field::Seed, When::Always, Need::Optional);
const CALLBACK: Rule = rule(Field::CallbackUrl, When::Always, Need::Optional);
const COMPLETION: Rule = rule(Field::Completion, When::Chosen, Need::Optional);
const TRIED_STYLE: Rule = rule(Field::Style, When::Experimental, Need::Optional);
const TRIED_NOT: Rule = rule(Field::StyleNegative, When::Experimental, Need::Optional);
const TRIED_VOICE: Rule = rule(Field::VocalGender, When::Experimental, Need::Optional);
const TRIED_WORDS: Rule = rule(Field::LyricPrompt, When::Experimental, Need::Optional);

/// `generate`, from the guide: a prompt alone, or `custom` with a lyric; in the order the form shows them.
#[rustfmt::skip]
const GENERATE_FIELDS: &[Rule] = &[
    ACTION, CUSTOM, IDEA, STYLE, LYRIC, TITLE, MODEL, INSTRUMENTAL, SOUND, WORDS, WEIRDNESS, SEED,
    CALLBACK, COMPLETION, TRIED_STYLE, TRIED_NOT, TRIED_VOICE, TRIED_WORDS,
];

/// `cover` and `upload_cover`, from the guide.
#[rustfmt::skip]
const COVER_FIELDS: &[Rule] = &[
    ACTION, SOURCE, CUSTOM, PROMPT, LYRIC, TITLE, MODEL, INSTRUMENTAL, COVER, SOUND, WORDS, WEIRDNESS,
    SEED, CALLBACK, COMPLETION, TRIED_STYLE, TRIED_NOT, TRIED_VOICE, TRIED_WORDS,
];

/// `extend` and `upload_extend`, from the guide.
#[rustfmt::skip]
const EXTEND_FIELDS: &[Rule] = &[
    ACTION, SOURCE, CONTINUE, CUSTOM, PROMPT, LYRIC, TITLE, MODEL, INSTRUMENTAL, SOUND, WORDS, WEIRDNESS,
    SEED, CALLBACK, COMPLETION, TRIED_STYLE, TRIED_NOT, TRIED_VOICE, TRIED_WORDS,
];

/// `replace_section` and `upload_replace_section`, from the guide.
#[rustfmt::skip]
const REPLACE_FIELDS: &[Rule] = &[
    ACTION, SOURCE, START, END, CUSTOM, PROMPT, LYRIC, TITLE, MODEL, INSTRUMENTAL, SOUND, WORDS, WEIRDNESS,
    SEED, CALLBACK, COMPLETION, TRIED_STYLE, TRIED_NOT, TRIED_VOICE, TRIED_WORDS,
];

/// `variation` and `swap_vocals`, from the guide.
#[rustfmt::skip]
const REMAKE_FIELDS: &[Rule] = &[
    ACTION, SOURCE, CUSTOM, PROMPT, LYRIC, TITLE, MODEL, INSTRUMENTAL, SOUND, WORDS, WEIRDNESS, SEED,
    CALLBACK, COMPLETION, TRIED_STYLE, TRIED_NOT, TRIED_VOICE, TRIED_WORDS,
];

/// `swap_instrumentals`, from the guide: the words stay, so there are none to give.
#[rustfmt::skip]
const MUSIC_FIELDS: &[Rule] = &[
    ACTION, SOURCE, PROMPT, TITLE, MODEL, SOUND, WEIRDNESS, SEED, CALLBACK, COMPLETION, TRIED_STYLE, TRIED_NOT,
];

/// `stems`, from the guide.
const STEMS_FIELDS: &[Rule] = &[ACTION, SOURCE, CALLBACK, COMPLETION];

/// Each action, in the order they are offered, with the API's word for it and the fields it takes, in the order the form
/// shows them. A field may stand in two rows that never apply together.
const ACTIONS: &[(Action, &str, &[Rule])] = &[
    (Action::Generate, "generate", GENERATE_FIELDS),
    (Action::Extend, "extend", EXTEND_FIELDS),
    (Action::Cover, "cover", COVER_FIELDS),
    (Action::Variation, "variation", REMAKE_FIELDS),
    (Action::ReplaceSection, "replace_section", REPLACE_FIELDS),
    (Action::SwapVocals, "swap_vocals", REMAKE_FIELDS),
    (
        Action::SwapInstrumentals,
        "swap_instrumentals",
        MUSIC_FIELDS,
    ),
    (Action::Stems, "stems", STEMS_FIELDS),
    (Action::UploadCover, "upload_cover", COVER_FIELDS),
    (Action::UploadExtend, "upload_extend", EXTEND_FIELDS),
    (
        Action::UploadReplaceSection,
        "upload_replace_section",
        REPLACE_FIELDS,
    ),
];

impl Action {
    /// Every action, in the order they are offered.
    pub fn all() -> impl Iterator<Item = Action> {
        ACTIONS.iter().map(|(action, ..)| *action)
    }

    /// The API's word for it.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The action the API calls `name`.
    pub fn from_name(name: &str) -> Option<Action> {
        Action::all().find(|action| action.name() == name)
    }

    /// The fields it takes, in the order the form shows them. A field may stand in two rows that never apply together.
    pub fn fields(self) -> &'static [Rule] {
        self.row().2
    }

    /// Whether it is done to a song.
    pub fn needs_source(self) -> bool {
        self != Action::Generate
    }

    /// The same for a song that was uploaded (`uploaded`) or made here: the API has two words for some.
    #[must_use]
    pub fn on_uploaded(self, uploaded: bool) -> Action {
        const PAIRS: [(Action, Action); 3] = [
            (Action::Cover, Action::UploadCover),
            (Action::Extend, Action::UploadExtend),
            (Action::ReplaceSection, Action::UploadReplaceSection),
        ];
        let pair = PAIRS
            .into_iter()
            .find(|(made, sent)| [made, sent].contains(&&self));
        match pair {
            Some((_, sent)) if uploaded => sent,
            Some((made, _)) => made,
            None => self,
        }
    }

    fn row(self) -> &'static (Action, &'static str, &'static [Rule]) {
        let row = ACTIONS.iter().find(|(action, ..)| *action == self);
        row.expect("the table has a row for each action, which a test sees to")
    }
}

impl Field {
    /// What it holds, with ranges and limits as the guide gives them.
    pub fn kind(self) -> FieldKind {
        let within = |min, max, default| FieldKind::Number(Range { min, max, default });
        match self {
            Field::Action | Field::Custom | Field::Model | Field::Completion => FieldKind::Choice,
            Field::Instrumental => FieldKind::Switch,
            Field::Source => FieldKind::Song,
            Field::ContinueAt | Field::ReplaceStart | Field::ReplaceEnd => FieldKind::Moment,
            Field::Prompt => FieldKind::Line { max: Some(200) },
            Field::CallbackUrl => FieldKind::Address,
            Field::Lyric => FieldKind::Text,
            Field::LyricsStrength => within(0.0, 1.0, 0.7),
            Field::SoundStrength => within(0.2, 1.0, 0.7),
            Field::CoverStrength => within(0.2, 1.0, 1.0),
            Field::Weirdness => within(0.0, 1.0, 0.5),
            Field::Title
            | Field::Seed
            | Field::Style
            | Field::StyleNegative
            | Field::VocalGender
            | Field::LyricPrompt => FieldKind::Line { max: None },
        }
    }

    /// Whether it stands in no document of the provider.
    pub fn is_experimental(self) -> bool {
        matches!(
            self,
            Field::Style | Field::StyleNegative | Field::VocalGender | Field::LyricPrompt
        )
    }

    /// The API's name of the field; of the one that is ours, our own.
    pub fn name(self) -> &'static str {
        match self {
            Field::Action => "action",
            Field::Source => "audio_id",
            Field::ContinueAt => "continue_at",
            Field::ReplaceStart => "replace_section_start",
            Field::ReplaceEnd => "replace_section_end",
            Field::Custom => "custom",
            Field::Model => "model",
            Field::Prompt => "prompt",
            Field::Lyric => "lyric",
            Field::Title => "title",
            Field::Instrumental => "instrumental",
            Field::LyricsStrength => "lyrics_strength",
            Field::SoundStrength => "sound_strength",
            Field::CoverStrength => "cover_strength",
            Field::Weirdness => "weirdness",
            Field::Seed => "seed",
            Field::CallbackUrl => "callback_url",
            Field::Completion => "completion",
            Field::Style => "style",
            Field::StyleNegative => "style_negative",
            Field::VocalGender => "vocal_gender",
            Field::LyricPrompt => "lyric_prompt",
        }
    }
}

/// An action as it can be chosen: one of the table, or one added in the config, which is sent under a word of its own and
/// takes the fields of a known one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Choice {
    /// Whose fields it takes.
    pub action: Action,
    /// The word that is sent, where that is not the table's.
    pub name: Option<String>,
}

impl Choice {
    /// Everything that can be chosen: the table's actions, then those of the config. The words for uploaded songs are no
    /// choices of their own, since the song decides about them, unless nothing is known of the song (`with_uploads`).
    pub fn all(added: &[Choice], with_uploads: bool) -> impl Iterator<Item = Choice> + '_ {
        Action::all()
            .filter(move |action| with_uploads || action.on_uploaded(false) == *action)
            .map(|action| Choice { action, name: None })
            .chain(added.iter().cloned())
    }

    /// The word that is sent.
    pub fn word(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.action.name())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_row_and_comes_back_from_its_name() {
        for action in Action::all() {
            assert_eq!(Action::from_name(action.name()), Some(action));
            let json = serde_json::to_value(action).expect("a word");
            assert_eq!(json, action.name());
            let source = action
                .fields()
                .iter()
                .any(|rule| rule.field == Field::Source);
            assert_eq!(source, action.needs_source(), "{action:?}");
        }
        assert_eq!(Action::all().count(), 11);
    }

    #[test]
    fn an_uploaded_song_has_words_of_its_own() {
        assert_eq!(Action::Cover.on_uploaded(true), Action::UploadCover);
        assert_eq!(Action::UploadCover.on_uploaded(true), Action::UploadCover);
        assert_eq!(Action::UploadExtend.on_uploaded(false), Action::Extend);
        assert_eq!(Action::Stems.on_uploaded(true), Action::Stems);
    }
}
