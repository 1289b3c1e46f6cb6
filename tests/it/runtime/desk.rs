//! A person's place in front of the loop: a keyboard, and paper for the frames.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream;
use fuzzbox::api::{Client, Host, Secret};
use fuzzbox::app::App;
use fuzzbox::app::settings::Settings;
use fuzzbox::audio::OutputChoice;
use fuzzbox::domain::Timestamp;
use fuzzbox::i18n;
use fuzzbox::runtime::terminal::Screen;
use fuzzbox::runtime::world::{Handles, World};
use fuzzbox::runtime::{self, Farewell, Studio};
use fuzzbox::store::Store;
use fuzzbox::webhook::Plan;
use ratatui::layout::Rect;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::support::program::TOKEN;
use crate::support::pty::{lines, patience};

const SIZE: (u16, u16) = (120, 36);
/// What begins a frame.
const FRAME: &[u8] = b"\x1b[?2026h";
/// How often to look at what cannot wake us.
const GLANCE: Duration = Duration::from_millis(5);

/// What a studio is put together from.
pub struct Parts {
    pub settings: Settings,
    pub token: Option<&'static str>,
    /// Where the provider can call.
    pub webhook: Plan,
    folder: Arc<TempDir>,
    url: String,
    stored: Arc<Mutex<Option<String>>>,
}

/// A studio before the first frame, and the screen for it.
pub struct Opened {
    screen: Screen,
    paper: Paper,
    // The files last as long as the sitting.
    folder: Arc<TempDir>,
}

impl Parts {
    /// A studio with a token, whose API is at `url`, and which is not patient.
    pub fn new(url: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        Self {
            webhook: Plan {
                listen: None,
                public_url: None,
                key_file: folder.path().join("webhook.key"),
            },
            settings: Settings {
                pace: 0.05,
                ..Settings::default()
            },
            token: Some(TOKEN),
            folder,
            url: url.to_owned(),
            stored: Arc::default(),
        }
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.folder().join("fuzzbox.db")
    }

    /// The token that was stored, once one is.
    pub fn stored(&self) -> Arc<Mutex<Option<String>>> {
        Arc::clone(&self.stored)
    }

    /// Puts it together.
    pub fn open(&self) -> (Box<Studio>, Opened) {
        let (store, saved) = Store::open(&self.database()).expect("a database");
        let stored = self.stored();
        let world = World::new(Handles {
            client: Client::new(self.url.parse().expect("a link")),
            store,
            output: OutputChoice::Silent,
            media: self.folder().join("media"),
            shapes: Some(self.folder().join("shapes")),
            files_host: Host {
                url: format!("{}/api/v1/files/", self.url.trim_end_matches('/'))
                    .parse()
                    .expect("a link"),
                token: None,
                is_kin: true,
            },
            home: None,
            webhook: self.webhook.clone(),
            token: self.token.map(|token| Secret::new(token).expect("a token")),
            store_token: Arc::new(move |typed| {
                *locked(&stored) = Some(typed.to_owned());
                Ok(())
            }),
        });
        let studio = Box::new(Studio {
            app: App::new(
                saved,
                self.settings.clone(),
                i18n::command,
                Timestamp::now(),
            ),
            world,
            recorder: None,
            clock: Timestamp::now,
        });
        let paper = Paper::new();
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let opened = Opened {
            screen: Screen::over(paper.clone(), area).expect("paper is patient"),
            paper,
            folder: Arc::clone(&self.folder),
        };
        (studio, opened)
    }
}

/// Runs the loop while `script` sits in front of it; it must end by leaving.
pub async fn sit<T>(
    studio: Box<Studio>,
    opened: Opened,
    script: impl AsyncFnOnce(&Desk) -> T,
) -> (Farewell, T) {
    let Opened {
        mut screen,
        paper,
        folder,
    } = opened;
    let (keys, mut typed): (_, UnboundedReceiver<TerminalEvent>) = unbounded_channel();
    let desk = Desk {
        keys: Mutex::new(Some(keys)),
        paper,
    };
    let input = stream::poll_fn(move |context| {
        let event = typed.poll_recv(context);
        event.map(|event| event.map(Ok))
    });
    let sitting = async {
        let sitting = Box::pin(runtime::run(*studio, &mut screen, input));
        // A script may take its time; leaving may not.
        let farewell = tokio::time::timeout(4 * patience(), sitting).await;
        farewell.expect("it does not end").expect("it ends well")
    };
    let (farewell, value) = tokio::join!(sitting, script(&desk));
    drop(folder);
    (farewell, value)
}

