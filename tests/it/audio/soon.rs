//! How soon a command is heard: what a server lets be heard is recorded, and every stretch of it tells which second of the
//! song it is from.

use std::path::Path;
use std::time::{Duration, Instant};

use fuzzbox::domain::{PlayerCommand, Seconds, Volume};

use super::server::{RATE, Recording, Server, loud};
use super::{DEADLINE, Listener, write_wav};

/// A stretch of the recording that is told apart from others: 5 ms, in which every pitch has whole periods.
pub(super) const WINDOW: usize = RATE / 200;
/// How many seconds the song has: each has a pitch of its own.
const SECONDS: usize = 40;
const LEVEL: f64 = 0.5;

/// The pitch of a second of the song: 200 Hz apart, so that none is seen in another.
fn pitch(second: usize) -> f64 {
    400.0 + 200.0 * second as f64
}

/// Writes a song in which every second has a pitch of its own.
pub(super) fn write_seconds(folder: &Path, name: &str) {
    write_wav(folder, name, SECONDS as f64, |frame| {
        let second = frame as usize / RATE;
        let step = std::f64::consts::TAU * pitch(second) / RATE as f64;
        LEVEL * (step * f64::from(frame)).sin()
    });
}

/// How loud a pitch is in a stretch.
fn loudness(window: &[f32], pitch: f64) -> f64 {
    let step = std::f64::consts::TAU * pitch / RATE as f64;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in window.iter().enumerate() {
        re += f64::from(*sample) * (step * n as f64).cos();
        im += f64::from(*sample) * (step * n as f64).sin();
    }
    (re * re + im * im).sqrt() * 2.0 / window.len() as f64
}

/// Which second of the song a stretch is from; `None`: silence, or more than one.
pub(super) fn second_of(window: &[f32]) -> Option<usize> {
    let all: f64 = window.iter().map(|s| f64::from(*s).powi(2)).sum();
    let level = (2.0 * all / window.len() as f64).sqrt();
    let loudest = (0..SECONDS)
        .map(|second| (second, loudness(window, pitch(second))))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    (level > 0.02 && loudest.1 > 0.9 * level).then_some(loudest.0)
}

/// Waits until the recording behind `from` has a stretch that is wanted; how many milliseconds behind it that begins.
///
/// The recording itself has to be up to date: it is told by what has come, not by the clock.
pub(super) fn wait_for(recording: &Recording, from: usize, wanted: impl Fn(&[f32]) -> bool) -> f64 {
    let until = Instant::now() + DEADLINE;
    loop {
        let heard = recording.samples();
        let found = heard[from..].chunks_exact(WINDOW).position(&wanted);
        if let Some(at) = found {
            return (at * WINDOW) as f64 / RATE as f64 * 1000.0;
        }
        assert!(Instant::now() < until, "it is not heard");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// The milliseconds from a seek to its being heard, for each of these seconds of the song, played at a server of its own.
pub(super) fn seeks(seconds: &[usize]) -> Option<Vec<f64>> {
    let server = Server::start()?;
    let folder = tempfile::tempdir().expect("a folder");
    write_seconds(folder.path(), "seconds.wav");
    let recording = server.record_closely();
    let player = Listener::new(folder.path().to_owned(), server.unix());
    loud(&player);
    player.load("seconds.wav", 0.2, true);
    wait_for(&recording, 0, |window| second_of(window) == Some(0));
    let mut took = Vec::new();
    for second in seconds {
        // Not always at the same place of the server's buffer.
        recording.go_on(0.31);
        let mark = recording.len();
        player.send(PlayerCommand::Seek(Seconds(*second as f64 + 0.1)));
        took.push(wait_for(&recording, mark, |window| {
            second_of(window) == Some(*second)
        }));
        // What was heard in between is from before the seek, or nothing; never another place.
        recording.go_on(0.2);
        let heard = recording.samples();
        let at = mark + (took.last().expect("one") / 1000.0 * RATE as f64) as usize;
        let behind = heard[at + WINDOW..].chunks_exact(WINDOW).take(30);
        for window in behind {
            assert_eq!(second_of(window), Some(*second), "it goes on there");
        }
    }
    Some(took)
}

#[test]
fn a_seek_is_heard_at_its_place_and_soon() {
    let Some(took) = seeks(&[10, 3, 25, 11, 38, 7]) else {
        return;
    };
    let mut sorted = took.clone();
    sorted.sort_by(f64::total_cmp);
    // Where much else is done on the machine one may be late; half of them are not.
    assert!(sorted[sorted.len() / 2] <= 60.0, "{took:?} ms");
}

#[test]
fn another_volume_is_heard_soon() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    write_seconds(folder.path(), "seconds.wav");
    let recording = server.record_closely();
    let player = Listener::new(folder.path().to_owned(), server.unix());
    loud(&player);
    player.load("seconds.wav", 0.2, true);
    let is_loud = |window: &[f32]| (0..SECONDS).any(|n| loudness(window, pitch(n)) > 0.45);
    wait_for(&recording, 0, is_loud);
    let mut took = Vec::new();
    for _ in 0..5 {
        recording.go_on(0.31);
        let mark = recording.len();
        player.send(PlayerCommand::SetVolume(Volume::new(0)));
        took.push(wait_for(&recording, mark, |window| {
            window.iter().all(|sample| sample.abs() < 0.01)
        }));
        player.send(PlayerCommand::SetVolume(Volume::new(100)));
        let mark = recording.len();
        wait_for(&recording, mark, is_loud);
    }
    took.sort_by(f64::total_cmp);
    assert!(took[took.len() / 2] <= 60.0, "{took:?} ms");
}
