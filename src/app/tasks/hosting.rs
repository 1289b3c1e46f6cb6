//! Local files on their way to the file host: what has to be done before such an order can be sent.
//!
//! Invariant: nothing is ordered by it and nothing charged, so that it may be done again; the order waits meanwhile.

use std::collections::BTreeMap;

use super::TaskQueue;
use super::retry::{asked_pause, doubling, jitter, paced};
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::domain::time::after;
use crate::domain::{
    Failure, FailureKind, Link, Record, Request, Task, TaskId, TaskState, Timestamp,
};

/// How many files are brought to the host at once.
const AT_ONCE: usize = 2;
/// The longest pause of our own between two tries, and the longest one taken on, in seconds.
const LONGEST_PAUSE: f64 = 60.0;
const LONGEST_ASKED: f64 = 3600.0;
/// How often the host may be in trouble before the user is told to look for another.
const TRIES: u32 = 8;

/// The files that are under way, and how far they are: bytes so far, bytes in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Hosting {
    under_way: BTreeMap<TaskId, (u64, u64)>,
    /// How often the way to the host broke after bytes had gone out.
    breaks: BTreeMap<TaskId, u32>,
}

impl Hosting {
    pub(super) fn forget(&mut self, id: TaskId) {
        self.under_way.remove(&id);
        self.breaks.remove(&id);
    }

    /// The file is no longer on its way. How often that ended after bytes had gone out, this time included: the network
    /// was there, so waiting for it mends nothing.
    fn stopped(&mut self, id: TaskId) -> u32 {
        let far = self.under_way.remove(&id);
        let breaks = self.breaks.entry(id).or_default();
        *breaks += u32::from(far.is_some_and(|(done, _)| done > 0));
        *breaks
    }

    pub(super) fn is_under_way(&self, id: TaskId) -> bool {
        self.under_way.contains_key(&id)
    }
}

impl TaskQueue {
    /// How far the file of a task is on its way to the host, in percent; `None`: it is not on its way.
    pub fn hosting(&self, id: TaskId) -> Option<u8> {
        let (done, total) = self.hosting.under_way.get(&id)?;
        Some((done.min(total) * 100).checked_div(*total).unwrap_or(0) as u8)
    }

    /// Brings the files of waiting orders to the host, as far as there are places.
    pub(super) fn host_waiting(&mut self, cx: &mut Cx) {
        if self.is_paused || self.is_token_missing(cx) {
            return;
        }
        let free = AT_ONCE.saturating_sub(self.hosting.under_way.len());
        let due = self.roll.hosts.due(cx.now, LONGEST_ASKED);
        let ready: Vec<(TaskId, String)> = due
            .filter_map(|(_, id)| Some((id, self.get(id)?.request.to_host()?.to_owned())))
            .take(free)
            .collect();
        for (task, path) in ready {
            self.hosting.under_way.insert(task, (0, 0));
            self.note(task);
            cx.emit(Effect::Host { task, path });
        }
    }

    pub(super) fn next_host(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_paused || self.hosting.under_way.len() >= AT_ONCE {
            return None;
        }
        self.roll.hosts.next(now, LONGEST_ASKED)
    }

    pub(super) fn on_hosting(&mut self, id: TaskId, done: u64, total: u64) {
        if let Some(far) = self.hosting.under_way.get_mut(&id) {
            *far = (done, total);
        }
    }

    /// The file has an address: the order names it from now on, and waits for its turn.
    pub(super) fn on_hosted(&mut self, id: TaskId, url: &Link, cx: &mut Cx) {
        self.hosting.forget(id);
        self.note(id);
        let Some(task) = self.tasks.get_mut(&id) else {
            return;
        };
        let can_wait = matches!(
            task.state,
            TaskState::Waiting { .. } | TaskState::Held { .. }
        );
        let Request::Upload(order) = &mut task.request else {
            return;
        };
        if !can_wait || order.audio_url.is_some() {
            return;
        }
        order.audio_url = Some(url.as_str().to_owned());
        if let TaskState::Waiting { retry_at, because } = &mut task.state {
            (*retry_at, *because) = (None, None);
        }
        self.disk.keeps(id, cx.now);
        cx.emit(Effect::Save(Record::Task(Box::new(task.clone()))));
        self.note(id);
    }

    /// The file did not get there. Trouble on the way passes; what the host says for good is told to the user.
    pub(super) fn on_not_hosted(&mut self, id: TaskId, failure: Failure, cx: &mut Cx) {
        let breaks = self.hosting.stopped(id);
        self.note(id);
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let TaskState::Waiting { .. } = task.state else {
            return;
        };
        let tries = task.attempts + 1;
        let may_pass = match failure.kind {
            FailureKind::RateLimited => true,
            // Without an answer it is the network, which is waited for while nothing gets through; with one it is the host.
            FailureKind::Unreachable if failure.status.is_none() => breaks < TRIES,
            FailureKind::Unreachable => tries < TRIES,
            _ => false,
        };
        if matches!(failure.kind, FailureKind::NoToken | FailureKind::BadToken) {
            return self.hold_for_token(id, failure, cx);
        }
        if !may_pass {
            return self.fail(id, failure, cx);
        }
        let own = doubling(2.0, tries, LONGEST_PAUSE) * jitter(id, tries);
        let pause = asked_pause(&failure, LONGEST_ASKED).unwrap_or(paced(own, cx.settings));
        let state = TaskState::Waiting {
            retry_at: Some(after(cx.now, pause)),
            because: Some(failure),
        };
        self.advance_with(id, state, |task| task.attempts = tries, cx);
    }
}

/// From when on the file of a task may be brought to its host, if that is what the task waits for.
pub(super) fn waits_until(task: &Task) -> Option<Timestamp> {
    match task.state {
        TaskState::Waiting { retry_at, .. } if task.request.to_host().is_some() => {
            Some(retry_at.unwrap_or(Timestamp::MIN))
        }
        _ => None,
    }
}
