//! Brings a song to another sample rate, where it sounds together with songs of that rate or right behind one.
//!
//! A windowed sinc, 32 zero crossings wide at the lower of the two rates: what it leaves of what cannot be kept is below
//! -80 dB.
//!
//! Invariant: frame `n` of what comes out is the moment `n / to` of what went in: nothing is delayed, nothing is lost.

use super::ring::Frame;

/// Zero crossings on each side.
const WIDTH: usize = 32;
/// How finely the window is tabulated between two zero crossings.
const STEPS: usize = 512;

/// A stream from one rate to another.
pub(super) struct Resampler {
    from: u64,
    to: u64,
    /// The sinc under its window, from its middle outwards.
    table: Vec<f32>,
    /// How far the zero crossings are apart, in frames that go in.
    spread: f64,
    /// The frames that are still needed, and the number of the first.
    kept: Vec<Frame>,
    first: i64,
    /// Frames that came in and went out.
    taken: i64,
    given: u64,
}

impl Resampler {
    /// From a rate to another.
    pub(super) fn new(from: u32, to: u32) -> Resampler {
        let spread = (f64::from(from) / f64::from(to)).max(1.0) * 1.04; // the window needs some room below the limit
        let table = (0..=WIDTH * STEPS).map(|n| {
            let x = n as f64 / STEPS as f64;
            let sinc = if n == 0 {
                1.0
            } else {
                (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x)
            };
            (sinc * window(x / WIDTH as f64) / spread) as f32
        });
        Resampler {
            from: u64::from(from),
            to: u64::from(to),
            table: table.collect(),
            spread,
            kept: Vec::new(),
            first: 0,
            taken: 0,
            given: 0,
        }
    }

    /// Takes the next frames and adds what can be told by now.
    pub(super) fn push(&mut self, frames: &[Frame], out: &mut Vec<Frame>) {
        self.kept.extend_from_slice(frames);
        self.taken += frames.len() as i64;
        let reach = self.reach();
        while self.centre() + reach < self.taken as f64 {
            out.push(self.next());
        }
        let needed = (self.centre() - reach).floor() as i64 - 1;
        let gone = (needed - self.first).clamp(0, self.kept.len() as i64);
        self.kept.drain(..gone as usize);
        self.first += gone;
    }

    /// Adds what is left: nothing comes behind.
    pub(super) fn finish(&mut self, out: &mut Vec<Frame>) {
        while self.centre() < self.taken as f64 {
            out.push(self.next());
        }
    }

    /// How many frames there will be of those that came in.
    pub(super) fn length(&self) -> u64 {
        (self.taken.unsigned_abs() * self.to).div_ceil(self.from)
    }

    fn reach(&self) -> f64 {
        self.spread * WIDTH as f64
    }

    /// Where among the frames that go in the next that comes out lies.
    fn centre(&self) -> f64 {
        // Whole frames apart from the rest: exact after hours too.
        let at = self.given * self.from;
        (at / self.to) as f64 + (at % self.to) as f64 / self.to as f64
    }

    fn next(&mut self) -> Frame {
        let centre = self.centre();
        self.given += 1;
        let reach = self.reach();
        let begin = ((centre - reach).ceil() as i64).max(self.first);
        let skip = (begin - self.first).max(0) as usize;
        let (mut left, mut right) = (0.0, 0.0);
        for (n, [l, r]) in self.kept.iter().skip(skip).enumerate() {
            let away = ((begin + n as i64) as f64 - centre) / self.spread;
            if away >= WIDTH as f64 {
                break;
            }
            let place = away.abs() * STEPS as f64;
            let (low, part) = (place as usize, place.fract() as f32);
            let a = self.table.get(low).copied().unwrap_or(0.0);
            let b = self.table.get(low + 1).copied().unwrap_or(0.0);
            let weight = a + (b - a) * part;
            left += l * weight;
            right += r * weight;
        }
        [left, right]
    }
}

/// A Blackman-Harris window; 1 in the middle, 0 at 1.
fn window(x: f64) -> f64 {
    let turn = std::f64::consts::PI * (x.min(1.0) + 1.0);
    0.35875 - 0.48829 * turn.cos() + 0.14128 * (2.0 * turn).cos() - 0.01168 * (3.0 * turn).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, pitch: f64, frames: usize) -> Vec<Frame> {
        let step = std::f64::consts::TAU * pitch / f64::from(rate);
        (0..frames)
            .map(|n| [(step * n as f64).sin() as f32, 0.25])
            .collect()
    }

    fn resampled(from: u32, to: u32, frames: &[Frame]) -> Vec<Frame> {
        let mut resampler = Resampler::new(from, to);
        let mut out = Vec::new();
        for part in frames.chunks(777) {
            resampler.push(part, &mut out);
        }
        resampler.finish(&mut out);
        assert_eq!(out.len() as u64, resampler.length());
        out
    }

    #[test]
    fn a_tone_stays_the_same_tone_at_the_same_moments() {
        for (from, to) in [
            (44_100, 48_000),
            (48_000, 44_100),
            (8_000, 44_100),
            (96_000, 44_100),
        ] {
            let frames = from as usize / 2;
            let out = resampled(from, to, &tone(from, 1_000.0, frames));
            let wanted = tone(to, 1_000.0, out.len());
            let away = out.iter().zip(&wanted).skip(2_000).take(out.len() - 4_000);
            let worst = away.fold(0.0f32, |worst, ([l, r], [wl, wr])| {
                worst.max((l - wl).abs()).max((r - wr).abs())
            });
            assert!(worst < 2e-3, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_left_out() {
        let out = resampled(96_000, 44_100, &tone(96_000, 30_000.0, 48_000));
        let loudest = out.iter().skip(2_000).take(15_000);
        let loudest = loudest.fold(0.0f32, |loudest, [l, _]| loudest.max(l.abs()));
        assert!(loudest < 1e-3, "{loudest}");
    }
}
