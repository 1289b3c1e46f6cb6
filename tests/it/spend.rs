//! What was spent: counted from the ledger, shown in the queue and in its window.

use fuzzbox::app::event::Event;
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::ledger::{Entry, Fate, Sums, entry};
use fuzzbox::domain::time::{TimeZone, after};
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Failure, FailureKind, FileRequest, Outcome, Record, Request, Saved,
    SongId, Task, TaskId, TaskRecord, TaskState, Timestamp,
};
use fuzzbox::store::Store;

use crate::support::bench::{Bench, noon, song};

fn made(id: i64, sent_at: Timestamp) -> Entry {
    Entry {
        task: TaskId(id),
        api_id: Some(ApiTaskId(format!("old-{id}"))),
        sent_at,
        fate: Fate::Charged,
        doubts: 0,
        is_song: true,
        credits: Some(0.68),
    }
}

/// A studio whose ledger is yet to be read.
fn unread(settings: Settings) -> Bench {
    let saved = Saved {
        ledger_unread: true,
        ..Saved::default()
    };
    Bench::with(saved, settings)
}

fn order(bench: &mut Bench, prompt: &str) -> TaskId {
    bench
        .keys("1 ctrl-n enter")
        .type_text(prompt)
        .keys("ctrl-g");
    *bench.submitted().last().expect("it was ordered")
}

fn read(bench: &mut Bench, entries: Vec<Entry>) {
    bench.event(Event::LedgerRead(entries));
    bench.event(Event::Song(fuzzbox::app::event::SongEvent::LibraryRead(
        Vec::new(),
    )));
}

#[test]
fn what_was_kept_and_what_happens_now_are_one_sum() {
    let mut bench = unread(Settings::default());
    assert_eq!(bench.app.spend.today(noon(), &TimeZone::UTC), None);
    let yesterday = after(noon(), -86_400.0);
    read(&mut bench, vec![made(1, noon()), made(2, yesterday)]);
    let task = order(&mut bench, "rain");
    bench
        .accept(task, "api-1")
        .record("api-1", Outcome::Succeeded(vec![song("s", "Rain")]));
    let today = bench.app.spend.today(noon(), &TimeZone::UTC).expect("read");
    assert_eq!((today.songs, today.sent, today.open), (2, 2, 0));
    assert!((today.credits - 1.36).abs() < 1e-9);
    assert_eq!(bench.app.spend.total().charged, 3);
    assert!(bench.screen().contains("today 2 songs · 1.36 credits"));
    // A failure that cost nothing, and one that may have.
    let task = order(&mut bench, "snow");
    bench.event(Event::Task(fuzzbox::app::event::TaskEvent::NotAccepted {
        task,
        failure: Failure::new(FailureKind::Forbidden, "no"),
    }));
    let task = order(&mut bench, "hail");
    bench.event(Event::Task(fuzzbox::app::event::TaskEvent::NotAccepted {
        task,
        failure: Failure::new(FailureKind::Unknown, ""),
    }));
    let today = bench.app.spend.today(noon(), &TimeZone::UTC).expect("read");
    assert_eq!((today.failed, today.in_doubt, today.charged), (1, 1, 2));
    bench.keys("3 $");
    let screen = bench.screen();
    for words in [
        "What was spent",
        "2026-11-23",
        "2026-11-22",
        "In all",
        "2.04",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    bench.keys("esc");
    assert_eq!(bench.app.overlay, None);
}

#[test]
fn days_are_those_of_the_users_clock() {
    let zone = TimeZone::get("Asia/Taipei").expect("a zone");
    let settings = Settings {
        zone: zone.clone(),
        ..Settings::default()
    };
    let mut bench = unread(settings);
    // Noon in UTC is 20:00 there: four hours later it is tomorrow.
    let late = after(noon(), 4.0 * 3600.0);
    read(&mut bench, vec![made(1, noon()), made(2, late)]);
    let days: Vec<String> = bench
        .app
        .spend
        .days()
        .map(|(day, _)| day.to_string())
        .collect();
    assert_eq!(days, ["2026-11-24", "2026-11-23"]);
    let today = bench.app.spend.today(noon(), &zone).expect("read");
    assert_eq!(today.charged, 1);
}

#[test]
fn an_order_whose_price_is_not_printed_is_counted_without_one() {
    let mut bench = unread(Settings::default());
    let wav = Entry {
        is_song: false,
        credits: None,
        ..made(2, noon())
    };
    read(&mut bench, vec![made(1, noon()), wav]);
    assert!(bench.screen().contains("today 2 made · 0.68 credits +1"));
}

#[test]
fn a_record_of_a_task_that_is_not_at_hand_is_adopted_by_no_other() {
    let request = Request::from(AudiosRequest {
        prompt: Some("rain".into()),
        ..AudiosRequest::default()
    });
    let mut doubtful = Task::new(TaskId(7), request.clone(), noon());
    doubtful.submitted_at = Some(noon());
    doubtful.state = TaskState::Submitting;
    let saved = Saved {
        tasks: vec![doubtful],
        ledger_unread: true,
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    // An equal order of a minute before, which ended long ago and is not loaded.
    read(&mut bench, vec![made(1, after(noon(), -60.0))]);
    let record = TaskRecord {
        id: ApiTaskId("old-1".into()),
        created_at: Some(after(noon(), -60.0)),
        request: Some(request),
        trace_id: None,
        outcome: Outcome::Succeeded(vec![song("s", "Rain")]),
    };
    bench.event(Event::Task(fuzzbox::app::event::TaskEvent::Searched {
        sought: vec![TaskId(7)],
        found: Ok(vec![record]),
    }));
    let state = &bench.app.tasks.get(TaskId(7)).expect("it is there").state;
    assert!(matches!(state, TaskState::InDoubt { .. }), "{state:?}");
}

/// All that was ever kept counts, however little of it a start loads; a start with ten thousand tasks reads only the newest.
#[test]
fn ten_thousand_tasks_are_counted_and_not_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fuzzbox.db");
    let (store, _) = Store::open(&path).expect("a database");
    let begun = after(noon(), -1e7);
    let tasks: Vec<Task> = (0..10_000_i64)
        .map(|n| {
            let at = after(begun, n as f64 * 600.0);
            let request = if n % 2 == 0 {
                Request::from(AudiosRequest::default())
            } else {
                Request::Wav(FileRequest {
                    audio_id: SongId("s".into()),
                })
            };
            let mut task = Task::new(TaskId(n), request, at);
            task.submitted_at = Some(at);
            task.finished_at = Some(after(at, 40.0));
            task.state = TaskState::Succeeded;
            task
        })
        .collect();
    let records = tasks
        .iter()
        .map(|task| Record::Task(Box::new(task.clone())));
    store.save_blocking(records.collect()).expect("kept");
    drop(store);
    let (store, saved) = Store::open(&path).expect("a database");
    assert!(saved.ledger_unread);
    assert!(saved.tasks.len() <= 200, "{} are loaded", saved.tasks.len());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let ledger = runtime.block_on(store.ledger()).expect("a ledger");
    let expected: Vec<Entry> = tasks.iter().filter_map(entry).collect();
    assert_eq!(Sums::of(&ledger), Sums::of(&expected));
    assert_eq!(Sums::of(&ledger).unpriced, 5_000);
}
