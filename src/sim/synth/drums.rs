//! The drum kit: each drum struck once and kept, then played as often as the score asks.

use super::{BLOCK, Bus, RATE_F};
use crate::sim::compose::{Note, Part, Sound, Style};
use crate::sim::dice::Dice;

/// The recorded strokes of one song's kit.
pub struct Kit {
    kick: Vec<f32>,
    snare: Vec<f32>,
    clap: Vec<f32>,
    tom: Vec<f32>,
    hat: Vec<f32>,
    open: Vec<f32>,
    crash: Vec<f32>,
}

impl Kit {
    /// A kit tuned for this song.
    pub fn new(sound: &Sound) -> Self {
        let mut dice = Dice::named(sound.seed, "kit");
        let tune = dice.between(0.92, 1.1);
        let soft = matches!(
            sound.style,
            Style::Lofi | Style::Ballad | Style::Jazz | Style::Folk | Style::Ambient
        );
        let bright = (0.35 + 0.65 * sound.brightness) * if soft { 0.7 } else { 1.0 };
        let kick_length = if sound.style == Style::Electronic {
            0.38
        } else {
            0.26
        };
        Self {
            kick: drop_of(46.0 * tune, 130.0, kick_length),
            snare: snare(
                182.0 * tune,
                if soft { 0.12 } else { 0.19 },
                bright,
                &mut dice,
            ),
            clap: clap(bright, &mut dice),
            tom: drop_of(96.0 * tune, 60.0, 0.30),
            hat: hiss(0.045, 0.8 * bright, &mut dice),
            open: hiss(0.24, 0.7 * bright, &mut dice),
            crash: hiss(1.5, 0.6 * bright, &mut dice),
        }
    }

    fn sound_of(&self, part: Part) -> &[f32] {
        match part {
            Part::Kick => &self.kick,
            Part::Snare => &self.snare,
            Part::Clap => &self.clap,
            Part::Tom => &self.tom,
            Part::Hat => &self.hat,
            Part::OpenHat => &self.open,
            _ => &self.crash,
        }
    }
}

fn seconds(length: f64) -> impl Iterator<Item = f64> {
    (0..(length * RATE_F) as usize).map(|at| at as f64 / RATE_F)
}

/// A skin: a sine that falls from `base + fall` to `base` Hz.
fn drop_of(base: f64, fall: f64, length: f64) -> Vec<f32> {
    let mut phase = 0.0;
    seconds(length * 1.6)
        .map(|at| {
            phase += (base + fall * (-at * 42.0).exp()) / RATE_F;
            let body = (phase * std::f64::consts::TAU).sin() * (-at / length * 3.4).exp();
            let click = (-at * 900.0).exp() * 0.25;
            ((body + click) * (at * 1_200.0).min(1.0) * fade(at, length * 1.6)) as f32
        })
        .collect()
}

fn snare(base: f64, length: f64, bright: f64, dice: &mut Dice) -> Vec<f32> {
    let mut low = 0.0;
    seconds(length * 1.8)
        .map(|at| {
            let noise = dice.between(-1.0, 1.0);
            low += (noise - low) * 0.12;
            let rattle = (noise - low) * bright * (-at / length * 3.0).exp();
            let skin = (at * base * std::f64::consts::TAU).sin() * (-at * 26.0).exp() * 0.7;
            ((rattle * 0.55 + skin) * fade(at, length * 1.8)) as f32
        })
        .collect()
}

/// Several hands that never meet quite together.
fn clap(bright: f64, dice: &mut Dice) -> Vec<f32> {
    let (mut low, mut band) = (0.0, 0.0);
    seconds(0.22)
        .map(|at| {
            let noise = dice.between(-1.0, 1.0);
            low += (noise - low) * 0.35;
            band += (low - band) * 0.06;
            let hands: f64 = [0.0, 0.011, 0.021]
                .iter()
                .map(|hand| {
                    if at >= *hand {
                        (-(at - hand) * 210.0).exp()
                    } else {
                        0.0
                    }
                })
                .sum();
            let tail = if at > 0.028 {
                0.55 * (-(at - 0.028) * 26.0).exp()
            } else {
                0.0
            };
            ((low - band) * (hands + tail) * (0.5 + 0.5 * bright) * fade(at, 0.22)) as f32
        })
        .collect()
}

fn hiss(length: f64, level: f64, dice: &mut Dice) -> Vec<f32> {
    let (mut low, mut lower) = (0.0, 0.0);
    seconds(length * 1.5)
        .map(|at| {
            let noise = dice.between(-1.0, 1.0);
            low += (noise - low) * 0.55;
            lower += (noise - low - lower) * 0.35;
            let high = noise - low - lower;
            (high * level * (-at / length * 2.8).exp() * fade(at, length * 1.5)) as f32
        })
        .collect()
}

/// Lets the last tenth run out, so that no stroke ends in a click.
fn fade(at: f64, end: f64) -> f64 {
    ((end - at) / (end * 0.1)).clamp(0.0, 1.0)
}

/// A drum that is sounding.
pub struct Stroke {
    part: Part,
    delay: usize,
    at: f64,
    /// Speed of playing: the tom's tuning.
    speed: f64,
    gains: [f32; 2],
    send: f32,
}

impl Stroke {
    /// A stroke that begins `delay` samples into the coming block.
    pub fn new(note: &Note, delay: usize) -> Self {
        let (gain, pan, send) = match note.part {
            Part::Kick => (0.62, 0.0, 0.0),
            Part::Snare => (0.46, 0.05, 0.16),
            Part::Clap => (0.50, -0.08, 0.22),
            Part::Tom => (0.46, (note.pitch - 60.0) / 12.0, 0.12),
            Part::Hat => (0.34, 0.28, 0.02),
            Part::OpenHat => (0.28, -0.28, 0.05),
            _ => (0.24, -0.2, 0.15),
        };
        let angle = (pan + 1.0) * std::f64::consts::FRAC_PI_4;
        let loud = gain * note.force * std::f64::consts::SQRT_2;
        Self {
            part: note.part,
            delay,
            at: 0.0,
            speed: ((note.pitch - 60.0) / 12.0).exp2(),
            gains: [(loud * angle.cos()) as f32, (loud * angle.sin()) as f32],
            send,
        }
    }

    /// False once the stroke has died away.
    pub fn is_sounding(&self, kit: &Kit) -> bool {
        self.at as usize + 1 < kit.sound_of(self.part).len()
    }

    /// Adds the stroke's next block.
    pub fn mix(&mut self, kit: &Kit, dry: &mut Bus, wet: &mut Bus) {
        let sound = kit.sound_of(self.part);
        let start = self.delay.min(BLOCK);
        self.delay -= start;
        for index in start..BLOCK {
            let Some(sample) = sound.get(self.at as usize) else {
                return;
            };
            let (left, right) = (sample * self.gains[0], sample * self.gains[1]);
            dry.left[index] += left;
            dry.right[index] += right;
            wet.left[index] += left * self.send;
            wet.right[index] += right * self.send;
            self.at += self.speed;
        }
    }
}
