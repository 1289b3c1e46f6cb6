//! What crosses to the audio thread and back.
//!
//! Invariant: positions are what is *heard*, already corrected by the output's latency.

use serde::{Deserialize, Serialize};

use super::song::{MediaFile, SongId};
use super::time::Seconds;

/// What the player is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PlayerCommand {
    /// Open this song's audio, from a position, and play it or stay paused there. What played before stops.
    Load {
        /// The song.
        song: SongId,
        /// Its file in the media folder.
        file: MediaFile,
        /// Where to begin.
        from: Seconds,
        /// Whether to play at once.
        play: bool,
    },
    /// Go on.
    Play,
    /// Pause.
    Pause,
    /// Go to a position, playing or paused as before.
    Seek(Seconds),
    /// Set the volume.
    SetVolume(Volume),
    /// Close the song.
    Stop,
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
        /// How long it is.
        duration: Seconds,
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
    /// The shape of the whole song, once worked out.
    Shape {
        /// Which song.
        song: SongId,
        /// Its peaks.
        waveform: Waveform,
    },
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

/// The peaks of a whole song in equal slices of time, 0–255, where 255 is the loudest peak of the song.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Waveform(pub Vec<u8>);

impl Waveform {
    /// How many slices a waveform has: more than the widest terminal shows.
    pub const SLICES: usize = 1200;

    /// The peaks drawn in `columns` columns: each the loudest of its share. Empty while the waveform is.
    pub fn columns(&self, columns: usize) -> Vec<u8> {
        let slices = self.0.len();
        if slices == 0 {
            return Vec::new();
        }
        (0..columns)
            .map(|column| {
                let from = (column * slices / columns).min(slices - 1);
                let to = ((column + 1) * slices / columns).clamp(from + 1, slices);
                self.0
                    .get(from..to)
                    .unwrap_or_default()
                    .iter()
                    .copied()
                    .max()
                    .unwrap_or(0)
            })
            .collect()
    }
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
        let waveform = Waveform(vec![1, 9, 2, 8, 3, 7]);
        assert_eq!(waveform.columns(3), [9, 8, 7]);
        assert_eq!(waveform.columns(12).len(), 12);
        assert_eq!(waveform.columns(1), [9]);
        assert!(Waveform::default().columns(10).is_empty());
    }
}
