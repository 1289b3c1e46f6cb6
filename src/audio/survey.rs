//! What listening to a whole song once brings: its shape, how loud it is, and where it can be cut.
//!
//! Invariant: one pass over the samples, and what is not certain is left out.

use ebur128::{EbuR128, Mode};

use super::landmarks::Onsets;
use super::waveform::Peaks;
use crate::domain::{Landmarks, Waveform};

/// What is known of a song that was listened to from beginning to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Its length in frames.
    pub frames: u64,
    /// Its shape.
    pub waveform: Waveform,
    /// How loud it is as a whole, in LUFS (EBU R128). `None` where it is too short or too soft to tell.
    pub loudness: Option<f64>,
    /// Where a cut would be heard least.
    pub landmarks: Landmarks,
}

/// Listens.
pub(super) struct Surveyor {
    channels: usize,
    peaks: Peaks,
    onsets: Onsets,
    meter: Option<EbuR128>,
}

impl Surveyor {
    pub(super) fn new(rate: u32, channels: u16) -> Surveyor {
        Surveyor {
            channels: usize::from(channels.max(1)),
            peaks: Peaks::new(),
            onsets: Onsets::new(rate),
            // Of a rate that it does not know there is no loudness.
            meter: EbuR128::new(u32::from(channels), rate, Mode::I | Mode::HISTOGRAM).ok(),
        }
    }

    /// Takes the next samples.
    pub(super) fn add(&mut self, samples: &[f32]) {
        self.peaks.add(samples, self.channels);
        self.onsets.add(samples, self.channels);
        if let Some(meter) = &mut self.meter
            && meter.add_frames_f32(samples).is_err()
        {
            self.meter = None;
        }
    }

    /// How many frames came.
    pub(super) fn frames(&self) -> u64 {
        self.peaks.frames()
    }

    /// The shape so far of a song of so many frames.
    pub(super) fn waveform(&self, frames: Option<u64>) -> Waveform {
        self.peaks.waveform(frames)
    }

    /// What came of it.
    pub(super) fn survey(&self) -> Survey {
        let loudness = self
            .meter
            .as_ref()
            .and_then(|meter| meter.loudness_global().ok());
        Survey {
            frames: self.peaks.frames(),
            waveform: self.peaks.waveform(None),
            loudness: loudness.filter(|loudness| loudness.is_finite()),
            landmarks: self.onsets.landmarks(),
        }
    }
}
