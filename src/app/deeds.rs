//! What can be done with a song: the menu, the form filled from it, its files; and orders that need no song.
//!
//! Invariant: nothing here orders what may be charged before the user was told and agreed.

use super::App;
use super::command::{Command, LibraryCommand};
use super::notice::{Notice, Refusal};
use super::panes::PaneId;
use super::panes::overlay::{ActionsMenu, Candidate, Deed, Overlay, Question, SourcePicker};
use crate::domain::draft::is_uuid;
use crate::domain::{
    Action, AudiosRequest, Choice, Draft, Field, FieldKind, FileRequest, Mark, MediaKind, Model,
    Request, Seconds, Song, SongId,
};

/// The files that are ordered, in the order of the menu.
const FILES: [MediaKind; 3] = [MediaKind::Stems, MediaKind::Wav, MediaKind::Video];

impl App {
    /// Shows what can be done with a song.
    pub(super) fn open_actions(&mut self, id: &SongId) {
        let Some(song) = self.songs.get(id) else {
            return;
        };
        let menu = ActionsMenu {
            song: id.clone(),
            rows: self.deeds(song),
            selected: 0,
        };
        self.overlay = Some(Overlay::Actions(Box::new(menu)));
    }

    /// Everything that can be done with a song, with what stands in the way now.
    fn deeds(&self, song: &Song) -> Vec<(Deed, Option<Refusal>)> {
        let no_id = song.id.0.trim().is_empty().then_some(Refusal::NoId);
        let makes = Choice::all(&self.settings.actions, false)
            .filter(|choice| choice.action.needs_source())
            .filter(|choice| choice.name.is_some() || choice.action != Action::Stems)
            .map(|choice| (Deed::Make(choice), no_id));
        let files = FILES.into_iter().map(|kind| {
            let refusal = no_id.or_else(|| self.file_refusal(song, kind));
            (Deed::File(kind), refusal)
        });
        let marked = App::marked_deed(song).map(|deed| (deed, no_id));
        let rest = [
            (Deed::Listen, self.link_refusal(&song.id)),
            (Deed::Reuse, None),
        ];
        marked
            .into_iter()
            .chain(makes)
            .chain(files)
            .chain(rest)
            .collect()
    }

    /// Why a file of a song need not be ordered now.
    fn file_refusal(&self, song: &Song, kind: MediaKind) -> Option<Refusal> {
        let media = song.media(kind);
        let here =
            media.file.is_some() || (kind == MediaKind::Stems && !song.more.stems.is_empty());
        let coming = media.url.is_some() && media.failure.is_none();
        let ordered = || {
            self.tasks.iter().any(|task| {
                !task.state.is_final()
                    && task.request.adds() == Some(kind)
                    && task.request.source() == Some(&song.id)
            })
        };
        if here {
            Some(Refusal::AlreadyHere)
        } else {
            (coming || ordered()).then_some(Refusal::OnItsWay)
        }
    }

    /// Does what was chosen, or says why not and leaves the choice open.
    pub(super) fn accept_deed(&mut self, menu: Box<ActionsMenu>) {
        match menu.rows.get(menu.selected).cloned() {
            Some((_, Some(refusal))) => {
                self.overlay = Some(Overlay::Actions(menu));
                let command = Command::Library(LibraryCommand::Actions);
                self.notify(Notice::Refused(command, refusal));
            }
            Some((Deed::Make(choice), None)) => self.fill_for(&menu.song, choice),
            Some((Deed::File(kind), None)) => {
                self.overlay = Some(Overlay::Ask(Question::OrderFile(menu.song, kind)));
            }
            Some((Deed::ReplaceMarked | Deed::ExtendMarked, None)) => {
                self.use_marks(&menu.song, Seconds::ZERO);
            }
            Some((Deed::Listen, None)) => self.open_link(&menu.song),
            Some((Deed::Reuse, None)) => self.reuse(&menu.song),
            None => {}
        }
    }

    /// The user agreed to order a file of a song. One that came in the meantime is not ordered again.
    pub(super) fn order_file(&mut self, song: &SongId, kind: MediaKind) {
        let known = self.songs.get(song);
        if let Some(refusal) = known.and_then(|song| self.file_refusal(song, kind)) {
            let command = Command::Library(LibraryCommand::Actions);
            return self.notify(Notice::Refused(command, refusal));
        }
        let audio_id = song.clone();
        let request = match kind {
            MediaKind::Stems => Request::from(AudiosRequest {
                action: Action::Stems,
                audio_id: Some(audio_id),
                ..AudiosRequest::default()
            }),
            MediaKind::Video => Request::Videos(FileRequest { audio_id }),
            MediaKind::Wav | MediaKind::Audio | MediaKind::Cover => {
                Request::Wav(FileRequest { audio_id })
            }
        };
        self.place(request);
    }

