//! When an order may go on the wire, and what it means when it is not taken.
//!
//! Invariant (money): a task goes back to waiting only when it is known that nothing was taken.

use super::TaskQueue;
use super::retry::{asked_pause, doubling, if_ahead, is_due, jitter, paced};
use super::roll::Place;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::domain::time::after;
use crate::domain::{
    ApiTaskId, Failure, FailureKind, Hold, Request, Task, TaskId, TaskState, Timestamp,
};

/// The longest pause of our own between two attempts, in seconds.
const LONGEST_PAUSE: f64 = 60.0;
/// The longest pause taken on when the provider asks for one, in seconds.
const LONGEST_ASKED: f64 = 3600.0;
/// How long an order may be on the wire without any answer, in seconds: one that is answered at once, and one that is
/// answered when it is done. Far beyond the client's own limits: an answer that has not come by then was lost on the way.
const UNANSWERED: f64 = 600.0;
const UNANSWERED_WORK: f64 = 1200.0;
/// Twice the span: a clock that was set back a little does not put an order in doubt.
const FURTHEST: f64 = 2.0 * UNANSWERED_WORK;
/// After the provider had too much to do: how far apart the next orders are sent, in seconds; how far at most; and from what
/// distance on they are sent as they come again. Each order that is taken halves it, each one that is not doubles it.
const SLOW: f64 = 2.0;
const SLOWEST: f64 = 60.0;
const BRISK: f64 = 0.25;

/// Whether orders may go out, for the whole queue: an overload or an outage is met once, not by each task.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Gate {
    closed: Option<Closed>,
    /// Of what kind the last failures were, and how many in a row. While there are any, one task at a time tries.
    streak: Option<(FailureKind, u32)>,
    /// How far apart orders are sent since the provider had too much to do, in seconds, and when the next one may be.
    slow: Option<(f64, Timestamp)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Closed {
    until: Timestamp,
    because: FailureKind,
}

impl Gate {
    /// A pause the provider asked for in the last sitting goes on.
    pub(super) fn resume<'a>(&mut self, tasks: impl Iterator<Item = &'a Task>) {
        let until = tasks
            .filter_map(|task| match &task.state {
                TaskState::Waiting {
                    retry_at,
                    because: Some(failure),
                } if failure.kind == FailureKind::RateLimited => *retry_at,
                _ => None,
            })
            .max();
        self.closed = until.map(|until| Closed {
            until,
            because: FailureKind::RateLimited,
        });
        self.streak = until.map(|_| (FailureKind::RateLimited, 1));
        self.slow = until.map(|until| (SLOW, until));
    }

    /// The provider was reached: an outage is over.
    pub(super) fn reached(&mut self) {
        self.closed = self
            .closed
            .filter(|closed| closed.because != FailureKind::Unreachable);
        self.streak = self
            .streak
            .filter(|(kind, _)| *kind != FailureKind::Unreachable);
    }

    /// An order was taken. After an overload the next ones follow ever closer, not all at once.
    pub(super) fn open(&mut self) {
        let slow = self.slow.map(|(apart, next)| (apart / 2.0, next));
        *self = Gate {
            slow: slow.filter(|(apart, _)| *apart >= BRISK),
            ..Gate::default()
        };
    }

    fn is_closed(&self, now: Timestamp) -> bool {
        self.opens_at(now).is_some()
    }

    /// When the next order may go out, where it may not now.
    fn opens_at(&self, now: Timestamp) -> Option<Timestamp> {
        let closed = self
            .closed
            .and_then(|closed| if_ahead(closed.until, now, LONGEST_ASKED));
        let slow = self.slow.and_then(|(_, next)| if_ahead(next, now, SLOWEST));
        closed.max(slow)
    }

    /// An order goes out.
    fn sends(&mut self, cx: &Cx) {
        if let Some((apart, next)) = &mut self.slow {
            *next = after(cx.now, paced(*apart, cx.settings));
        }
    }

    fn slow_down(&mut self, now: Timestamp) {
        let apart = self
            .slow
            .map_or(SLOW, |(apart, _)| (apart * 2.0).min(SLOWEST));
        self.slow = Some((apart, now));
    }

    fn is_careful(&self) -> bool {
        self.streak.is_some()
    }

    /// Notes a failure; whether the one before was of the same kind.
    fn is_repeated(&mut self, kind: FailureKind) -> bool {
        let is_repeated = self.streak.is_some_and(|(last, _)| last == kind);
        self.streak = self.streak.filter(|_| is_repeated).or(Some((kind, 0)));
        is_repeated
    }

    /// Closes for a while; until when. Failures of orders that were on the wire together count as one.
    fn close(&mut self, task: (TaskId, u32), failure: &Failure, cx: &Cx) -> Timestamp {
        let kind = failure.kind;
        let closed = self
            .closed
            .filter(|closed| !is_due(closed.until, cx.now, LONGEST_ASKED));
        let failures = match self.streak {
            Some((last, count)) if last == kind => count + u32::from(closed.is_none()),
            _ => 1,
        };
        self.streak = Some((kind, failures));
        if kind == FailureKind::RateLimited && closed.is_none() {
            self.slow_down(cx.now);
        }
        let first = if kind == FailureKind::Unreachable {
            2.0
        } else {
            5.0
        };
        let own = doubling(first, failures, LONGEST_PAUSE) * jitter(task.0, task.1);
        let pause = asked_pause(failure, LONGEST_ASKED).unwrap_or(paced(own, cx.settings));
        let mut next = Closed {
            until: after(cx.now, pause),
            because: kind,
        };
        if let Some(closed) = closed.filter(|closed| closed.until > next.until) {
            next = closed;
        }
        self.closed = Some(next);
        next.until
    }
}

