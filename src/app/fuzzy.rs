//! A list that is narrowed by typing: the palette, the choice of a source song.
//!
//! Invariant: the best match is selected after every letter, and an empty line shows everything in its own order.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::command::Motion;
use super::editor::Editor;
use super::panes::queue::moved;

/// What an entry is searched by.
pub trait Searched {
    /// The words, in the order of their weight.
    fn words(&self) -> &str;
}

/// A list with a line to type into.
#[derive(Debug, Clone, PartialEq)]
pub struct Fuzzy<T> {
    editor: Editor,
    entries: Vec<T>,
    rows: Vec<usize>,
    selected: usize,
}

impl<T: Searched> Fuzzy<T> {
    /// Over these entries.
    pub fn new(entries: Vec<T>) -> Self {
        let rows = (0..entries.len()).collect();
        Fuzzy {
            editor: Editor::line(""),
            entries,
            rows,
            selected: 0,
        }
    }

    /// The line being typed into.
    pub fn editor(&self) -> &Editor {
        &self.editor
    }

    /// The line being typed into, to type.
    pub fn editor_mut(&mut self) -> &mut Editor {
        &mut self.editor
    }

    /// The entries that match, best first.
    pub fn rows(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().filter_map(|row| self.entries.get(*row))
    }

    /// How many entries match.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no entry matches.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The selected row.
    pub fn selected_row(&self) -> usize {
        self.selected
    }

    /// The selected entry.
    pub fn selected(&self) -> Option<&T> {
        self.rows
            .get(self.selected)
            .and_then(|row| self.entries.get(*row))
    }

    /// A movement.
    pub fn on_motion(&mut self, motion: Motion) {
        self.selected = moved(self.selected, self.rows.len(), motion);
    }

    /// Selects a row.
    pub fn select_row(&mut self, row: usize) {
        self.selected = row.min(self.rows.len().saturating_sub(1));
    }

    /// Matches anew after typing.
    pub fn refresh(&mut self) {
        let query = self.editor.contents();
        let pattern = Pattern::new(
            &query,
            CaseMatching::Ignore,
            Normalization::Smart,
            AtomKind::Fuzzy,
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(row, entry)| {
                let words = Utf32Str::new(entry.words(), &mut buffer);
                Some((pattern.score(words, &mut matcher)?, row))
            })
            .collect();
        scored.sort_by_key(|(score, row)| (std::cmp::Reverse(*score), *row));
        self.rows = scored.into_iter().map(|(_, row)| row).collect();
        self.selected = 0;
    }
}
