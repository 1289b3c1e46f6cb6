//! Writes a mix of stems as a file of its own.
//!
//! A WAV file in stereo at the rate of the first stem, 24 bit: what rounding adds lies 144 dB below full scale, so no
//! dither is needed. Where the sum would clip, all of it is softer by what is too much: the balance stays.
//!
//! Invariant: a file of the name asked for is whole; memory does not grow with its length.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::decode::Decoder;
use super::fill::Tape;
use super::inspect::gave_up;
use super::resample::Resampler;
use super::ring::Frame;
use super::{AudioError, DECODER_THREAD};
use crate::domain::Seconds;

/// How many frames are mixed at a time.
const BLOCK: usize = 4096;
/// The loudest sample that is written.
const FULL: f32 = 0.999;
const BYTES_PER_FRAME: u32 = 6;
/// The bytes of the head, and how many its length counts.
const HEAD: u32 = 44;
/// The share of the work that has been done, 0 to 1.
pub type Progress<'a> = &'a mut (dyn FnMut(f64) + Send);

/// Mixes stems, each with a factor for its samples, into a WAV file, and tells how long that is. A file that is there
/// already is only replaced if `replace` says so. Waits until it is done, some milliseconds for each second and stem.
///
/// # Errors
/// What keeps a stem from being read to its end or the file from being written. Nothing is left behind then.
pub fn export_mix(
    stems: &[(PathBuf, f32)],
    to: &Path,
    replace: bool,
    progress: Progress,
) -> Result<Seconds, AudioError> {
    std::thread::scope(|scope| {
        let work = move || {
            let all = || export(stems, to, replace, progress);
            catch_unwind(AssertUnwindSafe(all)).unwrap_or_else(|_| Err(gave_up()))
        };
        let thread = std::thread::Builder::new().name(DECODER_THREAD.into());
        let thread = thread.spawn_scoped(scope, work)?;
        thread.join().unwrap_or_else(|_| Err(gave_up()))
    })
}

fn export(
    stems: &[(PathBuf, f32)],
    to: &Path,
    replace: bool,
    progress: Progress,
) -> Result<Seconds, AudioError> {
    if !replace && to.exists() {
        return Err(AudioError::Exists);
    }
    let mut peak = 0.0f32;
    let mut mix = Mix::open(stems)?;
    let whole = mix.length.max(1) as f64 * 2.0;
    let mut frames = 0u64;
    while mix.next()? {
        let samples = mix.block.as_flattened().iter();
        peak = samples.fold(peak, |peak, sample| peak.max(sample.abs()));
        frames += mix.block.len() as u64;
        progress((frames as f64 / whole).min(0.5));
    }
    if frames == 0 {
        return Err(AudioError::NoSoundInside);
    }
    let scale = if peak > FULL { FULL / peak } else { 1.0 };
    let part = part_of(to);
    let written = write(stems, scale, frames, &part, progress).and_then(|seconds| {
        if !replace && to.exists() {
            return Err(AudioError::Exists);
        }
        std::fs::rename(&part, to)?;
        Ok(seconds)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&part); // it may never have come into being
    }
    written
}

/// What the file is called while it is written.
fn part_of(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn write(
    stems: &[(PathBuf, f32)],
    scale: f32,
    frames: u64,
    part: &Path,
    progress: Progress,
) -> Result<Seconds, AudioError> {
    let bytes = u32::try_from(frames)
        .ok()
        .and_then(|frames| frames.checked_mul(BYTES_PER_FRAME));
    let bytes = bytes.filter(|bytes| *bytes < u32::MAX - HEAD);
    let bytes = bytes.ok_or_else(|| AudioError::Unsupported("a mix of this length".into()))?;
    let mut mix = Mix::open(stems)?;
    let mut file = BufWriter::new(File::create(part)?);
    file.write_all(&head(mix.rate, bytes))?;
    let (mut done, mut out) = (0u64, Vec::new());
    while mix.next()? && done < frames {
        out.clear();
        let left = (frames - done) as usize;
        for sample in mix.block.iter().take(left).flatten() {
            let sample = (sample * scale).clamp(-1.0, 1.0) * 8_388_607.0;
            let [a, b, c, _] = (sample.round() as i32).to_le_bytes();
            out.extend([a, b, c]);
        }
        file.write_all(&out)?;
        done += mix.block.len().min(left) as u64;
        progress(0.5 + done as f64 / frames as f64 / 2.0);
    }
    if done < frames {
        return Err(AudioError::Unreadable("a stem changed meanwhile".into()));
    }
    file.seek(SeekFrom::End(0))?;
    let file = file
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(Seconds(frames as f64 / f64::from(mix.rate)))
}

fn head(rate: u32, bytes: u32) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD as usize);
    head.extend(b"RIFF");
    head.extend((bytes + HEAD - 8).to_le_bytes());
    head.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    head.extend(rate.to_le_bytes());
    head.extend((rate * BYTES_PER_FRAME).to_le_bytes());
    head.extend(b"\x06\0\x18\0data");
    head.extend(bytes.to_le_bytes());
    head
}

/// Stems read in step.
struct Mix {
    stems: Vec<Stem>,
    rate: u32,
    /// How many frames there will be, as far as the files tell.
    length: u64,
    block: Vec<Frame>,
}

struct Stem {
    decoder: Decoder,
    gain: f32,
    resampler: Option<Resampler>,
    /// What was decoded beyond the present block.
    ready: Vec<Frame>,
    over: bool,
}

impl Mix {
    fn open(stems: &[(PathBuf, f32)]) -> Result<Mix, AudioError> {
        let (mut rate, mut length) = (None, 0u64);
        let mut open = Vec::new();
        for (path, gain) in stems {
            let decoder = Decoder::open(path)?;
            let rate = *rate.get_or_insert(decoder.rate());
            let seconds = decoder.frames().unwrap_or(0) as f64 / f64::from(decoder.rate());
            length = length.max((seconds * f64::from(rate)) as u64);
            open.push(Stem {
                gain: if gain.is_finite() { *gain } else { 0.0 },
                resampler: (decoder.rate() != rate).then(|| Resampler::new(decoder.rate(), rate)),
                decoder,
                ready: Vec::new(),
                over: false,
            });
        }
        Ok(Mix {
            stems: open,
            rate: rate.ok_or(AudioError::NoSoundInside)?,
            length,
            block: Vec::new(),
        })
    }

    /// Mixes the next block; false at the end of all stems.
    fn next(&mut self) -> Result<bool, AudioError> {
        self.block.clear();
        for stem in &mut self.stems {
            stem.prepare()?;
            let count = stem.ready.len().min(BLOCK);
            if self.block.len() < count {
                self.block.resize(count, [0.0; 2]);
            }
            for ([left, right], [l, r]) in self.block.iter_mut().zip(stem.ready.drain(..count)) {
                *left += safe(l * stem.gain);
                *right += safe(r * stem.gain);
            }
        }
        Ok(!self.block.is_empty())
    }
}

impl Stem {
    /// Decodes until there is a block.
    fn prepare(&mut self) -> Result<(), AudioError> {
        while self.ready.len() < BLOCK && !self.over {
            let mut tape = Tape::new(&mut self.decoder);
            let frames = tape.next(u64::MAX)?;
            self.over = frames.is_empty();
            match &mut self.resampler {
                None => self.ready.extend_from_slice(frames),
                Some(resampler) if self.over => resampler.finish(&mut self.ready),
                Some(resampler) => resampler.push(frames, &mut self.ready),
            }
        }
        Ok(())
    }
}

fn safe(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}
