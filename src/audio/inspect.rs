//! Listens to a whole file at once, to know that it is a song from beginning to end.
//!
//! Invariant: neither a panic nor an endless loop of a decoder gets out of here.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::decode::Decoder;
use super::format::AudioFormat;
use super::waveform::Peaks;
use super::{AudioError, DECODER_THREAD, mp4};
use crate::domain::{Seconds, Waveform};

/// A decoder that brings nothing for so long will never bring anything.
const STALL: Duration = Duration::from_secs(20);

/// What a whole, playable file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// How long it plays.
    pub duration: Seconds,
    /// What kind of file it is.
    pub format: AudioFormat,
    /// Frames a second.
    pub sample_rate: u32,
    /// Channels in the file.
    pub channels: u16,
    /// Its shape.
    pub waveform: Waveform,
}

/// Decodes the whole file: proof that it is whole and decodable. Waits until that is done, about a millisecond for each
/// second of sound, so call it where waiting is allowed.
///
/// # Errors
/// The reason why the file is not a song, or not all of it.
pub fn inspect(path: &Path) -> Result<Inspection, AudioError> {
    let (done, result) = mpsc::channel();
    let progress = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&progress);
    let path = path.to_owned();
    // The thread catches what panics: its end then closes the channel.
    std::thread::Builder::new()
        .name(DECODER_THREAD.into())
        .spawn(move || done.send(listen(&path, &counter)))?;
    let mut seen = 0;
    loop {
        match result.recv_timeout(STALL) {
            Ok(inspection) => return inspection,
            Err(RecvTimeoutError::Disconnected) => return Err(gave_up()),
            Err(RecvTimeoutError::Timeout) => {
                let now = progress.load(Ordering::Relaxed);
                if now == seen {
                    return Err(gave_up());
                }
                seen = now;
            }
        }
    }
}

/// Reads the boxes of a whole film: proof that it is an MP4 file with pictures, to its end. They are not decoded.
///
/// # Errors
/// The reason why the file is not a film, or not all of it.
pub fn inspect_film(path: &Path) -> Result<(), AudioError> {
    let boxes = mp4::read(&mut std::fs::File::open(path)?)?;
    match (boxes.whole, boxes.film) {
        (true, true) => Ok(()),
        (true, false) => Err(AudioError::NotAFilm),
        (false, _) => Err(AudioError::Broken(
            "it is no MP4 file, or not all of it".into(),
        )),
    }
}

/// What is said when a decoder panics or never comes back.
pub(super) fn gave_up() -> AudioError {
    AudioError::Broken("the decoder gave up on it".into())
}

fn listen(path: &Path, progress: &AtomicU64) -> Result<Inspection, AudioError> {
    let mut decoder = Decoder::open_to_verify(path)?;
    let mut peaks = Peaks::new();
    let mut samples = Vec::new();
    let channels = decoder.channels();
    while decoder.read(&mut samples)?.is_some() {
        progress.fetch_add(1, Ordering::Relaxed);
        peaks.add(&samples, usize::from(channels));
    }
    let (broken, packets) = decoder.damage();
    if peaks.frames() == 0 {
        return Err(AudioError::NoSoundInside);
    }
    if broken * 100 > packets {
        return Err(AudioError::Broken("parts of it cannot be decoded".into()));
    }
    if decoder.verified() == Some(false) {
        return Err(AudioError::Broken("its checksum is wrong".into()));
    }
    Ok(Inspection {
        duration: Seconds(peaks.frames() as f64 / f64::from(decoder.rate())),
        format: decoder.format(),
        sample_rate: decoder.rate(),
        channels: decoder.file_channels(),
        waveform: peaks.waveform(),
    })
}
