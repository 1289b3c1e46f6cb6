//! Moments and lengths, and how a musician reads them.
//!
//! Invariant: a [`Timestamp`] is always handed in; nothing in the pure rooms reads a clock.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use jiff::civil::Date;
pub use jiff::tz::TimeZone;
pub use jiff::{SignedDuration, Timestamp};

/// A position in a song or the length of one, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

impl Seconds {
    /// The beginning of a song.
    pub const ZERO: Seconds = Seconds(0.0);

    /// This position kept between the beginning and `end`. A position that is not a number is the beginning.
    #[must_use]
    pub fn clamp_to(self, end: Seconds) -> Seconds {
        if self.0.is_nan() {
            return Seconds::ZERO;
        }
        Seconds(self.0.min(end.0).max(0.0))
    }

    /// Reads `83.5`, `1:23.5` or `1:02:03`; a comma is taken for a decimal point. Nothing else is a moment.
    pub fn parse(text: &str) -> Option<Seconds> {
        let text = text.trim().replace(',', ".");
        let parts: Vec<&str> = text.split(':').collect();
        let (last, whole) = parts.split_last()?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let decimal = last.split('.').all(digits) && last.split('.').count() <= 2;
        if whole.len() > 2 || !decimal || !whole.iter().all(|part| digits(part)) {
            return None;
        }
        let mut seconds: f64 = last.parse().ok()?;
        if !whole.is_empty() && seconds >= 60.0 {
            return None;
        }
        for (place, part) in whole.iter().rev().enumerate() {
            let count: f64 = part.parse().ok()?;
            if place + 1 < whole.len() && count >= 60.0 {
                return None;
            }
            seconds += count * 60_f64.powi(place as i32 + 1);
        }
        seconds.is_finite().then_some(Seconds(seconds))
    }

    /// `1:02.3`: minutes, seconds and tenths, cut off rather than rounded, as players show it.
    pub fn clock_tenths(self) -> String {
        let tenths = (self.0.max(0.0) * 10.0) as u64;
        format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
    }
}

/// `1:02`, and `1:02:03` from an hour on.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.max(0.0) as u64;
        let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
        if hours > 0 {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(f, "{minutes}:{seconds:02}")
        }
    }
}

/// The time from `from` to `to`, never negative: a clock that was set back shows nothing as elapsed.
pub fn elapsed(from: Timestamp, to: Timestamp) -> Seconds {
    Seconds(to.duration_since(from).as_secs_f64().max(0.0))
}

/// `moment` plus `seconds`; the far end of time instead of an overflow.
pub fn after(moment: Timestamp, seconds: f64) -> Timestamp {
    SignedDuration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|length| moment.checked_add(length).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_read_as_on_a_player() {
        assert_eq!(Seconds(0.0).to_string(), "0:00");
        assert_eq!(Seconds(154.99).to_string(), "2:34");
        assert_eq!(Seconds(3_723.0).to_string(), "1:02:03");
        assert_eq!(Seconds(72.56).clock_tenths(), "1:12.5");
        assert_eq!(Seconds(-3.0).to_string(), "0:00");
        assert_eq!(Seconds(f64::NAN).clamp_to(Seconds(9.0)), Seconds::ZERO);
        assert_eq!(Seconds(12.0).clamp_to(Seconds(9.0)), Seconds(9.0));
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        for (text, seconds) in [
            ("3", 3.0),
            (" 83.5 ", 83.5),
            ("83,5", 83.5),
            ("1:23.5", 83.5),
            ("0:09", 9.0),
            ("90:00", 5400.0),
            ("1:02:03.25", 3723.25),
        ] {
            assert_eq!(Seconds::parse(text), Some(Seconds(seconds)), "{text}");
        }
        for text in [
            "", "-3", "1:60", "1:2:3:4", "1:60:00", "1e3", "inf", ":30", "1:", "1..2", "+1", ".",
        ] {
            assert_eq!(Seconds::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_set_back_elapses_nothing() {
        let later = Timestamp::from_second(100).expect("in range");
        assert_eq!(elapsed(later, Timestamp::UNIX_EPOCH), Seconds::ZERO);
        assert_eq!(elapsed(Timestamp::UNIX_EPOCH, later), Seconds(100.0));
        assert_eq!(after(later, f64::INFINITY), Timestamp::MAX);
    }
}
