//! What can lie over the panes: help, palette, details, choices, a line to type, the token, or one question.
//!
//! Invariant: there is at most one overlay, and a question never answers itself.

use crossterm::event::KeyEvent;

use super::queue::{PAGE, moved};
use crate::app::batch::Batch;
use crate::app::command::{Command, Motion};
use crate::app::editor::Editor;
use crate::app::fuzzy::{Fuzzy, Searched};
use crate::app::notice::Refusal;
use crate::app::take::{CopyMenu, Subject};
use crate::domain::time::after;
use crate::domain::{Choice, MediaKind, Problem, Request, SongId, TaskId, Timestamp};

/// How long nothing is typed before a path counts as typed, in seconds.
const SETTLED: f64 = 0.4;

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
    /// What was spent, from this line on.
    Spend {
        /// The first line shown.
        top: usize,
    },
    /// The source song is chosen.
    Source(Box<SourcePicker>),
    /// What can be done with a song.
    Actions(Box<ActionsMenu>),
    /// A line is typed for an order of its own.
    Line(Box<Prompter>),
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
    /// The player in a window of its own.
    Player,
    /// What plays next, with this row selected.
    UpNext {
        /// The selected row.
        selected: usize,
    },
    /// The mixer of a song's stems, with this one selected.
    Mixer {
        /// The song.
        song: SongId,
        /// The selected stem.
        selected: usize,
    },
    /// The link at which this song can be heard.
    Link(SongId),
}

/// A question that is answered with yes or no.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Equal orders are in the queue or were made a moment ago: these once more?
    OrderTwice(Vec<Request>),
    /// Order a failed task once more? It is charged if it succeeds.
    OrderAgain(TaskId),
    /// Send a task in doubt again? It may be charged twice.
    SendAgain(TaskId),
    /// Drop a task?
    Drop(TaskId),
    /// Order a file of a song? It may be charged.
    OrderFile(SongId, MediaKind),
    /// Leave while an order is on the wire?
    QuitWhileSubmitting,
}

/// The command palette.
pub type Palette = Fuzzy<Entry>;

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

impl Searched for Entry {
    fn words(&self) -> &str {
        &self.words
    }
}

/// The choice of a source song.
pub type SourcePicker = Fuzzy<Candidate>;

/// A song that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Which.
    pub song: SongId,
    /// What it is searched by: its title and its model.
    pub words: String,
}

impl Searched for Candidate {
    fn words(&self) -> &str {
        &self.words
    }
}

/// What can be done with a song.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionsMenu {
    /// The song.
    pub song: SongId,
    /// What can be done, and why not now.
    pub rows: Vec<(Deed, Option<Refusal>)>,
    /// The selected row.
    pub selected: usize,
}

/// Something that can be done with a song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Fill the form, to make another song from it.
    Make(Choice),
    /// Order a file of it: its stems, its WAV, its film.
    File(MediaKind),
    /// Fill the form, to make the part between its marks anew.
    ReplaceMarked,
    /// Fill the form, to go on from its mark.
    ExtendMarked,
    /// Let it be heard at a link.
    Listen,
    /// Fill the form with what it was made from.
    Reuse,
}

/// A line that is typed for an order of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompter {
    /// What it is for.
    pub purpose: Purpose,
    /// The line.
    pub editor: Editor,
    /// Why it was not taken.
    pub problem: Option<Problem>,
    /// When the file it names is looked at, unless it is changed before.
    pub look_at: Option<Timestamp>,
    /// Whether it is ordered once its file was looked at and found good.
    pub is_ordering: bool,
}

/// What a line is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The idea for words that the API writes.
    Lyrics,
    /// The address or the path of a song to bring in.
    Upload,
    /// The path of the file that the mix is written to.
    Export,
}

impl Overlay {
    /// The line being typed into, where there is one.
    pub fn editor(&self) -> Option<&Editor> {
        match self {
            Overlay::Palette(palette) => Some(palette.editor()),
            Overlay::Source(picker) => Some(picker.editor()),
            Overlay::Line(line) => Some(&line.editor),
            _ => None,
        }
    }

    /// The line being typed into, to type.
    fn editor_mut(&mut self) -> Option<&mut Editor> {
        match self {
            Overlay::Palette(palette) => Some(palette.editor_mut()),
            Overlay::Source(picker) => Some(picker.editor_mut()),
            Overlay::Line(line) => Some(&mut line.editor),
            _ => None,
        }
    }

    /// A key for the line being typed into.
    pub fn on_text(&mut self, key: KeyEvent, now: Timestamp) {
        if self.editor_mut().is_some_and(|editor| editor.on_key(key)) {
            self.retyped(now);
        }
    }

    /// A paste into the line being typed into. Returns the bytes left out, or nothing where no text is typed.
    pub fn on_paste(&mut self, raw: &str, now: Timestamp) -> Option<usize> {
        let left_out = self.editor_mut()?.paste(raw);
        self.retyped(now);
        Some(left_out)
    }

    /// Takes in that the line is another.
    fn retyped(&mut self, now: Timestamp) {
        match self {
            Overlay::Palette(palette) => palette.refresh(),
            Overlay::Source(picker) => picker.refresh(),
            Overlay::Line(line) => {
                (line.problem, line.is_ordering) = (None, false);
                let settled = after(now, SETTLED);
                line.look_at = (line.purpose == Purpose::Upload).then_some(settled);
            }
            _ => {}
        }
    }

    /// When something is to be done that no event will bring.
    pub fn next_wake(&self) -> Option<Timestamp> {
        match self {
            Overlay::Line(line) => line.look_at,
            _ => None,
        }
    }

    /// A movement within the overlay.
    pub fn on_motion(&mut self, motion: Motion) {
        match self {
            Overlay::Palette(palette) => palette.on_motion(motion),
            Overlay::Source(picker) => picker.on_motion(motion),
            Overlay::Actions(menu) => menu.selected = moved(menu.selected, menu.rows.len(), motion),
            Overlay::Copy(menu) => menu.on_motion(motion),
            Overlay::Batch(batch) => batch.on_motion(motion),
            Overlay::Help { top }
            | Overlay::Task { top, .. }
            | Overlay::Song { top, .. }
            | Overlay::Spend { top }
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
            // Nothing moves here, or the app moves in it, which knows how far.
            Overlay::Ask(_)
            | Overlay::Token { .. }
            | Overlay::Line(_)
            | Overlay::Player
            | Overlay::UpNext { .. }
            | Overlay::Mixer { .. }
            | Overlay::Link(_) => {}
        }
    }
}
