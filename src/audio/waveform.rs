//! The shape of a song: how loud it gets in each slice of its time, and how loud that slice is altogether.
//!
//! Invariant: memory does not grow with the song; its length need not be known beforehand.

use crate::domain::Waveform;

/// Twice as many as a waveform has slices, at least, once a song is longer than this many frames.
const MOST_BINS: usize = 16 * Waveform::SLICES;
/// So many samples are looked at side by side.
const LANES: usize = 16;

/// Collects the peaks and the energy of a song while it is decoded.
///
/// They are kept in bins of equal length. When the bins are full, neighbours are merged and each takes twice the time.
#[derive(Debug)]
pub(super) struct Peaks {
    bins: Vec<Bin>,
    frames_per_bin: u64,
    frames: u64,
    /// Samples in a frame.
    channels: usize,
}

/// The loudest sample, and the sum of the squares of all.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    peak: f32,
    squares: f32,
}

impl Bin {
    fn with(self, other: Bin) -> Bin {
        Bin {
            peak: self.peak.max(other.peak),
            squares: self.squares + other.squares,
        }
    }

    /// What so many samples amount to. Lanes let the compiler look at many of them at once.
    fn of(samples: &[f32]) -> Bin {
        let (mut peaks, mut squares) = ([0.0f32; LANES], [0.0f32; LANES]);
        let (chunks, rest) = samples.as_chunks::<LANES>();
        for chunk in chunks {
            for ((peak, square), sample) in peaks.iter_mut().zip(&mut squares).zip(chunk) {
                let size = sample.abs();
                *peak = if size > *peak { size } else { *peak };
                *square += sample * sample;
            }
        }
        let rest = rest.iter().fold(Bin::default(), |bin, s| {
            let peak = if s.abs() > bin.peak {
                s.abs()
            } else {
                bin.peak
            };
            Bin {
                peak,
                squares: bin.squares + s * s,
            }
        });
        let lanes = peaks.iter().zip(&squares);
        let all = lanes.fold(rest, |bin, (peak, squares)| {
            bin.with(Bin {
                peak: *peak,
                squares: *squares,
            })
        });
        // A damaged file can decode to anything.
        let loudest = all.squares.min(samples.len() as f32);
        Bin {
            peak: all.peak.min(1.0),
            squares: if loudest.is_finite() { loudest } else { 0.0 },
        }
    }
}

impl Peaks {
    pub(super) fn new() -> Self {
        Peaks {
            bins: Vec::with_capacity(MOST_BINS),
            frames_per_bin: 1,
            frames: 0,
            channels: 1,
        }
    }

    /// Takes the next samples, of `channels` interleaved channels.
    pub(super) fn add(&mut self, samples: &[f32], channels: usize) {
        let channels = channels.max(1);
        self.channels = channels;
        let mut rest = samples;
        while !rest.is_empty() {
            let filled = self.frames % self.frames_per_bin;
            if filled == 0 {
                self.begin_bin();
            }
            let room = (self.frames_per_bin - self.frames % self.frames_per_bin) as usize;
            let take = rest.len().min(room.saturating_mul(channels));
            let (these, others) = rest.split_at(take);
            rest = others;
            self.frames += these.len().div_ceil(channels) as u64;
            if let Some(bin) = self.bins.last_mut() {
                *bin = bin.with(Bin::of(these));
            }
        }
    }

    fn begin_bin(&mut self) {
        if self.bins.len() == MOST_BINS {
            let pairs = self.bins.chunks(2);
            let pairs = pairs.map(|pair| pair.iter().copied().fold(Bin::default(), Bin::with));
            self.bins = pairs.collect();
            self.bins.reserve_exact(MOST_BINS - self.bins.len());
            self.frames_per_bin *= 2;
        }
        self.bins.push(Bin::default());
    }

