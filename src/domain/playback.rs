//! What crosses to the audio thread and back.
//!
//! Invariant: positions are what is *heard*, already corrected by the output's latency.

use serde::{Deserialize, Serialize};

use super::song::{MediaFile, SongId};
use super::time::Seconds;

/// What the player is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PlayerCommand {
    /// Open this, from a position, and play it or stay paused there. What played before stops; what was to follow it, its
    /// loop and a comparison are forgotten.
    Load {
        /// The song.
        song: SongId,
        /// What there is of it.
        audio: Playable,
        /// Where to begin.
        from: Seconds,
        /// Whether to play at once.
        play: bool,
    },
    /// When the song that is on has been played to its end, go on with this one without a gap. `None`: stop there.
    Follow(Option<Next>),
    /// Go on.
    Play,
    /// Pause.
    Pause,
    /// Go to a position, playing or paused as before.
    Seek(Seconds),
    /// Play this part round and round, without a gap; from its beginning where the position is past its end. `None`: no
    /// longer.
    Loop(Option<Span>),
    /// Open another song beside the one that is on, ready to be switched to. Both are heard equally loud from now on.
    Compare {
        /// The other song.
        song: SongId,
        /// What there is of it.
        audio: Playable,
        /// Which moments of the two belong together.
        alignment: Alignment,
    },
    /// Let the other of the two songs be heard, from the moment that belongs to the one heard now, without a gap.
    Switch,
    /// Close the one of the two songs that is not heard.
    EndComparison,
    /// How loud each stem is, as factors for its samples, in the order in which they were loaded.
    Mix(Vec<f32>),
    /// Set the volume.
    SetVolume(Volume),
    /// Tell the spectrum while something is heard, at most so many times a second; 0: do not.
    TellSpectrum(u8),
    /// Close the song.
    Stop,
}

/// What there is of a song to be played.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Playable {
    /// A whole file in the media folder.
    File(MediaFile),
    /// Its audio is being fetched: what has come can be heard, what has not is asked for.
    Arriving,
    /// Its stems, files in the media folder, in step with each other.
    Stems(Vec<MediaFile>),
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// The song.
    pub song: SongId,
    /// What there is of it.
    pub audio: Playable,
}

/// A part of a song.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Span {
    /// Where it begins.
    pub from: Seconds,
    /// Where it ends; later than `from`.
    pub to: Seconds,
}

/// Which moments of two songs belong together: the same up to a moment, and from there on shifted.
///
/// An extended song equals its source throughout; where a section was replaced, what follows the section may lie elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Alignment {
    /// From this moment of the first song on, the other is shifted. `None`: nowhere.
    pub from: Option<Seconds>,
    /// By so much later the same is heard in the other song; negative: earlier.
    pub shift: f64,
}

impl Alignment {
    /// The moment of the other song that belongs to a moment of the first.
    pub fn in_other(self, first: Seconds) -> Seconds {
        match self.from {
            Some(from) if first.0 >= from.0 => Seconds((first.0 + self.shift).max(0.0)),
            _ => first,
        }
    }

    /// The moment of the first song that belongs to a moment of the other.
    pub fn in_first(self, other: Seconds) -> Seconds {
        match self.from {
            Some(from) if other.0 >= from.0 + self.shift => {
                Seconds((other.0 - self.shift).max(0.0))
            }
            _ => other,
        }
    }
}

/// What the player tells. Each carries the song it is about, since answers may come late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PlayerEvent {
    /// The sound goes here now.
    Output(OutputKind),
    /// A song is open.
    Loaded {
        /// Which.
        song: SongId,
        /// How long it is. `None` while nobody knows: it is still being fetched.
        duration: Option<Seconds>,
    },
    /// The song that was to follow is heard now, and nothing follows it yet.
    Followed {
        /// Which.
        song: SongId,
        /// How long it is.
        duration: Option<Seconds>,
    },
    /// The song to be compared with is open and can be switched to.
    Compared {
        /// Which.
        song: SongId,
        /// How long it is.
        duration: Option<Seconds>,
    },
    /// Of the two songs that are compared this one is heard now.
    Switched {
        /// Which.
        song: SongId,
    },
    /// The position heard now, told about four times a second while playing, and at once after a seek, play or pause.
    Moved {
        /// Which song.
        song: SongId,
        /// Where.
        position: Seconds,
        /// Whether it moves on by itself.
        playing: bool,
    },
    /// It waits for a part that has not been fetched yet, or does no longer.
    Starved {
        /// Which song.
        song: SongId,
        /// Whether it waits.
        waits: bool,
    },
    /// The song is played to its end.
    Ended {
        /// Which song.
        song: SongId,
    },
    /// It cannot be played.
    Failed {
        /// Which song.
        song: SongId,
        /// Why, in a line.
        reason: String,
    },
    /// The shape of the song as far as it is known, told again as more of it is.
    Shape {
        /// Which song.
        song: SongId,
        /// Its peaks and loudness.
        waveform: Waveform,
        /// Whether that is all of it.
        whole: bool,
    },
    /// Where a cut would be heard least, once worked out.
    Landmarks {
        /// Which song.
        song: SongId,
        /// Where.
        landmarks: Landmarks,
    },
    /// How loud each band is that is heard now, from low to high, 0-255. Empty: nothing is heard any more.
    Spectrum(Vec<u8>),
}

