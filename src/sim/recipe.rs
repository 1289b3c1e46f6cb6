//! Recipes: how each song is made, down to the songs it was made from.
//!
//! A recipe always gives the same samples, so nothing that was played need be kept. What an edit leaves alone is played
//! from the source's own recipe and is the same sample for sample.

mod tape;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::compose::{Wish, compose};
use super::synth::{self, RATE};
use super::wav::Recorded;
pub use tape::{Pcm, quantized, whole};

/// How a song is made. Lengths and places are in samples.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// It is composed and played.
    Song(Box<Wish>),
    /// It was uploaded; a song of the same length stands for what cannot be heard in it, such as its chords.
    Upload(Arc<Recorded>, Box<Wish>),
    /// A song that goes on in another way.
    Joined {
        source: Arc<Recipe>,
        /// The source is kept up to here.
        at: usize,
        /// How long after that the rest begins: at the next beat.
        lead: usize,
        rest: Arc<Recipe>,
    },
    /// A song of which a section is another.
    Patched {
        source: Arc<Recipe>,
        from: usize,
        to: usize,
        /// How long after `from` the patch begins: at the next beat.
        lead: usize,
        patch: Arc<Recipe>,
    },
    /// The voices of one song with the band of another of the same length.
    Swapped {
        voices: Arc<Recipe>,
        band: Arc<Recipe>,
        guest: Half,
    },
    /// The beginning of a song.
    Head(Arc<Recipe>, usize),
}

/// A half of a song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// All that is sung.
    Voices,
    /// All that is played.
    Band,
}

/// Edits a song may have gone through; more would take longer to render than anyone waits.
pub const DEEPEST: usize = 40;

impl Recipe {
    /// Length in samples.
    pub fn samples(&self) -> usize {
        match self {
            Self::Song(wish) => synth::samples(&compose(wish)),
            Self::Upload(sound, _) => sound.samples(),
            Self::Joined { at, lead, rest, .. } => at + lead + rest.samples(),
            Self::Patched { source, .. } => source.samples(),
            Self::Swapped { voices, .. } => voices.samples(),
            Self::Head(whole, samples) => whole.samples().min(*samples),
        }
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples() as f64 / f64::from(RATE)
    }

    /// How many edits the song has gone through.
    pub fn depth(&self) -> usize {
        match self {
            Self::Song(_) | Self::Upload(..) => 0,
            Self::Joined { source, .. } | Self::Patched { source, .. } => 1 + source.depth(),
            Self::Swapped { voices, band, .. } => 1 + voices.depth().max(band.depth()),
            Self::Head(whole, _) => whole.depth(),
        }
    }

    /// The same song with each of its wishes changed; what was uploaded is played by the band that stands for it.
    pub fn map(&self, change: &dyn Fn(&Wish) -> Wish) -> Self {
        let mapped = |recipe: &Arc<Self>| Arc::new(recipe.map(change));
        match self {
            Self::Song(wish) | Self::Upload(_, wish) => Self::Song(Box::new(change(wish))),
            Self::Joined {
                source,
                at,
                lead,
                rest,
            } => Self::Joined {
                source: mapped(source),
                at: *at,
                lead: *lead,
                rest: mapped(rest),
            },
            Self::Patched {
                source,
                from,
                to,
                lead,
                patch,
            } => Self::Patched {
                source: mapped(source),
                from: *from,
                to: *to,
                lead: *lead,
                patch: mapped(patch),
            },
            Self::Swapped {
                voices,
                band,
                guest,
            } => Self::Swapped {
                voices: mapped(voices),
                band: mapped(band),
                guest: *guest,
            },
            Self::Head(whole, samples) => Self::Head(mapped(whole), *samples),
        }
    }

    /// What a song that is made from this one takes over: key, chords, tempo, band and singer.
    pub fn character(&self) -> Wish {
        match self {
            Self::Song(wish) | Self::Upload(_, wish) => Wish::clone(wish),
            Self::Joined { source, .. } | Self::Patched { source, .. } => source.character(),
            Self::Swapped { voices, band, .. } => {
                let sung = voices.character();
                Wish {
                    tune: sung.tune,
                    voice: sung.voice,
                    words: sung.words,
                    instrumental: sung.instrumental,
                    ..band.character()
                }
            }
            Self::Head(whole, _) => whole.character(),
        }
    }

    /// The song whose voices are heard in this one.
    pub fn voices(self: &Arc<Self>) -> Arc<Self> {
        match &**self {
            Self::Swapped { voices, .. } => voices.voices(),
            _ => Arc::clone(self),
        }
    }

    /// The song whose band is heard in this one.
    pub fn band(self: &Arc<Self>) -> Arc<Self> {
        match &**self {
            Self::Swapped { band, .. } => band.band(),
            _ => Arc::clone(self),
        }
    }

    /// Samples from `at` to the next beat. All parts of a song are on one grid of beats, that of its first.
    pub fn to_next_beat(&self, at: usize) -> usize {
        let beat = compose(&self.character()).beat * f64::from(RATE);
        let beats = (at as f64 / beat).ceil();
        ((beats * beat).round() as usize).saturating_sub(at)
    }

    /// How many lines of its lyric are begun before `at` samples.
    pub fn lines_before(&self, at: usize) -> usize {
        match self {
            Self::Song(wish) | Self::Upload(_, wish) => {
                let moment = at as f64 / f64::from(RATE);
                let lines = compose(wish).lines;
                lines.iter().filter(|line| **line < moment).count()
            }
            Self::Joined {
                source,
                at: joint,
                lead,
                rest,
            } => {
                let begun = at.saturating_sub(joint + lead);
                source.lines_before(at.min(*joint)) + rest.lines_before(begun)
            }
            Self::Patched { source, .. } => source.lines_before(at),
            Self::Swapped { voices, .. } => voices.lines_before(at),
            Self::Head(whole, _) => whole.lines_before(at),
        }
    }
}
