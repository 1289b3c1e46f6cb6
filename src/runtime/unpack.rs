//! The archive of a song's stems, unpacked beside the song without trusting a word of it.
//!
//! Invariant: nothing outside the one folder is ever written; every name in it is made by us; the folder appears under its
//! final name when it is whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::audio;
use crate::domain::{Failure, FailureKind, MediaFile};

/// How far an archive is believed.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Files in it. Twice what the finest separation makes.
    files: usize,
    /// Entries of any kind: folders and what some systems put beside files.
    entries: usize,
    /// Unpacked bytes of one file: eight minutes, the longest a model makes, of 96 kHz stereo in 32-bit floats are 370 MB.
    each: u64,
    /// Unpacked bytes in all: a dozen such files of the usual 48 kHz and 24 bits.
    total: u64,
    /// Bytes from which on the archive may unpack to no more than [`Limits::ratio`] times its size. Sound packs to a third at
    /// best, but silence packs a thousand to one, and an instrumental song has a silent voice.
    unpressed: u64,
    /// See [`Limits::unpressed`].
    ratio: u64,
}

const LIMITS: Limits = Limits {
    files: 32,
    entries: 256,
    each: 512 << 20,
    total: 2 << 30,
    unpressed: 256 << 20,
    ratio: 200,
};

/// The end of an archive's directory, and the most bytes a comment after it can take.
const END: &[u8; 4] = b"PK\x05\x06";
const TAIL: u64 = 22 + 65_535;

/// Part names as archives have them, in UTF-8 and in GBK (as Chinese systems write them without saying so), and ours.
const PARTS: [(&str, &[&[u8]]); 12] = [
    (
        "backing-vocals",
        &[b"backing", b"harmony", "和声".as_bytes(), "和聲".as_bytes()],
    ),
    (
        "vocals",
        &[
            b"vocal",
            b"voice",
            "人声".as_bytes(),
            "人聲".as_bytes(),
            b"\xc8\xcb\xc9\xf9",
        ],
    ),
    ("drums", &[b"drum", "鼓".as_bytes(), b"\xb9\xc4"]),
    (
        "bass",
        &[
            b"bass",
            "贝斯".as_bytes(),
            "貝斯".as_bytes(),
            b"\xb1\xb4\xcb\xb9",
        ],
    ),
    ("guitar", &[b"guitar", "吉他".as_bytes()]),
    ("piano", &[b"piano", "钢琴".as_bytes(), "鋼琴".as_bytes()]),
    ("strings", &[b"string", "弦".as_bytes()]),
    ("synth", &[b"synth", "合成".as_bytes()]),
    ("percussion", &[b"percussion"]),
    ("brass", &[b"brass"]),
    (
        "instrumental",
        &[b"instrumental", b"accompaniment", "伴奏".as_bytes()],
    ),
    (
        "other",
        &[
            b"other",
            "其他".as_bytes(),
            "其它".as_bytes(),
            b"\xc6\xe4\xcb\xfb",
        ],
    ),
];

/// Unpacks `archive` into the folder `name` of `media`, in place of one that is there, and tells its files. Each of them is
/// sound that decodes to its end. After a failure nothing is left of it, and what was there before is still there.
///
/// Blocks for as long as that takes: a second or two for a song.
pub(super) fn unpack(
    archive: &Path,
    media: &Path,
    name: &str,
) -> Result<(MediaFile, Vec<MediaFile>), Failure> {
    let temporary = media.join(format!("{name}.unpacking"));
    clear(&temporary)?;
    fs::create_dir(&temporary).map_err(|error| disk(&error))?;
    let unpacked = unpack_into(archive, &temporary, name, &LIMITS).and_then(|stems| {
        replace(&temporary, &media.join(name))?;
        Ok(stems)
    });
    let stems = match unpacked {
        Ok(stems) => stems,
        Err(failure) => {
            let _ = clear(&temporary);
            return Err(failure);
        }
    };
    let folder = MediaFile {
        name: name.to_owned(),
        bytes: stems.iter().map(|stem| stem.bytes).sum(),
    };
    Ok((folder, stems))
}

fn unpack_into(
    archive: &Path,
    folder: &Path,
    name: &str,
    limits: &Limits,
) -> Result<Vec<MediaFile>, Failure> {
    let mut file = File::open(archive).map_err(|error| disk(&error))?;
    let size = check_directory(&mut file, limits)?;
    let mut zip = ZipArchive::new(file).map_err(|error| broken(&error))?;
    if zip.len() > limits.entries {
        return Err(bad("the archive has too many entries"));
    }
    let mut budget = Budget {
        left: limits
            .total
            .min(limits.unpressed.max(size.saturating_mul(limits.ratio))),
        each: limits.each,
    };
    let wanted = wanted(&mut zip, budget)?;
    if wanted.len() > limits.files {
        return Err(bad("the archive has too many files"));
    }
    let mut stems: Vec<MediaFile> = Vec::new();
    for (index, part) in wanted {
        let raw = folder.join("stem");
        let bytes = write_out(&mut zip, index, &raw, &mut budget)?;
        let Ok(sound) = audio::inspect(&raw) else {
            // A picture, a text, what a system put beside a file: not a stem, and of no harm once it is gone.
            fs::remove_file(&raw).map_err(|error| disk(&error))?;
            continue;
        };
        let file = free_name(part, stems.len() + 1, sound.format.suffix(), |file| {
            stems.iter().any(|stem| stem.name.ends_with(file))
        });
        fs::rename(&raw, folder.join(&file)).map_err(|error| disk(&error))?;
        stems.push(MediaFile {
            name: format!("{name}/{file}"),
            bytes,
        });
    }
    if stems.is_empty() {
        return Err(bad("there is no sound in the archive"));
    }
    Ok(stems)
}

