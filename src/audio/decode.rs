//! From a file to samples, at any position of the song and exact to the sample.
//!
//! Invariant: positions are frames of the *song*: what encoders put in front of it and behind it is never seen.

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{SeekMode, SeekTo};
use symphonia::core::packet::Packet;
use symphonia::core::units::{TimeBase, Timestamp};

use super::AudioError;
use super::format::AudioFormat;
use super::reader::{self, Opened, Origin};
use crate::domain::Seconds;

/// Frames decoded before a position and thrown away: a lossy decoder builds each block on the one before.
const WARM_UP: i64 = 2304;
/// The longest silence put in place of one broken packet.
const LONGEST_GAP: i64 = 8192;

/// An open song file. Samples come interleaved, in one or two channels.
pub(super) struct Decoder {
    origin: Origin,
    open: Opened,
    codec: Box<dyn AudioDecoder>,
    rate: u32,
    /// Frames in front that are not part of the song.
    priming: i64,
    /// The length in frames; `None` while nobody knows.
    frames: Option<u64>,
    /// Whether `frames` is a promise of the file rather than an estimate.
    exact: bool,
    /// Number of the next decoded frame, once known.
    next: Option<i64>,
    /// Frames before this are thrown away.
    from: i64,
    ended: bool,
    packets: u64,
    broken: u64,
    scratch: Vec<f32>,
}

impl Decoder {
    /// Opens the file at its beginning.
    ///
    /// # Errors
    /// Whatever keeps it from being played: no such file, no sound, an unknown codec, damage.
    pub(super) fn open(origin: impl Into<Origin>) -> Result<Decoder, AudioError> {
        Self::open_with(origin.into(), AudioDecoderOptions::default())
    }

    /// Opens the file to be decoded once from beginning to end, with every check that its format offers.
    pub(super) fn open_to_verify(origin: impl Into<Origin>) -> Result<Decoder, AudioError> {
        Self::open_with(origin.into(), AudioDecoderOptions::default().verify(true))
    }

    fn open_with(origin: Origin, options: AudioDecoderOptions) -> Result<Decoder, AudioError> {
        let mut open = reader::open(&origin)?;
        let codec = symphonia::default::get_codecs()
            .make_audio_decoder(&open.params, &options.gapless(false))
            .map_err(|error| reader::explain_codec(&open.params, &error))?;
        let rate = codec.codec_params().sample_rate.unwrap_or(0);
        if !(1_000..=768_000).contains(&rate) {
            return Err(AudioError::Unsupported(format!(
                "a sample rate of {rate} Hz"
            )));
        }
        let priming = (open.edit.priming * f64::from(rate)).round() as i64;
        let (whole, exact) = length(&origin, &mut open, rate)?;
        let frames = whole.map(|whole| {
            let song = whole.saturating_sub(priming.unsigned_abs());
            match open.edit.length {
                Some(length) => song.min((length * f64::from(rate)).ceil() as u64),
                None => song,
            }
        });
        if let (Some(frames), Some(bytes)) = (frames, open.bytes)
            && frames as f64 / f64::from(rate) > 3600.0 + bytes as f64 / 20.0
        {
            return Err(AudioError::Broken("it claims an impossible length".into()));
        }
        Ok(Decoder {
            origin,
            open,
            codec,
            rate,
            priming,
            frames,
            exact,
            next: None,
            from: 0,
            ended: false,
            packets: 0,
            broken: 0,
            scratch: Vec::new(),
        })
    }

    pub(super) fn format(&self) -> AudioFormat {
        self.open.format
    }

    /// Frames a second.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// One or two.
    pub(super) fn channels(&self) -> u16 {
        self.open.channels.min(2)
    }

    /// How many channels the file itself has.
    pub(super) fn file_channels(&self) -> u16 {
        self.open.channels
    }

    /// The length in frames; an estimate for some mp3 files, and unknown for some that are still coming in.
    pub(super) fn frames(&self) -> Option<u64> {
        self.frames
    }

    /// Packets that could not be decoded, and all packets so far.
    pub(super) fn damage(&self) -> (u64, u64) {
        (self.broken, self.packets)
    }

    /// Whether what was decoded from beginning to end is what was encoded, where the format can tell.
    pub(super) fn verified(&mut self) -> Option<bool> {
        self.codec.finalize().verify_ok
    }

