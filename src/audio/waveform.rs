//! The shape of a song: how loud it gets in each slice of its time.
//!
//! Invariant: memory does not grow with the song; its length need not be known beforehand.

use crate::domain::Waveform;

/// Twice as many as a waveform has slices, at least, once a song is longer than this many frames.
const MOST_BINS: usize = 16 * Waveform::SLICES;

/// Collects the peaks of a song while it is decoded.
///
/// Peaks are kept in bins of equal length. When the bins are full, neighbours are merged and each takes twice the time.
#[derive(Debug)]
pub(super) struct Peaks {
    bins: Vec<f32>,
    frames_per_bin: u64,
    frames: u64,
}

impl Peaks {
    pub(super) fn new() -> Self {
        Peaks {
            bins: Vec::with_capacity(MOST_BINS),
            frames_per_bin: 1,
            frames: 0,
        }
    }

    /// Takes the next samples, of `channels` interleaved channels.
    pub(super) fn add(&mut self, samples: &[f32], channels: usize) {
        let channels = channels.max(1);
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
            let peak = these.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
            if let Some(bin) = self.bins.last_mut() {
                *bin = bin.max(peak.min(1.0));
            }
        }
    }

    fn begin_bin(&mut self) {
        if self.bins.len() == MOST_BINS {
            let pairs = self
                .bins
                .chunks(2)
                .map(|pair| pair.iter().copied().fold(0.0, f32::max));
            self.bins = pairs.collect();
            self.bins.reserve_exact(MOST_BINS - self.bins.len());
            self.frames_per_bin *= 2;
        }
        self.bins.push(0.0);
    }

    /// How many frames came.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// The shape: [`Waveform::SLICES`] slices of equal time, scaled so that the loudest is 255. Empty without a frame.
    pub(super) fn waveform(&self) -> Waveform {
        if self.bins.is_empty() {
            return Waveform::default();
        }
        let loudest = self.bins.iter().copied().fold(0.0, f32::max);
        let scale = if loudest > 0.0 { 255.0 / loudest } else { 0.0 };
        // The last bin may be begun only: slices are shares of frames, not of bins.
        let bins = self.frames as f64 / self.frames_per_bin as f64;
        let slice = |slice: usize| {
            let share = |slice: usize| bins * slice as f64 / Waveform::SLICES as f64;
            let from = (share(slice) as usize).min(self.bins.len() - 1);
            let to = (share(slice + 1).ceil() as usize).clamp(from + 1, self.bins.len());
            let peaks = self.bins.get(from..to).unwrap_or_default();
            (peaks.iter().copied().fold(0.0, f32::max) * scale).round() as u8
        };
        Waveform {
            peaks: (0..Waveform::SLICES).map(slice).collect(),
            loudness: Vec::new(),
        }
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
            let waveform = peaks.waveform().peaks;
            assert_eq!(waveform.len(), Waveform::SLICES);
            assert_eq!(waveform.last(), Some(&255), "{frames} frames");
            assert!(waveform.is_sorted(), "{frames} frames");
            let middle = waveform[Waveform::SLICES / 2];
            assert!((126..=130).contains(&middle), "{frames} frames: {middle}");
        }
    }

    #[test]
    fn silence_and_nonsense_have_a_shape_too() {
        assert_eq!(Peaks::new().waveform(), Waveform::default());
        let mut peaks = Peaks::new();
        peaks.add(&[0.0; 10], 1);
        assert!(peaks.waveform().peaks.iter().all(|peak| *peak == 0));
        peaks.add(&[f32::NAN, f32::INFINITY, -3.0], 1);
        assert_eq!(peaks.waveform().peaks.last(), Some(&255));
    }
}
