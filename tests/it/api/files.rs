//! Files that come home whole, in pieces, or not at all.

use std::fs;
use std::path::Path;
use std::time::Duration;

use fuzzbox::api::{self, Client, Download, Fetched, Patience, Progress};
use fuzzbox::domain::{Failure, FailureKind};
use tempfile::TempDir;
use url::Url;

use crate::support::canned::{self, Act, Canned};

const SOUND: &[u8] = b"\0\0\0\x20ftypM4A 0123456789";
const TAG: (&str, &str) = ("etag", "\"v1\"");

/// A folder with a part file in it, and the link it is fetched from.
struct Desk {
    folder: TempDir,
    order: Download,
}

impl Desk {
    fn new(url: Url) -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let part = folder.path().join("song.part");
        Desk {
            folder,
            order: Download { url, part },
        }
    }

    async fn fetch(&self) -> Result<Fetched, Failure> {
        self.fetch_within(Patience::default()).await
    }

    async fn fetch_within(&self, patience: Patience) -> Result<Fetched, Failure> {
        let base = "https://api.example".parse().expect("a URL");
        let client = Client::with_patience(base, patience);
        client.download(&self.order, |_| {}).await
    }

    async fn failure(&self) -> Failure {
        self.fetch().await.expect_err("a failure")
    }

    fn part(&self) -> Vec<u8> {
        fs::read(&self.order.part).unwrap_or_default()
    }

    fn meta(&self) -> bool {
        self.folder.path().join("song.part.meta").exists()
    }
}

/// The first `count` bytes of the sound, and then the end of the connection.
fn cut(count: usize, header: (&str, &str)) -> Act {
    let length = SOUND.len().to_string();
    let headers = [("content-length", length.as_str()), header];
    Act::Say(canned::raw(200, &headers, &SOUND[..count]))
}

/// The sound from `from` on, as the answer to a range.
fn rest(from: usize, said_from: usize) -> Act {
    let range = format!("bytes {said_from}-{}/{}", SOUND.len() - 1, SOUND.len());
    Act::Say(canned::answer(
        206,
        &[("content-range", &range), TAG],
        &SOUND[from..],
    ))
}

fn whole() -> Act {
    Act::Say(canned::answer(
        200,
        &[TAG, ("content-type", "audio/mp4")],
        SOUND,
    ))
}

