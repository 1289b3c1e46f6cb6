//! A single sounding note: two turns of a wave side by side, an envelope, a place between the loudspeakers.

use super::tables::{self, SIZE, Table, Tables, Tone};
use super::{BLOCK, Bus, RATE_F};
use crate::sim::compose::{Note, Part, Sound, Style, Vowel};
use crate::sim::dice::Dice;

/// How an instrument is played.
struct Patch {
    attack: Tone,
    body: Tone,
    /// Loudness at full force.
    gain: f64,
    /// Seconds to full loudness.
    rise: f64,
    /// Seconds in which a struck tone fades to a third; 0 for one that is held.
    decay: f64,
    /// Seconds of silence-making after the end.
    release: f64,
    /// Cents between the two sides.
    spread: f64,
    /// −1 left … 1 right.
    pan: f64,
    /// How much goes to echo and room.
    send: f64,
    /// Depth of the vibrato in cents.
    vibrato: f64,
    /// How fast the attack's colour gives way to the body's, in seconds.
    mellow: f64,
    /// Breath at the beginning.
    breath: f64,
}

/// A short plain pluck, from which the others differ.
const PLAIN: Patch = Patch {
    attack: Tone::Struck,
    body: Tone::Ringing,
    gain: 0.2,
    rise: 0.004,
    decay: 0.0,
    release: 0.12,
    spread: 3.0,
    pan: 0.0,
    send: 0.2,
    vibrato: 0.0,
    mellow: 0.12,
    breath: 0.0,
};

fn patch(note: &Note, sound: &Sound, dice: &mut Dice) -> Patch {
    match note.part {
        Part::Lead(vowel) => Patch {
            gain: 0.165 * sound.lead,
            spread: 4.0,
            ..singer(vowel, sound)
        },
        Part::Harmony(vowel) => Patch {
            gain: 0.12 * sound.lead,
            spread: 11.0,
            pan: 0.35,
            ..singer(vowel, sound)
        },
        Part::Pad => Patch {
            attack: Tone::Strings,
            body: Tone::Strings,
            gain: 0.086,
            rise: 0.30,
            release: 0.55,
            spread: 10.0 + 14.0 * sound.wobble,
            send: 0.30,
            vibrato: 4.0,
            ..PLAIN
        },
        Part::Keys => keys(sound, dice),
        Part::Bell => Patch {
            attack: Tone::Glass,
            body: Tone::Glass,
            gain: 0.13,
            decay: 0.8,
            release: 0.5,
            spread: 5.0,
            pan: -0.35,
            send: 0.55,
            ..PLAIN
        },
        _ => Patch {
            attack: Tone::Growl,
            body: Tone::Round,
            gain: 0.23,
            rise: 0.005,
            decay: 2.2,
            release: 0.06,
            spread: 0.0,
            send: 0.0,
            mellow: 0.18,
            ..PLAIN
        },
    }
}

fn singer(vowel: Vowel, sound: &Sound) -> Patch {
    Patch {
        attack: Tone::Sung(vowel),
        body: Tone::Sung(vowel),
        rise: 0.035,
        release: 0.11,
        send: 0.34,
        vibrato: 22.0 + 22.0 * sound.wobble,
        breath: 0.05,
        ..PLAIN
    }
}

fn keys(sound: &Sound, dice: &mut Dice) -> Patch {
    let pan = dice.between(-0.4, 0.4);
    match sound.style {
        Style::Rock => Patch {
            attack: Tone::Driven,
            body: Tone::Driven,
            gain: 0.12,
            decay: 1.6,
            release: 0.05,
            spread: 14.0,
            send: 0.12,
            ..PLAIN
        },
        Style::Lofi | Style::Jazz | Style::Ambient => Patch {
            attack: Tone::Tine,
            gain: 0.175,
            decay: 1.1,
            release: 0.3,
            pan,
            send: 0.3,
            mellow: 0.4,
            ..PLAIN
        },
        Style::Electronic => Patch {
            gain: 0.175,
            decay: 0.28,
            release: 0.08,
            spread: 9.0,
            pan,
            send: 0.4,
            ..PLAIN
        },
        Style::Pop | Style::Ballad | Style::Folk => Patch {
            gain: 0.2,
            decay: 0.9,
            release: 0.22,
            pan,
            send: 0.24,
            ..PLAIN
        },
    }
}

/// A note while it sounds.
pub struct Voice {
    attack: Table,
    body: Table,
    is_one_tone: bool,
    /// Samples still to wait.
    delay: usize,
    age: usize,
    /// The sample at which the note is let go.
    off: usize,
    /// The sample at which it is over.
    end: usize,
    rise: f32,
    fall: f32,
    level: f32,
    release: f32,
    colour: f32,
    mellow: f32,
    steps: [f32; 2],
    phases: [f32; 2],
    gains: [f32; 2],
    send: f32,
    vibrato: f32,
    turn: f32,
    breath: f32,
    hiss: u32,
}

/// Samples between two looks at the vibrato.
const HOP: usize = 32;

