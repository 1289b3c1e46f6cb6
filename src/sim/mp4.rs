//! The envelope of a song: an `.m4a` whose index comes before its sound, so that it plays while it loads.
//!
//! An edit list cuts the encoder's priming off, so that players know the exact length.

use super::synth::RATE;

/// Samples in one unit of AAC.
const UNIT: u32 = 1_024;
/// Units of silence an encoder needs to get going, in samples.
const PRIMING: u32 = 1_024;
const CHANNELS: u16 = 2;

/// Puts AAC units into a file that plays for `samples` samples. `config` is the decoder's `AudioSpecificConfig`.
pub fn m4a(units: &[Vec<u8>], config: &[u8], samples: u32) -> Vec<u8> {
    let head = atom(*b"ftyp", b"M4A \0\0\0\0M4A mp42isom");
    let sizes: Vec<u32> = units.iter().map(|unit| unit.len() as u32).collect();
    // The index tells where the sound begins, which depends on the index's length, which never changes.
    let length = index(&sizes, config, samples, 0).len();
    let index = index(&sizes, config, samples, (head.len() + length + 8) as u32);
    [head, index, atom(*b"mdat", &units.concat())].concat()
}

fn atom(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() + 8) as u32;
    [&length.to_be_bytes()[..], &name, content].concat()
}

/// An atom that begins with a version (0) and 24 flags.
fn full(name: [u8; 4], flags: u32, content: &[u8]) -> Vec<u8> {
    atom(name, &[&flags.to_be_bytes()[..], content].concat())
}

fn words(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

fn index(sizes: &[u32], config: &[u8], samples: u32, sound: u32) -> Vec<u8> {
    let edits = full(*b"elst", 0, &words(&[1, samples, PRIMING, 0x0001_0000]));
    let track = [
        track_head(samples),
        atom(*b"edts", &edits),
        media(sizes, config, sound),
    ]
    .concat();
    atom(
        *b"moov",
        &[movie_head(samples), atom(*b"trak", &track)].concat(),
    )
}

/// The unit matrix: nothing is turned or scaled.
const MATRIX: [u32; 9] = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];

fn movie_head(samples: u32) -> Vec<u8> {
    let times = [0, 0, RATE, samples];
    let loudness = [0x0001_0000, 0x0100_0000, 0, 0];
    full(
        *b"mvhd",
        0,
        &words(&[&times[..], &loudness, &MATRIX, &[0; 6], &[2]].concat()),
    )
}

fn track_head(samples: u32) -> Vec<u8> {
    let times = [0, 0, 1, 0, samples];
    let loudness = [0, 0, 0, 0x0100_0000];
    // Flags: enabled, and part of the movie.
    full(
        *b"tkhd",
        3,
        &words(&[&times[..], &loudness, &MATRIX, &[0, 0]].concat()),
    )
}

fn media(sizes: &[u32], config: &[u8], sound: u32) -> Vec<u8> {
    let length = sizes.len() as u32 * UNIT;
    // 0x55c4: no particular language.
    let head = full(*b"mdhd", 0, &words(&[0, 0, RATE, length, 0x55c4_0000]));
    let handler = full(*b"hdlr", 0, b"\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let here = full(*b"url ", 1, &[]);
    let places = atom(
        *b"dinf",
        &full(*b"dref", 0, &[&words(&[1])[..], &here].concat()),
    );
    let level = full(*b"smhd", 0, &words(&[0]));
    let info = atom(
        *b"minf",
        &[level, places, table(sizes, config, sound)].concat(),
    );
    atom(*b"mdia", &[head, handler, info].concat())
}

/// The table of units: what they are, how long, how large, and where.
fn table(sizes: &[u32], config: &[u8], sound: u32) -> Vec<u8> {
    let count = sizes.len() as u32;
    let kinds = full(
        *b"stsd",
        0,
        &[&words(&[1])[..], &entry(sizes, config)].concat(),
    );
    let times = full(*b"stts", 0, &words(&[1, count, UNIT]));
    let chunks = full(*b"stsc", 0, &words(&[1, 1, count, 1]));
    let lengths = full(*b"stsz", 0, &words(&[&[0, count], sizes].concat()));
    let places = full(*b"stco", 0, &words(&[1, sound]));
    atom(*b"stbl", &[kinds, times, chunks, lengths, places].concat())
}

fn entry(sizes: &[u32], config: &[u8]) -> Vec<u8> {
    let bytes: u64 = sizes.iter().map(|size| u64::from(*size)).sum();
    let units = (sizes.len() as u64).max(1);
    let bitrate = (bytes * 8 * u64::from(RATE) / (units * u64::from(UNIT))) as u32;
    // 0x40: AAC. 0x15: a stream of sound.
    let decoder = [
        &[0x40, 0x15, 0, 0, 0][..],
        &words(&[bitrate, bitrate]),
        &descriptor(5, config),
    ]
    .concat();
    let stream = [
        &[0, 1, 0][..],
        &descriptor(4, &decoder),
        &descriptor(6, &[2]),
    ]
    .concat();
    let head = [
        &[0, 0, 0, 0, 0, 0, 0, 1][..],
        &[0; 8],
        &CHANNELS.to_be_bytes(),
        &16_u16.to_be_bytes(),
        &[0; 4],
        &words(&[RATE << 16]),
    ];
    atom(
        *b"mp4a",
        &[
            &head.concat()[..],
            &full(*b"esds", 0, &descriptor(3, &stream)),
        ]
        .concat(),
    )
}

/// A descriptor of MPEG-4; all of ours are shorter than 128 bytes.
fn descriptor(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, content.len() as u8], content].concat()
}
