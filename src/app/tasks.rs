//! The task engine: submit, wait, ask, deliver.
//!
//! Invariant (money): an order that may have been taken is never sent again by itself.

mod budget;
mod company;
mod delivery;
mod disk;
mod doubt;
mod holds;
mod hooks;
mod hosting;
mod order;
mod polling;
pub(crate) mod retry;
mod roll;
mod submitting;

pub(crate) use company::Mirrored;
pub use delivery::Made;

use std::collections::BTreeMap;

use super::cx::Cx;
use super::effect::Effect;
use super::event::TaskEvent;
use super::notice::Notice;
use crate::domain::time::{after, elapsed};
use crate::domain::{
    ApiTaskId, Failure, FailureKind, Hold, Record, Request, Task, TaskId, TaskState, Timestamp,
};
use budget::Budget;
use company::Company;
use disk::Disk;
use doubt::Doubt;
use holds::Holds;
use hooks::Hooks;
pub use hooks::{as_sent, completion_of, wanted};
use hosting::Hosting;
use polling::Polls;
use roll::{Dues, Place, Roll};
use submitting::Gate;

/// For how long a finished order still counts as the twin of an equal one, in seconds.
const TWIN_SECONDS: f64 = 60.0;

/// Every task that is known, and what is to be done about it.
///
/// Each call does all that can be done at `cx.now`, so a moment that is due was either acted upon or waits for an event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskQueue {
    tasks: BTreeMap<TaskId, Task>,
    roll: Roll,
    /// Every task the API has an id of, those included that are not at hand.
    by_api_id: BTreeMap<ApiTaskId, TaskId>,
    /// Nothing is sent by the user's wish.
    is_paused: bool,
    gate: Gate,
    holds: Holds,
    polls: Polls,
    doubt: Doubt,
    disk: Disk,
    budget: Budget,
    hosting: Hosting,
    hooks: Hooks,
    company: Company,
}

/// How many tasks stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// On the wire or at the API.
    pub running: usize,
    /// Waiting for their turn.
    pub waiting: usize,
    /// Waiting for a person.
    pub held: usize,
    /// Sent, outcome unknown.
    pub in_doubt: usize,
}

impl TaskQueue {
    /// The tasks as they were kept. Nothing is done before [`TaskQueue::start`].
    pub fn new(tasks: Vec<Task>) -> Self {
        let mut queue = TaskQueue::default();
        for task in tasks {
            let id = task.id;
            if let Some(api_id) = &task.api_id {
                queue.by_api_id.entry(api_id.clone()).or_insert(id);
            }
            queue.tasks.insert(id, task);
            queue.note(id);
        }
        queue
    }

    /// Takes in whose the ids are that the API gave to tasks which are not at hand: their records are no strangers.
    pub fn know(&mut self, ids: impl IntoIterator<Item = (ApiTaskId, TaskId)>) {
        for (api_id, task) in ids {
            self.by_api_id.entry(api_id).or_insert(task);
        }
    }

    /// Whether a task of ours has this id at the API.
    pub fn knows(&self, api_id: &ApiTaskId) -> bool {
        self.by_api_id.contains_key(api_id)
    }

    /// Takes up the work of the last sitting. A task that was on the wire when it ended is in doubt, and not sent again.
    pub fn start(&mut self, cx: &mut Cx) {
        if self.is_mirror() {
            return;
        }
        for id in self.open_ids() {
            self.resume(id, cx);
        }
        let open = self.roll.open().filter_map(|id| self.tasks.get(&id));
        self.gate.resume(open);
        self.on_tick(cx);
    }

