//! The way through a song: from where to where, and whether round and round.
//!
//! Invariant: the way of one song and its image in another take equally long, so that both stay in step.

use crate::domain::{Alignment, Seconds, Span};

/// Stretches of a song one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Route {
    legs: Vec<Leg>,
    /// The leg that follows the last.
    again: Option<usize>,
}

/// From a moment to another, in seconds; to infinity is to the end of the song.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Leg {
    pub from: f64,
    pub to: f64,
}

impl Route {
    /// From a moment to the end.
    pub(super) fn straight(from: f64) -> Route {
        Route {
            legs: vec![Leg {
                from,
                to: f64::INFINITY,
            }],
            again: None,
        }
    }

    /// From a moment on, and at the end of a part back to its beginning; from there where the moment is past it.
    pub(super) fn looped(from: f64, part: Span) -> Route {
        let round = Leg {
            from: part.from.0,
            to: part.to.0,
        };
        if from >= round.to {
            return Route {
                legs: vec![round],
                again: Some(0),
            };
        }
        Route {
            legs: vec![Leg { from, to: round.to }, round],
            again: Some(1),
        }
    }

    /// The way through another song that belongs to this one.
    pub(super) fn image(&self, shift: Shift) -> Route {
        let (mut legs, mut again) = (Vec::new(), None);
        for (number, leg) in self.legs.iter().enumerate() {
            if self.again == Some(number) {
                again = Some(legs.len());
            }
            match shift.at.filter(|at| (leg.from..leg.to).contains(at)) {
                Some(at) if at > leg.from => {
                    let (before, behind) = (leg.from, leg.to);
                    legs.push(Leg {
                        from: before,
                        to: at,
                    });
                    legs.push(shift.leg(at, behind));
                }
                _ => legs.push(shift.leg(leg.from, leg.to)),
            }
        }
        Route { legs, again }
    }

    /// Where it begins.
    pub(super) fn begin(&self) -> f64 {
        self.legs.first().map_or(0.0, |leg| leg.from)
    }

    /// The leg with a number, and the number of the one that follows it.
    pub(super) fn leg(&self, number: usize) -> Option<(Leg, usize)> {
        let leg = self.legs.get(number)?;
        let next = number + 1;
        let next = if next == self.legs.len() {
            self.again.unwrap_or(next)
        } else {
            next
        };
        Some((*leg, next))
    }
}

/// How the moments of one song lie in another: from a moment on so much later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shift {
    pub at: Option<f64>,
    pub by: f64,
}

impl Shift {
    /// From the first of two songs to the other, or back.
    pub(super) fn of(alignment: Alignment, back: bool) -> Shift {
        let by = if alignment.shift.is_finite() {
            alignment.shift
        } else {
            0.0
        };
        let at = alignment.from.map(|from| from.0);
        if back {
            Shift {
                at: at.map(|at| at + by),
                by: -by,
            }
        } else {
            Shift { at, by }
        }
    }

    /// Whether there is any.
    pub(super) fn is_one(self) -> bool {
        self.at.is_some() && self.by != 0.0
    }

    /// A moment in the other song.
    pub(super) fn moment(self, moment: f64) -> f64 {
        match self.at {
            Some(at) if moment >= at => (moment + self.by).max(0.0),
            _ => moment,
        }
    }

    /// A part in the other song; it lasts as long.
    pub(super) fn span(self, part: Span) -> Span {
        let from = self.moment(part.from.0);
        Span {
            from: Seconds(from),
            to: Seconds(from + part.to.0 - part.from.0),
        }
    }

    fn leg(self, from: f64, to: f64) -> Leg {
        let length = to - from;
        let from = self.moment(from);
        Leg {
            from,
            to: from + length,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn legs(route: &Route, count: usize) -> Vec<(f64, f64)> {
        let mut number = 0;
        std::iter::from_fn(|| {
            let (leg, next) = route.leg(number)?;
            number = next;
            Some((leg.from, leg.to))
        })
        .take(count)
        .collect()
    }

    fn part(from: f64, to: f64) -> Span {
        Span {
            from: Seconds(from),
            to: Seconds(to),
        }
    }

    #[test]
    fn a_loop_goes_round() {
        assert_eq!(legs(&Route::straight(3.0), 9), [(3.0, f64::INFINITY)]);
        let inside = Route::looped(3.0, part(2.0, 5.0));
        assert_eq!(legs(&inside, 3), [(3.0, 5.0), (2.0, 5.0), (2.0, 5.0)]);
        let past = Route::looped(9.0, part(2.0, 5.0));
        assert_eq!(legs(&past, 2), [(2.0, 5.0), (2.0, 5.0)]);
    }

    #[test]
    fn the_image_of_a_way_takes_as_long() {
        let alignment = Alignment {
            from: Some(Seconds(30.0)),
            shift: -2.0,
        };
        let there = Shift::of(alignment, false);
        let route = Route::straight(10.0).image(there);
        assert_eq!(legs(&route, 9), [(10.0, 30.0), (28.0, f64::INFINITY)]);
        let route = Route::looped(29.0, part(25.0, 33.0)).image(there);
        assert_eq!(
            legs(&route, 5),
            [
                (29.0, 30.0),
                (28.0, 31.0),
                (25.0, 30.0),
                (28.0, 31.0),
                (25.0, 30.0)
            ]
        );
        let back = Shift::of(alignment, true);
        assert_eq!(back.moment(28.0).to_bits(), 30f64.to_bits());
        let route = Route::straight(26.0).image(back);
        assert_eq!(legs(&route, 9), [(26.0, 28.0), (30.0, f64::INFINITY)]);
        assert_eq!(back.span(part(29.0, 30.0)), part(31.0, 32.0));
        assert!(!Shift::of(Alignment::default(), false).is_one());
    }
}
