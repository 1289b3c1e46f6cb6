//! The players around the lead: pad, keys, bell and bass.
//!
//! Each plays more in a chorus than in a verse, and each style in its own way.

use super::form::Kind;
use super::harmony::Chord;
use super::mood::Style;
use super::{Note, Part, Place};
use crate::sim::dice::Dice;

/// Plays the section with everything but voice and drums.
pub(super) fn play(place: &Place, seed: u64, notes: &mut Vec<Note>) {
    let span = place.chord_beats();
    let changes = place.section.beats.div_ceil(span);
    let mut dice = Dice::named(
        seed,
        &format!("band {:?} {}", place.section.kind, place.turn),
    );
    let hook: Vec<usize> = {
        let mut dice = Dice::named(seed, "hook");
        (0..8).map(|_| (dice.throw() % 4) as usize).collect()
    };
    for change in 0..changes {
        let closing = place.last && change + 1 == changes;
        let home = place.harmony.home();
        let chord = if closing {
            &home
        } else {
            place.harmony.at(place.section.kind, change as usize)
        };
        let mut bar = Bar {
            place,
            chord,
            start: f64::from(change * span),
            beats: f64::from(span.min(place.section.beats - change * span)),
            notes,
            dice: &mut dice,
        };
        bar.pad();
        if closing {
            bar.last_chord();
        } else {
            bar.bass();
            bar.keys();
            bar.bell(&hook);
        }
    }
}

/// The time one chord lasts.
struct Bar<'a> {
    place: &'a Place<'a>,
    chord: &'a Chord,
    /// In beats of the section.
    start: f64,
    beats: f64,
    notes: &'a mut Vec<Note>,
    dice: &'a mut Dice,
}

/// Strokes in a bar of sixteen sixteenths: `x` loud, `o` soft.
type Pattern = &'static str;

