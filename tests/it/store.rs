//! What was kept is found again, and what cannot be understood is left alone.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should say where"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fuzzbox::domain::ledger;
use fuzzbox::domain::{
    Action, ApiTaskId, AudiosRequest, Draft, Failure, FailureKind, Hold, Media, MediaFile, Model,
    Preferences, Record, Request, Saved, Seconds, Song, SongId, Task, TaskId, TaskState, Timestamp,
    Volume, Words,
};
use fuzzbox::store::{Store, StoreError};
use proptest::prelude::*;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Place {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("fuzzbox.db")
    }

    fn open(&self) -> (Store, Saved) {
        Store::open(&self.path()).unwrap()
    }

    /// What is there after opening again, with the library that is read afterwards.
    fn reopened(&self) -> Saved {
        let (store, saved) = self.open();
        let songs = within_a_runtime(store.library()).unwrap();
        assert_eq!(saved.unread, songs.len());
        Saved {
            songs,
            unread: 0,
            ..saved
        }
    }

    /// Every file with its bytes.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    /// Opening is refused and changes nothing at all.
    fn refused(&self) -> StoreError {
        let before = self.files();
        let error = Store::open(&self.path()).unwrap_err();
        let names = |files: &[(String, Vec<u8>)]| {
            files
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        let after = self.files();
        assert_eq!(names(&after), names(&before), "{error}");
        // The index of the log is scratch space that readers share; all else is data.
        let data = |files: Vec<(String, Vec<u8>)>| {
            files
                .into_iter()
                .filter(|(name, _)| !name.ends_with("-shm"))
                .collect::<Vec<_>>()
        };
        assert!(data(after) == data(before), "bytes were changed: {error}");
        error
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn song(id: &str, second: i64) -> Song {
    Song {
        id: SongId(id.into()),
        task: None,
        title: format!("song {id}"),
        lyric: "[Verse]\nWoke up with the sun in my eyes\n".repeat(30),
        prompt: "indie folk".into(),
        model: "FUZZ-2.0 Pro".into(),
        seed: "1234".into(),
        duration: Some(Seconds(154.24)),
        created_at: at(second),
        audio: Media {
            url: Some(format!("https://cdn.example.org/{id}.m4a").parse().unwrap()),
            file: Some(MediaFile {
                name: format!("{id}.m4a"),
                bytes: 5_000_000,
            }),
            failure: None,
        },
        cover: Media::default(),
        more: fuzzbox::domain::More::default(),
    }
}

fn task(id: i64, second: i64, state: TaskState) -> Task {
    let order = AudiosRequest {
        prompt: Some("rain".into()),
        ..AudiosRequest::default()
    };
    let mut task = Task::new(TaskId(id), Request::from(order), at(second));
    task.finished_at = state.is_final().then(|| at(second + 60));
    task.state = state;
    task
}

fn songs(records: impl IntoIterator<Item = Song>) -> Vec<Record> {
    records
        .into_iter()
        .map(|song| Record::Song(Box::new(song)))
        .collect()
}

fn tasks(records: impl IntoIterator<Item = Task>) -> Vec<Record> {
    records
        .into_iter()
        .map(|task| Record::Task(Box::new(task)))
        .collect()
}

fn within_a_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

#[test]
fn a_new_database_is_empty_and_private() {
    let place = Place::new();
    let path = place.folder.path().join("made/on the way/fuzzbox.db");
    let (store, saved) = Store::open(&path).unwrap();
    assert_eq!(saved, Saved::default());
    store.save_blocking(songs([song("a", 1)])).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        for file in fs::read_dir(path.parent().unwrap()).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
}

#[test]
fn saving_again_replaces() {
    let place = Place::new();
    let (store, _) = place.open();
    let mut later = song("a", 1);
    later.title = "歌".into();
    later.audio.file = None;
    later.audio.failure = Some(Failure::new(FailureKind::BadFile, "gone"));
    let done = task(1, 1, TaskState::Succeeded);
    within_a_runtime(async {
        for record in songs([song("a", 1), later.clone()]) {
            store.save(record).await.unwrap();
        }
        for record in tasks([task(1, 1, TaskState::Submitting), done.clone()]) {
            store.save(record).await.unwrap();
        }
        for volume in [10, 20] {
            let preferences = Preferences {
                volume: Volume::new(volume),
                ..Preferences::default()
            };
            store.save(Record::Preferences(preferences)).await.unwrap();
        }
    });
    drop(store);
    let saved = place.reopened();
    assert_eq!(saved.songs, [later]);
    assert_eq!(saved.tasks, [done]);
    assert_eq!(saved.preferences.volume, Volume::new(20));
}

#[test]
fn what_was_answered_is_there_without_a_close() {
    let place = Place::new();
    let (store, _) = place.open();
    within_a_runtime(store.save(Record::Song(Box::new(song("a", 1))))).unwrap();
    // As after a kill: the first handle never says goodbye, its log is still beside the database.
    let copy = Place::new();
    for (name, bytes) in place.files() {
        if !name.ends_with("-shm") {
            fs::write(copy.folder.path().join(name), bytes).unwrap();
        }
    }
    std::mem::forget(store);
    assert_eq!(place.reopened().songs.len(), 1);
    assert_eq!(copy.reopened().songs.len(), 1);
}

#[test]
fn a_clean_close_leaves_the_log_in_its_place_and_empty() {
    let place = Place::new();
    for round in 0..2 {
        let (store, _) = place.open();
        within_a_runtime(store.save(Record::Song(Box::new(song("a", round))))).unwrap();
        let log = |files: Vec<(String, Vec<u8>)>| {
            let log = files.into_iter().find(|(name, _)| name.ends_with("-wal"));
            log.map(|(_, bytes)| bytes.len())
        };
        assert!(log(place.files()).unwrap() > 0);
        drop(store);
        assert_eq!(log(place.files()), Some(0));
    }
    // All is in the database itself: it may be carried away without the log.
    let copy = Place::new();
    fs::copy(place.path(), copy.path()).unwrap();
    assert_eq!(copy.reopened().songs.len(), 1);
}

#[test]
fn everything_comes_oldest_first() {
    let place = Place::new();
    let (store, _) = place.open();
    let mut records = songs([song("c", 30), song("b", 10), song("a", 30), song("d", -5)]);
    records.extend(tasks([
        task(3, 30, TaskState::Submitting),
        task(1, 10, TaskState::Succeeded),
        task(2, 30, TaskState::Submitting),
    ]));
    store.save_blocking(records).unwrap();
    drop(store);
    let saved = place.reopened();
    let ids: Vec<_> = saved.songs.iter().map(|song| song.id.0.as_str()).collect();
    assert_eq!(ids, ["d", "b", "a", "c"]);
    let ids: Vec<_> = saved.tasks.iter().map(|task| task.id.0).collect();
    assert_eq!(ids, [1, 2, 3]);
}

#[test]
fn all_open_tasks_come_back_and_the_latest_final_ones() {
    let place = Place::new();
    let (store, _) = place.open();
    let failed = TaskState::Failed {
        because: Failure::new(FailureKind::Generation, "no"),
    };
    let final_ones = (0..500).map(|i| {
        let state = [TaskState::Succeeded, failed.clone()][i as usize % 2].clone();
        // Ended an hour apart.
        task(1000 + i, 1000 + 3600 * i, state)
    });
    let open_ones = (0..300).map(|i| task(i, i, TaskState::Submitting));
    store
        .save_blocking(tasks(final_ones.chain(open_ones)))
        .unwrap();
    drop(store);
    let saved = place.reopened();
    let ids: Vec<_> = saved.tasks.iter().map(|task| task.id.0).collect();
    assert_eq!(ids, (0..300).chain(1440..1500).collect::<Vec<_>>());
}

#[test]
fn every_final_task_of_the_last_day_comes_back() {
    let place = Place::new();
    let (store, _) = place.open();
    // A minute apart: more than a day of them.
    let made = (0..2000).map(|i| task(i, 60 * i, TaskState::Succeeded));
    store.save_blocking(tasks(made)).unwrap();
    drop(store);
    let ids: Vec<_> = place
        .reopened()
        .tasks
        .iter()
        .map(|task| task.id.0)
        .collect();
    assert_eq!(ids, (560..2000).collect::<Vec<_>>());
}

#[test]
fn ten_thousand_songs_come_back() {
    let place = Place::new();
    let (store, _) = place.open();
    let many: Vec<Song> = (0..10_000)
        .map(|i| song(&format!("{i:05}"), i64::from(i)))
        .collect();
    store.save_blocking(songs(many.clone())).unwrap();
    drop(store);
    assert!(place.reopened().songs == many);
}

#[test]
fn many_saves_at_once_are_all_answered() {
    let place = Place::new();
    let (store, _) = place.open();
    within_a_runtime(async {
        let saves = songs((0..200).map(|i| song(&format!("{i:03}"), i)))
            .into_iter()
            .map(|record| store.save(record));
        for answer in futures_util::future::join_all(saves).await {
            answer.unwrap();
        }
    });
    drop(store);
    assert_eq!(place.reopened().songs.len(), 200);
}

#[test]
fn a_save_whose_caller_went_away_is_still_made() {
    let place = Place::new();
    let (store, _) = place.open();
    within_a_runtime(async {
        let mut save = Box::pin(store.save(Record::Song(Box::new(song("a", 1)))));
        let _ = futures_util::poll!(save.as_mut());
    });
    drop(store);
    assert_eq!(place.reopened().songs.len(), 1);
}

#[test]
fn two_programs_share_a_database() {
    let place = Place::new();
    let threads: Vec<_> = (0..8)
        .map(|i| {
            let path = place.path();
            std::thread::spawn(move || {
                let (store, _) = Store::open(&path).unwrap();
                for j in 0..10 {
                    store
                        .save_blocking(songs([song(&format!("{i}-{j}"), j)]))
                        .unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(place.reopened().songs.len(), 80);
}

#[test]
fn leaving_ends_soon_even_when_another_program_holds_the_database() {
    let place = Place::new();
    let (store, _) = place.open();
    let other = rusqlite::Connection::open(place.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    within_a_runtime(async {
        let mut save = Box::pin(store.save(Record::Song(Box::new(song("a", 1)))));
        let _ = futures_util::poll!(save.as_mut());
    });
    let begun = Instant::now();
    drop(store);
    assert!(begun.elapsed() < Duration::from_secs(20));
    drop(other);
}

#[test]
fn in_memory_nothing_is_left() {
    let (store, saved) = Store::in_memory().unwrap();
    assert_eq!(saved, Saved::default());
    store.save_blocking(songs([song("a", 1)])).unwrap();
    drop(store);
    assert_eq!(Store::in_memory().unwrap().1, Saved::default());
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let place = Place::new();
    drop(place.open());
    let newer = rusqlite::Connection::open(place.path()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let error = place.refused();
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn a_newer_database_that_was_killed_is_refused_and_left_alone() {
    let place = Place::new();
    drop(place.open());
    let source = Place::new();
    drop(source.open());
    // The newer version stands in the log alone, as after a kill.
    let newer = rusqlite::Connection::open(source.path()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    for (name, bytes) in source.files() {
        fs::write(place.folder.path().join(name), bytes).unwrap();
    }
    assert_eq!(place.files().len(), 3);
    let error = place.refused();
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );
}

#[test]
fn files_that_are_not_ours_are_refused_and_left_alone() {
    let garbage = [
        b"hello".to_vec(),
        vec![0; 8192],
        b"SQLite format 3\0".to_vec(),
        b"SQLite format 3\0 and then nothing that makes sense ".repeat(200),
    ];
    for bytes in garbage {
        let place = Place::new();
        fs::write(place.path(), bytes).unwrap();
        place.refused();
    }
    let place = Place::new();
    let other = rusqlite::Connection::open(place.path()).unwrap();
    other.execute_batch("CREATE TABLE notes (a)").unwrap();
    drop(other);
    let error = place.refused();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    assert!(matches!(
        Store::open(place.folder.path()),
        Err(StoreError::Denied { .. })
    ));
    let beneath_a_file = place.path().join("fuzzbox.db");
    assert!(matches!(
        Store::open(&beneath_a_file),
        Err(StoreError::Denied { .. })
    ));
}

#[test]
fn an_empty_file_is_a_new_database() {
    let place = Place::new();
    fs::write(place.path(), b"").unwrap();
    let (store, saved) = place.open();
    assert_eq!(saved, Saved::default());
    store.save_blocking(songs([song("a", 1)])).unwrap();
    drop(store);
    assert_eq!(place.reopened().songs.len(), 1);
}

#[test]
fn damage_anywhere_is_noticed_and_left_alone() {
    let place = Place::new();
    let (store, _) = place.open();
    let mut records = songs((0..100).map(|i| song(&format!("{i:03}"), i)));
    records.extend(tasks((0..50).map(|i| task(i, i, TaskState::Submitting))));
    store.save_blocking(records).unwrap();
    drop(store);
    let whole = fs::read(place.path()).unwrap();
    // Cut off in the middle; pages overwritten.
    fs::write(place.path(), &whole[..whole.len() / 2]).unwrap();
    let error = place.refused();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    let mut overwritten = whole.clone();
    overwritten[16_384 * 2..].fill(0x5a);
    fs::write(place.path(), overwritten).unwrap();
    let error = place.refused();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    fs::write(place.path(), whole).unwrap();
    assert_eq!(place.reopened().songs.len(), 100);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        any::<String>(),
        Just("在陽光下醒來\n[副歌]\n\u{1f468}\u{200d}\u{1f467} \0 \u{10ffff} \"\\n' ".to_owned()),
        Just(String::new()),
    ]
}

fn moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        Just(Timestamp::UNIX_EPOCH),
        (
            -4_000_000_000_i64..4_000_000_000,
            -999_999_999..=999_999_999
        )
            .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap()),
    ]
}

fn failure() -> impl Strategy<Value = Failure> {
    let kinds = prop::sample::select(vec![
        FailureKind::Unreachable,
        FailureKind::RateLimited,
        FailureKind::Unknown,
        FailureKind::Disk,
    ]);
    (
        kinds,
        text(),
        prop::option::of(text()),
        any::<Option<u16>>(),
        0..1_000_000_i64,
    )
        .prop_map(|(kind, message, code, status, wait)| Failure {
            code: code.clone(),
            trace_id: code,
            status,
            retry_after: Some(fuzzbox::domain::time::SignedDuration::from_millis(wait)),
            ..Failure::new(kind, message)
        })
}

fn media() -> impl Strategy<Value = Media> {
    (
        prop::option::of("https://[a-z]{1,9}\\.example/[a-z0-9]{0,9}"),
        prop::option::of((text(), any::<u64>())),
        prop::option::of(failure()),
    )
        .prop_map(|(url, file, failure)| Media {
            url: url.map(|url| url.parse().unwrap()),
            file: file.map(|(name, bytes)| MediaFile { name, bytes }),
            failure,
        })
}

fn any_song() -> impl Strategy<Value = Song> {
    let texts = (text(), text(), text(), text(), text(), text());
    let rest = (
        any::<Option<i64>>(),
        prop::option::of(prop::num::f64::ANY.prop_filter("a number", |n| !n.is_nan())),
        moment(),
        media(),
        media(),
        more(),
    );
    (texts, rest).prop_map(
        |(
            (id, title, lyric, prompt, model, seed),
            (task, duration, created_at, audio, cover, more),
        )| {
            Song {
                id: SongId(id),
                task: task.map(TaskId),
                title,
                // An empty one never takes the place of one that was kept.
                lyric: if lyric.is_empty() { "la".into() } else { lyric },
                prompt,
                model,
                seed,
                duration: duration.map(Seconds),
                created_at,
                audio,
                cover,
                more,
            }
        },
    )
}

fn more() -> impl Strategy<Value = fuzzbox::domain::More> {
    let source = prop::option::of(text().prop_map(SongId));
    let stem = prop::option::of(text().prop_map(|name| MediaFile { name, bytes: 7 }));
    (source, any::<bool>(), prop::option::of(media()), stem).prop_map(
        |(source, uploaded, stems, stem)| fuzzbox::domain::More {
            action: source.is_some().then_some(Action::Cover),
            source,
            uploaded,
            files: stems
                .map(|stems| (fuzzbox::domain::MediaKind::Stems, stems))
                .into_iter()
                .collect(),
            stems: stem.into_iter().collect(),
            marks: marks(uploaded),
            mix: vec![fuzzbox::domain::Level::default(); usize::from(uploaded)],
        },
    )
}

fn marks(any: bool) -> fuzzbox::domain::Marks {
    let mut marks = fuzzbox::domain::Marks::default();
    if any {
        marks.set(fuzzbox::domain::Mark::In, Seconds(1.5));
    }
    marks
}

fn state() -> impl Strategy<Value = TaskState> {
    prop_oneof![
        (prop::option::of(moment()), prop::option::of(failure()))
            .prop_map(|(retry_at, because)| TaskState::Waiting { retry_at, because }),
        Just(TaskState::Submitting),
        moment().prop_map(|poll_at| TaskState::Running { poll_at }),
        (moment(), prop::option::of(moment()), failure()).prop_map(|(since, look_at, because)| {
            TaskState::InDoubt {
                since,
                look_at,
                because,
            }
        }),
        prop::option::of(failure()).prop_map(|because| TaskState::Held {
            why: Hold::Credit,
            because
        }),
        Just(TaskState::Succeeded),
        failure().prop_map(|because| TaskState::Failed { because }),
    ]
}

fn strength() -> impl Strategy<Value = Option<f64>> {
    prop::option::of((0..=1000_i32).prop_map(|n| f64::from(n) / 1000.0))
}

fn any_task() -> impl Strategy<Value = Task> {
    let order = (
        prop::option::of(text()),
        text(),
        strength(),
        any::<Option<bool>>(),
    );
    let rest = (
        any::<i64>(),
        state(),
        (
            moment(),
            prop::option::of(moment()),
            prop::option::of(moment()),
        ),
        prop::option::of(text()),
        (any::<Option<u8>>(), any::<u32>()),
    );
    (order, rest).prop_map(
        |((prompt, lyric, weirdness, custom), (id, state, moments, api_id, counts))| Task {
            ticket: None,
            id: TaskId(id),
            request: Request::from(AudiosRequest {
                action: Action::Generate,
                model: Some(Model(lyric.clone())),
                custom,
                prompt,
                lyric: Some(lyric),
                weirdness,
                ..AudiosRequest::default()
            }),
            state,
            created_at: moments.0,
            submitted_at: moments.1,
            finished_at: moments.2,
            api_id: api_id.clone().map(ApiTaskId),
            trace_id: api_id.clone(),
            progress: counts.0,
            attempts: counts.1,
            moved_to: counts.0.map(i64::from),
            doubts: counts.1 / 2,
            songs: api_id.clone().map(SongId).into_iter().collect(),
            about: api_id.clone().unwrap_or_default(),
            words: api_id.map(|lyric| Words {
                title: lyric.clone(),
                lyric,
            }),
        },
    )
}

fn any_draft() -> impl Strategy<Value = Draft> {
    (
        text(),
        text(),
        text(),
        text(),
        any::<bool>(),
        any::<Option<bool>>(),
    )
        .prop_map(|(prompt, title, seed, lyric, custom, instrumental)| Draft {
            custom,
            model: Some(Model(title.clone())),
            weirdness: seed.clone(),
            instrumental,
            prompt,
            title,
            seed,
            lyric,
            ..Draft::default()
        })
}

fn any_preferences() -> impl Strategy<Value = Preferences> {
    (any::<u8>(), prop::option::of(text()), 0.0..1e6).prop_map(|(volume, song, position)| {
        Preferences {
            volume: Volume::new(volume),
            song: song.map(SongId),
            position: Seconds(position),
            removed: Vec::new(),
            tree: volume % 2 == 0,
            up_next: vec![SongId("next".into()); usize::from(volume % 3)],
            repeat: fuzzbox::domain::saved::Repeat::default(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_kept_is_what_comes_back(
        songs in prop::collection::vec(any_song(), 0..6),
        tasks in prop::collection::vec(any_task(), 0..6),
        draft in any_draft(),
        preferences in any_preferences(),
    ) {
        let place = Place::new();
        let (store, _) = place.open();
        let mut records = self::songs(songs.clone());
        records.extend(self::tasks(tasks.clone()));
        records.push(Record::Draft(Box::new(draft.clone())));
        records.push(Record::Preferences(preferences.clone()));
        store.save_blocking(records).unwrap();
        drop(store);
        let saved = place.reopened();

        // Of two with one id the later stays.
        let mut songs: Vec<Song> = songs
            .iter()
            .enumerate()
            .filter(|(i, song)| !songs[i + 1..].iter().any(|later| later.id == song.id))
            .map(|(_, song)| song.clone())
            .collect();
        songs.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let mut tasks: Vec<Task> = tasks
            .iter()
            .enumerate()
            .filter(|(i, task)| !tasks[i + 1..].iter().any(|later| later.id == task.id))
            .map(|(_, task)| task.clone())
            .collect();
        tasks.sort_by_key(|task| (task.created_at, task.id));
        let ledger_unread = tasks.iter().any(|task| ledger::entry(task).is_some());
        let mark = saved.mark;
        let expected =
            Saved { tasks, songs, draft, preferences, ledger_unread, mark, ..Saved::default() };
        prop_assert_eq!(saved, expected);
    }
}

#[test]
fn a_start_reads_the_newest_songs_and_the_one_that_was_open() {
    let place = Place::new();
    let (store, _) = place.open();
    // Kept in another order than they were made.
    let all: Vec<Song> = (0..450)
        .map(|n| song(&format!("song-{n:03}"), (n * 7) % 450))
        .collect();
    let second = |song: &Song| song.created_at.as_second();
    let first = second(&song("any", 0));
    let open = all.iter().find(|song| second(song) == first + 3);
    let preferences = Preferences {
        song: open.map(|song| song.id.clone()),
        ..Preferences::default()
    };
    let mut records = songs(all.clone());
    records.push(Record::Preferences(preferences));
    within_a_runtime(store.save_all(records)).unwrap();
    drop(store);

    let (store, saved) = place.open();
    assert_eq!(saved.unread, 450);
    let made: Vec<i64> = saved
        .songs
        .iter()
        .map(|song| second(song) - first)
        .collect();
    assert_eq!(made, std::iter::once(3).chain(386..450).collect::<Vec<_>>());
    assert!(saved.songs.iter().all(|song| song.lyric.is_empty()));
    let whole = within_a_runtime(store.library()).unwrap();
    assert!(whole.is_sorted_by_key(|song| song.created_at));
    assert_eq!(whole.len(), 450);
    assert!(whole.iter().all(|song| all.contains(song)));
}
