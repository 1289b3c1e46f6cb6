//! Media keys: what they mean, and what the desktop is shown of the player.
//!
//! Invariant: a media key does what the same key of the keyboard does, and says why where it cannot.

use super::App;
use super::command::{Command, TransportCommand};
use crate::domain::{MediaKey, NowPlaying, Seconds, Volume};

impl App {
    pub(super) fn on_media_key(&mut self, key: &MediaKey) {
        let is_playing = self.player.is_playing();
        match key {
            MediaKey::Play if is_playing => {}
            MediaKey::Pause if !is_playing => {}
            MediaKey::Toggle | MediaKey::Play | MediaKey::Pause => {
                self.transport(TransportCommand::Toggle);
            }
            MediaKey::Next => self.transport(TransportCommand::Next),
            MediaKey::Previous => self.transport(TransportCommand::Previous),
            MediaKey::Stop => self.transport(TransportCommand::Stop),
            MediaKey::SeekBy(seconds) => self.seek_by_media_key(*seconds),
            MediaKey::SeekTo(moment) => self.seek_by_media_key(moment.0 - self.player.position().0),
            MediaKey::SetRepeat(repeat) => {
                self.player.up_next.set_repeat(*repeat);
                self.preferences_keeper.changed(self.now);
                self.tell_what_follows();
            }
            MediaKey::SetVolume(volume) => {
                let (_, player, mut cx) = self.cx();
                player.set_volume(*volume, &mut cx);
                self.preferences_keeper.changed(self.now);
            }
        }
    }

    fn transport(&mut self, command: TransportCommand) {
        self.obey(Command::Player(command));
    }

    /// Past the end begins the next song, as the desktop expects; where there is none, the song ends.
    fn seek_by_media_key(&mut self, seconds: f64) {
        if !self.player.is_open() || !seconds.is_finite() {
            return;
        }
        let to = Seconds(self.player.position().0 + seconds);
        let end = self.player.duration();
        let is_past = end.is_some_and(|end| to.0 > end.0);
        let next = Command::Player(TransportCommand::Next);
        if is_past && self.refusal(next).is_none() {
            return self.obey(next);
        }
        let (_, player, mut cx) = self.cx();
        player.seek(to, &mut cx);
    }

    /// What the desktop is shown of the player.
    pub fn now_playing(&self) -> NowPlaying {
        let can = |command| self.refusal(Command::Player(command)).is_none();
        let on = self.player.song().filter(|_| self.player.is_open());
        let song = on.and_then(|id| self.songs.get(id));
        NowPlaying {
            song: on.cloned(),
            title: song.map_or_else(String::new, |song| song.title.clone()),
            cover: song.and_then(|song| song.cover.file.clone()),
            length: self
                .player
                .duration()
                .or_else(|| song.and_then(|song| song.duration)),
            is_playing: self.player.is_playing(),
            position: self.player.position(),
            volume: if self.player.is_muted() {
                Volume::new(0)
            } else {
                self.player.volume()
            },
            repeat: self.player.up_next.repeat(),
            has_next: can(TransportCommand::Next),
            has_previous: can(TransportCommand::Previous),
        }
    }
}
