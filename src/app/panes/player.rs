//! The player: what plays, where, and how loud.
//!
//! Invariant: it shows what the sound room tells; a command changes the screen when the sound has changed, except for
//! volume, which is ours.

use crate::app::command::TransportCommand;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::domain::{
    MediaFile, OutputKind, Playable, PlayerCommand, PlayerEvent, Preferences, Seconds, SongId,
    Volume, Waveform,
};

/// How far a seek goes, in seconds.
const SEEK: f64 = 5.0;
/// Within this many seconds from the beginning, "previous" means the song before.
const RESTART: f64 = 3.0;
const VOLUME_STEP: i8 = 5;

/// The player.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Player {
    song: Option<SongId>,
    open: bool,
    playing: bool,
    position: Seconds,
    duration: Option<Seconds>,
    volume: Volume,
    muted: bool,
    output: Option<OutputKind>,
    waveform: Waveform,
    problem: Option<String>,
}

impl Player {
    /// The player as it was left: a song may be on the turntable, nothing is open yet.
    pub fn new(preferences: &Preferences) -> Self {
        Player {
            song: preferences.song.clone(),
            position: preferences.position,
            volume: preferences.volume,
            ..Player::default()
        }
    }

    /// The song on the turntable.
    pub fn song(&self) -> Option<&SongId> {
        self.song.as_ref()
    }

    /// Whether it moves.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Where it is.
    pub fn position(&self) -> Seconds {
        self.position
    }

    /// How long the song is, once open.
    pub fn duration(&self) -> Option<Seconds> {
        self.duration
    }

    /// How loud it is set, mute or not.
    pub fn volume(&self) -> Volume {
        self.volume
    }

    /// Whether it is mute.
    pub fn is_muted(&self) -> bool {
        self.muted
    }

    /// Where the sound goes, once known.
    pub fn output(&self) -> Option<&OutputKind> {
        self.output.as_ref()
    }

    /// The shape of the song; empty until worked out.
    pub fn waveform(&self) -> &Waveform {
        &self.waveform
    }

    /// Why the song cannot be played.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// What is kept of it.
    pub fn preferences(&self) -> Preferences {
        Preferences {
            volume: self.volume,
            song: self.song.clone(),
            position: self.position,
            ..Preferences::default()
        }
    }

    /// Whether "previous" means the beginning of this song.
    pub fn is_past_start(&self) -> bool {
        self.position.0 > RESTART
    }

    /// Puts a song on and plays it, or leaves it paused.
    pub fn load(&mut self, song: SongId, file: MediaFile, from: Seconds, cx: &mut Cx) {
        self.waveform = Waveform::default();
        self.duration = None;
        self.problem = None;
        self.position = from;
        self.open = true;
        self.playing = true;
        self.song = Some(song.clone());
        cx.emit(Effect::Player(PlayerCommand::SetVolume(self.heard())));
        cx.emit(Effect::Player(PlayerCommand::Load {
            song,
            audio: Playable::File(file),
            from,
            play: true,
        }));
    }

    /// Whether the song on the turntable is open in the sound room.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// A command that needs nothing but the song that is open.
    pub fn on_command(&mut self, command: TransportCommand, cx: &mut Cx) {
        match command {
            TransportCommand::Toggle if self.playing => {
                cx.emit(Effect::Player(PlayerCommand::Pause));
            }
            TransportCommand::Toggle => cx.emit(Effect::Player(PlayerCommand::Play)),
            TransportCommand::Forward => self.seek_by(SEEK, cx),
            TransportCommand::Back => self.seek_by(-SEEK, cx),
            TransportCommand::Louder => self.set_volume(self.volume.changed_by(VOLUME_STEP), cx),
            TransportCommand::Softer => self.set_volume(self.volume.changed_by(-VOLUME_STEP), cx),
            TransportCommand::Mute => {
                self.muted = !self.muted;
                cx.emit(Effect::Player(PlayerCommand::SetVolume(self.heard())));
            }
            TransportCommand::Stop => self.stop(cx),
            // Stories between panes: dispatch takes them.
            TransportCommand::Next | TransportCommand::Previous | TransportCommand::Actions => {}
        }
    }

    /// Goes to a share of the song, 0–1: a click on the waveform.
    pub fn seek_to_share(&mut self, share: f64, cx: &mut Cx) {
        if let Some(duration) = self.duration.filter(|_| self.open) {
            self.seek(Seconds(duration.0 * share.clamp(0.0, 1.0)), cx);
        }
    }

    /// To the beginning of the song.
    pub fn restart(&mut self, cx: &mut Cx) {
        self.seek(Seconds::ZERO, cx);
    }

    /// What the sound room told. Returns the song whose file cannot be opened at all.
    pub fn on_event(&mut self, event: PlayerEvent, cx: &mut Cx) -> Option<SongId> {
        match event {
            PlayerEvent::Output(output) => self.output = Some(output),
            PlayerEvent::Loaded { song, duration } if self.is_on(&song) => {
                self.duration = duration;
            }
            PlayerEvent::Moved {
                song,
                position,
                playing,
            } if self.is_on(&song) => {
                self.position = position;
                self.playing = playing;
            }
            PlayerEvent::Ended { song } if self.is_on(&song) => {
                self.playing = false;
                self.position = Seconds::ZERO;
            }
            PlayerEvent::Failed { song, reason } if self.is_on(&song) => {
                self.playing = false;
                self.open = false;
                self.problem = Some(reason.clone());
                cx.notify(Notice::NotPlayed(reason));
                return self.duration.is_none().then_some(song);
            }
            PlayerEvent::Shape { song, waveform, .. } if self.is_on(&song) => {
                self.waveform = waveform;
            }
            // Of a song that is no longer on the turntable.
            _ => {}
        }
        None
    }

    fn is_on(&self, song: &SongId) -> bool {
        self.open && self.song.as_ref() == Some(song)
    }

    fn seek_by(&mut self, seconds: f64, cx: &mut Cx) {
        self.seek(Seconds(self.position.0 + seconds), cx);
    }

    /// The playhead moves at once: keys pressed in a row add up, whatever the sound room is busy with.
    pub fn seek(&mut self, to: Seconds, cx: &mut Cx) {
        let to = to.clamp_to(self.duration.unwrap_or(Seconds(f64::MAX)));
        self.position = to;
        cx.emit(Effect::Player(PlayerCommand::Seek(to)));
    }

    /// Sets the volume; what was mute is heard again.
    pub fn set_volume(&mut self, volume: Volume, cx: &mut Cx) {
        self.volume = volume;
        self.muted = false;
        cx.emit(Effect::Player(PlayerCommand::SetVolume(volume)));
    }

    fn heard(&self) -> Volume {
        if self.muted {
            Volume::new(0)
        } else {
            self.volume
        }
    }

    fn stop(&mut self, cx: &mut Cx) {
        cx.emit(Effect::Player(PlayerCommand::Stop));
        *self = Player {
            volume: self.volume,
            muted: self.muted,
            output: self.output.take(),
            ..Player::default()
        };
    }
}
