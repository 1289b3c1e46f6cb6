//! The money rule, whatever happens in whatever order: no order is taken twice unless the user says so, none that was
//! taken gets lost, and the queue always comes to rest.

use std::collections::BTreeMap;

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{TaskEvent, WebhookEvent};
use fuzzbox::app::tasks::TaskQueue;
use fuzzbox::domain::Shift;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Completion, Failure, FailureKind, Hold, Outcome, Request, TaskId,
    TaskRecord, TaskState, Timestamp,
};
use proptest::prelude::*;

use super::bench::{Bench, is_with_user, record, song};

/// The way to answer anything well.
const ALL_WELL: u8 = 15;

/// Something that happens to the studio.
#[derive(Debug, Clone, Copy)]
enum Step {
    Order(u8),
    /// An order whose end the provider calls for.
    OrderToBeCalled(u8),
    /// The provider calls for something it took, or somebody does who gives another's id.
    Call(usize, Option<usize>),
    /// The API does something with one of the requests it has, in one of several ways.
    Answer(usize, u8),
    /// An earlier answer comes once more.
    Repeat(usize),
    Wake,
    Pass(u16),
    Jump(i32),
    /// The program is killed; the API has or has not got what was on the wire.
    Kill(bool),
    /// The next order is not kept.
    DiskFails,
    SendAgain(usize),
    Drop(usize),
    OrderAgain(usize),
    Token,
    Credit,
    /// The queue is paused, or goes on.
    Pause(bool),
    /// A task is put aside, or waits again.
    PauseTask(usize, bool),
    Shift(usize, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..3u8).prop_map(Step::Order),
        2 => (0..3u8).prop_map(Step::OrderToBeCalled),
        3 => (any::<usize>(), any::<Option<usize>>()).prop_map(|(n, id)| Step::Call(n, id)),
        12 => (any::<usize>(), any::<u8>()).prop_map(|(job, how)| Step::Answer(job, how)),
        1 => any::<usize>().prop_map(Step::Repeat),
        8 => Just(Step::Wake),
        3 => (0..700u16).prop_map(Step::Pass),
        1 => (-100_000..100_000i32).prop_map(Step::Jump),
        1 => any::<bool>().prop_map(Step::Kill),
        1 => Just(Step::DiskFails),
        1 => any::<usize>().prop_map(Step::SendAgain),
        1 => any::<usize>().prop_map(Step::Drop),
        1 => any::<usize>().prop_map(Step::OrderAgain),
        1 => Just(Step::Token),
        1 => Just(Step::Credit),
        1 => any::<bool>().prop_map(Step::Pause),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(n, on)| Step::PauseTask(n, on)),
        1 => (any::<usize>(), any::<u8>()).prop_map(|(n, to)| Step::Shift(n, to)),
    ];
    proptest::collection::vec(step, 0..150)
}

/// An order the API took, and will charge.
struct Taken {
    api_id: ApiTaskId,
    task: TaskId,
    request: Request,
    at: Timestamp,
    polls: u32,
}

/// The studio's engine and the API, with what lies between them.
struct World {
    bench: Bench,
    /// What the API was asked to do and has not done yet.
    jobs: Vec<Effect>,
    taken: Vec<Taken>,
    /// Answers given since the program was started.
    answers: Vec<TaskEvent>,
    /// Whether a task may go on the wire: it never did, it is known not to have been taken, or the user said so.
    may_send: BTreeMap<TaskId, bool>,
    sent_again: BTreeMap<TaskId, usize>,
    dropped: usize,
    disk_fails: bool,
}

