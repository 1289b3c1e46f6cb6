//! The last fader: warmth, a limiter that looks ahead, and the fade at the end.
//!
//! What it does depends on the whole mix and is done to each stem alike, so that the stems add up to a song of which no
//! sample is louder than [`CEILING`].

use super::limit::{CEILING, CHUNK, Glide};
use super::{BLOCK, Bus, RATE_F, STEMS};
use crate::sim::compose::Score;

const CHUNKS: usize = BLOCK / CHUNK;

type Stems = [Bus; STEMS.len()];

/// What happens to the mix before it is a recording.
pub struct Master {
    held: Box<Stems>,
    /// The gain each chunk of `held` needs.
    needs: [f32; CHUNKS],
    glide: Glide,
    drive: f32,
    /// The part of each stem below 25 Hz, which is taken out.
    rumble: [[f32; 2]; STEMS.len()],
    clock: usize,
    fade_from: usize,
    end: usize,
}

impl Master {
    /// A fader for the recording of a score.
    pub fn new(score: &Score) -> Self {
        let length = super::samples(score);
        let fade = (3.2 * RATE_F).min(length as f64 * 0.25) as usize;
        Self {
            held: Box::new(std::array::from_fn(|_| Bus::silent())),
            needs: [1.0; CHUNKS],
            glide: Glide::new(),
            drive: (score.sound.drive * 1.6) as f32,
            rumble: [[0.0; 2]; STEMS.len()],
            clock: 0,
            fade_from: if score.fades {
                length - fade
            } else {
                usize::MAX
            },
            end: length,
        }
    }

    /// Takes the mix of a block and gives the finished block before it.
    pub fn finish(&mut self, mix: [&Bus; STEMS.len()], out: &mut Stems) {
        let mut next: Box<Stems> = Box::new(std::array::from_fn(|_| Bus::silent()));
        let mut peaks = [0.0_f32; CHUNKS];
        for index in 0..BLOCK {
            let left = self.warm(0, mix.map(|bus| bus.left[index]));
            let right = self.warm(1, mix.map(|bus| bus.right[index]));
            let loud = |stems: &[f32]| stems.iter().sum::<f32>().abs();
            let peak = &mut peaks[index / CHUNK];
            *peak = peak.max(loud(&left)).max(loud(&right));
            for (stem, bus) in next.iter_mut().enumerate() {
                bus.left[index] = left[stem];
                bus.right[index] = right[stem];
            }
        }
        let next_needs = peaks.map(|peak| if peak > CEILING { CEILING / peak } else { 1.0 });
        for chunk in 0..CHUNKS {
            let after = self.needs.get(chunk + 1).unwrap_or(&next_needs[0]);
            let gain = self.glide.over(self.needs[chunk], *after);
            for step in 0..CHUNK {
                let index = chunk * CHUNK + step;
                for (out, held) in out.iter_mut().zip(self.held.iter()) {
                    out.left[index] = held.left[index] * gain(step);
                    out.right[index] = held.right[index] * gain(step);
                }
            }
        }
        self.held = next;
        self.needs = next_needs;
        self.fade(out);
    }

    /// Takes the rumble out of one side of the stems and saturates them as their sum is saturated.
    fn warm(&mut self, side: usize, mut stems: [f32; STEMS.len()]) -> [f32; STEMS.len()] {
        for (sample, rumble) in stems.iter_mut().zip(&mut self.rumble) {
            rumble[side] += (*sample - rumble[side]) * 0.0036;
            *sample -= rumble[side];
        }
        let driven = stems.iter().sum::<f32>() * (1.0 + self.drive);
        // A cheap soft curve: straight for small sounds, bent for large ones.
        let bent = (1.0 + self.drive) / (1.0 + (driven * 0.42).powi(2)).sqrt();
        let share = (0.35 + 0.4 * self.drive).min(1.0);
        stems.map(|sample| sample * (1.0 + (bent - 1.0) * share))
    }

    fn fade(&mut self, out: &mut Stems) {
        // The block that comes out belongs to the time one block ago.
        let start = self.clock;
        self.clock += BLOCK;
        if start < BLOCK {
            return;
        }
        for index in 0..BLOCK {
            let at = start - BLOCK + index;
            if at >= self.fade_from {
                let left =
                    self.end.saturating_sub(at) as f32 / (self.end - self.fade_from).max(1) as f32;
                for bus in out.iter_mut() {
                    bus.left[index] *= left * left;
                    bus.right[index] *= left * left;
                }
            }
        }
    }
}
