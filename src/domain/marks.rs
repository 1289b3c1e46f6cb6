//! Two moments of a song that the listener has marked: where something begins and where it ends.
//!
//! Invariant: where both are set, the first lies before the second.

use serde::{Deserialize, Serialize};

use super::playback::{Landmarks, Span};
use super::time::Seconds;

/// The least that lies between two marks, in seconds.
pub const LEAST_SPAN: f64 = 0.1;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Where it begins.
    #[default]
    In,
    /// Where it ends.
    Out,
}

/// The marks of a song.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Where something begins.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    from: Option<Seconds>,
    /// Where it ends.
    #[serde(rename = "out", skip_serializing_if = "Option::is_none")]
    to: Option<Seconds>,
}

impl Marks {
    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// One of them.
    pub fn get(&self, mark: Mark) -> Option<Seconds> {
        match mark {
            Mark::In => self.from,
            Mark::Out => self.to,
        }
    }

    /// Sets one of them. The other gives way where it would lie on the wrong side: it is taken away.
    pub fn set(&mut self, mark: Mark, at: Seconds) {
        let at = Seconds((at.0.max(0.0) * 1000.0).round() / 1000.0);
        match mark {
            Mark::In => {
                self.from = Some(at);
                self.to = self.to.filter(|to| to.0 >= at.0 + LEAST_SPAN);
            }
            Mark::Out => {
                self.to = Some(at);
                self.from = self.from.filter(|from| from.0 + LEAST_SPAN <= at.0);
            }
        }
    }

    /// Moves one of them by so many seconds, within the song and not past the other. Tells whether it is set.
    pub fn nudge(&mut self, mark: Mark, by: f64, length: Option<Seconds>) -> bool {
        let Some(at) = self.get(mark) else {
            return false;
        };
        let end = length.map_or(f64::MAX, |length| length.0);
        let (least, most) = match mark {
            Mark::In => (0.0, self.to.map_or(end, |to| to.0 - LEAST_SPAN)),
            Mark::Out => (self.from.map_or(0.0, |from| from.0 + LEAST_SPAN), end),
        };
        self.set(mark, Seconds((at.0 + by).min(most).max(least)));
        true
    }

    /// What lies between them, where both are set.
    pub fn span(&self) -> Option<Span> {
        Some(Span {
            from: self.from?,
            to: self.to?,
        })
    }
}

/// What a mark snaps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Snap {
    /// The quietest moment of a pause.
    Silence,
    /// A beat.
    Beat,
}

impl Landmarks {
    /// The moment of this kind that lies nearest.
    pub fn nearest(&self, snap: Snap, to: Seconds) -> Option<Seconds> {
        let moments = match snap {
            Snap::Silence => &self.silences,
            Snap::Beat => &self.beats,
        };
        let distance = |moment: &Seconds| (moment.0 - to.0).abs();
        moments
            .iter()
            .copied()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_on_the_wrong_side_takes_the_other_away() {
        let mut marks = Marks::default();
        marks.set(Mark::In, Seconds(10.0));
        marks.set(Mark::Out, Seconds(20.0));
        assert_eq!(
            marks.span(),
            Some(Span {
                from: Seconds(10.0),
                to: Seconds(20.0)
            })
        );
        marks.set(Mark::In, Seconds(25.0));
        assert_eq!(
            (marks.get(Mark::In), marks.get(Mark::Out)),
            (Some(Seconds(25.0)), None)
        );
        marks.set(Mark::Out, Seconds(5.0));
        assert_eq!(
            (marks.get(Mark::In), marks.get(Mark::Out)),
            (None, Some(Seconds(5.0)))
        );
    }

    #[test]
    fn nudging_stops_at_the_ends_and_at_the_other_mark() {
        let mut marks = Marks::default();
        assert!(!marks.nudge(Mark::In, 1.0, None));
        marks.set(Mark::In, Seconds(1.0));
        marks.set(Mark::Out, Seconds(2.0));
        marks.nudge(Mark::In, 5.0, None);
        assert_eq!(marks.get(Mark::In), Some(Seconds(1.9)));
        marks.nudge(Mark::In, -5.0, None);
        assert_eq!(marks.get(Mark::In), Some(Seconds::ZERO));
        marks.nudge(Mark::Out, 60.0, Some(Seconds(30.0)));
        assert_eq!(marks.get(Mark::Out), Some(Seconds(30.0)));
    }

    #[test]
    fn the_nearest_landmark_is_found() {
        let landmarks = Landmarks {
            silences: vec![Seconds(3.0), Seconds(9.0)],
            beats: Vec::new(),
        };
        assert_eq!(
            landmarks.nearest(Snap::Silence, Seconds(7.0)),
            Some(Seconds(9.0))
        );
        assert_eq!(landmarks.nearest(Snap::Beat, Seconds(7.0)), None);
    }
}
