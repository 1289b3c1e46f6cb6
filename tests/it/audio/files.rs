//! What is a song and what is not.

use std::fs;
use std::path::Path;

use fuzzbox::audio::{AudioError, AudioFormat, inspect, sniff};
use fuzzbox::domain::{PlayerEvent, Seconds, Waveform};
use proptest::prelude::*;

use super::{Listener, fixture, is_end, is_failure, song};
use fuzzbox::audio::OutputChoice;

#[test]
fn whole_songs_are_known_by_their_content() {
    for (name, format, rate, channels, seconds) in [
        ("moov_first.m4a", AudioFormat::M4a, 44_100, 2, 2.4),
        ("moov_last.m4a", AudioFormat::M4a, 44_100, 2, 2.4),
        ("fragmented.m4a", AudioFormat::M4a, 44_100, 2, 2.423),
        ("lame.mp3", AudioFormat::Mp3, 44_100, 2, 2.4),
        ("bare.mp3", AudioFormat::Mp3, 44_100, 2, 1.541),
        ("24bit_96k.wav", AudioFormat::Wav, 96_000, 1, 0.1),
        ("mono_8k.wav", AudioFormat::Wav, 8_000, 1, 1.5),
        ("mono_16k.flac", AudioFormat::Flac, 16_000, 1, 1.2),
    ] {
        let found = inspect(&fixture(name)).expect(name);
        assert_eq!(found.format, format, "{name}");
        assert_eq!(
            (found.sample_rate, found.channels),
            (rate, channels),
            "{name}"
        );
        assert!(
            (found.duration.0 - seconds).abs() < 0.001,
            "{name}: {:?}",
            found.duration
        );
        assert_eq!(
            found.survey.waveform.peaks.len(),
            Waveform::SLICES,
            "{name}"
        );
        assert_eq!(
            found.survey.waveform.peaks.iter().max(),
            Some(&255),
            "{name}"
        );
        assert_eq!(
            sniff(&fs::read(fixture(name)).expect("reads")),
            Some(format)
        );
    }
}

fn read(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).expect("reads")
}

/// The beginning of a file.
fn cut(name: &str, share: f64) -> Vec<u8> {
    let mut bytes = read(name);
    bytes.truncate((bytes.len() as f64 * share) as usize);
    bytes
}

/// A WAV file without a sample.
fn silent_wav() -> Vec<u8> {
    let mut bytes = read("mono_8k.wav");
    let data = bytes.windows(4).position(|word| word == b"data");
    bytes.truncate(data.expect("has data") + 4);
    bytes.extend([0; 4]);
    bytes
}

/// What is no song, and what is said about it.
fn bad_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let page = b"<!DOCTYPE html><html><body>Your link has expired</body></html>";
    let headless = "the file is damaged: its index is missing, so the end was never written";
    let other_aac = "HE-AAC or another AAC than AAC-LC in mono or stereo cannot be played here";
    let broken_off = "the file breaks off at 0:01";
    let json = b"{\"error\":1}";
    let missing = "the file is damaged: most of it is missing";
    let short = "the file breaks off at 0:00";
    vec![
        ("empty.m4a", Vec::new(), "the file is empty"),
        ("page.m4a", page.to_vec(), "this is a web page, not a song"),
        ("json.mp3", json.to_vec(), "this is JSON, not a song"),
        ("cut.m4a", cut("moov_first.m4a", 0.5), missing),
        ("headless.m4a", cut("moov_last.m4a", 0.5), headless),
        ("cut.mp3", cut("lame.mp3", 0.6), broken_off),
        ("cut.wav", cut("mono_8k.wav", 0.8), broken_off),
        ("cut.flac", cut("mono_16k.flac", 0.9), short),
        ("fragment.m4a", cut("fragmented.m4a", 0.7), broken_off),
        ("silent.wav", silent_wav(), "there is no sound in the file"),
        ("he.m4a", read("he_aac.m4a"), other_aac),
        (
            "alac.m4a",
            read("alac.m4a"),
            "Apple Lossless cannot be played here",
        ),
    ]
}

#[test]
fn what_is_no_whole_song_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes, reason) in bad_files() {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("writes");
        let error = inspect(&path).expect_err(name);
        assert_eq!(error.to_string(), reason, "{name}");
    }
    let missing = inspect(&folder.path().join("missing.mp3"));
    assert!(matches!(missing, Err(AudioError::Unreadable(_))));
    assert_eq!(
        inspect(folder.path()),
        Err(AudioError::NotSound("no ordinary file"))
    );
}

#[test]
fn bad_files_end_in_one_failure_and_leave_the_player_alive() {
    let folder = tempfile::tempdir().expect("a folder");
    let player = Listener::new(folder.path().to_owned(), OutputChoice::Silent);
    for (name, bytes, _) in bad_files() {
        fs::write(folder.path().join(name), bytes).expect("writes");
        player.load(name, 0.0, true);
        // A file that breaks off is heard as far as it goes, a silent one is over at once.
        let seen = player.until(|event| is_failure(event) || is_end(event));
        match seen.last() {
            Some(PlayerEvent::Failed {
                song: failed,
                reason,
            }) => {
                assert_eq!(*failed, song(name));
                assert!(!reason.contains('\n') && !reason.is_empty());
            }
            _ => assert_eq!(name, "silent.wav"),
        }
    }
    player.load("../audio.rs", 0.0, true);
    player.until(is_failure);
    fs::copy(fixture("24bit_96k.wav"), folder.path().join("good.wav")).expect("copies");
    player.load("good.wav", 0.0, true);
    player.until(is_end);
}

#[test]
fn the_checksum_of_a_flac_file_is_believed() {
    let mut bytes = fs::read(fixture("mono_16k.flac")).expect("reads");
    bytes[30] ^= 1; // within the MD5 of the stream's head
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("changed.flac");
    fs::write(&path, bytes).expect("writes");
    let error = inspect(&path).expect_err("it differs");
    assert_eq!(
        error.to_string(),
        "the file is damaged: its checksum is wrong"
    );
}

fn inspect_bytes(bytes: &[u8], folder: &Path) -> Result<Seconds, AudioError> {
    let path = folder.join("mutant");
    fs::write(&path, bytes).expect("writes");
    inspect(&path).map(|found| found.duration)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// A damaged file is a song or a reason, within the deadline; the decoder's own panics are caught on the way.
    #[test]
    fn damaged_files_are_survived(
        which in 0usize..10,
        head in proptest::collection::vec((0usize..700, any::<u8>()), 0..6),
        anywhere in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..12),
        keep in 0.05f64..1.0,
    ) {
        let name = ["moov_first.m4a", "moov_last.m4a", "fragmented.m4a", "lame.mp3", "bare.mp3", "24bit_96k.wav", "mono_8k.wav", "mono_16k.flac", "he_aac.m4a", "alac.m4a"][which];
        let mut bytes = fs::read(fixture(name)).expect("reads");
        if keep < 0.5 {
            bytes.truncate((bytes.len() as f64 * keep * 2.0) as usize);
        }
        for (at, byte) in head {
            if let Some(slot) = bytes.get_mut(at) {
                *slot = byte;
            }
        }
        for (at, byte) in anywhere {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let began = std::time::Instant::now();
        match inspect_bytes(&bytes, folder.path()) {
            Ok(duration) => prop_assert!(duration.0 > 0.0 && duration.0 < 4000.0),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
        prop_assert!(began.elapsed() < super::DEADLINE);
    }
}
