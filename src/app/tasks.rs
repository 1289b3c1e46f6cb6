//! The task engine: submit, wait, ask, deliver.
//!
//! Invariant (money): an order that may have been taken is never sent again by itself.

use std::collections::BTreeMap;

use crate::domain::{Task, TaskId};

/// Every task that is known, and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskQueue {
    tasks: BTreeMap<TaskId, Task>,
}

impl TaskQueue {
    /// All tasks, in the order they were ordered.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.tasks.values()
    }

    /// The task of an id.
    pub fn get(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }
}
