//! When the API is asked how the songs are coming along: one question for all of them.
//!
//! Invariant: every running task is asked for again and again, whatever gets lost or refused on the way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::retry::{asked_pause, doubling, if_ahead, is_due, jitter, pace, paced};
use super::{Made, TaskQueue};
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::domain::time::{after, elapsed};
use crate::domain::{
    ApiTaskId, Failure, FailureKind, Task, TaskId, TaskRecord, TaskState, Timestamp,
};

/// How long a new task is left alone, in seconds, before the jitter; the provider advises 5 to 10.
const FIRST: f64 = 7.0;
/// The shortest and the longest pause between two questions for a task, in seconds, as the provider advises.
const SHORTEST: f64 = 5.0;
const LONGEST: f64 = 15.0;
/// The pause where the provider calls when it is done, in seconds.
const SAFETY: f64 = 60.0;
/// Until what age a task is asked for at the shortest pause, and by how much of its further age the pause grows.
const YOUNG: f64 = 60.0;
const GROWTH: f64 = 1.0 / 24.0;
/// How long the first question after a start may wait, in seconds.
const RESUMED: f64 = 2.0;
/// How many tasks one question names, and how many questions may be open at once.
const BATCH: usize = 50;
const AT_ONCE: usize = 4;
/// How many questions are asked within a second at most: the provider takes 60.
const PER_SECOND: usize = 30;
/// After how long a question counts as lost, in seconds: longer than the client waits for an answer.
const LOST: f64 = 90.0;
/// The longest pause of our own after a failure, and the longest one taken on, in seconds.
const LONGEST_PAUSE: f64 = 60.0;
const LONGEST_ASKED: f64 = 600.0;
/// From when on a task the API does not know is asked for slowly, and how slowly, in seconds.
const STRANGE: f64 = 600.0;
const STRANGE_PAUSE: f64 = 60.0;
/// How old such a task is when it is put to the user, in seconds, and how often it was asked for in vain by then. It is
/// asked for all the same, now and then: the answer may come yet.
const GIVEN_UP: f64 = 1800.0;
const GIVEN_UP_ASKED: u32 = 5;
const GIVEN_UP_PAUSE: f64 = 300.0;
/// No deadline here lies further ahead, in seconds; one that does is from before the clock was set back.
const FURTHEST: f64 = 2.0 * LONGEST_ASKED;

/// The questions that are open, and what is known about asking.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Polls {
    open: Vec<Question>,
    /// All ids the open questions name.
    asked: BTreeSet<ApiTaskId>,
    failures: u32,
    /// Nothing is asked before this moment.
    pause: Option<Timestamp>,
    /// The largest batch the API takes, where it refused a larger one.
    batch: Option<usize>,
    token_told: bool,
    strange: BTreeMap<TaskId, Strange>,
    /// When the last questions were asked, [`PER_SECOND`] at most.
    recent: VecDeque<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
struct Question {
    ids: Vec<ApiTaskId>,
    lost_at: Timestamp,
}

/// A task the API does not know.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Strange {
    since: Timestamp,
    asked: u32,
    /// When to ask next, once the user was told.
    ask_at: Timestamp,
}

impl Polls {
    /// Forgets all questions that are open, and all pauses; what the questions were about.
    fn begin_anew(&mut self) -> BTreeSet<ApiTaskId> {
        self.open.clear();
        self.failures = 0;
        self.pause = None;
        self.token_told = false;
        std::mem::take(&mut self.asked)
    }

    /// The API knows the task.
    pub(super) fn seen(&mut self, id: TaskId) {
        self.strange.remove(&id);
    }

    pub(super) fn forget(&mut self, id: TaskId) {
        self.strange.remove(&id);
    }

    /// Says once that a token is needed.
    pub(super) fn tell_token(&mut self, cx: &mut Cx) {
        if !std::mem::replace(&mut self.token_told, true) {
            cx.notify(Notice::TokenNeeded);
        }
    }

