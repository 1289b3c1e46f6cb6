//! How the waveform is looked at: how close, where the cursor is, what else is shown.
//!
//! Invariant: the part in sight never leaves the song.

use crate::domain::{Seconds, Span};

/// The closest: a part of 1/32 of the song fills the width.
const CLOSEST: u8 = 5;

/// How the waveform is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct View {
    /// A part of 1/2^zoom of the song is in sight.
    zoom: u8,
    /// A place of its own, apart from the playhead.
    cursor: Option<Seconds>,
    /// Whether lines stand where the sections of the lyric may begin.
    pub sections: bool,
}

impl View {
    /// How close it is: the part in sight is 1/2^zoom of the song.
    pub fn zoom(&self) -> u8 {
        self.zoom
    }

    /// The cursor, where it is set.
    pub fn cursor(&self) -> Option<Seconds> {
        self.cursor
    }

    /// Closer, or further away. Tells whether that is possible.
    pub fn zoom_by(&mut self, steps: i8) -> bool {
        let before = self.zoom;
        self.zoom = self.zoom.saturating_add_signed(steps).min(CLOSEST);
        self.zoom != before
    }

    /// Moves the cursor, from the playhead where it is not set.
    pub fn move_cursor(&mut self, by: f64, playhead: Seconds, length: Seconds) {
        let from = self.cursor.unwrap_or(playhead);
        self.set_cursor(Seconds(from.0 + by), length);
    }

    /// Puts the cursor somewhere.
    pub fn set_cursor(&mut self, at: Seconds, length: Seconds) {
        self.cursor = Some(at.clamp_to(length));
    }

    /// Takes the cursor away: the playhead stands for it.
    pub fn drop_cursor(&mut self) {
        self.cursor = None;
    }

    /// What is the same for the next song.
    #[must_use]
    pub fn of_next_song(self) -> View {
        View {
            zoom: 0,
            cursor: None,
            sections: self.sections,
        }
    }

    /// The part of the song in sight: around the cursor, else around the playhead. Turned like pages, so that it stands still
    /// while the playhead moves through it.
    pub fn in_sight(&self, playhead: Seconds, length: Seconds) -> Span {
        let width = length.0 / f64::from(1u32 << self.zoom);
        let middle = self.cursor.unwrap_or(playhead).clamp_to(length);
        let page = width / 2.0;
        // Half a page of what came before stays in sight.
        let from = if page > 0.0 {
            (middle.0 / page).floor() * page - page / 2.0
        } else {
            0.0
        };
        let from = from.min(length.0 - width).max(0.0);
        Span {
            from: Seconds(from),
            to: Seconds(from + width),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_sight_holds_the_playhead_and_stays_in_the_song() {
        let length = Seconds(100.0);
        let mut view = View::default();
        assert_eq!(view.in_sight(Seconds(50.0), length).to, length);
        while view.zoom_by(1) {
            for at in 0..=1000 {
                let at = Seconds(f64::from(at) / 10.0);
                let seen = view.in_sight(at, length);
                assert!(seen.from.0 >= 0.0 && seen.to.0 <= 100.0 + 1e-9, "{seen:?}");
                assert!(
                    seen.from <= at && at.0 <= seen.to.0 + 1e-9,
                    "{at:?} {seen:?}"
                );
            }
        }
        assert_eq!(view.zoom(), CLOSEST);
    }

    #[test]
    fn the_cursor_starts_from_the_playhead() {
        let mut view = View::default();
        view.move_cursor(-1.0, Seconds(10.0), Seconds(12.0));
        assert_eq!(view.cursor(), Some(Seconds(9.0)));
        view.move_cursor(60.0, Seconds(10.0), Seconds(12.0));
        assert_eq!(view.cursor(), Some(Seconds(12.0)));
    }
}
