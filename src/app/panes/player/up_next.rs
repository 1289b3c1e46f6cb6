//! What plays next: songs in a row, and whether it goes round.
//!
//! Invariant: a song leaves the row when it begins to play, and only then, or when the listener takes it out.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::domain::SongId;

pub use crate::domain::saved::Repeat;

/// The most songs in the row.
const MOST: usize = 1000;

/// What plays next.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UpNext {
    songs: VecDeque<SongId>,
    repeat: Repeat,
}

impl UpNext {
    /// As it was left.
    pub fn new(songs: Vec<SongId>, repeat: Repeat) -> Self {
        UpNext {
            songs: songs.into(),
            repeat,
        }
    }

    /// The songs, the next first.
    pub fn songs(&self) -> impl ExactSizeIterator<Item = &SongId> {
        self.songs.iter()
    }

    /// Whether it goes round.
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// Goes round another way.
    pub fn next_repeat(&mut self) -> Repeat {
        self.repeat = match self.repeat {
            Repeat::Off => Repeat::All,
            Repeat::All => Repeat::One,
            Repeat::One => Repeat::Off,
        };
        self.repeat
    }

    /// Goes round this way.
    pub fn set_repeat(&mut self, repeat: Repeat) {
        self.repeat = repeat;
    }

    /// Puts songs at the end of the row, as far as there is room; how many.
    pub fn add(&mut self, songs: impl IntoIterator<Item = SongId>) -> usize {
        let room = MOST.saturating_sub(self.songs.len());
        let before = self.songs.len();
        self.songs.extend(songs.into_iter().take(room));
        self.songs.len() - before
    }

    /// What follows the song that is on by itself: the same again, or the first of the row.
    pub fn follows<'a>(&'a self, on: Option<&'a SongId>) -> Option<&'a SongId> {
        match self.repeat {
            Repeat::One => on,
            Repeat::All => self.songs.front().or(on),
            Repeat::Off => self.songs.front(),
        }
    }

    /// A song begins to play; `before` was on. It leaves the row, and what was on goes to the end of it where it goes round.
    pub fn begun(&mut self, song: &SongId, before: Option<SongId>) {
        if self.songs.front() == Some(song) {
            self.songs.pop_front();
            if self.repeat == Repeat::All {
                self.add(before);
            }
        }
    }

    /// Takes the first of the row to be played now: the listener went on.
    pub fn first(&self) -> Option<&SongId> {
        self.songs.front()
    }

    /// Moves a song of the row up or down; where it is then.
    pub fn shift(&mut self, at: usize, by: isize) -> Option<usize> {
        let to = at.checked_add_signed(by)?;
        if at >= self.songs.len() || to >= self.songs.len() {
            return None;
        }
        self.songs.swap(at, to);
        Some(to)
    }

    /// Puts a song of the row at its beginning.
    pub fn put_first(&mut self, at: usize) -> Option<&SongId> {
        let song = self.songs.remove(at)?;
        self.songs.push_front(song);
        self.songs.front()
    }

    /// Takes a song out of the row.
    pub fn remove(&mut self, at: usize) -> Option<SongId> {
        self.songs.remove(at)
    }

    /// Empties the row.
    pub fn clear(&mut self) {
        self.songs.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> SongId {
        SongId(name.into())
    }

    #[test]
    fn a_row_is_played_in_order_and_goes_round() {
        let mut next = UpNext::default();
        next.add([id("b"), id("c")]);
        assert_eq!(next.follows(Some(&id("a"))), Some(&id("b")));
        next.begun(&id("b"), Some(id("a")));
        assert_eq!(next.songs().collect::<Vec<_>>(), [&id("c")]);
        assert_eq!(next.next_repeat(), Repeat::All);
        next.begun(&id("c"), Some(id("b")));
        assert_eq!(next.songs().collect::<Vec<_>>(), [&id("b")]);
        assert_eq!(next.next_repeat(), Repeat::One);
        assert_eq!(next.follows(Some(&id("c"))), Some(&id("c")));
        next.clear();
        assert_eq!(next.next_repeat(), Repeat::Off);
        assert_eq!(next.follows(Some(&id("c"))), None);
    }

    #[test]
    fn songs_are_moved_within_the_row() {
        let mut next = UpNext::default();
        next.add([id("a"), id("b"), id("c")]);
        assert_eq!(next.shift(2, -1), Some(1));
        assert_eq!(next.shift(0, -1), None);
        assert_eq!(next.shift(2, 1), None);
        assert_eq!(next.remove(1), Some(id("c")));
        assert_eq!(next.songs().len(), 2);
    }
}
