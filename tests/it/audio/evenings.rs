//! Whole evenings: whatever keys are pressed, on whatever files, the app and the sound room stay of one mind.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, Input};
use fuzzbox::app::panes::overlay::Overlay;
use fuzzbox::app::settings::Settings;
use fuzzbox::audio::OutputChoice;
use fuzzbox::domain::saved::Repeat;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{MediaFile, MediaKey, PlayerEvent, Saved, Seconds, Song};
use proptest::prelude::*;

use super::{DEADLINE, Listener, fixture};
use crate::support::bench::{Bench, noon, song};

/// The songs, the newest first: good ones, and what is none.
const SONGS: [&str; 7] = [
    "moov_first.m4a",
    "lame.mp3",
    "mono_8k.wav",
    "cut.mp3",
    "24bit_96k.wav",
    "page.m4a",
    "mono_16k.flac",
];
/// What a listener presses.
const KEYS: &[&str] = &[
    "space", "enter", "j", "k", "n", "p", ">", "<", "+", "-", "m", "[", "]", "(", "}", "o", "z",
    "Z", "\\", "|", "C", "N", "P", "R", "Q", "J", "d", "5", "e", "right", "left", "s", "x", ".",
    "v", "0", "esc", "4", "w", "l", "h", "g", "G", "S",
];

#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    /// A seek of the desktop's, to anywhere.
    Seek(f64),
    /// Time for the sound room, in milliseconds.
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::sample::select(KEYS).prop_map(Step::Key),
        1 => (-3.0..6.0).prop_map(Step::Seek),
        2 => (0..25_u64).prop_map(Step::Wait),
    ]
}

/// The files, once for all evenings.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = fs::read(fixture("lame.mp3")).expect("reads");
    for name in SONGS {
        let path = folder.path().join(name);
        match name {
            "cut.mp3" => fs::write(path, &whole[..whole.len() / 2]).expect("writes"),
            "page.m4a" => fs::write(path, "<html></html>").expect("writes"),
            name => drop(fs::copy(fixture(name), path).expect("copies")),
        }
    }
    folder
}

fn songs() -> Vec<Song> {
    let songs = SONGS.iter().zip((0..7).rev()).map(|(name, age)| {
        let mut song = song(name, name);
        song.created_at = after(noon(), f64::from(age));
        song.audio.url = None;
        song.audio.file = Some(here(name));
        song
    });
    let mut songs: Vec<Song> = songs.collect();
    songs[0].more.stems = ["lame.mp3", "mono_8k.wav"].map(here).into();
    songs[0].more.source = Some(songs[1].id.clone());
    songs
}

fn here(name: &str) -> MediaFile {
    MediaFile {
        name: name.into(),
        bytes: 1,
    }
}

/// An app and a sound room that hear each other.
struct Evening {
    bench: Bench,
    room: Listener,
    /// What the room told that the app has heard.
    told: Vec<PlayerEvent>,
}

impl Evening {
    fn new(media: &Path) -> Evening {
        let saved = Saved {
            songs: songs(),
            ..Saved::default()
        };
        let mut bench = Bench::with(saved, Settings::default()).sized(80, 24);
        bench.keys("4");
        Evening {
            bench,
            room: Listener::new(media.to_owned(), OutputChoice::Silent),
            told: Vec::new(),
        }
    }

    /// What the app wants goes to the room.
    fn tell(&mut self) {
        for effect in self.bench.take_effects() {
            if let Effect::Player(command) = effect {
                self.room.send(command);
            }
        }
    }

    fn keys(&mut self, keys: &str) {
        self.bench.keys(keys);
        self.tell();
    }

    /// What the room tells within a time goes to the app.
    fn hear(&mut self, time: Duration) {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(event) = self.room.events.recv_timeout(left) else {
                return;
            };
            self.told.push(event.clone());
            self.bench.event(Event::Player(event));
            self.tell();
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Key(key) => self.keys(key),
            Step::Seek(to) => {
                let key = MediaKey::SeekTo(Seconds(*to));
                self.bench.event(Event::Input(Input::Media(key)));
                self.tell();
            }
            Step::Wait(milliseconds) => self.hear(Duration::from_millis(*milliseconds)),
        }
    }

    /// Leaves every window, and every field that is being typed in, without ordering anything.
    fn leave_windows(&mut self) {
        for _ in 0..8 {
            self.keys("esc");
        }
        assert_eq!(self.bench.app.overlay, None);
    }

    fn until(&mut self, what: &str, wanted: impl Fn(&Bench) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !wanted(&self.bench) {
            assert!(Instant::now() < deadline, "{what} did not come about");
            self.hear(Duration::from_millis(10));
        }
    }
}

/// The positions that were told of the first song, in order.
fn positions(told: &[PlayerEvent]) -> Vec<f64> {
    let moved = told.iter().filter_map(|event| match event {
        PlayerEvent::Moved { song, position, .. } if song.0 == SONGS[0] => Some(position.0),
        _ => None,
    });
    moved.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing panics, what the app shows is possible at every moment, and at the end of it a song plays and stops as ever.
    #[test]
    fn whatever_is_pressed_a_song_plays_afterwards(steps in prop::collection::vec(step(), 1..40)) {
        let folder = folder();
        let mut evening = Evening::new(folder.path());
        for step in &steps {
            // A mix is written, a song ordered, the program left by other tests.
            if matches!(evening.bench.app.overlay, Some(Overlay::Line(_))) {
                evening.keys("esc");
            }
            evening.take(step);
            let player = &evening.bench.app.player;
            prop_assert!(player.position().0 >= 0.0, "{:?}", player.position());
            prop_assert!(player.is_open() || !player.is_playing());
            if let (Some(end), true) = (player.duration(), player.is_open()) {
                prop_assert!(player.position().0 <= end.0 + 0.01, "{:?} of {end:?}", player.position());
            }
            drop(evening.bench.screen());
        }
        evening.leave_windows();
        // Whatever there was, this is a song: alone, and not gone round.
        evening.keys("| 4 g");
        evening.bench.app.player.up_next.clear();
        for _ in 0..3 {
            if evening.bench.app.player.up_next.repeat() != Repeat::Off {
                evening.keys("R");
            }
        }
        prop_assert_eq!(evening.bench.app.player.up_next.repeat(), Repeat::Off);
        evening.hear(Duration::from_millis(20));
        evening.told.clear();
        evening.keys("enter");
        evening.until("a song that plays", |bench| {
            let player = &bench.app.player;
            player.is_playing() && player.duration().is_some() && player.position().0 > 0.2
        });
        // What was told before the song was put on anew is another matter.
        let all = positions(&evening.told);
        let begin = all.iter().rposition(|at| *at < 0.05).unwrap_or(0);
        prop_assert!(all[begin..].is_sorted(), "{all:?}");
        evening.bench.event(Event::Input(Input::Media(MediaKey::Stop)));
        evening.tell();
        prop_assert!(!evening.bench.app.player.is_open());
        // What was under way when it was stopped is told at once, or never.
        evening.hear(Duration::from_millis(30));
        evening.told.clear();
        evening.hear(Duration::from_millis(300));
        prop_assert_eq!(positions(&evening.told), Vec::<f64>::new(), "it goes on");
    }
}