impl World {
    fn new() -> Self {
        let mut bench = Bench::new();
        bench.settings.in_flight = 2;
        bench.settings.webhook = Some("https://studio.example".to_owned());
        World {
            bench,
            jobs: Vec::new(),
            taken: Vec::new(),
            answers: Vec::new(),
            may_send: BTreeMap::new(),
            sent_again: BTreeMap::new(),
            dropped: 0,
            disk_fails: false,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Order(n) => {
                self.bench.order(&format!("prompt {n}"));
            }
            Step::Answer(job, how) if !self.jobs.is_empty() => {
                let job = self.jobs.swap_remove(job % self.jobs.len());
                self.answer(job, how);
            }
            Step::Repeat(n) if !self.answers.is_empty() => {
                let answer = self.answers[n % self.answers.len()].clone();
                self.bench.event(answer);
            }
            Step::Wake if self.bench.queue.next_wake(self.bench.now).is_some() => self.bench.wake(),
            Step::Pass(seconds) => {
                self.bench.pass(seconds.into());
            }
            Step::Jump(seconds) => {
                self.bench.now = after(self.bench.now, seconds.into());
                self.bench.tick();
            }
            Step::Kill(is_taken) => self.kill(is_taken),
            Step::DiskFails => self.disk_fails = true,
            Step::Answer(..) | Step::Repeat(_) | Step::Wake => {}
            wish => self.wish(wish),
        }
        self.perform();
    }

    /// What the user does with what is in the queue.
    fn wish(&mut self, step: Step) {
        match step {
            Step::SendAgain(n) => self.with_task(n, |world, task| {
                if world.bench.act(|queue, cx| queue.send_again(task, cx)) {
                    *world.sent_again.entry(task).or_default() += 1;
                    world.may_send.insert(task, true);
                }
            }),
            Step::Drop(n) => self.with_task(n, |world, task| {
                let dropped = world.bench.act(|queue, cx| queue.drop_task(task, cx));
                world.dropped += usize::from(dropped);
            }),
            Step::OrderAgain(n) => self.with_task(n, |world, task| {
                world.bench.act(|queue, cx| queue.order_again(task, cx));
            }),
            Step::Token => self.bench.act(TaskQueue::token_given),
            Step::Credit => self
                .bench
                .act(|queue, cx| queue.wake_held(Hold::Credit, cx)),
            step => self.other_step(step),
        }
    }

    /// Calls of the provider's, and what is done with the queue as a whole.
    fn other_step(&mut self, step: Step) {
        match step {
            Step::OrderToBeCalled(n) => {
                let request = Request::from(AudiosRequest {
                    prompt: Some(format!("prompt {n}")),
                    completion: Some(Completion::Webhook),
                    ..AudiosRequest::default()
                });
                self.bench.act(|queue, cx| queue.order(request, cx));
            }
            Step::Call(n, id) if !self.taken.is_empty() => {
                let count = self.taken.len();
                let (called, named) = (n % count, id.unwrap_or(n) % count);
                let call = TaskEvent::Delivered {
                    task: self.taken[called].task,
                    api_id: Some(self.taken[named].api_id.clone()),
                };
                self.bench.event(call);
            }
            Step::Pause(true) => self.bench.act(TaskQueue::pause_queue),
            Step::Pause(false) => self.bench.act(TaskQueue::resume_queue),
            Step::PauseTask(n, on) => self.with_task(n, |world, task| {
                world.bench.act(|queue, cx| {
                    if on {
                        queue.pause_task(task, cx)
                    } else {
                        queue.resume_task(task, cx)
                    }
                });
            }),
            Step::Shift(n, to) => self.with_task(n, |world, task| {
                let shift = [Shift::Earlier, Shift::Later, Shift::First][usize::from(to % 3)];
                world.bench.act(|queue, cx| queue.shift(task, shift, cx));
            }),
            // There is nothing yet to do it to.
            _ => {}
        }
    }

    fn with_task(&mut self, n: usize, act: impl FnOnce(&mut Self, TaskId)) {
        let ids: Vec<TaskId> = self.bench.queue.iter().map(|task| task.id).collect();
        if let Some(id) = ids.get(n % ids.len().max(1)) {
            act(self, *id);
        }
    }