    /// Fills the form from a song, to do this to it, and says what was filled.
    pub(super) fn fill_for(&mut self, id: &SongId, choice: Choice) {
        let Some(song) = self.songs.get(id) else {
            return;
        };
        let title = song.title.clone();
        let draft = draft_for(song, &choice);
        let filled = [Field::Lyric, Field::Title, Field::Seed, Field::Model]
            .into_iter()
            .filter(|field| draft.fields().any(|(taken, _)| taken == *field))
            .filter(|field| match draft.text(*field) {
                Some(text) => !text.is_empty(),
                None => draft.model.is_some(),
            })
            .collect();
        self.replace_draft(draft);
        self.set_focus(PaneId::Compose);
        // What the song cannot tell comes first: the moment, else the style.
        let first = self
            .compose
            .rows()
            .find(|field| field.kind() == FieldKind::Moment);
        self.compose.select(first.unwrap_or(Field::Prompt));
        self.notify(Notice::FormFilledFor(choice, title, filled));
    }

    /// Lets the source song be chosen, the newest first.
    pub(super) fn open_source_picker(&mut self) {
        let candidates = self
            .songs
            .iter()
            .rev()
            .map(|song| Candidate {
                song: song.id.clone(),
                words: format!("{} {}", song.title, song.model),
            })
            .collect();
        self.overlay = Some(Overlay::Source(Box::new(SourcePicker::new(candidates))));
    }

    /// The selected song, or the id that was typed.
    pub(super) fn accept_source(&mut self, picker: Box<SourcePicker>) {
        let typed = picker.editor().contents().trim().to_owned();
        let known = self.songs.get(&SongId(typed.clone())).is_some();
        let chosen = if known || is_uuid(&typed) {
            Some(typed)
        } else {
            picker.selected().map(|candidate| candidate.song.0.clone())
        };
        match chosen {
            Some(id) => {
                self.compose.choose_source(id);
                self.draft_changed();
            }
            None => self.overlay = Some(Overlay::Source(picker)),
        }
    }

    /// Shows the fields that stand in no document, or hides them.
    pub(super) fn toggle_experimental(&mut self) {
        let shown = !self.compose.draft().experimental;
        self.settings.experimental = shown;
        self.compose.set_experimental(shown);
        self.draft_changed();
        self.notify(Notice::Experimental(shown));
    }

    /// Why the playhead cannot be taken into the form.
    pub(super) fn playhead_refusal(&self) -> Option<Refusal> {
        let source = self.compose.draft().source.trim();
        if self.compose.selected().kind() != FieldKind::Moment {
            Some(Refusal::NoMoment)
        } else if self
            .source()
            .is_some_and(|song| !song.more.marks.is_empty())
        {
            None
        } else if self.player.song().is_none_or(|song| song.0 != source) {
            Some(Refusal::SourceNotOn)
        } else {
            None
        }
    }

    /// Takes a mark of the source song into the selected field, else the playhead.
    pub(super) fn take_playhead(&mut self) {
        let marks = self
            .source()
            .map(|song| song.more.marks)
            .unwrap_or_default();
        // The end of a section is its out mark; every other moment begins something.
        let mark = match self.compose.selected() {
            Field::ReplaceEnd => Mark::Out,
            _ => Mark::In,
        };
        let moment = marks.get(mark).unwrap_or(self.player.position());
        if self.compose.take_moment(moment) {
            self.draft_changed();
        }
    }
}

/// The form that does this to a song.
fn draft_for(song: &Song, choice: &Choice) -> Draft {
    let sung = is_sung(song);
    Draft {
        action: choice.action.on_uploaded(song.more.uploaded),
        action_name: choice.name.clone(),
        source: song.id.0.clone(),
        custom: sung,
        model: known_model(song),
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

/// Whether a song has words; the API writes a word of its own for one without.
pub(super) fn is_sung(song: &Song) -> bool {
    let lyric = song.lyric.trim();
    !lyric.is_empty() && lyric != "[Instrumental]"
}

/// The model that made a song, where the song tells.
pub(super) fn known_model(song: &Song) -> Option<Model> {
    (!song.model.is_empty()).then(|| Model(song.model.clone()))
}
