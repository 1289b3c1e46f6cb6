//! The envelope of a song: an `.m4a`, or an `.mp4` with its cover, whose index comes before its sound, so that it plays
//! while it loads.
//!
//! An edit list cuts the encoder's priming off, so that players know the exact length.

use super::synth::RATE;

/// Samples in one unit of AAC.
const UNIT: u32 = 1_024;
/// Units of silence an encoder needs to get going, in samples.
const PRIMING: u32 = 1_024;
const CHANNELS: u16 = 2;

/// Units of AAC, the decoder's `AudioSpecificConfig`, and for how many samples they play.
pub type Sound<'a> = (&'a [Vec<u8>], &'a [u8], u32);

/// Puts AAC units into a file that plays for `samples` samples. `config` is the decoder's `AudioSpecificConfig`.
pub fn m4a(units: &[Vec<u8>], config: &[u8], samples: u32) -> Vec<u8> {
    let head = atom(*b"ftyp", b"M4A \0\0\0\0M4A mp42isom");
    let sizes: Vec<u32> = units.iter().map(|unit| unit.len() as u32).collect();
    let track = |place: u32| sound_track(1, &sizes, config, (samples, place));
    // The index tells where the sound begins, which depends on the index's length, which never changes.
    let length = index(samples, &[track(0)]).len();
    let index = index(samples, &[track((head.len() + length + 8) as u32)]);
    [head, index, atom(*b"mdat", &units.concat())].concat()
}

/// A film of one picture, a JPEG of `side` pixels each way, that stands as long as the sound plays.
pub fn film((units, config, samples): Sound, picture: &[u8], side: u16) -> Vec<u8> {
    let head = atom(*b"ftyp", b"isom\0\0\x02\0isommp41mp42");
    let sizes: Vec<u32> = units.iter().map(|unit| unit.len() as u32).collect();
    let tracks = |place: u32| {
        let after = place + picture.len() as u32;
        [
            picture_track(samples, side, (picture.len() as u32, place)),
            sound_track(2, &sizes, config, (samples, after)),
        ]
    };
    let length = index(samples, &tracks(0)).len();
    let index = index(samples, &tracks((head.len() + length + 8) as u32));
    let content = atom(*b"mdat", &[picture, &units.concat()].concat());
    [head, index, content].concat()
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

/// The index of a file of these tracks that plays for `samples` samples.
fn index(samples: u32, tracks: &[Vec<u8>]) -> Vec<u8> {
    let next = tracks.len() as u32 + 1;
    atom(
        *b"moov",
        &[movie_head(samples, next), tracks.concat()].concat(),
    )
}

/// The track of the sound, which begins at `place` in the file.
fn sound_track(number: u32, sizes: &[u32], config: &[u8], (samples, place): (u32, u32)) -> Vec<u8> {
    let edits = full(*b"elst", 0, &words(&[1, samples, PRIMING, 0x0001_0000]));
    let level = full(*b"smhd", 0, &words(&[0]));
    let length = sizes.len() as u32 * UNIT;
    let table = table(
        sizes,
        (sizes.len() as u32, UNIT),
        &entry(sizes, config),
        place,
    );
    let parts = [
        track_head(number, samples, 0),
        atom(*b"edts", &edits),
        media(*b"soun", length, &level, &table),
    ];
    atom(*b"trak", &parts.concat())
}

/// The track of the one picture of `size` bytes, which lies at `place` in the file.
fn picture_track(samples: u32, side: u16, (size, place): (u32, u32)) -> Vec<u8> {
    let look = full(*b"vmhd", 1, &[0; 8]);
    let table = table(&[size], (1, samples), &picture_entry(side, size), place);
    let parts = [
        track_head(1, samples, side),
        media(*b"vide", samples, &look, &table),
    ];
    atom(*b"trak", &parts.concat())
}

/// The unit matrix: nothing is turned or scaled.
const MATRIX: [u32; 9] = [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000];

fn movie_head(samples: u32, next_track: u32) -> Vec<u8> {
    let times = [0, 0, RATE, samples];
    let loudness = [0x0001_0000, 0x0100_0000, 0, 0];
    full(
        *b"mvhd",
        0,
        &words(&[&times[..], &loudness, &MATRIX, &[0; 6], &[next_track]].concat()),
    )
}

/// The head of a track: of a picture of `side` pixels each way, or of sound if that is 0.
fn track_head(number: u32, samples: u32, side: u16) -> Vec<u8> {
    let times = [0, 0, number, 0, samples];
    let loudness = [0, 0, 0, if side == 0 { 0x0100_0000 } else { 0 }];
    let size = u32::from(side) << 16;
    // Flags: enabled, and part of the movie.
    full(
        *b"tkhd",
        3,
        &words(&[&times[..], &loudness, &MATRIX, &[size, size]].concat()),
    )
}

fn media(kind: [u8; 4], length: u32, level: &[u8], table: &[u8]) -> Vec<u8> {
    // 0x55c4: no particular language.
    let head = full(*b"mdhd", 0, &words(&[0, 0, RATE, length, 0x55c4_0000]));
    let handler = full(*b"hdlr", 0, &[&[0; 4][..], &kind, &[0; 12], &[0]].concat());
    let here = full(*b"url ", 1, &[]);
    let places = atom(
        *b"dinf",
        &full(*b"dref", 0, &[&words(&[1])[..], &here].concat()),
    );
    let info = atom(*b"minf", &[level, &places, table].concat());
    atom(*b"mdia", &[head, handler, info].concat())
}

/// The table of units: what they are, how many of what length, how large, and where.
fn table(sizes: &[u32], (count, length): (u32, u32), entry: &[u8], place: u32) -> Vec<u8> {
    let kinds = full(*b"stsd", 0, &[&words(&[1])[..], entry].concat());
    let times = full(*b"stts", 0, &words(&[1, count, length]));
    let chunks = full(*b"stsc", 0, &words(&[1, 1, count, 1]));
    let lengths = full(*b"stsz", 0, &words(&[&[0, count], sizes].concat()));
    let places = full(*b"stco", 0, &words(&[1, place]));
    atom(*b"stbl", &[kinds, times, chunks, lengths, places].concat())
}

/// What a picture is: a JPEG, told by MPEG-4's number for it.
fn picture_entry(side: u16, size: u32) -> Vec<u8> {
    // 0x6c: JPEG. 0x11: a stream of pictures.
    let buffer = size.to_be_bytes();
    let decoder = [
        &[0x6c, 0x11, buffer[1], buffer[2], buffer[3]][..],
        &words(&[0, 0]),
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
        &[0; 16],
        &side.to_be_bytes(),
        &side.to_be_bytes(),
        // 72 pixels an inch.
        &words(&[0x0048_0000, 0x0048_0000, 0]),
        &[0, 1],
        &[0; 32],
        // 24 bits of colour, and no palette.
        &[0, 24, 0xff, 0xff],
    ];
    atom(
        *b"mp4v",
        &[
            &head.concat()[..],
            &full(*b"esds", 0, &descriptor(3, &stream)),
        ]
        .concat(),
    )
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