    /// Goes to a frame; beyond the end is the end.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub(super) fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        if self.ended {
            // An MP4 reader that has seen the end finds no further packet after a seek.
            self.open = reader::open(&self.origin)?;
        }
        let end = self.end();
        let frame = frame.min(end);
        self.from = i64::try_from(frame).unwrap_or(i64::MAX);
        self.ended = frame >= end;
        self.next = None;
        self.codec.reset();
        let lossless = matches!(self.open.format, AudioFormat::Wav | AudioFormat::Flac);
        let warm_up = if lossless { 0 } else { WARM_UP };
        let raw = self
            .from
            .saturating_add(self.priming)
            .saturating_sub(warm_up);
        let first = Timestamp::new(-i64::from(self.open.delay));
        let to = SeekTo::Timestamp {
            ts: self.ticks(raw).max(first),
            track_id: self.open.track,
        };
        if !self.ended && self.open.reader.seek(SeekMode::Accurate, to).is_err() {
            self.open = reader::open(&self.origin)?; // from the beginning, by decoding
        }
        Ok(())
    }

    /// The next samples, in place of what is in `samples`, and the number of the first frame. `None` at the end.
    ///
    /// # Errors
    /// When the file breaks off or cannot be decoded any further.
    pub(super) fn read(&mut self, samples: &mut Vec<f32>) -> Result<Option<u64>, AudioError> {
        while !self.ended {
            let Some(packet) = self.next_packet()? else {
                self.ended = true;
                return self.check_whole().map(|()| None);
            };
            let frames = self.decode(&packet)?;
            let first = self.next.unwrap_or_else(|| self.raw_frame(packet.pts)) - self.priming;
            self.next = Some(first + self.priming + frames);
            let end = i64::try_from(self.end()).unwrap_or(i64::MAX);
            let skip = (self.from - first).clamp(0, frames);
            let keep = (end - first).clamp(0, frames);
            if first >= end {
                self.ended = true;
                return Ok(None);
            }
            if keep > skip {
                let channels = usize::from(self.open.channels);
                let range = skip as usize * channels..keep as usize * channels;
                fold(
                    self.scratch.get(range).unwrap_or_default(),
                    channels,
                    samples,
                );
                return Ok(Some((first + skip).unsigned_abs()));
            }
        }
        Ok(None)
    }

    /// The frame after the last, where that is certain.
    fn end(&self) -> u64 {
        self.frames.filter(|_| self.exact).unwrap_or(u64::MAX)
    }

    fn next_packet(&mut self) -> Result<Option<Packet>, AudioError> {
        loop {
            match self.open.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.open.track => {
                    let cut_off = packet.data.is_empty() && self.open.format == AudioFormat::Wav;
                    return Ok((!cut_off).then_some(packet));
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(Error::ResetRequired) => return Ok(None),
                Err(Error::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return Ok(None);
                }
                Err(_) if !self.open.whole => return Ok(None), // cut off here, whatever it is called
                Err(error) => return Err(reader::explain(&error)),
            }
        }
    }

    /// Decodes a packet into the scratch buffer and tells how many frames it holds. A broken packet becomes silence.
    fn decode(&mut self, packet: &Packet) -> Result<i64, AudioError> {
        self.packets += 1;
        let channels = usize::from(self.open.channels);
        let decoded = if packet.data.is_empty() {
            Err(Error::DecodeError("empty packet"))
        } else {
            self.codec.decode(packet)
        };
        match decoded {
            Ok(buffer) => {
                let spec = buffer.spec();
                if spec.rate() != self.rate || spec.channels().count() != channels {
                    return Err(AudioError::Broken(
                        "its sample rate or channels change on the way".into(),
                    ));
                }
                buffer.copy_to_vec_interleaved(&mut self.scratch);
                Ok((self.scratch.len() / channels) as i64)
            }
            Err(Error::Unsupported(_)) => Err(reader::explain_codec(
                &self.open.params,
                &Error::Unsupported("a feature of its codec"),
            )),
            Err(_) => {
                let warming_up = self.next.is_none_or(|next| next - self.priming < self.from);
                self.broken += u64::from(!warming_up);
                if self.broken > 20 && self.broken * 4 > self.packets {
                    return Err(AudioError::Broken("most of it cannot be decoded".into()));
                }
                let length = i64::try_from(packet.block_dur().get()).unwrap_or(i64::MAX);
                let frames = self.raw_frame(Timestamp::new(length)).clamp(0, LONGEST_GAP);
                self.scratch.clear();
                self.scratch.resize(frames as usize * channels, 0.0);
                Ok(frames)
            }
        }
    }

    /// At the end: whether as much came as the file promised.
    fn check_whole(&self) -> Result<(), AudioError> {
        let got = self.next.unwrap_or(0) - self.priming;
        let slack = match self.open.format {
            AudioFormat::Mp3 => 2 * 1152, // some encoders count their tag as a frame
            AudioFormat::M4a => 1024,     // and some cut the last one short
            AudioFormat::Wav | AudioFormat::Flac => 0,
        };
        let promised = self.frames.filter(|_| self.exact).unwrap_or_default();
        let promised = i64::try_from(promised).unwrap_or(i64::MAX);
        let missing = got + slack < promised;
        if missing || !self.open.whole {
            if got <= 0 {
                return Err(AudioError::Broken("most of it is missing".into()));
            }
            let seconds = got as f64 / f64::from(self.rate);
            return Err(AudioError::BreaksOff(Seconds(seconds)));
        }
        Ok(())
    }

    /// The frame of a moment in the container's units, counted with what stands in front of the song.
    fn raw_frame(&self, moment: Timestamp) -> i64 {
        frame_of(moment.get(), self.open.time_base, self.rate)
    }

    fn ticks(&self, raw_frame: i64) -> Timestamp {
        let base = self.open.time_base;
        let ticks = i128::from(raw_frame) * i128::from(base.denom.get())
            / (i128::from(base.numer.get()) * i128::from(self.rate));
        Timestamp::new(i64::try_from(ticks).unwrap_or(i64::MAX))
    }
}

