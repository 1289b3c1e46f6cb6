//! A server on the loopback that says what it was told to say: one act for each connection.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// What happens on one connection.
pub enum Act {
    /// The request is read and answered, and the connection closed.
    Say(Vec<u8>),
    /// The same, but the connection stays open and silent.
    Stall(Vec<u8>),
    /// The connection is closed before anything is read.
    DropUnread,
    /// The connection is closed when the request has been read.
    DropRead,
}

/// The server; gone when dropped. A connection beyond the script is closed unread, and counted.
pub struct Canned {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    job: JoinHandle<()>,
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Request line and headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Seen {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

impl Canned {
    pub async fn start(script: impl IntoIterator<Item = Act>) -> Canned {
        let script: Vec<Act> = script.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let job = tokio::spawn(serve(listener, script, Arc::clone(&seen)));
        Canned { port, seen, job }
    }

    /// One that answers every connection of the script with `bytes`.
    pub async fn saying(bytes: impl Into<Vec<u8>>) -> Canned {
        Canned::start([Act::Say(bytes.into())]).await
    }

    pub fn url(&self) -> Url {
        let text = format!("http://127.0.0.1:{}/", self.port);
        text.parse().expect("a URL")
    }

    /// All connections so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// The only request there has been.
    pub fn only(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "one exchange: {seen:?}");
        seen.remove(0)
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        self.job.abort();
    }
}

/// An HTTP answer with a right length.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len().to_string();
    let mut all = vec![("content-length", length.as_str())];
    all.extend_from_slice(headers);
    raw(status, &all, body)
}

/// An HTTP answer with these headers and no others.
pub fn raw(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status} Canned\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.as_ref());
    bytes
}

/// A JSON answer, of a JSON value or of any text in its place.
pub fn json(status: u16, body: impl std::fmt::Display) -> Vec<u8> {
    let headers = [("content-type", "application/json")];
    answer(status, &headers, format!("{body}"))
}

async fn serve(listener: TcpListener, script: Vec<Act>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut script = script.into_iter();
    let mut open = Vec::new();
    loop {
        let Ok((mut stream, _)) = listener.accept().await else {
            return;
        };
        let act = script.next().unwrap_or(Act::DropUnread);
        if matches!(act, Act::DropUnread) {
            seen.lock().expect("not poisoned").push(Seen::default());
            continue;
        }
        let request = read(&mut stream).await;
        seen.lock().expect("not poisoned").push(request);
        match act {
            Act::Say(bytes) => {
                // A client that refuses the answer may be gone by now.
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
            Act::Stall(bytes) => {
                let _ = stream.write_all(&bytes).await;
                open.push(stream);
            }
            Act::DropUnread | Act::DropRead => {}
        }
    }
}

/// Reads one request: the head, and as much body as it announces.
async fn read(stream: &mut TcpStream) -> Seen {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = head_end {
            let mut seen = Seen {
                head: String::from_utf8_lossy(&bytes[..end]).into_owned(),
                body: bytes[end + 4..].to_vec(),
            };
            let announced = seen
                .header("content-length")
                .map_or(0, |length| length.parse::<usize>().expect("a length"));
            if seen.body.len() >= announced {
                seen.body.truncate(announced);
                return seen;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&buffer[..count]),
            _ => return Seen::default(),
        }
    }
}
