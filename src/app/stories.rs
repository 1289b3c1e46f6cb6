//! The stories between panes: order, play, reuse, begin anew, leave.
//!
//! Invariant: an order is made by a person's key or answer, never by anything else.

use super::App;
use super::command::{Command, TransportCommand};
use super::deeds::{is_sung, known_model};
use super::effect::Effect;
use super::notice::{Notice, Refusal};
use super::panes::PaneId;
use super::panes::overlay::{Overlay, Question};
use crate::domain::action::Field;
use crate::domain::{
    Draft, Hold, Playable, PlayerCommand, Request, Seconds, Song, SongId, Task, TaskId, TaskState,
    Whom, Wish,
};

/// How many replaced drafts can be brought back.
pub(super) const REMOVED_KEPT: usize = 10;

impl App {
    /// Orders the draft, if it is right and not in the queue already.
    pub(super) fn submit(&mut self) {
        self.compose.finish_line();
        let Some(request) = self.recheck(true) else {
            return self.show_mistakes();
        };
        self.place_or_ask(vec![request]);
    }

    /// Orders all of these, or asks first where an equal one is in the queue or was made a moment ago.
    pub(super) fn place_or_ask(&mut self, requests: Vec<Request>) {
        let is_twin = |request: &Request| self.tasks.has_twin(request, self.now);
        if requests.iter().any(is_twin) {
            self.overlay = Some(Overlay::Ask(Question::OrderTwice(requests)));
        } else {
            self.place_all(requests);
        }
    }