/// Reads the archive's own count of its entries before anything is made of them. Its size in bytes.
fn check_directory(file: &mut File, limits: &Limits) -> Result<u64, Failure> {
    let size = file.seek(SeekFrom::End(0)).map_err(|error| disk(&error))?;
    let from = size.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))
        .map_err(|error| disk(&error))?;
    let mut tail = Vec::new();
    file.take(TAIL)
        .read_to_end(&mut tail)
        .map_err(|error| disk(&error))?;
    let end = tail.windows(END.len()).rposition(|bytes| bytes == END);
    let count = end.and_then(|end| tail.get(end + 10..end + 12));
    let count = count
        .and_then(|bytes| bytes.try_into().ok())
        .map(u16::from_le_bytes);
    match count {
        None => Err(bad("this is not an archive, or not all of it")),
        Some(count) if usize::from(count) > limits.entries => {
            Err(bad("the archive has too many entries"))
        }
        Some(_) => {
            file.seek(SeekFrom::Start(0))
                .map_err(|error| disk(&error))?;
            Ok(size)
        }
    }
}

/// How many bytes may still be written.
#[derive(Debug, Clone, Copy)]
struct Budget {
    left: u64,
    each: u64,
}

/// The regular files with what they are called here, looked at before anything is written: an archive that says itself
/// that it is too large is not begun with.
fn wanted(
    zip: &mut ZipArchive<File>,
    budget: Budget,
) -> Result<Vec<(usize, Option<&'static str>)>, Failure> {
    let mut wanted = Vec::new();
    let mut total = 0_u64;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|error| broken(&error))?;
        // Links, devices and pipes are for nobody.
        let is_odd = entry
            .unix_mode()
            .is_some_and(|mode| !matches!(mode & 0o170_000, 0 | 0o100_000));
        if entry.is_dir() || entry.is_symlink() || is_odd {
            continue;
        }
        total = total.saturating_add(entry.size());
        if entry.size() > budget.each || total > budget.left {
            return Err(too_much());
        }
        wanted.push((index, part(entry.name_raw())));
    }
    Ok(wanted)
}

/// Writes one entry, and no more of it than it said it has.
fn write_out(
    zip: &mut ZipArchive<File>,
    index: usize,
    path: &Path,
    budget: &mut Budget,
) -> Result<u64, Failure> {
    let mut entry = zip.by_index(index).map_err(|error| broken(&error))?;
    let most = entry.size().min(budget.each).min(budget.left);
    let mut file = File::create_new(path).map_err(|error| disk(&error))?;
    let mut buffer = vec![0; 128 << 10];
    let mut written = 0_u64;
    loop {
        let count = entry
            .read(&mut buffer)
            .map_err(|error| bad(&error.to_string()))?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        written += count as u64;
        if written > most {
            return Err(too_much());
        }
        file.write_all(bytes).map_err(|error| disk(&error))?;
    }
    file.sync_all().map_err(|error| disk(&error))?;
    budget.left -= written;
    Ok(written)
}

/// Which part of the song a name speaks of. Whatever leads to it is not looked at.
fn part(name: &[u8]) -> Option<&'static str> {
    let last = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next()?;
    let last = last.to_ascii_lowercase();
    let names = |words: &[&[u8]]| {
        words
            .iter()
            .any(|word| last.windows(word.len()).any(|window| window == *word))
    };
    let found = PARTS.iter().find(|(_, words)| names(words));
    found.map(|(part, _)| *part)
}

/// `vocals.wav`, `vocals-2.wav`, or `stem-03.wav` for what is not known.
fn free_name(
    part: Option<&str>,
    place: usize,
    suffix: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let Some(part) = part else {
        return format!("stem-{place:02}.{suffix}");
    };
    let plain = format!("{part}.{suffix}");
    if !is_taken(&format!("/{plain}")) {
        return plain;
    }
    format!("{part}-{place}.{suffix}")
}

/// Puts a whole folder in its place. The old one steps aside first and is back if that fails.
fn replace(from: &Path, to: &Path) -> Result<(), Failure> {
    let aside = from.with_extension("old");
    clear(&aside)?;
    let was_there = fs::symlink_metadata(to).is_ok();
    if was_there {
        fs::rename(to, &aside).map_err(|error| disk(&error))?;
    }
    if let Err(error) = fs::rename(from, to) {
        if was_there {
            let _ = fs::rename(&aside, to);
        }
        return Err(disk(&error));
    }
    #[cfg(unix)]
    for folder in [Some(to), to.parent()].into_iter().flatten() {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| disk(&error))?;
    }
    clear(&aside)
}

/// Removes what may be left of an earlier attempt.
fn clear(path: &Path) -> Result<(), Failure> {
    let removed = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(&error)),
        _ => Ok(()),
    }
}

fn too_much() -> Failure {
    bad("the archive unpacks to far more than a song can be")
}

fn broken(error: &ZipError) -> Failure {
    match error {
        ZipError::Io(error) => bad(&error.to_string()),
        _ => bad("the archive is damaged or of a kind that cannot be read"),
    }
}

fn bad(why: &str) -> Failure {
    Failure::new(
        FailureKind::BadFile,
        crate::domain::text::clean_line(why, 200),
    )
}

fn disk(error: &io::Error) -> Failure {
    Failure::new(FailureKind::Disk, error.to_string())
}

#[cfg(test)]
mod tests;
