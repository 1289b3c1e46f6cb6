//! What listening costs and how quickly it answers, measured rather than asserted: run with `--ignored --nocapture`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fuzzbox::api::{Arrival, Client, Download};
use fuzzbox::audio::{Arrivals, Audio, OutputChoice, Shelf};
use fuzzbox::domain::{Alignment, Playable, PlayerCommand, PlayerEvent, Seconds};

use super::server::{RATE, Recording, Server, loud};
use super::{Listener, compared, fixtures, soon, write_tone};

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
    let recording = server.record_closely();
    let player = Listener::new(folder.path().to_owned(), server.unix());
    loud(&player);
    let (mut loads, mut switches) = (Vec::new(), Vec::new());
    for _ in 0..12 {
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
        player.send(PlayerCommand::Stop);
        wait(&player, Duration::from_millis(300));
    }
    let wanted: Vec<usize> = (0..24).map(|round| 1 + round * 17 % 38).collect();
    let seeks = soon::seeks(&wanted).unwrap_or_default();
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

/// Writes an mp3 of about so many seconds: the frames of a short one, again and again.
fn write_mp3(folder: &Path, name: &str, seconds: f64) -> u64 {
    let frames = std::fs::read(fixtures().join("bare.mp3")).expect("reads");
    let times = (seconds / 1.541).ceil() as usize;
    // Piece by piece: what this takes itself is not to be measured.
    let mut file = std::fs::File::create(folder.join(name)).expect("a file");
    for _ in 0..times {
        file.write_all(&frames).expect("writes");
    }
    (frames.len() * times) as u64
}

/// Serves a file at so many bytes a second, in parts where they are asked for. Gives its address.
fn slow_server(content: Vec<u8>, rate: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let content = Arc::new(content);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let content = Arc::clone(&content);
            std::thread::spawn(move || serve_slowly(stream, &content, rate));
        }
    });
    format!("http://{address}/song")
}

fn serve_slowly(mut stream: TcpStream, content: &[u8], rate: usize) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let asked = head
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="));
    let from = asked.and_then(|range| range.split('-').next()?.parse().ok());
    let (status, from) = (if from.is_some() { 206 } else { 200 }, from.unwrap_or(0));
    let all = content.len();
    let told = format!(
        "HTTP/1.1 {status} OK\r\ncontent-type: audio/mpeg\r\naccept-ranges: bytes\r\ncontent-length: {}\r\n\
         content-range: bytes {from}-{}/{all}\r\netag: \"1\"\r\nconnection: close\r\n\r\n",
        all - from,
        all - 1
    );
    if stream.write_all(told.as_bytes()).is_err() {
        return;
    }
    for piece in content[from..].chunks(rate / 100) {
        if stream.write_all(piece).is_err() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// How many milliseconds after its request the first sound of a song is heard that comes from this server.
fn first_sound(server: &Server, url: &str, part: &Path) -> f64 {
    let arrivals = Arrivals::default();
    let growing = arrivals.begin(&super::song("new"), part);
    let (wish, wanted) = tokio::sync::watch::channel(None);
    growing.on_want(Box::new(move |want| {
        wish.send_replace(want);
    }));
    let shelf = Shelf {
        arrivals,
        ..Shelf::from(part.parent().expect("a folder").to_owned())
    };
    let (tell, events) = std::sync::mpsc::channel();
    let audio = Audio::start(shelf, server.unix(), move |event| drop(tell.send(event)));
    let player = Listener { audio, events };
    loud(&player);
    let recording = server.record_closely();
    let mark = recording.len();
    player.send(PlayerCommand::Load {
        song: super::song("new"),
        audio: Playable::Arriving,
        from: Seconds(0.0),
        play: true,
    });
    let (heard, is_heard) = tokio::sync::oneshot::channel::<()>();
    let waiting = std::thread::spawn(move || {
        let first = soon::wait_for(&recording, mark, |window| {
            window.iter().any(|sample| sample.abs() > 0.02)
        });
        drop(heard);
        first
    });
    let order = Download {
        url: url.parse().expect("a link"),
        part: part.to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async move {
        let client = Client::new("http://127.0.0.1:9".parse().expect("a link"));
        let told = |arrival: Arrival<'_>| growing.note(arrival.here, arrival.total);
        tokio::select! {
            fetched = client.download_along(&order, wanted, told) => drop(fetched),
            _ = is_heard => {}
        }
    });
    waiting.join().expect("it is heard")
}

/// From the request to the first sound, at a server that gives 500 kB a second, against the time of the whole file.
#[test]
#[ignore = "a measurement"]
fn how_soon_a_song_from_afar_is_heard() {
    let Some(server) = Server::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    write_mp3(folder.path(), "song.mp3", 180.0);
    write_tone(folder.path(), "song.wav", 400.0, 0.5, 60.0);
    for name in ["song.mp3", "song.wav"] {
        let content = std::fs::read(folder.path().join(name)).expect("reads");
        let all = content.len() as f64;
        let url = slow_server(content, 500_000);
        let part = folder.path().join(format!("{name}.part"));
        let first = first_sound(&server, &url, &part);
        say(&format!(
            "{name} at 500 kB/s: the first sound after {first:.0} ms, the last byte after {:.0} ms",
            all / 500.0
        ));
    }
}

/// What is taken by a song of three minutes, and by one of an hour.
#[test]
#[ignore = "a measurement"]
fn how_much_memory_a_song_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    for minutes in [3u32, 60] {
        let name = format!("{minutes}.mp3");
        let bytes = write_mp3(folder.path(), &name, f64::from(minutes) * 60.0);
        let player = Listener::new(folder.path().to_owned(), OutputChoice::Silent);
        player.load(&name, 1.0, true);
        player.until(|event| matches!(event, PlayerEvent::Shape { whole: true, .. }));
        player.send(PlayerCommand::Seek(Seconds(f64::from(minutes) * 30.0)));
        wait(&player, Duration::from_secs(2));
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let lines = status
            .lines()
            .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
        let lines: Vec<String> = lines.map(|line| line.replace('\t', " ")).collect();
        say(&format!(
            "{minutes} minutes, {bytes} bytes: {}",
            lines.join(", ")
        ));
    }
}