impl TaskQueue {
    /// Sends what waits, in the order of turns, as far as there are places.
    pub(super) fn submit_waiting(&mut self, cx: &mut Cx) {
        if self.is_token_missing(cx) {
            return self.hold_waiting_for_token(cx);
        }
        self.keep_to_budget(cx);
        if self.is_paused {
            return;
        }
        while let Some((id, request)) = self.next_to_submit(cx) {
            let request = self.with_completion(id, request, cx.settings);
            let sent = request.clone();
            if !self.advance_with(id, TaskState::Submitting, |task| task.request = sent, cx) {
                return;
            }
            self.gate.sends(cx);
            cx.emit(Effect::Submit { task: id, request });
        }
    }

    fn next_to_submit(&self, cx: &Cx) -> Option<(TaskId, Request)> {
        let is_full = self.in_flight() >= cx.settings.in_flight.max(1);
        if is_full || self.gate.is_closed(cx.now) || self.gate.is_careful() && self.is_submitting()
        {
            return None;
        }
        self.at(Place::Waiting)
            .find(|task| is_ready(task) && !self.waits_to_be_called(task, cx))
            .map(|task| (task.id, task.request.clone()))
    }

    pub(super) fn next_submit(&self, now: Timestamp) -> Option<Timestamp> {
        let opens_at = self.gate.opens_at(now).filter(|_| !self.is_paused)?;
        self.at(Place::Waiting).any(is_ready).then_some(opens_at)
    }

