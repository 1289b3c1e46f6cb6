//! The form as filled in so far: what the user typed, right or wrong.
//!
//! Invariant: a draft keeps exactly what was typed; only [`Draft::check`] turns it into an order,
//! and it names every mistake at once.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::action::{Action, Field, FieldKind, Model, Need, Range, When};
use super::lyric::Lyric;
use super::request::{AudiosRequest, Request};

/// The most bytes of lyric that are sent; the API names no limit, this keeps an accidental paste off the wire.
pub const LYRIC_MAX_BYTES: usize = 100_000;

/// An unfinished order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What to order.
    pub action: Action,
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
    pub weirdness: String,
    /// The seed as typed; empty when left alone.
    pub seed: String,
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
    /// A control character that cannot be sent.
    ControlCharacter,
    /// The lyric holds a backslash followed by `n` where a line break was meant.
    LiteralNewline,
}

impl Draft {
    /// Whether nothing was typed or chosen that would be missed.
    pub fn is_blank(&self) -> bool {
        *self == Draft::default()
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
        match field {
            Field::Prompt => Some(&self.prompt),
            Field::Title => Some(&self.title),
            Field::LyricsStrength => Some(&self.lyrics_strength),
            Field::SoundStrength => Some(&self.sound_strength),
            Field::Weirdness => Some(&self.weirdness),
            Field::Seed => Some(&self.seed),
            Field::Lyric => Some(&self.lyric),
            Field::Custom | Field::Model | Field::Instrumental => None,
        }
    }

    /// The text of a field, to be changed.
    pub fn text_mut(&mut self, field: Field) -> Option<&mut String> {
        match field {
            Field::Prompt => Some(&mut self.prompt),
            Field::Title => Some(&mut self.title),
            Field::LyricsStrength => Some(&mut self.lyrics_strength),
            Field::SoundStrength => Some(&mut self.sound_strength),
            Field::Weirdness => Some(&mut self.weirdness),
            Field::Seed => Some(&mut self.seed),
            Field::Lyric => Some(&mut self.lyric),
            Field::Custom | Field::Model | Field::Instrumental => None,
        }
    }

    /// The checked order, or every mistake, in the order of the form.
    pub fn check(&self) -> Result<Request, Vec<FieldError>> {
        let errors: Vec<FieldError> = self
            .fields()
            .filter_map(|(field, need)| {
                let problem = self.problem(field, need)?;
                Some(FieldError { field, problem })
            })
            .collect();
        if errors.is_empty() {
            Ok(Request::Audios(self.order()))
        } else {
            Err(errors)
        }
    }

    fn problem(&self, field: Field, need: Need) -> Option<Problem> {
        let text = self.text(field)?.trim();
        if text.is_empty() {
            return (need == Need::Required).then_some(Problem::Missing);
        }
        match field.kind() {
            FieldKind::Line { max } => line_problem(text, max),
            FieldKind::Number(range) => number(text, range).err(),
            FieldKind::Text => lyric_problem(text),
            FieldKind::Choice | FieldKind::Switch => None,
        }
    }

    /// The order with only the fields that apply and were not left alone.
    fn order(&self) -> AudiosRequest {
        let takes = |wanted: Field| self.fields().any(|(field, _)| field == wanted);
        let line = |field: Field| {
            let text = self.text(field).unwrap_or_default().trim();
            (takes(field) && !text.is_empty()).then(|| text.to_owned())
        };
        let strength = |field: Field| match field.kind() {
            FieldKind::Number(range) => line(field).and_then(|text| number(&text, range).ok()),
            _ => None,
        };
        AudiosRequest {
            action: self.action,
            model: self.model.clone(),
            custom: self.custom.then_some(true),
            prompt: line(Field::Prompt),
            lyric: takes(Field::Lyric)
                .then(|| Lyric::new(&self.lyric).to_send())
                .filter(|lyric| !lyric.is_empty()),
            title: line(Field::Title),
            instrumental: self.instrumental,
            lyrics_strength: strength(Field::LyricsStrength),
            sound_strength: strength(Field::SoundStrength),
            weirdness: strength(Field::Weirdness),
            seed: line(Field::Seed),
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
        return Some(Problem::TooLong {
            length: text.graphemes(true).count(),
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
