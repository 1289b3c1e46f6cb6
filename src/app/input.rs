//! What a key, a paste or a click means, given what has the keyboard.
//!
//! Invariant: while text is typed, letters are text; commands are reached with Esc or control keys.

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::command::{Command, OverlayCommand};
use super::event::{Gesture, Input, Target};
use super::keymap::{Chord, Context};
use super::notice::Notice;
use super::panes::PaneId;
use super::panes::overlay::Overlay;

impl App {
    pub(super) fn on_input(&mut self, input: Input) {
        match input {
            Input::Key(key) => self.on_key(key),
            Input::Pasted(text) => self.on_paste(&text),
            Input::Focused(has_focus) => self.on_window_focus(has_focus),
            Input::Pointed { target, gesture } => self.on_pointer(target, gesture),
            Input::Media(key) => self.on_media_key(&key),
            // The screen is drawn to whatever size it has.
            Input::Resized { .. } => {}
        }
    }

    /// The contexts a key is looked up in, first to last. `true`: text is being typed.
    pub fn contexts(&self) -> (&'static [Context], bool) {
        match &self.overlay {
            Some(overlay) if overlay.editor().is_some() => return (&[Context::Line], true),
            Some(Overlay::Player) => return (&[Context::Player], false),
            Some(Overlay::UpNext { .. }) => return (&[Context::UpNext], false),
            Some(Overlay::Mixer { .. }) => return (&[Context::Mixer], false),
            Some(Overlay::Link(_)) => return (&[Context::Link], false),
            Some(_) => return (&[Context::Overlay], false),
            None => {}
        }
        match self.focus {
            PaneId::Compose if self.compose.editor().is_some() => (&[Context::Line], true),
            PaneId::Library if self.library.editor().is_some() => (&[Context::Line], true),
            PaneId::Lyrics if self.lyrics.is_editing() => (&[Context::Text], true),
            PaneId::Compose => (&[Context::Compose], false),
            PaneId::Lyrics => (&[Context::Lyrics], false),
            PaneId::Queue => (&[Context::Queue], false),
            PaneId::Library => (&[Context::Library], false),
        }
    }

    fn on_key(&mut self, key: KeyEvent) {
        let chord = Chord::from(key);
        let (contexts, typing) = self.contexts();
        let here = self.settings.keymap.resolve(contexts, chord);
        if let Some(command) = here {
            return self.obey(command);
        }
        if typing && (chord.is_text() || self.text_claims(key)) {
            return self.on_text(key);
        }
        match self.settings.keymap.resolve(&[Context::Global], chord) {
            Some(command) if self.overlay.is_none() || works_over(command) => self.obey(command),
            _ if key.code == KeyCode::Esc => self.notices.dismiss(),
            _ if self.overlay.is_some() => {}
            _ => self.notify(Notice::UnknownKey(chord.label())),
        }
    }

    fn text_claims(&self, key: KeyEvent) -> bool {
        let editor = match (&self.overlay, self.focus) {
            (Some(overlay), _) => overlay.editor(),
            (_, PaneId::Compose) => self.compose.editor(),
            (_, PaneId::Library) => self.library.editor(),
            (_, PaneId::Lyrics) => Some(self.lyrics.editor()),
            (_, PaneId::Queue) => None,
        };
        editor.is_some_and(|editor| editor.claims(key))
    }

    fn on_text(&mut self, key: KeyEvent) {
        if let Some(overlay) = &mut self.overlay {
            return overlay.on_text(key, self.now);
        }
        let changed = match self.focus {
            PaneId::Compose => self.compose.on_text(key),
            PaneId::Lyrics => self.lyrics.on_text(key),
            PaneId::Library => {
                if self.library.on_text(key) {
                    self.library.refresh(&self.songs);
                }
                false
            }
            PaneId::Queue => false,
        };
        if changed {
            self.draft_changed();
        }
    }

