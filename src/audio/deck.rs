//! An open song: one file, or its stems, each with a decoder of its own.
//!
//! Invariant: whatever it consists of goes the same way at the same time.

use std::sync::mpsc::Sender;

use super::AudioError;
use super::engine::Message;
use super::output::Spec;
use super::program::Lane;
use super::route::Route;
use super::shapes::Shapes;
use super::song::{Facts, Material, Song};
use super::survey::Survey;
use crate::domain::SongId;

/// Rates that outputs take; a song of another is brought to the last.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;
const USUAL_RATE: u32 = 48_000;

/// A song on a deck.
pub(super) struct Deck {
    pub id: SongId,
    /// By which messages about it are known.
    pub number: u64,
    /// How loud it is as a whole, in LUFS, once known.
    pub loudness: Option<f32>,
    parts: Vec<Part>,
    /// The level of each stem; empty for a song in one file.
    mix: Vec<f32>,
    sender: Sender<Message>,
}

struct Part {
    song: Song,
    facts: Option<Facts>,
}

impl Deck {
    /// Opens a song of one file or its stems. Each tells when it is open.
    pub(super) fn open(
        id: SongId,
        number: u64,
        (materials, are_stems): (Vec<Material>, bool),
        sender: Sender<Message>,
    ) -> Result<Deck, AudioError> {
        let mut parts = Vec::new();
        for (part, material) in materials.into_iter().enumerate() {
            let sender = sender.clone();
            let song = Song::open(material, move |facts| {
                let _ = sender.send(Message::Opened(number, part, facts)); // nobody listens after the end
            })?;
            parts.push(Part { song, facts: None });
        }
        let count = if are_stems { parts.len() } else { 0 };
        Ok(Deck {
            id,
            number,
            loudness: None,
            parts,
            mix: vec![1.0; count],
            sender,
        })
    }

    /// A part of it is open.
    pub(super) fn learn(&mut self, part: usize, facts: Facts) {
        if let Some(part) = self.parts.get_mut(part) {
            part.facts = Some(facts);
        }
    }

    /// Whether all of it is open.
    pub(super) fn is_open(&self) -> bool {
        self.parts.iter().all(|part| part.facts.is_some())
    }

    /// The output that fits it best.
    pub(super) fn spec(&self) -> Spec {
        let facts = self.parts.first().and_then(|part| part.facts);
        let rate = facts.map_or(USUAL_RATE, |facts| facts.rate);
        Spec {
            rate: if RATES.contains(&rate) {
                rate
            } else {
                USUAL_RATE
            },
        }
    }

    /// How long it is in seconds; `None` while nobody knows.
    pub(super) fn duration(&self) -> Option<f64> {
        let mut lengths = self.parts.iter().map(|part| {
            let facts = part.facts?;
            Some(facts.frames? as f64 / f64::from(facts.rate))
        });
        lengths.try_fold(0.0, |longest: f64, length| Some(longest.max(length?)))
    }

    /// How many lanes it takes.
    pub(super) fn width(&self) -> usize {
        self.parts.len()
    }

    /// Sets the levels of its stems. False when it has none.
    pub(super) fn mix(&mut self, gains: &[f32]) -> bool {
        for (level, gain) in self.mix.iter_mut().zip(gains) {
            *level = if gain.is_finite() { gain.max(0.0) } else { 0.0 };
        }
        !self.mix.is_empty()
    }

    /// Decodes along a route into new lanes that begin with the program's frame `start`.
    pub(super) fn play(&self, route: &Route, spec: Spec, start: u64) -> Vec<Lane> {
        let lanes = self.parts.iter().map(|part| {
            let sender = self.sender.clone();
            let on_ready = move || {
                let _ = sender.send(Message::Filled); // nobody listens after the end
            };
            Lane {
                ring: part.song.play(route.clone(), spec, Box::new(on_ready)),
                start,
                gain: 1.0,
                leads: true,
            }
        });
        lanes.collect()
    }

    /// Its lanes at a level, heard or not.
    pub(super) fn levelled(&self, lanes: &[Lane], level: f32, is_heard: bool) -> Vec<Lane> {
        let level = if is_heard { level } else { 0.0 };
        let lanes = lanes.iter().enumerate().map(|(number, lane)| Lane {
            gain: level * self.mix.get(number).copied().unwrap_or(1.0),
            leads: is_heard,
            ..lane.clone()
        });
        lanes.collect()
    }

    /// Sends what is learned of a song in one file by listening to it in the background.
    pub(super) fn listen(&self, shapes: Shapes) {
        if let [part] = &self.parts[..] {
            let (number, sender) = (self.number, self.sender.clone());
            part.song.learn(shapes, move |learned| {
                let _ = sender.send(Message::Learned(number, learned)); // nobody listens after the end
            });
        }
    }

    /// Takes to heart what was learned. True when its length is known only now.
    pub(super) fn heed(&mut self, survey: &Survey) -> bool {
        let Some(facts) = self.parts.first_mut().and_then(|part| part.facts.as_mut()) else {
            return false;
        };
        // One channel is heard from two sides.
        let doubled = if facts.channels == 1 { 3.01 } else { 0.0 };
        self.loudness = survey.loudness.map(|loudness| loudness as f32 + doubled);
        let is_news = facts.frames.is_none();
        facts.frames.get_or_insert(survey.frames);
        is_news
    }

    /// Whether some of it may still be coming in.
    pub(super) fn is_growing(&self) -> bool {
        self.parts.iter().any(|part| part.song.is_growing())
    }

    /// Whether it waits for a part that is not here yet.
    pub(super) fn is_starved(&self) -> bool {
        self.parts.iter().any(|part| part.song.is_starved())
    }
}
