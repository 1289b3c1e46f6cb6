//! Studios in the states that users meet, built from what was saved and from keys and events.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use fuzzbox::app::App;
use fuzzbox::app::command::Command;
use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, Input};
use fuzzbox::app::settings::{Locale, Settings};
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Draft, Failure, FailureKind, Hold, Media, MediaFile, Model,
    OutputKind, PlayerEvent, Preferences, Request, Saved, Seconds, Song, SongId, Task, TaskId,
    TaskState, Timestamp, Waveform,
};
use fuzzbox::i18n;

/// A moment to stand still in.
pub fn now() -> Timestamp {
    "2026-11-03T14:05:00Z".parse().expect("a moment")
}

/// What is said in a language.
pub fn words(locale: Locale, command: Command) -> &'static str {
    i18n::strings(locale).command(command)
}

/// A studio with what was saved.
pub fn studio(saved: Saved, settings: Settings) -> App {
    App::new(saved, settings, words, now())
}

/// A studio of the first start.
pub fn fresh() -> App {
    studio(Saved::default(), Settings::default())
}

/// Presses keys, written as in the config and set apart by spaces.
pub fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.split(' ')
        .flat_map(|key| {
            let event = Event::Input(Input::Key(key_event(key)));
            app.update(event, app.now)
        })
        .collect()
}

/// Types text, letter by letter.
pub fn type_text(app: &mut App, text: &str) {
    for letter in text.chars() {
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
        app.update(Event::Input(Input::Key(key)), app.now);
    }
}

fn key_event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.strip_prefix("ctrl-") {
        Some(name) => (KeyModifiers::CONTROL, name),
        None => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "end" => KeyCode::End,
        "home" => KeyCode::Home,
        "space" => KeyCode::Char(' '),
        letter => KeyCode::Char(letter.chars().next().expect("a key")),
    };
    KeyEvent::new(code, modifiers)
}

/// A song with its files here.
pub fn song(number: u32, title: &str) -> Song {
    let id = format!("6c947f13-a3c5-4b9c-8609-{number:012}");
    let file = |suffix: &str, bytes| MediaFile {
        name: format!("{id}.{suffix}"),
        bytes,
    };
    Song {
        id: SongId(id.clone()),
        task: None,
        title: title.to_owned(),
        lyric: "[Verse]\nWoke up with the sun in my eyes\n[Chorus]\nHappy days".to_owned(),
        prompt: "A song about happy days, ukulele and claps".to_owned(),
        model: "FUZZ-2.0 Pro".to_owned(),
        seed: "1830046142".to_owned(),
        duration: Some(Seconds(120.0 + f64::from(number % 90) + 0.8)),
        created_at: after(now(), -3600.0 * f64::from(number)),
        audio: Media {
            url: Some("https://cdn.example/a.m4a".parse().expect("a link")),
            file: Some(file("m4a", 3_412_345)),
            failure: None,
        },
        cover: Media {
            url: Some("https://cdn.example/a.jpg".parse().expect("a link")),
            file: Some(file("jpg", 87_000)),
            failure: None,
        },
        more: fuzzbox::domain::More::default(),
    }
}

/// A library with titles of all kinds.
pub fn songs() -> Vec<Song> {
    let titles = [
        "Woke up with the sun in my eyes",
        "在陽光下醒來的那個早晨我聽見風的聲音穿過城市與山谷之間的縫隙",
        "",
        "続き・ピアノのための小品 – for piano and a very small orchestra",
        "Rain",
        "夜の電車 👨‍👩‍👧 Night train",
        "비 오는 날",
        "Łódź é à ü",
    ];
    let mut songs: Vec<Song> = titles
        .iter()
        .zip(1..)
        .map(|(title, number)| song(number, title))
        .collect();
    songs[3].audio.file = None;
    songs[3].audio.failure = Some(Failure::new(FailureKind::BadFile, "404 Not Found"));
    songs
}

