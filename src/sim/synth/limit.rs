//! A limiter that looks ahead: gains that change slowly and are low enough before a loud moment comes.
//!
//! No gain it gives is above what the chunk it is for needs.

use super::{Frame, sum};

/// A little under −1 dBFS, so that an encoder's own overshoot stays below it too.
pub const CEILING: f32 = 0.84;
/// Samples over which is decided at once.
pub const CHUNK: usize = 64;

/// The gain as it moves from chunk to chunk.
pub struct Glide(f32);

impl Glide {
    /// Nothing is turned down at first.
    pub fn new() -> Self {
        Self(1.0)
    }

    /// Where the gain is at each sample of a chunk that needs `this`, before one that needs `next`.
    pub fn over(&mut self, this: f32, next: f32) -> impl Fn(usize) -> f32 + use<> {
        // Never above what this chunk or the next one needs; back up slowly.
        let goal = this.min(next).min(self.0 + 0.006);
        let from = self.0;
        self.0 = goal;
        move |step| from + (goal - from) * (step as f32 / CHUNK as f32)
    }
}

/// Turns the stems that `is_guest` down where they would make the whole louder than [`CEILING`]; the others stay as they
/// are, bit for bit.
pub fn limited(
    frames: impl Iterator<Item = Frame>,
    is_guest: impl Fn(usize) -> bool,
) -> impl Iterator<Item = Frame> {
    let mut frames = frames.fuse();
    let mut glide = Glide::new();
    let mut read = move || frames.by_ref().take(CHUNK).collect::<Vec<Frame>>();
    let mut this = read();
    std::iter::from_fn(move || {
        if this.is_empty() {
            return None;
        }
        let next = read();
        let gain = glide.over(need(&this, &is_guest), need(&next, &is_guest));
        let mut out = std::mem::replace(&mut this, next);
        for (step, frame) in out.iter_mut().enumerate() {
            for (stem, sides) in frame.iter_mut().enumerate() {
                if is_guest(stem) {
                    *sides = sides.map(|side| side * gain(step));
                }
            }
        }
        Some(out)
    })
    .flatten()
}

/// The most the guests may be multiplied with, 0–1.
fn need(frames: &[Frame], is_guest: impl Fn(usize) -> bool) -> f32 {
    frames.iter().fold(1.0, |least: f32, frame| {
        let whole = sum(frame);
        let mut hosts = *frame;
        for (stem, sides) in hosts.iter_mut().enumerate() {
            if is_guest(stem) {
                *sides = [0.0; 2];
            }
        }
        let hosts = sum(&hosts);
        let fits = [0, 1].map(|side: usize| {
            let guests = whole[side] - hosts[side];
            if whole[side].abs() <= CEILING {
                1.0
            } else {
                let room = CEILING - hosts[side] * guests.signum();
                (room / guests.abs().max(1e-9)).clamp(0.0, 1.0)
            }
        });
        least.min(fits[0]).min(fits[1])
    })
}
