//! The queue among several programs: one has the engine, the others show its tasks and hand it their orders.
//!
//! Invariant: a mirror moves no task and keeps none: it only shows what it was told, and what it has handed over.

use std::collections::BTreeSet;

use super::TaskQueue;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::settings::Settings;
use crate::domain::{Handed, Record, Task, TaskId, TaskState, Ticket, Whom};

/// What the queue knows of other programs.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Company {
    /// Another program has the engine.
    is_mirror: bool,
    /// Other programs show what happens here.
    is_watched: bool,
    /// The last number a ticket was given.
    tickets: u32,
    /// What was handed over and is not known to have been taken.
    handed: BTreeSet<TaskId>,
}

/// What was new in what a mirror was told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Mirrored {
    /// Tasks that have another id now.
    pub moved: Vec<(TaskId, TaskId)>,
    /// Tasks that have come to their end.
    pub ended: Vec<TaskId>,
}

impl Company {
    pub(super) fn hand_over(&mut self, id: TaskId) {
        self.handed.insert(id);
    }

    pub(super) fn is_watched(&self) -> bool {
        self.is_watched
    }
}

impl TaskQueue {
    /// Only shows, from now on, what another program does.
    pub(crate) fn become_mirror(&mut self) {
        self.company.is_mirror = true;
    }

    pub(super) fn is_mirror(&self) -> bool {
        self.company.is_mirror
    }

    /// Whether a task was handed over and is not known to have been taken.
    pub fn is_handed(&self, id: TaskId) -> bool {
        self.company.handed.contains(&id)
    }

    /// A name for something that may be handed over. `None`: the program has no name of its own, so nothing is.
    pub(crate) fn next_ticket(&mut self, settings: &Settings) -> Option<Ticket> {
        if settings.program.is_empty() {
            return None;
        }
        self.company.tickets += 1;
        let number = self.company.tickets;
        Some(Ticket(format!("{}-{number}", settings.program)))
    }

    /// How a task is kept: by us, or by being handed over.
    pub(super) fn record(&self, task: &Task) -> Record {
        let handed = Handed::order(task).filter(|_| self.is_handed(task.id));
        match handed {
            Some(handed) => Record::Handed(Box::new(handed)),
            None => Record::Task(Box::new(task.clone())),
        }
    }

    /// The task that another program means.
    pub(crate) fn find(&self, whom: &Whom) -> Option<TaskId> {
        let task = match &whom.ticket {
            Some(ticket) => self.with_ticket(ticket),
            None => self.get(whom.id),
        };
        task.map(|task| task.id)
    }

    /// The task of a ticket.
    pub fn with_ticket(&self, ticket: &Ticket) -> Option<&Task> {
        // What is asked for was ordered lately.
        let mut latest = self.iter().rev();
        latest.find(|task| task.ticket.as_ref() == Some(ticket))
    }

    /// Takes an order that was handed over; its id where it is news.
    pub(crate) fn take(&mut self, mut task: Task, cx: &mut Cx) -> Option<TaskId> {
        if self.is_mirror() || self.with_ticket(task.ticket.as_ref()?).is_some() {
            return None;
        }
        if self.tasks.contains_key(&task.id) {
            task.id = self.free_id();
        }
        let id = task.id;
        task.state = TaskState::Waiting {
            retry_at: None,
            because: None,
        };
        self.enter(task, cx);
        Some(id)
    }

    fn free_id(&self) -> TaskId {
        let last = self.tasks.last_key_value();
        TaskId(last.map_or(0, |(id, _)| id.0.saturating_add(1)))
    }

    /// Shows tasks as the program has them that has the engine.
    pub(crate) fn mirror(&mut self, tasks: Vec<Task>) -> Mirrored {
        let mut news = Mirrored::default();
        for task in tasks {
            self.give_way(&task, &mut news);
            let known = self.tasks.get(&task.id);
            let is_end = task.state.is_final() && !known.is_some_and(|task| task.state.is_final());
            if is_end {
                news.ended.push(task.id);
            }
            if let Some(api_id) = &task.api_id {
                self.by_api_id.entry(api_id.clone()).or_insert(task.id);
            }
            let id = task.id;
            self.tasks.insert(id, task);
            self.note(id);
        }
        news
    }

    /// What we show in place of this task goes; what only has its id gets another.
    fn give_way(&mut self, task: &Task, news: &mut Mirrored) {
        let ticket = task.ticket.as_ref();
        let shown = ticket.and_then(|ticket| {
            let handed = self.company.handed.iter().copied();
            let mut shown = handed.filter(|id| {
                let shown = self.tasks.get(id);
                shown.is_some_and(|shown| shown.ticket.as_ref() == Some(ticket))
            });
            shown.next()
        });
        if let Some(shown) = shown {
            self.forget_handed(shown);
            if shown != task.id {
                news.moved.push((shown, task.id));
            }
        }
        if self.is_handed(task.id)
            && let Some(mut other) = self.forget_handed(task.id)
        {
            other.id = TaskId(self.free_id().0.max(task.id.0.saturating_add(1)));
            news.moved.push((task.id, other.id));
            let id = other.id;
            self.company.handed.insert(id);
            self.tasks.insert(id, other);
            self.note(id);
        }
    }

    fn forget_handed(&mut self, id: TaskId) -> Option<Task> {
        self.company.handed.remove(&id);
        self.roll.forget(id);
        self.disk.forget_all(id);
        self.tasks.remove(&id)
    }

    /// We have the engine now. Nothing is done before [`TaskQueue::start`]. What was handed over and not taken, to be
    /// taken by ourselves.
    pub(crate) fn take_over(&mut self) -> Vec<Handed> {
        self.company.is_mirror = false;
        let handed: Vec<TaskId> = self.company.handed.iter().copied().collect();
        let tasks = handed.into_iter().filter_map(|id| self.forget_handed(id));
        let orders = tasks.filter_map(|task| Handed::order(&task));
        orders.collect()
    }

    /// Whether other programs show what happens here: how far a song is, is kept for them.
    pub(crate) fn watch(&mut self, is_watched: bool, cx: &mut Cx) {
        let began = is_watched && !self.company.is_watched;
        self.company.is_watched = is_watched;
        for task in self.open().filter(|task| began && task.progress.is_some()) {
            cx.emit(Effect::Save(self.record(task)));
        }
    }
}
