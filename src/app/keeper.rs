//! When to keep what is typed: after a pause, and every second while nobody pauses.
//!
//! Invariant: what stood on the screen for a second is on its way to the disk: what changed is kept at the latest
//! [`LONGEST`] after the change, and at quit.

use super::App;
use super::effect::Effect;
use crate::domain::time::after;
use crate::domain::{Record, Timestamp};

/// A pause in typing, in seconds.
const PAUSE: f64 = 0.5;
/// The longest that something changed stays unkept, in seconds.
const LONGEST: f64 = 0.8;

/// Whether something changed since it was last kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keeper {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Keeper {
    /// It changed.
    pub fn changed(&mut self, now: Timestamp) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// Whether it should be kept now; from then on it counts as kept.
    pub fn take_due(&mut self, now: Timestamp) -> bool {
        self.is_due(now) && self.take()
    }

    /// Whether it should be kept now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_wake().is_some_and(|moment| moment <= now)
    }

    /// Whether it changed since it was last kept; from now on it counts as kept.
    pub fn take(&mut self) -> bool {
        std::mem::take(self) != Keeper::default()
    }

    /// When it should be kept.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let longest = after(self.first?, LONGEST);
        Some(after(self.last?, PAUSE).min(longest))
    }
}

impl App {
    /// Keeps the draft.
    pub(super) fn save_draft(&mut self) {
        if self.settings.is_guest {
            return self.set_drafts_aside();
        }
        let draft = Box::new(self.draft());
        self.effects.push(Effect::Save(Record::Draft(draft)));
    }

    /// Keeps what the user has set, and the drafts that were replaced.
    pub(super) fn save_preferences(&mut self) {
        if self.settings.is_guest {
            // Those of the program that has the engine hold the drafts that were replaced there.
            return self.set_drafts_aside();
        }
        let mut preferences = self.player.preferences();
        preferences.removed.clone_from(&self.removed);
        preferences.tree = self.library.is_tree();
        self.effects
            .push(Effect::Save(Record::Preferences(preferences)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_kept_after_a_pause_and_never_later_than_promised() {
        let start = Timestamp::UNIX_EPOCH;
        let mut keeper = Keeper::default();
        assert_eq!(keeper.next_wake(), None);
        let mut kept = None;
        for tenth in 0..100_u32 {
            let now = after(start, f64::from(tenth) / 10.0);
            keeper.changed(now);
            if keeper.take_due(now) {
                kept.get_or_insert(tenth);
            }
        }
        assert_eq!(kept, Some(8), "typing without a pause");
        let mut keeper = Keeper::default();
        keeper.changed(start);
        assert!(!keeper.take_due(after(start, 0.4)));
        assert!(keeper.take_due(after(start, 0.5)));
        assert_eq!(keeper.next_wake(), None, "once is enough");
    }
}
