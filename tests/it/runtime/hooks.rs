//! The three ways to hear of the end of a song, with the real loop, the real door and the simulator.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossterm::event::KeyCode;
use fuzzbox::domain::{Completion, Saved, Task, TaskState, Timestamp};
use fuzzbox::runtime::recorder::{Recorder, Takeoff};
use fuzzbox::sim::{Scenario, SimConfig};
use fuzzbox::store::Store;
use fuzzbox::webhook::Key;

use super::desk::{Desk, Parts, sit};
use crate::support::program::Server;

/// A studio that the provider can call, and that wants to be called.
fn called(server: &Server) -> Parts {
    let mut parts = Parts::new(&server.url());
    parts.settings.completion = Completion::Webhook;
    parts.settings.webhook = Some("http://127.0.0.1".into());
    parts.webhook.listen = Some(([127, 0, 0, 1], 0).into());
    parts
}

fn tasks(parts: &Parts) -> Vec<Task> {
    let (_, saved) = Store::open(&parts.database()).expect("our database");
    saved.tasks
}

#[tokio::test]
async fn calls_that_are_lost_double_early_or_late_bring_each_song_home_once() {
    let server = Server::scripted("callbacks");
    let parts = called(&server);
    let file = parts.folder().join("flight.jsonl");
    let takeoff = Takeoff {
        version: String::new(),
        at: Timestamp::now(),
        size: (120, 36),
        settings: parts.settings.clone(),
        saved: Saved::default(),
    };
    let (mut studio, screen) = parts.open();
    studio.recorder = Some(Recorder::start(&file, &takeoff).expect("a recording"));
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("never").await;
        desk.press('g');
        desk.until("The webhook listens on 127.0.0.1:").await;
        for prompt in ["twice", "early", "late"] {
            desk.press('n');
            desk.prompt(prompt).await;
            desk.press('g');
        }
        desk.until("4 songs").await;
        desk.key(KeyCode::Char('3'));
        desk.key(KeyCode::Char('v'));
        desk.until("\"callback_url\": \"http://127.0.0.1/•••••\"")
            .await;
        desk.key(KeyCode::Esc);
        desk.quit();
    })
    .await;
    assert_eq!((server.knocks(), server.orders()), (4, 4));
    let tasks = tasks(&parts);
    assert_eq!(tasks.len(), 4);
    let key = Key::read(&parts.folder().join("webhook.key"));
    let key = key.expect("readable").expect("it was made");
    let flight = std::fs::read_to_string(&file).expect("a recording");
    let kept = std::fs::read(parts.database()).expect("our database");
    assert!(flight.contains("\"Delivered\""));
    for task in tasks {
        assert_eq!(task.state, TaskState::Succeeded);
        assert_eq!(task.request.hook(), Some(task.id));
        let proof = key.proof(task.id);
        assert!(!flight.contains(&proof), "a recording holds the secret");
        let is_proof = |window: &[u8]| window == proof.as_bytes();
        assert!(
            !kept.windows(proof.len()).any(is_proof),
            "the database holds it"
        );
    }
}

#[tokio::test]
async fn a_call_is_not_waited_for_by_asking() {
    let server = Server::scripted("steady");
    let mut parts = called(&server);
    // The next question of its own would come after a minute.
    parts.settings.pace = 1.0;
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.until("1 song ").await;
        desk.quit();
    })
    .await;
    assert_eq!((server.knocks(), server.questions()), (1, 1));
}

#[tokio::test]
async fn a_port_in_use_is_told_and_the_api_is_asked() {
    let server = Server::quick();
    let mut parts = called(&server);
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    parts.webhook.listen = Some(other.local_addr().expect("an address"));
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.until("1 song ").await;
        desk.quit();
    })
    .await;
    let tasks = tasks(&parts);
    assert_eq!(tasks[0].request.completion(), Completion::Polling);
    assert_eq!(server.orders(), 1);
}

#[tokio::test]
async fn a_blocking_order_is_answered_with_its_song() {
    let server = Server::scripted("steady");
    let parts = Parts::new(&server.url());
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.key(KeyCode::Char('c'));
        desk.until("waiting (blocking)").await;
        desk.press('g');
        desk.until("1 song ").await;
        desk.quit();
    })
    .await;
    assert_eq!((server.knocks(), server.questions()), (1, 0));
    assert_eq!(tasks(&parts)[0].request.completion(), Completion::Blocking);
}

