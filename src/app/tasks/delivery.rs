//! What the API tells of a task, whoever asked: a poll, a search, a late answer, an answer given twice.
//!
//! Invariant: songs are kept before their task counts as done, and a task is done once.

use super::TaskQueue;
use super::polling::first_poll;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::domain::{Failure, FailureKind, Outcome, Record, Song, TaskId, TaskRecord, TaskState};

impl TaskQueue {
    /// Takes in a record of a task that has its id. A record of any other is nothing to us.
    pub(super) fn deliver(&mut self, record: TaskRecord, cx: &mut Cx) -> Vec<Song> {
        match self.by_api_id.get(&record.id).copied() {
            Some(id) if self.is_asked_for(id, &record) => self.deliver_to(id, record, cx),
            _ => Vec::new(),
        }
    }

    fn is_asked_for(&self, id: TaskId, record: &TaskRecord) -> bool {
        self.get(id)
            .is_some_and(|task| task.api_id.as_ref() == Some(&record.id))
    }

    /// Takes in a record that is known to be of this task. The songs it made, where that is news.
    pub(super) fn deliver_to(&mut self, id: TaskId, record: TaskRecord, cx: &mut Cx) -> Vec<Song> {
        if !self.is_running_again(id, cx) {
            return Vec::new();
        }
        self.polls.seen(id);
        let Some(task) = self.tasks.get_mut(&id) else {
            return Vec::new();
        };
        task.trace_id = record.trace_id.or(task.trace_id.take());
        match record.outcome {
            Outcome::Running(progress) => {
                // Not worth a write: it is told again after a restart.
                task.progress = task.progress.max(progress.map(|percent| percent.min(100)));
                Vec::new()
            }
            Outcome::Succeeded(songs) if songs.is_empty() => {
                self.fail(id, Failure::new(FailureKind::Generation, ""), cx);
                Vec::new()
            }
            Outcome::Succeeded(songs) => self.succeed(id, songs, cx),
            Outcome::Prepared { .. } | Outcome::Written { .. } => self.succeed(id, Vec::new(), cx),
            Outcome::Failed(failure) => {
                self.fail(id, failure, cx);
                Vec::new()
            }
        }
    }

    /// Whether the task runs, if need be again: the API knows a task that was in doubt.
    fn is_running_again(&mut self, id: TaskId, cx: &mut Cx) -> bool {
        match self.get(id).map(|task| &task.state) {
            Some(TaskState::Running { .. }) => true,
            Some(TaskState::InDoubt { .. }) => {
                let poll_at = first_poll(id, cx);
                let is_running = self.advance(id, TaskState::Running { poll_at }, cx);
                self.tell_found(id, cx);
                is_running
            }
            _ => false,
        }
    }

    fn succeed(&mut self, id: TaskId, mut songs: Vec<Song>, cx: &mut Cx) -> Vec<Song> {
        // The songs come first: should the program end between two saves, the task is asked for once more.
        for song in &mut songs {
            song.task = Some(id);
            cx.emit(Effect::Save(Record::Song(Box::new(song.clone()))));
        }
        let made = songs.iter().map(|song| song.id.clone()).collect();
        let is_done = self.advance_with(
            id,
            TaskState::Succeeded,
            |task| {
                task.songs = made;
                task.progress = Some(100);
            },
            cx,
        );
        if !is_done {
            return Vec::new();
        }
        let title = songs
            .first()
            .map(|song| song.title.clone())
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| self.label(id));
        cx.notify(Notice::Finished(title));
        songs
    }

    pub(super) fn tell_found(&self, id: TaskId, cx: &mut Cx) {
        cx.notify(Notice::TaskFound(self.label(id)));
    }
}
