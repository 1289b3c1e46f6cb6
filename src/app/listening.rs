//! What the listener does with the song that is on: a comparison, what plays next, the mix.
//!
//! Invariant: nothing here orders anything; what the listener marks or mixes is kept with the song at once.

use super::App;
use super::command::{Command, CompareCommand, MixerCommand, UpNextCommand, ViewCommand};
use super::effect::Effect;
use super::notice::{Ear, Notice, Refusal};
use super::panes::overlay::{Overlay, Purpose};
use super::panes::player::Trouble;
use super::panes::player::compare::alignment;
use crate::domain::{Level, MediaFile, Next, Playable, Seconds, Song, SongId, Wish};

/// A step of the mixer, in decibels.
const DECIBEL: f32 = 1.0;

impl App {
    /// What there is of a song to be played: its file, else what is on its way.
    pub(super) fn playable(&self, id: &SongId) -> Option<Playable> {
        let song = self.songs.get(id)?;
        match (&song.audio.file, &song.audio.url) {
            (Some(file), _) => Some(Playable::File(file.clone())),
            (None, Some(_)) => Some(Playable::Arriving),
            (None, None) => None,
        }
    }

    /// [`App::playable`], with its fetch begun where it is not here. `None` also where only another program can fetch it: it
    /// is asked to.
    pub(super) fn made_playable(&mut self, id: &SongId) -> Option<(SongId, Playable)> {
        let audio = self.playable(id)?;
        if audio == Playable::Arriving && self.settings.is_guest {
            self.wish(Wish::FetchFirst(id.clone()));
            return None;
        }
        if audio == Playable::Arriving {
            let (_, songs, mut cx) = self.engine();
            songs.fetch_first(id, &mut cx);
        }
        Some((id.clone(), audio))
    }

    pub(super) fn on(&self) -> Option<&Song> {
        self.songs.get(self.player.song()?)
    }

    /// How long the song that is on is, as far as anybody knows.
    pub fn length_on(&self) -> Option<Seconds> {
        self.player.duration().or_else(|| self.on()?.duration)
    }

    /// Why a command on what is heard can do nothing now.
    pub(super) fn listening_refusal(&self, command: Command) -> Option<Refusal> {
        let nothing = self.on().is_none().then_some(Refusal::NothingLoaded);
        match command {
            Command::Mark(command) => nothing.or_else(|| self.mark_refusal(command)),
            Command::View(ViewCommand::Large | ViewCommand::Spectrum | ViewCommand::Sections) => {
                None
            }
            Command::View(_) => nothing.or_else(|| {
                let unknown = self.length_on().is_none();
                unknown.then_some(Refusal::NoLength)
            }),
            Command::Compare(command) => nothing.or_else(|| self.compare_refusal(command)),
            Command::UpNext(UpNextCommand::Add | UpNextCommand::PlayAll) => {
                let selected = self.library.selected().and_then(|id| self.playable(id));
                selected.is_none().then_some(Refusal::NoSong)
            }
            Command::UpNext(UpNextCommand::Clear) => {
                let is_empty = self.player.up_next.songs().len() == 0;
                is_empty.then_some(Refusal::NothingUpNext)
            }
            // Where the mixer is open, it closes it.
            Command::Mixer(MixerCommand::Open)
                if !matches!(self.overlay, Some(Overlay::Mixer { .. })) =>
            {
                nothing.or_else(|| self.stems_refusal())
            }
            Command::Mixer(MixerCommand::Export | MixerCommand::Reset) => {
                nothing.or_else(|| self.stems_refusal())
            }
            _ => None,
        }
    }

    fn stems_refusal(&self) -> Option<Refusal> {
        let has_stems = self.on().is_some_and(|song| !song.more.stems.is_empty());
        (!has_stems).then_some(Refusal::NoStems)
    }

    /// The song that the one on is compared with by itself: its source, else the newest that was made from it.
    fn counterpart(&self) -> Option<SongId> {
        let on = self.on()?;
        let source = on
            .more
            .source
            .clone()
            .filter(|id| self.playable(id).is_some());
        source.or_else(|| {
            let made = |song: &&Song| {
                song.more.source.as_ref() == Some(&on.id) && self.playable(&song.id).is_some()
            };
            self.songs
                .iter()
                .rev()
                .find(made)
                .map(|song| song.id.clone())
        })
    }

