//! What waits for a person: a token, credit, room on the disk. What waits for a new day is in `budget.rs`.
//!
//! Invariant: nothing held was taken by the API, and what is missing is asked of the user once.

use super::TaskQueue;
use super::retry::{if_ahead, is_due, paced};
use super::roll::Place;
use crate::app::cx::Cx;
use crate::app::notice::Notice;
use crate::domain::time::after;
use crate::domain::{Failure, Hold, TaskId, TaskState, Timestamp};

/// How often one task tries whether there is credit again, in seconds: a refusal costs nothing.
const CREDIT_PROBE: f64 = 600.0;
/// How often one task tries whether the disk can keep it, in seconds: a try costs a write at most.
const DISK_PROBE: f64 = 10.0;

/// What is known to be missing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Holds {
    /// The API refused the token we have.
    token_refused: bool,
    token_given_at: Option<Timestamp>,
    /// There is no credit; when to try.
    credit: Option<Timestamp>,
    /// The disk kept nothing; when to try.
    disk: Option<Timestamp>,
}

impl TaskQueue {
    /// There is a token, or another one: everything that waited for it goes on. `cx.settings.has_token` is true by now.
    pub fn token_given(&mut self, cx: &mut Cx) {
        self.holds.token_given_at = Some(cx.now);
        self.ask_anew();
        self.look_now(cx);
        self.wake(Hold::Token, cx);
        self.on_tick(cx);
    }

    /// The user says that what was missing is there now. What it is missing for is seen by trying.
    pub fn wake_held(&mut self, why: Hold, cx: &mut Cx) {
        self.wake(why, cx);
        self.on_tick(cx);
    }

    /// Lets everything held for a reason wait for its turn again.
    pub(super) fn wake(&mut self, why: Hold, cx: &mut Cx) {
        match self.holds.probe_at(why) {
            Some(at) => *at = None,
            None if why == Hold::Token => self.holds.token_refused = false,
            None => {}
        }
        let held: Vec<TaskId> = self.held(why).collect();
        for id in held {
            self.release(id, cx);
        }
    }

    pub(super) fn release(&mut self, id: TaskId, cx: &mut Cx) {
        let state = TaskState::Waiting {
            retry_at: None,
            because: None,
        };
        self.advance(id, state, cx);
    }

    pub(super) fn resume_held(&mut self, id: TaskId, why: Hold, cx: &mut Cx) {
        match why {
            Hold::Token if cx.settings.has_token => self.release(id, cx),
            // A day is counted anew with every tick.
            Hold::Token | Hold::Budget | Hold::Paused => {}
            Hold::Credit => self.holds.credit = Some(cx.now),
            Hold::Disk => self.release(id, cx),
        }
    }

    pub(super) fn is_token_missing(&self, cx: &Cx) -> bool {
        self.holds.token_refused || !cx.settings.has_token
    }

    /// Whether a token was given since: what was refused before says nothing about it.
    pub(super) fn is_token_newer(&self, than: Option<Timestamp>) -> bool {
        self.holds
            .token_given_at
            .zip(than)
            .is_some_and(|(given, sent)| sent < given)
    }

    /// What a new order has to wait for. An order made without credit makes the queue try at once.
    pub(super) fn hold_for_new(&mut self, cx: &mut Cx) -> Option<Hold> {
        if self.is_token_missing(cx) {
            cx.notify(Notice::TokenNeeded);
            return Some(Hold::Token);
        }
        let credit = self.holds.credit.as_mut()?;
        *credit = cx.now;
        Some(Hold::Credit)
    }

    pub(super) fn hold_for_token(&mut self, id: TaskId, failure: Failure, cx: &mut Cx) {
        self.holds.token_refused = true;
        self.hold(id, Hold::Token, Some(failure), cx);
        self.hold_waiting(Hold::Token, cx);
        cx.notify(Notice::TokenNeeded);
    }

    pub(super) fn hold_waiting_for_token(&mut self, cx: &mut Cx) {
        if self.hold_waiting(Hold::Token, cx) {
            cx.notify(Notice::TokenNeeded);
        }
    }

    pub(super) fn hold_for_credit(&mut self, id: TaskId, failure: Failure, cx: &mut Cx) {
        self.holds.credit = Some(after(cx.now, paced(CREDIT_PROBE, cx.settings)));
        self.hold(id, Hold::Credit, Some(failure), cx);
        self.hold_waiting(Hold::Credit, cx);
        cx.notify(Notice::CreditNeeded);
    }

    pub(super) fn hold_for_disk(&mut self, id: TaskId, failure: Failure, cx: &mut Cx) {
        self.holds.disk = Some(after(cx.now, paced(DISK_PROBE, cx.settings)));
        let state = TaskState::Held {
            why: Hold::Disk,
            because: Some(failure),
        };
        self.advance(id, state, cx);
    }

    fn hold(&mut self, id: TaskId, why: Hold, because: Option<Failure>, cx: &mut Cx) {
        let state = TaskState::Held { why, because };
        self.advance_with(id, state, |task| task.attempts += 1, cx);
    }

    fn hold_waiting(&mut self, why: Hold, cx: &mut Cx) -> bool {
        let waiting: Vec<TaskId> = self.roll.at(Place::Waiting).collect();
        for id in &waiting {
            self.advance(*id, TaskState::Held { why, because: None }, cx);
        }
        !waiting.is_empty()
    }

    /// Lets the oldest held task try, where it is time for that and nothing else is about to tell.
    pub(super) fn probe(&mut self, cx: &mut Cx) {
        if self.is_paused || self.is_token_missing(cx) {
            return;
        }
        // An order whose file is not at its host yet tries nothing for now.
        let is_trying = self.is_submitting()
            || self
                .at(Place::Waiting)
                .any(|task| task.request.to_host().is_none());
        for (why, span) in [(Hold::Credit, CREDIT_PROBE), (Hold::Disk, DISK_PROBE)] {
            let oldest = self.held(why).next();
            let Some(at) = self.holds.probe_at(why).filter(|_| !is_trying) else {
                continue;
            };
            if oldest.is_none() {
                *at = None;
            }
            if at.is_some_and(|at| is_due(at, cx.now, span)) {
                *at = Some(after(cx.now, paced(span, cx.settings)));
                if let Some(id) = oldest {
                    self.release(id, cx);
                }
            }
        }
    }

    pub(super) fn next_probe(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_paused {
            return None;
        }
        let credit = self
            .holds
            .credit
            .filter(|_| self.held(Hold::Credit).next().is_some());
        let disk = self
            .holds
            .disk
            .filter(|_| self.held(Hold::Disk).next().is_some());
        [(credit, CREDIT_PROBE), (disk, DISK_PROBE)]
            .into_iter()
            .filter_map(|(at, span)| if_ahead(at?, now, span))
            .min()
    }
}

impl Holds {
    /// When to try again whether it is still missing. A token is not tried for: only the user can give one. A day ends by
    /// the clock.
    fn probe_at(&mut self, why: Hold) -> Option<&mut Option<Timestamp>> {
        match why {
            Hold::Disk => Some(&mut self.disk),
            Hold::Credit => Some(&mut self.credit),
            Hold::Token | Hold::Budget | Hold::Paused => None,
        }
    }
}
