//! The lead: one phrase for each line of the lyric, one note for each syllable.
//!
//! The sections' tunes come from the seed and are bent by the text, so that equal lines are sung alike and different
//! ones are not. A phrase ends on a tone of its chord and leaves room to breathe.

use super::form::{Kind, syllables};
use super::{Note, Part, Place, Vowel};
use crate::sim::dice::{Dice, hash};

/// Sings all lines of the section.
pub(super) fn sing(place: &Place, seed: u64, notes: &mut Vec<Note>) {
    let mut beat = 0;
    for (index, (line, beats)) in place.section.lines.iter().enumerate() {
        let phrase = Phrase {
            place,
            line,
            start: beat,
            beats: *beats,
            closes: index + 1 == place.section.lines.len(),
            motif: motif(place, index, seed),
        };
        phrase.sing(seed, notes);
        beat += beats;
    }
}

/// The steps of a phrase's tune: A, A, B, A by the line's number, so that a section has a shape.
fn motif(place: &Place, index: usize, seed: u64) -> Vec<i32> {
    let letter = if index % 4 == 2 { "b" } else { "a" };
    let mut dice = Dice::named(seed, &format!("motif {:?} {letter}", place.section.kind));
    let shape = dice.throw() % 4;
    (0..48)
        .map(|at| {
            let drawn = *dice.pick(&[-2, -1, -1, -1, 0, 0, 1, 1, 1, 2]);
            let half = f64::from(at % 12) / 12.0;
            let lean = match shape {
                0 => i32::from(half < 0.45) - i32::from(half > 0.6),
                1 => -i32::from(at % 3 == 0),
                2 => i32::from(at % 3 == 0),
                _ => i32::from(half > 0.5) - i32::from(half < 0.3),
            };
            (drawn + lean).clamp(-2, 2)
        })
        .collect()
}

struct Phrase<'a> {
    place: &'a Place<'a>,
    line: &'a str,
    /// Where it begins, in beats of the section.
    start: u32,
    beats: u32,
    /// True for the last line of its section.
    closes: bool,
    motif: Vec<i32>,
}

impl Phrase<'_> {
    fn sing(&self, seed: u64, notes: &mut Vec<Note>) {
        let letters = syllables(self.line);
        let count = letters.len().min(44);
        let mut text = Dice::named(seed, self.line);
        let onsets = self.onsets(count, &mut text);
        let (centre, force) = self.register();
        let mut step = centre + (hash(self.line) % 3) as i32 - 1;
        let slot = f64::from(self.beats) / self.slots();
        let end = self.slots() - 0.6;
        for (index, letter) in letters.iter().take(count).enumerate() {
            let at = onsets[index];
            let until = onsets.get(index + 1).copied().unwrap_or(end).min(at + 6.0);
            let is_last = index + 1 == count;
            step = self.next_step(step, index, (centre, at, is_last), &mut text);
            let length = (until - at) * slot * self.place.meter.beat;
            let beat = f64::from(self.start) + at * slot;
            let accent = if at.rem_euclid(4.0) < 0.01 { 0.06 } else { 0.0 };
            let note = Note {
                at: self.place.time(beat) + text.between(0.0, 0.012),
                length: length * if is_last { 0.96 } else { 0.93 },
                pitch: f64::from(self.place.harmony.pitch(step)),
                force: force + accent + text.between(-0.04, 0.04),
                part: Part::Lead(vowel(*letter)),
            };
            notes.push(note);
            if self.place.section.kind == Kind::Chorus && self.place.turn > 0 {
                notes.push(self.second_voice(&note, step, beat));
            }
        }
    }

    /// The grid the syllables stand on: sixteen places for each usual phrase length.
    fn slots(&self) -> f64 {
        f64::from(16 * (self.beats / self.place.meter.phrase).max(1))
    }

    /// When each syllable begins, in places of the grid.
    fn onsets(&self, count: usize, text: &mut Dice) -> Vec<f64> {
        let room = self.slots() - if count <= 7 { 3.0 } else { 2.0 };
        let grid = if count as f64 > room { 2.0 } else { 1.0 };
        let push = 0.06 + self.place.weirdness * 0.45;
        let mut last = -1.0 / grid;
        (0..count)
            .map(|index| {
                let even = index as f64 * room / count.max(1) as f64;
                let snapped = if count <= 6 {
                    (even / 2.0).round() * 2.0
                } else {
                    (even * grid).round() / grid
                };
                let pushed = if index > 0 && text.chance(push) {
                    snapped - 1.0 / grid
                } else {
                    snapped
                };
                last = f64::max(last + 1.0 / grid, pushed);
                last
            })
            .collect()
    }

    /// The step of the scale the tune circles round, and how loud it is sung.
    fn register(&self) -> (i32, f64) {
        let low = i32::from(self.place.harmony.pitch(0) > 60);
        match self.place.section.kind {
            Kind::Chorus => (8 - 2 * low, 0.92),
            Kind::Lift => (5 - 2 * low, 0.80),
            Kind::Bridge => (6 - 2 * low, 0.72),
            _ => (3 - 2 * low, 0.68),
        }
    }

    fn next_step(
        &self,
        from: i32,
        index: usize,
        (centre, at, is_last): (i32, f64, bool),
        text: &mut Dice,
    ) -> i32 {
        let chord_slots =
            self.slots() * f64::from(self.place.chord_beats()) / f64::from(self.beats);
        let changes = f64::from(self.start) / f64::from(self.place.chord_beats());
        let change = changes as usize + (at / chord_slots) as usize;
        let chord = self.place.harmony.at(self.place.section.kind, change);
        let bend = if text.chance(0.28) {
            *text.pick(&[-1, 1])
        } else {
            0
        };
        let away = centre - from;
        let pull = away.signum() * (i32::from(away.abs() > 1) + i32::from(away.abs() > 3));
        let move_by = (self.motif[index % self.motif.len()] + bend + pull).clamp(-2, 2);
        let wanted = (from + move_by).clamp(centre - 4, centre + 3);
        let is_strong = at.rem_euclid(4.0) < 0.01;
        if is_last && self.closes && self.place.section.kind != Kind::Verse {
            return self
                .place
                .harmony
                .nearest_in_chord((wanted + 3).div_euclid(7) * 7, chord);
        }
        if is_last || is_strong {
            self.place.harmony.nearest_in_chord(wanted, chord)
        } else {
            wanted
        }
    }

    fn second_voice(&self, lead: &Note, step: i32, beat: f64) -> Note {
        let change = (beat / f64::from(self.place.chord_beats())) as usize;
        let chord = self.place.harmony.at(self.place.section.kind, change);
        let below = self.place.harmony.nearest_in_chord(step - 2, chord);
        let part = match lead.part {
            Part::Lead(vowel) => Part::Harmony(vowel),
            other => other,
        };
        Note {
            pitch: f64::from(self.place.harmony.pitch(below)),
            force: lead.force * 0.55,
            part,
            ..*lead
        }
    }
}

/// The vowel a letter is sung on; a Chinese character's is drawn from the character.
fn vowel(letter: char) -> Vowel {
    match letter {
        'a' | 'à'..='å' => Vowel::A,
        'e' | 'è'..='ë' => Vowel::E,
        'i' | 'y' | 'ì'..='ï' => Vowel::I,
        'o' | 'ò'..='ö' => Vowel::O,
        'u' | 'ù'..='ü' => Vowel::U,
        other => {
            let mut dice = Dice::new(u64::from(u32::from(other)));
            *dice.pick(&[Vowel::A, Vowel::A, Vowel::E, Vowel::I, Vowel::O, Vowel::U])
        }
    }
}
