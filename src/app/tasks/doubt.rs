//! What becomes of an order of which nobody knows whether it was taken: it is looked for among the account's tasks.
//!
//! Invariant (money): a record becomes one task's only, and what is not found is put to the user, never sent again.

use std::collections::{BTreeMap, BTreeSet};

use super::polling::first_poll;
use super::retry::{asked_pause, doubling, if_ahead, is_due, jitter, paced};
use super::roll::Place;
use super::{Made, TaskQueue};
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::domain::time::after;
use crate::domain::{
    ApiTaskId, Endpoint, Failure, FailureKind, Task, TaskId, TaskRecord, TaskState, Timestamp,
};

/// How long after the doubt arose the first look is taken, in seconds.
const FIRST_LOOK: f64 = 3.0;
/// After how long another look is taken when nothing was found, in seconds: the list may lag behind.
const FURTHER_LOOKS: [f64; 3] = [5.0, 20.0, 60.0];
/// How often looking may fail for unknown reasons before the user is asked.
const FAILED_LOOKS: u32 = 6;
/// How much the provider's clock may differ from ours, in seconds.
const SKEW: f64 = 120.0;
/// How long an order may be on its way until the provider notes it down, in seconds.
const ON_ITS_WAY: f64 = 900.0;
/// After how long a search counts as lost, in seconds.
const LOST: f64 = 90.0;
/// The longest pause of our own, and the longest one taken on, in seconds.
const LONGEST_PAUSE: f64 = 60.0;
const LONGEST_ASKED: f64 = 600.0;
/// No deadline here lies further ahead, in seconds; one that does is from before the clock was set back.
const FURTHEST: f64 = 2.0 * LONGEST_ASKED;

/// The search that is under way, and how often was looked in vain.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Doubt {
    search: Option<Search>,
    looks: BTreeMap<TaskId, usize>,
    failures: u32,
}

#[derive(Debug, Clone, PartialEq)]
struct Search {
    sought: Vec<TaskId>,
    lost_at: Timestamp,
}

impl Doubt {
    pub(super) fn forget(&mut self, id: TaskId) {
        self.looks.remove(&id);
    }
}

impl TaskQueue {
    /// It is not known whether the order was taken.
    pub(super) fn doubt(&mut self, id: TaskId, because: Failure, cx: &mut Cx) {
        let look_at = after(cx.now, paced(FIRST_LOOK, cx.settings));
        self.doubt_from(id, look_at, because, cx);
    }

    /// The last sitting ended while the order was on the wire.
    pub(super) fn doubt_at_start(&mut self, id: TaskId, cx: &mut Cx) {
        self.doubt_from(id, cx.now, Failure::new(FailureKind::Unknown, ""), cx);
    }

