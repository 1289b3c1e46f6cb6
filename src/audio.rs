//! Sound: commands in, events out.
//!
//! Each song file is decoded in a thread of its own into a ring, along a route. Rings that sound together are the lanes of a
//! program; an output pulls it through a source: a PulseAudio or PipeWire server, the sound card, or a silent clock.
//!
//! ```text
//!  PlayerCommand ──► engine ──route──► songs (decoders) ──► rings ──► program ──► source ──► output
//!                      ▲  └──put, exchange, follow, flow────────────────────────────────────►┘
//!  PlayerEvent  ◄──────┘◄── opened, filled, learned, output ready, output lost
//! ```
//!
//! Invariant: nobody who calls this room waits for a disk, a server or a decoder, but for [`inspect()`], which says so.

mod deck;
mod decode;
#[cfg(any(not(target_os = "linux"), feature = "alsa"))]
mod device;
mod engine;
mod export;
mod fill;
mod format;
mod growing;
mod inspect;
mod landmarks;
mod loaded;
mod mp4;
mod output;
mod program;
#[cfg(target_os = "linux")]
mod pulse;
mod reader;
mod resample;
mod ring;
mod route;
mod shapes;
mod silent;
mod song;
mod source;
mod spectrum;
mod stage;
mod survey;
mod tap;
mod waveform;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::engine::{Engine, Message, Tell};
use self::shapes::Shapes;
use self::stage::Stage;
use crate::domain::{PlayerCommand, PlayerEvent, Seconds, Volume};

pub use export::{Progress, export_mix};
pub use format::{AudioFormat, sniff};
pub use growing::{Arrivals, Growing, OnWant, Piece, Visitor};
pub use inspect::{Inspecting, Inspection, inspect, inspect_film};
pub use survey::Survey;

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
    /// An MP4 file without pictures.
    #[error("there are no pictures in it")]
    NotAFilm,
    /// A container without sound.
    #[error("there is no sound in the file")]
    NoSoundInside,
    /// Sound that cannot be decoded here.
    #[error("{0} cannot be played here")]
    Unsupported(String),
    /// Damaged.
    #[error("the file is damaged: {0}")]
    Broken(String),
    /// A file that is not to be replaced.
    #[error("there is a file of this name already")]
    Exists,
    /// Cut off.
    #[error("the file breaks off at {0}")]
    BreaksOff(Seconds),
}

impl From<std::io::Error> for AudioError {
    fn from(error: std::io::Error) -> Self {
        AudioError::Unreadable(error.to_string())
    }
}

/// Where sound should go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OutputChoice {
    /// The sound server that the environment names (`PULSE_SERVER`) or that runs in this session, else the sound card,
    /// else silence.
    #[default]
    Auto,
    /// One sound server, in the syntax of `PULSE_SERVER`; on systems without such servers the sound card.
    Server(String),
    /// Nowhere: time passes, nothing is heard.
    Silent,
}

/// Where a player finds its songs.
#[derive(Clone, Default)]
pub struct Shelf {
    /// The folder of the songs' files.
    pub media: PathBuf,
    /// The folder where the shapes of songs are kept, if anywhere.
    pub shapes: Option<PathBuf>,
    /// The songs that are being fetched.
    pub arrivals: Arrivals,
}

impl Shelf {
    /// Keeps what was learned of a file in its place, so that nobody needs to listen to it again.
    pub fn keep(&self, file: &Path, survey: &Survey) {
        Shapes(self.shapes.clone()).keep(file, survey);
    }
}

impl From<PathBuf> for Shelf {
    fn from(media: PathBuf) -> Self {
        Shelf {
            media,
            ..Shelf::default()
        }
    }
}

/// How long dropping the handle waits for the engine.
const FAREWELL: Duration = Duration::from_millis(80);

/// The player. Dropping it ends the sound and its threads.
pub struct Audio {
    gain: Arc<AtomicU32>,
    tell: Arc<dyn Fn(PlayerEvent) + Send + Sync>,
    sender: Sender<Message>,
    engine: Mutex<Start>,
}

/// The engine's thread is started by the first song: until then the player costs nothing.
enum Start {
    NotYet(Box<dyn FnOnce() -> std::io::Result<Receiver<()>> + Send>),
    /// Closed when the thread is at its end.
    Done(Receiver<()>),
    Failed,
}

impl Audio {
    /// A player for the songs of a shelf. Starts no thread and opens no output before the first song is
    /// loaded. Events come from a thread of the player's own, one at a time; `on_event` should not wait.
    pub fn start(
        shelf: impl Into<Shelf>,
        choice: OutputChoice,
        on_event: impl Fn(PlayerEvent) + Send + Sync + 'static,
    ) -> Audio {
        let shelf = shelf.into();
        let (sender, messages) = mpsc::channel();
        let gain = Arc::new(AtomicU32::new(engine::bits(Volume::default())));
        let tell: Arc<dyn Fn(PlayerEvent) + Send + Sync> = Arc::new(on_event);
        let (for_engine, engines_gain) = (sender.clone(), Arc::clone(&gain));
        let engines_tell = Arc::clone(&tell);
        let start = move || {
            let (running, ended) = mpsc::channel::<()>();
            std::thread::Builder::new()
                .name("fuzzbox-audio".into())
                .spawn(move || {
                    let tell: Tell = Box::new(move |event| engines_tell(event));
                    let stage = Stage::new(choice, engines_gain, for_engine.clone());
                    Engine::new(shelf, tell, for_engine, stage).run(&messages);
                    drop(running);
                })?;
            Ok(ended)
        };
        Audio {
            gain,
            tell,
            sender,
            engine: Mutex::new(Start::NotYet(Box::new(start))),
        }
    }

    /// Gives a command and returns at once.
    pub fn send(&self, command: PlayerCommand) {
        if let PlayerCommand::SetVolume(volume) = command {
            let level = engine::bits(volume);
            if self.gain.swap(level, Ordering::Relaxed) == level {
                return;
            }
        }
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Start::NotYet(_) = *engine {
            if let PlayerCommand::TellSpectrum(_) = command {
                let _ = self.sender.send(Message::Command(command)); // read once there is something to hear
                return;
            }
            if !matches!(command, PlayerCommand::Load { .. }) {
                return; // there is nothing to play, pause or seek in
            }
            if let Start::NotYet(start) = std::mem::replace(&mut *engine, Start::Failed) {
                *engine = start().map_or(Start::Failed, Start::Done);
            }
        }
        match (&*engine, command) {
            (Start::Failed, PlayerCommand::Load { song, .. }) => (self.tell)(PlayerEvent::Failed {
                song,
                reason: "the system has no room for another thread".into(),
            }),
            (_, command) => {
                let _ = self.sender.send(Message::Command(command)); // only a thread that never was does not listen
            }
        }
    }
}

impl Drop for Audio {
    fn drop(&mut self) {
        let _ = self.sender.send(Message::Quit); // fails only where no thread could be had
        let engine = self
            .engine
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Start::Done(ended) = engine {
            let _ = ended.recv_timeout(FAREWELL); // an error is what is waited for
        }
    }
}
