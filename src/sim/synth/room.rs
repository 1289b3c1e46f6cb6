//! The room a song is played in: an echo that answers from the other side, and a reverberation.

use super::{BLOCK, Bus, RATE_F};

/// A delay line with feedback and a damped return.
struct Comb {
    line: Vec<f32>,
    at: usize,
    kept: f32,
}

impl Comb {
    fn new(length: usize) -> Self {
        Self {
            line: vec![0.0; length.max(1)],
            at: 0,
            kept: 0.0,
        }
    }

    fn step(&mut self) {
        self.at += 1;
        if self.at == self.line.len() {
            self.at = 0;
        }
    }

    fn next(&mut self, input: f32, feedback: f32, damping: f32) -> f32 {
        let out = self.line[self.at];
        self.kept = out + (self.kept - out) * damping;
        self.line[self.at] = input + self.kept * feedback;
        self.step();
        out
    }
}

struct AllPass(Comb);

impl AllPass {
    fn next(&mut self, input: f32) -> f32 {
        let delayed = self.0.line[self.0.at];
        let out = delayed - input;
        self.0.line[self.0.at] = input + delayed * 0.5;
        self.0.step();
        out
    }
}

/// A reverberation after Schroeder and Moorer.
pub struct Room {
    combs: [Vec<Comb>; 2],
    passes: [Vec<AllPass>; 2],
    level: f32,
    feedback: f32,
}

impl Room {
    /// A room of `size` 0–1.
    pub fn new(size: f64) -> Self {
        let combs = |shift: usize| {
            [1_116, 1_277, 1_422, 1_617]
                .iter()
                .map(|length| Comb::new(length + shift))
                .collect()
        };
        let passes = |shift: usize| {
            [556, 341]
                .iter()
                .map(|length| AllPass(Comb::new(length + shift)))
                .collect()
        };
        Self {
            combs: [combs(0), combs(23)],
            passes: [passes(0), passes(23)],
            level: (0.05 + 0.16 * size) as f32,
            feedback: (0.70 + 0.24 * size) as f32,
        }
    }

    /// Adds the room's answer to `wet` to the dry bus.
    pub fn add(&mut self, dry: &mut Bus, wet: &Bus) {
        for index in 0..BLOCK {
            let input = (wet.left[index] + wet.right[index]) * 0.5;
            let [left, right] = [0, 1].map(|side: usize| {
                let sum: f32 = self.combs[side]
                    .iter_mut()
                    .map(|comb| comb.next(input, self.feedback, 0.32))
                    .sum();
                self.passes[side]
                    .iter_mut()
                    .fold(sum, |sound, pass| pass.next(sound))
                    * self.level
            });
            dry.left[index] += left * 2.2;
            dry.right[index] += right * 2.2;
        }
    }
}

/// An echo that goes from side to side.
pub struct Echo {
    left: Comb,
    right: Comb,
}

impl Echo {
    /// An echo that answers after `seconds`.
    pub fn new(seconds: f64) -> Self {
        let length = (seconds.clamp(0.05, 1.2) * RATE_F) as usize;
        Self {
            left: Comb::new(length),
            right: Comb::new(length),
        }
    }

    /// Adds the echo of `wet` to the dry bus, and to `wet` for the room to answer.
    pub fn add(&mut self, dry: &mut Bus, wet: &mut Bus) {
        for index in 0..BLOCK {
            let input = (wet.left[index] + wet.right[index]) * 0.5;
            let from_right = self.right.line[self.right.at];
            let left = self.left.next(input + from_right * 0.32, 0.0, 0.25);
            let right = self.right.next(left * 0.9, 0.0, 0.25);
            dry.left[index] += left * 0.42;
            dry.right[index] += right * 0.42;
            wet.left[index] += left * 0.2;
            wet.right[index] += right * 0.2;
        }
    }
}
