//! From a command to the one pane it is for, or to a story between panes.
//!
//! Invariant: a command that can do nothing now says why; nothing else decides that.

use super::App;
use super::command::{
    Command, ComposeCommand, LibraryCommand, LyricsCommand, Motion, OverlayCommand, QueueCommand,
    TextCommand, TransportCommand,
};
use super::effect::Effect;
use super::notice::{Copied, Notice, Refusal};
use super::panes::PaneId;
use super::panes::overlay::{Entry, Overlay, Palette, Purpose, Question};
use super::panes::queue::moved;
use super::settings::Locale;
use crate::domain::{Field, TaskState, Wish};

impl App {
    /// Does what the user means, or says why not.
    pub(super) fn obey(&mut self, command: Command) {
        if let Some(refusal) = self.refusal(command) {
            return self.notify(Notice::Refused(command, refusal));
        }
        match command {
            Command::Quit => self.quit(),
            Command::Suspend => self.suspend(),
            Command::Repaint => self.effects.push(Effect::Repaint),
            Command::Help => self.toggle_help(),
            Command::Palette => self.toggle_palette(),
            Command::EnterToken => self.ask_token(),
            Command::NextLanguage => self.next_language(),
            Command::Submit => self.submit(),
            Command::Undo => self.undo(),
            Command::NextPane => self.set_focus(self.focus.next()),
            Command::PreviousPane => self.set_focus(self.focus.previous()),
            Command::Focus(pane) => self.set_focus(pane),
            Command::Move(motion) => self.on_motion(motion),
            Command::Request(command) => self.on_request(command),
            Command::Compose(command) => self.on_compose(command),
            Command::Lyrics(command) => self.on_lyrics(command),
            Command::Queue(command) => self.on_queue(command),
            Command::Library(command) => self.on_library(command),
            Command::Player(command) => self.on_transport(command),
            Command::Mark(command) => self.on_mark(command),
            Command::View(command) => self.on_view(command),
            Command::Compare(command) => self.on_compare(command),
            Command::UpNext(command) => self.on_up_next(command),
            Command::Mixer(command) => self.on_mixer(command),
            Command::Link(command) => self.on_link(command),
            Command::Text(command) => self.on_text_command(command),
            Command::Overlay(OverlayCommand::Close) => self.overlay = None,
            Command::Overlay(OverlayCommand::Accept) => self.accept_overlay(),
        }
    }

    /// Why a command can do nothing now; `None`: it can.
    pub fn refusal(&self, command: Command) -> Option<Refusal> {
        match command {
            Command::Queue(command) => self.queue_refusal(command),
            Command::Library(command) => self.library_refusal(command),
            Command::Player(command) => self.transport_refusal(command),
            Command::Mark(_)
            | Command::View(_)
            | Command::Compare(_)
            | Command::UpNext(_)
            | Command::Mixer(_) => self.listening_refusal(command),
            Command::Link(command) => self.link_command_refusal(command),
            Command::Undo if self.focus != PaneId::Lyrics && self.removed.is_empty() => {
                Some(Refusal::NothingToUndo)
            }
            Command::Compose(ComposeCommand::TakePlayhead) => self.playhead_refusal(),
            Command::Lyrics(LyricsCommand::BreakLines) if !self.lyrics.has_literal_breaks() => {
                Some(Refusal::NothingToBreak)
            }
            _ => None,
        }
    }

    fn queue_refusal(&self, command: QueueCommand) -> Option<Refusal> {
        if matches!(command, QueueCommand::Pause | QueueCommand::Spend) {
            return None;
        }
        let Some(task) = self.queue.selected().and_then(|id| self.tasks.get(id)) else {
            return Some(Refusal::NoTask);
        };
        let refused = match (command, &task.state) {
            (QueueCommand::Details, _)
            | (QueueCommand::OrderAgain, TaskState::Failed { .. })
            | (
                QueueCommand::SendAgain,
                TaskState::InDoubt { look_at: None, .. } | TaskState::Held { .. },
            )
            | (
                QueueCommand::Drop,
                TaskState::Waiting { .. } | TaskState::Held { .. } | TaskState::InDoubt { .. },
            ) => return None,
            (QueueCommand::CopyFailure, _) if task.failure().is_some() => return None,
            (QueueCommand::OrderAgain | QueueCommand::CopyFailure, _) => Refusal::NotFailed,
            (QueueCommand::SendAgain, TaskState::InDoubt { .. }) => Refusal::StillLooking,
            (QueueCommand::SendAgain, _) => Refusal::NotInDoubt,
            (QueueCommand::Drop, state) if state.is_final() => Refusal::AlreadyFinal,
            (QueueCommand::Drop, _) => Refusal::AtTheApi,
            (command, _) => return self.flow_refusal(command, task),
        };
        Some(refused)
    }

