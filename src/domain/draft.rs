//! The form as filled in so far: what the user typed, right or wrong.
//!
//! Invariant: a draft keeps exactly what was typed; only [`Draft::check`] turns it into an order,
//! and it names every mistake at once.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::action::{Action, Choice, Field, FieldKind, Model, Need, Range, When};
use super::completion::Completion;
use super::lyric::Lyric;
use super::request::{AudiosRequest, Request};
use super::song::{Song, SongId};
use super::time::Seconds;

/// The most bytes of lyric that are sent; the API names no limit, this keeps an accidental paste off the wire.
pub const LYRIC_MAX_BYTES: usize = 100_000;

/// An unfinished order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What to order.
    pub action: Action,
    /// The word that is sent for it, where that is another than the table's: an action added in the config.
    pub action_name: Option<String>,
    /// The id of the source song; empty when none is chosen.
    pub source: String,
    /// A moment as typed: seconds, or `1:23.5`.
    pub continue_at: String,
    /// A moment as typed.
    pub replace_start: String,
    /// A moment as typed.
    pub replace_end: String,
    /// Whether fields that stand in no document are wanted.
    pub experimental: bool,
    /// Sing the lyric rather than work from the prompt.
    pub custom: bool,
    /// The model, or the server's default.
    pub model: Option<Model>,
    /// The idea or the style.
    pub prompt: String,
    /// The title.
    pub title: String,
    /// No vocals; `None` is the server's default.
    pub instrumental: Option<bool>,
    /// A number as typed; empty when left alone.
    pub lyrics_strength: String,
    /// A number as typed; empty when left alone.
    pub sound_strength: String,
    /// A number as typed; empty when left alone.
    pub cover_strength: String,
    /// A number as typed; empty when left alone.
    pub weirdness: String,
    /// The seed as typed; empty when left alone.
    pub seed: String,
    /// An address as typed; empty when left alone.
    pub callback_url: String,
    /// How the end is to be heard of, where that was chosen for this order.
    pub completion: Option<Completion>,
    /// In no document; empty when left alone.
    pub style: String,
    /// In no document; empty when left alone.
    pub style_negative: String,
    /// In no document; empty when left alone.
    pub vocal_gender: String,
    /// In no document; empty when left alone.
    pub lyric_prompt: String,
    /// The words, with real line breaks.
    pub lyric: String,
}

/// A mistake in a draft, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// Where.
    pub field: Field,
    /// What.
    pub problem: Problem,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// It is needed and empty.
    Missing,
    /// Too many characters as the user sees them.
    TooLong {
        /// How many there are.
        length: usize,
        /// How many are allowed.
        max: usize,
    },
    /// Not a number.
    NotANumber,
    /// A number outside its range.
    OutOfRange {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
    /// Not the id of a song: those are UUIDs.
    NotAnId,
    /// Neither seconds nor minutes and seconds.
    NotAMoment,
    /// Too many bytes to be sent.
    TooLarge {
        /// How many there are.
        bytes: usize,
        /// How many are allowed.
        max: usize,
    },
    /// A moment after the end of the source song.
    PastTheEnd {
        /// How long that song is.
        length: Seconds,
    },
    /// The part to be replaced ends where it begins, or before.
    EndsBeforeItBegins,
    /// Not an `http` or `https` address.
    NotAnAddress,
    /// A control character that cannot be sent.
    ControlCharacter,
    /// The lyric holds a backslash followed by `n` where a line break was meant.
    LiteralNewline,
    /// A local file that cannot be brought to the file host.
    File(FileProblem),
}

/// What is wrong with a local file, as far as can be told without sending it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileProblem {
    /// Nothing is there.
    Missing,
    /// A folder, or something else that is no file.
    NotAFile,
    /// It has no bytes.
    Empty,
    /// It has more bytes than the file host takes.
    TooLarge {
        /// How many it has.
        bytes: u64,
        /// How many are taken.
        max: u64,
    },
    /// It cannot be read; why, in the system's words.
    Unreadable(String),
}

impl Draft {
    /// Whether nothing was typed or chosen that would be missed. The switch for what stands in no document is a setting
    /// rather than a part of the order.
    pub fn is_blank(&self) -> bool {
        let blank = Draft {
            experimental: self.experimental,
            ..Draft::default()
        };
        *self == blank
    }

    /// The action as it was chosen.
    pub fn choice(&self) -> Choice {
        Choice {
            action: self.action,
            name: self.action_name.clone(),
        }
    }