    fn doubt_from(&mut self, id: TaskId, look_at: Timestamp, because: Failure, cx: &mut Cx) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let state = TaskState::InDoubt {
            since: task.submitted_at.unwrap_or(cx.now),
            look_at: Some(look_at),
            because,
        };
        self.doubt.looks.remove(&id);
        self.advance(id, state, cx);
    }

    /// Looks for what is in doubt, where it is time.
    pub(super) fn look_for_doubtful(&mut self, cx: &mut Cx) {
        let now = cx.now;
        self.doubt
            .search
            .take_if(|search| is_due(search.lost_at, now, 2.0 * LOST));
        if self.doubt.search.is_some() {
            return;
        }
        let mut sought: Vec<TaskId> = self
            .roll
            .looks
            .due(now, FURTHEST)
            .map(|(_, id)| id)
            .collect();
        sought.sort_unstable();
        let sent: Vec<Timestamp> = sought
            .iter()
            .filter_map(|id| self.get(*id))
            .map(sent_at)
            .collect();
        let (Some(since), Some(latest)) = (sent.iter().min(), sent.iter().max()) else {
            return;
        };
        let endpoints: BTreeSet<Endpoint> = sought
            .iter()
            .filter_map(|id| Some(self.get(*id)?.request.endpoint()))
            .collect();
        self.doubt.search = Some(Search {
            sought: sought.clone(),
            lost_at: after(now, LOST),
        });
        cx.emit(Effect::Search {
            sought,
            endpoints: endpoints.into_iter().collect(),
            since: after(*since, -SKEW),
            // No later than a match can be: the account may have made a hundred songs since.
            until: after(*latest, ON_ITS_WAY + SKEW).min(after(now, SKEW)),
            page: None,
        });
    }

    pub(super) fn next_look(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.doubt.search {
            Some(search) => if_ahead(search.lost_at, now, 2.0 * LOST),
            None => self.roll.looks.next(now, FURTHEST),
        }
    }

    /// Looks at once for everything that is still looked for.
    pub(super) fn look_now(&mut self, cx: &Cx) {
        self.doubt.search = None;
        self.doubt.failures = 0;
        for id in self.roll.at(Place::InDoubt).collect::<Vec<_>>() {
            self.look_again(id, cx.now);
        }
    }

    /// The account's tasks were listed, or could not be.
    pub(super) fn on_searched(
        &mut self,
        sought: &[TaskId],
        found: Result<Vec<TaskRecord>, Failure>,
        cx: &mut Cx,
    ) -> Vec<Made> {
        let search = self.doubt.search.take_if(|search| search.sought == sought);
        match found {
            Ok(records) => {
                self.doubt.failures = 0;
                self.gate.reached();
                let (songs, contested) = self.settle(records, cx);
                if search.is_some() {
                    self.on_not_found(sought, &contested, cx);
                }
                songs
            }
            Err(failure) => {
                if search.is_some() {
                    self.on_not_searched(sought, &failure, cx);
                }
                Vec::new()
            }
        }
    }

    /// Gives the records to the tasks in doubt, one to one. Also tells which tasks could not be settled, since an equal
    /// order is on the wire at this moment, and the record may be that one's.
    fn settle(&mut self, records: Vec<TaskRecord>, cx: &mut Cx) -> (Vec<Made>, BTreeSet<TaskId>) {
        let (known, strangers): (Vec<TaskRecord>, Vec<TaskRecord>) = records
            .into_iter()
            .partition(|record| self.by_api_id.contains_key(&record.id));
        let mut songs = Vec::new();
        for record in known {
            songs.extend(self.deliver(record, cx));
        }
        let on_the_wire: Vec<&Task> = self.at(Place::Submitting).collect();
        let (unclear, clear): (Vec<TaskRecord>, Vec<TaskRecord>) = strangers
            .into_iter()
            .partition(|record| on_the_wire.iter().any(|task| is_like(task, record)));
        let doubtful: Vec<&Task> = self
            .at(Place::InDoubt)
            .filter(|task| is_doubtful(task))
            .collect();
        let contested = doubtful
            .iter()
            .filter(|task| unclear.iter().any(|record| is_match(task, record, cx.now)))
            .map(|task| task.id)
            .collect();
        for (id, record) in matches(&doubtful, &clear, cx.now) {
            songs.extend(self.adopt(id, record, cx));
        }
        (songs, contested)
    }

    /// The order was taken, and this is its record.
    pub(super) fn adopt(&mut self, id: TaskId, record: TaskRecord, cx: &mut Cx) -> Vec<Made> {
        let poll_at = first_poll(id, cx);
        let found = (record.id.clone(), record.trace_id.clone());
        let is_adopted = self.advance_with(
            id,
            TaskState::Running { poll_at },
            |task| (task.api_id, task.trace_id) = (Some(found.0), found.1),
            cx,
        );
        if !is_adopted {
            return Vec::new();
        }
        self.tell_found(id, cx);
        self.deliver_to(id, record, cx)
    }

    fn on_not_found(&mut self, sought: &[TaskId], contested: &BTreeSet<TaskId>, cx: &mut Cx) {
        for id in sought {
            if contested.contains(id) {
                let pause = paced(FURTHER_LOOKS[0], cx.settings);
                self.look_again(*id, after(cx.now, pause));
                continue;
            }
            if self.get(*id).and_then(look_at).is_none() {
                continue;
            }
            let looks = self.doubt.looks.entry(*id).or_default();
            let next = FURTHER_LOOKS.get(*looks).copied();
            *looks += 1;
            match next {
                Some(pause) => {
                    let pause = paced(pause * jitter(*id, 1), cx.settings);
                    self.look_again(*id, after(cx.now, pause));
                }
                None => self.ask_user(*id, cx),
            }
        }
    }

    fn on_not_searched(&mut self, sought: &[TaskId], failure: &Failure, cx: &mut Cx) {
        self.doubt.failures = self.doubt.failures.saturating_add(1);
        let failures = self.doubt.failures;
        let own = match failure.kind {
            FailureKind::Unreachable | FailureKind::RateLimited => {
                doubling(5.0, failures, LONGEST_PAUSE)
            }
            FailureKind::Unknown if failures < FAILED_LOOKS => {
                doubling(5.0, failures, LONGEST_PAUSE)
            }
            FailureKind::NoToken | FailureKind::BadToken => {
                self.polls.tell_token(cx);
                LONGEST_PAUSE
            }
            _ => {
                self.doubt.failures = 0;
                return sought.iter().for_each(|id| self.ask_user(*id, cx));
            }
        };
        let own = paced(own * jitter(TaskId(0), failures), cx.settings);
        let pause = asked_pause(failure, LONGEST_ASKED).unwrap_or(own);
        for id in sought {
            self.look_again(*id, after(cx.now, pause));
        }
    }

    /// The provider called for it: it is worth a look now.
    pub(super) fn look_soon(&mut self, id: TaskId, cx: &Cx) {
        self.look_again(id, cx.now);
    }

    /// Not worth a write: after a restart it is looked for at once.
    fn look_again(&mut self, id: TaskId, at: Timestamp) {
        if let Some(TaskState::InDoubt {
            look_at: look_at @ Some(_),
            ..
        }) = self.tasks.get_mut(&id).map(|task| &mut task.state)
        {
            *look_at = Some(at);
            self.note(id);
        }
    }

    /// Nothing more can be found out: the user decides.
    fn ask_user(&mut self, id: TaskId, cx: &mut Cx) {
        let Some(TaskState::InDoubt {
            since,
            look_at: Some(_),
            because,
        }) = self.get(id).map(|task| task.state.clone())
        else {
            return;
        };
        let state = TaskState::InDoubt {
            since,
            look_at: None,
            because,
        };
        self.doubt.looks.remove(&id);
        self.advance(id, state, cx);
        cx.notify(Notice::TaskInDoubt(self.label(id)));
    }
}

