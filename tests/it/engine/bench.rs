//! A runtime for the task engine alone: it hands in the time, keeps what is to be kept, and looks over its shoulder.

use std::collections::BTreeMap;

use fuzzbox::app::cx::Cx;
use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::TaskEvent;
use fuzzbox::app::notice::{Notice, Notices};
use fuzzbox::app::settings::Settings;
use fuzzbox::app::tasks::{Counts, Made, TaskQueue};
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Failure, FailureKind, Media, Outcome, Record, Request, Song, SongId,
    Task, TaskId, TaskRecord, TaskState, Timestamp,
};

/// The engine with a clock of its own and a disk that is a map.
pub struct Bench {
    pub now: Timestamp,
    pub settings: Settings,
    pub queue: TaskQueue,
    /// What was asked of the world and not looked at yet.
    pub effects: Vec<Effect>,
    /// What the engine told the user.
    pub told: Vec<Notice>,
    /// What is on disk.
    pub disk: BTreeMap<TaskId, Task>,
    /// Whether the queue is paused, on disk.
    pub paused: bool,
    /// The songs on disk.
    pub songs: BTreeMap<SongId, Song>,
}

impl Bench {
    pub fn new() -> Self {
        Bench {
            now: Timestamp::from_second(1_767_119_745).expect("within range"),
            settings: Settings::default(),
            queue: TaskQueue::default(),
            effects: Vec::new(),
            told: Vec::new(),
            disk: BTreeMap::new(),
            paused: false,
            songs: BTreeMap::new(),
        }
    }

    /// One call of the engine, held against what must be true of each.
    pub fn act<R>(&mut self, call: impl FnOnce(&mut TaskQueue, &mut Cx) -> R) -> R {
        let mut notices = Notices::default();
        let mut effects = Vec::new();
        let mut cx = Cx::new(self.now, &self.settings, &mut notices, &mut effects);
        let result = call(&mut self.queue, &mut cx);
        self.told.extend(notices.current().cloned());
        self.keep(&effects);
        self.effects.extend(effects);
        if let Some(wake) = self.queue.next_wake(self.now) {
            assert!(wake > self.now, "a wake that is not later than now");
        }
        if self.queue.iter().len() < 100 {
            self.check_roll();
        }
        result
    }

    /// What is counted is what is there, and rows stand in the order of turns.
    fn check_roll(&self) {
        let mut counts = Counts::default();
        for task in self.queue.iter() {
            match task.state {
                TaskState::Submitting | TaskState::Running { .. } => counts.running += 1,
                TaskState::Waiting { .. } => counts.waiting += 1,
                TaskState::Held { .. } => counts.held += 1,
                TaskState::InDoubt { .. } => counts.in_doubt += 1,
                TaskState::Succeeded | TaskState::Failed { .. } => {}
            }
        }
        assert_eq!(self.queue.counts(), counts, "counted wrongly");
        let mut open: Vec<&Task> = self.queue.iter().filter(|t| !t.state.is_final()).collect();
        open.sort_by_key(|task| task.turn());
        let open: Vec<TaskId> = open.iter().map(|task| task.id).collect();
        assert_eq!(self.queue.rows(0), open, "in another order");
    }

    fn keep(&mut self, effects: &[Effect]) {
        let mut kept_now = Vec::new();
        for effect in effects {
            match effect {
                Effect::Save(Record::Task(task)) => {
                    if let Some(old) = self.disk.get(&task.id).filter(|old| old.state.is_final()) {
                        assert_eq!(old, &**task, "a final task changed");
                    }
                    kept_now.push(task.id);
                    self.disk.insert(task.id, (**task).clone());
                }
                Effect::Save(Record::Paused(paused)) => self.paused = *paused,
                Effect::Save(Record::Song(song) | Record::PartOfSong(song)) => {
                    self.songs.insert(song.id.clone(), (**song).clone());
                }
                Effect::Submit { task, request } => {
                    assert!(kept_now.contains(task), "sent before it was kept");
                    let kept = &self.disk[task];
                    assert_eq!(kept.state, TaskState::Submitting);
                    assert_eq!(&kept.request, request);
                }
                _ => {}
            }
        }
    }

    /// The program ends at once and is started again.
    pub fn restart(&mut self) {
        self.queue = TaskQueue::new(self.disk.values().cloned().collect());
        self.queue.keep_paused(self.paused);
        self.effects.clear();
        self.act(TaskQueue::start);
    }

    pub fn order(&mut self, prompt: &str) -> TaskId {
        self.act(|queue, cx| queue.order(request(prompt), cx))
    }

    pub fn event(&mut self, event: TaskEvent) -> Vec<Song> {
        let made = self.made(event);
        made.into_iter()
            .filter_map(|made| match made {
                Made::Song(song) => Some(*song),
                Made::File { .. } | Made::Words(_) => None,
            })
            .collect()
    }

    /// Tells of an event; all that it made.
    pub fn made(&mut self, event: TaskEvent) -> Vec<Made> {
        self.act(|queue, cx| queue.on_event(event, cx))
    }

    /// The API takes the task; its id there.
    pub fn accept(&mut self, task: TaskId) -> ApiTaskId {
        let api_id = api_id(task);
        self.event(TaskEvent::Accepted {
            task,
            api_id: api_id.clone(),
            trace_id: Some("trace".into()),
            record: None,
        });
        api_id
    }