    /// How many frames came.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// The shape of a song of so many frames, or of those that came: [`Waveform::SLICES`] slices of equal time, scaled so
    /// that the loudest is 255. Slices that are yet to come are 0. Empty without a frame.
    pub(super) fn waveform(&self, frames: Option<u64>) -> Waveform {
        if self.bins.is_empty() {
            return Waveform::default();
        }
        let loudest = self
            .bins
            .iter()
            .fold(0.0f32, |most, bin| most.max(bin.peak));
        let scale = if loudest > 0.0 { 255.0 / loudest } else { 0.0 };
        // The last bin may be begun only: slices are shares of frames, not of bins.
        let bins = frames.unwrap_or(0).max(self.frames) as f64 / self.frames_per_bin as f64;
        let in_bin = self.frames_per_bin as f32 * self.channels as f32;
        let in_last = (self.frames - (self.bins.len() as u64 - 1) * self.frames_per_bin) as f32
            * self.channels as f32;
        let slice = |slice: usize| {
            let share = |slice: usize| bins * slice as f64 / Waveform::SLICES as f64;
            let from = share(slice) as usize;
            if from >= self.bins.len() && frames.is_some_and(|frames| frames > self.frames) {
                return (0, 0);
            }
            let from = from.min(self.bins.len() - 1);
            let to = (share(slice + 1).ceil() as usize).clamp(from + 1, self.bins.len());
            let part = self.bins.get(from..to).unwrap_or_default();
            let all = part.iter().copied().fold(Bin::default(), Bin::with);
            let mut samples = in_bin * part.len() as f32;
            if to == self.bins.len() {
                samples += in_last - in_bin;
            }
            let mean = (all.squares / samples.max(1.0)).sqrt();
            let peak = (all.peak * scale).round() as u8;
            (peak, ((mean * scale).round() as u8).min(peak))
        };
        let (peaks, loudness) = (0..Waveform::SLICES).map(slice).unzip();
        Waveform { peaks, loudness }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_looks_like_a_ramp_at_any_length() {
        for frames in [4_800usize, 76_800, 76_801, 100_000, 3_000_000] {
            let mut peaks = Peaks::new();
            let ramp: Vec<f32> = (0..frames)
                .flat_map(|i| [0.5 * i as f32 / frames as f32, 0.0])
                .collect();
            for block in ramp.chunks(2_048) {
                peaks.add(block, 2);
            }
            assert_eq!(peaks.frames(), frames as u64);
            let waveform = peaks.waveform(None);
            assert_eq!(waveform.peaks.len(), Waveform::SLICES);
            assert_eq!(waveform.peaks.last(), Some(&255), "{frames} frames");
            assert!(waveform.peaks.is_sorted(), "{frames} frames");
            let middle = waveform.peaks[Waveform::SLICES / 2];
            assert!((126..=130).contains(&middle), "{frames} frames: {middle}");
            // One of two channels is silent: the mean of the squares is half that of the other.
            let middle = waveform.loudness[Waveform::SLICES / 2];
            assert!((88..=92).contains(&middle), "{frames} frames: {middle}");
            assert_eq!(waveform.loudness.len(), Waveform::SLICES);
        }
    }

    #[test]
    fn what_is_yet_to_come_is_nothing() {
        let mut peaks = Peaks::new();
        peaks.add(&vec![0.5; 100_000], 1);
        let waveform = peaks.waveform(Some(200_000));
        let half = Waveform::SLICES / 2;
        assert!(waveform.peaks[..half].iter().all(|peak| *peak == 255));
        assert!(waveform.peaks[half + 1..].iter().all(|peak| *peak == 0));
        assert!(waveform.loudness[..half].iter().all(|loud| *loud == 255));
        assert!(waveform.loudness[half + 1..].iter().all(|loud| *loud == 0));
    }

    #[test]
    fn silence_and_nonsense_have_a_shape_too() {
        assert_eq!(Peaks::new().waveform(None), Waveform::default());
        let mut peaks = Peaks::new();
        peaks.add(&[0.0; 10], 1);
        assert!(peaks.waveform(None).peaks.iter().all(|peak| *peak == 0));
        peaks.add(&[f32::NAN, f32::INFINITY, -3.0], 1);
        assert_eq!(peaks.waveform(None).peaks.last(), Some(&255));
    }
}
