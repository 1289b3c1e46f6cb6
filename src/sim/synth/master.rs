//! The last fader: warmth, a limiter that looks ahead, and the fade at the end.
//!
//! No sample that leaves here is louder than [`CEILING`].

use super::{BLOCK, Bus, RATE_F};
use crate::sim::compose::Sound;

/// A little under −1 dBFS, so that the encoder's own overshoot stays below it too.
const CEILING: f32 = 0.84;
/// Samples over which the limiter decides at once.
const CHUNK: usize = 64;
const CHUNKS: usize = BLOCK / CHUNK;

/// What happens to the mix before it is a recording.
pub struct Master {
    held: Bus,
    /// The gain each chunk of `held` needs.
    needs: [f32; CHUNKS],
    gain: f32,
    drive: f32,
    push: f32,
    /// The part of the signal below 25 Hz, which is taken out.
    rumble: [f32; 2],
    clock: usize,
    fade_from: usize,
    end: usize,
}

impl Master {
    /// A fader for a recording of `length` samples.
    pub fn new(sound: &Sound, length: usize) -> Self {
        let fade = (3.2 * RATE_F).min(length as f64 * 0.25) as usize;
        Self {
            held: Bus::silent(),
            needs: [1.0; CHUNKS],
            gain: 1.0,
            drive: (sound.drive * 1.6) as f32,
            push: 1.0,
            rumble: [0.0; 2],
            clock: 0,
            fade_from: length - fade,
            end: length,
        }
    }

    /// Takes the mix of a block and gives the finished block before it.
    pub fn finish(&mut self, mix: &Bus, out: &mut Bus) {
        let mut next = Bus::silent();
        for index in 0..BLOCK {
            next.left[index] = self.warm(mix.left[index], 0);
            next.right[index] = self.warm(mix.right[index], 1);
        }
        let next_needs: [f32; CHUNKS] = std::array::from_fn(|chunk| {
            let range = chunk * CHUNK..(chunk + 1) * CHUNK;
            let loud = |side: &[f32]| {
                side[range.clone()]
                    .iter()
                    .fold(0.0_f32, |most, sample| most.max(sample.abs()))
            };
            let peak = loud(&next.left).max(loud(&next.right));
            if peak > CEILING { CEILING / peak } else { 1.0 }
        });
        for chunk in 0..CHUNKS {
            let after = if chunk + 1 < CHUNKS {
                self.needs[chunk + 1]
            } else {
                next_needs[0]
            };
            // Never above what this chunk or the next one needs; back up slowly.
            let goal = self.needs[chunk].min(after).min(self.gain + 0.006);
            for step in 0..CHUNK {
                let index = chunk * CHUNK + step;
                let along = step as f32 / CHUNK as f32;
                let gain = self.gain + (goal - self.gain) * along;
                out.left[index] = self.held.left[index] * gain;
                out.right[index] = self.held.right[index] * gain;
            }
            self.gain = goal;
        }
        self.held = next;
        self.needs = next_needs;
        self.fade(out);
    }

    /// Saturates softly and takes the rumble out.
    fn warm(&mut self, sample: f32, side: usize) -> f32 {
        self.rumble[side] += (sample - self.rumble[side]) * 0.0036;
        let clean = (sample - self.rumble[side]) * self.push;
        let driven = clean * (1.0 + self.drive);
        // A cheap soft curve: straight for small sounds, bent for large ones.
        let bent = driven / (1.0 + (driven * 0.42).powi(2)).sqrt();
        clean + (bent - clean) * (0.35 + 0.4 * self.drive).min(1.0)
    }

    fn fade(&mut self, out: &mut Bus) {
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
                out.left[index] *= left * left;
                out.right[index] *= left * left;
            }
        }
    }
}
