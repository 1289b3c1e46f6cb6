//! Loaded dice: the same seed always throws the same numbers, so the same order makes the same song.
//!
//! Everything random in the simulator comes from here; nothing else may draw numbers.

/// A small deterministic generator (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that throw the sequence belonging to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice for one purpose of one song: `seed` spread by the purpose's name.
    pub fn named(seed: u64, purpose: &str) -> Self {
        Self(seed ^ hash(purpose))
    }

    /// The next 64 random bits.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number between `low` and `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let index = self.throw() % choices.len().max(1) as u64;
        &choices[index as usize]
    }

    /// A random (version 4) UUID in its usual spelling.
    pub fn uuid(&mut self) -> String {
        let high = (self.throw() & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (self.throw() & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

/// A well spread 64-bit hash of a text.
pub fn hash(text: &str) -> u64 {
    hash_of(text.as_bytes())
}

/// The same of any bytes.
pub fn hash_of(bytes: &[u8]) -> u64 {
    let folded = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mix(folded)
}

fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
