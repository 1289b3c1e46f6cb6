//! How loud each band is of what is heard.
//!
//! Invariant: it looks at what the ear hears now: around the frame that is heard, not the one handed over last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::source::Desk;

/// How many bands are told.
pub(super) const BANDS: usize = 64;
/// How much sound is looked at.
const WINDOW: usize = 2048;
/// The lowest and the highest of the bands, in Hz.
const LOWEST: f32 = 40.0;
const HIGHEST: f32 = 16_000.0;
/// What is shown as 0 and as 255, in dB below full scale.
const SILENT: f32 = -72.0;
const LOUD: f32 = -12.0;
/// Music falls by about so much an octave: it is levelled out, or the right half would stay empty.
const TILT: f32 = 3.0;
/// How long a band takes to fall by half, in seconds.
const FALL: f32 = 0.08;

/// The spectrum, and who wants it how often.
pub(super) struct Spectrum {
    every: Option<Duration>,
    due: Instant,
    looked: Instant,
    shown: bool,
    fft: Option<Fft>,
    levels: [f32; BANDS],
}

struct Fft {
    plan: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Fft {
    fn new() -> Fft {
        let plan = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let turn = std::f32::consts::TAU / WINDOW as f32;
        Fft {
            window: (0..WINDOW)
                .map(|n| 0.5 - 0.5 * (turn * n as f32).cos())
                .collect(),
            input: plan.make_input_vec(),
            output: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    /// The power in each bin of what `input` holds; a full-scale sine is 1 in its bin.
    fn powers(&mut self) -> impl Fn(usize) -> f32 + '_ {
        for (sample, weight) in self.input.iter_mut().zip(&self.window) {
            *sample = if sample.is_finite() {
                *sample * weight
            } else {
                0.0
            };
        }
        let done =
            self.plan
                .process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        let scale = if done.is_ok() {
            4.0 / WINDOW as f32
        } else {
            0.0
        };
        let bins = &self.output;
        move |bin| {
            bins.get(bin)
                .map_or(0.0, |bin| bin.norm_sqr() * scale * scale)
        }
    }
}

impl Spectrum {
    pub(super) fn new() -> Spectrum {
        let now = Instant::now();
        Spectrum {
            every: None,
            due: now,
            looked: now,
            shown: false,
            fft: None,
            levels: [0.0; BANDS],
        }
    }

    /// How often it is wanted; 0 is never.
    pub(super) fn set_rate(&mut self, rate: u8) {
        self.every = (rate > 0).then(|| Duration::from_secs(1) / u32::from(rate));
        if rate == 0 {
            self.fft = None;
        }
    }

    /// When it is to be told next.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        self.every
            .map(|_| self.due.saturating_duration_since(Instant::now()))
    }

    /// Nothing is heard any more. True when that is to be told.
    pub(super) fn clear(&mut self) -> bool {
        self.levels = [0.0; BANDS];
        std::mem::take(&mut self.shown)
    }

    /// The bands of what is heard now, when it is time.
    pub(super) fn look(&mut self, desk: &Desk, heard: u64) -> Option<Vec<u8>> {
        let every = self.every?;
        let now = Instant::now();
        if now < self.due {
            return None;
        }
        self.due = (self.due + every).max(now + every / 2);
        let passed = now.duration_since(self.looked).as_secs_f32();
        self.looked = now;
        let fft = self.fft.get_or_insert_with(Fft::new);
        let half = WINDOW as u64 / 2;
        let from = heard
            .saturating_sub(half)
            .min(desk.handed().saturating_sub(2 * half));
        fft.input.fill(0.0);
        if desk.is_audible() {
            desk.tap.read(from, &mut fft.input);
        }
        let power = fft.powers();
        let falls = 0.5f32.powf(passed / FALL);
        for (number, level) in self.levels.iter_mut().enumerate() {
            let found = band(number, desk.spec.rate, &power);
            *level = found.max(*level * falls);
        }
        self.shown = true;
        let told = self
            .levels
            .iter()
            .map(|level| (level * 255.0).round() as u8);
        Some(told.collect())
    }
}

/// How high a band of that number begins.
fn edge(number: usize) -> f32 {
    LOWEST * (HIGHEST / LOWEST).powf(number as f32 / BANDS as f32)
}

/// How loud a band is, 0 to 1.
fn band(number: usize, rate: u32, power: impl Fn(usize) -> f32) -> f32 {
    let bins = WINDOW as f32 / rate as f32;
    let (from, to) = (edge(number) * bins, edge(number + 1) * bins);
    if edge(number) > rate as f32 / 2.0 {
        return 0.0;
    }
    let loudest = if to.floor() > from.ceil() {
        let whole = from.ceil() as usize..to.ceil() as usize;
        whole.map(&power).fold(0.0, f32::max)
    } else {
        // Lower down a band is narrower than a bin: between two bins it is between their levels.
        let middle = f32::midpoint(from, to);
        let (low, part) = (middle.floor(), middle.fract());
        power(low as usize) * (1.0 - part) + power(low as usize + 1) * part
    };
    let octaves = (edge(number) / 1_000.0).log2();
    let level = 10.0 * loudest.max(1e-12).log10() + TILT * octaves;
    ((level - SILENT) / (LOUD - SILENT)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_loudest_in_its_band() {
        let rate = 44_100;
        for wanted in [12usize, 25, 40, 55] {
            let pitch = (edge(wanted) * edge(wanted + 1)).sqrt();
            let mut fft = Fft::new();
            let step = std::f32::consts::TAU * pitch / rate as f32;
            for (n, sample) in fft.input.iter_mut().enumerate() {
                *sample = 0.05 * (step * n as f32).sin();
            }
            let power = fft.powers();
            let levels: Vec<f32> = (0..BANDS).map(|n| band(n, rate, &power)).collect();
            let loudest = (0..BANDS).max_by(|a, b| levels[*a].total_cmp(&levels[*b]));
            let away = loudest.expect("bands").abs_diff(wanted);
            assert!(away <= 1, "{wanted}: {levels:?}");
            assert!(levels[wanted] > 0.5 && levels[(wanted + 32) % BANDS] < 0.2);
        }
    }

    #[test]
    fn silence_has_no_bands() {
        let mut fft = Fft::new();
        let power = fft.powers();
        assert!((0..BANDS).all(|n| band(n, 48_000, &power) <= 0.0));
    }
}
