//! What the API tells of a task, whoever asked: a poll, a search, a late answer, an answer given twice.
//!
//! Invariant: what was made is kept before its task counts as done, and a task is done once.

use super::TaskQueue;
use super::polling::first_poll;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::notice::{Arrival, Notice};
use crate::domain::text::clean_line;
use crate::domain::{
    Failure, FailureKind, Link, MediaKind, Outcome, Record, Request, Song, SongId, Task, TaskId,
    TaskRecord, TaskState, Words,
};

/// The most characters of a title that is made from a file's name.
const TITLE_MAX: usize = 199;

/// What a task has just made.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// A song, which is kept already.
    Song(Box<Song>),
    /// A file of a song that can be fetched now. The song has to be kept together with the task.
    File {
        /// The task that prepared it.
        task: TaskId,
        /// The song.
        song: SongId,
        /// Which file.
        kind: MediaKind,
        /// From where.
        url: Link,
        /// The song's title, where the answer tells it.
        title: String,
    },
    /// Words, which are kept with their task already.
    Words(TaskId),
}

impl TaskQueue {
    /// Takes in a record of a task that has its id. A record of any other is nothing to us.
    pub(super) fn deliver(&mut self, record: TaskRecord, cx: &mut Cx) -> Vec<Made> {
        match self.by_api_id.get(&record.id).copied() {
            Some(id) if self.is_asked_for(id, &record) => self.deliver_to(id, record, cx),
            _ => Vec::new(),
        }
    }

    fn is_asked_for(&self, id: TaskId, record: &TaskRecord) -> bool {
        self.get(id)
            .is_some_and(|task| task.api_id.as_ref() == Some(&record.id))
    }

    /// Takes in a record that is known to be of this task. What it made, where that is news.
    pub(super) fn deliver_to(&mut self, id: TaskId, record: TaskRecord, cx: &mut Cx) -> Vec<Made> {
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
                let before = task.progress;
                task.progress = before.max(progress.map(|percent| percent.min(100)));
                // Worth a write only where another program shows it: it is told again after a restart.
                if task.progress != before && self.company.is_watched() {
                    cx.emit(Effect::Save(Record::Task(Box::new(task.clone()))));
                }
                Vec::new()
            }
            Outcome::Succeeded(songs) if songs.is_empty() => {
                self.fail(id, Failure::new(FailureKind::Generation, ""), cx);
                Vec::new()
            }
            Outcome::Succeeded(songs) => self.succeed(id, songs, cx),
            Outcome::Prepared { kind, url, title } => self
                .prepared(id, (kind, url, title), cx)
                .into_iter()
                .collect(),
            Outcome::Written(words) => self.written(id, words, cx).into_iter().collect(),
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

    fn succeed(&mut self, id: TaskId, mut songs: Vec<Song>, cx: &mut Cx) -> Vec<Made> {
        // The songs come first: should the program end between two saves, the task is asked for once more.
        for song in &mut songs {
            song.task = Some(id);
            if let Some(task) = self.tasks.get(&id) {
                note_origin(song, task);
            }
            // It may be kept already, with files: what is kept is known to the library alone.
            cx.emit(Effect::Save(Record::PartOfSong(Box::new(song.clone()))));
        }
        let made = songs.iter().map(|song| song.id.clone()).collect();
        if !self.is_done(id, |task| task.songs = made, cx) {
            return Vec::new();
        }
        let title = songs
            .first()
            .map(|song| song.title.clone())
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| self.label(id));
        cx.notify(Notice::Finished(title));
        let songs = songs.into_iter();
        songs.map(|song| Made::Song(Box::new(song))).collect()
    }

    /// A file of the source song can be fetched. An order without one cannot have made a file.
    fn prepared(
        &mut self,
        id: TaskId,
        (kind, url, title): (MediaKind, Link, String),
        cx: &mut Cx,
    ) -> Option<Made> {
        let Some(song) = self.get(id).and_then(|task| task.request.source().cloned()) else {
            let because = "the API answered with a file of a song that is not known";
            self.fail(id, Failure::new(FailureKind::Unknown, because), cx);
            return None;
        };
        self.is_done(id, |_| {}, cx).then(|| {
            cx.notify(Notice::Arrived(Arrival::File(kind, self.label(id))));
            Made::File {
                task: id,
                song,
                kind,
                url,
                title,
            }
        })
    }

    /// Words are kept with their task, whatever becomes of them.
    fn written(&mut self, id: TaskId, words: Words, cx: &mut Cx) -> Option<Made> {
        self.is_done(id, |task| task.words = Some(words), cx)
            .then_some(Made::Words(id))
    }

    fn is_done(&mut self, id: TaskId, change: impl FnOnce(&mut Task), cx: &mut Cx) -> bool {
        self.advance_with(
            id,
            TaskState::Succeeded,
            |task| {
                change(task);
                task.progress = Some(100);
            },
            cx,
        )
    }

    pub(super) fn tell_found(&self, id: TaskId, cx: &mut Cx) {
        cx.notify(Notice::TaskFound(self.label(id)));
    }
}

/// What a song was made from, as its order says.
fn note_origin(song: &mut Song, task: &Task) {
    match &task.request {
        Request::Audios(order) => {
            song.more.source.clone_from(&order.audio_id);
            song.more.action = order.audio_id.as_ref().map(|_| order.action);
        }
        Request::Upload(order) => {
            song.more.uploaded = true;
            if let Some(name) = order.file.as_deref().map(file_title) {
                song.title = name;
            }
        }
        Request::Lyrics(_) | Request::Wav(_) | Request::Videos(_) => {}
    }
}

/// What a local file is called, without its folder and suffix.
fn file_title(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    clean_line(if stem.is_empty() { name } else { stem }, TITLE_MAX)
}
