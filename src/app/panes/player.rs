//! The player: what plays, where, and how loud.
//!
//! Invariant: it shows what the sound room tells; a command changes the screen when the sound has changed, except for
//! volume, which is ours.

pub mod compare;
mod told;
pub mod up_next;
pub mod view;

use crate::app::command::TransportCommand;
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::domain::{
    Alignment, Landmarks, Mark, Next, OutputKind, Playable, PlayerCommand, Preferences, Seconds,
    SongId, Span, Volume, Waveform,
};
use compare::Comparison;
pub use told::Trouble;
use up_next::UpNext;
use view::View;

/// How far a seek goes, in seconds.
const SEEK: f64 = 5.0;
/// Within this many seconds from the beginning, "previous" means the song before.
const RESTART: f64 = 3.0;
const VOLUME_STEP: i8 = 5;
/// What the mouse is drawn over is a part from this share of what is in sight on; less is a click.
const LEAST_DRAG: f64 = 0.01;

/// What is known of a song that is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Turntable {
    duration: Option<Seconds>,
    waveform: Waveform,
    /// Whether the waveform is all of it.
    is_whole: bool,
    landmarks: Landmarks,
}

/// The player.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Player {
    song: Option<SongId>,
    open: bool,
    playing: bool,
    starved: bool,
    position: Seconds,
    on: Turntable,
    volume: Volume,
    muted: bool,
    output: Option<OutputKind>,
    problem: Option<String>,
    comparison: Option<Comparison>,
    /// The stems of the song are heard rather than its own file.
    mixing: bool,
    looping: Option<Span>,
    /// The mark that was set last.
    last_mark: Mark,
    spectrum: Vec<u8>,
    wants_spectrum: bool,
    /// Nobody looks: the window is in the background.
    is_unwatched: bool,
    /// Where the mouse was pressed on the waveform, as a share of what was in sight then.
    grabbed: Option<(Span, f64)>,
    /// What the sound room was told to go on with.
    told_next: Option<SongId>,
    /// How the waveform is looked at.
    pub view: View,
    /// What plays next.
    pub up_next: UpNext,
}

impl Player {
    /// The player as it was left: a song may be on the turntable, nothing is open yet.
    pub fn new(preferences: &Preferences, shows_spectrum: bool) -> Self {
        Player {
            song: preferences.song.clone(),
            position: preferences.position,
            volume: preferences.volume,
            up_next: UpNext::new(preferences.up_next.clone(), preferences.repeat),
            wants_spectrum: shows_spectrum,
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
        self.on.duration
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
        &self.on.waveform
    }

    /// Whether the shape is that of the whole song.
    pub fn is_whole(&self) -> bool {
        self.on.is_whole
    }

    /// Where a cut would be heard least.
    pub fn landmarks(&self) -> &Landmarks {
        &self.on.landmarks
    }

    /// Whether it waits for a part that is being fetched.
    pub fn is_starved(&self) -> bool {
        self.starved
    }

    /// The two songs that are compared.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_ref()
    }

    /// Whether the stems of the song are heard rather than its own file.
    pub fn is_mixing(&self) -> bool {
        self.mixing
    }

    /// The part that is played round and round.
    pub fn looping(&self) -> Option<Span> {
        self.looping
    }

    /// The mark that was set last.
    pub fn last_mark(&self) -> Mark {
        self.last_mark
    }

    /// How loud each band is that is heard now; empty while nobody wants to know or nothing sounds.
    pub fn spectrum(&self) -> &[u8] {
        &self.spectrum
    }

