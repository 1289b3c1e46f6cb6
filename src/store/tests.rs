//! What only the room itself can see: older versions, full disks, a thread that is gone.

use std::path::Path;

use rusqlite::{Connection, ffi};

use super::*;
use crate::domain::{
    AudiosRequest, Draft, Failure, FailureKind, Link, Media, Preferences, Request, Seconds, Song,
    SongId, Task, TaskId, Ticket, Timestamp, Volume, Want, Wish,
};

/// The step before the ledger's.
const BEFORE_THE_LEDGER: i64 = 2;

fn song(id: &str) -> Song {
    Song {
        id: SongId(id.into()),
        task: Some(TaskId(7)),
        title: "在陽光下醒來".into(),
        lyric: "[Verse]\nrain\0rain".into(),
        prompt: "folk".into(),
        model: "FUZZ-2.0".into(),
        seed: "1".into(),
        duration: Some(Seconds(154.2)),
        created_at: Timestamp::UNIX_EPOCH,
        audio: Media::default(),
        cover: Media::default(),
        more: crate::domain::More::default(),
    }
}

/// One of everything, as JSON would have it if a field were forgotten.
fn everything() -> Vec<Record> {
    let order = Request::from(AudiosRequest {
        prompt: Some("rain".into()),
        ..AudiosRequest::default()
    });
    vec![
        Record::Task(Box::new(Task::new(TaskId(7), order, Timestamp::UNIX_EPOCH))),
        Record::Song(Box::new(song("a"))),
        Record::Draft(Box::new(Draft {
            lyric: "歌".into(),
            ..Draft::default()
        })),
        Record::Preferences(Preferences {
            volume: Volume::new(33),
            song: Some(SongId("a".into())),
            position: Seconds(0.1 + 0.2),
            removed: vec![Draft::default()],
            tree: true,
            up_next: vec![SongId("b".into())],
            repeat: crate::domain::saved::Repeat::All,
        }),
    ]
}

/// As a start reads it: the lyric comes later.
fn without_lyric(id: &str) -> Song {
    Song {
        lyric: String::new(),
        ..song(id)
    }
}

fn open_raw(path: &Path) -> Connection {
    Connection::open(path).unwrap()
}

#[test]
fn every_older_version_is_brought_up_to_date() {
    for from in 0..=schema::known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fuzzbox.db");
        let raw = open_raw(&path);
        schema::migrate_to(&raw, from).unwrap();
        assert_eq!(schema::version(&raw).unwrap().user_version, from);
        drop(raw);

        let (store, saved) = Store::open(&path).unwrap();
        assert_eq!(saved, Saved::default(), "from version {from}");
        store.save_blocking(everything()).unwrap();
        drop(store);
        let (_store, saved) = Store::open(&path).unwrap();
        assert_eq!(saved.songs, [without_lyric("a")], "from version {from}");
        let raw = open_raw(&path);
        let version = schema::version(&raw).unwrap();
        assert_eq!(version.user_version, schema::known());
        assert_eq!(version.application_id, open::APPLICATION_ID);
    }
}

#[test]
fn a_database_that_was_begun_and_not_finished_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fuzzbox.db");
    // Killed between the switch to the log and the first table.
    let raw = open_raw(&path);
    raw.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))
        .unwrap();
    raw.execute_batch("BEGIN IMMEDIATE; CREATE TABLE t (a); ROLLBACK;")
        .unwrap();
    drop(raw);
    let (_store, saved) = Store::open(&path).unwrap();
    assert_eq!(saved, Saved::default());
}