    /// Orders anything: the task is kept, sent when its turn comes, and shown in the queue; the user is told, and asked for a
    /// token where there is none. `None` where nothing was ordered. The request is checked and its price agreed to before.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "its callers are ready for an order that is not taken"
    )]
    pub(crate) fn place(&mut self, request: Request) -> Option<TaskId> {
        let source = request.source().and_then(|id| self.songs.get(id));
        let about = source.map_or_else(String::new, |song| song.title.clone());
        let (tasks, _, mut cx) = self.engine();
        let id = tasks.order_about(request, about, &mut cx);
        self.note_lyrics(id);
        let label = self.tasks.get(id).map_or("", Task::label).to_owned();
        self.queue.refresh(&self.tasks);
        self.queue.select(id);
        let held = |task: &Task| matches!(task.state, TaskState::Held { .. });
        if !self.tasks.get(id).is_some_and(held) {
            self.notify(Notice::Ordered(label));
        }
        // The program that has the engine asks for its own.
        if !self.settings.has_token && !self.settings.is_guest {
            self.ask_token();
        }
        Some(id)
    }

    pub(super) fn show_mistakes(&mut self) {
        self.notify(Notice::DraftRefused(self.compose.mistakes()));
        let Err(errors) = self.draft().check(self.source()) else {
            return;
        };
        match errors.first().map(|error| error.field) {
            Some(Field::Lyric) => self.set_focus(PaneId::Lyrics),
            Some(field) => {
                self.set_focus(PaneId::Compose);
                self.compose.select(field);
            }
            None => {}
        }
    }

    /// The user said yes.
    pub(super) fn confirmed(&mut self, question: Question) {
        match question {
            Question::OrderTwice(requests) => self.place_all(requests),
            Question::QuitWhileSubmitting => self.leave(),
            Question::OrderFile(song, kind) => self.order_file(&song, kind),
            Question::OrderAgain(task) => {
                let (tasks, _, mut cx) = self.engine();
                let again = tasks.order_again(task, &mut cx);
                self.queue.refresh(&self.tasks);
                if let Some(id) = again {
                    self.note_lyrics(id);
                    self.queue.select(id);
                }
            }
            Question::SendAgain(task) => {
                if let Some(task) = self.tasks.get(task)
                    && let TaskState::InDoubt { since, .. } = task.state
                {
                    self.wish(Wish::SendAgain(Whom::of(task), since));
                }
            }
            Question::Drop(task) => {
                if let Some(task) = self.tasks.get(task) {
                    self.wish(Wish::Drop(Whom::of(task)));
                }
            }
        }
    }

    /// Sends what is held once more, which costs nothing if it is refused again; asks before what may be paid twice.
    pub(super) fn send_again(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(id) else {
            return;
        };
        match task.state {
            TaskState::Held {
                why: Hold::Token, ..
            } => self.ask_token(),
            TaskState::Held {
                why: Hold::Budget, ..
            } => self.wish(Wish::WaveThrough(Whom::of(task))),
            TaskState::Held {
                why: Hold::Paused, ..
            } => self.wish(Wish::ResumeTask(Whom::of(task))),
            TaskState::Held { why, .. } => self.wish(Wish::Wake(why)),
            _ => self.overlay = Some(Overlay::Ask(Question::SendAgain(id))),
        }
    }

    /// Asks for a token; it is typed outside the app.
    pub(super) fn ask_token(&mut self) {
        self.overlay = Some(Overlay::Token {
            typed: 0,
            problem: None,
        });
    }

    /// Leaves, unless an order is on the wire at this moment.
    pub(super) fn quit(&mut self) {
        if self.tasks.is_submitting() && !self.settings.is_guest {
            self.overlay = Some(Overlay::Ask(Question::QuitWhileSubmitting));
        } else {
            self.leave();
        }
    }

    /// Stops for a while, with everything kept: nobody knows whether it goes on.
    pub(super) fn suspend(&mut self) {
        self.save_draft();
        self.save_preferences();
        self.effects.push(Effect::Suspend);
    }

    /// Brings back the last change of the lyric, or the last draft that was replaced.
    pub(super) fn undo(&mut self) {
        if self.focus == PaneId::Lyrics && self.lyrics.undo() {
            return self.draft_changed();
        }
        match self.removed.pop() {
            Some(draft) => {
                // What stands there now can be brought back in its turn.
                let now = self.draft();
                if !now.is_blank() && now != draft {
                    self.removed.insert(0, now);
                }
                self.put_draft(draft);
                self.draft_changed();
                self.preferences_keeper.changed(self.now);
                self.notify(Notice::Undone);
            }
            None => self.notify(Notice::Refused(Command::Undo, Refusal::NothingToUndo)),
        }
    }

    pub(super) fn new_draft(&mut self) {
        self.replace_draft(Draft::default());
        self.set_focus(PaneId::Compose);
        self.notify(Notice::FormCleared);
    }

    /// Fills the form with what a song was made from.
    pub(super) fn reuse(&mut self, id: &SongId) {
        let Some(song) = self.songs.get(id) else {
            return;
        };
        let title = song.title.clone();
        let draft = draft_from(song, self.order_of(song));
        self.replace_draft(draft);
        self.set_focus(PaneId::Compose);
        self.notify(Notice::FormFilled(title));
    }

    pub(super) fn order_of(&self, song: &Song) -> Option<&Request> {
        let task = self.tasks.get(song.task?)?;
        Some(&task.request)
    }

    /// Fills the form. Fields that stand in no document are shown where the draft has them or the user wants them.
    fn put_draft(&mut self, draft: Draft) {
        self.settings.experimental |= draft.experimental;
        self.lyrics.replace(&draft.lyric);
        self.compose.replace(draft);
        self.compose.set_experimental(self.settings.experimental);
    }

    /// Fills the form; undo brings back what stood there.
    pub(super) fn replace_draft(&mut self, draft: Draft) {
        let old = self.draft();
        self.put_draft(draft);
        if !old.is_blank() {
            self.keep_removed(old);
        }
        self.draft_changed();
    }

    /// Keeps a draft that is about to be replaced, so that it can be brought back.
    pub(super) fn keep_removed(&mut self, old: Draft) {
        self.removed.push(old);
        let surplus = self.removed.len().saturating_sub(REMOVED_KEPT);
        self.removed.drain(..surplus);
        self.preferences_keeper.changed(self.now);
    }

    /// Plays a song from its beginning.
    pub(super) fn play(&mut self, id: &SongId) {
        self.play_from(id, Seconds::ZERO);
    }

    pub(super) fn play_from(&mut self, id: &SongId, from: Seconds) {
        self.awaited = None;
        if self.settings.is_guest && self.playable(id) == Some(Playable::Arriving) {
            self.awaited = Some((id.clone(), from));
            return self.wish(Wish::FetchFirst(id.clone()));
        }
        let Some(opened) = self.made_playable(id) else {
            return;
        };
        let (_, player, mut cx) = self.cx();
        player.load(opened, from, &mut cx);
        self.preferences_keeper.changed(self.now);
        self.tell_what_follows();
    }

    /// What Space begins with when nothing is open: the song of last time, else the selected one.
    pub(super) fn resumable(&self) -> Option<(SongId, Seconds)> {
        let here = |id: &&SongId| self.playable(id).is_some();
        let last = self.player.song().filter(here);
        let position = self.player.position();
        last.map(|id| (id.clone(), position)).or_else(|| {
            let selected = self.library.selected().filter(here)?;
            Some((selected.clone(), Seconds::ZERO))
        })
    }

    /// The song so many rows below the one that is on, that can be played.
    pub(super) fn neighbour(&self, by: isize) -> Option<SongId> {
        let rows = self.library.rows();
        let at = self
            .player
            .song()
            .and_then(|song| rows.iter().position(|row| row == song));
        let mut at = match at {
            Some(at) => at.checked_add_signed(by)?,
            None => 0,
        };
        loop {
            let id = rows.get(at)?;
            if self.playable(id).is_some() {
                return Some(id.clone());
            }
            at = at.checked_add_signed(by)?;
        }
    }

    /// What is played when the listener goes on: the first of what plays next, else the song below.
    pub(super) fn next_song(&self) -> Option<SongId> {
        let first = self.player.up_next.first().cloned();
        first.or_else(|| self.neighbour(1))
    }

    pub(super) fn on_transport(&mut self, command: TransportCommand) {
        match command {
            TransportCommand::Actions => {
                if let Some(song) = self.player.song().cloned() {
                    self.open_actions(&song);
                }
            }
            TransportCommand::Toggle if !self.player.is_open() => {
                if let Some((song, from)) = self.resumable() {
                    self.play_from(&song, from);
                }
            }
            TransportCommand::Next => {
                if let Some(song) = self.next_song() {
                    self.play(&song);
                }
            }
            TransportCommand::Previous => match self.neighbour(-1) {
                Some(song) if !self.player.is_open() || !self.player.is_past_start() => {
                    self.play(&song);
                }
                _ => {
                    let (_, player, mut cx) = self.cx();
                    player.restart(&mut cx);
                }
            },
            command => {
                let (_, player, mut cx) = self.cx();
                player.on_command(command, &mut cx);
                self.preferences_keeper.changed(self.now);
            }
        }
    }

    /// Closes the sound when leaving the terminal for a while.
    pub fn pause_for_suspend(&self) -> Option<Effect> {
        self.player
            .is_playing()
            .then_some(Effect::Player(PlayerCommand::Pause))
    }
}

