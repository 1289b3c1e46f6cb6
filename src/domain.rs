//! What a music studio talks about: songs, tasks, drafts, failures.
//!
//! Invariant: nouns only. Nothing here waits, reads a clock, or knows a screen, a wire or a disk.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod action;
pub mod completion;
pub mod draft;
pub mod failure;
pub mod handed;
pub mod history;
pub mod ledger;
pub mod lyric;
pub mod marks;
pub mod media_keys;
pub mod playback;
pub mod price;
pub mod ranges;
pub mod recipe;
pub mod request;
pub mod saved;
pub mod song;
pub mod task;
pub mod text;
pub mod time;

pub use action::{Action, Choice, Field, FieldKind, Model, Range};
pub use completion::Completion;
pub use draft::{Draft, FieldError, FileProblem, Problem};
pub use failure::{Charge, Failure, FailureKind};
pub use handed::{Handed, Shift, Ticket, Want, Whom, Wish};
pub use lyric::Lyric;
pub use marks::{Mark, Marks, Snap};
pub use media_keys::{MediaKey, NowPlaying};
pub use playback::{
    Alignment, Landmarks, Next, OutputKind, Playable, PlayerCommand, PlayerEvent, Span, Volume,
    Waveform,
};
pub use ranges::Ranges;
pub use request::{
    AudiosRequest, Endpoint, FileRequest, LyricsRequest, Request, UploadRequest, Work,
};
pub use saved::{Preferences, Record, Saved};
pub use song::{Level, Link, Media, MediaFile, MediaKind, More, Song, SongId};
pub use task::{ApiTaskId, Hold, Outcome, Task, TaskId, TaskRecord, TaskState, Words};
pub use time::{Seconds, Timestamp};