    fn library_refusal(&self, command: LibraryCommand) -> Option<Refusal> {
        match command {
            LibraryCommand::Find | LibraryCommand::Tree => {
                return self.songs.is_empty().then_some(Refusal::NoSong);
            }
            LibraryCommand::Upload | LibraryCommand::Import => return None,
            _ => {}
        }
        let Some(song) = self.library.selected().and_then(|id| self.songs.get(id)) else {
            return Some(Refusal::NoSong);
        };
        match command {
            LibraryCommand::Play if self.playable(&song.id).is_none() => {
                Some(Refusal::NotFetchedYet)
            }
            LibraryCommand::Fetch if !self.songs.can_fetch(&song.id) => {
                Some(Refusal::NothingToFetch)
            }
            LibraryCommand::CopyLink if song.audio.url.is_none() => Some(Refusal::NoLink),
            LibraryCommand::CopyLyric if song.lyric.is_empty() => Some(Refusal::NoLyric),
            _ => None,
        }
    }

    fn transport_refusal(&self, command: TransportCommand) -> Option<Refusal> {
        match command {
            TransportCommand::Louder | TransportCommand::Softer | TransportCommand::Mute => None,
            TransportCommand::Toggle if !self.player.is_open() => {
                self.resumable().is_none().then_some(Refusal::NothingLoaded)
            }
            TransportCommand::Actions => {
                let on = self.player.song().and_then(|id| self.songs.get(id));
                on.is_none().then_some(Refusal::NothingLoaded)
            }
            TransportCommand::Next => self.next_song().is_none().then_some(Refusal::NoNext),
            TransportCommand::Previous => {
                let can = self.player.is_open() || self.neighbour(-1).is_some();
                (!can).then_some(Refusal::NoPrevious)
            }
            _ if self.player.is_open() => None,
            _ => Some(Refusal::NothingLoaded),
        }
    }

    /// Gives the keyboard to a pane. What was being typed elsewhere stays.
    pub(super) fn set_focus(&mut self, pane: PaneId) {
        self.compose.finish_line();
        self.lyrics.leave();
        self.library.accept();
        self.focus = pane;
    }

    fn on_motion(&mut self, motion: Motion) {
        if let Some(overlay) = &mut self.overlay {
            return match overlay {
                Overlay::Player => self.move_in_player(motion),
                Overlay::UpNext { selected } => {
                    *selected = moved(*selected, self.player.up_next.songs().len(), motion);
                }
                Overlay::Mixer { song, selected } => {
                    let stems = self.songs.get(song).map_or(0, |song| song.more.stems.len());
                    *selected = moved(*selected, stems, motion);
                }
                overlay => overlay.on_motion(motion),
            };
        }
        match self.focus {
            PaneId::Compose => {
                let (compose, _, mut cx) = self.cx();
                if compose.on_motion(motion, &mut cx) {
                    self.draft_changed();
                }
            }
            PaneId::Lyrics => self.lyrics.on_motion(motion),
            PaneId::Queue => self.queue.on_motion(motion),
            PaneId::Library => self.library.on_motion(motion),
        }
    }

    fn on_compose(&mut self, command: ComposeCommand) {
        match command {
            ComposeCommand::New => return self.new_draft(),
            ComposeCommand::Experimental => return self.toggle_experimental(),
            ComposeCommand::TakePlayhead => return self.take_playhead(),
            ComposeCommand::Edit if self.compose.selected() == Field::Source => {
                return self.open_source_picker();
            }
            _ => {}
        }
        self.focus = PaneId::Compose;
        let (compose, _, mut cx) = self.cx();
        if compose.on_command(command, &mut cx) {
            self.draft_changed();
        }
    }

    fn on_lyrics(&mut self, command: LyricsCommand) {
        if command == LyricsCommand::Write {
            return self.open_line(Purpose::Lyrics);
        }
        if self.focus != PaneId::Lyrics {
            self.set_focus(PaneId::Lyrics);
        }
        if self.lyrics.on_command(command) {
            self.draft_changed();
        }
    }

    fn on_queue(&mut self, command: QueueCommand) {
        match command {
            QueueCommand::Pause => return self.toggle_pause(),
            QueueCommand::Spend => {
                self.overlay = Some(Overlay::Spend { top: 0 });
                return;
            }
            _ => {}
        }
        let Some(task) = self.queue.selected() else {
            return;
        };
        self.overlay = match command {
            QueueCommand::Details => Some(Overlay::Task { task, top: 0 }),
            QueueCommand::OrderAgain => Some(Overlay::Ask(Question::OrderAgain(task))),
            QueueCommand::SendAgain => return self.send_again(task),
            QueueCommand::Drop => Some(Overlay::Ask(Question::Drop(task))),
            QueueCommand::CopyFailure => {
                if let Some(text) = self.tasks.get(task).and_then(failure_text) {
                    self.copy(text, Copied::Failure);
                }
                return;
            }
            command => return self.on_flow(command, task),
        };
    }

