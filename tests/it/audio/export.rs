//! A mix of stems as a file of its own.

use std::fs;
use std::path::{Path, PathBuf};

use fuzzbox::audio::{AudioError, AudioFormat, export_mix, inspect};

use super::fixture;

fn samples(path: &Path) -> Vec<f64> {
    let bytes = fs::read(path).expect("reads");
    let samples = bytes[44..].chunks_exact(3);
    samples
        .map(|b| f64::from(i32::from_le_bytes([0, b[0], b[1], b[2]]) >> 8) / 8_388_607.0)
        .collect()
}

fn mixed(stems: &[(&str, f32)]) -> Vec<f64> {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("mix.wav");
    let stems: Vec<(PathBuf, f32)> = stems.iter().map(|(n, gain)| (fixture(n), *gain)).collect();
    let mut told = Vec::new();
    let seconds = export_mix(&stems, &to, false, &mut |share| told.push(share)).expect("a mix");
    assert!(told.is_sorted() && told.last() == Some(&1.0), "{told:?}");
    let found = inspect(&to).expect("a song");
    assert_eq!((found.format, found.channels), (AudioFormat::Wav, 2));
    assert!((found.duration.0 - seconds.0).abs() < 1e-6);
    let left = fs::read_dir(folder.path()).expect("reads").count();
    assert_eq!(left, 1, "nothing else is left");
    samples(&to)
}

#[test]
fn levels_are_what_they_are_said_to_be() {
    let whole = mixed(&[("moov_first.m4a", 1.0)]);
    let half = mixed(&[
        ("moov_first.m4a", 0.25),
        ("moov_first.m4a", 0.25),
        ("lame.mp3", 0.0),
    ]);
    assert_eq!(whole.len(), 2 * 105_840);
    assert_eq!(half.len(), whole.len());
    let worst = whole.iter().zip(&half).map(|(a, b)| (a / 2.0 - b).abs());
    assert!(worst.fold(0.0, f64::max) < 1e-6);
}

#[test]
fn what_would_clip_is_softer_as_a_whole() {
    let once = mixed(&[("lame.mp3", 1.0)]);
    let loud = mixed(&[("lame.mp3", 2.0), ("lame.mp3", 2.0)]);
    let peak = |all: &[f64]| all.iter().fold(0.0f64, |peak, s| peak.max(s.abs()));
    assert!((peak(&loud) - 0.999).abs() < 1e-4, "{}", peak(&loud));
    let scale = peak(&loud) / peak(&once);
    let worst = once.iter().zip(&loud).map(|(a, b)| (a * scale - b).abs());
    assert!(worst.fold(0.0, f64::max) < 1e-5, "its shape is kept");
}

#[test]
fn stems_of_other_rates_and_lengths_are_in_step() {
    // The same signal at 8 and 44.1 kHz: what the lower rate holds of it takes the other away.
    let mono = mixed(&[("lame.mp3", 0.0), ("mono_8k.wav", 0.5)]);
    assert_eq!(mono.len(), 2 * 105_840);
    let low = |all: &[f64]| {
        all.iter()
            .skip(8_820)
            .step_by(2)
            .take(8_820)
            .map(|s| s * s)
            .sum::<f64>()
    };
    let gone = mixed(&[("lame.mp3", 0.5), ("mono_8k.wav", -0.5)]);
    assert!(
        low(&gone) < 0.01 * low(&mono),
        "{} {}",
        low(&gone),
        low(&mono)
    );
}

#[test]
fn nothing_is_overwritten_or_left_behind_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("mix.wav");
    fs::write(&to, "mine").expect("writes");
    let stems = [(fixture("mono_8k.wav"), 1.0)];
    let refused = export_mix(&stems, &to, false, &mut |_| {});
    assert_eq!(refused, Err(AudioError::Exists));
    assert_eq!(fs::read(&to).expect("reads"), b"mine");
    export_mix(&stems, &to, true, &mut |_| {}).expect("replaced");
    inspect(&to).expect("a song");

    let broken = [(fixture("mono_8k.wav"), 1.0), (fixture("README.md"), 1.0)];
    let other = folder.path().join("other.wav");
    let failed = export_mix(&broken, &other, false, &mut |_| {});
    assert!(matches!(failed, Err(AudioError::NotSound(_))), "{failed:?}");
    assert_eq!(
        export_mix(&[], &other, false, &mut |_| {}),
        Err(AudioError::NoSoundInside)
    );
    assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 1);
}