    fn compare_refusal(&self, command: CompareCommand) -> Option<Refusal> {
        let comparison = self.player.comparison();
        match command {
            _ if !self.player.is_open() => Some(Refusal::NothingLoaded),
            CompareCommand::Switch => match comparison {
                Some(two) => (!two.is_ready).then_some(Refusal::NotReady),
                None => self
                    .counterpart()
                    .is_none()
                    .then_some(Refusal::NothingToCompare),
            },
            CompareCommand::WithSelected => {
                let other = self
                    .library
                    .selected()
                    .filter(|id| self.player.song() != Some(*id));
                let can = other.and_then(|id| self.playable(id)).is_some();
                (!can).then_some(Refusal::NothingToCompare)
            }
            CompareCommand::End => comparison.is_none().then_some(Refusal::NothingToCompare),
        }
    }

    pub(super) fn on_compare(&mut self, command: CompareCommand) {
        match command {
            CompareCommand::Switch if self.player.comparison().is_some() => {
                let (_, player, mut cx) = self.cx();
                player.switch(&mut cx);
            }
            CompareCommand::Switch => {
                if let Some(other) = self.counterpart() {
                    self.compare_with(&other);
                }
            }
            CompareCommand::WithSelected => {
                if let Some(other) = self.library.selected().cloned() {
                    self.compare_with(&other);
                }
            }
            CompareCommand::End => {
                let (_, player, mut cx) = self.cx();
                player.end_comparison(&mut cx);
                self.tell_what_follows();
            }
        }
    }

    fn compare_with(&mut self, other: &SongId) {
        let (Some(on), Some(song)) = (self.on(), self.songs.get(other)) else {
            return;
        };
        let alignment = alignment((on, self.order_of(on)), (song, self.order_of(song)));
        let title = song.title.clone();
        let Some(opened) = self.made_playable(other) else {
            return;
        };
        let (_, player, mut cx) = self.cx();
        if player.comparison().is_some() {
            player.end_comparison(&mut cx);
        }
        player.compare(opened, alignment, &mut cx);
        self.tell_what_follows();
        self.notify(Notice::Ear(Ear::Compares(title)));
    }

    pub(super) fn on_up_next(&mut self, command: UpNextCommand) {
        let selected = match self.overlay {
            Some(Overlay::UpNext { selected }) => selected,
            _ => 0,
        };
        let up_next = &mut self.player.up_next;
        match command {
            UpNextCommand::Show => {
                self.overlay = match self.overlay {
                    Some(Overlay::UpNext { .. }) => None,
                    _ => Some(Overlay::UpNext { selected: 0 }),
                };
                return;
            }
            UpNextCommand::Add => {
                if let Some(song) = self.library.selected().cloned() {
                    let title = self.songs.get(&song).map(|song| song.title.clone());
                    up_next.add([song]);
                    self.notify(Notice::Ear(Ear::Added(title.unwrap_or_default())));
                }
            }
            UpNextCommand::PlayAll => return self.play_all(),
            UpNextCommand::Sooner | UpNextCommand::Later => {
                let by = if command == UpNextCommand::Sooner {
                    -1
                } else {
                    1
                };
                if let Some(selected) = up_next.shift(selected, by) {
                    self.overlay = Some(Overlay::UpNext { selected });
                }
            }
            UpNextCommand::Remove => {
                up_next.remove(selected);
                let last = up_next.songs().len().saturating_sub(1);
                let selected = selected.min(last);
                self.overlay = Some(Overlay::UpNext { selected });
            }
            UpNextCommand::Clear => up_next.clear(),
            UpNextCommand::Repeat => {
                let repeat = up_next.next_repeat();
                self.notify(Notice::Ear(Ear::Repeats(repeat)));
            }
        }
        self.preferences_keeper.changed(self.now);
        self.tell_what_follows();
    }

    /// Plays the selected song and puts everything in sight below it up next.
    fn play_all(&mut self) {
        let from = self.library.selected_row();
        let rows = self.library.rows().iter().skip(from).cloned();
        let rows: Vec<SongId> = rows.filter(|id| self.playable(id).is_some()).collect();
        let Some((first, rest)) = rows.split_first() else {
            return;
        };
        self.player.up_next.clear();
        let count = self.player.up_next.add(rest.iter().cloned());
        self.play(first);
        self.notify(Notice::Ear(Ear::PlaysAll(count + 1)));
    }

    /// Plays the selected row of what plays next; those before it stay.
    pub(super) fn play_up_next(&mut self, selected: usize) {
        if let Some(song) = self.player.up_next.put_first(selected).cloned() {
            self.play(&song);
        }
    }

    /// Tells the sound room what to go on with, so that there is no gap.
    pub(super) fn tell_what_follows(&mut self) {
        let next = self.player.up_next.follows(self.player.song()).cloned();
        // Whatever is fetched by then is played: a song of which nothing is here would make a gap.
        let next = next.and_then(|song| {
            let audio = self.playable(&song)?;
            matches!(audio, Playable::File(_)).then_some(Next { song, audio })
        });
        let next = next.filter(|_| self.player.comparison().is_none());
        let (_, player, mut cx) = self.cx();
        player.follow(next, &mut cx);
    }