/// A failure as the API tells it.
pub fn failure(kind: FailureKind) -> Failure {
    Failure {
        code: Some("used_up".to_owned()),
        status: Some(403),
        trace_id: Some("1f6f1d2c-8a7c-4d0e".to_owned()),
        ..Failure::new(kind, "Your balance is used up")
    }
}

/// A task ordered so many seconds ago.
pub fn task(number: i64, prompt: &str, state: TaskState) -> Task {
    let request = Request::from(AudiosRequest {
        prompt: Some(prompt.to_owned()),
        model: Some(Model("FUZZ-2.0 Pro".to_owned())),
        weirdness: Some(0.3),
        ..AudiosRequest::default()
    });
    let mut task = Task::new(TaskId(number), request, after(now(), -60.0 - number as f64));
    task.submitted_at = Some(after(now(), -41.0));
    if state.is_final() {
        task.finished_at = Some(now());
    }
    task.api_id = Some(ApiTaskId("b4a1c5d2-6e7f-4a0b-9c1d-2e3f4a5b6c7d".to_owned()));
    task.state = state;
    task
}

/// Tasks in every state.
pub fn tasks() -> Vec<Task> {
    let running = TaskState::Running { poll_at: now() };
    let mut first = task(1, "A ballad about rain on a tin roof", running.clone());
    first.progress = Some(62);
    let mut all = vec![
        first,
        task(
            2,
            "雨の日の電車、窓を流れる雨粒と静かなピアノの旋律",
            running,
        ),
        task(3, "Submitting just now", TaskState::Submitting),
        task(
            4,
            "Waits for its turn",
            TaskState::Waiting {
                retry_at: Some(after(now(), 12.0)),
                because: Some(Failure::new(FailureKind::RateLimited, "slow down")),
            },
        ),
        task(
            5,
            "Nobody knows what became of it",
            TaskState::InDoubt {
                since: now(),
                look_at: None,
                because: failure(FailureKind::Unknown),
            },
        ),
        task(
            6,
            "Held until there is credit",
            TaskState::Held {
                why: Hold::Credit,
                because: Some(failure(FailureKind::NoCredit)),
            },
        ),
        task(7, "Made", TaskState::Succeeded),
        task(
            8,
            "Refused by moderation",
            TaskState::Failed {
                because: failure(FailureKind::Forbidden),
            },
        ),
    ];
    all[3].submitted_at = None;
    all
}

/// A studio in the middle of work: a draft with lyrics, tasks in every state, songs, one of them playing.
pub fn busy(settings: Settings) -> App {
    let saved = Saved {
        tasks: tasks(),
        unread: 0,
        songs: songs(),
        draft: Draft {
            custom: true,
            title: "續寫".to_owned(),
            prompt: "慢板民謠，鋼琴與弦樂".to_owned(),
            weirdness: "0.30".to_owned(),
            lyric: "[Verse]\nWoke up with the sun in my eyes\nNo clouds above just blue in the skies\n\n[副歌]\n在陽光下醒來，沒有雲，只有藍天，我們一起唱歌跳舞直到天亮\n".to_owned(),
            ..Draft::default()
        },
        preferences: Preferences::default(),
        ..Saved::default()
    };
    let mut app = studio(saved, settings);
    press(&mut app, "4 enter");
    let id = song(1, "").id;
    for event in [
        PlayerEvent::Output(OutputKind::Pulse),
        PlayerEvent::Loaded {
            song: id.clone(),
            duration: Seconds(121.8),
        },
        PlayerEvent::Shape {
            song: id.clone(),
            waveform: waveform(),
        },
        PlayerEvent::Moved {
            song: id,
            position: Seconds(42.56),
            playing: true,
        },
    ] {
        app.update(Event::Player(event), now());
    }
    app
}

/// A shape with verses and choruses.
pub fn waveform() -> Waveform {
    let peak = |slice: usize| {
        let beat = [255, 90, 140, 70, 200, 80, 120, 60][slice / 3 % 8];
        let part = [40, 70, 100, 70, 100, 100, 30][slice * 7 / Waveform::SLICES];
        (beat * part / 100) as u8
    };
    Waveform((0..Waveform::SLICES).map(peak).collect())
}
