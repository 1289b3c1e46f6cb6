//! The tests of this module.

use std::io::Cursor;
use std::path::PathBuf;

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// Sound without loss: so many samples at 8 kHz, one channel.
fn sound(samples: u32) -> Vec<u8> {
    let bytes = samples * 2;
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(bytes.to_le_bytes());
    wav.resize(wav.len() + bytes as usize, 0);
    wav
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, options).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("media")).expect("a folder");
        Place { folder }
    }

    fn media(&self) -> PathBuf {
        self.folder.path().join("media")
    }

    fn unpack(&self, bytes: &[u8]) -> Result<(MediaFile, Vec<MediaFile>), Failure> {
        let part = self.folder.path().join("part");
        fs::write(&part, bytes).expect("a file");
        unpack(&part, &self.media(), "song.stems")
    }

    /// Everything below the folder, but for the part file.
    fn all(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name() != Some("part".as_ref()) {
                    let path = path.strip_prefix(self.folder.path()).expect("below");
                    found.push(path.to_string_lossy().into_owned());
                }
            }
        }
        found.sort();
        found
    }
}

fn names(stems: &[MediaFile]) -> Vec<&str> {
    stems.iter().map(|stem| stem.name.as_str()).collect()
}

#[test]
fn stems_get_names_of_ours_wherever_they_want_to_go() {
    let place = Place::new();
    let wav = sound(800);
    let bytes = archive(&[
        ("vocals.wav", &wav),
        ("Song - Drums.WAV", &wav),
        ("../../bass.wav", &wav),
        ("/tmp/other.wav", &wav),
        ("a\\..\\vocals.wav", &wav),
        ("\u{1b}]0;evil\u{7}.wav", &wav),
        ("其他.mp3", &wav),
        ("README.txt", b"not a sound"),
    ]);
    let (folder, stems) = place.unpack(&bytes).expect("unpacked");
    assert_eq!(
        names(&stems),
        [
            "song.stems/vocals.wav",
            "song.stems/drums.wav",
            "song.stems/bass.wav",
            "song.stems/other.wav",
            "song.stems/vocals-5.wav",
            "song.stems/stem-06.wav",
            "song.stems/other-7.wav",
        ]
    );
    assert_eq!(folder.name, "song.stems");
    assert_eq!(folder.bytes, 7 * wav.len() as u64);
    let mut expected: Vec<String> = stems
        .iter()
        .map(|stem| format!("media/{}", stem.name))
        .collect();
    expected.sort();
    assert_eq!(place.all(), expected, "and nothing else anywhere");
}

#[test]
fn links_and_folders_are_for_nobody() {
    let place = Place::new();
    let options = SimpleFileOptions::default();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("out", "..", options).expect("memory");
    zip.add_directory("folder", options).expect("memory");
    zip.start_file("out/vocals.wav", options).expect("memory");
    zip.write_all(&sound(800)).expect("memory");
    let bytes = zip.finish().expect("memory").into_inner();
    let (_, stems) = place.unpack(&bytes).expect("unpacked");
    assert_eq!(names(&stems), ["song.stems/vocals.wav"]);
    assert_eq!(place.all(), ["media/song.stems/vocals.wav"]);
}

#[test]
fn what_is_no_good_leaves_what_was_there() {
    let place = Place::new();
    let good = archive(&[("vocals.wav", &sound(800))]);
    place.unpack(&good).expect("unpacked");
    let text = archive(&[("vocals.wav", b"just words")]);
    let half = good.get(..good.len() / 2).expect("a half");
    for bad in [&b"<html>"[..], b"", half, &text] {
        let failure = place.unpack(bad).expect_err("no good");
        assert_eq!(failure.kind, FailureKind::BadFile);
        assert_eq!(place.all(), ["media/song.stems/vocals.wav"]);
    }
    let again = archive(&[("drums.wav", &sound(800))]);
    place.unpack(&again).expect("unpacked");
    assert_eq!(place.all(), ["media/song.stems/drums.wav"], "replaced");
}

#[test]
fn an_archive_beyond_a_limit_is_refused() {
    let place = Place::new();
    let part = place.folder.path().join("part");
    let wav = sound(4_000);
    let two = archive(&[("vocals.wav", &wav), ("drums.wav", &wav)]);
    fs::write(&part, &two).expect("a file");
    let size = wav.len() as u64;
    let enough = Limits {
        files: 2,
        entries: 2,
        each: size,
        total: 2 * size,
        unpressed: 2 * size,
        ratio: 1,
    };
    let mut count = 0;
    let mut tried = |limits: &Limits| {
        count += 1;
        let folder = place.media().join(count.to_string());
        fs::create_dir(&folder).expect("a folder");
        unpack_into(&part, &folder, "song.stems", limits)
    };
    assert_eq!(tried(&enough).expect("just within").len(), 2);
    for limits in [
        Limits { files: 1, ..enough },
        Limits {
            entries: 1,
            ..enough
        },
        Limits {
            each: size - 1,
            ..enough
        },
        Limits {
            total: 2 * size - 1,
            ..enough
        },
        Limits {
            unpressed: 0,
            ..enough
        },
    ] {
        let failure = tried(&limits).expect_err("too much");
        assert_eq!(failure.kind, FailureKind::BadFile, "{limits:?}");
    }
}

// Eight minutes of 96 kHz stereo in 32-bit floats fit; one silent stem of 48 kHz alike in a small archive does too.
const _: () = assert!(8 * 60 * 96_000 * 2 * 4 < LIMITS.each);
const _: () = assert!(8 * 60 * 48_000 * 2 * 4 < LIMITS.unpressed);
