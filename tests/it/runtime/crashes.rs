//! What a crash leaves, at whatever write it comes: whole batches, and every order that is on the wire.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, TaskEvent};
use fuzzbox::domain::{
    AudiosRequest, Draft, Record, Request, Saved, Song, SongId, Task, TaskId, TaskState, Timestamp,
};
use fuzzbox::runtime::perform::{self, News};
use fuzzbox::store::Store;
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::sync::mpsc::unbounded_channel;

use super::desk::Parts;
use crate::support::bench;
use crate::support::pty::patience;

/// The length of a log's head, and of the head of each of its frames, before a page.
const LOG_HEAD: usize = 32;
const FRAME: usize = 24 + 16_384;

fn task(number: i64, state: TaskState) -> Task {
    let request = Request::from(AudiosRequest {
        prompt: Some(format!("order {number}.")),
        ..AudiosRequest::default()
    });
    let mut task = Task::new(TaskId(number), request, Timestamp::UNIX_EPOCH);
    if state.is_final() {
        task.finished_at = Some(Timestamp::UNIX_EPOCH);
    }
    task.state = state;
    task
}

fn song(number: i64, lyric: usize) -> Song {
    let mut song = bench::song(&format!("song-{number}"), "made");
    song.task = Some(TaskId(number));
    song.lyric = "la ".repeat(lyric / 3);
    song
}

fn draft(prompt: &str) -> Record {
    Record::Draft(Box::new(Draft {
        prompt: prompt.to_owned(),
        ..Draft::default()
    }))
}

fn log_of(database: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", database.display()))
}

/// A database as a crash would leave it.
struct Image {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Image {
    /// Of files that may be written to at this moment. The database is read first: what is folded into it by then is in
    /// the log as well, unless the log began anew, which its head tells.
    fn of(database: &Path) -> Self {
        loop {
            let log = log_of(database);
            let head = |log: &[u8]| log.get(..LOG_HEAD).map(<[u8]>::to_vec);
            let before = std::fs::read(&log).ok();
            let pages = std::fs::read(database).expect("a database");
            let after = std::fs::read(&log).unwrap_or_default();
            if before.is_some_and(|before| head(&before) == head(&after)) {
                return Self {
                    database: pages,
                    log: after,
                };
            }
        }
    }

    /// What the next start finds if the log was cut off there.
    fn opened(&self, cut: usize) -> (Saved, Vec<Song>) {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("fuzzbox.db");
        std::fs::write(&path, &self.database).expect("room");
        let log = self.log.get(..cut).unwrap_or(&self.log);
        std::fs::write(log_of(&path), log).expect("room");
        let (store, saved) = Store::open(&path).expect("a whole database");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let songs = runtime.expect("a runtime").block_on(store.library());
        (saved, songs.expect("a library"))
    }
}

/// Songs, tasks and the length of each lyric.
type Batch = (usize, usize, usize);

fn records(number: i64, (songs, tasks, lyric): Batch) -> Vec<Record> {
    let ids = (0..).map(|at| number * 100 + at);
    let songs = ids
        .clone()
        .take(songs)
        .map(|id| Record::Song(Box::new(song(id, lyric))));
    let tasks = ids
        .take(tasks)
        .map(|id| Record::Task(Box::new(task(id, TaskState::Succeeded))));
    let mark = std::iter::once(draft(&number.to_string()));
    songs.chain(mark).chain(tasks).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// A log that is cut off at any byte holds the first batches, each of them whole, and all that were said to be kept.
    #[test]
    fn a_log_cut_off_anywhere_holds_whole_batches(
        batches in prop::collection::vec((0..4_usize, 1..4_usize, 0..60_000_usize), 1..8),
        cuts in prop::collection::vec(0.0..1.0, 8),
    ) {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("fuzzbox.db");
        let (store, _) = Store::open(&path).expect("a database");
        let mut kept_at = vec![0];
        for (number, batch) in (1..).zip(&batches) {
            store.save_blocking(records(number, *batch)).expect("kept");
            kept_at.push(std::fs::metadata(log_of(&path)).expect("a log").len() as usize);
        }
        let image = Image::of(&path);
        let frames = (image.log.len() - LOG_HEAD) / FRAME;
        let edges = (0..=frames).flat_map(|frame| {
            let edge = LOG_HEAD + frame * FRAME;
            [edge.saturating_sub(1), edge, edge + 23]
        });
        let anywhere = cuts.iter().map(|share| (share * image.log.len() as f64) as usize);
        for cut in edges.step_by(2).chain(anywhere) {
            let (saved, songs) = image.opened(cut);
            let whole = saved.draft.prompt.parse::<usize>().unwrap_or(0);
            let first = &batches[..whole];
            prop_assert_eq!(songs.len(), first.iter().map(|batch| batch.0).sum::<usize>());
            prop_assert_eq!(saved.tasks.len(), first.iter().map(|batch| batch.1).sum::<usize>());
            let kept = kept_at.iter().rposition(|at| *at <= cut).unwrap_or(0);
            prop_assert!(whole >= kept, "{kept} were kept, {whole} are there at {cut}");
        }
    }
}

/// Takes orders one after the other, and looks at each what a crash would leave at this moment.
struct Witness {
    listener: TcpListener,
    database: PathBuf,
}

impl Witness {
    /// The prompts that came, and what was wrong.
    fn watch(&self, orders: usize) -> Vec<String> {
        let mut wrong = Vec::new();
        for _ in 0..orders {
            let (mut line, _) = self.listener.accept().expect("an order");
            let body = read_request(&mut line);
            let image = Image::of(&self.database);
            let (saved, songs) = image.opened(usize::MAX);
            let stored = saved.tasks.iter().find(|task| {
                let prompt = task.request.label();
                !prompt.is_empty() && body.contains(prompt)
            });
            match stored.map(|task| &task.state) {
                Some(TaskState::Submitting) => {}
                state => wrong.push(format!("{state:?} on disk, and on the wire: {body}")),
            }
            let made = |task: &&Task| task.state == TaskState::Succeeded;
            for task in saved.tasks.iter().filter(made) {
                let id = SongId(format!("song-{}", task.id.0));
                if songs.iter().all(|song| song.id != id) {
                    wrong.push(format!("task {} is there without its song", task.id.0));
                }
            }
            if songs.len() > saved.tasks.iter().filter(made).count() {
                wrong.push("a song is there without its task".to_owned());
            }
            let answer = format!(
                r#"{{"success":true,"task_id":"api-{}","trace_id":"t"}}"#,
                stored.map_or(0, |task| task.id.0)
            );
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            let length = answer.len();
            write!(line, "{head}\r\nContent-Length: {length}\r\n\r\n{answer}").expect("a line");
        }
        wrong
    }
}

fn read_request(line: &mut TcpStream) -> String {
    line.set_read_timeout(Some(patience())).expect("a line");
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let so_far = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = so_far.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0_usize);
            if body.len() >= length {
                return body.to_owned();
            }
        }
        let count = line.read(&mut buffer).expect("a request");
        assert!(count > 0, "half a request: {so_far}");
        text.extend(buffer.get(..count).unwrap_or_default());
    }
}

