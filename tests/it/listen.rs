//! A song at a link: what a browser or a player asks, and what nobody may.

use std::fs;

use fuzzbox::listen::{Listening, Offer};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const TITLE: &str = "Dawn \"晨光\"\r\nX-Evil: 1";

fn sound() -> Vec<u8> {
    let mut sound = b"\0\0\0\x20ftypM4A ".to_vec();
    sound.extend((0..200_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8));
    sound
}

async fn listening(count: usize) -> (TempDir, Listening) {
    let folder = tempfile::tempdir().expect("a folder");
    let offers = (0..count).map(|number| {
        let file = folder.path().join(format!("{number}.bin"));
        fs::write(&file, sound()).expect("written");
        Offer {
            file,
            title: TITLE.into(),
        }
    });
    let offers = offers.collect();
    let listening = Listening::start(offers, 0).await.expect("it is served");
    (folder, listening)
}

/// The path of a link.
fn path(link: &str) -> String {
    let url: url::Url = link.parse().expect("a link");
    assert_eq!(url.host_str(), Some("127.0.0.1"));
    url.path().to_owned()
}

/// Status, headers in lower case, and body.
async fn ask(listening: &Listening, request: &str) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", listening.port()))
        .await
        .expect("a connection");
    let request = format!("{request}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    let end = answer
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("text");
    let status = head
        .get(9..12)
        .expect("a status")
        .parse()
        .expect("a status");
    (status, head.to_lowercase(), answer[end + 4..].to_vec())
}

#[tokio::test]
async fn a_song_is_served_whole_and_in_parts() {
    let (_folder, listening) = listening(1).await;
    let path = path(&listening.link());
    let whole = sound();
    let get = format!("GET {path} HTTP/1.1");
    let (status, head, body) = ask(&listening, &get).await;
    assert_eq!(status, 200);
    assert!(body == whole);
    assert!(head.contains("content-type: audio/mp4"), "{head}");
    assert!(head.contains("accept-ranges: bytes"), "{head}");
    assert!(!head.contains("\nx-evil"), "{head}");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: "));
    let tag = tag.expect("a tag").to_owned();

    let (status, head, body) = ask(&listening, &format!("{get}\r\nrange: bytes=100-199")).await;
    assert_eq!((status, &body[..]), (206, &whole[100..200]));
    assert!(head.contains(&format!("content-range: bytes 100-199/{}", whole.len())));
    let (status, _, body) = ask(&listening, &format!("{get}\r\nrange: bytes=-5")).await;
    assert_eq!((status, &body[..]), (206, &whole[whole.len() - 5..]));
    let (status, head, body) = ask(&listening, &format!("{get}\r\nrange: bytes=9999999-")).await;
    assert_eq!((status, body.len()), (416, 0));
    assert!(head.contains(&format!("content-range: bytes */{}", whole.len())));

    let known = format!("{get}\r\nrange: bytes=0-9\r\nif-range: {tag}");
    assert_eq!(ask(&listening, &known).await.0, 206);
    let other = format!("{get}\r\nrange: bytes=0-9\r\nif-range: \"other\"");
    assert_eq!(ask(&listening, &other).await.0, 200);

    let (status, head, body) = ask(&listening, &format!("HEAD {path} HTTP/1.1")).await;
    assert_eq!((status, body.len()), (200, 0));
    assert!(
        head.contains(&format!("content-length: {}", whole.len())),
        "{head}"
    );
}

#[tokio::test]
async fn nothing_else_is_served_to_anybody() {
    let (_folder, listening) = listening(1).await;
    let path = path(&listening.link());
    let secret = path.split('/').nth(1).expect("a secret");
    assert_eq!(secret.len(), 32);
    for wrong in [
        "/".to_owned(),
        "/1.m4a".to_owned(),
        format!("/{secret}"),
        format!("/{secret}/"),
        format!("/{secret}/2.m4a"),
        format!("/{secret}/../{secret}/1.m4a"),
        format!("/{secret}/0.bin"),
        format!("/{secret}/%2e%2e/etc/passwd"),
        format!("/{}/1.m4a", "0".repeat(32)),
    ] {
        let (status, _, body) = ask(&listening, &format!("GET {wrong} HTTP/1.1")).await;
        assert_eq!((status, body.len()), (404, 0), "{wrong}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let (status, ..) = ask(&listening, &format!("{method} {path} HTTP/1.1")).await;
        assert_eq!(status, 405, "{method}");
    }
}

#[tokio::test]
async fn several_songs_are_a_list_whose_entries_can_be_asked_for() {
    let (_folder, listening) = listening(2).await;
    let (status, head, body) = ask(
        &listening,
        &format!("GET {} HTTP/1.1", path(&listening.link())),
    )
    .await;
    assert_eq!(status, 200);
    assert!(head.contains("audio/x-mpegurl"), "{head}");
    let list = String::from_utf8(body).expect("text");
    let entries: Vec<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(entries, ["1.m4a", "2.m4a"], "{list}");
    for link in listening.links() {
        let (status, ..) = ask(&listening, &format!("GET {} HTTP/1.1", path(&link))).await;
        assert_eq!(status, 200);
    }
}

#[tokio::test]
async fn it_ends_with_the_one_who_holds_it_and_each_link_is_new() {
    let (_folder, first) = listening(1).await;
    let (_other, second) = listening(1).await;
    assert_ne!(path(&first.link()), path(&second.link()));
    let port = first.port();
    drop(first);
    // The port is free as soon as the server has been put away.
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_no_song_is_not_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.m4a");
    fs::write(&file, "<html></html>").expect("written");
    let offer = |file: &std::path::Path| Offer {
        file: file.to_owned(),
        title: String::new(),
    };
    assert!(Listening::start(vec![offer(&file)], 0).await.is_err());
    let missing = folder.path().join("missing");
    assert!(Listening::start(vec![offer(&missing)], 0).await.is_err());
}