impl Bar<'_> {
    fn add(&mut self, part: Part, beat: f64, length: f64, (pitch, force): (i32, f64)) {
        let human = self.dice.between(0.0, 0.008);
        self.notes.push(Note {
            at: self.place.time(self.start + beat) + human,
            length: length * self.place.meter.beat,
            pitch: f64::from(pitch),
            force: (force * self.dice.between(0.93, 1.05)).clamp(0.02, 1.0),
            part,
        });
    }

    /// The strokes of `pattern` that fall into this bar, as beats with their force.
    fn strokes(&self, pattern: Pattern) -> Vec<(f64, f64)> {
        let signs: Vec<char> = pattern.chars().collect();
        let first = (self.start * 4.0).round() as usize;
        (0..(self.beats * 4.0) as usize)
            .filter_map(|at| match signs[(first + at) % signs.len()] {
                'x' => Some((at as f64 / 4.0, 1.0)),
                'o' => Some((at as f64 / 4.0, 0.6)),
                _ => None,
            })
            .collect()
    }

    fn pad(&mut self) {
        let level = match self.place.mood.style {
            Style::Rock | Style::Folk | Style::Jazz => 0.35,
            Style::Ambient | Style::Ballad => 0.9,
            _ => 0.65,
        };
        let force = level * (0.45 + 0.55 * self.place.intensity());
        let low = if self.place.section.kind == Kind::Chorus {
            57
        } else {
            52
        };
        for pitch in self.chord.voiced(low).into_iter().take(4) {
            self.add(Part::Pad, 0.0, self.beats, (pitch, force));
        }
    }

    fn bass(&mut self) {
        let root = self.chord.bass(33);
        let fifth = root + 7;
        let full = self.place.intensity();
        if full < 0.28 && self.place.section.kind == Kind::Intro {
            return;
        }
        let is_loud = matches!(self.place.section.kind, Kind::Chorus | Kind::Solo);
        let pattern = match (self.place.mood.style, is_loud) {
            (Style::Electronic, _) => "..x...x...x...x.",
            (Style::Rock, true) => "x.x.x.x.x.x.x.x.",
            (Style::Rock, false) | (Style::Pop, true) => "x..x..x.x..x..x.",
            (Style::Jazz, _) => "x...x...x...x...",
            (Style::Folk, _) => "x.......x.......",
            (Style::Lofi, _) => "x.....ox..x.....",
            (Style::Ambient, _) | (Style::Ballad, false) => "x...............",
            (Style::Pop, false) | (Style::Ballad, true) => "x.....x.x.......",
        };
        let strokes = self.strokes(pattern);
        for (index, (beat, force)) in strokes.iter().enumerate() {
            let until = strokes.get(index + 1).map_or(self.beats, |next| next.0);
            let pitch = match self.place.mood.style {
                Style::Jazz => [
                    root,
                    root + self.chord.tones.get(1).copied().unwrap_or(4),
                    fifth,
                    root + 9,
                ][index % 4],
                Style::Folk if index % 2 == 1 => fifth - 12,
                Style::Electronic if index % 4 == 3 => root + 12,
                _ if is_loud && index + 1 == strokes.len() && self.dice.chance(0.4) => fifth,
                _ => root,
            };
            self.add(
                Part::Bass,
                *beat,
                (until - beat) * 0.92,
                (pitch, force * (0.66 + 0.3 * full)),
            );
        }
    }

    fn keys(&mut self) {
        let kind = self.place.section.kind;
        let force = 0.35 + 0.4 * self.place.intensity();
        let is_loud = matches!(kind, Kind::Chorus | Kind::Solo);
        match (self.place.mood.style, is_loud) {
            (Style::Rock, _) => self.power("x.x.x.x.x.x.x.x.", force),
            (Style::Pop, true) => self.comp("x..x..x.x..x..x.", force),
            (Style::Jazz, _) => self.comp("x.....x.........", force),
            (Style::Lofi, _) => self.comp("x.........o.....", force),
            (Style::Electronic, true) => {
                self.roll("x.xx.xx.x.xx.xx.", force * 0.9, &[0, 1, 2, 3, 2, 1]);
            }
            (Style::Electronic, false) => self.comp("..x...x...x...x.", force * 0.8),
            (Style::Folk, true) => self.comp("x..xx.xxx..xx.xx", force * 0.8),
            (Style::Folk, false) => self.roll("x.x.x.x.x.x.x.x.", force, &[0, 2, 1, 3, 2, 1]),
            (Style::Ambient, _) => self.roll("x.....x.....x...", force * 0.8, &[0, 2, 3, 1]),
            (Style::Pop | Style::Ballad, _) => {
                self.roll("x.x.x.x.x.x.x.x.", force, &[0, 1, 2, 3, 2, 1]);
            }
        }
    }

    /// All tones at each stroke.
    fn comp(&mut self, pattern: Pattern, force: f64) {
        let pattern = self.shifted(pattern);
        for (beat, accent) in pattern {
            for (index, pitch) in self.chord.voiced(59).into_iter().take(4).enumerate() {
                self.add(
                    Part::Keys,
                    beat + 0.012 * index as f64,
                    0.8,
                    (pitch, force * accent * 0.75),
                );
            }
        }
    }

    /// One tone after the other.
    fn roll(&mut self, pattern: Pattern, force: f64, order: &[usize]) {
        let mut tones = self.chord.voiced(60);
        tones.push(tones.first().map_or(72, |low| low + 12));
        for (index, (beat, accent)) in self.shifted(pattern).into_iter().enumerate() {
            let pitch = tones[order[index % order.len()] % tones.len()];
            self.add(Part::Keys, beat, 1.4, (pitch, force * accent));
        }
    }

    /// Root, fifth and octave, as a driven guitar plays them.
    fn power(&mut self, pattern: Pattern, force: f64) {
        let root = self.chord.bass(45);
        let is_held = self.place.intensity() < 0.5;
        let strokes = if is_held {
            vec![(0.0, 1.0)]
        } else {
            self.strokes(pattern)
        };
        let length = if is_held { self.beats } else { 0.46 };
        for (beat, accent) in strokes {
            for pitch in [root, root + 7, root + 12] {
                self.add(Part::Keys, beat, length, (pitch, force * accent * 0.8));
            }
        }
    }

    /// The pattern's strokes, some pushed a sixteenth early in weird songs.
    fn shifted(&mut self, pattern: Pattern) -> Vec<(f64, f64)> {
        let odds = (self.place.weirdness - 0.35).max(0.0) * 0.5;
        let strokes = self.strokes(pattern);
        let pushed = |(beat, force): (f64, f64), dice: &mut Dice| {
            let early = beat >= 0.25 && dice.chance(odds);
            (if early { beat - 0.25 } else { beat }, force)
        };
        strokes
            .into_iter()
            .map(|stroke| pushed(stroke, self.dice))
            .collect()
    }

    /// A small figure high above, in intros, solos and later choruses.
    fn bell(&mut self, hook: &[usize]) {
        let force = match self.place.section.kind {
            Kind::Intro => 0.42,
            Kind::Solo => 0.75,
            Kind::Chorus if self.place.turn > 0 => 0.34,
            Kind::Outro => 0.30,
            _ => return,
        };
        let tones = self.chord.voiced(72);
        let rhythm = if self.place.section.kind == Kind::Solo {
            "x..x..x.x.x..x.."
        } else {
            "x.....x...x....."
        };
        for (index, (beat, accent)) in self.strokes(rhythm).into_iter().enumerate() {
            let pitch = tones[hook[index % hook.len()] % tones.len()];
            self.add(Part::Bell, beat, 1.0, (pitch, force * accent));
        }
    }

    /// The chord a song ends on, spread from low to high.
    fn last_chord(&mut self) {
        let root = self.chord.bass(33);
        self.add(Part::Bass, 0.0, self.beats + 2.0, (root, 0.7));
        for (index, pitch) in self
            .chord
            .voiced(55)
            .into_iter()
            .chain(self.chord.voiced(67))
            .enumerate()
        {
            self.add(
                Part::Keys,
                0.08 * index as f64,
                self.beats + 2.0,
                (pitch, 0.5),
            );
        }
    }
}
