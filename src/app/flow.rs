//! What the user does with the queue as a whole and with what waits in it: move, put aside, pause.
//!
//! Invariant: nothing here orders or drops anything, and each wish is a call of the engine with an id.

use super::App;
use super::command::QueueCommand;
use super::notice::{Notice, Refusal, Told};
use super::tasks::Shift;
use crate::domain::{Hold, Task, TaskId, TaskState};

impl App {
    /// Why a task cannot be moved or put aside now; `None`: it can.
    pub(super) fn flow_refusal(&self, command: QueueCommand, task: &Task) -> Option<Refusal> {
        match &task.state {
            TaskState::Waiting { .. } => {}
            TaskState::Held { why, .. } if *why != Hold::Disk => {}
            TaskState::InDoubt { .. } | TaskState::Held { .. } => return Some(Refusal::NotWaiting),
            state if state.is_final() => return Some(Refusal::AlreadyFinal),
            _ => return Some(Refusal::AtTheApi),
        }
        match shift(command)? {
            shift if self.tasks.can_shift(task.id, shift) => None,
            Shift::Later => Some(Refusal::IsLast),
            Shift::Earlier | Shift::First => Some(Refusal::IsFirst),
        }
    }

    pub(super) fn on_flow(&mut self, command: QueueCommand, task: TaskId) {
        let (tasks, _, mut cx) = self.engine();
        match shift(command) {
            Some(shift) => {
                tasks.shift(task, shift, &mut cx);
            }
            None if tasks.is_task_paused(task) => {
                tasks.resume_task(task, &mut cx);
            }
            None => {
                tasks.pause_task(task, &mut cx);
            }
        }
        self.queue.refresh(&self.tasks);
        self.queue.select(task);
    }

    pub(super) fn toggle_pause(&mut self) {
        let (tasks, _, mut cx) = self.engine();
        if tasks.is_paused() {
            tasks.resume_queue(&mut cx);
        } else {
            tasks.pause_queue(&mut cx);
        }
        let is_paused = tasks.is_paused();
        self.notify(Notice::Flow(Told::Paused(is_paused)));
        self.queue.refresh(&self.tasks);
    }
}

fn shift(command: QueueCommand) -> Option<Shift> {
    match command {
        QueueCommand::Earlier => Some(Shift::Earlier),
        QueueCommand::Later => Some(Shift::Later),
        QueueCommand::First => Some(Shift::First),
        _ => None,
    }
}