    fn is_pausing(&self, now: Timestamp) -> bool {
        self.pause
            .is_some_and(|until| !is_due(until, now, FURTHEST))
    }

    fn is_asked(&self, id: &ApiTaskId) -> bool {
        self.asked.contains(id)
    }

    fn ask(&mut self, ids: &[ApiTaskId], now: Timestamp) {
        self.asked.extend(ids.iter().cloned());
        self.open.push(Question {
            ids: ids.to_vec(),
            lost_at: after(now, LOST),
        });
        self.recent.push_back(now);
        if self.recent.len() > PER_SECOND {
            self.recent.pop_front();
        }
    }

    /// When another question may be asked, where there were many within the last second.
    fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        let first = self
            .recent
            .front()
            .filter(|_| self.recent.len() >= PER_SECOND)?;
        if_ahead(after(*first, 1.0), now, 1.0)
    }

    /// Takes a question off the list; whether it was on it.
    fn close(&mut self, asked: &[ApiTaskId]) -> bool {
        let Some(at) = self.open.iter().position(|question| question.ids == asked) else {
            return false;
        };
        let question = self.open.remove(at);
        question.ids.iter().for_each(|id| {
            self.asked.remove(id);
        });
        true
    }

    /// Takes the questions off the list whose answers do not come any more; what they were about.
    fn close_lost(&mut self, now: Timestamp) -> Vec<ApiTaskId> {
        let is_lost = |question: &Question| is_due(question.lost_at, now, 2.0 * LOST);
        let mut lost = Vec::new();
        while let Some(question) = self.open.iter().find(|question| is_lost(question)) {
            let ids = question.ids.clone();
            self.close(&ids);
            lost.extend(ids);
        }
        lost
    }

    fn back_off(&mut self, failure: &Failure, cx: &Cx) {
        if self.is_pausing(cx.now) {
            return;
        }
        self.failures += 1;
        let own = match failure.kind {
            FailureKind::NoToken | FailureKind::BadToken => LONGEST_PAUSE,
            _ => doubling(SHORTEST, self.failures, LONGEST_PAUSE),
        };
        let own = paced(own * jitter(TaskId(0), self.failures), cx.settings);
        let pause = asked_pause(failure, LONGEST_ASKED).unwrap_or(own);
        self.pause = Some(after(cx.now, pause));
    }
}

impl TaskQueue {
    /// Asks for every task that is due, and for those nearly due in the same question.
    pub(super) fn ask_for_running(&mut self, cx: &mut Cx) {
        let now = cx.now;
        let lost = self.polls.close_lost(now);
        self.note_asked(&lost);
        let free = AT_ONCE.saturating_sub(self.polls.open.len());
        if free == 0 || self.polls.is_pausing(now) {
            return;
        }
        let mut due: Vec<(Timestamp, TaskId)> = self.roll.polls.due(now, FURTHEST).collect();
        if due.is_empty() {
            return;
        }
        due.sort_unstable();
        let soon = self.roll.polls.soon(now, paced(LONGEST, cx.settings));
        let soon = soon.filter(|id| {
            self.get(*id)
                .is_some_and(|task| self.is_nearly_due(task, cx))
        });
        let due = due.into_iter().map(|(_, id)| id);
        let batch = self.polls.batch.unwrap_or(BATCH);
        let ids: Vec<ApiTaskId> = due
            .chain(soon)
            .filter_map(|id| self.asked_id(self.get(id)?).cloned())
            .take(batch * free)
            .collect();
        for batch in ids.chunks(batch) {
            if self.polls.next_turn(now).is_some() {
                return;
            }
            self.polls.ask(batch, now);
            self.note_hints_asked(batch, cx);
            self.note_asked(batch);
            cx.emit(Effect::Retrieve(batch.to_vec()));
        }
    }

    /// The token is new: what is open was asked with the old one.
    pub(super) fn ask_anew(&mut self) {
        let asked: Vec<ApiTaskId> = self.polls.begin_anew().into_iter().collect();
        self.note_asked(&asked);
    }

