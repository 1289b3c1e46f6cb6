//! What is kept between two sittings: one record at a time on the way in, all at once on the way out.
//!
//! Invariant: loading what was saved gives the same values back.

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::handed::{Handed, Ticket};
use super::history::ImportMark;
use super::playback::Volume;
use super::song::{Song, SongId};
use super::task::Task;
use super::time::Seconds;

/// One thing to keep. Saving a task or a song that is already kept replaces it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A task as it stands.
    Task(Box<Task>),
    /// A song as it is known.
    Song(Box<Song>),
    /// What was told of a song that may be kept with more than is known here: it adds to what is kept, and replaces none
    /// of it but the links.
    PartOfSong(Box<Song>),
    /// The form and the lyric as they stand.
    Draft(Box<Draft>),
    /// Small preferences.
    Preferences(Preferences),
    /// Whether the queue is paused.
    Paused(bool),
    /// How far the account's earlier songs were brought in.
    Import(ImportMark),
    /// Something for the program that has the engine.
    Handed(Box<Handed>),
    /// A wish that was handed over is granted with what is kept in the same breath. An order goes with its task.
    Granted(Ticket),
    /// The drafts of a program that does not have the engine, by the program's name; none: it has none any more.
    Aside(String, Vec<Draft>),
}

/// Small things a listener expects to find as they were left.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The volume.
    pub volume: Volume,
    /// The song that was open in the player.
    pub song: Option<SongId>,
    /// Where in that song.
    pub position: Seconds,
    /// Drafts that were replaced and can be brought back, oldest first.
    pub removed: Vec<Draft>,
    /// The songs that play next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub up_next: Vec<SongId>,
    /// Whether they go round.
    pub repeat: Repeat,
    /// The library stands as a tree of who was made from whom.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tree: bool,
}

/// Whether what plays goes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// It ends with the last song.
    #[default]
    Off,
    /// All songs, round and round.
    All,
    /// One song, again and again.
    One,
}

/// Everything a sitting starts with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Saved {
    /// All tasks that are not final and the latest that are, oldest first.
    pub tasks: Vec<Task>,
    /// The songs, oldest first.
    pub songs: Vec<Song>,
    /// How many songs the library holds, where it is yet to be read: `songs` are then only the newest of them, and without
    /// their lyrics. 0: `songs` are all.
    pub unread: usize,
    /// The draft.
    pub draft: Draft,
    /// The preferences.
    pub preferences: Preferences,
    /// Whether the queue was paused.
    #[serde(default)]
    pub paused: bool,
    /// How far the account's earlier songs were brought in.
    #[serde(default)]
    pub import: ImportMark,
    /// Whether there is a ledger that is yet to be read.
    #[serde(default)]
    pub ledger_unread: bool,
    /// What was handed over and not taken yet, in its order.
    #[serde(default)]
    pub handed: Vec<Handed>,
    /// Drafts of programs that did not have the engine.
    #[serde(default)]
    pub aside: Vec<(String, Vec<Draft>)>,
    /// How far the changes of the database had come.
    #[serde(default)]
    pub mark: i64,
}