#[test]
fn a_migration_that_finds_nothing_readable_is_not_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fuzzbox.db");
    let raw = open_raw(&path);
    schema::migrate(&raw).unwrap();
    raw.execute_batch(
        "INSERT INTO tasks VALUES (1, NULL, 'waiting', 0, NULL, '{\"no\": \"task\"}')",
    )
    .unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_full_disk_refuses_the_new_and_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fuzzbox.db");
    let (mut connection, _) = open::open(&path).unwrap();
    keep(&mut connection, everything().iter()).unwrap();
    let pages: i64 = connection
        .query_row("PRAGMA page_count", (), |row| row.get(0))
        .unwrap();
    connection
        .pragma_update(None, "max_page_count", pages)
        .unwrap();

    let mut long = song("b");
    long.lyric = "la ".repeat(100_000);
    let records = [
        Record::Song(Box::new(song("c"))),
        Record::Song(Box::new(long)),
    ];
    let error = keep(&mut connection, records.iter()).unwrap_err();
    let error = StoreError::from_sqlite(&path, &error);
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert_eq!(load(&connection).unwrap().songs, [without_lyric("a")]);

    // Room was made: the same save goes through on the same connection.
    connection
        .pragma_update(None, "max_page_count", 1_000_000)
        .unwrap();
    keep(&mut connection, records.iter()).unwrap();
    assert_eq!(load(&connection).unwrap().songs.len(), 3);
}

#[test]
fn in_a_batch_each_job_gets_its_own_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fuzzbox.db");
    let (mut connection, _) = open::open(&path).unwrap();
    connection
        .pragma_update(None, "max_page_count", 30)
        .unwrap();
    let mut long = song("b");
    long.lyric = "la ".repeat(200_000);
    let (answers, answered) = mpsc::channel();
    let batch = [song("a"), long, song("c")].map(|song| {
        let answers = answers.clone();
        let answer: Answer = Box::new(move |result| answers.send(result.is_ok()).unwrap());
        (vec![Record::Song(Box::new(song))], answer)
    });
    settle(&mut connection, batch.into(), &path);
    drop(answers);
    assert_eq!(answered.iter().collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(load(&connection).unwrap().songs.len(), 2);
}

#[test]
fn the_log_is_synced_at_every_commit() {
    let folder = tempfile::tempdir().unwrap();
    let (connection, _) = open::open(&folder.path().join("fuzzbox.db")).unwrap();
    let pragma = |sql: &str| -> String {
        connection
            .query_row(sql, (), |row| {
                Ok(match row.get_ref(0)? {
                    rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                    text => text.as_str()?.to_owned(),
                })
            })
            .unwrap()
    };
    assert_eq!(pragma("PRAGMA journal_mode"), "wal");
    assert_eq!(pragma("PRAGMA synchronous"), "2");
}

#[test]
fn open_tasks_are_found_without_reading_the_finished() {
    let (connection, _) = open::in_memory().unwrap();
    let plan: Vec<String> = connection
        .prepare("EXPLAIN QUERY PLAN SELECT body FROM tasks WHERE finished_at IS NULL")
        .unwrap()
        .query_map((), |row| row.get(3))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert!(
        plan.concat().contains("USING INDEX tasks_by_end"),
        "{plan:?}"
    );
}

#[test]
fn every_message_says_what_became_of_the_data() {
    let path = std::path::PathBuf::from("/x/fuzzbox.db");
    let io = |kind| StoreError::from_io(&path, &std::io::Error::from(kind));
    let sqlite = |code| {
        let error = ffi::Error::new(code);
        StoreError::from_sqlite(&path, &rusqlite::Error::SqliteFailure(error, None))
    };
    let (denied, full) = (
        io(std::io::ErrorKind::PermissionDenied),
        io(std::io::ErrorKind::StorageFull),
    );
    assert!(matches!(denied, StoreError::Denied { .. }));
    assert!(matches!(full, StoreError::Full { .. }));
    assert!(matches!(
        sqlite(ffi::SQLITE_READONLY),
        StoreError::Denied { .. }
    ));
    assert!(matches!(
        sqlite(ffi::SQLITE_IOERR_WRITE),
        StoreError::Full { .. }
    ));
    assert!(matches!(
        sqlite(ffi::SQLITE_NOTADB),
        StoreError::Damaged { .. }
    ));
    assert!(matches!(sqlite(ffi::SQLITE_BUSY), StoreError::Busy { .. }));
    let others = [
        StoreError::Stopped { path: path.clone() },
        StoreError::Foreign { path: path.clone() },
        StoreError::Newer {
            path: path.clone(),
            found: 9,
            known: 1,
        },
        sqlite(ffi::SQLITE_MISUSE),
        sqlite(ffi::SQLITE_CORRUPT),
        sqlite(ffi::SQLITE_BUSY),
    ];
    for error in others.iter().chain([&denied, &full]) {
        let text = error.to_string();
        assert!(text.starts_with("/x/fuzzbox.db"), "{text}");
        let reassures = ["safe", "left as it", "nothing is lost"];
        assert!(reassures.iter().any(|words| text.contains(words)), "{text}");
        let failure = Failure::from(error);
        assert_eq!((failure.kind, failure.message), (FailureKind::Disk, text));
    }
}