/// Moments of a song that make good cuts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Landmarks {
    /// The quietest moment of each pause, in order.
    pub silences: Vec<Seconds>,
    /// The beats, in order; empty where none can be told.
    pub beats: Vec<Seconds>,
}

/// Where sound goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutputKind {
    /// A PulseAudio or PipeWire server.
    Pulse,
    /// The sound card, through the system's own interface.
    Device,
    /// Nowhere: time passes, nothing is heard. Says why.
    Silent {
        /// Why no sound can be had, in a line.
        reason: String,
    },
}

/// A volume in percent, 0–100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Volume(u8);

impl Volume {
    /// A volume; above 100 is 100.
    pub fn new(percent: u8) -> Self {
        Volume(percent.min(100))
    }

    /// In percent.
    pub fn percent(self) -> u8 {
        self.0
    }

    /// Louder or softer by `steps` percent, within bounds.
    #[must_use]
    pub fn changed_by(self, steps: i8) -> Self {
        Volume::new(self.0.saturating_add_signed(steps))
    }

    /// The factor for samples: the cube of the share, since loudness is heard on a logarithmic scale.
    pub fn gain(self) -> f32 {
        (f32::from(self.0) / 100.0).powi(3)
    }
}

impl Default for Volume {
    fn default() -> Self {
        Volume(80)
    }
}

impl From<u8> for Volume {
    fn from(percent: u8) -> Self {
        Volume::new(percent)
    }
}

impl From<Volume> for u8 {
    fn from(volume: Volume) -> Self {
        volume.0
    }
}

/// The shape of a song in equal slices of time: how loud each gets, and how loud it is altogether.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Waveform {
    /// The loudest sample of each slice, 0-255, where 255 is the loudest of the song.
    pub peaks: Vec<u8>,
    /// The root mean square of each slice, on the same scale.
    pub loudness: Vec<u8>,
}

impl Waveform {
    /// How many slices a whole waveform has: more than the widest terminal shows, also when it is zoomed in.
    pub const SLICES: usize = 4800;

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.peaks.is_empty()
    }

    /// The peaks of the part from `from` to `to` (shares of the song, 0-1) drawn in `columns` columns: each the loudest of
    /// its share. Empty while the waveform is.
    pub fn columns(&self, (from, to): (f64, f64), columns: usize) -> Vec<u8> {
        columns_of(&self.peaks, (from, to), columns)
    }

    /// The same of the loudness.
    pub fn loudness_columns(&self, (from, to): (f64, f64), columns: usize) -> Vec<u8> {
        columns_of(&self.loudness, (from, to), columns)
    }
}

fn columns_of(slices: &[u8], (from, to): (f64, f64), columns: usize) -> Vec<u8> {
    if slices.is_empty() {
        return Vec::new();
    }
    let at = |column: usize| {
        let share = from + (to - from) * column as f64 / columns as f64;
        ((share * slices.len() as f64 + 1e-9) as usize).min(slices.len() - 1)
    };
    (0..columns)
        .map(|column| {
            let first = at(column);
            let end = at(column + 1).max(first + 1);
            // The last column takes the last slice in.
            let end = if column + 1 == columns && to >= 1.0 {
                slices.len()
            } else {
                end
            };
            let part = slices.get(first..end).unwrap_or_default();
            part.iter().copied().max().unwrap_or(0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_stays_within_bounds() {
        assert_eq!(Volume::new(250).percent(), 100);
        assert_eq!(Volume::new(3).changed_by(-5).percent(), 0);
        assert_eq!(Volume::new(98).changed_by(5).percent(), 100);
        assert!((Volume::new(50).gain() - 0.125).abs() < 1e-6);
    }

    #[test]
    fn every_column_shows_its_loudest_slice() {
        let waveform = Waveform {
            peaks: vec![1, 9, 2, 8, 3, 7],
            loudness: vec![1, 4, 1, 3, 1, 2],
        };
        assert_eq!(waveform.columns((0.0, 1.0), 3), [9, 8, 7]);
        assert_eq!(waveform.loudness_columns((0.0, 1.0), 3), [4, 3, 2]);
        assert_eq!(waveform.columns((0.0, 1.0), 12).len(), 12);
        assert_eq!(waveform.columns((0.0, 1.0), 1), [9]);
        assert_eq!(waveform.columns((0.5, 1.0), 3), [8, 3, 7]);
        assert!(Waveform::default().columns((0.0, 1.0), 10).is_empty());
    }

    #[test]
    fn moments_of_two_songs_belong_together_both_ways() {
        let replaced = Alignment {
            from: Some(Seconds(30.0)),
            shift: -2.0,
        };
        for (first, other) in [(0.0, 0.0), (29.0, 29.0), (40.0, 38.0)] {
            assert_eq!(replaced.in_other(Seconds(first)), Seconds(other));
        }
        assert_eq!(replaced.in_first(Seconds(38.0)), Seconds(40.0));
        assert_eq!(Alignment::default().in_other(Seconds(99.0)), Seconds(99.0));
    }
}
