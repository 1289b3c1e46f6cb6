//! The sound room: files in, events and samples out.

mod arriving;
mod beside;
#[cfg(target_os = "linux")]
mod decks;
mod evenings;
mod export;
mod files;
#[cfg(target_os = "linux")]
mod measure;
mod player;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod soon;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use fuzzbox::audio::{Audio, OutputChoice};
use fuzzbox::domain::{
    Alignment, MediaFile, Next, OutputKind, Playable, PlayerCommand, PlayerEvent, Seconds, SongId,
    Span,
};

/// Long enough for a machine that does many other things.
const DEADLINE: Duration = Duration::from_secs(30);

/// The folder of small real sound files.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/audio")
}

fn fixture(name: &str) -> PathBuf {
    fixtures().join(name)
}

/// A player and what it told.
struct Listener {
    audio: Audio,
    events: Receiver<PlayerEvent>,
}

impl Listener {
    fn new(media: PathBuf, choice: OutputChoice) -> Listener {
        let (tell, events) = mpsc::channel();
        let audio = Audio::start(media, choice, move |event| {
            let _ = tell.send(event);
        });
        Listener { audio, events }
    }

    fn silent() -> Listener {
        Listener::new(fixtures(), OutputChoice::Silent)
    }

    fn load(&self, name: &str, from: f64, play: bool) {
        self.audio.send(PlayerCommand::Load {
            song: song(name),
            audio: Playable::File(file(name)),
            from: Seconds(from),
            play,
        });
    }

    fn send(&self, command: PlayerCommand) {
        self.audio.send(command);
    }

    /// Waits for an event that is wanted, and gives it back with all before it.
    fn until(&self, wanted: impl Fn(&PlayerEvent) -> bool) -> Vec<PlayerEvent> {
        let deadline = Instant::now() + DEADLINE;
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = self.events.recv_timeout(left) else {
                seen.retain(|event| !matches!(event, PlayerEvent::Shape { .. })); // thousands of numbers
                panic!("what was waited for did not come after {seen:#?}");
            };
            let found = wanted(&event);
            seen.push(event);
            if found {
                return seen;
            }
        }
    }

    /// Waits for a position that is wanted.
    fn position(&self, wanted: impl Fn(f64, bool) -> bool) -> f64 {
        let seen = self.until(|event| matches!(event, PlayerEvent::Moved { position, playing, .. } if wanted(position.0, *playing)));
        match seen.last() {
            Some(PlayerEvent::Moved { position, .. }) => position.0,
            _ => unreachable!("that was waited for"),
        }
    }
}

fn file(name: &str) -> MediaFile {
    MediaFile {
        name: name.into(),
        bytes: 0,
    }
}

/// A file as what follows.
fn next(name: &str) -> PlayerCommand {
    PlayerCommand::Follow(Some(Next {
        song: song(name),
        audio: Playable::File(file(name)),
    }))
}

fn part(from: f64, to: f64) -> PlayerCommand {
    PlayerCommand::Loop(Some(Span {
        from: Seconds(from),
        to: Seconds(to),
    }))
}

fn compared(name: &str, alignment: Alignment) -> PlayerCommand {
    PlayerCommand::Compare {
        song: song(name),
        audio: Playable::File(file(name)),
        alignment,
    }
}

fn stems(id: &str, names: &[&str], from: f64) -> PlayerCommand {
    PlayerCommand::Load {
        song: song(id),
        audio: Playable::Stems(names.iter().map(|name| file(name)).collect()),
        from: Seconds(from),
        play: true,
    }
}

/// Writes a tone of so many seconds, in stereo at 44.1 kHz.
fn write_tone(folder: &Path, name: &str, pitch: f64, level: f64, seconds: f64) {
    let step = std::f64::consts::TAU * pitch / 44_100.0;
    write_wav(folder, name, seconds, |frame| {
        level * (step * f64::from(frame)).sin()
    });
}

/// Writes a WAV file of so many seconds, in stereo at 44.1 kHz.
fn write_wav(folder: &Path, name: &str, seconds: f64, sample: impl Fn(u32) -> f64) {
    let frames = (44_100.0 * seconds).round() as u32;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + frames * 4).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data");
    bytes.extend((frames * 4).to_le_bytes());
    for frame in 0..frames {
        let sample = (32_767.0 * sample(frame)).round() as i16;
        bytes.extend([sample.to_le_bytes(), sample.to_le_bytes()].concat());
    }
    std::fs::write(folder.join(name), bytes).expect("writes");
}

fn song(name: &str) -> SongId {
    SongId(name.into())
}

fn is_end(event: &PlayerEvent) -> bool {
    matches!(event, PlayerEvent::Ended { .. })
}

fn is_failure(event: &PlayerEvent) -> bool {
    matches!(event, PlayerEvent::Failed { .. })
}

fn is_output(event: &PlayerEvent, kind: &OutputKind) -> bool {
    matches!(event, PlayerEvent::Output(found) if found == kind)
}
