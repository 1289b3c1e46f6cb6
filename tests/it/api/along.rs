//! A file that is read while it comes in: what is waited for comes first, and nothing comes twice.

use std::fs;
use std::sync::{Arc, Mutex};

use fuzzbox::api::{Arrival, Client, Download, Fetched};
use fuzzbox::domain::{Failure, FailureKind, Ranges};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const SIZE: usize = 2 << 20;

/// The body: no two places are alike.
fn body() -> Vec<u8> {
    (0..SIZE as u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}

/// How a server behaves.
#[derive(Clone, Copy)]
struct Manner {
    /// Whether it can give a part of the file.
    ranges: bool,
    /// Whether it tells how long the file is.
    length: bool,
    /// After so many bytes the first answer waits for the test.
    first_holds_at: usize,
    /// After so many bytes the second answer breaks off.
    second_breaks_at: usize,
}

impl Default for Manner {
    fn default() -> Self {
        Manner {
            ranges: true,
            length: true,
            first_holds_at: usize::MAX,
            second_breaks_at: usize::MAX,
        }
    }
}

/// A server of one file, which counts the bytes it sends.
struct Server {
    port: u16,
    /// First byte and bytes sent, of each answer.
    answers: Arc<Mutex<Vec<(usize, usize)>>>,
    go_on: watch::Sender<bool>,
    job: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.job.abort();
    }
}

impl Server {
    async fn start(manner: Manner) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let answers: Arc<Mutex<Vec<(usize, usize)>>> = Arc::default();
        let (go_on, wait) = watch::channel(false);
        let log = Arc::clone(&answers);
        let job = tokio::spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                tokio::spawn(answer(
                    stream,
                    manner,
                    number,
                    Arc::clone(&log),
                    wait.clone(),
                ));
            }
        });
        Server {
            port,
            answers,
            go_on,
            job,
        }
    }

    fn answers(&self) -> Vec<(usize, usize)> {
        self.answers.lock().expect("not poisoned").clone()
    }

    fn sent(&self) -> usize {
        self.answers().iter().map(|(_, sent)| sent).sum()
    }
}

async fn answer(
    mut stream: TcpStream,
    manner: Manner,
    number: usize,
    log: Arc<Mutex<Vec<(usize, usize)>>>,
    mut wait: watch::Receiver<bool>,
) {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(count @ 1..) => head.extend_from_slice(&buffer[..count]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    let asked = head
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="));
    let asked = asked.filter(|_| manner.ranges).map(|range| {
        let (from, to) = range.trim().split_once('-').expect("a range");
        let to = to.parse().map_or(SIZE, |to: usize| to + 1);
        (from.parse::<usize>().expect("a number"), to)
    });
    let (from, to) = asked.unwrap_or((0, SIZE));
    let mut said = match asked {
        Some(_) => format!(
            "HTTP/1.1 206 Part\r\ncontent-range: bytes {from}-{}/{SIZE}\r\n",
            to - 1
        ),
        None => "HTTP/1.1 200 Whole\r\n".to_owned(),
    };
    said += "etag: \"v1\"\r\nconnection: close\r\n";
    if manner.length {
        let length = to - from;
        said.push_str("content-length: ");
        said.push_str(&length.to_string());
        said.push_str("\r\n");
    }
    said += "\r\n";
    let place = {
        let mut log = log.lock().expect("not poisoned");
        log.push((from, 0));
        log.len() - 1
    };
    if stream.write_all(said.as_bytes()).await.is_err() {
        return;
    }
    let content = body();
    for piece in content[from..to].chunks(8 << 10) {
        let sent = log.lock().expect("not poisoned")[place].1;
        if number == 0 && sent >= manner.first_holds_at {
            let _ = wait.wait_for(|go_on| *go_on).await;
        }
        if number == 1 && sent >= manner.second_breaks_at {
            return;
        }
        if stream.write_all(piece).await.is_err() {
            return;
        }
        log.lock().expect("not poisoned")[place].1 += piece.len();
    }
    let _ = stream.shutdown().await;
}

/// A download and the one who reads along.
struct Desk {
    _folder: TempDir,
    order: Download,
    here: watch::Sender<Ranges>,
    want: watch::Sender<Option<u64>>,
}

impl Desk {
    fn new(server: &Server) -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("http://127.0.0.1:{}/song", server.port);
        Desk {
            order: Download {
                url: url.parse().expect("a URL"),
                part: folder.path().join("song.part"),
            },
            _folder: folder,
            here: watch::Sender::new(Ranges::default()),
            want: watch::Sender::new(None),
        }
    }

    async fn fetch(&self) -> Result<Fetched, Failure> {
        let client = Client::new("https://api.example".parse().expect("a URL"));
        let content = body();
        let tell = |arrival: Arrival<'_>| {
            let part = fs::read(&self.order.part).expect("the part file");
            for (from, to) in Vec::from(arrival.here.clone()) {
                let (from, to) = (from as usize, to as usize);
                assert!(part[from..to] == content[from..to], "{from}..{to}");
            }
            self.here.send_replace(arrival.here.clone());
        };
        client
            .download_along(&self.order, self.want.subscribe(), tell)
            .await
    }

    /// Waits until a byte is here.
    async fn has(&self, at: usize) {
        self.want.send_replace(Some(at as u64));
        let mut here = self.here.subscribe();
        let seen = here.wait_for(|here| here.end_of(at as u64).is_some());
        seen.await.expect("the download goes on");
        self.want.send_replace(None);
    }

    fn is_whole(&self) -> bool {
        fs::read(&self.order.part).expect("the part file") == body()
    }
}

