//! The bench: an app without a program. Keys are pressed, events fed, time jumped, effects handed back.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that is used wrongly fails the test, and says where"
)]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use fuzzbox::app::App;
use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, Input, SongEvent, TaskEvent};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::{
    ApiTaskId, MediaFile, MediaKind, Outcome, Saved, Seconds, Song, SongId, TaskId, TaskRecord,
    Timestamp,
};
use fuzzbox::i18n;

/// The moment every test begins at.
pub fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A studio with keys to press and a clock to turn.
pub struct Bench {
    pub app: App,
    pub now: Timestamp,
    pub effects: Vec<Effect>,
    size: (u16, u16),
}

impl Bench {
    /// An empty studio with a token.
    pub fn new() -> Self {
        Bench::with(Saved::default(), Settings::default())
    }

    /// A studio as it was left.
    pub fn with(saved: Saved, settings: Settings) -> Self {
        let mut app = App::new(saved, settings, i18n::command, noon());
        let effects = app.start();
        Bench {
            app,
            now: noon(),
            effects,
            size: (120, 36),
        }
    }

    /// On a screen of this size.
    pub fn sized(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self
    }

    /// The same studio on a screen of another size.
    pub fn clone_sized(&self, width: u16, height: u16) -> Bench {
        Bench {
            app: self.app.clone(),
            now: self.now,
            effects: Vec::new(),
            size: (width, height),
        }
    }

    /// Something happens.
    pub fn event(&mut self, event: Event) -> &mut Self {
        let effects = self.app.update(event, self.now);
        self.effects.extend(effects);
        self
    }

    /// Keys by the names of the config, separated by spaces: `tab ctrl-g j j`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.event(Event::Input(Input::Key(key_event(key))));
        }
        self
    }

    /// Types a text, letter by letter; a line break is Enter.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let code = if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            };
            let key = KeyEvent::new(code, KeyModifiers::NONE);
            self.event(Event::Input(Input::Key(key)));
        }
        self
    }

    /// Pastes a text as terminals do.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.event(Event::Input(Input::Pasted(text.to_owned())))
    }

    /// Time passes, with every wake the app asks for.
    pub fn pass(&mut self, seconds: f64) -> &mut Self {
        let end = fuzzbox::domain::time::after(self.now, seconds);
        while let Some(wake) = self.app.next_wake().filter(|wake| *wake <= end) {
            assert!(
                wake > self.now || self.effects.len() < 100_000,
                "wakes in a loop"
            );
            self.now = wake.max(self.now);
            self.event(Event::Tick);
        }
        self.now = end;
        self
    }

    /// What was to be done since this was last asked.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The tasks that were put on the wire since effects were last taken.
    pub fn submitted(&self) -> Vec<TaskId> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Submit { task, .. } => Some(*task),
                _ => None,
            })
            .collect()
    }

    /// The orders that were put on the wire since effects were last taken.
    pub fn orders(&self) -> Vec<fuzzbox::domain::Request> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Submit { request, .. } => Some(request.clone()),
                _ => None,
            })
            .collect()
    }

    /// Goes to a field of the form, from above.
    pub fn field(&mut self, field: fuzzbox::domain::Field) -> &mut Self {
        self.keys("1 g");
        let rows = self.app.compose.rows().count();
        for _ in 0..rows {
            if self.app.compose.selected() == field {
                return self;
            }
            self.keys("j");
        }
        panic!("{field:?} is not in the form");
    }

    /// The API takes a task.
    pub fn accept(&mut self, task: TaskId, api_id: &str) -> &mut Self {
        self.event(Event::Task(TaskEvent::Accepted {
            task,
            api_id: ApiTaskId(api_id.into()),
            trace_id: Some("trace".into()),
            record: None,
        }))
    }

    /// The API answers a poll: this is what became of the task.
    pub fn record(&mut self, api_id: &str, outcome: Outcome) -> &mut Self {
        let id = ApiTaskId(api_id.into());
        self.event(Event::Task(TaskEvent::Retrieved {
            asked: vec![id.clone()],
            records: vec![TaskRecord {
                id,
                created_at: Some(noon()),
                request: None,
                trace_id: Some("trace".into()),
                outcome,
            }],
        }))
    }

    /// The audio of a song is here.
    pub fn fetched(&mut self, song: &str) -> &mut Self {
        self.event(Event::Song(SongEvent::Fetched {
            song: SongId(song.into()),
            kind: MediaKind::Audio,
            file: MediaFile {
                name: format!("{song}.m4a"),
                bytes: 2_400_000,
            },
            duration: Some(Seconds(153.8)),
        }))
    }

    /// What a person reads on the screen.
    pub fn screen(&self) -> String {
        let (width, height) = self.size;
        super::screen::shoot(&self.app, width, height).text()
    }
}

/// A key by its name in the config.
pub fn key_event(name: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = name;
    for (prefix, modifier) in [
        ("ctrl-", KeyModifiers::CONTROL),
        ("alt-", KeyModifiers::ALT),
        ("shift-", KeyModifiers::SHIFT),
    ] {
        if let Some(after) = rest.strip_prefix(prefix).filter(|after| !after.is_empty()) {
            modifiers |= modifier;
            rest = after;
        }
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        letter => KeyCode::Char(letter.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

/// A finished song with a link.
pub fn song(id: &str, title: &str) -> Song {
    Song {
        id: SongId(id.into()),
        task: None,
        title: title.into(),
        lyric: "[Verse]\nWoke up with the sun in my eyes".into(),
        prompt: String::new(),
        model: "FUZZ-2.0 Pro".into(),
        seed: "3789209121".into(),
        duration: Some(Seconds(153.8)),
        created_at: noon(),
        audio: fuzzbox::domain::Media {
            url: Some(format!("https://cdn.example/{id}.m4a").parse().unwrap()),
            ..Default::default()
        },
        cover: fuzzbox::domain::Media::default(),
        more: fuzzbox::domain::More::default(),
    }
}

/// A finished song whose audio is here.
pub fn song_here(id: &str, title: &str) -> Song {
    let mut song = song(id, title);
    song.audio.file = Some(MediaFile {
        name: format!("{id}.m4a"),
        bytes: 2_400_000,
    });
    song
}