    fn on_paste(&mut self, raw: &str) {
        let left_out = match (&mut self.overlay, self.focus) {
            (Some(overlay), _) => overlay.on_paste(raw, self.now),
            (None, PaneId::Compose) => self.compose.on_paste(raw),
            (None, PaneId::Lyrics) => Some(self.lyrics.on_paste(raw)),
            (None, PaneId::Library) => self.library.on_paste(raw),
            (None, PaneId::Queue) => None,
        };
        match left_out {
            None => return self.notify(Notice::NothingPasted),
            Some(0) => {}
            Some(bytes) => self.notify(Notice::PasteCut(bytes)),
        }
        match (&self.overlay, self.focus) {
            (None, PaneId::Library) => self.library.refresh(&self.songs),
            (None, _) => self.draft_changed(),
            (Some(_), _) => {}
        }
    }

    fn on_pointer(&mut self, target: Target, gesture: Gesture) {
        let motion = match gesture {
            Gesture::Click => return self.on_click(target),
            Gesture::Release => return self.on_release(target),
            Gesture::WheelUp => super::command::Motion::Up,
            Gesture::WheelDown => super::command::Motion::Down,
        };
        if self.overlay.is_some() && !matches!(target, Target::Waveform(_)) {
            return self.obey(Command::Move(motion));
        }
        match target {
            Target::Waveform(_) => self.obey(Command::Player(match gesture {
                Gesture::WheelUp => super::command::TransportCommand::Forward,
                _ => super::command::TransportCommand::Back,
            })),
            Target::QueueRow(_) | Target::Pane(PaneId::Queue) => self.queue.on_motion(motion),
            Target::LibraryRow(_) | Target::Pane(PaneId::Library) => self.library.on_motion(motion),
            Target::LyricsText { .. } | Target::Pane(PaneId::Lyrics) => {
                self.lyrics.on_motion(motion);
            }
            _ => {}
        }
    }

    fn on_release(&mut self, target: Target) {
        match target {
            Target::Waveform(share) => self.release_waveform(share),
            _ => self.player.forget_grab(),
        }
    }

    fn on_click(&mut self, target: Target) {
        self.player.forget_grab();
        if let (Target::Waveform(share), None | Some(Overlay::Player)) = (target, &self.overlay) {
            return self.press_waveform(share);
        }
        if let Some(overlay) = &mut self.overlay {
            let Target::PaletteRow(row) = target else {
                return;
            };
            match overlay {
                Overlay::Palette(palette) => palette.select_row(row),
                Overlay::Source(picker) => picker.select_row(row),
                Overlay::Actions(menu) => menu.selected = row.min(menu.rows.len()),
                Overlay::UpNext { selected } => *selected = row,
                Overlay::Mixer { selected, .. } => {
                    *selected = row;
                    return;
                }
                Overlay::Copy(menu) => menu.select_row(row),
                // What costs money is ordered by a key alone.
                Overlay::Batch(batch) => return batch.on_click(row),
                _ => return,
            }
            return self.obey(Command::Overlay(OverlayCommand::Accept));
        }
        match target {
            Target::Pane(pane) => self.set_focus(pane),
            Target::ComposeField(field) => {
                self.set_focus(PaneId::Compose);
                let again = self.compose.selected() == field;
                self.compose.select(field);
                if again {
                    self.obey(Command::Compose(super::command::ComposeCommand::Edit));
                }
            }
            Target::LyricsText { line, column } => {
                let again = self.focus == PaneId::Lyrics;
                self.set_focus(PaneId::Lyrics);
                if self.lyrics.put_cursor((line, column)) && again {
                    self.obey(Command::Lyrics(super::command::LyricsCommand::Edit));
                }
            }
            Target::QueueRow(row) => {
                self.set_focus(PaneId::Queue);
                self.queue.select_row(row);
            }
            Target::LibraryRow(row) => {
                let again = self.focus == PaneId::Library && self.library.selected_row() == row;
                self.set_focus(PaneId::Library);
                self.library.select_row(row);
                if again {
                    self.obey(Command::Library(super::command::LibraryCommand::Play));
                }
            }
            Target::Waveform(_) | Target::PaletteRow(_) => {}
        }
    }
}

/// Whether a command of everywhere works while something lies over the panes.
fn works_over(command: Command) -> bool {
    matches!(
        command,
        Command::Move(_)
            | Command::Quit
            | Command::Suspend
            | Command::Repaint
            | Command::Help
            | Command::Palette
            | Command::Player(_)
            | Command::Mark(_)
            | Command::View(_)
            | Command::Compare(_)
            | Command::UpNext(_)
            | Command::Link(_)
    )
}
