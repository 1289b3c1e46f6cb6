//! What holds for every sequence of events.

use fuzzbox::app::event::{Event, Gesture, Input, SongEvent, Target, TaskEvent, TokenEvent};
use fuzzbox::app::keymap::Chord;
use fuzzbox::app::panes::PaneId;
use fuzzbox::domain::{
    ApiTaskId, Failure, FailureKind, MediaKind, Outcome, PlayerEvent, Seconds, SongId, TaskId,
};
use proptest::prelude::*;

use crate::support::bench::{Bench, key_event, song};

/// Something that may happen, without knowing what is the case.
#[derive(Debug, Clone)]
enum Happening {
    Key(String),
    Text(String),
    Paste(String),
    Point(u8, usize, u8),
    Pass(f64),
    Answer(u8, u8),
    Player(u8, f64),
    Fetched(bool),
    Token(u8),
}

/// The keys that are pressed.
const KEYS: &[&str] = &[
    "tab",
    "shift-tab",
    "1",
    "2",
    "3",
    "4",
    "enter",
    "esc",
    "ctrl-g",
    "space",
    "n",
    "p",
    ">",
    "<",
    "j",
    "k",
    "h",
    "l",
    "g",
    "G",
    "/",
    ":",
    "?",
    "u",
    "ctrl-t",
    "ctrl-n",
    "x",
    "w",
    "s",
    "b",
    "r",
    "d",
    "y",
    "e",
    "i",
    "up",
    "down",
    "left",
    "right",
    "backspace",
    "delete",
    "ctrl-w",
    "ctrl-k",
    "ctrl-u",
    "pageup",
    "pagedown",
    "m",
    "+",
    "-",
];

fn happening() -> impl Strategy<Value = Happening> {
    let keys = prop::sample::select(KEYS);
    prop_oneof![
        8 => keys.prop_map(|key| Happening::Key(key.to_owned())),
        3 => "[a-z歌👨‍👩‍👧\\[\\]]{1,8}".prop_map(Happening::Text),
        1 => "(\\PC|[\\x00-\\x1f]){0,40}".prop_map(Happening::Paste),
        1 => (0..6_u8, 0..9_usize, 0..4_u8).prop_map(|(t, n, g)| Happening::Point(t, n, g)),
        3 => (0.0..200.0).prop_map(Happening::Pass),
        4 => (0..9_u8, 0..4_u8).prop_map(|(a, n)| Happening::Answer(a, n)),
        1 => (0..5_u8, -5.0..200.0).prop_map(|(w, at)| Happening::Player(w, at)),
        1 => any::<bool>().prop_map(Happening::Fetched),
        1 => (0..4_u8).prop_map(Happening::Token),
    ]
}

fn answer(bench: &mut Bench, what: u8, which: u8) {
    let tasks: Vec<TaskId> = bench.app.tasks.iter().map(|task| task.id).collect();
    let Some(task) = tasks.get(usize::from(which)).copied() else {
        return;
    };
    let api_id = format!("api-{which}");
    let refuse = |kind| {
        Event::Task(TaskEvent::NotAccepted {
            task,
            failure: Failure::new(kind, "no"),
        })
    };
    match what {
        0 | 1 => bench.accept(task, &api_id),
        2 => bench.record(&api_id, Outcome::Running(Some(which * 20))),
        3 => bench.record(&api_id, Outcome::Succeeded(vec![song(&api_id, "made")])),
        4 => bench.event(refuse(FailureKind::Unknown)),
        5 => bench.event(refuse(FailureKind::RateLimited)),
        6 => bench.event(refuse(FailureKind::BadToken)),
        7 => bench.event(Event::Task(TaskEvent::NotRetrieved {
            asked: vec![ApiTaskId(api_id)],
            failure: Failure::new(FailureKind::Unreachable, ""),
        })),
        _ => bench.event(Event::Task(TaskEvent::Searched {
            sought: vec![task],
            found: Ok(Vec::new()),
        })),
    };
}

fn play(bench: &mut Bench, what: u8, at: f64) {
    let song = SongId("api-0".into());
    bench.event(Event::Player(match what {
        0 => PlayerEvent::Loaded {
            song,
            duration: Some(Seconds(at)),
        },
        1 => PlayerEvent::Ended { song },
        2 => PlayerEvent::Failed {
            song,
            reason: "no".into(),
        },
        _ => PlayerEvent::Moved {
            song,
            position: Seconds(at),
            playing: what == 3,
        },
    }));
}

fn happen(bench: &mut Bench, happening: Happening) {
    match happening {
        Happening::Key(key) => {
            bench.keys(&key);
        }
        Happening::Text(text) => {
            bench.type_text(&text);
        }
        Happening::Paste(text) => {
            bench.paste(&text);
        }
        Happening::Pass(seconds) => {
            bench.pass(seconds);
        }
        Happening::Answer(what, which) => answer(bench, what, which),
        Happening::Point(target, row, gesture) => {
            let target = match target {
                0 => Target::Pane(PaneId::ALL[row % 4]),
                1 => Target::QueueRow(row),
                2 => Target::LibraryRow(row),
                3 => Target::PaletteRow(row),
                4 => Target::LyricsText {
                    line: row,
                    column: 2 * row,
                },
                _ => Target::Waveform(row as f64 / 8.0),
            };
            let gesture = [
                Gesture::Click,
                Gesture::WheelUp,
                Gesture::WheelDown,
                Gesture::Release,
            ][usize::from(gesture)];
            bench.event(Event::Input(Input::Pointed { target, gesture }));
        }
        Happening::Player(what, at) => play(bench, what, at),
        Happening::Fetched(true) => {
            bench.fetched("api-0");
        }
        Happening::Fetched(false) => {
            bench.event(Event::Song(SongEvent::NotFetched {
                song: SongId("api-0".into()),
                kind: MediaKind::Audio,
                failure: Failure::new(FailureKind::Unreachable, ""),
            }));
        }
        Happening::Token(what) => {
            bench.event(Event::Token(match what {
                0 => TokenEvent::Typed(3),
                1 => TokenEvent::Cancelled,
                2 => TokenEvent::Stored,
                _ => TokenEvent::Refused("no".into()),
            }));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Nothing panics, no wake is a loop, and every state can be drawn at any size without changing.
    #[test]
    fn any_evening_is_survived(
        happenings in prop::collection::vec(happening(), 1..60),
        width in 1_u16..200,
        height in 1_u16..60,
    ) {
        let mut bench = Bench::new().sized(width, height);
        for one in happenings {
            happen(&mut bench, one);
            // After a tick at its own time the app asks for a later one.
            if let Some(wake) = bench.app.next_wake() {
                bench.now = wake.max(bench.now);
                bench.event(Event::Tick);
                let again = bench.app.next_wake();
                prop_assert!(again.is_none_or(|again| again > bench.now), "a busy loop");
            }
        }
        let before = bench.screen();
        prop_assert_eq!(before, bench.screen());
    }

    /// A chord reads back as it is written, whatever key it is.
    #[test]
    fn chords_survive_writing(c in any::<char>(), ctrl in any::<bool>(), alt in any::<bool>()) {
        prop_assume!(!c.is_control());
        let mut key = key_event("x");
        key.code = crossterm::event::KeyCode::Char(c);
        if ctrl { key.modifiers |= crossterm::event::KeyModifiers::CONTROL; }
        if alt { key.modifiers |= crossterm::event::KeyModifiers::ALT; }
        let chord = Chord::from(key);
        prop_assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord));
    }
}
