//! The queue pane: a window on the task engine.
//!
//! Invariant: it holds no task, only which row is selected.

use crate::app::command::Motion;
use crate::app::tasks::TaskQueue;
use crate::domain::TaskId;

/// How many finished tasks stay in sight below those that are not.
const FINISHED_SHOWN: usize = 50;
/// How far a page movement goes, in rows.
pub(crate) const PAGE: usize = 10;

/// The queue pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QueuePane {
    rows: Vec<TaskId>,
    selected: usize,
}

impl QueuePane {
    /// The tasks shown, top to bottom: what is not finished in the order of turns, then the latest that is.
    pub fn rows(&self) -> &[TaskId] {
        &self.rows
    }

    /// The selected row.
    pub fn selected_row(&self) -> usize {
        self.selected
    }

    /// The selected task.
    pub fn selected(&self) -> Option<TaskId> {
        self.rows.get(self.selected).copied()
    }

    /// Selects a row.
    pub fn select_row(&mut self, row: usize) {
        self.selected = row.min(self.rows.len().saturating_sub(1));
    }

    /// Selects a task, if it is shown.
    pub fn select(&mut self, task: TaskId) {
        if let Some(row) = self.rows.iter().position(|id| *id == task) {
            self.selected = row;
        }
    }

    /// Takes in that tasks came or changed. The selection stays on its task.
    pub fn refresh(&mut self, tasks: &TaskQueue) {
        let selected = self.selected();
        self.rows = tasks.rows(FINISHED_SHOWN);
        match selected.and_then(|id| self.rows.iter().position(|row| *row == id)) {
            Some(row) => self.selected = row,
            None => self.select_row(self.selected),
        }
    }

    /// A movement.
    pub fn on_motion(&mut self, motion: Motion) {
        self.selected = moved(self.selected, self.rows.len(), motion);
    }
}

/// A selection moved within `count` rows.
pub(crate) fn moved(selected: usize, count: usize, motion: Motion) -> usize {
    let last = count.saturating_sub(1);
    match motion {
        Motion::Up => selected.saturating_sub(1),
        Motion::Down => (selected + 1).min(last),
        Motion::PageUp => selected.saturating_sub(PAGE),
        Motion::PageDown => (selected + PAGE).min(last),
        Motion::First => 0,
        Motion::Last => last,
        Motion::Left | Motion::Right => selected,
    }
}
