//! Playing through a PulseAudio server that records what it would let be heard.

use std::ffi::OsStr;
use std::io::{BufReader, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fuzzbox::audio::OutputChoice;
use fuzzbox::domain::{OutputKind, PlayerCommand, PlayerEvent, Seconds, Volume};

use super::{DEADLINE, Listener, fixture, fixtures, is_end, is_output};

pub(super) const RATE: usize = 44_100;
/// The monitor has sent silence already when the sink goes back to mix in a new stream: a few frames are never recorded.
pub(super) const SETTLED: usize = RATE / 20;
pub(super) const SLACK: usize = RATE / 20;

const SKIPPED: &[u8] =
    b"SKIPPED: a test of sound: pulseaudio and parec are not installed (Debian: pulseaudio, pulseaudio-utils)\n";

/// A server of this test alone, with a sink that plays to nobody. It lets in its own user, and by TCP everybody. Ended when dropped.
pub(super) struct Server {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not come about");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

impl Server {
    /// Starts a server, or says loudly that there is none on this machine.
    pub(super) fn start() -> Option<Server> {
        if !is_on_path("pulseaudio") || !is_on_path("parec") {
            let _ = std::io::stderr().write_all(SKIPPED); // past the capture of tests: it must be seen
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        // A port nobody listens on now.
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
            listener.local_addr().expect("bound").port()
        };
        let child = Self::spawn(folder.path(), port);
        let server = Server {
            child,
            folder,
            port,
        };
        server.wait_until_up();
        Some(server)
    }

    fn spawn(folder: &Path, port: u16) -> Child {
        let socket = folder.join("native");
        Command::new("pulseaudio")
            .args([
                "-n",
                "--daemonize=no",
                "--system=false",
                "--exit-idle-time=-1",
                "--use-pid-file=no",
            ])
            .args(["--disable-shm=yes", "--log-level=error"])
            .args([
                "-L",
                "module-null-sink sink_name=heard rate=44100 channels=2 format=float32le",
            ])
            .args([
                "-L",
                &format!(
                    "module-native-protocol-tcp port={port} listen=127.0.0.1 auth-anonymous=1"
                ),
            ])
            .args([
                "-L",
                &format!("module-native-protocol-unix socket={}", socket.display()),
            ])
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pulseaudio starts")
    }

    fn wait_until_up(&self) {
        wait_for("the server", || {
            // Not by TCP: until the server listens, a connection to a free port may meet itself.
            std::os::unix::net::UnixStream::connect(self.folder.path().join("native")).is_ok()
        });
    }

    pub(super) fn unix(&self) -> OutputChoice {
        OutputChoice::Server(format!(
            "unix:{}",
            self.folder.path().join("native").display()
        ))
    }

    pub(super) fn tcp(&self) -> OutputChoice {
        OutputChoice::Server(format!("tcp:127.0.0.1:{}", self.port))
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("it was ours");
    }

    fn restart(&mut self) {
        let _ = std::fs::remove_file(self.folder.path().join("native"));
        self.child = Self::spawn(self.folder.path(), self.port);
        self.wait_until_up();
    }

    fn client(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env(
                "PULSE_SERVER",
                format!("unix:{}", self.folder.path().join("native").display()),
            )
            .env("HOME", self.folder.path());
        command
    }

    /// Records the left channel of what is heard until it is dropped.
    pub(super) fn record(&self) -> Recording {
        self.record_within(20)
    }

    /// The same, so that the recording is never more than a few milliseconds away from what is heard now. The sink works in
    /// steps as short as that.
    pub(super) fn record_closely(&self) -> Recording {
        self.record_within(2)
    }

    fn record_within(&self, milliseconds: u32) -> Recording {
        let mut child = self
            .client("parec")
            .args([
                "-d",
                "heard.monitor",
                "--format=float32le",
                "--rate=44100",
                "--channels=2",
                "--raw",
            ])
            .arg(format!("--latency-msec={milliseconds}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("parec starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let left = Arc::new(Mutex::new(Vec::new()));
        let writing = Arc::clone(&left);
        std::thread::spawn(move || {
            let mut frame = [0; 8];
            while out.read_exact(&mut frame).is_ok() {
                let sample = f32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]);
                writing
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(sample);
            }
        });
        let recording = Recording { child, left };
        wait_for("the recording", || {
            !recording
                .left
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_empty()
        });
        recording
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(super) struct Recording {
    child: Child,
    left: Arc<Mutex<Vec<f32>>>,
}

impl Recording {
    pub(super) fn len(&self) -> usize {
        self.left
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    pub(super) fn samples(&self) -> Vec<f32> {
        self.left
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until so many seconds more have been recorded.
    pub(super) fn go_on(&self, seconds: f64) {
        let until = self.len() + (seconds * RATE as f64) as usize;
        wait_for("more of the recording", || self.len() >= until);
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The left channel of the signal all fixtures are made from.
pub(super) fn signal(frame: usize) -> f64 {
    let t = frame as f64 / RATE as f64;
    let sweep = (std::f64::consts::TAU * (200.0 * t + 700.0 * t * t)).sin();
    0.6 * (0.6 + 0.4 * (5.0 * t).sin()) * sweep
}

/// How much two stretches are alike: 1 is the same but for loudness.
fn likeness(recorded: &[f32], wanted: &[f64]) -> f64 {
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in recorded.iter().map(|sample| f64::from(*sample)).zip(wanted) {
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    ab / (aa * bb).sqrt().max(1e-9)
}

/// Where the sound begins.
pub(super) fn onset(recorded: &[f32]) -> usize {
    recorded
        .iter()
        .position(|sample| sample.abs() > 1e-3)
        .expect("something is heard")
}

/// Where near `at` the recording is most like the signal from frame `from` on, and how much it is for `length` frames.
pub(super) fn best(recorded: &[f32], at: usize, from: usize, length: usize) -> (usize, f64) {
    let wanted: Vec<f64> = (from..from + length).map(signal).collect();
    let alike = |start: usize, length: usize| {
        let stretch = recorded.get(start..start + length)?;
        Some(likeness(stretch, wanted.get(..length)?))
    };
    let start = (at.saturating_sub(SLACK)..=at + SLACK)
        .filter_map(|start| Some((start, alike(start, length.min(2_000))?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .expect("the recording is long enough")
        .0;
    (
        start,
        alike(start, length).expect("the recording is long enough"),
    )
}

pub(super) fn loud(player: &Listener) {
    player.send(PlayerCommand::SetVolume(Volume::new(100)));
}

#[test]
fn what_is_heard_is_what_was_recorded() {
    let Some(server) = Server::start() else {
        return;
    };
    for choice in [server.unix(), server.tcp()] {
        let recording = server.record();
        let player = Listener::new(fixtures(), choice);
        loud(&player);
        player.load("lame.mp3", 0.0, true);
        let seen = player.until(is_end);
        assert!(
            seen.iter()
                .any(|event| is_output(event, &OutputKind::Pulse)),
            "{seen:?}"
        );
        recording.go_on(0.3);
        let heard = recording.samples();
        let begin = onset(&heard);
        let (_, alike) = best(&heard, begin + SETTLED, SETTLED, 2 * RATE);
        assert!(alike > 0.99, "likeness {alike}");
        let end = heard.len()
            - heard
                .iter()
                .rev()
                .position(|sample| sample.abs() > 1e-3)
                .expect("sound");
        let length = (end - begin) as f64 / RATE as f64;
        assert!((2.35..2.45).contains(&length), "{length} s were heard");
    }
}

#[test]
fn volume_pause_and_seek_are_heard() {
    let Some(server) = Server::start() else {
        return;
    };
    let recording = server.record();
    let player = Listener::new(fixtures(), server.unix());
    loud(&player);
    player.load("lame.mp3", 0.0, true);
    player.position(|position, playing| playing && position > 0.2);

    player.send(PlayerCommand::Pause);
    let held = player.position(|_, playing| !playing);
    recording.go_on(0.3);
    let mark = recording.len();
    recording.go_on(0.4);
    let quiet = recording.samples();
    assert!(
        quiet[mark..].iter().all(|sample| sample.abs() < 1e-6),
        "silence while it is held"
    );
    let begin = onset(&quiet);
    let end = mark
        - quiet[..mark]
            .iter()
            .rev()
            .position(|sample| sample.abs() > 1e-3)
            .expect("sound");
    let heard = (end - begin) as f64 / RATE as f64;
    assert!(
        (heard - held).abs() < 0.08,
        "{heard} s were heard when {held} s were told"
    );

    player.send(PlayerCommand::Seek(Seconds(1.5)));
    player.send(PlayerCommand::Play);
    recording.go_on(0.8);
    let heard = recording.samples();
    let again = mark + onset(&heard[mark..]);
    // Nothing from before the seek, and the very place that was asked for.
    let from = (1.5 * RATE as f64) as usize + SETTLED;
    let (_, alike) = best(&heard, again + SETTLED, from, RATE / 4);
    assert!(alike > 0.99, "likeness {alike}");

    player.until(is_end);
    player.send(PlayerCommand::SetVolume(Volume::new(0)));
    player.send(PlayerCommand::Seek(Seconds(1.0)));
    player.send(PlayerCommand::Play);
    recording.go_on(0.1);
    let mark = recording.len();
    recording.go_on(0.4);
    assert!(
        recording.samples()[mark..]
            .iter()
            .all(|sample| sample.abs() < 1e-6),
        "volume 0 is silence"
    );
}

#[test]
fn a_seek_while_playing_is_heard_soon_and_without_the_old_sound() {
    let Some(server) = Server::start() else {
        return;
    };
    let recording = server.record();
    let player = Listener::new(fixtures(), server.unix());
    loud(&player);
    player.load("lame.mp3", 0.0, true);
    player.position(|position, playing| playing && position > 0.3);
    let mark = recording.len();
    player.send(PlayerCommand::Seek(Seconds(1.4)));
    recording.go_on(1.0);
    let heard = recording.samples();
    let from = (1.4 * RATE as f64) as usize + SETTLED;
    let (place, alike) = (0..10)
        .map(|step| best(&heard, mark + step * SLACK, from, RATE / 5))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .expect("it was looked for");
    let late = (place as f64 - mark as f64) / RATE as f64 - 0.05;
    assert!(alike > 0.99, "likeness {alike}");
    assert!(late < 0.25, "{late} s until the seek was heard");
}

#[test]
fn when_the_server_dies_the_song_goes_on_silently_and_comes_back_with_it() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let player = Listener::new(fixtures(), server.unix());
    loud(&player);
    player.load("moov_first.m4a", 0.0, true);
    player.until(|event| is_output(event, &OutputKind::Pulse));
    player.position(|position, playing| playing && position > 0.2);
    server.kill();
    let seen =
        player.until(|event| matches!(event, PlayerEvent::Output(OutputKind::Silent { .. })));
    assert!(!seen.iter().any(is_end));
    player.position(|position, playing| playing && position > 0.5);
    server.restart();
    // The song is short: keep it going until the server is back.
    let deadline = Instant::now() + DEADLINE;
    loop {
        assert!(Instant::now() < deadline, "the server is not found again");
        player.send(PlayerCommand::Seek(Seconds(0.5)));
        player.send(PlayerCommand::Play);
        let seen = player.until(|event| is_end(event) || is_output(event, &OutputKind::Pulse));
        if seen
            .last()
            .is_some_and(|event| is_output(event, &OutputKind::Pulse))
        {
            break;
        }
    }
    let recording = server.record();
    player.send(PlayerCommand::Seek(Seconds(0.5)));
    player.send(PlayerCommand::Play);
    recording.go_on(0.5);
    assert!(recording.samples().iter().any(|sample| sample.abs() > 0.1));
}

#[test]
fn songs_of_other_rates_follow_each_other() {
    let Some(server) = Server::start() else {
        return;
    };
    let recording = server.record();
    let player = Listener::new(fixtures(), server.unix());
    loud(&player);
    for (name, from) in [
        ("mono_8k.wav", 1.0),
        ("24bit_96k.wav", 0.0),
        ("mono_16k.flac", 0.8),
        ("lame.mp3", 2.0),
    ] {
        let mark = recording.len();
        player.load(name, from, true);
        player.until(is_end);
        recording.go_on(0.1);
        let heard = recording.samples();
        let loud = heard[mark..]
            .iter()
            .filter(|sample| sample.abs() > 1e-2)
            .count();
        assert!(loud > RATE / 20, "{name}: {loud} samples were heard");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up_and_the_song_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("native");
    // Accepts into its waiting line, and says nothing.
    let _mute = UnixListener::bind(&socket).expect("binds");
    let player = Listener::new(
        fixtures(),
        OutputChoice::Server(socket.display().to_string()),
    );
    let began = Instant::now();
    player.load("mono_8k.wav", 1.3, true);
    let seen = player.until(is_end);
    let silent = OutputKind::Silent {
        reason: "the sound server does not answer".into(),
    };
    assert!(
        seen.iter().any(|event| is_output(event, &silent)),
        "{seen:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    let dropped = Instant::now();
    drop(player);
    assert!(dropped.elapsed() < Duration::from_secs(1));
}

#[test]
fn without_a_server_the_song_plays_silently_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    for (server, reason) in [
        (folder.path().join("none"), "no sound server found"),
        (stale(folder.path()), "no sound server is running"),
        (
            PathBuf::from("tcp:127.0.0.1:1"),
            "no sound server is running",
        ),
        (
            PathBuf::from("tcp:127.0.0.1:nonsense"),
            "no sound server found",
        ),
    ] {
        let player = Listener::new(
            fixtures(),
            OutputChoice::Server(server.display().to_string()),
        );
        player.load("24bit_96k.wav", 0.0, true);
        let seen = player.until(is_end);
        let silent = OutputKind::Silent {
            reason: reason.into(),
        };
        assert!(
            seen.iter().any(|event| is_output(event, &silent)),
            "{seen:?}"
        );
    }
    assert!(fixture("24bit_96k.wav").is_file());
}

/// A socket whose server is gone.
fn stale(folder: &Path) -> PathBuf {
    let socket = folder.join("stale");
    drop(UnixListener::bind(&socket).expect("binds"));
    socket
}