    /// Enters tasks in the roll of which a question was asked or closed.
    fn note_asked(&mut self, ids: &[ApiTaskId]) {
        for id in ids {
            if let Some(task) = self.by_api_id.get(id).copied() {
                self.note(task);
            }
        }
        // Those that only a call has named are asked for by that name.
        for task in self.hinted() {
            self.note(task);
        }
    }

    /// When a task is to be asked for, unless a question about it is open.
    pub(super) fn asks_at(&self, task: &Task) -> Option<Timestamp> {
        let api_id = self.asked_id(task)?;
        self.poll_at(task).filter(|_| !self.polls.is_asked(api_id))
    }

    /// When a task is to be asked for, if it is one that can be: sooner where the provider has called.
    fn poll_at(&self, task: &Task) -> Option<Timestamp> {
        let own = match task.state {
            TaskState::Running { poll_at } => Some(poll_at),
            TaskState::InDoubt { .. } if task.api_id.is_some() => {
                let strange = self.polls.strange.get(&task.id);
                Some(strange.map_or(Timestamp::MIN, |strange| strange.ask_at))
            }
            _ => None,
        };
        let hint = self.hint_at(task);
        own.into_iter().chain(hint).min()
    }

    pub(super) fn next_question(&self, now: Timestamp) -> Option<Timestamp> {
        let lost = self.polls.open.iter().map(|question| question.lost_at);
        let lost = lost.filter_map(|at| if_ahead(at, now, 2.0 * LOST)).min();
        let pause = self.polls.pause.and_then(|at| if_ahead(at, now, FURTHEST));
        let free = self.polls.open.len() < AT_ONCE;
        let turn = self.polls.next_turn(now);
        let is_due = || self.roll.polls.due(now, FURTHEST).next().is_some();
        let asks = match pause {
            Some(until) => Some(until).filter(|_| !self.roll.polls.is_empty()),
            None if free && turn.is_some() && is_due() => turn,
            None => self.roll.polls.next(now, FURTHEST),
        };
        [lost, asks].into_iter().flatten().min()
    }

    /// The API answered: takes in what it told, and wonders about what it did not.
    pub(super) fn on_retrieved(
        &mut self,
        asked: &[ApiTaskId],
        records: Vec<TaskRecord>,
        cx: &mut Cx,
    ) -> Vec<Made> {
        self.polls.close(asked);
        self.note_asked(asked);
        self.polls.failures = 0;
        self.polls.pause = None;
        self.polls.token_told = false;
        self.gate.reached();
        self.postpone(asked, cx);
        let told: BTreeSet<&ApiTaskId> = records.iter().map(|record| &record.id).collect();
        let missing: Vec<TaskId> = asked
            .iter()
            .filter(|id| !told.contains(id))
            .filter_map(|id| self.by_api_id.get(id).copied())
            .collect();
        let mut songs = Vec::new();
        for record in records {
            songs.extend(self.confirm(record, cx));
        }
        self.note_unconfirmed(asked, cx);
        for id in missing {
            self.on_strange(id, cx);
        }
        songs
    }

    /// Asking failed: it is free to ask again. What was asked with an old token, or is lost already, says nothing.
    pub(super) fn on_not_retrieved(&mut self, asked: &[ApiTaskId], failure: &Failure, cx: &mut Cx) {
        if !self.polls.close(asked) {
            return;
        }
        self.note_asked(asked);
        if matches!(failure.kind, FailureKind::NoToken | FailureKind::BadToken) {
            self.polls.tell_token(cx);
        }
        if failure.kind == FailureKind::BadRequest {
            // One id the API chokes on must not keep the others from being asked for.
            self.polls.batch = Some((asked.len() / 2).max(1));
        }
        self.polls.back_off(failure, cx);
        self.note_unconfirmed(asked, cx);
    }

