//! A song at a link: what a browser or a player asks, and what nobody may.

use std::fs;
use std::sync::Arc;

use fuzzbox::audio::Growing;
use fuzzbox::domain::Ranges;
use fuzzbox::listen::{Listening, Offer, Source};
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
    let listening = Listening::open(0).expect("a port");
    for number in 0..count {
        let file = folder.path().join(format!("{number}.bin"));
        fs::write(&file, sound()).expect("written");
        let source = Source::File(file);
        listening.add(offer(source)).await.expect("it is served");
    }
    (folder, listening)
}

fn offer(source: Source) -> Offer {
    Offer {
        source,
        title: TITLE.into(),
    }
}

/// The path of a link.
fn path(link: &str) -> String {
    let url: url::Url = link.parse().expect("a link");
    assert_eq!(url.host_str(), Some("127.0.0.1"));
    url.path().to_owned()
}

/// All that is answered.
async fn raw(listening: &Listening, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", listening.port()))
        .await
        .expect("a connection");
    let request = format!("{request}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    answer
}

/// Status, headers in lower case, and body.
async fn ask(listening: &Listening, request: &str) -> (u16, String, Vec<u8>) {
    let answer = raw(listening, request).await;
    let end = answer
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("text");
    let status = head
        .split(' ')
        .nth(1)
        .expect("a status")
        .parse()
        .expect("a number");
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
    let listening = Listening::open(0).expect("a port");
    for file in [file, folder.path().join("missing")] {
        let added = listening.add(offer(Source::File(file))).await;
        assert!(added.is_err());
    }
    assert!(listening.links().is_empty());
}

#[tokio::test]
async fn a_song_that_is_served_keeps_its_link() {
    let (folder, listening) = listening(1).await;
    let again = Source::File(folder.path().join("0.bin"));
    let link = listening.add(offer(again)).await.expect("it is served");
    assert_eq!(listening.links(), [link]);
}

/// A song of which only the first half is here.
async fn arriving() -> (TempDir, Listening, Arc<Growing>) {
    let folder = tempfile::tempdir().expect("a folder");
    let part = folder.path().join("song.part");
    fs::write(&part, sound()).expect("written");
    let growing = Arc::new(Growing::new(&part));
    let all = sound().len() as u64;
    growing.note(&Ranges::up_to(all / 2), Some(all));
    let listening = Listening::open(0).expect("a port");
    let source = Source::Growing(Arc::clone(&growing));
    listening.add(offer(source)).await.expect("it is served");
    (folder, listening, growing)
}

#[tokio::test]
async fn a_song_that_is_still_arriving_is_served_as_it_comes() {
    let (_folder, listening, growing) = arriving().await;
    let get = format!("GET {} HTTP/1.1", path(&listening.link()));
    let whole = sound();
    let (status, _, body) = ask(&listening, &format!("{get}\r\nrange: bytes=100-199")).await;
    assert_eq!((status, &body[..]), (206, &whole[100..200]));

    // What is not here is asked for, and waited for.
    let (wish, wished) = std::sync::mpsc::channel();
    growing.on_want(Box::new(move |want| {
        let _ = wish.send(want);
    }));
    let far = whole.len() - 10;
    let asked = format!("{get}\r\nrange: bytes={far}-");
    let come = async {
        while wished.try_iter().all(|want| want != Some(far as u64)) {
            tokio::task::yield_now().await;
        }
        growing.complete(whole.len() as u64);
    };
    let ((status, _, body), ()) = tokio::join!(ask(&listening, &asked), come);
    assert_eq!((status, &body[..]), (206, &whole[far..]));
    let (status, _, body) = ask(&listening, &get).await;
    assert_eq!(status, 200);
    assert!(body == whole);
}

#[tokio::test]
async fn what_will_never_arrive_breaks_off() {
    let (_folder, listening, growing) = arriving().await;
    growing.fail("the server lost it");
    let get = format!("GET {} HTTP/1.1", path(&listening.link()));
    let answer = raw(&listening, &get).await;
    assert!(answer.len() < sound().len(), "nothing is made up");
}

#[tokio::test]
async fn a_song_that_ends_nobody_knows_where_is_served_without_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let part = folder.path().join("song.part");
    fs::write(&part, sound()).expect("written");
    let growing = Arc::new(Growing::new(&part));
    growing.note(&Ranges::up_to(5000), None);
    let listening = Listening::open(0).expect("a port");
    let source = Source::Growing(Arc::clone(&growing));
    listening.add(offer(source)).await.expect("it is served");
    let get = format!("GET {} HTTP/1.0", path(&listening.link()));
    let come = async { growing.complete(sound().len() as u64) };
    let asked = format!("{get}\r\nrange: bytes=5-");
    let ((status, head, body), ()) = tokio::join!(ask(&listening, &asked), come);
    // Known by then or not: what comes is what was said.
    match status {
        200 => assert!(!head.contains("content-range") && body == sound(), "{head}"),
        status => assert!(status == 206 && body == sound()[5..], "{head}"),
    }
}
