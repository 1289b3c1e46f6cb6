//! What listening to a whole song once brings: its shape, how loud it is, and where it can be cut.
//!
//! Invariant: one pass over the samples, and what is not certain is left out.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::JoinHandle;

use ebur128::{EbuR128, Mode};

use super::DECODER_THREAD;
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

/// Samples that are handed over together.
const BLOCK: usize = 16 * 1024;
/// Blocks that may wait: the decoder is not far ahead.
const AHEAD: usize = 4;

/// Listens. What takes as long as decoding itself is done beside it, on a thread that ends with this.
pub(super) struct Surveyor {
    channels: usize,
    peaks: Peaks,
    block: Vec<f32>,
    /// `None`: there can be no thread, and a song is played as well without what it would find.
    assistant: Option<Assistant>,
}

struct Assistant {
    blocks: SyncSender<Vec<f32>>,
    spare: Receiver<Vec<f32>>,
    thread: JoinHandle<(Option<f64>, Landmarks)>,
}

impl Surveyor {
    pub(super) fn new(rate: u32, channels: u16) -> Surveyor {
        Surveyor {
            channels: usize::from(channels.max(1)),
            peaks: Peaks::new(),
            block: Vec::new(),
            assistant: Assistant::begin(rate, channels).ok(),
        }
    }

    /// Takes the next samples, in whole frames.
    pub(super) fn add(&mut self, samples: &[f32]) {
        self.peaks.add(samples, self.channels);
        self.block.extend_from_slice(samples);
        if self.block.len() >= BLOCK {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        if let Some(assistant) = &self.assistant {
            let next = assistant.spare.try_recv().unwrap_or_default();
            let block = std::mem::replace(&mut self.block, next);
            let _ = assistant.blocks.send(block); // where the thread broke, the end finds that
        }
        self.block.clear();
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
    pub(super) fn survey(mut self) -> Survey {
        self.hand_over();
        let found = self.assistant.and_then(Assistant::end);
        let (loudness, landmarks) = found.unwrap_or_default();
        Survey {
            frames: self.peaks.frames(),
            waveform: self.peaks.waveform(None),
            loudness,
            landmarks,
        }
    }
}

impl Assistant {
    fn begin(rate: u32, channels: u16) -> io::Result<Assistant> {
        let (blocks, inbox) = mpsc::sync_channel::<Vec<f32>>(AHEAD);
        let (done, spare) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name(DECODER_THREAD.into())
            .spawn(move || hear(rate, channels, inbox, &done))?;
        Ok(Assistant {
            blocks,
            spare,
            thread,
        })
    }

    /// Waits for the last block. `None`: it broke, as the panic told.
    fn end(self) -> Option<(Option<f64>, Landmarks)> {
        drop(self.blocks);
        self.thread.join().ok()
    }
}

/// How loud it is, and where it can be cut.
fn hear(
    rate: u32,
    channels: u16,
    blocks: Receiver<Vec<f32>>,
    done: &Sender<Vec<f32>>,
) -> (Option<f64>, Landmarks) {
    let mut onsets = Onsets::new(rate);
    // Of a rate that it does not know there is no loudness.
    let mut meter = EbuR128::new(u32::from(channels), rate, Mode::I | Mode::HISTOGRAM).ok();
    for mut block in blocks {
        onsets.add(&block, usize::from(channels.max(1)));
        if meter
            .as_mut()
            .is_some_and(|meter| meter.add_frames_f32(&block).is_err())
        {
            meter = None;
        }
        block.clear();
        let _ = done.send(block); // nobody needs it at the end
    }
    let loudness = meter.and_then(|meter| meter.loudness_global().ok());
    let loudness = loudness.filter(|loudness| loudness.is_finite());
    (loudness, onsets.landmarks())
}