    /// Whether there are words to sing: the lyric way, with vocals.
    pub fn is_sung(&self) -> bool {
        self.custom && self.instrumental != Some(true)
    }

    /// Whether a rule of the table applies to this draft.
    fn applies(&self, when: When) -> bool {
        match when {
            When::Always => true,
            When::Inspiration => !self.custom,
            When::Custom => self.custom,
            When::Sung => self.is_sung(),
            When::Experimental => self.experimental,
            When::Chosen => self.completion.is_some(),
        }
    }

    /// The fields this draft takes as it stands, in the order of the form, with whether each is needed.
    pub fn fields(&self) -> impl Iterator<Item = (Field, Need)> + '_ {
        self.action
            .fields()
            .iter()
            .filter(|rule| self.applies(rule.when))
            .map(|rule| (rule.field, rule.need))
    }

    /// The text of a field as typed; choices and switches have none.
    pub fn text(&self, field: Field) -> Option<&str> {
        Some(match field {
            Field::Source => &self.source,
            Field::ContinueAt => &self.continue_at,
            Field::ReplaceStart => &self.replace_start,
            Field::ReplaceEnd => &self.replace_end,
            Field::Prompt => &self.prompt,
            Field::Title => &self.title,
            Field::LyricsStrength => &self.lyrics_strength,
            Field::SoundStrength => &self.sound_strength,
            Field::CoverStrength => &self.cover_strength,
            Field::Weirdness => &self.weirdness,
            Field::Seed => &self.seed,
            Field::CallbackUrl => &self.callback_url,
            Field::Style => &self.style,
            Field::StyleNegative => &self.style_negative,
            Field::VocalGender => &self.vocal_gender,
            Field::LyricPrompt => &self.lyric_prompt,
            Field::Lyric => &self.lyric,
            Field::Action
            | Field::Custom
            | Field::Model
            | Field::Instrumental
            | Field::Completion => return None,
        })
    }

    /// The text of a field, to be changed.
    pub fn text_mut(&mut self, field: Field) -> Option<&mut String> {
        Some(match field {
            Field::Source => &mut self.source,
            Field::ContinueAt => &mut self.continue_at,
            Field::ReplaceStart => &mut self.replace_start,
            Field::ReplaceEnd => &mut self.replace_end,
            Field::Prompt => &mut self.prompt,
            Field::Title => &mut self.title,
            Field::LyricsStrength => &mut self.lyrics_strength,
            Field::SoundStrength => &mut self.sound_strength,
            Field::CoverStrength => &mut self.cover_strength,
            Field::Weirdness => &mut self.weirdness,
            Field::Seed => &mut self.seed,
            Field::CallbackUrl => &mut self.callback_url,
            Field::Style => &mut self.style,
            Field::StyleNegative => &mut self.style_negative,
            Field::VocalGender => &mut self.vocal_gender,
            Field::LyricPrompt => &mut self.lyric_prompt,
            Field::Lyric => &mut self.lyric,
            Field::Action
            | Field::Custom
            | Field::Model
            | Field::Instrumental
            | Field::Completion => return None,
        })
    }

    /// The checked order, or every mistake, in the order of the form. `source`: the source song, where it is known;
    /// moments are checked against its length.
    pub fn check(&self, source: Option<&Song>) -> Result<Request, Vec<FieldError>> {
        let errors: Vec<FieldError> = self
            .fields()
            .filter_map(|(field, need)| {
                let problem = self.problem(field, need, source)?;
                Some(FieldError { field, problem })
            })
            .collect();
        if errors.is_empty() {
            Ok(Request::Audios(Box::new(self.order())))
        } else {
            Err(errors)
        }
    }

    /// The order as far as it is right: what [`Draft::check`] finds wrong is left out. To be looked at, not to be sent.
    pub fn as_it_stands(&self) -> Request {
        Request::Audios(Box::new(self.order()))
    }

    fn problem(&self, field: Field, need: Need, source: Option<&Song>) -> Option<Problem> {
        let text = self.text(field)?.trim();
        if text.is_empty() {
            return (need == Need::Required).then_some(Problem::Missing);
        }
        match field.kind() {
            FieldKind::Line { max } => line_problem(text, max),
            FieldKind::Number(range) => number(text, range).err(),
            FieldKind::Text => lyric_problem(text),
            FieldKind::Song => {
                let is_known = source.is_some_and(|song| song.id.0 == text);
                (!is_known && !is_uuid(text)).then_some(Problem::NotAnId)
            }
            FieldKind::Moment => self.moment_problem(field, text, source),
            FieldKind::Address => (!is_address(text)).then_some(Problem::NotAnAddress),
            FieldKind::Choice | FieldKind::Switch => None,
        }
    }

    fn moment_problem(&self, field: Field, text: &str, source: Option<&Song>) -> Option<Problem> {
        let Some(moment) = Seconds::parse(text) else {
            return Some(Problem::NotAMoment);
        };
        let length = source.and_then(|song| song.duration);
        if let Some(length) = length.filter(|length| moment > *length) {
            return Some(Problem::PastTheEnd { length });
        }
        let begins = Seconds::parse(&self.replace_start);
        let is_reversed =
            field == Field::ReplaceEnd && begins.is_some_and(|begins| begins >= moment);
        is_reversed.then_some(Problem::EndsBeforeItBegins)
    }

    /// The order with only the fields that apply and were not left alone.
    fn order(&self) -> AudiosRequest {
        let takes = |wanted: Field| self.fields().any(|(field, _)| field == wanted);
        let line = |field: Field| {
            let text = self.text(field).unwrap_or_default().trim();
            (takes(field) && !text.is_empty()).then(|| text.to_owned())
        };
        let value = |field: Field| match field.kind() {
            FieldKind::Number(range) => line(field).and_then(|text| number(&text, range).ok()),
            FieldKind::Moment => line(field)
                .and_then(|text| Seconds::parse(&text))
                .map(|moment| moment.0),
            _ => None,
        };
        AudiosRequest {
            action: self.action,
            action_name: self.action_name.clone(),
            model: self.model.clone().filter(|_| takes(Field::Model)),
            custom: (self.custom && takes(Field::Custom)).then_some(true),
            prompt: line(Field::Prompt),
            lyric: takes(Field::Lyric)
                .then(|| Lyric::new(&self.lyric).to_send())
                .filter(|lyric| !lyric.is_empty()),
            title: line(Field::Title),
            instrumental: self.instrumental.filter(|_| takes(Field::Instrumental)),
            audio_id: line(Field::Source).map(SongId),
            continue_at: value(Field::ContinueAt),
            replace_section_start: value(Field::ReplaceStart),
            replace_section_end: value(Field::ReplaceEnd),
            lyrics_strength: value(Field::LyricsStrength),
            sound_strength: value(Field::SoundStrength),
            cover_strength: value(Field::CoverStrength),
            weirdness: value(Field::Weirdness),
            seed: line(Field::Seed),
            callback_url: line(Field::CallbackUrl),
            style: line(Field::Style),
            style_negative: line(Field::StyleNegative),
            vocal_gender: line(Field::VocalGender),
            lyric_prompt: line(Field::LyricPrompt),
            completion: self.completion,
            hook: None,
        }
    }
}

