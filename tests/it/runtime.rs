//! The real loop in this process: its input comes from a channel, its frames go on paper.

mod crashes;
mod desk;
mod hooks;
mod links;
mod refusals;
mod works;

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode};
use fuzzbox::runtime::recorder::{Recorder, Takeoff};
use fuzzbox::store::Store;
use rusqlite::Connection;

use crate::support::program::{Server, TOKEN, TOKEN_HEAD};
use desk::{Desk, Parts, sit};

/// Makes every write to the tables fail as long as it is there.
fn break_tables(path: &std::path::Path, tables: &[&str]) {
    let other = Connection::open(path).expect("our database");
    for table in tables {
        for deed in ["INSERT", "UPDATE"] {
            let trigger = format!(
                "CREATE TRIGGER no_{deed}_{table} BEFORE {deed} ON {table} \
                 BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END"
            );
            other.execute_batch(&trigger).expect("a trigger");
        }
    }
}

fn mend_tables(path: &std::path::Path, tables: &[&str]) {
    let other = Connection::open(path).expect("our database");
    for table in tables {
        let mended = format!("DROP TRIGGER no_INSERT_{table}; DROP TRIGGER no_UPDATE_{table}");
        other.execute_batch(&mended).expect("a trigger");
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_kept_is_not_sent() {
    let server = Server::quick();
    let parts = Parts::new(&server.url());
    let path = parts.database();
    let (studio, screen) = parts.open();
    break_tables(&path, &["tasks"]);
    let (farewell, ()) = sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.until("Could not be kept").await;
        desk.until("1 held").await;
        assert_eq!(server.knocks(), 0, "it was sent all the same");
        mend_tables(&path, &["tasks"]);
        desk.until("1 song ").await;
        assert_eq!((server.knocks(), server.orders()), (1, 1));
        desk.quit();
    })
    .await;
    assert_eq!(farewell.unsaved, None, "everything was kept in the end");
}

#[tokio::test]
async fn what_cannot_be_kept_when_leaving_is_told() {
    let parts = Parts::new("http://127.0.0.1:9");
    let path = parts.database();
    let (studio, screen) = parts.open();
    break_tables(&path, &["draft"]);
    let (farewell, ()) = sit(studio, screen, async |desk: &Desk| {
        desk.key(KeyCode::Char('2'));
        desk.key(KeyCode::Enter);
        desk.type_text("the only copy");
        desk.until("the only copy").await;
        desk.until("Could not be kept").await;
        desk.key(KeyCode::Esc);
        desk.quit();
    })
    .await;
    let (reason, draft) = farewell.unsaved.expect("it was not kept");
    assert!(reason.contains("the disk is broken"), "{reason}");
    assert!(draft.contains("the only copy"), "{draft}");
}

#[tokio::test]
async fn what_could_not_be_kept_for_a_while_is_kept_when_leaving() {
    let parts = Parts::new("http://127.0.0.1:9");
    let path = parts.database();
    let (studio, screen) = parts.open();
    break_tables(&path, &["draft", "preferences"]);
    let (farewell, ()) = sit(studio, screen, async |desk: &Desk| {
        desk.prompt("kept after all").await;
        desk.until("Could not be kept").await;
        mend_tables(&path, &["draft", "preferences"]);
        desk.quit();
    })
    .await;
    assert_eq!(farewell.unsaved, None);
    let (_, saved) = Store::open(&path).expect("our database");
    assert_eq!(saved.draft.prompt, "kept after all");
}

#[tokio::test]
async fn a_burst_of_keys_makes_few_frames() {
    let (studio, screen) = Parts::new("http://127.0.0.1:9").open();
    sit(studio, screen, async |desk: &Desk| {
        desk.key(KeyCode::Char('2'));
        desk.key(KeyCode::Enter);
        desk.until("Esc stop typing").await;
        let before = desk.frames();
        desk.type_text(&"on and on ".repeat(50));
        desk.type_text("finis");
        desk.until("finis").await;
        let frames = desk.frames() - before;
        assert!((1..=10).contains(&frames), "{frames} frames for 500 keys");
        desk.key(KeyCode::Esc);
        desk.quit();
    })
    .await;
}

