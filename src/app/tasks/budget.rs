//! How many songs may be ordered a day, where the user has said so.
//!
//! Invariant: an order that would make a song over the cap is held, not sent, unless the user sends it by hand. What failed
//! at no charge does not count, so it makes room for the next.

use std::collections::BTreeSet;

use super::TaskQueue;
use crate::app::cx::Cx;
use crate::app::notice::Notice;
use crate::domain::ledger::makes_song;
use crate::domain::{Charge, Hold, Task, TaskId, TaskState, Timestamp};

/// The length of a day, in seconds.
const DAY: i64 = 86_400;

/// What the user lets through in spite of the cap. Forgotten at the end of the sitting: what is still not sent then is held
/// again.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Budget {
    waved_through: BTreeSet<TaskId>,
}

impl Budget {
    pub(super) fn forget(&mut self, id: TaskId) {
        self.waved_through.remove(&id);
    }
}

impl TaskQueue {
    /// How many songs count as ordered on the day (UTC) of `now`: what was put on the wire since midnight and is not known
    /// to have cost nothing.
    pub fn ordered_today(&self, now: Timestamp) -> u32 {
        let today = day(now);
        // What was sent today has not ended before today; a day more, for a clock that was set.
        let since = Timestamp::from_second((today - 1) * DAY).unwrap_or(Timestamp::MIN);
        let ended = self.roll.finished_since(since);
        let tasks = self.open().chain(ended.filter_map(|id| self.get(id)));
        let counted = tasks.filter(|task| counts(task, today)).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    }

    /// How many more songs may go out today, where there is a cap. What waits for its turn is not counted yet.
    pub fn left_today(&self, now: Timestamp, cap: Option<u32>) -> Option<u32> {
        Some(cap?.saturating_sub(self.ordered_today(now)))
    }

    /// Sends one task that is held for the cap all the same: the user's own decision. Tells whether it was held for that.
    pub fn send_over_budget(&mut self, id: TaskId, cx: &mut Cx) -> bool {
        let is_held = self.held(Hold::Budget).any(|held| held == id);
        if is_held {
            self.budget.waved_through.insert(id);
            self.release(id, cx);
        }
        self.on_tick(cx);
        is_held
    }

    /// Lets as many orders wait for their turn as the day has room for, in the order of turns, and holds the others.
    pub(super) fn keep_to_budget(&mut self, cx: &mut Cx) {
        if cx.settings.songs_per_day.is_none() && self.held(Hold::Budget).next().is_none() {
            return;
        }
        let asked: Vec<(TaskId, bool)> = self
            .open()
            .filter_map(|task| Some((task.id, is_asking(task)?)))
            .filter(|(id, _)| !self.budget.waved_through.contains(id))
            .collect();
        if asked.is_empty() {
            return;
        }
        let cap = cx.settings.songs_per_day;
        let room = self.left_today(cx.now, cap);
        let room = room.map_or(usize::MAX, |left| left as usize);
        let mut any = false;
        for (at, (id, is_held)) in asked.into_iter().enumerate() {
            if at < room && is_held {
                self.release(id, cx);
            } else if at >= room && !is_held {
                let why = Hold::Budget;
                any |= self.advance(id, TaskState::Held { why, because: None }, cx);
            }
        }
        if let Some(cap) = cap.filter(|_| any) {
            cx.notify(Notice::BudgetReached(cap));
        }
    }

    /// When a new day makes room for what is held.
    pub(super) fn next_day(&self, now: Timestamp) -> Option<Timestamp> {
        self.held(Hold::Budget).next()?;
        Timestamp::from_second((day(now) + 1) * DAY).ok()
    }
}

/// The day of a moment (UTC), counted from 1970.
fn day(moment: Timestamp) -> i64 {
    moment.as_second().div_euclid(DAY)
}

fn counts(task: &Task, today: i64) -> bool {
    let is_sent = match &task.state {
        TaskState::Waiting { .. } | TaskState::Held { .. } => false,
        TaskState::Failed { because } => because.kind.charge() != Charge::No,
        _ => true,
    };
    is_sent && makes_song(&task.request) && task.submitted_at.is_some_and(|sent| day(sent) == today)
}

/// Whether an order asks for a place in the day; if so, whether it is held for it.
fn is_asking(task: &Task) -> Option<bool> {
    if !makes_song(&task.request) {
        return None;
    }
    match task.state {
        TaskState::Waiting { .. } => Some(false),
        TaskState::Held {
            why: Hold::Budget, ..
        } => Some(true),
        _ => None,
    }
}
