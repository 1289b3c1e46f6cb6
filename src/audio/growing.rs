//! A song that comes in while it is played.
//!
//! A download writes the part file and notes here what is there; decoders read it as if it were whole, and wait for what
//! is not. Where a decoder waits is told to the download, which then fetches that first.
//!
//! Invariant: only decoder threads wait here, and each can be told to wait no longer. No byte is read before it is noted.

mod visitor;

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use symphonia::core::io::MediaSource;

use super::mp4::UNKNOWN_END;
use super::survey::Survey;
use crate::domain::{Ranges, SongId, Waveform};
pub use visitor::{Piece, Visitor};

/// After so many bytes in a row a reader that has to wait does so for so many.
const STEADY: u64 = 96 << 10;
const REFILL: u64 = 16 << 10;

/// What is called with the first byte that a decoder waits for, and with `None` when it waits no longer.
pub type OnWant = Box<dyn Fn(Option<u64>) + Send>;

/// What is learned of a song by listening to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Learned {
    /// The shape of what is known of it.
    Shape(Waveform),
    /// Everything.
    All(Arc<Survey>),
}

/// Is told what is learned, until it says that it need not be any more.
type OnLearn = Box<dyn Fn(Learned) -> bool + Send>;

/// The songs that are being fetched. Cheap to clone.
#[derive(Clone, Default)]
pub struct Arrivals(Arc<Mutex<HashMap<SongId, Arc<Growing>>>>);

impl Arrivals {
    /// The song's file comes into this part file from now on. One that did so already and was not given up goes on.
    pub fn begin(&self, song: &SongId, part: &Path) -> Arc<Growing> {
        let mut all = lock(&self.0);
        if let Some(growing) = all.get(song).filter(|growing| !growing.is_over()) {
            return Arc::clone(growing);
        }
        let growing = Arc::new(Growing::new(part));
        all.insert(song.clone(), Arc::clone(&growing));
        growing
    }

    /// The file of a song that is being fetched.
    pub fn get(&self, song: &SongId) -> Option<Arc<Growing>> {
        lock(&self.0).get(song).cloned()
    }

    /// It is no longer: who reads it goes on.
    pub fn end(&self, song: &SongId) {
        lock(&self.0).remove(song);
    }
}

/// A file that grows.
pub struct Growing {
    state: Mutex<State>,
    changed: Condvar,
    readers: AtomicU64,
}

struct State {
    part: PathBuf,
    /// Where it goes when it is whole.
    destination: Option<PathBuf>,
    file: Option<Arc<File>>,
    here: Ranges,
    total: Option<u64>,
    end: Option<End>,
    /// Which reader waits for which byte.
    wants: Vec<(u64, u64)>,
    on_want: Option<OnWant>,
    /// What was learned last, and who is told.
    learned: Option<Learned>,
    on_learn: Vec<OnLearn>,
    /// How often it began anew.
    beginnings: u64,
}

#[derive(Clone, PartialEq)]
enum End {
    Whole,
    Failed(String),
}

impl fmt::Debug for Growing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Growing")
            .field("here", &state.here)
            .field("total", &state.total)
            .field("waits", &state.wants)
            .finish_non_exhaustive()
    }
}

impl Growing {
    /// A file of which nothing is here yet.
    pub fn new(part: &Path) -> Growing {
        Growing {
            state: Mutex::new(State {
                part: part.to_owned(),
                destination: None,
                file: None,
                here: Ranges::default(),
                total: None,
                end: None,
                wants: Vec::new(),
                on_want: None,
                learned: None,
                on_learn: Vec::new(),
                beginnings: 0,
            }),
            changed: Condvar::new(),
            readers: AtomicU64::new(0),
        }
    }

    /// Who is told what is waited for, in place of who was told before; it is told at once where something is.
    pub fn on_want(&self, tell: OnWant) {
        let mut state = self.lock();
        tell(state.wanted());
        state.on_want = Some(tell);
    }

    /// Notes what can be read, and how long the file is, once known. Less than before means that it began anew.
    pub fn note(&self, here: &Ranges, total: Option<u64>) {
        let mut state = self.lock();
        if here.count() < state.here.count() {
            state.file = None;
            state.beginnings += 1;
        }
        state.here.clone_from(here);
        state.total = total;
        self.changed.notify_all();
    }

    /// All of it can be read.
    pub fn complete(&self, total: u64) {
        let mut state = self.lock();
        state.here = Ranges::up_to(total);
        state.total = Some(total);
        state.end = Some(End::Whole);
        self.changed.notify_all();
    }

    /// What is not here will never be.
    pub fn fail(&self, reason: &str) {
        let mut state = self.lock();
        state.end.get_or_insert(End::Failed(reason.to_owned()));
        self.changed.notify_all();
    }

    /// Takes in what was learned by listening to it.
    pub(super) fn learn(&self, learned: Learned) {
        let mut state = self.lock();
        state.on_learn.retain(|tell| tell(learned.clone()));
        state.learned = Some(learned);
    }

    /// Tells what is learned from now on, and what has been.
    pub(super) fn on_learn(&self, tell: OnLearn) {
        let mut state = self.lock();
        if state.learned.clone().is_none_or(&tell) {
            state.on_learn.push(tell);
        }
    }