    fn on_library(&mut self, command: LibraryCommand) {
        match command {
            LibraryCommand::Find => {
                self.set_focus(PaneId::Library);
                return self.library.find();
            }
            LibraryCommand::Upload => return self.open_line(Purpose::Upload),
            LibraryCommand::Tree => {
                self.library.toggle_tree(&self.songs);
                self.preferences_keeper.changed(self.now);
                return self.set_focus(PaneId::Library);
            }
            LibraryCommand::Import => return self.wish(Wish::Import),
            _ => {}
        }
        let Some(song) = self.library.selected().and_then(|id| self.songs.get(id)) else {
            return;
        };
        let id = song.id.clone();
        match command {
            LibraryCommand::Play => self.play(&id),
            LibraryCommand::Details => self.overlay = Some(Overlay::Song { song: id, top: 0 }),
            LibraryCommand::Reuse => self.reuse(&id),
            LibraryCommand::Actions => self.open_actions(&id),
            LibraryCommand::Fetch => self.wish(Wish::Fetch(id)),
            LibraryCommand::CopyLink => {
                let link = song.audio.url.as_ref().map(|link| link.as_str().to_owned());
                self.copy(link.unwrap_or_default(), Copied::Link);
            }
            LibraryCommand::CopyId => self.copy(id.0, Copied::Id),
            LibraryCommand::CopyLyric => self.copy(song.lyric.clone(), Copied::Lyric),
            LibraryCommand::Find
            | LibraryCommand::Upload
            | LibraryCommand::Tree
            | LibraryCommand::Import => {}
        }
    }

    fn on_text_command(&mut self, command: TextCommand) {
        if self.overlay.is_some() {
            return match command {
                TextCommand::Leave => self.overlay = None,
                TextCommand::Accept => self.accept_overlay(),
            };
        }
        self.compose.finish_line();
        self.lyrics.leave();
        match command {
            TextCommand::Leave => self.library.show_all(),
            TextCommand::Accept => self.library.accept(),
        }
        self.library.refresh(&self.songs);
    }

    fn accept_overlay(&mut self) {
        match self.overlay.take() {
            Some(Overlay::Palette(palette)) => {
                if let Some(entry) = palette.selected() {
                    self.obey(entry.command);
                }
            }
            Some(Overlay::Source(picker)) => self.accept_source(picker),
            Some(Overlay::Actions(menu)) => self.accept_deed(menu),
            Some(Overlay::Line(line)) => self.accept_line(line),
            Some(Overlay::Ask(question)) => self.confirmed(question),
            // Typed outside the app: its end comes as an event.
            Some(overlay @ Overlay::Token { .. }) => self.overlay = Some(overlay),
            Some(Overlay::Copy(menu)) => self.copy_chosen(&menu),
            Some(Overlay::Batch(batch)) => self.order_batch(&batch),
            Some(Overlay::Task { task, .. }) => self.accept_words(task),
            Some(Overlay::UpNext { selected }) => self.play_up_next(selected),
            Some(Overlay::Link(song)) => self.copy_link(song),
            Some(
                Overlay::Help { .. }
                | Overlay::Song { .. }
                | Overlay::Request { .. }
                | Overlay::Player
                | Overlay::Mixer { .. }
                | Overlay::Spend { .. },
            )
            | None => {}
        }
    }

    fn toggle_help(&mut self) {
        self.overlay = match self.overlay {
            Some(Overlay::Help { .. }) => None,
            _ => Some(Overlay::Help { top: 0 }),
        };
    }

    fn toggle_palette(&mut self) {
        if matches!(self.overlay, Some(Overlay::Palette(_))) {
            self.overlay = None;
            return;
        }
        let commands = Command::ALL
            .iter()
            .filter(|(command, _)| command.in_palette())
            .map(|(command, name)| Entry {
                command: *command,
                words: format!("{} {name}", (self.words)(self.settings.locale, *command)),
                refusal: self.refusal(*command),
            })
            .collect();
        self.overlay = Some(Overlay::Palette(Box::new(Palette::new(commands))));
    }

    fn next_language(&mut self) {
        let at = Locale::ALL
            .iter()
            .position(|locale| *locale == self.settings.locale)
            .unwrap_or_default();
        self.settings.locale = Locale::ALL[(at + 1) % Locale::ALL.len()];
    }

    pub(super) fn copy(&mut self, text: String, what: Copied) {
        self.effects.push(Effect::Copy(text));
        self.notify(Notice::Copied(what));
    }
}

/// A failure as support wants to read it.
pub(super) fn failure_text(task: &crate::domain::Task) -> Option<String> {
    let failure = task.failure()?;
    let trace = failure.trace_id.as_ref().or(task.trace_id.as_ref());
    let parts = [
        failure.status.map(|status| status.to_string()),
        failure.code.clone(),
        Some(failure.message.clone()).filter(|message| !message.is_empty()),
        task.api_id.as_ref().map(|id| format!("task_id={}", id.0)),
        trace.map(|trace| format!("trace_id={trace}")),
    ];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}