    /// A song ended and nothing followed it by itself: what plays next begins now.
    pub(super) fn go_on(&mut self) {
        if let Some(song) = self.player.up_next.follows(self.player.song()).cloned() {
            self.play(&song);
        }
    }

    /// A song cannot be played: that is said, and the first of the row begins instead. Each leaves the row as it begins and
    /// one that fails does not come back, so that this ends where none of them can be played.
    pub(super) fn on_trouble(&mut self, trouble: Trouble) {
        let title = self.songs.get(&trouble.song).map(|song| song.title.clone());
        self.notify(Notice::NotPlayed(title.unwrap_or_default(), trouble.reason));
        if trouble.is_broken {
            self.wish(Wish::GiveUpAudio(trouble.song));
        }
        if trouble.was_playing
            && let Some(next) = self.player.up_next.first().cloned()
        {
            self.play(&next);
        }
    }

    pub(super) fn on_mixer(&mut self, command: MixerCommand) {
        if command == MixerCommand::Open {
            return self.open_mixer();
        }
        let Some(id) = self.player.song().cloned() else {
            return;
        };
        let at = match &self.overlay {
            Some(Overlay::Mixer { selected, .. }) => *selected,
            _ => 0,
        };
        match command {
            MixerCommand::Softer => self.change_mix(&id, |mix| turn(mix, at, -DECIBEL)),
            MixerCommand::Louder => self.change_mix(&id, |mix| turn(mix, at, DECIBEL)),
            MixerCommand::Mute => self.change_mix(&id, |mix| {
                if let Some(level) = mix.get_mut(at) {
                    level.muted = !level.muted;
                }
            }),
            MixerCommand::Solo => self.change_mix(&id, |mix| {
                if let Some(level) = mix.get_mut(at) {
                    level.solo = !level.solo;
                }
            }),
            MixerCommand::Reset => self.change_mix(&id, |mix| mix.fill(Level::default())),
            MixerCommand::Export => self.open_line(Purpose::Export),
            MixerCommand::Open => {}
        }
    }

    /// Opens the mixer and lets the stems be heard from where the song is.
    fn open_mixer(&mut self) {
        let Some(song) = self.on() else { return };
        let (id, stems) = (song.id.clone(), song.more.stems.clone());
        if matches!(self.overlay, Some(Overlay::Mixer { .. })) {
            self.overlay = None;
            return;
        }
        self.overlay = Some(Overlay::Mixer {
            song: id.clone(),
            selected: 0,
        });
        if !self.player.is_mixing() {
            let gains = Level::gains(&self.mix_of(&id));
            let from = self.player.position();
            let (_, player, mut cx) = self.cx();
            player.put_on((id, Playable::Stems(stems)), from, &mut cx);
            player.mix(gains, &mut cx);
        }
    }

    /// The levels of a song's stems, one for each.
    pub fn mix_of(&self, id: &SongId) -> Vec<Level> {
        let Some(song) = self.songs.get(id) else {
            return Vec::new();
        };
        let mut mix = song.more.mix.clone();
        mix.resize(song.more.stems.len(), Level::default());
        mix
    }

    fn change_mix(&mut self, id: &SongId, change: impl FnOnce(&mut [Level])) {
        let mut mix = self.mix_of(id);
        change(&mut mix);
        let gains = Level::gains(&mix);
        let kept = if mix.iter().all(|level| *level == Level::default()) {
            Vec::new()
        } else {
            mix
        };
        self.annotate(id, |more| more.mix = kept);
        let (_, player, mut cx) = self.cx();
        player.mix(gains, &mut cx);
    }

    /// The path that is offered for the mix of the song that is on.
    pub(super) fn export_path(&self) -> String {
        let stem = self
            .player
            .song()
            .map(SongId::file_stem)
            .unwrap_or_default();
        let folder = self.settings.media_folder.trim_end_matches('/');
        format!("{folder}/{stem}-mix.wav")
    }

    /// Begins to write the mix of the song that is on.
    pub(super) fn export_mix(&mut self, to: String) {
        let Some(song) = self.on() else { return };
        let gains = Level::gains(&self.mix_of(&song.id));
        let stems: Vec<(MediaFile, f32)> = song.more.stems.iter().cloned().zip(gains).collect();
        let song = song.id.clone();
        self.effects.push(Effect::Export { song, stems, to });
        self.notify(Notice::Ear(Ear::Exporting));
    }
}

fn turn(mix: &mut [Level], at: usize, by: f32) {
    if let Some(level) = mix.get_mut(at) {
        level.decibels = (level.decibels + by).clamp(Level::LEAST, Level::MOST);
    }
}
