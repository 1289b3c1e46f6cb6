//! Where in the song that is on: marks, the cursor, how close it is looked at.
//!
//! Invariant: what the listener marks is kept with the song at once, and a loop follows its marks.

use super::App;
use super::command::{MarkCommand, Motion, ViewCommand};
use super::effect::Effect;
use super::notice::{Ear, Notice, Refusal};
use super::panes::overlay::Overlay;
use crate::domain::{Mark, Marks, PlayerCommand, Seconds, Snap};

/// The steps of a mark and of the cursor, in seconds.
const FINE: f64 = 0.1;
const COARSE: f64 = 1.0;

impl App {
    pub(super) fn mark_refusal(&self, command: MarkCommand) -> Option<Refusal> {
        let marks = self.on()?.more.marks;
        let landmarks = self.player.landmarks();
        match command {
            MarkCommand::Use if self.player.position() == Seconds::ZERO && marks.is_empty() => {
                Some(Refusal::NoMarks)
            }
            MarkCommand::SetIn | MarkCommand::SetOut | MarkCommand::Use => None,
            MarkCommand::Loop if self.player.looping().is_some() => None,
            MarkCommand::Loop => marks.span().is_none().then_some(Refusal::NotTwoMarks),
            _ if marks.is_empty() => Some(Refusal::NoMarks),
            MarkCommand::ToSilence if landmarks.silences.is_empty() => Some(Refusal::NoSilence),
            MarkCommand::ToBeat if landmarks.beats.is_empty() => Some(Refusal::NoBeat),
            _ => None,
        }
    }

    pub(super) fn on_mark(&mut self, command: MarkCommand) {
        match command {
            MarkCommand::SetIn => self.set_mark(Mark::In),
            MarkCommand::SetOut => self.set_mark(Mark::Out),
            MarkCommand::Earlier => self.nudge(-FINE),
            MarkCommand::Later => self.nudge(FINE),
            MarkCommand::MuchEarlier => self.nudge(-COARSE),
            MarkCommand::MuchLater => self.nudge(COARSE),
            MarkCommand::ToSilence => self.snap(Snap::Silence),
            MarkCommand::ToBeat => self.snap(Snap::Beat),
            MarkCommand::Clear => {
                self.change_marks(|marks| *marks = Marks::default());
            }
            MarkCommand::Loop => self.toggle_loop(),
            MarkCommand::Use => self.use_marks_of_playing(),
        }
    }

    fn set_mark(&mut self, mark: Mark) {
        let at = self.player.view.cursor().unwrap_or(self.player.position());
        self.player.note_mark(mark);
        self.change_marks(|marks| marks.set(mark, at));
        self.notify(Notice::Ear(Ear::Marked(mark, at)));
    }

    /// The mark that was set last, or the one that is set.
    fn held_mark(&self) -> Mark {
        let last = self.player.last_mark();
        let is_set = |mark| {
            self.on()
                .is_some_and(|song| song.more.marks.get(mark).is_some())
        };
        match last {
            mark if is_set(mark) => mark,
            Mark::In => Mark::Out,
            Mark::Out => Mark::In,
        }
    }

    fn nudge(&mut self, by: f64) {
        let (mark, length) = (self.held_mark(), self.length_on());
        self.change_marks(|marks| {
            marks.nudge(mark, by, length);
        });
    }

    fn snap(&mut self, snap: Snap) {
        let mark = self.held_mark();
        let at = self.on().and_then(|song| song.more.marks.get(mark));
        let near = at.and_then(|at| self.player.landmarks().nearest(snap, at));
        if let (Some(at), Some(near)) = (at, near) {
            let length = self.length_on();
            self.change_marks(|marks| {
                marks.nudge(mark, near.0 - at.0, length);
            });
        }
    }

    /// Changes the marks of the song that is on; a loop follows them.
    pub(super) fn change_marks(&mut self, change: impl FnOnce(&mut Marks)) {
        let Some(id) = self.player.song().cloned() else {
            return;
        };
        self.annotate(&id, |more| change(&mut more.marks));
        if self.player.looping().is_some() {
            let span = self.on().and_then(|song| song.more.marks.span());
            let (_, player, mut cx) = self.cx();
            player.repeat_part(span, &mut cx);
        }
    }

    fn toggle_loop(&mut self) {
        let span = match self.player.looping() {
            Some(_) => None,
            None => self.on().and_then(|song| song.more.marks.span()),
        };
        let (_, player, mut cx) = self.cx();
        player.repeat_part(span, &mut cx);
        self.notify(Notice::Ear(Ear::Loops(span)));
    }

    pub(super) fn on_view(&mut self, command: ViewCommand) {
        let playhead = self.player.position();
        let length = self.length_on().unwrap_or_default();
        let view = &mut self.player.view;
        match command {
            ViewCommand::Large => {
                self.overlay = match self.overlay {
                    Some(Overlay::Player) => None,
                    _ => Some(Overlay::Player),
                };
            }
            ViewCommand::ZoomIn => {
                view.zoom_by(1);
            }
            ViewCommand::ZoomOut => {
                view.zoom_by(-1);
            }
            ViewCommand::CursorBack => view.move_cursor(-FINE, playhead, length),
            ViewCommand::CursorOn => view.move_cursor(FINE, playhead, length),
            ViewCommand::CursorMuchBack => view.move_cursor(-COARSE, playhead, length),
            ViewCommand::CursorMuchOn => view.move_cursor(COARSE, playhead, length),
            ViewCommand::CursorHere => view.drop_cursor(),
            ViewCommand::PlayFromCursor => self.play_from_cursor(),
            ViewCommand::Sections => view.sections = !view.sections,
            ViewCommand::Spectrum => {
                let hertz = if self.player.wants_spectrum() {
                    0
                } else {
                    self.settings.spectrum_hertz
                };
                let (_, player, mut cx) = self.cx();
                player.tell_spectrum(hertz, &mut cx);
            }
        }
    }

    /// Nobody looks at the spectrum of a window in the background.
    pub(super) fn on_window_focus(&mut self, has_focus: bool) {
        let (_, player, mut cx) = self.cx();
        player.watch(has_focus, &mut cx);
    }

    /// Arrows and pages move the cursor in the window of the player.
    pub(super) fn move_in_player(&mut self, motion: Motion) {
        let Some(length) = self.length_on() else {
            return;
        };
        let playhead = self.player.position();
        let view = &mut self.player.view;
        let page = length.0 / f64::from(8u32 << view.zoom());
        match motion {
            Motion::Left => view.move_cursor(-FINE, playhead, length),
            Motion::Right => view.move_cursor(FINE, playhead, length),
            Motion::PageUp => view.move_cursor(-page, playhead, length),
            Motion::PageDown => view.move_cursor(page, playhead, length),
            Motion::First => view.set_cursor(Seconds::ZERO, length),
            Motion::Last => view.set_cursor(length, length),
            Motion::Up => {
                view.zoom_by(1);
            }
            Motion::Down => {
                view.zoom_by(-1);
            }
        }
    }

    fn play_from_cursor(&mut self) {
        let Some(at) = self.player.view.cursor() else {
            return;
        };
        self.player.view.drop_cursor();
        if self.player.is_open() {
            let (_, player, mut cx) = self.cx();
            player.seek(at, &mut cx);
            if !player.is_playing() {
                cx.emit(Effect::Player(PlayerCommand::Play));
            }
        } else if let Some(id) = self.player.song().cloned() {
            self.play_from(&id, at);
        }
    }
}
