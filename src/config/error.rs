//! What can be wrong with the settings, and where.
//!
//! Invariant: no message and no excerpt shows a secret or lets a control character through.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use super::Origin;

/// The most columns of a line that are shown.
const EXCERPT_MAX: usize = 120;

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Mistakes in the file, in the order of its lines.
    #[error("{}", Paragraphs(.0))]
    File(Vec<Mistake>),
    /// A file that cannot be read.
    #[error("{path} cannot be read: {detail}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A file that cannot be written.
    #[error("{path} cannot be written: {detail}")]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A bad value of a flag or a variable.
    #[error("{source_name}: {problem}")]
    Value {
        /// The flag or the variable.
        source_name: String,
        /// What is wrong.
        problem: String,
    },
    /// A token that cannot be one. Does not show it.
    #[error("the token in {origin} cannot be used: {problem}")]
    Token {
        /// Where it stands.
        origin: Origin,
        /// What is wrong.
        problem: &'static str,
    },
    /// Nobody knows where the home directory is.
    #[error("there is no home directory: set HOME to the folder your files are in")]
    NoHome,
}

/// A mistake and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

/// A place in a file, with its line to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    path: PathBuf,
    line: usize,
    excerpt: String,
    /// Columns before the marked part, and of it.
    marked: (usize, usize),
}

/// A value and the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl Place {
    /// The place of a range of bytes in `text`.
    pub(super) fn new(path: &Path, text: &str, span: Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let whole = text
            .get(start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let lead = before.get(start..).unwrap_or_default();
        let marked = whole.get(lead.len()..).unwrap_or_default();
        let marked = marked.get(..span.len()).unwrap_or(marked);
        let columns = |part: &str| visible(part).width();
        let left = columns(lead).min(EXCERPT_MAX);
        Place {
            path: path.to_owned(),
            line,
            excerpt: cut(&visible(without_secret(whole))),
            marked: (left, columns(marked).clamp(1, EXCERPT_MAX + 1 - left)),
        }
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// As the origin of a setting.
    pub(super) fn origin(&self) -> Origin {
        Origin::File {
            path: self.path.clone(),
            line: Some(self.line),
        }
    }

    /// A mistake at this place.
    pub fn mistake(&self, message: impl Into<String>) -> Mistake {
        Mistake {
            place: self.clone(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            path,
            line,
            excerpt,
            marked: (left, width),
        } = &self.place;
        let gutter = line.to_string().len();
        let path = visible(&path.to_string_lossy());
        writeln!(f, "{path}:{line}: {}", self.message)?;
        writeln!(f, "{:gutter$} |", "")?;
        writeln!(f, "{line} | {excerpt}")?;
        write!(f, "{:gutter$} | {:left$}{}", "", "", "^".repeat(*width))
    }
}

struct Paragraphs<'a>(&'a [Mistake]);

impl fmt::Display for Paragraphs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.0.iter().enumerate() {
            let gap = if i == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{mistake}")?;
        }
        Ok(())
    }
}

/// The one of `known` that `name` was probably meant to be.
pub fn suggestion<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .iter()
        .map(|word| (strsim::jaro_winkler(&lower, &word.to_lowercase()), *word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

/// One column stays one column, so that the mark stands under its word.
fn visible(text: &str) -> String {
    let seen = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(seen).collect()
}

/// A line that may name a secret is shown up to its value.
fn without_secret(line: &str) -> &str {
    let lower = line.to_lowercase();
    let secret = ["token", "secret", "password", "bearer", "://"]
        .iter()
        .any(|word| lower.contains(word))
        && (!lower.contains("://") || lower.contains('@'));
    match line.split_once('=') {
        Some((name, _)) if secret => name,
        _ => line,
    }
}

fn cut(text: &str) -> String {
    crate::domain::text::cut(text, EXCERPT_MAX)
}