    /// Where the part file is moved to from now on.
    pub fn moves_to(&self, destination: &Path) {
        self.lock().destination = Some(destination.to_owned());
    }

    /// Whether a decoder that plays waits for a byte.
    pub fn is_waited_for(&self) -> bool {
        !self.lock().wants.is_empty()
    }

    /// Whether it began anew since it had begun so many times.
    pub(super) fn beginnings(&self) -> u64 {
        self.lock().beginnings
    }

    /// Lets every reader look whether it still has to wait.
    pub(super) fn nudge(&self) {
        let _state = self.lock();
        self.changed.notify_all();
    }

    /// Whether all of it is here.
    pub(super) fn is_whole(&self) -> bool {
        self.lock().end == Some(End::Whole)
    }

    fn is_over(&self) -> bool {
        self.lock().end.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Waits for bytes from a place on. Gives how many there are and the file they are in; none at the end of it.
    fn wait_for(&self, at: u64, reader: &Reader) -> io::Result<Option<(u64, Arc<File>)>> {
        let mut state = self.lock();
        let mut enough = 1;
        loop {
            let end = state.here.end_of(at);
            let is_end = state.total.is_some_and(|total| end.unwrap_or(at) >= total);
            let is_enough = end.is_some_and(|end| end - at >= enough);
            if is_enough || is_end || state.end.is_some() || reader.is_free() {
                break;
            }
            enough = reader.enough();
            if reader.asks {
                state.want(reader.id, Some(at));
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.want(reader.id, None);
        if let Some(end) = state.here.end_of(at) {
            return Ok(Some((end - at, state.open()?)));
        }
        match &state.end {
            _ if state.total.is_some_and(|total| at >= total) => Ok(None),
            Some(End::Failed(reason)) => Err(io::Error::other(reason.clone())),
            Some(End::Whole) => Ok(None),
            None => Err(io::Error::other("nobody waits for it any more")),
        }
    }
}

impl State {
    fn wanted(&self) -> Option<u64> {
        self.wants.last().map(|(_, at)| *at)
    }

    fn want(&mut self, reader: u64, at: Option<u64>) {
        let before = self.wanted();
        let known = self
            .wants
            .iter()
            .any(|want| Some(*want) == at.map(|at| (reader, at)));
        if !known {
            self.wants.retain(|(other, _)| *other != reader);
            self.wants.extend(at.map(|at| (reader, at)));
        }
        if let Some(tell) = &self.on_want
            && self.wanted() != before
        {
            tell(self.wanted());
        }
    }

    fn open(&mut self) -> io::Result<Arc<File>> {
        if let Some(file) = &self.file {
            return Ok(Arc::clone(file));
        }
        let file = match (File::open(&self.part), &self.destination) {
            (Err(error), Some(moved)) if error.kind() == io::ErrorKind::NotFound => {
                File::open(moved)
            }
            (file, _) => file,
        };
        let file = Arc::new(file?);
        self.file = Some(Arc::clone(&file));
        Ok(file)
    }
}

/// Tells whether a reader may stop to wait.
pub(super) type Until = Arc<dyn Fn() -> bool + Send + Sync>;

/// Reads a growing file as if it were whole.
pub(super) struct Reader {
    growing: Arc<Growing>,
    id: u64,
    at: u64,
    /// Bytes read in a row.
    in_a_row: u64,
    /// Whether what it waits for is to be fetched first.
    asks: bool,
    until: Until,
}

impl Reader {
    pub(super) fn new(growing: Arc<Growing>, asks: bool, until: Until) -> Reader {
        Reader {
            id: growing.readers.fetch_add(1, Ordering::Relaxed),
            growing,
            at: 0,
            in_a_row: 0,
            asks,
            until,
        }
    }

    fn is_free(&self) -> bool {
        (self.until)()
    }

    /// How much must have come before it goes on, once it has to wait. One who plays and has used up what was there would
    /// stutter otherwise.
    fn enough(&self) -> u64 {
        if self.asks && self.in_a_row > STEADY {
            REFILL
        } else {
            1
        }
    }

    /// Waits until something of the file is here, with which its length comes, where that is told.
    pub(super) fn wait_for_beginning(&self) -> io::Result<()> {
        self.growing.wait_for(0, self).map(drop)
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let Some((there, file)) = self.growing.wait_for(self.at, self)? else {
            return Ok(0);
        };
        let most = usize::try_from(there).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let room = buffer.get_mut(..most).unwrap_or_default();
        let count = read_at(&file, room, self.at)?;
        self.at += count as u64;
        self.in_a_row += count as u64;
        Ok(count)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => {
                let end = self.byte_len().unwrap_or(UNKNOWN_END);
                end.checked_add_signed(by)
            }
        };
        let at = at.ok_or(io::ErrorKind::InvalidInput)?;
        if at != self.at {
            self.at = at;
            self.in_a_row = 0;
        }
        Ok(at)
    }
}

impl MediaSource for Reader {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        self.growing.lock().total
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// A panic elsewhere leaves these values whole: each is set in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
