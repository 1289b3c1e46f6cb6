//! Keys and chords: what the band may play at any moment.
//!
//! Each kind of section has a progression of its own, kept for the whole song, so that a chorus is recognised.

use super::form::Kind;
use super::mood::{Mood, Style};
use crate::sim::dice::Dice;

/// A chord of the song.
#[derive(Clone, Debug, PartialEq)]
pub struct Chord {
    /// The root as a pitch class, 0–11.
    pub root: i32,
    /// The tones above the root in semitones, the root (0) first.
    pub tones: Vec<i32>,
}

/// The key and the progressions of a song.
#[derive(Clone, Debug)]
pub struct Harmony {
    /// Pitch class of the tonic.
    pub tonic: i32,
    /// Semitones of the scale above the tonic.
    pub scale: [i32; 7],
    verse: Vec<Chord>,
    chorus: Vec<Chord>,
    bridge: Vec<Chord>,
}

const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];
const DORIAN: [i32; 7] = [0, 2, 3, 5, 7, 9, 10];
const MIXOLYDIAN: [i32; 7] = [0, 2, 4, 5, 7, 9, 10];
const LYDIAN: [i32; 7] = [0, 2, 4, 6, 7, 9, 11];

type Degrees = [usize; 4];
const BRIGHT: [&[Degrees]; 3] = [
    &[
        [0, 5, 3, 4],
        [0, 4, 5, 3],
        [0, 2, 3, 4],
        [0, 3, 5, 4],
        [5, 3, 0, 4],
    ],
    &[
        [3, 4, 2, 5],
        [0, 4, 5, 3],
        [5, 3, 0, 4],
        [3, 0, 4, 5],
        [0, 3, 1, 4],
    ],
    &[[1, 4, 0, 5], [5, 2, 3, 4], [3, 2, 1, 4]],
];
const DARK: [&[Degrees]; 3] = [
    &[[0, 5, 2, 6], [0, 3, 5, 6], [0, 6, 5, 6], [0, 2, 6, 3]],
    &[[5, 6, 0, 2], [0, 5, 2, 6], [3, 5, 0, 6], [5, 2, 6, 0]],
    &[[3, 0, 5, 6], [5, 3, 6, 0], [2, 6, 3, 5]],
];

impl Harmony {
    /// The harmony of a song of this mood; `weirdness` (0–1) brings in chords from elsewhere.
    pub fn new(mood: &Mood, weirdness: f64, dice: &mut Dice) -> Self {
        let bright = mood.warmth > 0.45;
        let odd = dice.chance((weirdness - 0.5).max(0.0) * 1.4);
        let scale = match (bright, odd) {
            (true, false) => MAJOR,
            (true, true) => *dice.pick(&[LYDIAN, MIXOLYDIAN]),
            (false, false) => MINOR,
            (false, true) => DORIAN,
        };
        let mut harmony = Self {
            tonic: (dice.throw() % 12) as i32,
            scale,
            verse: Vec::new(),
            chorus: Vec::new(),
            bridge: Vec::new(),
        };
        let pools = if bright { BRIGHT } else { DARK };
        let [verse, chorus, bridge] = pools.map(|pool| *dice.pick(pool));
        harmony.verse = harmony.progression(verse, mood, weirdness, dice);
        harmony.chorus = harmony.progression(chorus, mood, weirdness, dice);
        harmony.bridge = harmony.progression(bridge, mood, weirdness, dice);
        harmony
    }

    fn progression(
        &self,
        degrees: Degrees,
        mood: &Mood,
        weirdness: f64,
        dice: &mut Dice,
    ) -> Vec<Chord> {
        let rich = matches!(mood.style, Style::Jazz | Style::Lofi | Style::Ambient)
            || dice.chance(weirdness * 0.6);
        let mut chords: Vec<Chord> = degrees
            .iter()
            .map(|degree| self.chord(*degree, rich))
            .collect();
        for chord in chords.iter_mut().skip(1) {
            if dice.chance((weirdness - 0.45).max(0.0) * 0.9) {
                // A chord from another key: a third away, or the tritone's.
                chord.root = (chord.root + dice.pick(&[3, 4, 8, 6])).rem_euclid(12);
                chord.tones = if dice.chance(0.5) {
                    vec![0, 4, 7, 11]
                } else {
                    vec![0, 5, 7, 14]
                };
            }
        }
        chords
    }

    fn chord(&self, degree: usize, rich: bool) -> Chord {
        let fifth = |degree: usize| self.scale[(degree + 4) % 7] - self.scale[degree % 7];
        // A diminished triad has no rest in it: the chord a third below holds the same tones and sounds.
        let degree = if fifth(degree).rem_euclid(12) == 6 {
            (degree + 5) % 7
        } else {
            degree
        };
        let pitch =
            |step: usize| self.scale[(degree + step) % 7] + 12 * ((degree + step) / 7) as i32;
        let root = pitch(0);
        let steps: &[usize] = if rich { &[0, 2, 4, 6, 8] } else { &[0, 2, 4] };
        Chord {
            root: (self.tonic + root).rem_euclid(12),
            tones: steps.iter().map(|step| pitch(*step) - root).collect(),
        }
    }

    /// The chord at the `index`-th change of a section.
    pub fn at(&self, kind: Kind, index: usize) -> &Chord {
        let chords = match kind {
            Kind::Intro | Kind::Verse | Kind::Outro => &self.verse,
            Kind::Lift | Kind::Bridge => &self.bridge,
            Kind::Chorus | Kind::Solo => &self.chorus,
        };
        &chords[index % chords.len()]
    }

    /// The chord a song comes to rest on.
    pub fn home(&self) -> Chord {
        self.chord(0, false)
    }

    /// The MIDI pitch of a step of the scale, counted from the tonic nearest above MIDI 54.
    pub fn pitch(&self, step: i32) -> i32 {
        let base = 54 + (self.tonic - 54).rem_euclid(12);
        base + 12 * step.div_euclid(7) + self.scale[step.rem_euclid(7) as usize]
    }

    /// The step of the scale nearest to `step` whose tone belongs to `chord`.
    pub fn nearest_in_chord(&self, step: i32, chord: &Chord) -> i32 {
        [0, -1, 1, -2, 2]
            .into_iter()
            .map(|away| step + away)
            .find(|near| chord.has(self.pitch(*near)))
            .unwrap_or(step)
    }
}

impl Chord {
    fn has(&self, pitch: i32) -> bool {
        self.tones
            .iter()
            .take(3)
            .any(|tone| (self.root + tone - pitch).rem_euclid(12) == 0)
    }

    /// The chord as MIDI pitches, each tone in the octave that begins at `low`.
    pub fn voiced(&self, low: i32) -> Vec<i32> {
        let mut pitches: Vec<i32> = self
            .tones
            .iter()
            .map(|tone| low + (self.root + tone - low).rem_euclid(12))
            .collect();
        pitches.sort_unstable();
        pitches.dedup();
        pitches
    }

    /// The root as a MIDI pitch in the octave that begins at `low`.
    pub fn bass(&self, low: i32) -> i32 {
        low + (self.root - low).rem_euclid(12)
    }
}