    /// Does what the engine asked for, and holds it against the rule.
    fn perform(&mut self) {
        while !self.bench.effects.is_empty() {
            for effect in std::mem::take(&mut self.bench.effects) {
                match effect {
                    Effect::Submit { task, .. } => {
                        assert!(!self.bench.paused, "sent by a paused queue");
                        assert!(
                            self.may_send.insert(task, false).unwrap_or(true),
                            "sent a second time"
                        );
                        if std::mem::take(&mut self.disk_fails) {
                            self.may_send.insert(task, true);
                            self.bench
                                .act(|queue, cx| queue.not_saved(task, "disk full", cx));
                        } else {
                            self.jobs.push(effect);
                        }
                    }
                    Effect::Listen => {
                        let event = match self.bench.now.as_second() % 3 {
                            0 => WebhookEvent::NotOpened("taken".to_owned()),
                            _ => WebhookEvent::Opened("here".to_owned()),
                        };
                        self.bench.act(|queue, cx| queue.on_webhook(event, cx));
                    }
                    Effect::Retrieve(_) | Effect::Search { .. } => self.jobs.push(effect),
                    _ => {}
                }
            }
        }
    }

    fn kill(&mut self, is_taken: bool) {
        for job in std::mem::take(&mut self.jobs) {
            if let Effect::Submit { task, .. } = job
                && is_taken
            {
                self.take(task);
            }
        }
        self.answers.clear();
        self.bench.restart();
    }

    fn take(&mut self, task: TaskId) -> ApiTaskId {
        let before = self.taken.iter().filter(|taken| taken.task == task).count();
        let wanted = 1 + self.sent_again.get(&task).copied().unwrap_or_default();
        assert!(before < wanted, "charged twice");
        let api_id = ApiTaskId(format!("api-{}", self.taken.len()));
        self.taken.push(Taken {
            api_id: api_id.clone(),
            task,
            request: self.bench.task(task).request.clone(),
            at: self.bench.now,
            polls: 0,
        });
        api_id
    }

    fn answer(&mut self, job: Effect, how: u8) {
        let answer = match job {
            Effect::Submit { task, .. } => self.answer_order(task, how),
            Effect::Retrieve(asked) => match how % 8 {
                0 => None,
                1 => Some((asked, FailureKind::Unreachable)),
                2 => Some((asked, FailureKind::BadToken)),
                3 => Some((asked, FailureKind::BadRequest)),
                4 => {
                    return self.tell(TaskEvent::Retrieved {
                        asked,
                        records: vec![],
                    });
                }
                _ => return self.tell_outcomes(asked),
            }
            .map(|(asked, kind)| TaskEvent::NotRetrieved {
                asked,
                failure: Failure::new(kind, ""),
            }),
            Effect::Search {
                sought,
                since,
                until,
                ..
            } => match how % 6 {
                0 => None,
                1 => Some(Err(Failure::new(FailureKind::Unreachable, ""))),
                2 => Some(Err(Failure::new(FailureKind::Unknown, ""))),
                _ => Some(Ok(self.listed(since, until))),
            }
            .map(|found| TaskEvent::Searched { sought, found }),
            _ => None,
        };
        if let Some(answer) = answer {
            self.tell(answer);
        }
    }

    fn answer_order(&mut self, task: TaskId, how: u8) -> Option<TaskEvent> {
        use FailureKind as K;
        let kind = match how % 12 {
            0..=3 => {
                return Some(TaskEvent::Accepted {
                    task,
                    api_id: self.take(task),
                    trace_id: None,
                    record: None,
                });
            }
            4 => {
                self.take(task);
                K::Unknown
            }
            5 => {
                // The answer is lost.
                self.take(task);
                return None;
            }
            6 => K::Unknown,
            7 => K::RateLimited,
            8 => K::NoCredit,
            9 => K::BadToken,
            10 => K::Forbidden,
            _ => K::Unreachable,
        };
        // Known not to have been taken, and not the end of it: it may go out again without anybody being asked.
        let passes = [
            K::Unreachable,
            K::RateLimited,
            K::NoToken,
            K::BadToken,
            K::NoCredit,
        ];
        if passes.contains(&kind) {
            self.may_send.insert(task, true);
        }
        Some(TaskEvent::NotAccepted {
            task,
            failure: Failure::new(kind, ""),
        })
    }

