//! The tests of this module.

use std::path::{Path, PathBuf};

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/audio")
        .join(name)
}

/// All samples from where the decoder stands to the end, checking that no frame is missing or comes twice.
fn rest(decoder: &mut Decoder) -> Vec<f32> {
    let (mut all, mut block, mut next) = (Vec::new(), Vec::new(), None);
    while let Some(first) = decoder.read(&mut block).expect("decodes") {
        assert!(next.is_none_or(|next| next == first), "a gap at {first}");
        next = Some(first + (block.len() / usize::from(decoder.channels())) as u64);
        all.extend_from_slice(&block);
    }
    all
}

/// The left channel of the signal all fixtures are made from.
fn signal(frame: usize, rate: u32) -> f32 {
    let t = frame as f64 / f64::from(rate);
    let sweep = (std::f64::consts::TAU * (200.0 * t + 700.0 * t * t)).sin();
    (0.6 * (0.6 + 0.4 * (5.0 * t).sin()) * sweep) as f32
}

fn likeness(left: impl Iterator<Item = f32>, rate: u32, lag: usize) -> f64 {
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (frame, sample) in left.enumerate().skip(lag) {
        let (a, b) = (f64::from(sample), f64::from(signal(frame - lag, rate)));
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    ab / (aa * bb).sqrt()
}

#[test]
fn songs_begin_and_end_where_they_were_recorded() {
    for (name, frames, lag) in [
        ("moov_first.m4a", 105_840, 0),
        ("moov_last.m4a", 105_840, 0),
        ("fragmented.m4a", 106_864, 1024), // no edit list: the priming is part of it
        ("lame.mp3", 105_840, 0),
        ("mono_8k.wav", 12_000, 0),
        ("mono_16k.flac", 19_200, 0),
    ] {
        let mut decoder = Decoder::open(&fixture(name)).expect(name);
        let channels = usize::from(decoder.channels());
        let all = rest(&mut decoder);
        assert_eq!(all.len() / channels, frames, "{name}");
        assert_eq!(decoder.frames(), Some(frames as u64), "{name}");
        let alike = |lag| likeness(all.iter().copied().step_by(channels), decoder.rate(), lag);
        assert!(alike(lag) > 0.96, "{name}: {}", alike(lag));
        for other in [lag + 1, lag + 3, lag.saturating_sub(1)] {
            assert!(other == lag || alike(other) < alike(lag), "{name}: {other}");
        }
    }
}

#[test]
fn seeks_are_exact_to_the_sample_and_work_after_the_end() {
    for name in [
        "moov_first.m4a",
        "moov_last.m4a",
        "fragmented.m4a",
        "lame.mp3",
        "bare.mp3",
        "24bit_96k.wav",
        "mono_8k.wav",
        "mono_16k.flac",
    ] {
        let mut decoder = Decoder::open(&fixture(name)).expect(name);
        let all = rest(&mut decoder);
        let channels = usize::from(decoder.channels());
        let frames = (all.len() / channels) as u64;
        for target in [
            0,
            1,
            frames / 3,
            frames / 2 + 7,
            100,
            frames - 300,
            frames - 1,
        ] {
            decoder.seek(target).expect(name);
            let again = rest(&mut decoder);
            let wanted = &all[target as usize * channels..];
            assert_eq!(again.len(), wanted.len(), "{name} from {target}");
            let worst = again
                .iter()
                .zip(wanted)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 1e-3, "{name} from {target}: {worst}");
        }
        for beyond in [frames, frames + 1, u64::MAX] {
            decoder.seek(beyond).expect(name);
            assert!(rest(&mut decoder).is_empty(), "{name} at {beyond}");
        }
    }
}

#[test]
fn channels_beyond_two_are_heard_in_both() {
    let mut out = Vec::new();
    fold(&[0.1, 0.2, 0.4, 1.0, 0.0, 0.0], 3, &mut out);
    assert_eq!(out, [0.3, 0.4, 1.0, 0.0]);
}