#[test]
fn the_ledger_of_an_older_database_is_the_one_that_would_have_been_kept() {
    use crate::domain::{Action, ApiTaskId, FileRequest, TaskState, ledger::entry};
    let audios = |action: Action, name: Option<&str>| {
        Request::from(AudiosRequest {
            action,
            action_name: name.map(str::to_owned),
            ..AudiosRequest::default()
        })
    };
    let requests = [
        audios(Action::Generate, None),
        audios(Action::Generate, Some("remix")),
        audios(Action::Cover, None),
        audios(Action::Stems, None),
        Request::Wav(FileRequest {
            audio_id: SongId("s".into()),
        }),
    ];
    let failed = |kind| TaskState::Failed {
        because: Failure::new(kind, ""),
    };
    let states = [
        TaskState::Waiting {
            retry_at: None,
            because: None,
        },
        TaskState::Submitting,
        TaskState::Running {
            poll_at: Timestamp::UNIX_EPOCH,
        },
        TaskState::InDoubt {
            since: Timestamp::UNIX_EPOCH,
            look_at: None,
            because: Failure::new(FailureKind::Unknown, ""),
        },
        TaskState::Succeeded,
        failed(FailureKind::Forbidden),
        failed(FailureKind::Cancelled),
        failed(FailureKind::Dropped),
        failed(FailureKind::Unknown),
        failed(FailureKind::BadFile),
    ];
    let raw = Connection::open_in_memory().unwrap();
    schema::migrate_to(&raw, BEFORE_THE_LEDGER).unwrap();
    let mut expected = Vec::new();
    for (n, request) in requests.iter().enumerate() {
        for (m, state) in states.iter().enumerate() {
            let id = (n * 100 + m) as i64;
            let mut task = Task::new(TaskId(id), request.clone(), Timestamp::UNIX_EPOCH);
            task.state = state.clone();
            let sent = Timestamp::from_millisecond(1_767_119_745_524 + id).unwrap();
            task.submitted_at = (m % 4 != 3 || n != 0).then_some(sent);
            task.api_id = (m > 1).then(|| ApiTaskId(format!("api-{id}")));
            tasks::save(&raw, &task).unwrap();
            expected.extend(entry(&task));
        }
    }
    schema::migrate(&raw).unwrap();
    assert_eq!(ledger::load(&raw).unwrap(), expected);
}