    /// The API took an order. A late answer counts, whatever was believed in the meantime.
    pub(super) fn on_accepted(
        &mut self,
        id: TaskId,
        api_id: &ApiTaskId,
        trace_id: Option<String>,
        cx: &mut Cx,
    ) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let is_news = task.api_id.is_none() && !task.state.is_final();
        if !is_news {
            return;
        }
        let was_in_doubt = matches!(task.state, TaskState::InDoubt { .. });
        let owner = self.by_api_id.get(api_id);
        if api_id.0.is_empty() || owner.is_some_and(|owner| *owner != id) {
            // The answer names no task, or one that belongs to another order: it cannot be told what was taken.
            if !was_in_doubt {
                self.doubt(id, Failure::new(FailureKind::Unknown, ""), cx);
            }
            return;
        }
        let poll_at = self.first_poll(id, cx);
        self.advance_with(
            id,
            TaskState::Running { poll_at },
            |task| {
                task.api_id = Some(api_id.clone());
                task.trace_id = trace_id;
            },
            cx,
        );
        if was_in_doubt {
            self.tell_found(id, cx);
        }
        self.gate.open();
        self.wake(Hold::Credit, cx);
        self.wake(Hold::Disk, cx);
    }

    /// The API did not take an order, or nobody knows whether it did.
    pub(super) fn on_not_accepted(&mut self, id: TaskId, failure: Failure, cx: &mut Cx) {
        use FailureKind as K;
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        match task.state {
            TaskState::Submitting => {}
            // It was sent after all: the save that failed was an earlier one.
            TaskState::Held {
                why: Hold::Disk, ..
            } if failure.kind == K::Unknown => return self.doubt(id, failure, cx),
            _ => return,
        }
        let submitted_at = task.submitted_at;
        let attempt = (id, task.attempts + 1);
        if failure.kind != K::Unreachable {
            self.gate.reached();
        }
        match failure.kind {
            K::Unreachable | K::RateLimited => {
                let retry_at = self.gate.close(attempt, &failure, cx);
                self.wait_again(id, Some(retry_at), failure, cx);
            }
            K::NoToken | K::BadToken if self.is_token_newer(submitted_at) => {
                self.wait_again(id, None, failure, cx);
            }
            K::NoToken | K::BadToken => self.hold_for_token(id, failure, cx),
            K::NoCredit => self.hold_for_credit(id, failure, cx),
            K::Disabled
            | K::BadRequest
            | K::Retired
            | K::NoFile
            | K::TooLarge
            | K::HostRefused
            | K::Forbidden
            | K::WrongAddress
            | K::Generation
            | K::Cancelled => self.fail(id, failure, cx),
            K::Unknown | K::Dropped | K::BadFile | K::Disk => {
                // Whatever ails the provider, all the other orders should not follow this one into doubt.
                if self.gate.is_repeated(K::Unknown) {
                    self.gate.close(attempt, &failure, cx);
                }
                self.doubt(id, failure, cx);
            }
        }
    }

    fn wait_again(
        &mut self,
        id: TaskId,
        retry_at: Option<Timestamp>,
        failure: Failure,
        cx: &mut Cx,
    ) {
        let state = TaskState::Waiting {
            retry_at,
            because: Some(failure),
        };
        self.advance_with(id, state, |task| task.attempts += 1, cx);
    }

    /// An order whose answer never came may have been taken.
    pub(super) fn doubt_unanswered(&mut self, cx: &mut Cx) {
        let due = self.roll.unanswered.due(cx.now, FURTHEST);
        for (_, id) in due.collect::<Vec<_>>() {
            self.doubt(id, Failure::new(FailureKind::Unknown, ""), cx);
        }
    }

    pub(super) fn next_unanswered(&self, now: Timestamp) -> Option<Timestamp> {
        self.roll.unanswered.next(now, FURTHEST)
    }
}

/// Whether it can be sent as it is: a local file must be at its host first.
pub(super) fn is_ready(task: &Task) -> bool {
    matches!(task.state, TaskState::Waiting { .. }) && task.request.to_host().is_none()
}

/// When an order on the wire counts as unanswered.
pub(super) fn unanswered_at(task: &Task) -> Option<Timestamp> {
    let span = if task.request.answers_at_once() {
        UNANSWERED
    } else {
        UNANSWERED_WORK
    };
    matches!(task.state, TaskState::Submitting)
        .then(|| after(task.submitted_at.unwrap_or(task.created_at), span))
}
