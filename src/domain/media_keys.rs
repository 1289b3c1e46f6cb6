//! What crosses to the desktop's media keys and back.
//!
//! Invariant: it tells what is on as the screen does; nothing of it can order or change a song.

use serde::{Deserialize, Serialize};

use super::playback::Volume;
use super::saved::Repeat;
use super::song::{MediaFile, SongId};
use super::time::Seconds;

/// A key of the keyboard or a headset, or a button of the desktop, that reaches us beside the terminal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum MediaKey {
    /// Play or pause.
    Toggle,
    /// Play, where it does not.
    Play,
    /// Pause, where it plays.
    Pause,
    /// The next song.
    Next,
    /// The song before.
    Previous,
    /// Close the song.
    Stop,
    /// So many seconds on, or back where negative.
    SeekBy(f64),
    /// To a moment of the song that is on.
    SeekTo(Seconds),
    /// To this volume.
    SetVolume(Volume),
    /// Round and round like this.
    SetRepeat(Repeat),
}

/// What the desktop shows of the player.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NowPlaying {
    /// The song that is on, if one is.
    pub song: Option<SongId>,
    /// Its title; may be empty.
    pub title: String,
    /// Its picture, where that is here.
    pub cover: Option<MediaFile>,
    /// How long it is, where known.
    pub length: Option<Seconds>,
    /// Whether it moves.
    pub is_playing: bool,
    /// Where it is.
    pub position: Seconds,
    /// How loud it is set; 0 while mute.
    pub volume: Volume,
    /// Whether it goes round.
    pub repeat: Repeat,
    /// Whether there is a next song.
    pub has_next: bool,
    /// Whether there is a song before, or a beginning to go back to.
    pub has_previous: bool,
}