fn frame_of(ticks: i64, base: TimeBase, rate: u32) -> i64 {
    let scaled = i128::from(ticks) * i128::from(base.numer.get()) * i128::from(rate);
    let denom = i128::from(base.denom.get());
    i64::try_from((scaled + denom / 2).div_euclid(denom)).unwrap_or(i64::MAX)
}

/// The length in frames, priming included, and whether it is exact. Where the file does not tell, its packets are
/// counted, which reads it once but decodes nothing; those of one that is still coming in are not.
fn length(
    origin: &Origin,
    open: &mut Opened,
    rate: u32,
) -> Result<(Option<u64>, bool), AudioError> {
    /// Beyond this an estimate will do.
    const LONGEST_COUNT: u64 = 64 << 20;
    let guessed = open.format == AudioFormat::Mp3 && !open.tagged;
    let told = open.ticks.filter(|ticks| *ticks > 0);
    let bytes = open.bytes.unwrap_or(0);
    let to_frames = |ticks: u64, base: TimeBase| {
        let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
        frame_of(ticks, base, rate).max(0).unsigned_abs()
    };
    match told {
        Some(ticks) if !guessed => Ok((Some(to_frames(ticks, open.time_base)), true)),
        Some(ticks) if origin.is_growing() || bytes > LONGEST_COUNT => {
            Ok((Some(to_frames(ticks, open.time_base)), false))
        }
        None if origin.is_growing() => Ok((None, false)),
        _ => {
            let mut ticks = 0u64;
            let most = (3600 + bytes / 20) * u64::from(rate);
            while let Ok(Some(packet)) = open.reader.next_packet() {
                if packet.track_id == open.track {
                    ticks = ticks.saturating_add(packet.block_dur().get());
                }
                let stuck = packet.data.is_empty() || to_frames(ticks, open.time_base) > most;
                if stuck {
                    break;
                }
            }
            let counted = to_frames(ticks, open.time_base);
            *open = reader::open(origin)?;
            Ok((Some(counted), open.format == AudioFormat::M4a))
        }
    }
}

/// Brings samples of any number of channels to one or two: the first two are left and right, the others are heard in both.
fn fold(samples: &[f32], channels: usize, out: &mut Vec<f32>) {
    out.clear();
    if channels <= 2 {
        out.extend_from_slice(samples);
        return;
    }
    for frame in samples.chunks_exact(channels) {
        if let [left, right, others @ ..] = frame {
            let both = others.iter().sum::<f32>() * 0.5;
            out.extend([left + both, right + both]);
        }
    }
}

#[cfg(test)]
mod tests;