    /// The API does not know its own id: perhaps not yet. After a long time the user is asked, for money may be spent.
    fn on_strange(&mut self, id: TaskId, cx: &mut Cx) {
        let Some(task) = self.tasks.get_mut(&id) else {
            return;
        };
        let since = task.submitted_at.unwrap_or(task.created_at);
        let strange = self.polls.strange.entry(id).or_insert(Strange {
            since: cx.now,
            asked: 0,
            ask_at: cx.now,
        });
        strange.asked = strange.asked.saturating_add(1);
        strange.ask_at = after(cx.now, paced(GIVEN_UP_PAUSE, cx.settings));
        let (age, strange_for) = (elapsed(since, cx.now).0, elapsed(strange.since, cx.now).0);
        let pause = if strange_for < paced(STRANGE, cx.settings) {
            LONGEST
        } else {
            STRANGE_PAUSE
        };
        let is_given_up = strange.asked >= GIVEN_UP_ASKED
            && strange_for >= paced(STRANGE, cx.settings)
            && age >= paced(GIVEN_UP, cx.settings);
        if let TaskState::Running { poll_at } = &mut task.state {
            *poll_at = after(cx.now, paced(pause, cx.settings));
            if is_given_up {
                self.give_up_strange(id, cx);
            }
        }
        self.note(id);
    }

    fn give_up_strange(&mut self, id: TaskId, cx: &mut Cx) {
        let state = TaskState::InDoubt {
            since: cx.now,
            look_at: None,
            because: Failure::new(FailureKind::Unknown, ""),
        };
        if self.advance(id, state, cx) {
            cx.notify(Notice::TaskInDoubt(self.label(id)));
        }
    }

    /// Nothing that was just asked for is due at once again, whatever the answer was.
    fn postpone(&mut self, asked: &[ApiTaskId], cx: &Cx) {
        for id in asked {
            let Some(id) = self.by_api_id.get(id).copied() else {
                continue;
            };
            let is_called = self.is_called(id);
            let Some(task) = self.tasks.get_mut(&id) else {
                continue;
            };
            let next = after(cx.now, pause(task, is_called, cx));
            if let TaskState::Running { poll_at } = &mut task.state {
                *poll_at = next;
                self.note(id);
            }
        }
    }

    /// Whether a task may as well be asked for now, so that one question serves all that run.
    fn is_nearly_due(&self, task: &Task, cx: &Cx) -> bool {
        let TaskState::Running { poll_at } = task.state else {
            return false;
        };
        age(task, cx.now) >= paced(SHORTEST, cx.settings)
            && elapsed(cx.now, poll_at).0 <= pause(task, self.is_called(task.id), cx) / 2.0
    }

    /// When a task that was just taken is asked for the first time.
    pub(super) fn first_poll(&self, id: TaskId, cx: &Cx) -> Timestamp {
        if self.is_called(id) {
            after(cx.now, paced(SAFETY * jitter(id, 0), cx.settings))
        } else {
            first_poll(id, cx)
        }
    }

    /// A task from the last sitting is asked for soon.
    pub(super) fn ask_soon(&mut self, id: TaskId, cx: &Cx) {
        let pause = paced(RESUMED * jitter(id, 0), cx.settings);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.state = TaskState::Running {
                poll_at: after(cx.now, pause),
            };
            self.note(id);
        }
    }
}

/// When a task that is only asked for is asked for the first time.
pub(super) fn first_poll(id: TaskId, cx: &Cx) -> Timestamp {
    after(cx.now, paced(FIRST * jitter(id, 0), cx.settings))
}

/// The pause between two questions for a task of its age. One whose end the provider calls for is asked for all the same:
/// a call can be lost.
fn pause(task: &Task, is_called: bool, cx: &Cx) -> f64 {
    if is_called {
        return paced(SAFETY, cx.settings);
    }
    let age = age(task, cx.now) / pace(cx.settings);
    let pause = SHORTEST + (age - YOUNG).max(0.0) * GROWTH;
    paced(pause.min(LONGEST), cx.settings)
}

fn age(task: &Task, now: Timestamp) -> f64 {
    elapsed(task.submitted_at.unwrap_or(task.created_at), now).0
}
