//! How much of an AAC stream is song: encoders put silence in front of it, and say so in the edit list.
//!
//! Invariant: reads a bounded part of the file, and takes every number in it for a claim.

use std::io::{Read, Seek, SeekFrom};

/// More boxes than a level of any honest file has.
const MOST_BOXES: usize = 4096;
/// Longer than any honest index: that of ten hours takes 8 MB.
const LONGEST_INDEX: u64 = 64 << 20;
/// Where a file ends of which nobody knows: later than any does.
pub(super) const UNKNOWN_END: u64 = 1 << 62;

/// What the edit list of the sound says, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Edit {
    /// How much in front is not part of the song.
    pub priming: f64,
    /// How long the song is; `None` where the list leaves it open.
    pub length: Option<f64>,
}

/// What the boxes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Boxes {
    /// The edit list of the first track with sound.
    pub edit: Edit,
    /// Whether every box ends within the file. A file whose index stands in front can be cut off and still open.
    pub whole: bool,
    /// Whether it begins as such a file must, and has a track of pictures.
    pub film: bool,
    /// Whether the index stands before what it is about, so that what is here can be played without its end.
    pub index_first: bool,
}

/// Reads the boxes of an MP4 file from its beginning. Whatever cannot be understood is left at "no edit".
pub(super) fn read(file: &mut (impl Read + Seek)) -> std::io::Result<Boxes> {
    let end = file.seek(SeekFrom::End(0))?;
    read_until(file, end, |_| false)
}

/// The same of a file that is still coming in, no further than to its index. `end` is where it ends, once known.
pub(super) fn read_index(
    file: &mut (impl Read + Seek + ?Sized),
    end: Option<u64>,
) -> std::io::Result<Boxes> {
    let boxes = read_until(file, end.unwrap_or(UNKNOWN_END), |kind| kind == *b"moov")?;
    Ok(Boxes {
        whole: true, // as far as anybody knows
        ..boxes
    })
}

fn read_until(
    file: &mut (impl Read + Seek + ?Sized),
    end: u64,
    enough: impl Fn([u8; 4]) -> bool,
) -> std::io::Result<Boxes> {
    let mut boxes = Boxes::default();
    let mut is_mp4 = false;
    let mut is_data_seen = false;
    let mut at = 0;
    for _ in 0..MOST_BOXES {
        if at == end {
            boxes.whole = true;
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        let got = read_up_to(file, &mut head)?;
        let Some((kind, head_length, length)) = box_head(head.get(..got).unwrap_or(&[]), end - at)
        else {
            break;
        };
        if at + length > end {
            break;
        }
        is_mp4 |= at == 0 && kind == *b"ftyp";
        if kind == *b"moov" && length <= LONGEST_INDEX {
            file.seek(SeekFrom::Start(at + head_length))?;
            let mut moov = Vec::new();
            (&mut *file)
                .take(length - head_length)
                .read_to_end(&mut moov)?;
            boxes.edit = edit_of(&moov).unwrap_or_default();
            boxes.film = is_mp4 && tracks(&moov).any(|trak| is_of(trak, *b"vide"));
            boxes.index_first = !is_data_seen;
        }
        is_data_seen |= kind == *b"mdat";
        if enough(kind) {
            break;
        }
        at += length;
    }
    Ok(boxes)
}

fn read_up_to(file: &mut (impl Read + ?Sized), buffer: &mut [u8; 16]) -> std::io::Result<usize> {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            read => got += read,
        }
    }
    Ok(got)
}

/// Kind, length of the head and length of the box that begins here, of at most `room` bytes when it is open-ended.
fn box_head(bytes: &[u8], room: u64) -> Option<([u8; 4], u64, u64)> {
    let short = u64::from(number32(bytes, 0)?);
    let kind = bytes.get(4..8)?.try_into().ok()?;
    let (head, length) = match short {
        0 => (8, room),
        1 => (16, number64(bytes, 8)?),
        length => (8, length),
    };
    (length >= head).then_some((kind, head, length))
}

/// The boxes within a box.
fn children(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (kind, head, length) = box_head(rest, rest.len() as u64)?;
        let body = rest.get(usize::try_from(head).ok()?..usize::try_from(length).ok()?)?;
        rest = rest.get(usize::try_from(length).ok()?..)?;
        Some((kind, body))
    })
    .take(MOST_BOXES)
}

fn child(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    children(bytes)
        .find(|(found, _)| *found == kind)
        .map(|(_, body)| body)
}

fn edit_of(moov: &[u8]) -> Option<Edit> {
    let movie_scale = timescale(child(moov, *b"mvhd")?)?;
    let sound = tracks(moov).find(|trak| is_of(trak, *b"soun"))?;
    let media_scale = timescale(child(child(sound, *b"mdia")?, *b"mdhd")?)?;
    let (length, start) = first_edit(child(child(sound, *b"edts")?, *b"elst")?)?;
    Some(Edit {
        priming: start as f64 / f64::from(media_scale),
        length: (length > 0).then(|| length as f64 / f64::from(movie_scale)),
    })
}

fn tracks(moov: &[u8]) -> impl Iterator<Item = &[u8]> {
    children(moov)
        .filter(|(kind, _)| kind == b"trak")
        .map(|(_, body)| body)
}

/// Whether a track is handled as sound (`soun`), pictures (`vide`) and so on.
fn is_of(trak: &[u8], handler: [u8; 4]) -> bool {
    child(trak, *b"mdia")
        .and_then(|mdia| child(mdia, *b"hdlr"))
        .is_some_and(|hdlr| hdlr.get(8..12) == Some(&handler[..]))
}

/// The time scale of an `mvhd` or `mdhd`, whose beginnings agree.
fn timescale(header: &[u8]) -> Option<u32> {
    let at = if *header.first()? == 1 { 20 } else { 12 };
    number32(header, at).filter(|scale| *scale > 0)
}

/// Length (in the movie's scale) and start (in the sound's own) of the first edit that shows any of the sound.
fn first_edit(elst: &[u8]) -> Option<(u64, u64)> {
    let wide = *elst.first()? == 1;
    let count = number32(elst, 4)?.min(64) as usize;
    (0..count).find_map(|entry| {
        let (length, start) = if wide {
            let at = 8 + entry * 20;
            (number64(elst, at)?, number64(elst, at + 8)?.cast_signed())
        } else {
            let at = 8 + entry * 12;
            let start = number32(elst, at + 4)?.cast_signed();
            (u64::from(number32(elst, at)?), i64::from(start))
        };
        u64::try_from(start).ok().map(|start| (length, start)) // -1: an edit of nothing
    })
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn the_edit_list_tells_what_is_song() {
        let file = include_bytes!("../../tests/fixtures/audio/moov_last.m4a");
        let boxes = read(&mut Cursor::new(&file[..])).expect("memory reads");
        assert!(boxes.whole);
        assert!((boxes.edit.priming - 1024.0 / 44_100.0).abs() < 1e-9);
        assert!((boxes.edit.length.expect("has one") - 2.4).abs() < 0.001);
    }

    #[test]
    fn a_file_cut_anywhere_is_not_whole() {
        let file = include_bytes!("../../tests/fixtures/audio/moov_first.m4a");
        for cut in (1..file.len()).step_by(97) {
            let boxes = read(&mut Cursor::new(&file[..cut])).expect("memory reads");
            assert!(!boxes.whole, "cut at {cut}");
        }
    }
}
