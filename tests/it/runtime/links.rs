//! A song at a link, from the key to the answer of the server.

use crossterm::event::KeyCode;
use fuzzbox::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::desk::{Desk, Parts, sit};
use crate::support::program::Server;
use crate::support::pty::patience;

/// What is asked of the place that a link names: status, headers and body as they came.
async fn ask(link: &url::Url, path: &str, range: &str) -> (u16, Vec<u8>) {
    let address = link.socket_addrs(|| None).expect("an address");
    assert!(address.iter().all(|at| at.ip().is_loopback()));
    let mut stream = TcpStream::connect(&address[..]).await.expect("it is open");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\n{range}connection: close\r\n\r\n",
        link.authority()
    );
    stream.write_all(request.as_bytes()).await.expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n");
    let head = head.expect("a head");
    let status = String::from_utf8_lossy(&answer[9..12]).parse();
    (status.expect("a status"), answer[head + 4..].to_vec())
}

/// The link that stands on the screen.
fn link(desk: &Desk) -> url::Url {
    let screen = desk.screen();
    let words = screen.split_whitespace();
    let mut links = words.filter(|word| word.starts_with("http://127.0.0.1:"));
    links.next().expect("a link").parse().expect("a link")
}

#[tokio::test]
async fn a_song_can_be_heard_at_a_link_until_nobody_wants_it() {
    let server = Server::quick();
    let parts = Parts::new(&server.url());
    let (studio, screen) = parts.open();
    let (_, left) = sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.key(KeyCode::Char('4'));
        desk.until("1 song ").await;
        desk.until(" done").await;
        desk.key(KeyCode::Char('S'));
        desk.until("http://127.0.0.1:").await;
        let url = link(desk);
        let (status, whole) = ask(&url, url.path(), "").await;
        assert_eq!(status, 200);
        assert_eq!(&whole[4..8], b"ftyp", "it is a song");
        let (status, part) = ask(&url, url.path(), "range: bytes=100-299\r\n").await;
        assert_eq!((status, &part[..]), (206, &whole[100..300]));
        let guessed = format!("/{}/1.m4a", "0".repeat(32));
        for wrong in ["/", "/1.m4a", "/songs.m3u", guessed.as_str()] {
            assert_eq!(ask(&url, wrong, "").await, (404, Vec::new()), "{wrong}");
        }
        desk.key(KeyCode::Char('y'));
        desk.until("The link is copied").await;
        desk.key(KeyCode::Char('x'));
        desk.until("No link leads here").await;
        closed(&url).await;
        // Another one, which ends with the sitting.
        desk.key(KeyCode::Char('S'));
        desk.until("http://127.0.0.1:").await;
        let other = link(desk);
        assert_ne!(other.path(), url.path());
        assert_eq!(ask(&other, other.path(), "").await, (200, whole));
        assert_eq!(ask(&other, url.path(), "").await.0, 404);
        desk.key(KeyCode::Esc);
        desk.quit();
        other
    })
    .await;
    closed(&left).await;
    let (_, saved) = Store::open(&parts.database()).expect("our database");
    assert_eq!(saved.songs.len(), 1);
}

/// Waits until nobody answers at a link any more.
async fn closed(url: &url::Url) {
    let address = url.socket_addrs(|| None).expect("an address");
    let gone = async {
        while TcpStream::connect(&address[..]).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let gone = tokio::time::timeout(patience(), gone).await;
    gone.expect("it is still served");
}