/// What an evening writes around its orders, in the order the app would say it.
fn evening(orders: i64) -> Vec<Vec<Effect>> {
    let save = |record| Effect::Save(record);
    let task_in = |number, state| save(Record::Task(Box::new(task(number, state))));
    (1..=orders)
        .flat_map(|number| {
            let waiting = TaskState::Waiting {
                retry_at: None,
                because: None,
            };
            let submitted = task(number, TaskState::Submitting);
            let made = 1000 + number;
            [
                vec![task_in(number, waiting)],
                vec![save(draft(&format!("draft {number}")))],
                // What is behind a submission in one batch does not hold it up, and is not mixed up with it.
                vec![
                    task_in(number, TaskState::Submitting),
                    Effect::Submit {
                        task: TaskId(number),
                        request: submitted.request,
                    },
                    save(Record::Song(Box::new(song(made, 90_000)))),
                    task_in(made, TaskState::Succeeded),
                ],
            ]
        })
        .collect()
}

#[tokio::test]
async fn no_order_is_on_the_wire_that_a_crash_would_forget() {
    const ORDERS: i64 = 60;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let parts = Parts::new(&format!("http://{}", listener.local_addr().expect("bound")));
    let (studio, opened) = parts.open();
    let witness = Witness {
        listener,
        database: parts.database(),
    };
    let (told, wrong) = mpsc::channel();
    std::thread::spawn(move || told.send(witness.watch(ORDERS as usize)));
    let (effects, batches) = unbounded_channel();
    let (news, mut inbox) = unbounded_channel();
    let lane = tokio::spawn(perform::lane(studio.world.clone(), batches, news));
    for batch in evening(ORDERS) {
        effects.send(batch).expect("the lane is there");
    }
    let deadline = Instant::now() + 3 * patience();
    let mut accepted = 0;
    while accepted < ORDERS {
        let left = deadline.saturating_duration_since(Instant::now());
        let told = tokio::time::timeout(left, inbox.recv()).await;
        match told.expect("in time").expect("the lane is there") {
            News::Happened(Event::Task(TaskEvent::Accepted { .. })) => accepted += 1,
            News::Happened(event) => panic!("{event:?}"),
            _ => {}
        }
    }
    let wrong = wrong
        .recv_timeout(Duration::from_secs(5))
        .expect("it has seen all");
    assert_eq!(wrong, Vec::<String>::new());
    lane.abort();
    drop((studio, opened));
}
