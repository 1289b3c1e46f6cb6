//! Wave files: those that are handed out, 16 bits and stereo at 44.1 kHz, and those that are uploaded, of most kinds.
//!
//! A file that is read is never trusted to be as long as it says.

use axum::body::Bytes;

use super::synth::RATE;

/// The head of a file of so many stereo samples.
pub fn head(samples: usize) -> Vec<u8> {
    let length = (samples * 4) as u32;
    let mut head = Vec::with_capacity(44);
    head.extend(b"RIFF");
    head.extend((length + 36).to_le_bytes());
    head.extend(b"WAVEfmt ");
    head.extend(16_u32.to_le_bytes());
    for half in [1_u16, 2] {
        head.extend(half.to_le_bytes());
    }
    head.extend(RATE.to_le_bytes());
    head.extend((RATE * 4).to_le_bytes());
    for half in [4_u16, 16] {
        head.extend(half.to_le_bytes());
    }
    head.extend(b"data");
    head.extend(length.to_le_bytes());
    head
}

/// How a sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
}

impl Form {
    fn of(tag: u16, bits: u16) -> Option<Self> {
        match (tag, bits) {
            (1, 8) => Some(Self::Unsigned8),
            (1, 16) => Some(Self::Signed16),
            (1, 24) => Some(Self::Signed24),
            (1, 32) => Some(Self::Signed32),
            (3, 32) => Some(Self::Float32),
            (3, 64) => Some(Self::Float64),
            _ => None,
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    fn read(self, bytes: &[u8]) -> Option<f32> {
        let value = match (self, bytes) {
            (Self::Unsigned8, [a]) => (f32::from(*a) - 128.0) / 128.0,
            (Self::Signed16, [a, b]) => f32::from(i16::from_le_bytes([*a, *b])) / 32_768.0,
            (Self::Signed24, [a, b, c]) => {
                i32::from_le_bytes([0, *a, *b, *c]) as f32 / 2_147_483_648.0
            }
            (Self::Signed32, [a, b, c, d]) => {
                i32::from_le_bytes([*a, *b, *c, *d]) as f32 / 2_147_483_648.0
            }
            (Self::Float32, [a, b, c, d]) => f32::from_le_bytes([*a, *b, *c, *d]),
            (Self::Float64, bytes) => f64::from_le_bytes(bytes.try_into().ok()?) as f32,
            _ => return None,
        };
        // A float may be anything.
        value.is_finite().then_some(value.clamp(-1.0, 1.0))
    }
}

/// A wave file that was uploaded, heard at 44.1 kHz in stereo.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The samples alone.
    data: Bytes,
    form: Form,
    channels: usize,
    rate: u32,
    samples: usize,
}

impl Recorded {
    /// Reads a file; None if it is no wave file of a kind that can be played.
    pub fn read(file: &Bytes) -> Option<Self> {
        if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"WAVE" {
            return None;
        }
        let mut at = 12;
        let mut format = None;
        loop {
            let name = file.get(at..at + 4)?;
            let length = u32::from_le_bytes(file.get(at + 4..at + 8)?.try_into().ok()?) as usize;
            let start = at + 8;
            let end = start.saturating_add(length).min(file.len());
            match name {
                b"fmt " => format = Some(Format::read(file.get(start..end)?)?),
                b"data" => return format?.over(file.slice(start..end)),
                _ => {}
            }
            at = start.checked_add(length.checked_next_multiple_of(2)?)?;
        }
    }

    /// Length in samples of 44.1 kHz.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Left and right at a sample of 44.1 kHz; between the file's own samples on a straight line.
    pub fn at(&self, sample: usize) -> [f32; 2] {
        if self.rate == RATE {
            return self.own(sample);
        }
        let place = sample as f64 * f64::from(self.rate) / f64::from(RATE);
        let (index, between) = (place as usize, place.fract() as f32);
        let (one, next) = (self.own(index), self.own(index + 1));
        [0, 1].map(|side: usize| one[side] + (next[side] - one[side]) * between)
    }

    /// Left and right at a sample of the file.
    fn own(&self, sample: usize) -> [f32; 2] {
        let size = self.form.bytes();
        let frame = sample * self.channels * size;
        [0, 1].map(|side: usize| {
            let at = frame + side.min(self.channels - 1) * size;
            let bytes = self.data.get(at..at + size);
            bytes.and_then(|bytes| self.form.read(bytes)).unwrap_or(0.0)
        })
    }
}

/// What a file says about its samples.
#[derive(Clone, Copy)]
struct Format {
    form: Form,
    channels: usize,
    rate: u32,
}

impl Format {
    fn read(chunk: &[u8]) -> Option<Self> {
        let half = |at: usize| Some(u16::from_le_bytes(chunk.get(at..at + 2)?.try_into().ok()?));
        // The extensible form keeps the real tag at the beginning of an identifier.
        let tag = match half(0)? {
            0xfffe => half(24)?,
            tag => tag,
        };
        let rate = u32::from_le_bytes(chunk.get(4..8)?.try_into().ok()?);
        Some(Self {
            form: Form::of(tag, half(14)?)?,
            channels: usize::from(half(2)?),
            rate,
        })
        .filter(|format| (1..=32).contains(&format.channels))
        .filter(|format| (4_000..=384_000).contains(&format.rate))
    }

    fn over(self, data: Bytes) -> Option<Recorded> {
        let frames = data.len() / (self.channels * self.form.bytes());
        let samples = (frames as u64 * u64::from(RATE) / u64::from(self.rate)) as usize;
        (samples > 0).then_some(Recorded {
            data,
            form: self.form,
            channels: self.channels,
            rate: self.rate,
            samples,
        })
    }
}