#[tokio::test]
async fn a_whole_file_is_kept_under_its_name() {
    let server = Canned::start([whole()]).await;
    let desk = Desk::new(server.url());
    let fetched = desk.fetch().await.expect("a file");
    assert_eq!(
        (fetched.bytes, fetched.resumed_from),
        (SOUND.len() as u64, 0)
    );
    assert_eq!(desk.part(), SOUND);
    let file = desk.folder.path().join("song.m4a");
    let kept = api::keep(&desk.order.part, &file).await.expect("kept");
    assert_eq!(kept, fetched.bytes);
    assert_eq!(fs::read(&file).expect("the file"), SOUND);
    let left = fs::read_dir(desk.folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 1, "neither part nor meta is left");
    let seen = server.only();
    assert_eq!(seen.header("authorization"), None);
    assert_eq!(seen.header("range"), None);
    assert_eq!(seen.header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn a_cut_file_is_gone_on_with() {
    for header in [TAG, ("last-modified", "Wed, 21 Oct 2015 07:28:00 GMT")] {
        let server = Canned::start([cut(15, header), rest(15, 15)]).await;
        let desk = Desk::new(server.url());
        let failure = desk.failure().await;
        assert_eq!(
            failure.kind,
            FailureKind::Unreachable,
            "{}",
            failure.message
        );
        assert_eq!(desk.part(), &SOUND[..15]);
        let fetched = desk.fetch().await.expect("a file");
        assert_eq!(
            (fetched.bytes, fetched.resumed_from),
            (SOUND.len() as u64, 15)
        );
        assert_eq!(desk.part(), SOUND);
        let second = &server.seen()[1];
        assert_eq!(second.header("range"), Some("bytes=15-"));
        assert_eq!(second.header("if-range"), Some(header.1));
    }
}

#[tokio::test]
async fn a_file_that_may_be_another_begins_anew() {
    for header in [("x-none", ""), ("etag", "W/\"weak\"")] {
        let server = Canned::start([cut(15, header), whole()]).await;
        let desk = Desk::new(server.url());
        desk.failure().await;
        desk.fetch().await.expect("a file");
        assert_eq!(desk.part(), SOUND);
        assert_eq!(server.seen()[1].header("range"), None);
    }
    let server = Canned::start([cut(15, TAG), whole()]).await;
    let mut desk = Desk::new(server.url());
    desk.failure().await;
    desk.order.url.set_path("/another.m4a");
    desk.fetch().await.expect("a file");
    assert_eq!(desk.part(), SOUND);
    assert_eq!(server.seen()[1].header("range"), None);
}

#[tokio::test]
async fn a_server_that_does_not_know_ranges_is_understood() {
    let server = Canned::start([cut(15, TAG), whole()]).await;
    let desk = Desk::new(server.url());
    desk.failure().await;
    let fetched = desk.fetch().await.expect("a file");
    assert_eq!(fetched.resumed_from, 0);
    assert_eq!(desk.part(), SOUND);
}

#[tokio::test]
async fn a_shorter_file_leaves_nothing_of_the_longer_one() {
    let other = Act::Say(canned::answer(200, &[("etag", "\"v2\"")], b"ID3 short"));
    let server = Canned::start([cut(15, TAG), other]).await;
    let desk = Desk::new(server.url());
    desk.failure().await;
    desk.fetch().await.expect("a file");
    assert_eq!(desk.part(), b"ID3 short");
}

#[tokio::test]
async fn bytes_from_elsewhere_are_not_written() {
    let lying = Act::Say(canned::answer(206, &[TAG], &SOUND[15..]));
    let range = format!("bytes 15-{}/{}", SOUND.len() - 1, SOUND.len());
    let headers = [("content-range", range.as_str()), ("etag", "\"v2\"")];
    let another = Act::Say(canned::answer(206, &headers, &SOUND[15..]));
    for wrong in [rest(12, 12), lying, another] {
        let server = Canned::start([cut(15, TAG), wrong, whole()]).await;
        let desk = Desk::new(server.url());
        desk.failure().await;
        assert_eq!(desk.failure().await.kind, FailureKind::Unreachable);
        assert_eq!((desk.part(), desk.meta()), (Vec::new(), false));
        desk.fetch().await.expect("a file");
        assert_eq!(desk.part(), SOUND);
        assert_eq!(server.seen().len(), 3, "one exchange each");
    }
}

#[tokio::test]
async fn a_range_past_the_end_says_whether_all_is_there() {
    let refused = |total: usize| {
        let range = format!("bytes */{total}");
        Act::Say(canned::answer(416, &[("content-range", &range)], ""))
    };
    let server = Canned::start([cut(15, TAG), refused(15)]).await;
    let desk = Desk::new(server.url());
    desk.failure().await;
    let fetched = desk.fetch().await.expect("it was whole");
    assert_eq!((fetched.bytes, fetched.resumed_from), (15, 15));
    assert_eq!(desk.part(), &SOUND[..15]);

    let server = Canned::start([cut(15, TAG), refused(9), whole()]).await;
    let desk = Desk::new(server.url());
    desk.failure().await;
    assert_eq!(desk.failure().await.kind, FailureKind::Unreachable);
    desk.fetch().await.expect("a file");
    assert_eq!(desk.part(), SOUND);
}

#[tokio::test]
async fn pages_and_dead_links_are_bad_files() {
    let typed = |kind: &str, body: &str| canned::answer(200, &[("content-type", kind)], body);
    for (bytes, kind) in [
        (
            typed("text/html; charset=utf-8", "hello"),
            FailureKind::BadFile,
        ),
        (typed("application/json", "hello"), FailureKind::BadFile),
        (
            typed("audio/mp4", "<!DOCTYPE html><html>"),
            FailureKind::BadFile,
        ),
        (typed("audio/mp4", " {\"error\":1}"), FailureKind::BadFile),
        (typed("audio/mp4", ""), FailureKind::BadFile),
        (canned::answer(403, &[], ""), FailureKind::BadFile),
        (canned::answer(404, &[], ""), FailureKind::BadFile),
        (canned::answer(410, &[], ""), FailureKind::BadFile),
        (canned::answer(416, &[], ""), FailureKind::BadFile),
        (canned::answer(304, &[], ""), FailureKind::BadFile),
        (
            canned::raw(200, &[("content-length", "2000000000")], SOUND),
            FailureKind::BadFile,
        ),
        (canned::answer(429, &[], ""), FailureKind::RateLimited),
        (canned::answer(503, &[], ""), FailureKind::Unreachable),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let server = Canned::saying(bytes).await;
        let desk = Desk::new(server.url());
        assert_eq!(desk.failure().await.kind, kind, "{shown}");
        assert_eq!((desk.part(), desk.meta()), (Vec::new(), false), "{shown}");
        server.only();
    }
}

#[tokio::test]
async fn a_page_does_not_cost_what_was_fetched() {
    let page = canned::answer(200, &[("content-type", "text/html")], "<html>");
    let server = Canned::start([cut(15, TAG), Act::Say(page), rest(15, 15)]).await;
    let desk = Desk::new(server.url());
    desk.failure().await;
    assert_eq!(desk.failure().await.kind, FailureKind::BadFile);
    assert_eq!(desk.part(), &SOUND[..15]);
    desk.fetch().await.expect("a file");
    assert_eq!(desk.part(), SOUND);
}

#[tokio::test]
async fn a_silent_or_absent_server_is_unreachable() {
    let length = SOUND.len().to_string();
    let headers = [("content-length", length.as_str()), TAG];
    let stalled = canned::raw(200, &headers, &SOUND[..15]);
    let server = Canned::start([Act::Stall(stalled), Act::DropRead]).await;
    let desk = Desk::new(server.url());
    let hasty = Patience {
        idle: Duration::from_millis(300),
        ..Patience::default()
    };
    let failure = desk.fetch_within(hasty).await.expect_err("silence");
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert_eq!(desk.part(), &SOUND[..15], "what came is kept");
    assert_eq!(desk.failure().await.kind, FailureKind::Unreachable);
    assert_eq!(desk.part(), &SOUND[..15]);
    drop(server);
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_only_on_the_web() {
    let server = Canned::start([whole()]).await;
    let target = server.url().to_string();
    let moved = |to: &str| Act::Say(canned::answer(302, &[("location", to)], ""));
    let gate = Canned::start([moved(&target)]).await;
    let desk = Desk::new(gate.url());
    desk.fetch().await.expect("a file");
    assert_eq!(desk.part(), SOUND);

    let circle = Canned::start((0..20).map(|_| moved("/"))).await;
    let desk = Desk::new(circle.url());
    assert_eq!(desk.failure().await.kind, FailureKind::BadFile);
    assert_eq!(circle.seen().len(), 6, "five redirects");

    for away in ["file:///etc/passwd", "ftp://127.0.0.1/x"] {
        let gate = Canned::start([moved(away)]).await;
        let failure = Desk::new(gate.url()).failure().await;
        assert_eq!(
            failure.kind,
            FailureKind::BadFile,
            "{away}: {}",
            failure.message
        );
    }
    let desk = Desk::new("ftp://127.0.0.1/x".parse().expect("a URL"));
    assert_eq!(desk.failure().await.kind, FailureKind::BadFile);
}

#[tokio::test]
async fn a_disk_that_cannot_take_it_is_named() {
    let server = Canned::start([whole(), whole()]).await;
    let mut desk = Desk::new(server.url());
    #[cfg(target_os = "linux")]
    {
        std::os::unix::fs::symlink("/dev/full", &desk.order.part).expect("a link");
        let failure = desk.failure().await;
        assert_eq!(failure.kind, FailureKind::Disk, "{}", failure.message);
    }
    desk.order.part = desk.folder.path().join("missing").join("song.part");
    assert_eq!(desk.failure().await.kind, FailureKind::Disk);
}

#[tokio::test]
async fn progress_tells_of_bytes_that_can_be_read() {
    let body = vec![7_u8; 3 << 20];
    let server = Canned::saying(canned::answer(200, &[TAG], &body)).await;
    let desk = Desk::new(server.url());
    let part: &Path = &desk.order.part;
    let mut told: Vec<Progress> = Vec::new();
    let base = "https://api.example".parse().expect("a URL");
    let begun = std::time::Instant::now();
    let fetched = Client::new(base)
        .download(&desk.order, |progress| {
            let there = fs::metadata(part).expect("the part file").len();
            assert!(progress.done <= there);
            told.push(progress);
        })
        .await
        .expect("a file");
    assert_eq!(fetched.bytes, body.len() as u64);
    let most = 1 + begun.elapsed().as_millis() / 250;
    assert!((1..=most).contains(&(told.len() as u128)), "{told:?}");
    assert!(told.is_sorted_by_key(|progress| progress.done));
    assert!(
        told.iter()
            .all(|progress| progress.total == Some(fetched.bytes))
    );
}

#[tokio::test]
async fn a_file_that_is_no_good_is_removed() {
    let server = Canned::start([whole()]).await;
    let desk = Desk::new(server.url());
    desk.fetch().await.expect("a file");
    assert!(desk.meta());
    api::discard(&desk.order.part).await.expect("removed");
    api::discard(&desk.order.part)
        .await
        .expect("nothing to remove");
    let left = fs::read_dir(desk.folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 0);
}
