//! What has happened, told in the past tense.
//!
//! Invariant: an event holds no handle, no closure and no secret that outlives the sitting, so a file of events is a sitting
//! that can be replayed.

use crossterm::event::KeyEvent;
use serde::{Deserialize, Serialize};

use super::panes::PaneId;
use crate::domain::history::{Listing, Page};
use crate::domain::ledger::Entry;
use crate::domain::{
    ApiTaskId, Failure, Field, FileProblem, Handed, Link, MediaFile, MediaKey, MediaKind,
    PlayerEvent, Saved, Seconds, Song, SongId, Task, TaskId, TaskRecord,
};

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// At the keyboard, the mouse or the window.
    Input(Input),
    /// The moment asked for by `next_wake` has come.
    Tick,
    /// To a task.
    Task(TaskEvent),
    /// To a song's files.
    Song(SongEvent),
    /// The ledger is read: every order that ever went out.
    LedgerRead(Vec<Entry>),
    /// To the player.
    Player(PlayerEvent),
    /// To the place where the provider calls.
    Webhook(WebhookEvent),
    /// To the place where songs can be heard at links.
    Serving(ServingEvent),
    /// While the token was typed, which happens outside the app.
    Token(TokenEvent),
    /// A local file was looked at.
    LookedAt {
        /// Its path, as the user named it.
        path: String,
        /// Why it cannot be brought to the file host; `None`: it can.
        problem: Option<FileProblem>,
    },
    /// Between this program and others on the same profile.
    Company(CompanyEvent),
    /// Something the world was asked to do could not be done, and there is no better event for it.
    Stumbled(Stumble),
    /// We are asked to leave: SIGTERM, SIGHUP, or the terminal is gone.
    HungUp,
}

/// What came from the terminal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted, as the terminal sent it.
    Pasted(String),
    /// The mouse pointed at something.
    Pointed {
        /// At what.
        target: Target,
        /// How.
        gesture: Gesture,
    },
    /// The window has the keyboard of the user, or no longer.
    Focused(bool),
    /// The window has another size.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// A media key was pressed, or a button of the desktop: beside the terminal.
    Media(MediaKey),
}

/// What the mouse can point at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// A pane, where nothing below is hit.
    Pane(PaneId),
    /// A field of the form.
    ComposeField(Field),
    /// A place in the lyrics: a line, and how many characters (Unicode scalars) of it stand before the place.
    LyricsText {
        /// Counted from the first line.
        line: usize,
        /// At most the length of the line.
        column: usize,
    },
    /// A row of the queue, counted from its first.
    QueueRow(usize),
    /// A row of the library, counted from its first.
    LibraryRow(usize),
    /// A row of the palette or of another list over the panes, counted from its first.
    PaletteRow(usize),
    /// A place on the waveform, as a share of the song, 0–1.
    Waveform(f64),
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gesture {
    /// Pressed its first button.
    Click,
    /// Let it go.
    Release,
    /// Turned its wheel up.
    WheelUp,
    /// Turned its wheel down.
    WheelDown,
}

/// What happened to a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskEvent {
    /// The API took it.
    Accepted {
        /// Which.
        task: TaskId,
        /// The API's id of it.
        api_id: ApiTaskId,
        /// The API's trace id.
        trace_id: Option<String>,
        /// The whole record, where the API answered at once.
        record: Option<Box<TaskRecord>>,
    },
    /// Submitting it failed; the failure's kind says whether it may have been taken.
    NotAccepted {
        /// Which.
        task: TaskId,
        /// Why.
        failure: Failure,
    },
    /// The local file it needs is on its way to the file host.
    Hosting {
        /// Which.
        task: TaskId,
        /// Bytes so far.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The local file it needs is at the file host.
    Hosted {
        /// Which.
        task: TaskId,
        /// Where the API finds it.
        url: Link,
    },
    /// The local file it needs could not be brought to the file host.
    NotHosted {
        /// Which.
        task: TaskId,
        /// Why.
        failure: Failure,
    },
    /// The API was asked for these tasks and answered; an id without a record is unknown to it.
    Retrieved {
        /// What was asked for.
        asked: Vec<ApiTaskId>,
        /// What was answered.
        records: Vec<TaskRecord>,
    },
    /// Asking for these tasks failed.
    NotRetrieved {
        /// What was asked for.
        asked: Vec<ApiTaskId>,
        /// Why.
        failure: Failure,
    },
    /// The provider called the address that stands for this task: a hint to ask for it, and nothing more.
    Delivered {
        /// Which.
        task: TaskId,
        /// The API's id of it, as the call has it.
        api_id: Option<ApiTaskId>,
    },
    /// The account's tasks of a span were listed, to find those in doubt.
    Searched {
        /// The tasks that were in doubt when the search began.
        sought: Vec<TaskId>,
        /// What was found, or why nothing could be asked.
        found: Result<Vec<TaskRecord>, Failure>,
    },
    /// A page of the account's tasks was listed, for an import.
    Listed {
        /// Which.
        page: Page,
        /// What stands on it, or why it could not be had.
        listed: Result<Listing, Failure>,
    },
}

