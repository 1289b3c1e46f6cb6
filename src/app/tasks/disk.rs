//! What happens when the disk does not keep a task.
//!
//! Invariant (money): an order counts as not sent only when it is certain which of its saves failed.

use std::collections::BTreeMap;

use super::TaskQueue;
use super::retry::{doubling, if_ahead, is_due, jitter, paced};
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::domain::time::{after, elapsed};
use crate::domain::{Failure, FailureKind, Hold, TaskId, TaskState, Timestamp};

/// The longest pause between two attempts to keep a task, in seconds.
const LONGEST_PAUSE: f64 = 60.0;
/// For how long the failure of an earlier save may still be on its way to us, in seconds: a disk in trouble is slow.
const NEWS_TRAVELS: f64 = 60.0;

/// What is known of the keeping of the tasks that are not final.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Disk {
    /// When each task was last kept in a state other than submitting.
    kept_at: BTreeMap<TaskId, Timestamp>,
    again: BTreeMap<TaskId, Again>,
}

/// A task that was not kept and is to be kept again.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Again {
    failures: u32,
    /// `None` once it was tried; whether that went well is only told if it did not.
    at: Option<Timestamp>,
}

impl Disk {
    /// A task is being kept, in a state other than submitting.
    pub(super) fn keeps(&mut self, id: TaskId, now: Timestamp) {
        self.kept_at.insert(id, now);
    }

    /// The task is final and will not be sent. Whether its end is kept still matters.
    pub(super) fn forget(&mut self, id: TaskId) {
        self.kept_at.remove(&id);
    }

    /// The task is no longer ours to keep.
    pub(super) fn forget_all(&mut self, id: TaskId) {
        self.forget(id);
        self.again.remove(&id);
    }

    /// Whether the save that failed may have been an earlier one than that of the submission: then the order did go out.
    fn is_ambiguous(&self, id: TaskId, submitted_at: Timestamp) -> bool {
        self.kept_at.get(&id).is_some_and(|kept| {
            *kept != submitted_at
                && elapsed(*kept, submitted_at)
                    .0
                    .max(elapsed(submitted_at, *kept).0)
                    < NEWS_TRAVELS
        })
    }

    pub(super) fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        self.again
            .values()
            .filter_map(|again| if_ahead(again.at?, now, 2.0 * LONGEST_PAUSE))
            .min()
    }
}

impl TaskQueue {
    /// The task could not be kept, and what was to follow in the same batch was not begun.
    pub fn not_saved(&mut self, id: TaskId, reason: &str, cx: &mut Cx) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        if self.is_mirror() {
            return self.keep_later(id, cx);
        }
        let submitted_at = task.submitted_at.unwrap_or(task.created_at);
        let failure = Failure::new(FailureKind::Disk, reason);
        match task.state {
            TaskState::Submitting if self.disk.is_ambiguous(id, submitted_at) => {
                self.doubt(id, Failure::new(FailureKind::Unknown, reason), cx);
            }
            TaskState::Submitting | TaskState::Waiting { .. } => {
                self.hold_for_disk(id, failure, cx);
            }
            // Kept when it tries again.
            TaskState::Held {
                why: Hold::Disk, ..
            } => {}
            _ => self.keep_later(id, cx),
        }
        self.on_tick(cx);
    }

    fn keep_later(&mut self, id: TaskId, cx: &Cx) {
        let failures = self.disk.again.get(&id).map_or(1, |last| last.failures + 1);
        let pause = doubling(2.0, failures, LONGEST_PAUSE) * jitter(id, failures);
        let at = Some(after(cx.now, paced(pause, cx.settings)));
        self.disk.again.insert(id, Again { failures, at });
    }

    /// Keeps again what was not kept.
    pub(super) fn save_again(&mut self, cx: &mut Cx) {
        let due = |again: &Again| {
            let is_due = |at| is_due(at, cx.now, 2.0 * LONGEST_PAUSE);
            again.at.is_some_and(is_due)
        };
        let again = self.disk.again.iter_mut();
        let mut kept = Vec::new();
        for (id, again) in again.filter(|(_, again)| due(again)) {
            again.at = None;
            kept.extend(self.tasks.get(id));
        }
        for task in kept {
            cx.emit(Effect::Save(self.record(task)));
        }
    }
}
