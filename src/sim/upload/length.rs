//! How long a file of sound says it is, without hearing it: MP4, MP3, FLAC and Ogg.
//!
//! Nothing in a file is believed beyond its own bytes.

/// Bits a second of a file that says nothing else.
const USUAL: f64 = 128_000.0;

/// The length in seconds; None if it is no file of sound.
pub fn seconds(file: &[u8]) -> Option<f64> {
    let told = if file.get(4..8)? == b"ftyp" {
        of_mp4(file)
    } else if file.starts_with(b"fLaC") {
        of_flac(file)
    } else if file.starts_with(b"OggS") {
        of_ogg(file)
    } else {
        return of_mp3(file);
    };
    let told = told.filter(|seconds| seconds.is_finite() && *seconds > 0.0);
    Some(told.unwrap_or(file.len() as f64 * 8.0 / USUAL))
}

fn number(file: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = file.get(at..at.checked_add(length)?)?;
    Some(
        bytes
            .iter()
            .fold(0, |whole, byte| (whole << 8) | u64::from(*byte)),
    )
}

/// The length in the head of the film.
fn of_mp4(file: &[u8]) -> Option<f64> {
    let (start, end) = atom(file, (0, file.len()), *b"moov")?;
    let (head, _) = atom(file, (start, end), *b"mvhd")?;
    let (scale, length) = match file.get(head)? {
        0 => (number(file, head + 12, 4)?, number(file, head + 16, 4)?),
        _ => (number(file, head + 20, 4)?, number(file, head + 24, 8)?),
    };
    Some(length as f64 / scale as f64)
}

/// Where the content of the first atom of this name begins and ends.
fn atom(file: &[u8], (mut at, end): (usize, usize), name: [u8; 4]) -> Option<(usize, usize)> {
    while at + 8 <= end {
        let length = match number(file, at, 4)? {
            0 => end - at,
            1 => usize::try_from(number(file, at + 8, 8)?).ok()?,
            length => length as usize,
        };
        let next = at.checked_add(length.max(8))?;
        if file.get(at + 4..at + 8)? == name {
            return Some((at + 8, next.min(end)));
        }
        at = next;
    }
    None
}

/// The number of samples in the first block.
fn of_flac(file: &[u8]) -> Option<f64> {
    let rate = number(file, 18, 3)? >> 4;
    let samples = number(file, 21, 5)? & 0xf_ffff_ffff;
    Some(samples as f64 / rate as f64)
}

/// The position on the last page.
fn of_ogg(file: &[u8]) -> Option<f64> {
    let last = file.windows(4).rposition(|four| four == b"OggS")?;
    let little = |at: usize, length: usize| {
        let bytes = file.get(at..at + length)?;
        let add = |whole: u64, byte: &u8| (whole << 8) | u64::from(*byte);
        Some(bytes.iter().rev().fold(0, add))
    };
    let position = little(last + 6, 8)?;
    let rate = if file.get(28..35)? == b"\x01vorbis" {
        little(40, 4)?
    } else {
        48_000
    };
    Some(position as f64 / rate as f64)
}

/// Kilobits a second of layer III, for MPEG 1 and for MPEG 2.
const KILOBITS: [[u32; 14]; 2] = [
    [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// The size of the file at the bitrate of its first frame.
fn of_mp3(file: &[u8]) -> Option<f64> {
    let start = if file.starts_with(b"ID3") {
        let size = file.get(6..10)?;
        10 + size
            .iter()
            .fold(0, |whole, byte| (whole << 7) | usize::from(byte & 0x7f))
    } else {
        0
    };
    let head = file.get(start..start + 4)?;
    let is_frame = head[0] == 0xff && head[1] & 0xe6 == 0xe2;
    let version = usize::from(head[1] & 0x08 == 0);
    let index = usize::from(head[2] >> 4).checked_sub(1)?;
    let bitrate = f64::from(*KILOBITS[version].get(index)?) * 1_000.0;
    is_frame.then_some((file.len() - start) as f64 * 8.0 / bitrate)
}