#[tokio::test]
async fn at_rest_nothing_is_written() {
    let (studio, screen) = Parts::new("http://127.0.0.1:9").open();
    sit(studio, screen, async |desk: &Desk| {
        desk.until("? help").await;
        desk.quiet(Duration::from_millis(700)).await;
        let written = desk.written();
        assert!(desk.rests_for(Duration::from_secs(1)).await);
        assert_eq!(desk.written(), written);
        desk.key(KeyCode::Char('?'));
        desk.until("Esc close").await;
        assert!(desk.written() > written, "the paper sees nothing");
        desk.key(KeyCode::Esc);
        desk.quit();
    })
    .await;
}

#[tokio::test]
async fn after_another_size_the_next_frame_is_whole() {
    let (studio, screen) = Parts::new("http://127.0.0.1:9").open();
    sit(studio, screen, async |desk: &Desk| {
        desk.until("? help").await;
        desk.quiet(Duration::from_millis(100)).await;
        let whole = desk.screen();
        // Away and back before a frame is drawn: the window has lost what stood there.
        desk.event(TerminalEvent::Resize(50, 12));
        desk.event(TerminalEvent::Resize(120, 36));
        desk.forget_screen();
        desk.until("? help").await;
        assert_eq!(desk.screen(), whole);
        desk.quit();
    })
    .await;
}

#[tokio::test]
async fn an_input_that_ends_keeps_the_draft() {
    let parts = Parts::new("http://127.0.0.1:9");
    let path = parts.database();
    let (studio, screen) = parts.open();
    let (farewell, ()) = sit(studio, screen, async |desk: &Desk| {
        desk.key(KeyCode::Enter);
        desk.type_text("the last words");
        desk.until("the last words").await;
        desk.hang_up();
    })
    .await;
    assert_eq!(farewell.unsaved, None);
    let (_, saved) = Store::open(&path).expect("our database");
    assert_eq!(saved.draft.prompt, "the last words");
}

#[tokio::test]
async fn a_token_is_typed_outside_of_everything_that_is_recorded() {
    let server = Server::quick();
    let mut parts = Parts::new(&server.url());
    parts.settings.has_token = false;
    parts.token = None;
    let file = parts.folder().join("flight.jsonl");
    let takeoff = Takeoff {
        version: String::new(),
        at: fuzzbox::domain::Timestamp::now(),
        size: (120, 36),
        settings: parts.settings.clone(),
        saved: fuzzbox::domain::Saved::default(),
    };
    let stored = parts.stored();
    let (mut studio, screen) = parts.open();
    studio.recorder = Some(Recorder::start(&file, &takeoff).expect("a recording"));
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.until("API token").await;
        // q and ^n would do something elsewhere.
        desk.type_text("q");
        desk.until("1 character").await;
        desk.press('n');
        desk.press('u');
        desk.until("0 characters").await;
        desk.type_text(TOKEN);
        desk.until("32 characters").await;
        assert!(!desk.screen().contains(TOKEN_HEAD));
        desk.key(KeyCode::Enter);
        desk.until("1 song ").await;
        desk.quit();
    })
    .await;
    assert_eq!(stored.lock().expect("no panic").as_deref(), Some(TOKEN));
    let flight = std::fs::read_to_string(&file).expect("a recording");
    let lines: Vec<&str> = flight.lines().collect();
    let typed = lines.iter().position(|line| line.contains(r#""Typed":"#));
    let done = lines.iter().position(|line| line.contains(r#""Stored""#));
    let (typed, done) = (typed.expect("typed"), done.expect("stored"));
    for line in &lines[typed..done] {
        assert!(!line.contains("Key"), "{line}");
    }
    assert!(!flight.contains(TOKEN));
}
