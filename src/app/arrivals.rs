//! What comes back from the API: songs and files go into the library, words into the lyrics.
//!
//! Invariant: what was made is kept in the same breath as the end of its task, and no word the user typed makes room for
//! one that was not.

use super::App;
use super::effect::Effect;
use super::event::TaskEvent;
use super::notice::{Arrival, Notice};
use super::panes::PaneId;
use super::tasks::Made;
use crate::domain::song::fnv1a;
use crate::domain::{Record, Request, Task, TaskId};

impl App {
    pub(super) fn on_task(&mut self, event: TaskEvent) {
        if let TaskEvent::Listed { page, listed } = event {
            return self.on_listed(page, listed);
        }
        let (tasks, songs, mut cx) = self.engine();
        let made = tasks.on_event(event, &mut cx);
        let any = !made.is_empty();
        let mut words = Vec::new();
        for made in made {
            match made {
                Made::Song(song) => songs.add(*song, &mut cx),
                Made::File {
                    task,
                    song,
                    kind,
                    url,
                    title,
                } => {
                    let record = songs.attach((song, title), (kind, url), &mut cx);
                    keep_with(task, record, cx.effects);
                }
                Made::Words(task) => words.push(task),
            }
        }
        for task in words {
            self.on_words(task);
        }
        if any {
            self.library.refresh(&self.songs);
        }
        self.queue.refresh(&self.tasks);
    }

    /// Notes what the lyrics were when words were ordered: whether they may be replaced is told by that.
    pub(super) fn note_lyrics(&mut self, id: TaskId) {
        let is_for_words = |task: &Task| matches!(task.request, Request::Lyrics(_));
        if self.tasks.get(id).is_some_and(is_for_words) {
            self.lyrics_at.insert(id, self.lyrics_mark());
        }
    }

    fn lyrics_mark(&self) -> u64 {
        fnv1a(self.lyrics.contents().as_bytes())
    }

    /// Words were written: they go into the lyrics if nothing was typed there since, else they wait with their task.
    pub(super) fn on_words(&mut self, id: TaskId) {
        // Words ordered in another sitting, or from the command line, wait to be taken.
        let then = self.lyrics_at.remove(&id);
        let is_untouched =
            then.is_some_and(|then| self.lyrics.editor().is_empty() || then == self.lyrics_mark());
        if is_untouched && self.take_words(id) {
            self.notify(Notice::Arrived(Arrival::Words));
        } else if let Some(task) = self.tasks.get(id) {
            let label = task.label().to_owned();
            self.notify(Notice::Arrived(Arrival::WordsWait(label)));
        }
    }

    /// Puts the words of a task into the lyrics, in one step that can be undone. Tells whether it has any.
    fn take_words(&mut self, id: TaskId) -> bool {
        let words = self.tasks.get(id).and_then(|task| task.words.as_ref());
        let Some(lyric) = words.map(|words| words.lyric.clone()) else {
            return false;
        };
        let old = self.draft();
        self.lyrics.replace(&lyric);
        if !old.lyric.trim().is_empty() && old.lyric != lyric {
            // The undo of the text area ends with the sitting, in whatever way that ends.
            self.keep_removed(old);
        }
        self.draft_changed();
        true
    }

    /// The user takes the words of a task that lies open.
    pub(super) fn accept_words(&mut self, id: TaskId) {
        if self.take_words(id) {
            self.set_focus(PaneId::Lyrics);
            self.notify(Notice::Arrived(Arrival::Words));
        }
    }
}

/// Keeps a song in the same transaction as the end of the task that changed it: saves in a row are one.
fn keep_with(task: TaskId, song: Record, effects: &mut Vec<Effect>) {
    let is_end = |effect: &Effect| matches!(effect, Effect::Save(Record::Task(kept)) if kept.id == task && kept.state.is_final());
    let at = effects.iter().position(is_end).unwrap_or(effects.len());
    effects.insert(at, Effect::Save(song));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::Command;
    use crate::app::settings::{Locale, Settings};
    use crate::domain::{
        ApiTaskId, Draft, LyricsRequest, Outcome, Saved, TaskRecord, Timestamp, Words,
    };

    fn words(_: Locale, command: Command) -> &'static str {
        command.name()
    }

    /// A studio in which words were ordered while this lyric stood there.
    fn ordered(lyric: &str) -> (App, TaskId) {
        let saved = Saved {
            draft: Draft {
                lyric: lyric.to_owned(),
                ..Draft::default()
            },
            ..Saved::default()
        };
        let mut app = App::new(saved, Settings::default(), words, Timestamp::UNIX_EPOCH);
        let request = Request::Lyrics(LyricsRequest {
            prompt: "a coat".into(),
        });
        let id = app.place(request).expect("ordered");
        (app, id)
    }

    fn write(app: &mut App, task: TaskId) {
        let api_id = ApiTaskId("t1".into());
        let outcome = Outcome::Written(Words {
            title: "Coat".into(),
            lyric: "[Verse]\nOne".into(),
        });
        app.on_task(TaskEvent::Accepted {
            task,
            api_id: api_id.clone(),
            trace_id: None,
            record: Some(Box::new(TaskRecord {
                id: api_id,
                created_at: None,
                request: None,
                trace_id: None,
                outcome,
            })),
        });
    }

    #[test]
    fn words_replace_what_was_not_touched_and_come_back_with_one_undo() {
        for before in ["", "[Verse]\nMine"] {
            let (mut app, task) = ordered(before);
            write(&mut app, task);
            assert_eq!(app.lyrics.contents(), "[Verse]\nOne");
            assert!(app.lyrics.undo());
            assert_eq!(app.lyrics.contents(), before);
            assert!(!app.lyrics.undo(), "one step, and none before it");
            let is_kept = |draft: &Draft| draft.lyric == before;
            assert_eq!(app.removed.iter().any(is_kept), !before.is_empty());
        }
    }

    #[test]
    fn words_wait_where_something_was_typed_meanwhile() {
        let (mut app, task) = ordered("[Verse]\nMine");
        app.lyrics.replace("[Verse]\nMine, and more");
        write(&mut app, task);
        assert_eq!(app.lyrics.contents(), "[Verse]\nMine, and more");
        let notice = app.notices.current();
        assert!(matches!(
            notice,
            Some(Notice::Arrived(Arrival::WordsWait(_)))
        ));
        app.accept_words(task);
        assert_eq!(app.lyrics.contents(), "[Verse]\nOne");
        assert!(app.lyrics.undo());
        assert_eq!(app.lyrics.contents(), "[Verse]\nMine, and more");
    }
}