    pub fn refuse(&mut self, task: TaskId, kind: FailureKind) {
        self.refuse_with(task, Failure::new(kind, "refused"));
    }

    pub fn refuse_with(&mut self, task: TaskId, failure: Failure) {
        self.event(TaskEvent::NotAccepted { task, failure });
    }

    /// Orders and takes.
    pub fn running(&mut self, prompt: &str) -> TaskId {
        let task = self.order(prompt);
        self.accept(task);
        self.effects.clear();
        task
    }

    /// Orders, and the connection is lost.
    pub fn in_doubt(&mut self, prompt: &str) -> TaskId {
        let task = self.order(prompt);
        self.refuse(task, FailureKind::Unknown);
        self.effects.clear();
        task
    }

    /// The API answers a poll.
    pub fn retrieved(&mut self, asked: &[ApiTaskId], records: Vec<TaskRecord>) -> Vec<Song> {
        self.event(TaskEvent::Retrieved {
            asked: asked.to_vec(),
            records,
        })
    }

    pub fn searched(&mut self, sought: &[TaskId], records: Vec<TaskRecord>) -> Vec<Song> {
        self.event(TaskEvent::Searched {
            sought: sought.to_vec(),
            found: Ok(records),
        })
    }

    pub fn tick(&mut self) {
        self.act(TaskQueue::on_tick);
    }

    /// Sleeps until the engine wants to be woken.
    pub fn wake(&mut self) {
        self.now = self.queue.next_wake(self.now).expect("nothing to wake for");
        self.tick();
    }

    /// Lets the time pass with every wake on the way; how many there were.
    pub fn pass(&mut self, seconds: f64) -> usize {
        let end = after(self.now, seconds);
        let mut wakes = 0;
        while let Some(wake) = self.queue.next_wake(self.now).filter(|wake| *wake <= end) {
            self.now = wake;
            self.tick();
            wakes += 1;
        }
        self.now = end;
        self.tick();
        wakes
    }

    pub fn state(&self, task: TaskId) -> &TaskState {
        &self.task(task).state
    }

    pub fn task(&self, task: TaskId) -> &Task {
        self.queue.get(task).expect("a task that was ordered")
    }

    /// The orders sent since the last look.
    pub fn submits(&mut self) -> Vec<TaskId> {
        self.taken(|effect| match effect {
            Effect::Submit { task, .. } => Some(*task),
            _ => None,
        })
    }

    /// The questions asked since the last look.
    pub fn questions(&mut self) -> Vec<Vec<ApiTaskId>> {
        self.taken(|effect| match effect {
            Effect::Retrieve(ids) => Some(ids.clone()),
            _ => None,
        })
    }

    /// The searches begun since the last look.
    pub fn searches(&mut self) -> Vec<(Vec<TaskId>, Timestamp, Timestamp)> {
        self.taken(|effect| match effect {
            Effect::Search {
                sought,
                since,
                until,
                ..
            } => Some((sought.clone(), *since, *until)),
            _ => None,
        })
    }

    fn taken<T>(&mut self, pick: impl Fn(&Effect) -> Option<T>) -> Vec<T> {
        let picked = self.effects.iter().filter_map(&pick).collect();
        self.effects.retain(|effect| pick(effect).is_none());
        picked
    }
}

pub fn request(prompt: &str) -> Request {
    Request::from(AudiosRequest {
        prompt: Some(prompt.into()),
        ..AudiosRequest::default()
    })
}

pub fn api_id(task: TaskId) -> ApiTaskId {
    ApiTaskId(format!("api-{}", task.0))
}

/// A record as the API would give it for this order.
pub fn record(id: &ApiTaskId, prompt: &str, at: Timestamp, outcome: Outcome) -> TaskRecord {
    TaskRecord {
        id: id.clone(),
        created_at: Some(at),
        request: Some(request(prompt)),
        trace_id: None,
        outcome,
    }
}

/// A record that only tells what became of the task.
pub fn outcome(id: &ApiTaskId, outcome: Outcome) -> TaskRecord {
    TaskRecord {
        id: id.clone(),
        created_at: None,
        request: None,
        trace_id: None,
        outcome,
    }
}

pub fn song(id: &str) -> Song {
    Song {
        id: SongId(id.into()),
        task: None,
        title: format!("Song {id}"),
        lyric: String::new(),
        prompt: String::new(),
        model: String::new(),
        seed: String::new(),
        duration: None,
        created_at: Timestamp::UNIX_EPOCH,
        audio: Media::default(),
        cover: Media::default(),
        more: fuzzbox::domain::More::default(),
    }
}

pub fn is_waiting(state: &TaskState) -> bool {
    matches!(state, TaskState::Waiting { .. })
}

pub fn is_running(state: &TaskState) -> bool {
    matches!(state, TaskState::Running { .. })
}

pub fn is_in_doubt(state: &TaskState) -> bool {
    matches!(state, TaskState::InDoubt { .. })
}

/// Whether it was looked for, and the user is to decide.
pub fn is_with_user(state: &TaskState) -> bool {
    matches!(state, TaskState::InDoubt { look_at: None, .. })
}
