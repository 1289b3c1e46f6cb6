//! What the user does with what waits: another order, one task put aside, the whole queue stopped for a while.
//!
//! Invariant: only what is not sent is moved or paused, and each wish is kept on disk like the task itself.

use super::TaskQueue;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::domain::{Hold, Record, Shift, Task, TaskId, TaskState};

impl TaskQueue {
    /// Whether nothing is sent until the user says so.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// The pause as it was kept. Nothing is done before [`TaskQueue::start`].
    pub fn keep_paused(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    /// Sends nothing more. What was sent is asked for as before.
    pub fn pause_queue(&mut self, cx: &mut Cx) {
        self.set_paused(true, cx);
    }

    /// Sends again.
    pub fn resume_queue(&mut self, cx: &mut Cx) {
        self.set_paused(false, cx);
    }

    fn set_paused(&mut self, is_paused: bool, cx: &mut Cx) {
        if self.is_paused != is_paused {
            self.is_paused = is_paused;
            cx.emit(Effect::Save(Record::Paused(is_paused)));
        }
        self.on_tick(cx);
    }

    /// Puts a task aside that is not sent yet. Tells whether it could.
    pub fn pause_task(&mut self, id: TaskId, cx: &mut Cx) -> bool {
        let can = self.get(id).is_some_and(is_movable) && !self.is_task_paused(id);
        let state = TaskState::Held {
            why: Hold::Paused,
            because: None,
        };
        let is_paused = can && self.advance(id, state, cx);
        self.on_tick(cx);
        is_paused
    }

    /// Lets a task that was put aside wait for its turn again. Tells whether it was put aside.
    pub fn resume_task(&mut self, id: TaskId, cx: &mut Cx) -> bool {
        let is_paused = self.is_task_paused(id);
        if is_paused {
            self.release(id, cx);
        }
        self.on_tick(cx);
        is_paused
    }

    /// Whether the user put this task aside.
    pub fn is_task_paused(&self, id: TaskId) -> bool {
        let state = self.get(id).map(|task| &task.state);
        matches!(
            state,
            Some(TaskState::Held {
                why: Hold::Paused,
                ..
            })
        )
    }

    /// Moves a task among those that are not sent yet. Tells whether it moved.
    pub fn shift(&mut self, id: TaskId, shift: Shift, cx: &mut Cx) -> bool {
        let moved = match shift {
            Shift::First => self.shift_first(id, cx),
            Shift::Earlier | Shift::Later => match self.next_to(id, shift) {
                Some(other) => self.swap(id, other, cx),
                None => false,
            },
        };
        self.on_tick(cx);
        moved
    }

    /// Whether a task can be moved so.
    pub fn can_shift(&self, id: TaskId, shift: Shift) -> bool {
        let shift = if shift == Shift::First {
            Shift::Earlier
        } else {
            shift
        };
        self.next_to(id, shift).is_some()
    }

    /// The task before or after this one, among those that can be moved.
    fn next_to(&self, id: TaskId, shift: Shift) -> Option<TaskId> {
        let task = self.get(id).filter(|task| is_movable(task))?;
        let turn = task.turn();
        let mut movable = self.open().filter(|task| is_movable(task));
        let next = match shift {
            Shift::Later => movable.find(|other| other.turn() > turn),
            Shift::Earlier | Shift::First => movable.take_while(|other| other.turn() < turn).last(),
        };
        next.map(|task| task.id)
    }

    fn swap(&mut self, one: TaskId, other: TaskId, cx: &mut Cx) -> bool {
        let (Some((a, _)), Some((b, _))) = (self.turn_of(one), self.turn_of(other)) else {
            return false;
        };
        if a == b {
            // Equal places are told apart by the id: only one of them need move.
            let by = if one > other { -1 } else { 1 };
            return self.place_at(one, a.saturating_add(by), cx);
        }
        self.place_at(one, b, cx) && self.place_at(other, a, cx)
    }

    fn shift_first(&mut self, id: TaskId, cx: &mut Cx) -> bool {
        let first = self.open().find(|task| is_movable(task));
        let first = first.filter(|first| first.id != id).map(Task::turn);
        match (first, self.get(id).is_some_and(is_movable)) {
            (Some((first, _)), true) => self.place_at(id, first.saturating_sub(1), cx),
            _ => false,
        }
    }

    fn turn_of(&self, id: TaskId) -> Option<(i64, TaskId)> {
        self.get(id).map(Task::turn)
    }

    fn place_at(&mut self, id: TaskId, place: i64, cx: &mut Cx) -> bool {
        let Some(task) = self.tasks.get_mut(&id) else {
            return false;
        };
        task.moved_to = Some(place);
        self.disk.keeps(id, cx.now);
        cx.emit(Effect::Save(Record::Task(Box::new(task.clone()))));
        self.note(id);
        true
    }
}

/// Whether a task is not sent and can be moved or put aside. One the disk does not keep may have been sent after all.
fn is_movable(task: &Task) -> bool {
    match task.state {
        TaskState::Waiting { .. } => true,
        TaskState::Held { why, .. } => why != Hold::Disk,
        _ => false,
    }
}
