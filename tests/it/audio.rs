//! The sound room: files in, events and samples out.

mod arriving;
mod files;
mod player;
#[cfg(target_os = "linux")]
mod server;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use fuzzbox::audio::{Audio, OutputChoice};
use fuzzbox::domain::{
    MediaFile, OutputKind, Playable, PlayerCommand, PlayerEvent, Seconds, SongId,
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
            audio: Playable::File(MediaFile {
                name: name.into(),
                bytes: 0,
            }),
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