/// Whether it has the form of a UUID (RFC 9562): 8-4-4-4-12 hexadecimal digits.
pub fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_address(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

impl Field {
    /// What is wrong with a line of text for this field, whatever order it is for.
    pub fn problem_in(self, text: &str) -> Option<Problem> {
        match self.kind() {
            FieldKind::Line { max } => line_problem(text, max),
            _ => None,
        }
    }
}

fn line_problem(text: &str, max: Option<usize>) -> Option<Problem> {
    if text.chars().any(char::is_control) {
        return Some(Problem::ControlCharacter);
    }
    let max = max?;
    let length = text.graphemes(true).count();
    (length > max).then_some(Problem::TooLong { length, max })
}

fn lyric_problem(text: &str) -> Option<Problem> {
    if text.len() > LYRIC_MAX_BYTES {
        return Some(Problem::TooLarge {
            bytes: text.len(),
            max: LYRIC_MAX_BYTES,
        });
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Some(Problem::ControlCharacter);
    }
    text.contains("\\n").then_some(Problem::LiteralNewline)
}

/// A typed number within its range; a comma is taken for a decimal point.
fn number(text: &str, range: Range) -> Result<f64, Problem> {
    let value: f64 = text
        .replace(',', ".")
        .parse()
        .map_err(|_| Problem::NotANumber)?;
    if !value.is_finite() {
        return Err(Problem::NotANumber);
    }
    if value < range.min || value > range.max {
        return Err(Problem::OutOfRange {
            min: range.min,
            max: range.max,
        });
    }
    Ok(value)
}

#[cfg(test)]
mod tests;
