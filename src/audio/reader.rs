//! Opens a song file: finds out what it is and picks the reader for it.
//!
//! Invariant: the file's content decides, and everything it says about itself is checked before it is used.

use std::fs::File;
use std::io::{Read, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use symphonia::core::audio::Channels;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadBytes};
use symphonia::core::units::{Duration, TimeBase};
use symphonia::default::formats::{FlacReader, IsoMp4Reader, MpaReader, WavReader};

use super::AudioError;
use super::format::{self, AudioFormat};
use super::growing::{Growing, Reader, Until};
use super::mp4::{self, Edit};

/// Where the bytes of a song are.
#[derive(Clone)]
pub(super) enum Origin {
    /// In a whole file.
    File(PathBuf),
    /// In a file that is still coming in.
    Growing {
        growing: Arc<Growing>,
        /// Whether what is waited for is to be fetched first.
        asks: bool,
        /// Tells whether to wait no longer.
        until: Until,
    },
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Origin {
    fn from(path: &P) -> Self {
        Origin::File(path.as_ref().to_owned())
    }
}

impl Origin {
    /// Whether it is still coming in.
    pub(super) fn is_growing(&self) -> bool {
        matches!(self, Origin::Growing { growing, .. } if !growing.is_whole())
    }

    /// The bytes, and how many there are, once known.
    fn open(&self) -> Result<(Box<dyn MediaSource>, Option<u64>), AudioError> {
        let path = match self {
            Origin::File(path) => path,
            Origin::Growing {
                growing,
                asks,
                until,
            } => {
                let reader = Reader::new(Arc::clone(growing), *asks, Arc::clone(until));
                reader.wait_for_beginning()?;
                let length = reader.byte_len();
                return Ok((Box::new(reader), length));
            }
        };
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(AudioError::NotSound("no ordinary file"));
        }
        Ok((Box::new(file), Some(about.len())))
    }
}

/// An open file and what it says of itself.
pub(super) struct Opened {
    pub format: AudioFormat,
    pub reader: Box<dyn FormatReader>,
    pub params: AudioCodecParameters,
    pub track: u32,
    pub time_base: TimeBase,
    pub channels: u16,
    /// The length of the track in units of the time base, where it is told.
    pub ticks: Option<u64>,
    /// Whether an mp3 says exactly how long it is.
    pub tagged: bool,
    /// Frames before time zero, which the reader itself counts as negative.
    pub delay: u32,
    pub edit: Edit,
    /// False when the container is cut off.
    pub whole: bool,
    /// The size of the file, once known.
    pub bytes: Option<u64>,
}

/// Opens a file at its beginning.
pub(super) fn open(origin: &Origin) -> Result<Opened, AudioError> {
    let (mut file, mut bytes) = origin.open()?;
    if bytes == Some(0) {
        return Err(AudioError::Empty);
    }
    let (format, start) = identify(&mut *file)?;
    let boxes = match format {
        AudioFormat::M4a if origin.is_growing() => {
            let boxes = mp4::read_index(&mut *file, bytes)?;
            if !boxes.index_first {
                // Its reader looks for the end of it.
                bytes = Some(known_end(&mut *file)?);
            }
            boxes
        }
        AudioFormat::M4a => mp4::read(&mut file)?,
        _ => mp4::Boxes {
            whole: true,
            ..mp4::Boxes::default()
        },
    };
    file.seek(SeekFrom::Start(start))?;
    let reader = reader(file, format).map_err(|error| explain(&error))?;
    let track = reader
        .default_track(TrackType::Audio)
        .ok_or(AudioError::NoSoundInside)?;
    let Some(CodecParameters::Audio(params)) = track.codec_params.clone() else {
        return Err(AudioError::NoSoundInside);
    };
    let channels = params.channels.as_ref().map_or(0, Channels::count);
    let channels = match (channels, params.codec) {
        (0, CODEC_ID_AAC) => return Err(explain_codec(&params, &Error::Unsupported("layout"))),
        (1..=32, _) => channels as u16,
        _ => {
            return Err(AudioError::Unsupported(format!(
                "sound in {channels} channels"
            )));
        }
    };
    Ok(Opened {
        format,
        track: track.id,
        time_base: track.time_base.ok_or(AudioError::NoSoundInside)?,
        channels,
        ticks: track.num_frames.or(track.duration.map(Duration::get)),
        tagged: track.delay.is_some(),
        delay: track.delay.unwrap_or(0),
        params,
        edit: boxes.edit,
        whole: boxes.whole,
        bytes,
        reader,
    })
}

