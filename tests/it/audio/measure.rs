//! What listening costs and how quickly it answers, measured rather than asserted: run with `--ignored --nocapture`.

use std::io::Write;
use std::time::{Duration, Instant};

use fuzzbox::audio::OutputChoice;
use fuzzbox::domain::{Alignment, PlayerCommand, PlayerEvent, Seconds};

use super::server::{RATE, Recording, Server, loud};
use super::{Listener, compared, fixtures, write_tone};

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Seconds of processor time of the threads of this process that play.
fn spent() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("linux");
    let ticks = tasks.flatten().filter_map(|task| {
        let name = std::fs::read_to_string(task.path().join("comm")).ok()?;
        if !name.starts_with("fuzzbox-") {
            return None;
        }
        let told = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        told.split_whitespace().next()?.parse::<f64>().ok()
    });
    ticks.sum::<f64>() / 1e9
}

fn wait(player: &Listener, time: Duration) {
    let until = Instant::now() + time;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        let _ = player.events.recv_timeout(left);
    }
}

fn middle(mut all: Vec<f64>) -> (f64, f64) {
    all.sort_by(f64::total_cmp);
    (all[all.len() / 2], all[all.len() - 1])
}

/// After how many milliseconds of the recording behind `from` a tone is loud.
fn loud_after(recording: &Recording, from: usize, pitch: f64) -> f64 {
    let step = std::f64::consts::TAU * pitch / RATE as f64;
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        let heard = recording.samples();
        for (n, window) in heard[from..].chunks_exact(110).enumerate() {
            let (mut re, mut im) = (0.0, 0.0);
            for (k, sample) in window.iter().enumerate() {
                re += f64::from(*sample) * (step * k as f64).cos();
                im += f64::from(*sample) * (step * k as f64).sin();
            }
            if (re * re + im * im).sqrt() * 2.0 / 110.0 > 0.3 {
                return n as f64 * 2.5;
            }
        }
        assert!(Instant::now() < until, "it is not heard");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "a measurement"]
fn how_quickly_it_answers() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    write_tone(folder.path(), "a.wav", 400.0, 0.5, 60.0);
    write_tone(folder.path(), "b.wav", 800.0, 0.5, 60.0);
    let recording = server.record();
    let player = Listener::new(folder.path().to_owned(), server.unix());
    loud(&player);
    let (mut loads, mut seeks, mut switches) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..12 {
        let mark = recording.len();
        player.load("a.wav", 10.0, true);
        loads.push(loud_after(&recording, mark, 400.0));
        wait(&player, Duration::from_millis(700));
        player.send(PlayerCommand::Pause);
        wait(&player, Duration::from_millis(300));
        player.send(PlayerCommand::Play);
        wait(&player, Duration::from_millis(300));
        player.send(compared("b.wav", Alignment::default()));
        player.until(|event| matches!(event, PlayerEvent::Compared { .. }));
        wait(&player, Duration::from_millis(500));
        let mark = recording.len();
        player.send(PlayerCommand::Switch);
        switches.push(loud_after(&recording, mark, 800.0));
        wait(&player, Duration::from_millis(300));
        player.send(PlayerCommand::Switch);
        wait(&player, Duration::from_millis(300));
        player.send(PlayerCommand::EndComparison);
        player.load("b.wav", 0.0, true);
        wait(&player, Duration::from_millis(500));
        let mark = recording.len();
        player.send(PlayerCommand::Seek(Seconds(20.0 + f64::from(round))));
        recording.go_on(0.15);
        // The seek is a jump of the phase: a stretch that differs from the one before.
        let heard = recording.samples();
        let jump = heard[mark - 441..]
            .windows(112)
            .position(|pair| (pair[0] - pair[111]).abs() > 0.1);
        seeks.push(jump.map_or(f64::NAN, |at| at as f64 / 44.1 - 10.0));
        player.send(PlayerCommand::Stop);
        wait(&player, Duration::from_millis(300));
    }
    for (what, all) in [("load", loads), ("switch", switches), ("seek", seeks)] {
        let (half, worst) = middle(all);
        say(&format!(
            "{what}: half within {half:.1} ms, all within {worst:.1} ms"
        ));
    }
}

#[test]
#[ignore = "a measurement"]
fn what_playing_costs() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let tone = fixtures().join("moov_first.m4a");
    std::fs::copy(tone, folder.path().join("short.m4a")).expect("copies");
    let player = Listener::new(folder.path().to_owned(), server.unix());
    loud(&player);
    player.load("short.m4a", 0.0, true);
    player.send(super::part(0.0, 2.4));
    wait(&player, Duration::from_secs(3));
    for (what, rate) in [("without", 0), ("with 30 spectra a second", 30)] {
        player.send(PlayerCommand::TellSpectrum(rate));
        wait(&player, Duration::from_millis(500));
        let (before, began) = (spent(), Instant::now());
        wait(&player, Duration::from_secs(15));
        let share = (spent() - before) / began.elapsed().as_secs_f64();
        say(&format!("{what}: {:.2} % of a core", share * 100.0));
    }
}

/// Plays on the server that `MEASURE_SERVER` names for `MEASURE_SECONDS`: its own log counts what it was short of.
#[test]
#[ignore = "a measurement"]
fn plays_for_long() {
    let named = |name: &str| std::env::var(name).ok();
    let Some(server) = named("MEASURE_SERVER") else {
        return;
    };
    let seconds = named("MEASURE_SECONDS").and_then(|s| s.parse().ok());
    let player = Listener::new(fixtures(), OutputChoice::Server(server));
    loud(&player);
    player.load("moov_first.m4a", 0.0, true);
    player.send(super::part(0.0, 2.4));
    player.send(PlayerCommand::TellSpectrum(20));
    wait(&player, Duration::from_secs(seconds.unwrap_or(600)));
    let kib = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = kib.lines().find(|line| line.starts_with("VmRSS"));
    say(kib.unwrap_or_default());
}
