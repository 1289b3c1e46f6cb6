//! Listens to a whole file at once, to know that it is a song from beginning to end.
//!
//! Invariant: neither a panic nor an endless loop of a decoder gets out of here.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::decode::Decoder;
use super::format::AudioFormat;
use super::growing::{Growing, Learned};
use super::reader::Origin;
use super::survey::{Survey, Surveyor};
use super::{AudioError, DECODER_THREAD, mp4};
use crate::domain::Seconds;

/// A decoder that brings nothing for so long will never bring anything.
const STALL: Duration = Duration::from_secs(20);

/// The shape of what is here of a song that comes in is told so often at most.
pub(super) const TELL_EVERY: Duration = Duration::from_millis(400);

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
    /// What was learned by listening to it.
    pub survey: Survey,
}

/// Decodes the whole file: proof that it is whole and decodable. Waits until that is done, about a millisecond for each
/// second of sound, so call it where waiting is allowed.
///
/// # Errors
/// The reason why the file is not a song, or not all of it.
pub fn inspect(path: &Path) -> Result<Inspection, AudioError> {
    Inspecting::begin(Origin::from(path), Arc::default(), None)?.result()
}

/// The same of a file that is still coming in, as it comes: when all of it is here, little is left to be done. Dropping it
/// ends it.
pub struct Inspecting {
    result: Receiver<Result<Inspection, AudioError>>,
    progress: Arc<AtomicU64>,
    abandoned: Arc<AtomicBool>,
    growing: Option<(Arc<Growing>, u64)>,
}

impl Inspecting {
    /// Begins to listen to a file that comes in. What is learned is told to those who play it.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn along(growing: &Arc<Growing>) -> Result<Inspecting, AudioError> {
        let abandoned: Arc<AtomicBool> = Arc::default();
        let for_reader = Arc::clone(&abandoned);
        let origin = Origin::Growing {
            growing: Arc::clone(growing),
            asks: false,
            until: Arc::new(move || for_reader.load(Ordering::Acquire)),
        };
        Self::begin(origin, abandoned, Some(Arc::clone(growing)))
    }

    fn begin(
        origin: Origin,
        abandoned: Arc<AtomicBool>,
        growing: Option<Arc<Growing>>,
    ) -> Result<Inspecting, AudioError> {
        let (done, result) = mpsc::channel();
        let progress: Arc<AtomicU64> = Arc::default();
        let (counter, listener) = (Arc::clone(&progress), growing.clone());
        // The thread catches what panics: its end then closes the channel.
        std::thread::Builder::new()
            .name(DECODER_THREAD.into())
            .spawn(move || {
                let told = listen(origin, &counter, |learned| {
                    if let Some(growing) = &listener {
                        growing.learn(learned);
                    }
                });
                let _ = done.send(told); // nobody asks for what was abandoned
            })?;
        Ok(Inspecting {
            result,
            progress,
            abandoned,
            growing: growing.map(|growing| (Arc::clone(&growing), growing.beginnings())),
        })
    }

    /// What was found, of a file that is whole by now. Waits for it.
    ///
    /// # Errors
    /// The reason why the file is not a song, or not all of it.
    pub fn result(self) -> Result<Inspection, AudioError> {
        let mut seen = u64::MAX;
        loop {
            match self.result.recv_timeout(STALL) {
                Ok(inspection) => return inspection,
                Err(RecvTimeoutError::Disconnected) => return Err(gave_up()),
                Err(RecvTimeoutError::Timeout) => {
                    let now = self.progress.load(Ordering::Relaxed);
                    if now == seen {
                        return Err(gave_up());
                    }
                    seen = now;
                }
            }
        }
    }

    /// Whether it heard one and the same file from beginning to end.
    pub fn heard_one_file(&self) -> bool {
        self.growing
            .as_ref()
            .is_none_or(|(growing, beginnings)| growing.beginnings() == *beginnings)
    }
}

impl Drop for Inspecting {
    fn drop(&mut self) {
        self.abandoned.store(true, Ordering::Release);
        if let Some((growing, _)) = &self.growing {
            growing.nudge();
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

fn listen(
    origin: Origin,
    progress: &AtomicU64,
    tell: impl Fn(Learned),
) -> Result<Inspection, AudioError> {
    let mut decoder = Decoder::open_to_verify(origin)?;
    let mut surveyor = Surveyor::new(decoder.rate(), decoder.channels());
    let mut samples = Vec::new();
    let mut told = Instant::now();
    while decoder.read(&mut samples)?.is_some() {
        progress.fetch_add(1, Ordering::Relaxed);
        surveyor.add(&samples);
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            tell(Learned::Shape(surveyor.waveform(decoder.frames())));
        }
    }
    let (broken, packets) = decoder.damage();
    if surveyor.frames() == 0 {
        return Err(AudioError::NoSoundInside);
    }
    if broken * 100 > packets {
        return Err(AudioError::Broken("parts of it cannot be decoded".into()));
    }
    if decoder.verified() == Some(false) {
        return Err(AudioError::Broken("its checksum is wrong".into()));
    }
    let survey = surveyor.survey();
    tell(Learned::All(Arc::new(survey.clone())));
    Ok(Inspection {
        duration: Seconds(survey.frames as f64 / f64::from(decoder.rate())),
        format: decoder.format(),
        sample_rate: decoder.rate(),
        channels: decoder.file_channels(),
        survey,
    })
}
