//! Single turns of a wave, one for each instrument and pitch, without a partial above what 44.1 kHz can carry.

use std::collections::HashMap;
use std::f64::consts::TAU;
use std::sync::Arc;

use super::RATE_F;
use crate::sim::compose::{Sound, Style, Vowel};
use crate::sim::dice::Dice;

/// Samples in a table; one more repeats the first.
pub const SIZE: usize = 1_024;

/// One turn of a wave, with its first sample again at the end.
pub type Table = Arc<[f32]>;

/// The colours of tone there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// A sung vowel.
    Sung(Vowel),
    /// A soft ensemble of strings.
    Strings,
    /// The attack of a plucked or struck string.
    Struck,
    /// The rest of it.
    Ringing,
    /// A driven guitar.
    Driven,
    /// An electric piano's tine.
    Tine,
    /// Bass: attack.
    Growl,
    /// Bass: the rest.
    Round,
    /// A glass bell.
    Glass,
}

/// Makes tables and keeps them for the song.
pub struct Tables {
    sine: Vec<f64>,
    made: HashMap<(Tone, i32), Table>,
    brightness: f64,
    throat: f64,
    seed: u64,
    style: Style,
}

impl Tables {
    /// Tables coloured for this song.
    pub fn new(sound: &Sound) -> Self {
        Self {
            sine: (0..SIZE)
                .map(|at| (TAU * at as f64 / SIZE as f64).sin())
                .collect(),
            made: HashMap::new(),
            brightness: sound.brightness,
            throat: sound.throat,
            seed: sound.seed,
            style: sound.style,
        }
    }

    /// The table of a tone at a MIDI pitch.
    pub fn get(&mut self, tone: Tone, pitch: f64) -> Table {
        let key = (tone, pitch.round() as i32);
        if let Some(table) = self.made.get(&key) {
            return Arc::clone(table);
        }
        let table = self.make(tone, hertz(pitch));
        self.made.insert(key, Arc::clone(&table));
        table
    }

    fn make(&self, tone: Tone, base: f64) -> Table {
        let ceiling = 4_000.0 + 11_000.0 * self.brightness;
        let count = ((ceiling / base) as usize).clamp(1, 64);
        let mut dice = Dice::named(self.seed, "phases");
        let mut wave = vec![0.0_f64; SIZE];
        for harmonic in 1..=count {
            let level =
                self.level(tone, harmonic as f64, base) * rolloff(harmonic as f64 * base, ceiling);
            let phase = match tone {
                Tone::Strings | Tone::Sung(_) => (dice.throw() % SIZE as u64) as usize,
                _ => 0,
            };
            if level > 1e-4 {
                for (at, sample) in wave.iter_mut().enumerate() {
                    *sample += level * self.sine[(harmonic * at + phase) % SIZE];
                }
            }
        }
        let power = wave.iter().map(|sample| sample * sample).sum::<f64>() / SIZE as f64;
        let gain = 0.5 / power.sqrt().max(1e-6);
        wave.push(wave[0]);
        wave.into_iter()
            .map(|sample| (sample * gain) as f32)
            .collect()
    }

    /// How strong the `h`-th harmonic of `base` Hz is.
    fn level(&self, tone: Tone, h: f64, base: f64) -> f64 {
        match tone {
            Tone::Sung(vowel) => self.sung(vowel, h, base),
            Tone::Strings => h.powf(-1.55),
            Tone::Struck => h.powf(-0.95) * (0.35 + (h * 0.62).sin().abs()),
            Tone::Ringing => h.powf(-2.1),
            Tone::Driven => h.powf(-0.85) * if h % 2.0 > 0.5 { 1.0 } else { 0.75 },
            Tone::Tine => [1.0, 0.32, 0.10, 0.05, 0.03, 0.02, 0.05]
                .get(h as usize - 1)
                .copied()
                .unwrap_or(0.0),
            Tone::Growl => h.powf(if self.style == Style::Rock {
                -0.9
            } else {
                -1.25
            }),
            Tone::Round => h.powf(-2.2),
            Tone::Glass => [1.0, 0.05, 0.28, 0.16, 0.0, 0.04, 0.12]
                .get(h as usize - 1)
                .copied()
                .unwrap_or(0.0),
        }
    }

    fn sung(&self, vowel: Vowel, h: f64, base: f64) -> f64 {
        let formants = match vowel {
            Vowel::A => [(780.0, 1.0), (1_180.0, 0.65), (2_850.0, 0.22)],
            Vowel::E => [(480.0, 1.0), (1_820.0, 0.42), (2_600.0, 0.26)],
            Vowel::I => [(330.0, 1.0), (2_150.0, 0.28), (2_950.0, 0.24)],
            Vowel::O => [(480.0, 1.0), (860.0, 0.60), (2_750.0, 0.12)],
            Vowel::U => [(350.0, 1.0), (740.0, 0.40), (2_500.0, 0.07)],
        };
        let frequency = h * base;
        let throat: f64 = formants
            .iter()
            .map(|(centre, gain)| {
                let centre = centre * self.throat;
                let width = 70.0 + centre * 0.09;
                gain / (1.0 + ((frequency - centre) / width).powi(2))
            })
            .sum();
        h.powf(-0.75) * (throat + 0.05)
    }
}

/// Takes the edge off the highest partials.
fn rolloff(frequency: f64, ceiling: f64) -> f64 {
    1.0 / (1.0 + (frequency / (ceiling * 0.6)).powi(2))
}

/// The frequency of a MIDI pitch.
pub fn hertz(pitch: f64) -> f64 {
    440.0 * ((pitch - 69.0) / 12.0).exp2()
}

/// Steps through a table for each sample of sound at `frequency`.
pub fn step(frequency: f64) -> f32 {
    (frequency * SIZE as f64 / RATE_F) as f32
}
