//! What can lie over the panes: help, palette, details, the token, or one question.
//!
//! Invariant: there is at most one overlay, and a question never answers itself.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::queue::{PAGE, moved};
use crate::app::batch::Batch;
use crate::app::command::{Command, Motion};
use crate::app::editor::Editor;
use crate::app::notice::Refusal;
use crate::app::take::{CopyMenu, Subject};
use crate::domain::{SongId, TaskId};

/// Something over the panes.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// Every key that works, from this line on.
    Help {
        /// The first line shown, as far as there are so many.
        top: usize,
    },
    /// Every command.
    Palette(Box<Palette>),
    /// A question.
    Ask(Question),
    /// The token is typed, outside the app.
    Token {
        /// How many characters are typed.
        typed: usize,
        /// Why the last one was not taken.
        problem: Option<String>,
    },
    /// All that is known of a task, from this line on.
    Task {
        /// Which.
        task: TaskId,
        /// The first line shown.
        top: usize,
    },
    /// All that is known of a song, from this line on.
    Song {
        /// Which.
        song: SongId,
        /// The first line shown.
        top: usize,
    },
    /// An order as it is sent, from this line on.
    Request {
        /// Which.
        of: Subject,
        /// The first line shown.
        top: usize,
    },
    /// What can be copied.
    Copy(CopyMenu),
    /// Many orders from one draft.
    Batch(Box<Batch>),
}

/// A question that is answered with yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The same order is in the queue or was made a moment ago: once more?
    OrderTwice,
    /// Order a failed task once more? It is charged if it succeeds.
    OrderAgain(TaskId),
    /// Send a task in doubt again? It may be charged twice.
    SendAgain(TaskId),
    /// Drop a task?
    Drop(TaskId),
    /// Leave while an order is on the wire?
    QuitWhileSubmitting,
}

/// The command palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    editor: Editor,
    commands: Vec<Entry>,
    rows: Vec<usize>,
    selected: usize,
}

/// One command of the palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The command.
    pub command: Command,
    /// What it is searched by: its name and its words in the language of the screen.
    pub words: String,
    /// Why it can do nothing now.
    pub refusal: Option<Refusal>,
}

impl Palette {
    /// Over these commands.
    pub fn new(commands: Vec<Entry>) -> Self {
        let rows = (0..commands.len()).collect();
        Palette {
            editor: Editor::line(""),
            commands,
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

    /// The commands that match, best first.
    pub fn rows(&self) -> impl Iterator<Item = &Entry> {
        self.rows.iter().filter_map(|row| self.commands.get(*row))
    }

    /// How many commands match.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no command matches.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The selected row.
    pub fn selected_row(&self) -> usize {
        self.selected
    }

    /// The selected command.
    pub fn selected(&self) -> Option<&Entry> {
        self.rows
            .get(self.selected)
            .and_then(|row| self.commands.get(*row))
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
            .commands
            .iter()
            .enumerate()
            .filter_map(|(row, entry)| {
                let words = Utf32Str::new(&entry.words, &mut buffer);
                Some((pattern.score(words, &mut matcher)?, row))
            })
            .collect();
        scored.sort_by_key(|(score, row)| (std::cmp::Reverse(*score), *row));
        self.rows = scored.into_iter().map(|(_, row)| row).collect();
        self.selected = 0;
    }
}

impl Overlay {
    /// A movement within the overlay.
    pub fn on_motion(&mut self, motion: Motion) {
        match self {
            Overlay::Palette(palette) => palette.on_motion(motion),
            Overlay::Copy(menu) => menu.on_motion(motion),
            Overlay::Batch(batch) => batch.on_motion(motion),
            Overlay::Help { top }
            | Overlay::Task { top, .. }
            | Overlay::Song { top, .. }
            | Overlay::Request { top, .. } => {
                *top = match motion {
                    Motion::Up => top.saturating_sub(1),
                    Motion::Down => *top + 1,
                    Motion::PageUp => top.saturating_sub(PAGE),
                    Motion::PageDown => *top + PAGE,
                    Motion::First => 0,
                    // Drawing stops at the last page, wherever that is.
                    Motion::Last => usize::from(u16::MAX),
                    Motion::Left | Motion::Right => *top,
                };
            }
            Overlay::Ask(_) | Overlay::Token { .. } => {}
        }
    }
}
