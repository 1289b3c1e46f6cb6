//! From a score to the file a link leads to: rendered, encoded as AAC and put into an `.m4a`.

use syom::{EncodeOptions, Encoder};

use super::compose::Score;
use super::{mp4, synth};

/// Bits a second of the songs: a minute is about a megabyte.
const BITRATE: u32 = 128_000;

/// Why no file could be made.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The AAC encoder refused.
    #[error("the song could not be encoded: {0}")]
    Aac(#[from] syom::AacError),
    /// The simulator is being stopped.
    #[error("the simulator was stopped")]
    Stopped,
}

/// Renders and encodes a song; `goes_on` is asked now and then whether the work is still wanted.
pub fn m4a(score: &Score, goes_on: impl Fn() -> bool) -> Result<Vec<u8>, EncodeError> {
    let options = EncodeOptions::raw().with_bitrate_bps(BITRATE);
    let mut encoder = Encoder::new(synth::RATE, 2, &options)?;
    let mut units: Vec<Vec<u8>> = Vec::new();
    let mut failed = None;
    synth::render(score, |left, right| {
        let fed = encoder.feed(&[left, right], |frame| {
            units.push(frame.au.to_vec());
            Ok(())
        });
        failed = fed.err().map(EncodeError::from);
        if failed.is_none() && !goes_on() {
            failed = Some(EncodeError::Stopped);
        }
        failed.is_none()
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let info = encoder.finish(|frame| {
        units.push(frame.au.to_vec());
        Ok(())
    })?;
    Ok(mp4::m4a(&units, encoder.asc(), info.samples as u32))
}