    fn tell(&mut self, event: TaskEvent) {
        if !matches!(event, TaskEvent::NotAccepted { .. }) {
            self.answers.push(event.clone());
        }
        self.bench.event(event);
    }

    /// Each task is under way when it is asked for first, and finished when it is asked for again.
    fn tell_outcomes(&mut self, asked: Vec<ApiTaskId>) {
        let mut records = Vec::new();
        for taken in self
            .taken
            .iter_mut()
            .filter(|taken| asked.contains(&taken.api_id))
        {
            taken.polls += 1;
            records.push(taken.record());
        }
        self.tell(TaskEvent::Retrieved { asked, records });
    }

    fn listed(&self, since: Timestamp, until: Timestamp) -> Vec<TaskRecord> {
        self.taken
            .iter()
            .filter(|taken| since <= taken.at && taken.at <= until)
            .map(Taken::record)
            .collect()
    }

    /// From here on all is well with the world; the queue comes to rest.
    fn come_to_rest(&mut self) {
        self.step(Step::Token);
        self.step(Step::Pause(false));
        for n in 0..self.bench.queue.iter().count() {
            self.step(Step::PauseTask(n, false));
        }
        self.bench
            .act(|queue, cx| queue.wake_held(Hold::Credit, cx));
        self.bench.act(|queue, cx| queue.wake_held(Hold::Disk, cx));
        self.disk_fails = false;
        self.perform();
        let begun = self.bench.now;
        for wakes in 0.. {
            while let Some(job) = self.jobs.pop() {
                self.answer(job, ALL_WELL);
                self.perform();
            }
            if self.bench.queue.next_wake(self.bench.now).is_none() {
                break;
            }
            let passed = self.bench.now.duration_since(begun).as_secs_f64();
            assert!(passed < 14_400.0, "never comes to rest");
            assert!(f64::from(wakes) < 100.0 + 4.0 * passed, "wakes in a loop");
            self.step(Step::Wake);
        }
    }

    /// Nothing is left undone but what the user has to decide, and nothing the API took is unaccounted for.
    fn check_at_rest(&self) {
        let mut in_doubt = 0;
        for task in self.bench.queue.iter() {
            assert_eq!(Some(task), self.bench.disk.get(&task.id), "not as kept");
            let is_at_rest = task.state.is_final() || is_with_user(&task.state);
            assert!(is_at_rest, "left undone: {:?}", task.state);
            in_doubt += usize::from(is_with_user(&task.state));
            if task.state == TaskState::Succeeded {
                assert!(!task.songs.is_empty());
                assert!(
                    task.songs
                        .iter()
                        .all(|song| self.bench.songs.contains_key(song))
                );
            }
        }
        let is_known = |taken: &&Taken| {
            let mut tasks = self.bench.queue.iter();
            tasks.any(|task| task.api_id.as_ref() == Some(&taken.api_id))
        };
        let lost = self.taken.len() - self.taken.iter().filter(is_known).count();
        let decided: usize = self.sent_again.values().sum();
        assert!(lost <= in_doubt + self.dropped + decided, "{lost} lost");
    }
}

impl Taken {
    fn record(&self) -> TaskRecord {
        let outcome = if self.polls > 1 {
            Outcome::Succeeded(vec![song(&self.api_id.0)])
        } else {
            Outcome::Running(Some(50))
        };
        TaskRecord {
            request: Some(self.request.clone()),
            ..record(&self.api_id, "", self.at, outcome)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_paid_twice_and_nothing_taken_is_lost(steps in steps()) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.come_to_rest();
        world.check_at_rest();
    }
}

/// The same with every order taken and every answer lost: the worst day there can be.
#[test]
fn on_the_worst_day_everything_taken_is_found() {
    let mut world = World::new();
    for n in 0..12 {
        world.step(Step::Order(n % 3));
        world.step(Step::Kill(true));
        world.step(Step::Pass(1));
    }
    world.come_to_rest();
    world.check_at_rest();
    assert_eq!(world.taken.len(), 12);
    let made = world.bench.queue.iter();
    assert_eq!(
        made.filter(|task| task.state == TaskState::Succeeded)
            .count(),
        12
    );
}
