//! What the user does with the queue as a whole and with what waits in it: move, put aside, pause.
//!
//! Invariant: nothing here orders or drops anything, and each wish is a call of the engine with an id.

use super::App;
use super::command::QueueCommand;
use super::notice::{Notice, Refusal, Told};
use crate::domain::{Hold, Shift, Task, TaskId, TaskState, Whom, Wish};

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

    pub(super) fn on_flow(&mut self, command: QueueCommand, id: TaskId) {
        let Some(task) = self.tasks.get(id) else {
            return;
        };
        let whom = Whom::of(task);
        self.wish(match shift(command) {
            Some(shift) => Wish::Shift(whom, shift),
            None if self.tasks.is_task_paused(id) => Wish::ResumeTask(whom),
            None => Wish::PauseTask(whom),
        });
        self.queue.select(id);
    }

    pub(super) fn toggle_pause(&mut self) {
        self.wish(Wish::PauseQueue(!self.tasks.is_paused()));
    }

    pub(super) fn pause(&mut self, is_paused: bool) {
        let (tasks, _, mut cx) = self.engine();
        if is_paused {
            tasks.pause_queue(&mut cx);
        } else {
            tasks.resume_queue(&mut cx);
        }
        self.notify(Notice::Flow(Told::Paused(is_paused)));
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
