//! One who reads a growing file from outside and never waits in it.
//!
//! Invariant: it disturbs no listener but by asking for a place once, and takes the wish back when it is met or when it goes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{End, Growing, read_at};

/// What there is of a growing file at a place.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes, at least one.
    Here(Vec<u8>),
    /// Nothing yet.
    Later,
    /// Its end.
    End,
}

/// Reads a growing file without waiting.
#[derive(Debug)]
pub struct Visitor {
    growing: Arc<Growing>,
    id: u64,
    beginnings: u64,
}

impl Visitor {
    /// One who begins now.
    pub fn new(growing: &Arc<Growing>) -> Visitor {
        Visitor {
            id: growing.readers.fetch_add(1, Ordering::Relaxed),
            growing: Arc::clone(growing),
            beginnings: growing.beginnings(),
        }
    }

    /// How long the file is, once known.
    pub fn total(&self) -> Option<u64> {
        self.growing.lock().total
    }

    /// How often it had begun anew when this one came.
    pub fn beginnings(&self) -> u64 {
        self.beginnings
    }

    /// Lets this byte be fetched first, where it is not here.
    pub fn ask(&self, at: u64) {
        let mut state = self.growing.lock();
        if state.end.is_none() && state.here.end_of(at).is_none() {
            state.want(self.id, Some(at));
        }
    }

    /// What there is from a place on, at most so many bytes.
    ///
    /// # Errors
    /// When it will never come, began anew, or cannot be read.
    pub fn look(&self, at: u64, most: usize) -> io::Result<Piece> {
        let (there, file) = {
            let mut state = self.growing.lock();
            if state.beginnings != self.beginnings {
                return Err(io::Error::other("the file began anew"));
            }
            let Some(end) = state.here.end_of(at) else {
                let is_past = state.total.is_some_and(|total| at >= total);
                return match &state.end {
                    _ if is_past => Ok(Piece::End),
                    Some(End::Whole) => Ok(Piece::End),
                    Some(End::Failed(reason)) => Err(io::Error::other(reason.clone())),
                    None => Ok(Piece::Later),
                };
            };
            state.want(self.id, None);
            (end - at, state.open()?)
        };
        let most = usize::try_from(there).unwrap_or(most).min(most);
        let mut bytes = vec![0; most];
        let count = read_at(&file, &mut bytes, at)?;
        bytes.truncate(count);
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Piece::Here(bytes))
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.growing.lock().want(self.id, None);
    }
}