    /// All tasks, in the order they were ordered.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Task> + ExactSizeIterator {
        self.tasks.values()
    }

    /// The task of an id.
    pub fn get(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }

    /// Takes an order: it is kept, and sent as soon as there is a place for it.
    pub fn order(&mut self, request: Request, cx: &mut Cx) -> TaskId {
        self.order_about(request, String::new(), cx)
    }

    /// [`TaskQueue::order`], with the title of the song it is done to.
    pub fn order_about(&mut self, mut request: Request, about: String, cx: &mut Cx) -> TaskId {
        let last = self.tasks.last_key_value().map_or(i64::MIN, |(id, _)| id.0);
        let id = TaskId(cx.now.as_microsecond().max(last.saturating_add(1)));
        hooks::forget_address(&mut request);
        let mut task = Task::new(id, request, cx.now);
        task.about = about;
        task.ticket = self.next_ticket(cx.settings);
        self.enter(task, cx);
        id
    }

    /// Takes in a new order: it is kept, and what comes next is done.
    fn enter(&mut self, mut task: Task, cx: &mut Cx) {
        let id = task.id;
        if self.is_mirror() {
            self.company.hand_over(id);
        } else if let Some(why) = self.hold_for_new(cx) {
            task.state = TaskState::Held { why, because: None };
        }
        self.disk.keeps(id, cx.now);
        cx.emit(Effect::Save(self.record(&task)));
        self.tasks.insert(id, task);
        self.note(id);
        self.on_tick(cx);
    }

    /// Takes in what happened to a task. Gives back what was just made; songs and words are kept already.
    pub fn on_event(&mut self, event: TaskEvent, cx: &mut Cx) -> Vec<Made> {
        let made = match event {
            TaskEvent::Accepted {
                task,
                api_id,
                trace_id,
                record,
            } => {
                self.on_accepted(task, &api_id, trace_id, cx);
                let is_its = self.by_api_id.get(&api_id) == Some(&task);
                match record.filter(|_| is_its) {
                    Some(record) => self.deliver_to(task, *record, cx),
                    None => Vec::new(),
                }
            }
            TaskEvent::NotAccepted { task, failure } => {
                self.on_not_accepted(task, failure, cx);
                Vec::new()
            }
            TaskEvent::Retrieved { asked, records } => self.on_retrieved(&asked, records, cx),
            TaskEvent::NotRetrieved { asked, failure } => {
                self.on_not_retrieved(&asked, &failure, cx);
                Vec::new()
            }
            TaskEvent::Delivered { task, api_id } => {
                self.on_delivered(task, api_id, cx);
                Vec::new()
            }
            TaskEvent::Searched { sought, found } => self.on_searched(&sought, found, cx),
            // Taken in by the import.
            TaskEvent::Listed { .. } => return Vec::new(),
            TaskEvent::Hosting { task, done, total } => {
                self.on_hosting(task, done, total);
                return Vec::new();
            }
            TaskEvent::Hosted { task, url } => {
                self.on_hosted(task, &url, cx);
                Vec::new()
            }
            TaskEvent::NotHosted { task, failure } => {
                self.on_not_hosted(task, failure, cx);
                Vec::new()
            }
        };
        self.on_tick(cx);
        made
    }

    /// Sends a task in doubt once more: the user's own decision, possible once it was looked for in vain.
    /// Tells whether it was possible.
    pub fn send_again(&mut self, id: TaskId, cx: &mut Cx) -> bool {
        let given_up = self
            .get(id)
            .is_some_and(|task| matches!(task.state, TaskState::InDoubt { look_at: None, .. }));
        let sent = given_up
            && self.advance_with(
                id,
                TaskState::Waiting {
                    retry_at: None,
                    because: None,
                },
                |task| {
                    task.api_id = None;
                    task.doubts = task.doubts.saturating_add(1);
                },
                cx,
            );
        self.on_tick(cx);
        sent
    }

    /// Orders a failed task anew; the new task.
    pub fn order_again(&mut self, id: TaskId, cx: &mut Cx) -> Option<TaskId> {
        let task = self.get(id)?;
        matches!(task.state, TaskState::Failed { .. })
            .then(|| (task.request.as_ordered(), task.about.clone()))
            .map(|(request, about)| self.order_about(request, about, cx))
    }

    /// Gives up a task that is not at the API as far as we know. Tells whether it was possible.
    pub fn drop_task(&mut self, id: TaskId, cx: &mut Cx) -> bool {
        let kind = match self.get(id).map(|task| &task.state) {
            Some(TaskState::Waiting { .. } | TaskState::Held { .. }) => FailureKind::Cancelled,
            Some(TaskState::InDoubt { .. }) => FailureKind::Dropped,
            _ => return false,
        };
        let because = Failure::new(kind, "");
        let dropped = self.advance(id, TaskState::Failed { because }, cx);
        self.on_tick(cx);
        dropped
    }

    /// Whether an equal order is in the queue, or was made within the last minute and did not fail.
    pub fn has_twin(&self, request: &Request, now: Timestamp) -> bool {
        let request = request.as_ordered();
        let ended = self.roll.finished_since(after(now, -TWIN_SECONDS));
        let mut tasks = self.open().chain(ended.filter_map(|id| self.get(id)));
        tasks.any(|task| {
            let counts = match task.state {
                TaskState::Failed { .. } => false,
                TaskState::Succeeded => {
                    task.created_at <= now && elapsed(task.created_at, now).0 < TWIN_SECONDS
                }
                _ => true,
            };
            counts && task.request.as_ordered() == request
        })
    }

    /// Whether an order is on the wire at this moment.
    pub fn is_submitting(&self) -> bool {
        self.roll.count(Place::Submitting) > 0
    }

    /// What is not final, in the order of turns, and below it the latest `finished` that are.
    pub fn rows(&self, finished: usize) -> Vec<TaskId> {
        let latest = self.roll.latest().take(finished);
        self.roll.open().chain(latest).collect()
    }

    /// How many tasks stand where.
    pub fn counts(&self) -> Counts {
        Counts {
            running: self.in_flight(),
            waiting: self.roll.count(Place::Waiting),
            held: self.roll.held(),
            in_doubt: self.roll.count(Place::InDoubt),
        }
    }

    /// Does what is due.
    pub fn on_tick(&mut self, cx: &mut Cx) {
        if self.is_mirror() {
            return self.save_again(cx);
        }
        self.doubt_unanswered(cx);
        self.save_again(cx);
        self.probe(cx);
        self.host_waiting(cx);
        self.listen(cx);
        self.submit_waiting(cx);
        self.look_for_doubtful(cx);
        self.ask_for_running(cx);
    }

    /// When [`TaskQueue::on_tick`] has something to do, or a second passes for a task in flight. `now` is the moment of
    /// the last call; the answer is always later.
    pub fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_mirror() {
            let wakes = [self.next_second(now), self.disk.next_wake(now)];
            return wakes.into_iter().flatten().min();
        }
        [
            self.next_second(now),
            self.next_unanswered(now),
            self.disk.next_wake(now),
            self.next_probe(now),
            self.next_submit(now),
            self.next_day(now),
            self.next_host(now),
            self.next_listening(now),
            self.next_look(now),
            self.next_question(now),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When the clock of the oldest task in flight shows another second. One clock is enough: no more than one wake a second.
    fn next_second(&self, now: Timestamp) -> Option<Timestamp> {
        let mut places = [Place::Submitting, Place::Running].into_iter();
        let id = places.find_map(|place| self.roll.at(place).next())?;
        let task = self.get(id)?;
        let since = task.submitted_at.unwrap_or(task.created_at);
        let into_second = now.duration_since(since).as_millis().rem_euclid(1000) as f64;
        Some(after(now, (1000.0 - into_second) / 1000.0))
    }

    fn open(&self) -> impl Iterator<Item = &Task> {
        self.roll.open().filter_map(|id| self.tasks.get(&id))
    }

    /// What stands there, in the order of turns.
    fn at(&self, place: Place) -> impl Iterator<Item = &Task> {
        self.roll.at(place).filter_map(|id| self.tasks.get(&id))
    }

    fn in_flight(&self) -> usize {
        self.roll.count(Place::Submitting) + self.roll.count(Place::Running)
    }

    fn open_ids(&self) -> Vec<TaskId> {
        self.roll.open().collect()
    }

    /// Enters a task in the roll as it stands: called after every change of one.
    fn note(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let dues = Dues {
            poll: self.asks_at(task),
            look: doubt::look_at(task),
            unanswered: submitting::unanswered_at(task),
            host: hosting::waits_until(task).filter(|_| !self.hosting.is_under_way(id)),
        };
        self.roll.note(task, dues);
    }

    fn resume(&mut self, id: TaskId, cx: &mut Cx) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        match &task.state {
            TaskState::Submitting => self.doubt_at_start(id, cx),
            TaskState::Running { .. } if task.api_id.is_none() => self.doubt_at_start(id, cx),
            TaskState::Running { .. } => self.ask_soon(id, cx),
            TaskState::Held { why, .. } => {
                let why = *why;
                self.resume_held(id, why, cx);
            }
            _ => {}
        }
    }

    /// The only way a task moves: legal moves alone, stamped, and kept before anything follows. Tells whether it moved.
    fn advance(&mut self, id: TaskId, next: TaskState, cx: &mut Cx) -> bool {
        self.advance_with(id, next, |_| {}, cx)
    }

    /// [`TaskQueue::advance`], with what else becomes known of the task by the move.
    fn advance_with(
        &mut self,
        id: TaskId,
        next: TaskState,
        change: impl FnOnce(&mut Task),
        cx: &mut Cx,
    ) -> bool {
        // What another program has the engine for is moved there alone.
        let is_ours = !self.is_mirror();
        let Some(task) = self.tasks.get_mut(&id).filter(|_| is_ours) else {
            return false;
        };
        if !task.state.may_become(&next) {
            return false;
        }
        change(task);
        task.state = next;
        if matches!(task.state, TaskState::Submitting) {
            task.submitted_at = Some(cx.now);
        } else if !task.state.is_final() {
            self.disk.keeps(id, cx.now);
        }
        if let Some(api_id) = &task.api_id {
            self.by_api_id.entry(api_id.clone()).or_insert(id);
        }
        if task.state.is_final() {
            task.finished_at = Some(cx.now);
            self.polls.forget(id);
            self.hosting.forget(id);
            self.doubt.forget(id);
            self.disk.forget(id);
            self.budget.forget(id);
            self.hooks.forget(id);
        }
        cx.emit(Effect::Save(Record::Task(Box::new(task.clone()))));
        self.note(id);
        true
    }

    /// Tells the user that a task ended without a song.
    fn fail(&mut self, id: TaskId, because: Failure, cx: &mut Cx) {
        let state = TaskState::Failed {
            because: because.clone(),
        };
        if self.advance(id, state, cx) {
            let label = self.label(id);
            cx.notify(Notice::TaskFailed(label, because));
        }
    }

    fn label(&self, id: TaskId) -> String {
        self.get(id)
            .map(|task| task.label().to_owned())
            .unwrap_or_default()
    }

    fn held(&self, why: Hold) -> impl Iterator<Item = TaskId> + '_ {
        self.roll.at(Place::Held(why))
    }
}