/// What the file holds, and where behind its tags that begins.
fn identify(file: &mut dyn MediaSource) -> Result<(AudioFormat, u64), AudioError> {
    let first = read_first(file, 0)?;
    let tags = format::id3_length(&first) as u64;
    let beyond = if tags == 0 {
        first.clone()
    } else {
        read_first(file, tags)?
    };
    match format::sniff(&beyond) {
        Some(format) => Ok((format, tags)),
        // Frames may begin somewhat later than they should; the reader finds them.
        None if tags > 0 && !beyond.is_empty() => Ok((AudioFormat::Mp3, tags)),
        None => Err(AudioError::NotSound(format::describe(&first))),
    }
}

/// Where a file ends; waits until that is known.
fn known_end(file: &mut dyn MediaSource) -> Result<u64, AudioError> {
    while file.byte_len().is_none() {
        // One byte there is the last of a file that is being fetched.
        file.seek(SeekFrom::Start(mp4::UNKNOWN_END))?;
        if file.read(&mut [0])? == 0 {
            break;
        }
    }
    Ok(file.byte_len().unwrap_or_default())
}

fn read_first(file: &mut dyn MediaSource, at: u64) -> Result<Vec<u8>, AudioError> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(1024).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn reader(file: Box<dyn MediaSource>, format: AudioFormat) -> Result<Box<dyn FormatReader>, Error> {
    let mut stream = MediaSourceStream::new(
        file,
        symphonia::core::io::MediaSourceStreamOptions::default(),
    );
    let options = FormatOptions::default();
    Ok(match format {
        AudioFormat::M4a => {
            stream.ignore_bytes(4)?; // this reader expects to stand on the word `ftyp`
            Box::new(IsoMp4Reader::try_new(stream, options)?)
        }
        AudioFormat::Mp3 => Box::new(MpaReader::try_new(stream, options)?),
        AudioFormat::Wav => Box::new(WavReader::try_new(stream, options)?),
        AudioFormat::Flac => Box::new(FlacReader::try_new(stream, options)?),
    })
}

/// An error of the reader in our words.
pub(super) fn explain(error: &Error) -> AudioError {
    match error {
        Error::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            AudioError::Broken("it ends too early".into())
        }
        Error::IoError(e) => AudioError::Unreadable(e.to_string()),
        Error::Unsupported("isomp4: missing moov atom") => {
            AudioError::Broken("its index is missing, so the end was never written".into())
        }
        Error::Unsupported(what) | Error::DecodeError(what) | Error::LimitError(what) => {
            AudioError::Broken((*what).to_owned())
        }
        other => AudioError::Broken(other.to_string()),
    }
}

/// Why there is no decoder for this sound.
pub(super) fn explain_codec(params: &AudioCodecParameters, error: &Error) -> AudioError {
    match params.codec {
        CODEC_ID_ALAC => AudioError::Unsupported("Apple Lossless".into()),
        CODEC_ID_AAC if matches!(error, Error::Unsupported(_)) => {
            AudioError::Unsupported("HE-AAC or another AAC than AAC-LC in mono or stereo".into())
        }
        _ if matches!(error, Error::Unsupported(_)) => {
            AudioError::Unsupported("the codec of this file".into())
        }
        _ => explain(error),
    }
}