/// The keyboard and the paper.
pub struct Desk {
    keys: Mutex<Option<UnboundedSender<TerminalEvent>>>,
    paper: Paper,
}

impl Desk {
    /// Something comes from the terminal.
    pub fn event(&self, event: TerminalEvent) {
        if let Some(keys) = locked(&self.keys).as_ref() {
            keys.send(event).expect("the loop is there");
        }
    }

    /// A key.
    pub fn key(&self, code: KeyCode) {
        self.event(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    /// A letter with Control.
    pub fn press(&self, letter: char) {
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        self.event(TerminalEvent::Key(key));
    }

    /// Letters, all at once.
    pub fn type_text(&self, text: &str) {
        text.chars()
            .for_each(|letter| self.key(KeyCode::Char(letter)));
    }

    /// Writes a prompt into the form.
    pub async fn prompt(&self, prompt: &str) {
        self.key(KeyCode::Char('1'));
        self.key(KeyCode::Enter);
        self.type_text(prompt);
        self.key(KeyCode::Enter);
        self.until(prompt).await;
    }

    /// Leaves.
    pub fn quit(&self) {
        self.key(KeyCode::Char('q'));
    }

    /// The input ends.
    pub fn hang_up(&self) {
        locked(&self.keys).take();
    }

    /// Waits until `text` stands on one line of the screen.
    pub async fn until(&self, text: &str) {
        let deadline = Instant::now() + patience();
        while !self.screen().lines().any(|line| line.contains(text)) {
            assert!(
                Instant::now() < deadline,
                "waited for {text:?}:\n{}",
                self.screen()
            );
            self.glance().await;
        }
    }

    /// Waits until nothing was written for `span`.
    pub async fn quiet(&self, span: Duration) {
        let deadline = Instant::now() + patience();
        while !self.rests_for(span).await {
            assert!(Instant::now() < deadline, "never quiet:\n{}", self.screen());
        }
    }

    /// Whether nothing is written for `span`.
    pub async fn rests_for(&self, span: Duration) -> bool {
        let written = self.written();
        let end = Instant::now() + span;
        while self.written() == written && Instant::now() < end {
            self.glance().await;
        }
        self.written() == written
    }

    /// Lets the loop work until it writes something, for a moment at most.
    async fn glance(&self) {
        let news = self.paper.changed.notified();
        drop(tokio::time::timeout(GLANCE, news).await);
    }

    /// How many bytes were written so far.
    pub fn written(&self) -> usize {
        locked(&self.paper.sheet).written
    }

    /// How many frames were drawn so far.
    pub fn frames(&self) -> usize {
        locked(&self.paper.sheet).frames
    }

    /// The screen as text, without the blanks at the ends of its lines.
    pub fn screen(&self) -> String {
        lines(locked(&self.paper.sheet).parser.screen()).join("\n")
    }

    /// The window loses what it showed.
    pub fn forget_screen(&self) {
        locked(&self.paper.sheet).parser = parser();
    }
}

/// What the loop writes on.
#[derive(Clone)]
struct Paper {
    sheet: Arc<Mutex<Sheet>>,
    changed: Arc<Notify>,
}

struct Sheet {
    parser: vt100::Parser,
    written: usize,
    frames: usize,
}

impl Paper {
    fn new() -> Self {
        let sheet = Sheet {
            parser: parser(),
            written: 0,
            frames: 0,
        };
        Self {
            sheet: Arc::new(Mutex::new(sheet)),
            changed: Arc::default(),
        }
    }
}

fn parser() -> vt100::Parser {
    let side = |length: u16| length.try_into().expect("not 0");
    vt100::Parser::new(side(SIZE.1), side(SIZE.0), 0)
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sheet = locked(&self.sheet);
        sheet.parser.process(bytes);
        sheet.written += bytes.len();
        sheet.frames += bytes.windows(FRAME.len()).filter(|at| *at == FRAME).count();
        drop(sheet);
        self.changed.notify_waiters();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