impl Voice {
    /// Prepares `note`, which begins `delay` samples into the coming block.
    pub fn new(note: &Note, delay: usize, sound: &Sound, tables: &mut Tables) -> Self {
        let mut dice =
            Dice::new(sound.seed ^ note.at.to_bits() ^ note.pitch.to_bits().rotate_left(9));
        let patch = patch(note, sound, &mut dice);
        let per_second = |seconds: f64| (1.0 / (seconds * RATE_F).max(1.0)) as f32;
        let off = (note.length.max(0.03) * RATE_F) as usize;
        let base = tables::hertz(note.pitch + dice.between(-0.05, 0.05) * sound.wobble);
        let detune = |cents: f64| tables::step(base * (cents / 1_200.0).exp2());
        let angle = (patch.pan + 1.0) * std::f64::consts::FRAC_PI_4;
        let gain = patch.gain * note.force * std::f64::consts::SQRT_2;
        Self {
            attack: tables.get(patch.attack, note.pitch),
            body: tables.get(patch.body, note.pitch),
            is_one_tone: patch.attack == patch.body,
            delay,
            age: 0,
            off,
            end: off + (patch.release * RATE_F) as usize,
            rise: per_second(patch.rise),
            fall: if patch.decay > 0.0 {
                1.0 - 1.1 * per_second(patch.decay)
            } else {
                1.0
            },
            level: 1.0,
            release: per_second(patch.release),
            colour: (0.35 + 0.65 * note.force) as f32,
            mellow: 1.0 - per_second(patch.mellow),
            steps: [detune(-patch.spread / 2.0), detune(patch.spread / 2.0)],
            phases: [
                (dice.unit() * SIZE as f64) as f32,
                (dice.unit() * SIZE as f64) as f32,
            ],
            gains: [(gain * angle.cos()) as f32, (gain * angle.sin()) as f32],
            send: patch.send as f32,
            vibrato: (patch.vibrato / 1_200.0 * std::f64::consts::LN_2) as f32,
            turn: dice.unit() as f32,
            breath: patch.breath as f32,
            hiss: dice.throw() as u32 | 1,
        }
    }

    /// False once the note has died away.
    pub fn is_sounding(&self) -> bool {
        self.age < self.end && self.level > 1e-4
    }

    /// Adds the note's next block to the dry and the echoing bus.
    pub fn mix(&mut self, dry: &mut Bus, wet: &mut Bus) {
        let mut at = self.delay.min(BLOCK);
        self.delay -= at;
        while at < BLOCK && self.age < self.end {
            let until = (at + HOP).min(BLOCK);
            let bend = self.bend(until - at);
            for index in at..until {
                let loud = self.loudness();
                let breath = self.breathe();
                let left = (self.tone(0, bend) + breath) * loud * self.gains[0];
                let right = (self.tone(1, bend) + breath) * loud * self.gains[1];
                self.colour *= self.mellow;
                dry.left[index] += left;
                dry.right[index] += right;
                wet.left[index] += left * self.send;
                wet.right[index] += right * self.send;
            }
            at = until;
        }
    }

    /// What vibrato and the scoop at the beginning of a sung note do to the pitch, as a factor.
    fn bend(&mut self, samples: usize) -> f32 {
        if self.vibrato == 0.0 {
            return 1.0;
        }
        self.turn = (self.turn + 5.3 * samples as f32 / RATE_F as f32).fract();
        let seconds = self.age as f32 / RATE_F as f32;
        let depth = self.vibrato * ((seconds - 0.18) * 3.0).clamp(0.0, 1.0);
        let scoop = if self.breath > 0.0 {
            -0.018 * (-seconds * 28.0).exp()
        } else {
            0.0
        };
        1.0 + depth * (self.turn * std::f32::consts::TAU).sin() + scoop
    }

    fn loudness(&mut self) -> f32 {
        self.level *= self.fall;
        let risen = (self.age as f32 * self.rise).min(1.0);
        let let_go = self.age.saturating_sub(self.off) as f32 * self.release;
        self.age += 1;
        let fading = (1.0 - let_go).max(0.0);
        self.level * risen * risen * (3.0 - 2.0 * risen) * fading * fading
    }

    /// The consonant: a little noise while the note begins.
    fn breathe(&mut self) -> f32 {
        if self.breath == 0.0 || self.age > 3_000 {
            return 0.0;
        }
        self.hiss ^= self.hiss << 13;
        self.hiss ^= self.hiss >> 17;
        self.hiss ^= self.hiss << 5;
        let noise = self.hiss as f32 / u32::MAX as f32 - 0.5;
        noise * self.breath * (1.0 - self.age as f32 / 3_000.0) * 4.0
    }

    fn tone(&mut self, side: usize, bend: f32) -> f32 {
        let phase = self.phases[side];
        let index = (phase as usize).min(SIZE - 1);
        let between = phase - index as f32;
        let next = phase + self.steps[side] * bend;
        self.phases[side] = if next >= SIZE as f32 {
            next - SIZE as f32
        } else {
            next
        };
        let body = lerp(&self.body, index, between);
        if self.is_one_tone {
            return body;
        }
        body + (lerp(&self.attack, index, between) - body) * self.colour
    }
}

fn lerp(table: &[f32], index: usize, between: f32) -> f32 {
    let low = table[index];
    low + (table[index + 1] - low) * between
}