#[test]
fn a_part_of_a_song_takes_nothing_from_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fuzzbox.db");
    let (store, _) = Store::open(&path).unwrap();
    let whole = song("a");
    let mut part = Song {
        title: String::new(),
        lyric: String::new(),
        prompt: String::new(),
        model: "another".into(),
        seed: String::new(),
        task: None,
        duration: None,
        created_at: Timestamp::UNIX_EPOCH,
        audio: Media::default(),
        cover: Media::default(),
        more: crate::domain::More::default(),
        ..song("a")
    };
    part.media_mut(crate::domain::MediaKind::Wav).url =
        Some(Link::kept("https://example.com/a.wav"));
    let records = vec![
        Record::Song(Box::new(whole.clone())),
        Record::PartOfSong(Box::new(part.clone())),
        Record::PartOfSong(Box::new(Song {
            id: SongId("b".into()),
            ..part.clone()
        })),
    ];
    store.save_blocking(records).unwrap();
    drop(store);
    let (connection, _) = open::open(&path).unwrap();
    let mut kept = songs::load_all(&connection).unwrap();
    let at = kept.iter().position(|song| song.id == whole.id).unwrap();
    let mut merged = kept.remove(at);
    assert_eq!(
        kept,
        [Song {
            id: SongId("b".into()),
            ..part.clone()
        }],
        "new to the library"
    );
    assert_eq!(merged.more.files, part.more.files);
    merged.more.files.clone_from(&whole.more.files);
    assert_eq!(merged, whole);
}

#[test]
fn every_change_has_a_mark_of_its_own_and_is_told_once() {
    let (mut connection, _) = open::in_memory().unwrap();
    let mut mark = handed::mark(&connection).unwrap();
    for round in 0..3 {
        for record in everything() {
            keep(&mut connection, [record.clone()].iter()).unwrap();
            let changes = handed::changes(&connection, mark).unwrap();
            let (tasks, songs) = match record {
                Record::Task(task) => (vec![*task], Vec::new()),
                Record::Song(song) => (Vec::new(), vec![*song]),
                _ => (Vec::new(), Vec::new()),
            };
            assert_eq!((changes.tasks, changes.songs), (tasks, songs), "{round}");
            mark = changes.mark;
        }
    }
    let all = handed::changes(&connection, 0).unwrap();
    assert_eq!((all.tasks.len(), all.songs.len(), all.mark), (1, 1, mark));
}

#[test]
fn an_order_that_was_handed_over_goes_with_its_task() {
    let (mut connection, _) = open::in_memory().unwrap();
    let Some(Record::Task(mut task)) = everything().into_iter().next() else {
        panic!("a task comes first");
    };
    task.ticket = Some(Ticket("1-1".into()));
    let handed = Handed::order(&task).unwrap();
    let wish = Handed {
        ticket: Ticket("1-2".into()),
        want: Want::Wish(Wish::Fetch(SongId("a".into()))),
    };
    let records = [handed.clone(), handed.clone(), wish.clone()];
    let records = records.map(|handed| Record::Handed(Box::new(handed)));
    keep(&mut connection, records.iter()).unwrap();
    let newer = "INSERT INTO handed (ticket, body) VALUES ('2-1', '{\"want\": \"the moon\"}')";
    connection.execute_batch(newer).unwrap();
    assert_eq!(load(&connection).unwrap().handed, [handed, wish.clone()]);
    keep(&mut connection, [Record::Task(task)].iter()).unwrap();
    assert_eq!(
        load(&connection).unwrap().handed,
        std::slice::from_ref(&wish)
    );
    keep(&mut connection, [Record::Granted(wish.ticket)].iter()).unwrap();
    assert_eq!(load(&connection).unwrap().handed, []);
    let left: i64 = connection
        .query_row("SELECT count(*) FROM handed", (), |row| row.get(0))
        .unwrap();
    assert_eq!(left, 1, "what is not understood stays");
}

#[test]
fn drafts_are_set_aside_by_program() {
    let (mut connection, _) = open::in_memory().unwrap();
    let aside = |program: &str, drafts: Vec<Draft>| Record::Aside(program.into(), drafts);
    let draft = Draft {
        lyric: "歌".into(),
        ..Draft::default()
    };
    let records = [
        aside("1", vec![draft.clone()]),
        aside("2", vec![draft.clone()]),
    ];
    keep(&mut connection, records.iter()).unwrap();
    keep(&mut connection, [aside("1", Vec::new())].iter()).unwrap();
    let kept = load(&connection).unwrap().aside;
    assert_eq!(kept, [("2".to_owned(), vec![draft])]);
}