#[tokio::test]
async fn a_blocking_order_whose_line_is_cut_is_found_and_not_sent_twice() {
    let trouble = "song_seconds = 1\ngeneration_seconds = 1\n\
                   [[on]]\nendpoint = \"audios\"\nnth = 1\ndrop = \"after\"\n";
    let server = Server::start(SimConfig {
        scenario: Some(Scenario::parse(trouble).expect("a scenario")),
        ..SimConfig::default()
    });
    let mut parts = Parts::new(&server.url());
    parts.settings.completion = Completion::Blocking;
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.until("1 song ").await;
        desk.quit();
    })
    .await;
    assert_eq!((server.knocks(), server.orders()), (1, 1));
}

#[tokio::test]
async fn leaving_while_a_blocking_order_is_made_loses_nothing() {
    let server = Server::scripted("steady");
    let mut parts = Parts::new(&server.url());
    parts.settings.completion = Completion::Blocking;
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.until("1 running").await;
        while server.orders() == 0 {
            desk.rests_for(Duration::from_millis(20)).await;
        }
        desk.hang_up();
    })
    .await;
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.until("1 song ").await;
        desk.quit();
    })
    .await;
    assert_eq!((server.knocks(), server.orders()), (1, 1));
}

/// Who posts forged calls, about a thousand a second, until it is dropped.
struct Flood {
    over: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl Flood {
    const THREADS: usize = 4;

    fn at(address: SocketAddr) -> Self {
        let (over, sent) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let threads = (0..Self::THREADS)
            .map(|_| {
                let (over, sent) = (Arc::clone(&over), Arc::<AtomicUsize>::clone(&sent));
                std::thread::spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        let began = Instant::now();
                        if forge(address).is_ok() {
                            sent.fetch_add(1, Ordering::Relaxed);
                        }
                        let turn = Duration::from_micros(1000 * Self::THREADS as u64);
                        std::thread::park_timeout(turn.saturating_sub(began.elapsed()));
                    }
                })
            })
            .collect();
        Flood {
            over,
            sent,
            threads,
        }
    }

    fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("no panic");
        }
        self.sent.load(Ordering::Relaxed)
    }
}

fn forge(address: SocketAddr) -> std::io::Result<()> {
    let mut line = TcpStream::connect(address)?;
    let path = format!("/1767119745000001/{:064x}", 7);
    write!(
        line,
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{{}}"
    )?;
    line.read_to_end(&mut Vec::new()).map(drop)
}

/// How long keys take to be seen, in order of length.
async fn keys(desk: &Desk) -> Vec<Duration> {
    let mut all = Vec::new();
    for _ in 0..60 {
        for (key, seen) in [('?', "Esc close"), ('q', "? help")] {
            // Two frames are never closer than this: a key after a pause is seen at once.
            desk.rests_for(Duration::from_millis(15)).await;
            let began = Instant::now();
            desk.key(KeyCode::Char(key));
            desk.until(seen).await;
            all.push(began.elapsed());
        }
    }
    all.sort();
    all
}

#[tokio::test]
async fn a_thousand_forged_calls_a_second_do_not_slow_a_key() {
    let server = Server::scripted("steady");
    let mut parts = called(&server);
    let port = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = port.local_addr().expect("an address");
    drop(port);
    parts.webhook.listen = Some(address);
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.until("1 song ").await;
        let calm = keys(desk).await;
        let flood = Flood::at(address);
        let began = Instant::now();
        let flooded = keys(desk).await;
        let took = began.elapsed().as_secs_f64();
        let rate = flood.end() as f64 / took;
        let (middle, late) = (calm.len() / 2, calm.len() * 95 / 100);
        println!(
            "{rate:.0} forged calls a second; a key is seen after {:?} ({:?} at the 95th percentile), without them \
             after {:?} ({:?})",
            flooded[middle], flooded[late], calm[middle], calm[late]
        );
        assert!(rate > 100.0, "no flood: {rate:.0} a second");
        assert!(flooded[middle] < calm[middle] + Duration::from_millis(25));
        desk.quit();
    })
    .await;
    assert_eq!(server.orders(), 1);
}
