//! The task engine: submit, wait, ask, deliver.
//!
//! Invariant (money): an order that may have been taken is never sent again by itself.

use std::collections::BTreeMap;

use super::{cx::Cx, event::TaskEvent};
use crate::domain::{Request, Song, Task, TaskId, Timestamp};

/// Every task that is known, and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskQueue {
    tasks: BTreeMap<TaskId, Task>,
}

impl TaskQueue {
    pub fn new(tasks: Vec<Task>) -> Self {
        TaskQueue {
            tasks: tasks.into_iter().map(|t| (t.id, t)).collect(),
        }
    }
    pub fn start(&mut self, _cx: &mut Cx) {}
    pub fn order(&mut self, _r: Request, _cx: &mut Cx) -> TaskId {
        TaskId(0)
    }
    pub fn on_event(&mut self, _e: TaskEvent, _cx: &mut Cx) -> Vec<Song> {
        Vec::new()
    }
    pub fn not_saved(&mut self, _t: TaskId, _r: &str, _cx: &mut Cx) {}
    pub fn token_given(&mut self, _cx: &mut Cx) {}
    pub fn send_again(&mut self, _id: TaskId, _cx: &mut Cx) -> bool {
        false
    }
    pub fn order_again(&mut self, _id: TaskId, _cx: &mut Cx) -> Option<TaskId> {
        None
    }
    pub fn drop_task(&mut self, _id: TaskId, _cx: &mut Cx) -> bool {
        false
    }
    pub fn has_twin(&self, _r: &Request, _now: Timestamp) -> bool {
        false
    }
    pub fn is_submitting(&self) -> bool {
        false
    }
    pub fn on_tick(&mut self, _cx: &mut Cx) {}
    pub fn next_wake(&self) -> Option<Timestamp> {
        None
    }
    /// All tasks, in the order they were ordered.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.tasks.values()
    }

    /// The task of an id.
    pub fn get(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }
}