/// When a task in doubt is looked for next, if it is.
pub(super) fn look_at(task: &Task) -> Option<Timestamp> {
    match task.state {
        TaskState::InDoubt { look_at, .. } if task.api_id.is_none() => look_at,
        _ => None,
    }
}

fn is_doubtful(task: &Task) -> bool {
    matches!(task.state, TaskState::InDoubt { .. }) && task.api_id.is_none()
}

fn sent_at(task: &Task) -> Timestamp {
    task.submitted_at.unwrap_or(task.created_at)
}

pub(super) fn is_like(task: &Task, record: &TaskRecord) -> bool {
    record
        .request
        .as_ref()
        .is_some_and(|echoed| task.request.is_echoed_by(echoed))
}

/// Whether a record can be of this order: the same request, noted down at about the time.
fn is_match(task: &Task, record: &TaskRecord, now: Timestamp) -> bool {
    let (first, last) = (
        after(sent_at(task), -SKEW),
        after(sent_at(task), ON_ITS_WAY).min(after(now, SKEW)),
    );
    is_like(task, record) && record.created_at.is_none_or(|at| first <= at && at <= last)
}

/// Which record is whose: the likest and closest in time first, each record and each task once.
fn matches(tasks: &[&Task], records: &[TaskRecord], now: Timestamp) -> Vec<(TaskId, TaskRecord)> {
    let mut pairs: Vec<(bool, usize, u64, usize, usize)> = Vec::new();
    for (t, task) in tasks.iter().enumerate() {
        for (r, record) in records.iter().enumerate() {
            if let Some(echoed) = record
                .request
                .as_ref()
                .filter(|_| is_match(task, record, now))
            {
                let distance = record.created_at.map_or(u64::MAX, |at| distance(task, at));
                // An address of ours says it outright.
                let is_likely = echoed.hook().is_none();
                let surplus = task.request.surplus_in(echoed);
                pairs.push((is_likely, surplus, distance, t, r));
            }
        }
    }
    pairs.sort_unstable();
    let (mut taken, mut given) = (BTreeSet::new(), BTreeSet::<&ApiTaskId>::new());
    pairs
        .into_iter()
        .filter_map(|(.., t, r)| {
            let (task, record) = (tasks.get(t)?, records.get(r)?);
            let is_free = !taken.contains(&task.id) && !given.contains(&record.id);
            (is_free && taken.insert(task.id) && given.insert(&record.id))
                .then(|| (task.id, record.clone()))
        })
        .collect()
}

/// In milliseconds, either way.
fn distance(task: &Task, at: Timestamp) -> u64 {
    at.duration_since(sent_at(task)).as_millis().unsigned_abs() as u64
}