/// What happened to the place where the provider calls. Its secret never becomes an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookEvent {
    /// It is open; at which address of this machine.
    Opened(String),
    /// It could not be opened; why, in a line.
    NotOpened(String),
}

/// What happened to the place where songs can be heard at links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServingEvent {
    /// A song can be heard at this link. Nobody can guess it, and it is good for nothing when the sitting is over.
    Served {
        /// Which.
        song: SongId,
        /// Where.
        link: Link,
    },
    /// It cannot; why, in a line.
    NotServed {
        /// Which.
        song: SongId,
        /// Why.
        reason: String,
    },
}

/// What happened to a song's files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SongEvent {
    /// A file is being fetched.
    Progressed {
        /// Which song.
        song: SongId,
        /// Which file.
        kind: MediaKind,
        /// Bytes so far.
        done: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// A file is whole, checked and in its place.
    Fetched {
        /// Which song.
        song: SongId,
        /// Which file kind.
        kind: MediaKind,
        /// The file.
        file: MediaFile,
        /// How long it plays, for audio.
        duration: Option<Seconds>,
    },
    /// The archive of a song's stems is fetched, checked and unpacked.
    Unpacked {
        /// Which song.
        song: SongId,
        /// The folder, and the bytes in it.
        folder: MediaFile,
        /// The stems within it.
        stems: Vec<MediaFile>,
    },
    /// The library is read: every song that was kept, with its lyric.
    LibraryRead(Vec<Song>),
    /// The library could not be read; why.
    LibraryNotRead(String),
    /// A mix is written to a file.
    Exported {
        /// Which song.
        song: SongId,
        /// The path, as the user named it.
        to: String,
    },
    /// A mix could not be written.
    NotExported {
        /// Which song.
        song: SongId,
        /// Why, in a line.
        reason: String,
    },
    /// A file could not be fetched.
    NotFetched {
        /// Which song.
        song: SongId,
        /// Which file.
        kind: MediaKind,
        /// Why.
        failure: Failure,
    },
}

/// What happened while the token was typed. The characters themselves never become events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenEvent {
    /// So many characters are typed.
    Typed(usize),
    /// It was given up.
    Cancelled,
    /// It is stored, and used from now on.
    Stored,
    /// It could not be stored, or cannot be a token; why, in a line.
    Refused(String),
    /// Another program stored one; it is used from now on.
    Renewed,
}

/// What happened between this program and others on the same profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CompanyEvent {
    /// So many other programs show what the engine here does.
    Guests(usize),
    /// This was handed over, and is not known to have been taken.
    Handed(Vec<Handed>),
    /// The program that has the engine changed these.
    Changed {
        /// Tasks as they stand.
        tasks: Vec<Task>,
        /// Songs as they are known.
        songs: Vec<Song>,
        /// Whether the queue is paused.
        #[serde(default)]
        paused: bool,
    },
    /// The program that had the engine has ended, and this one has it now: what changed since, and what was left.
    TookOver(Box<Saved>),
}

/// What the world could not do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Stumble {
    /// Something could not be kept. What was to follow it was not begun.
    NotSaved {
        /// The task it was about, where it was one.
        task: Option<TaskId>,
        /// Why, in a line.
        reason: String,
    },
    /// Songs could not be kept, and no task of theirs will be kept again.
    SongsNotSaved {
        /// Which.
        songs: Vec<SongId>,
        /// Why, in a line.
        reason: String,
    },
    /// Nothing could be copied to the clipboard; why, in a line.
    NotCopied(String),
    /// We were not stopped on Ctrl-Z: nobody is there to continue us.
    NotSuspended,
    /// A job ended in a panic; which, in a word or two.
    Broke(String),
}
