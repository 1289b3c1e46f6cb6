//! From the marks of a song to the form, and from the mouse to the marks.
//!
//! Invariant: marks fill the form and order nothing.

use super::App;
use super::notice::{Ear, Notice};
use super::panes::overlay::{Deed, Overlay};
use crate::domain::{Action, Choice, Field, Mark, Seconds, Song, SongId};

impl App {
    /// What the marks of a song can be used for: its part is made anew, or it goes on from one of them.
    pub(super) fn marked_deed(song: &Song) -> Option<Deed> {
        let marks = song.more.marks;
        if marks.span().is_some() {
            Some(Deed::ReplaceMarked)
        } else {
            (!marks.is_empty()).then_some(Deed::ExtendMarked)
        }
    }

    /// Fills the form from the song that is on: with both marks its part is replaced, with one it goes on from there, else
    /// from the playhead.
    pub(super) fn use_marks_of_playing(&mut self) {
        let at = self.player.position();
        if let Some(id) = self.player.song().cloned() {
            self.use_marks(&id, at);
        }
    }

    /// The same with any song; without a mark it goes on from `at`.
    pub(super) fn use_marks(&mut self, id: &SongId, at: Seconds) {
        let Some(song) = self.songs.get(id) else {
            return;
        };
        let (id, marks) = (song.id.clone(), song.more.marks);
        let one = marks.get(Mark::In).or(marks.get(Mark::Out));
        let action = match marks.span() {
            Some(_) => Action::ReplaceSection,
            None => Action::Extend,
        };
        self.overlay = None;
        self.fill_for(&id, Choice { action, name: None });
        if let Some(span) = marks.span() {
            self.compose.put_moment(Field::ReplaceStart, span.from);
            self.compose.put_moment(Field::ReplaceEnd, span.to);
        } else {
            self.compose
                .put_moment(Field::ContinueAt, one.unwrap_or(at));
        }
        self.draft_changed();
    }

    /// The mouse was pressed on the waveform.
    pub(super) fn press_waveform(&mut self, share: f64) {
        if let Some(length) = self.length_on() {
            let (_, player, mut cx) = self.cx();
            player.seek_to_share(share, length, &mut cx);
        }
    }

    /// The mouse was let go on the waveform: what it was drawn over lies between the marks from now on.
    pub(super) fn release_waveform(&mut self, share: f64) {
        let shows_player = matches!(self.overlay, None | Some(Overlay::Player));
        let Some(span) = self.player.let_go(share).filter(|_| shows_player) else {
            return;
        };
        self.change_marks(|marks| {
            marks.set(Mark::In, span.from);
            marks.set(Mark::Out, span.to);
        });
        self.player.note_mark(Mark::Out);
        self.notify(Notice::Ear(Ear::Marked(Mark::Out, span.to)));
    }
}
