//! After how long something is tried again.
//!
//! Invariant: arithmetic only. The same task and attempt give the same pause, and no pause is shorter than [`FLOOR`].

use crate::app::settings::Settings;
use crate::domain::song::fnv1a;
use crate::domain::time::after;
use crate::domain::{Failure, TaskId, Timestamp};

/// The shortest pause, in seconds: nothing wakes in a loop, whatever the pace.
pub(crate) const FLOOR: f64 = 0.2;

/// `seconds` at the pace of the settings.
pub(crate) fn paced(seconds: f64, settings: &Settings) -> f64 {
    (seconds * pace(settings)).max(FLOOR)
}

/// The pace kept to what makes sense: a factor that is not a number is the real API's.
pub(crate) fn pace(settings: &Settings) -> f64 {
    if settings.pace.is_nan() {
        1.0
    } else {
        settings.pace.clamp(0.001, 1.0)
    }
}

/// `first`, doubled for each failure after the first, up to `longest`.
pub(crate) fn doubling(first: f64, failures: u32, longest: f64) -> f64 {
    (first * f64::from(1u32 << failures.saturating_sub(1).min(16))).min(longest)
}

/// A factor of 0.8 to 1.2 that spreads tasks and attempts without dice.
pub(crate) fn jitter(id: TaskId, attempt: u32) -> f64 {
    let mut bytes = [0; 12];
    let (head, tail) = bytes.split_at_mut(8);
    head.copy_from_slice(&id.0.to_le_bytes());
    tail.copy_from_slice(&attempt.to_le_bytes());
    0.8 + 0.4 * (fnv1a(&bytes) % 1001) as f64 / 1000.0
}

/// How long the other side asks us to wait, in seconds, up to `longest`.
pub(crate) fn asked_pause(failure: &Failure, longest: f64) -> Option<f64> {
    let seconds = failure.retry_after?.as_secs_f64();
    (seconds > 0.0).then(|| seconds.clamp(FLOOR, longest))
}

/// Whether a moment has come that was never more than `longest` seconds ahead. One that lies further ahead comes from
/// before the clock was set back, and is not waited for.
pub(crate) fn is_due(moment: Timestamp, now: Timestamp, longest: f64) -> bool {
    moment <= now || moment > after(now, longest)
}

/// The moment, unless it is due.
pub(crate) fn if_ahead(moment: Timestamp, now: Timestamp, longest: f64) -> Option<Timestamp> {
    (!is_due(moment, now, longest)).then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses: Vec<f64> = (1..=7).map(|n| doubling(2.0, n, 60.0)).collect();
        assert_eq!(pauses, [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]);
        assert!((doubling(2.0, u32::MAX, 60.0) - 60.0).abs() < f64::EPSILON);
    }

    #[test]
    fn jitter_spreads_and_stays_within_a_fifth() {
        let all: Vec<f64> = (0..200).map(|n| jitter(TaskId(n), 1)).collect();
        assert!(all.iter().all(|factor| (0.8..=1.2).contains(factor)));
        assert!(all.iter().any(|factor| *factor < 0.9) && all.iter().any(|factor| *factor > 1.1));
        assert!((jitter(TaskId(7), 1) - jitter(TaskId(7), 2)).abs() > 1e-6);
    }

    #[test]
    fn a_moment_left_over_from_before_the_clock_was_set_back_is_due() {
        let now = Timestamp::from_second(1_000_000).expect("in range");
        assert!(is_due(now, now, 60.0));
        assert!(!is_due(after(now, 59.0), now, 60.0));
        assert!(is_due(after(now, 86_400.0), now, 60.0));
        assert_eq!(if_ahead(after(now, 5.0), now, 60.0), Some(after(now, 5.0)));
    }

    #[test]
    fn no_pace_makes_a_pause_shorter_than_the_floor() {
        for pace in [0.0, -1.0, f64::NAN, 0.05, 1.0, f64::INFINITY] {
            let settings = Settings {
                pace,
                ..Settings::default()
            };
            let pause = paced(5.0, &settings);
            assert!((FLOOR..=5.0).contains(&pause), "{pace}: {pause}");
        }
    }
}