/// The form that makes a song like this one: from its order where that is known, else from what the song tells.
fn draft_from(song: &Song, order: Option<&Request>) -> Draft {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let line = |text: &Option<String>| text.clone().unwrap_or_default();
    if let Some(Request::Audios(order)) = order {
        Draft {
            action: order.action,
            action_name: order.action_name.clone(),
            source: order
                .audio_id
                .as_ref()
                .map_or_else(String::new, |id| id.0.clone()),
            continue_at: number(order.continue_at),
            replace_start: number(order.replace_section_start),
            replace_end: number(order.replace_section_end),
            custom: order.custom == Some(true),
            model: order.model.clone(),
            prompt: order.prompt.clone().unwrap_or_default(),
            title: order.title.clone().unwrap_or_default(),
            instrumental: order.instrumental,
            lyrics_strength: number(order.lyrics_strength),
            sound_strength: number(order.sound_strength),
            cover_strength: number(order.cover_strength),
            weirdness: number(order.weirdness),
            seed: song.seed.clone(),
            callback_url: line(&order.callback_url),
            completion: None,
            experimental: [
                &order.style,
                &order.style_negative,
                &order.vocal_gender,
                &order.lyric_prompt,
            ]
            .into_iter()
            .any(Option::is_some),
            style: line(&order.style),
            style_negative: line(&order.style_negative),
            vocal_gender: line(&order.vocal_gender),
            lyric_prompt: line(&order.lyric_prompt),
            lyric: order.lyric.clone().unwrap_or_else(|| song.lyric.clone()),
        }
    } else {
        let sung = is_sung(song);
        Draft {
            custom: sung,
            model: known_model(song),
            prompt: song.prompt.clone(),
            title: song.title.clone(),
            seed: song.seed.clone(),
            lyric: if sung {
                song.lyric.clone()
            } else {
                String::new()
            },
            ..Draft::default()
        }
    }
}
