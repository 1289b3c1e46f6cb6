//! Sound: commands in, events out.
//!
//! A song file is decoded in a thread of its own into a ring; an output pulls it out through a rodio mixer: a PulseAudio
//! or PipeWire server, the sound card, or a silent clock where there is neither.
//!
//! ```text
//!  PlayerCommand ──► engine ──seek──► song (decoder) ──► ring ──► source ─► rodio mixer ──► output
//!                      ▲  └──restart, flow──────────────────────────────────────────────────►┘
//!  PlayerEvent  ◄──────┘◄── opened, shape, output ready, output lost
//! ```
//!
//! Invariant: nobody who calls this room waits for a disk, a server or a decoder, but for [`inspect`], which says so.

mod decode;
mod format;
mod inspect;
mod mp4;
mod reader;
mod waveform;

use crate::domain::Seconds;

pub use format::{AudioFormat, sniff};
pub use inspect::{Inspection, inspect};

/// The name of the threads that run decoders. A file from outside may make a decoder panic; in a thread of this name
/// such a panic is caught and told as a failure, so a panic hook should leave the screen alone.
pub const DECODER_THREAD: &str = "fuzzbox-decode";

/// Why a file cannot be played, in words for its listener.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AudioError {
    /// The file cannot be opened or read.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Something else than sound.
    #[error("this is {0}, not a song")]
    NotSound(&'static str),
    /// A container without sound.
    #[error("there is no sound in the file")]
    NoSoundInside,
    /// Sound that cannot be decoded here.
    #[error("{0} cannot be played here")]
    Unsupported(String),
    /// Damaged.
    #[error("the file is damaged: {0}")]
    Broken(String),
    /// Cut off.
    #[error("the file breaks off at {0}")]
    BreaksOff(Seconds),
}

impl From<std::io::Error> for AudioError {
    fn from(error: std::io::Error) -> Self {
        AudioError::Unreadable(error.to_string())
    }
}