    /// Whether the spectrum is to be shown.
    pub fn wants_spectrum(&self) -> bool {
        self.wants_spectrum
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
            up_next: self.up_next.songs().cloned().collect(),
            repeat: self.up_next.repeat(),
            ..Preferences::default()
        }
    }

    /// Whether "previous" means the beginning of this song.
    pub fn is_past_start(&self) -> bool {
        self.position.0 > RESTART
    }

    /// Puts a song on and plays it.
    pub fn load(&mut self, opened: (SongId, Playable), from: Seconds, cx: &mut Cx) {
        self.playing = true;
        self.put_on(opened, from, cx);
    }

    /// Puts a song on, and plays it if something plays already.
    pub fn put_on(&mut self, (song, audio): (SongId, Playable), from: Seconds, cx: &mut Cx) {
        // A song that could not be played is not played again in the next round.
        let is_to_stay = self.problem.is_none();
        self.forget();
        self.position = from;
        self.open = true;
        self.mixing = matches!(audio, Playable::Stems(_));
        if self.song.as_ref() != Some(&song) {
            self.view = self.view.of_next_song();
        }
        let before = self.song.replace(song.clone()).filter(|_| is_to_stay);
        self.up_next.begun(&song, before);
        cx.emit(Effect::Player(PlayerCommand::SetVolume(self.heard())));
        cx.emit(Effect::Player(PlayerCommand::Load {
            song,
            audio,
            from,
            play: self.playing,
        }));
        if self.wants_spectrum && !self.is_unwatched {
            let hertz = cx.settings.spectrum_hertz;
            cx.emit(Effect::Player(PlayerCommand::TellSpectrum(hertz)));
        }
    }

    /// What was known of the song that was open.
    fn forget(&mut self) {
        self.on = Turntable::default();
        self.problem = None;
        self.starved = false;
        self.comparison = None;
        self.mixing = false;
        self.looping = None;
        self.told_next = None;
        self.spectrum.clear();
        self.grabbed = None;
    }

    /// Tells the sound room what to go on with, where that is another than it was told.
    pub fn follow(&mut self, next: Option<Next>, cx: &mut Cx) {
        let song = next.as_ref().map(|next| next.song.clone());
        if self.open && song != self.told_next {
            self.told_next = song;
            cx.emit(Effect::Player(PlayerCommand::Follow(next)));
        }
    }

    /// Opens another song beside the one that is on.
    pub fn compare(
        &mut self,
        (song, audio): (SongId, Playable),
        alignment: Alignment,
        cx: &mut Cx,
    ) {
        let Some(a) = self.song.clone() else {
            return;
        };
        self.looping = None;
        self.comparison = Some(Comparison {
            a,
            b: song.clone(),
            is_ready: false,
            hears_b: false,
            aside: Turntable::default(),
        });
        cx.emit(Effect::Player(PlayerCommand::Compare {
            song,
            audio,
            alignment,
        }));
    }

    /// Lets the other of the two be heard.
    pub fn switch(&self, cx: &mut Cx) {
        cx.emit(Effect::Player(PlayerCommand::Switch));
    }

    /// Goes on with the one that is heard alone.
    pub fn end_comparison(&mut self, cx: &mut Cx) {
        if self.comparison.take().is_some() {
            cx.emit(Effect::Player(PlayerCommand::EndComparison));
        }
    }

    /// Plays a part round and round; `None`: no longer.
    pub fn repeat_part(&mut self, span: Option<Span>, cx: &mut Cx) {
        if self.looping != span {
            self.looping = span;
            cx.emit(Effect::Player(PlayerCommand::Loop(span)));
        }
    }

    /// Notes which mark was set last.
    pub fn note_mark(&mut self, mark: Mark) {
        self.last_mark = mark;
    }

    /// Sets how loud each stem is.
    pub fn mix(&mut self, gains: Vec<f32>, cx: &mut Cx) {
        if self.mixing {
            cx.emit(Effect::Player(PlayerCommand::Mix(gains)));
        }
    }

    /// Shows the spectrum at most so many times a second, or no longer: 0.
    pub fn tell_spectrum(&mut self, hertz: u8, cx: &mut Cx) {
        self.wants_spectrum = hertz > 0;
        self.spectrum.clear();
        cx.emit(Effect::Player(PlayerCommand::TellSpectrum(hertz)));
    }

    /// The window is looked at, or no longer: nobody needs a spectrum in the background.
    pub fn watch(&mut self, is_watched: bool, cx: &mut Cx) {
        self.is_unwatched = !is_watched;
        if self.wants_spectrum {
            let hertz = if is_watched {
                cx.settings.spectrum_hertz
            } else {
                0
            };
            cx.emit(Effect::Player(PlayerCommand::TellSpectrum(hertz)));
        }
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

    /// Goes to a share of what is in sight, 0–1: the mouse was pressed on the waveform. `length`: of the song that is on.
    pub fn seek_to_share(&mut self, share: f64, length: Seconds, cx: &mut Cx) {
        if self.open {
            let seen = self.view.in_sight(self.position, length);
            self.grabbed = Some((seen, share));
            self.seek(moment_at(seen, share), cx);
        }
    }

    /// The mouse was let go on the waveform. The part it was drawn over, where that is one.
    pub fn let_go(&mut self, share: f64) -> Option<Span> {
        let (seen, pressed) = self.grabbed.take()?;
        let (from, to) = (pressed.min(share), pressed.max(share));
        (to - from >= LEAST_DRAG).then(|| Span {
            from: moment_at(seen, from),
            to: moment_at(seen, to),
        })
    }

    /// Whatever was pressed on the waveform, something else was pressed since.
    pub fn forget_grab(&mut self) {
        self.grabbed = None;
    }

    /// To the beginning of the song.
    pub fn restart(&mut self, cx: &mut Cx) {
        self.seek(Seconds::ZERO, cx);
    }

    fn is_on(&self, song: &SongId) -> bool {
        self.open && self.song.as_ref() == Some(song)
    }

    fn seek_by(&mut self, seconds: f64, cx: &mut Cx) {
        self.seek(Seconds(self.position.0 + seconds), cx);
    }

    /// The playhead moves at once: keys pressed in a row add up, whatever the sound room is busy with.
    pub fn seek(&mut self, to: Seconds, cx: &mut Cx) {
        let to = to.clamp_to(self.on.duration.unwrap_or(Seconds(f64::MAX)));
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
            wants_spectrum: self.wants_spectrum,
            is_unwatched: self.is_unwatched,
            view: self.view.of_next_song(),
            up_next: std::mem::take(&mut self.up_next),
            ..Player::default()
        };
    }
}

/// The moment at a share of what is in sight.
fn moment_at(seen: Span, share: f64) -> Seconds {
    Seconds(seen.from.0 + (seen.to.0 - seen.from.0) * share.clamp(0.0, 1.0))
}