#[tokio::test]
async fn what_is_waited_for_is_fetched_first_and_nothing_comes_twice() {
    let server = Server::start(Manner {
        first_holds_at: 64 << 10,
        ..Manner::default()
    })
    .await;
    let desk = Desk::new(&server);
    let reader = async {
        // Some of the beginning, the end, and something in the middle: the rest of the first answer is held back.
        desk.has(60 << 10).await;
        desk.has(SIZE - 1000).await;
        desk.has(SIZE / 2).await;
    };
    let (fetched, ()) = tokio::join!(desk.fetch(), reader);
    assert_eq!(fetched.expect("a file").bytes, SIZE as u64);
    assert!(desk.is_whole());
    assert_eq!(server.sent(), SIZE, "{:?}", server.answers());
    let begun: Vec<usize> = server.answers().iter().map(|(from, _)| *from).collect();
    assert_eq!(begun[..2], [0, SIZE - 1000]);
}

#[tokio::test]
async fn what_comes_soon_is_waited_for() {
    let server = Server::start(Manner::default()).await;
    let desk = Desk::new(&server);
    let reader = desk.has(100 << 10);
    let (fetched, ()) = tokio::join!(desk.fetch(), reader);
    fetched.expect("a file");
    assert_eq!(server.answers(), [(0, SIZE)]);
}

#[tokio::test]
async fn a_server_without_ranges_is_waited_for() {
    for length in [true, false] {
        let server = Server::start(Manner {
            ranges: false,
            length,
            first_holds_at: 64 << 10,
            ..Manner::default()
        })
        .await;
        let desk = Desk::new(&server);
        let reader = async {
            desk.has(60 << 10).await;
            desk.want.send_replace(Some(SIZE as u64 - 10));
            if length {
                // It is asked, answers with the whole file, and is not asked again.
                while server.answers().len() < 2 {
                    tokio::task::yield_now().await;
                }
            }
            server.go_on.send_replace(true);
            desk.has(SIZE - 10).await;
        };
        let (fetched, ()) = tokio::join!(desk.fetch(), reader);
        assert_eq!(fetched.expect("a file").bytes, SIZE as u64);
        assert!(desk.is_whole());
        let answers = server.answers();
        assert_eq!(answers[0], (0, SIZE));
        assert_eq!(answers.len(), if length { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_file_with_holes_is_gone_on_with_after_a_kill() {
    let server = Server::start(Manner {
        first_holds_at: 64 << 10,
        ..Manner::default()
    })
    .await;
    let desk = Desk::new(&server);
    {
        let killed = async {
            desk.has(60 << 10).await;
            desk.has(SIZE - (600 << 10)).await;
        };
        // The first to end takes the other with it: that is the kill.
        tokio::select! {
            fetched = desk.fetch() => panic!("it cannot be whole: {fetched:?}"),
            () = killed => {}
        }
    }
    let before = server.answers().len();
    let fetched = desk.fetch().await.expect("a file");
    assert!(fetched.resumed_from >= 64 << 10, "{fetched:?}");
    assert!(desk.is_whole());
    let after = &server.answers()[before..];
    assert_eq!(after[0].0, 64 << 10, "{after:?}");
}

#[tokio::test]
async fn a_connection_lost_far_away_loses_nothing() {
    let server = Server::start(Manner {
        first_holds_at: 64 << 10,
        second_breaks_at: 128 << 10,
        ..Manner::default()
    })
    .await;
    let desk = Desk::new(&server);
    let reader = async {
        desk.has(60 << 10).await;
        desk.want.send_replace(Some(SIZE as u64 / 2));
    };
    let (failure, ()) = tokio::join!(desk.fetch(), reader);
    let failure = failure.expect_err("it was lost");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    desk.want.send_replace(None);
    desk.fetch().await.expect("a file");
    assert!(desk.is_whole());
    assert_eq!(server.sent(), SIZE, "{:?}", server.answers());
}
