//! From a score to the file a link leads to: AAC in an `.m4a` whose index comes first, so that it plays while it loads.

use syom::{EncodeOptions, Encoder};

use super::compose::Score;
use super::synth;

/// Bits a second of the songs: a minute is about a megabyte.
const BITRATE: u32 = 128_000;

/// Why no file could be made.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The AAC encoder refused.
    #[error("the song could not be encoded: {0}")]
    Aac(#[from] syom::AacError),
    /// The encoder's file is not what it promises.
    #[error("the encoder wrote an unexpected file")]
    Layout,
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
    let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
    let file = syom::mux_raw_lc_m4a(&units, synth::RATE, 2, info.samples)?;
    index_first(&file).ok_or(EncodeError::Layout)
}

/// Moves `moov` before `mdat` and mends the one chunk offset in it.
fn index_first(file: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = atom(file, *b"ftyp")?;
    let (media, rest) = atom(rest, *b"mdat")?;
    let (index, _) = atom(rest, *b"moov")?;
    let mut index = index.to_vec();
    let table = index.windows(4).rposition(|name| name == b"stco")?;
    // After the name: version and flags, number of entries (one), the offset.
    let offset = index.get_mut(table + 12..table + 16)?;
    let moved = (head.len() + index_len(file)? + 8) as u32;
    offset.copy_from_slice(&moved.to_be_bytes());
    Some([head, &index, media].concat())
}

fn index_len(file: &[u8]) -> Option<usize> {
    let (_, rest) = atom(file, *b"ftyp")?;
    let (_, rest) = atom(rest, *b"mdat")?;
    Some(atom(rest, *b"moov")?.0.len())
}

/// Splits `file` after its first atom, which must have this name.
fn atom(file: &[u8], name: [u8; 4]) -> Option<(&[u8], &[u8])> {
    let length = u32::from_be_bytes(file.get(..4)?.try_into().ok()?) as usize;
    (file.get(4..8)? == name && length >= 8).then_some(())?;
    file.split_at_checked(length)
}
