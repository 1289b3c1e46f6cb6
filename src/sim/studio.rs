//! The recording studio: one thread that renders songs, and a shelf with the last of them.
//!
//! A recording that has left the shelf is made again when it is asked for, byte for byte, so that memory stays small
//! however many songs there are.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use axum::body::Bytes;
use tokio::sync::oneshot;

use super::dice::hash;
use super::encode::EncodeError;
use super::recipe::Recipe;
use super::script::Trick;
use super::{archive, cover, encode};

/// A finished file.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The whole file.
    pub bytes: Bytes,
    /// The length of its sound in seconds, exactly; 0 for a cover.
    pub seconds: f64,
}

/// What can be made.
#[derive(Clone, Debug)]
pub enum Piece {
    /// A song, as `.m4a`.
    Song(Arc<Recipe>),
    /// A song, as `.wav`.
    Wav(Arc<Recipe>),
    /// A song's stems, as `.zip`.
    Stems(Arc<Recipe>, Option<Trick>),
    /// A song and its cover, as `.mp4`.
    Video(Arc<Recipe>, String),
    /// A cover for a song's seed, as `.jpg`.
    Cover(String),
}

impl Piece {
    /// Makes it; `goes_on` is asked now and then whether the work is still wanted.
    fn make(&self, goes_on: &dyn Fn() -> bool) -> Result<Vec<u8>, EncodeError> {
        match self {
            Self::Song(recipe) => encode::m4a(recipe, goes_on),
            Self::Wav(recipe) => encode::wav(recipe, goes_on),
            Self::Stems(recipe, trick) => archive::stems(recipe, *trick, goes_on),
            Self::Video(recipe, seed) => {
                let picture = cover::jpeg(hash(seed))?;
                encode::film(recipe, (&picture, cover::SIDE as u16), goes_on)
            }
            Self::Cover(seed) => Ok(cover::jpeg(hash(seed))?),
        }
    }

    /// The length of its sound in seconds, exactly; 0 for a cover.
    fn seconds(&self) -> f64 {
        match self {
            Self::Cover(_) => 0.0,
            Self::Song(recipe)
            | Self::Wav(recipe)
            | Self::Stems(recipe, _)
            | Self::Video(recipe, _) => recipe.seconds(),
        }
    }
}

struct Job {
    name: String,
    piece: Piece,
    done: oneshot::Sender<Option<Recording>>,
}

/// The front desk of the studio.
#[derive(Debug)]
pub struct Studio {
    jobs: Mutex<mpsc::Sender<Job>>,
    shelf: Arc<Shelf>,
    is_open: Arc<AtomicBool>,
    /// Whether one recording stands for all songs, and one picture for all covers.
    has_one: bool,
}

#[derive(Debug)]
struct Shelf {
    kept: Mutex<VecDeque<(String, Recording)>>,
    /// Bytes that fit.
    size: usize,
}

impl Shelf {
    fn find(&self, name: &str) -> Option<Recording> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(other, _)| other == name)?;
        let found = kept.remove(at)?;
        let recording = found.1.clone();
        kept.push_back(found);
        Some(recording)
    }

    fn put(&self, name: String, recording: Recording) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((name, recording));
        while kept.len() > 1
            && kept.iter().map(|(_, kept)| kept.bytes.len()).sum::<usize>() > self.size
        {
            kept.pop_front();
        }
    }
}

impl Studio {
    /// Opens the studio with a shelf for `size` bytes: starts its thread. `has_one`: what was made first stands for all
    /// songs, or all covers.
    pub fn open(size: usize, has_one: bool) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let shelf = Arc::new(Shelf {
            kept: Mutex::default(),
            size,
        });
        let is_open = Arc::new(AtomicBool::new(true));
        let work = Work {
            shelf: Arc::clone(&shelf),
            is_open: Arc::clone(&is_open),
        };
        thread::Builder::new()
            .name("sim-studio".to_owned())
            .spawn(move || {
                step_back();
                for job in inbox {
                    // Nobody may be waiting any more; the recording is on the shelf all the same.
                    let _ = job.done.send(work.make(job.name, &job.piece));
                }
            })?;
        Ok(Self {
            jobs: Mutex::new(jobs),
            shelf,
            is_open,
            has_one,
        })
    }

    /// The file called `name`, from the shelf or made now; None if it cannot be made.
    pub async fn get(&self, name: &str, piece: &Piece) -> Option<Recording> {
        let name = match piece {
            Piece::Song(_) if self.has_one => "one song",
            Piece::Cover(_) if self.has_one => "one cover",
            _ => name,
        };
        if let Some(found) = self.shelf.find(name) {
            return Some(found);
        }
        let (done, result) = oneshot::channel();
        let job = Job {
            name: name.to_owned(),
            piece: piece.clone(),
            done,
        };
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .send(job)
            .ok()?;
        result.await.ok().flatten()
    }

    /// Ends the work at hand.
    pub fn close(&self) {
        self.is_open.store(false, Ordering::Relaxed);
    }
}

struct Work {
    shelf: Arc<Shelf>,
    is_open: Arc<AtomicBool>,
}

impl Work {
    fn make(&self, name: String, piece: &Piece) -> Option<Recording> {
        let goes_on = || self.is_open.load(Ordering::Relaxed);
        if !goes_on() {
            return None;
        }
        // It may have been asked for twice.
        if let Some(found) = self.shelf.find(&name) {
            return Some(found);
        }
        let recording = Recording {
            bytes: piece.make(&goes_on).ok()?.into(),
            seconds: piece.seconds(),
        };
        self.shelf.put(name, recording.clone());
        Some(recording)
    }
}

/// Lets everything else go first: a screen may be drawn on the same machine.
fn step_back() {
    #[cfg(target_os = "linux")]
    {
        // On Linux this concerns the calling thread alone. Without the permission it goes on as it is.
        let _ = rustix::process::setpriority_process(None, 10);
    }
}
