//! What is heard of songs beside and behind each other, recorded from a PulseAudio server.

use std::path::Path;

use fuzzbox::domain::{Alignment, PlayerCommand, PlayerEvent, Seconds};

use super::server::{RATE, SETTLED, Server, best, loud, onset, signal};
use super::{
    Listener, compared, fixture, fixtures, is_end, next, part, stems, write_tone, write_wav,
};

/// A stretch in which a tone is looked for.
const WINDOW: usize = RATE / 200;

/// How loud a tone is in each stretch of 5 ms.
fn levels(heard: &[f32], pitch: f64) -> Vec<f64> {
    let step = std::f64::consts::TAU * pitch / RATE as f64;
    let level = |window: &[f32]| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in window.iter().enumerate() {
            re += f64::from(*sample) * (step * n as f64).cos();
            im += f64::from(*sample) * (step * n as f64).sin();
        }
        (re * re + im * im).sqrt() * 2.0 / window.len() as f64
    };
    heard.chunks_exact(WINDOW).map(level).collect()
}

fn tones(folder: &Path) {
    // Whole periods in 5 ms, so that neither is seen in the other.
    write_tone(folder, "a.wav", 400.0, 0.5, 20.0);
    write_tone(folder, "b.wav", 800.0, 0.125, 20.0);
}

/// Writes the signal that all fixtures are made from, without loss.
fn write_signal(folder: &Path, name: &str, seconds: f64) {
    write_wav(folder, name, seconds, |frame| signal(frame as usize));
}

#[test]
fn the_next_song_begins_in_the_frame_behind_the_last() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    write_signal(folder.path(), "one.wav", 2.4);
    write_signal(folder.path(), "two.wav", 1.7);
    let flac = "mono_16k.flac";
    std::fs::copy(fixture(flac), folder.path().join(flac)).expect("copies");
    let recording = server.record();
    let player = Listener::new(folder.path().to_owned(), server.unix());
    loud(&player);
    player.load("one.wav", 1.4, true);
    player.send(next("two.wav"));
    player.until(|event| matches!(event, PlayerEvent::Followed { .. }));
    player.send(next(flac));
    player.until(is_end);
    recording.go_on(0.3);
    let heard = recording.samples();
    let begin = onset(&heard);
    let second = |seconds: f64| (seconds * RATE as f64) as usize;
    let (one, alike) = best(&heard, begin + SETTLED, second(1.4) + SETTLED, second(0.94));
    assert!(alike > 0.999, "likeness {alike}");
    let (two, alike) = best(&heard, one + second(1.0), SETTLED, second(1.64));
    assert!(alike > 0.999, "likeness {alike}");
    assert_eq!(
        two - one,
        second(1.0),
        "frames between the same frame of both"
    );
    // The third is of another rate, and is brought to this one.
    let (three, alike) = best(&heard, two + second(1.7), SETTLED, second(1.0));
    assert!(alike > 0.98, "likeness {alike}");
    let away = (three - two).abs_diff(second(1.7));
    assert!(away <= 2, "{} frames", three - two);
}

#[test]
fn a_loop_is_as_long_as_its_part_to_the_frame() {
    let Some(server) = Server::start() else {
        return;
    };
    let recording = server.record();
    let player = Listener::new(fixtures(), server.unix());
    loud(&player);
    player.load("lame.mp3", 0.5, false);
    player.send(part(0.5, 1.3));
    player.send(PlayerCommand::Play);
    player.position(|_, playing| playing);
    recording.go_on(4.2);
    let heard = recording.samples();
    let second = |seconds: f64| (seconds * RATE as f64) as usize;
    let begin = onset(&heard);
    let from = second(0.5) + SETTLED;
    let (mut last, _) = best(&heard, begin + SETTLED, from, second(0.7));
    for round in 1..4 {
        let (place, alike) = best(&heard, last + second(0.8), from, second(0.7));
        assert!(alike > 0.99, "round {round}: likeness {alike}");
        assert_eq!(place - last, second(0.8), "round {round}");
        last = place;
    }
    let loudest = heard[begin + SETTLED..]
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs());
    let loudest = loudest.fold(0.0, f32::max);
    assert!(loudest < 0.5, "no clicks: {loudest}");
}

#[test]
fn a_loop_set_while_it_plays_does_not_interrupt_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    tones(folder.path());
    let recording = server.record();
    let player = Listener::new(folder.path().to_owned(), server.unix());
    loud(&player);
    player.load("a.wav", 0.0, true);
    player.position(|position, playing| playing && position > 0.4);
    let mark = recording.len();
    player.send(part(0.2, 1.2));
    recording.go_on(2.0);
    player.send(PlayerCommand::Loop(None));
    recording.go_on(1.0);
    let levels = levels(&recording.samples()[mark..], 400.0);
    let quietest = levels.iter().copied().fold(1.0, f64::min);
    assert!(quietest > 0.4, "{quietest}");
}

#[test]
fn the_other_song_is_heard_at_once_without_a_gap_or_a_jump() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    tones(folder.path());
    let player = Listener::new(folder.path().to_owned(), server.unix());
    let recording = server.record();
    loud(&player);
    player.load("a.wav", 0.0, true);
    player.send(compared("b.wav", Alignment::default()));
    player.until(|event| matches!(event, PlayerEvent::Compared { .. }));
    player.position(|position, playing| playing && position > 3.0);
    let mark = recording.len();
    player.send(PlayerCommand::Switch);
    recording.go_on(0.6);
    let heard = recording.samples();
    let (a, b) = (
        levels(&heard[mark - RATE / 4..], 400.0),
        levels(&heard[mark - RATE / 4..], 800.0),
    );
    let before = 0.25;
    let switched = b
        .iter()
        .position(|level| *level > 0.06)
        .expect("it is heard");
    let late = switched as f64 * 0.005 - before;
    assert!(late < 0.25, "{late} s until the other was heard");
    for (one, other) in a.iter().zip(&b) {
        assert!(one + other > 0.05, "no gap: {one} {other}");
    }
    assert!(a.last().is_some_and(|level| *level < 0.005));
    // One is four times as loud as the other, and both are heard equally loud.
    let jump = 20.0 * (b[b.len() - 1] / a[4]).log10();
    assert!(jump.abs() < 1.0, "a jump of {jump} dB");
}

#[test]
fn stems_sound_at_the_levels_of_the_mix() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    tones(folder.path());
    let player = Listener::new(folder.path().to_owned(), server.unix());
    let recording = server.record();
    loud(&player);
    player.send(stems("s", &["a.wav", "b.wav"], 0.0));
    player.position(|position, playing| playing && position > 0.5);
    for (gains, (a, b)) in [
        (vec![1.0, 0.0], (0.5, 0.0)),
        (vec![0.0, 2.0], (0.0, 0.25)),
        (vec![0.5, 1.0], (0.25, 0.125)),
    ] {
        player.send(PlayerCommand::Mix(gains));
        recording.go_on(0.4);
        let heard = recording.samples();
        let last = &heard[heard.len() - RATE / 20..];
        for (pitch, wanted) in [(400.0, a), (800.0, b)] {
            let level = levels(last, pitch);
            let level = level.iter().sum::<f64>() / level.len() as f64;
            assert!(
                (level - wanted).abs() < 0.01,
                "{pitch}: {level} instead of {wanted}"
            );
        }
    }
    player.send(PlayerCommand::Seek(Seconds(19.8)));
    player.until(is_end);
}
