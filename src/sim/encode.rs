//! From a recipe to the files that links lead to: compressed for listening, plain for working on, and as a film.
//!
//! All of a song's files hold the same samples; its stems add up to them.

use std::io::{self, Write};

use syom::{EncodeOptions, Encoder};

use super::recipe::{Pcm, Recipe, quantized, whole};
use super::{mp4, synth, wav};

/// Bits a second of the songs: a minute is about a megabyte.
const BITRATE: u32 = 128_000;
/// Samples between two looks at whether the work is still wanted.
const BLOCK: usize = 1_024;

/// Why no file could be made.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The AAC encoder refused.
    #[error("the song could not be encoded: {0}")]
    Aac(#[from] syom::AacError),
    /// The cover could not be encoded.
    #[error("the cover could not be painted: {0}")]
    Cover(#[from] image::ImageError),
    /// The archive could not be written.
    #[error("the archive could not be written: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// A file could not be written.
    #[error("a file could not be written: {0}")]
    File(#[from] io::Error),
    /// The simulator is being stopped.
    #[error("the simulator was stopped")]
    Stopped,
}

/// Plays a recipe in blocks of whole numbers; `take` may end it with an error, `goes_on` by saying no.
fn play(
    recipe: &Recipe,
    goes_on: &dyn Fn() -> bool,
    mut take: impl FnMut(&[Pcm]) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let mut tape = recipe.play();
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        block.clear();
        block.extend(tape.by_ref().take(BLOCK).map(|frame| quantized(&frame)));
        if block.is_empty() {
            return Ok(());
        }
        if !goes_on() {
            return Err(EncodeError::Stopped);
        }
        take(&block)?;
    }
}

/// A song as AAC.
struct Encoded {
    units: Vec<Vec<u8>>,
    config: Vec<u8>,
    samples: u32,
}

fn aac(recipe: &Recipe, goes_on: &dyn Fn() -> bool) -> Result<Encoded, EncodeError> {
    let options = EncodeOptions::raw().with_bitrate_bps(BITRATE);
    let mut encoder = Encoder::new(synth::RATE, 2, &options)?;
    let mut units: Vec<Vec<u8>> = Vec::new();
    play(recipe, goes_on, |block| {
        let sides = [0, 1].map(|side: usize| {
            let loud = |pcm: &Pcm| f32::from(whole(pcm)[side]) / f32::from(i16::MAX);
            block.iter().map(loud).collect::<Vec<f32>>()
        });
        let fed = encoder.feed(&[&sides[0], &sides[1]], |frame| {
            units.push(frame.au.to_vec());
            Ok(())
        });
        fed.map_err(EncodeError::from).map(drop)
    })?;
    let info = encoder.finish(|frame| {
        units.push(frame.au.to_vec());
        Ok(())
    })?;
    Ok(Encoded {
        units,
        config: encoder.asc().to_vec(),
        samples: info.samples as u32,
    })
}

/// The song as an `.m4a`.
pub fn m4a(recipe: &Recipe, goes_on: &dyn Fn() -> bool) -> Result<Vec<u8>, EncodeError> {
    let song = aac(recipe, goes_on)?;
    Ok(mp4::m4a(&song.units, &song.config, song.samples))
}

/// The song with its cover, a JPEG of `side` pixels each way, as an `.mp4`.
pub fn film(
    recipe: &Recipe,
    (cover, side): (&[u8], u16),
    goes_on: &dyn Fn() -> bool,
) -> Result<Vec<u8>, EncodeError> {
    let song = aac(recipe, goes_on)?;
    Ok(mp4::film(
        (&song.units, &song.config, song.samples),
        cover,
        side,
    ))
}

/// The song as a `.wav`.
pub fn wav(recipe: &Recipe, goes_on: &dyn Fn() -> bool) -> Result<Vec<u8>, EncodeError> {
    let mut file = wav::head(recipe.samples());
    play(recipe, goes_on, |block| {
        file.extend(bytes(block, whole));
        Ok(())
    })?;
    Ok(file)
}

/// Each stem of the song as a `.wav`, all written while the song is played once.
pub fn write_stems<File: Write>(
    recipe: &Recipe,
    files: &mut [File],
    goes_on: &dyn Fn() -> bool,
) -> Result<(), EncodeError> {
    let head = wav::head(recipe.samples());
    for file in files.iter_mut() {
        file.write_all(&head)?;
    }
    play(recipe, goes_on, |block| {
        for (stem, file) in files.iter_mut().enumerate() {
            let bytes: Vec<u8> = bytes(block, |pcm| pcm[stem]).collect();
            file.write_all(&bytes)?;
        }
        Ok(())
    })
}

/// What `pick` takes of each moment, as a `.wav` has it.
fn bytes(block: &[Pcm], pick: impl Fn(&Pcm) -> [i16; 2]) -> impl Iterator<Item = u8> {
    block
        .iter()
        .flat_map(move |pcm| pick(pcm).map(i16::to_le_bytes))
        .flatten()
}
