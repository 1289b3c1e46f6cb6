//! Local files brought to a file host: by the canned server, and by the simulator with its two hosts.

use std::path::PathBuf;

use fuzzbox::api::{Client, Host, Secret};
use fuzzbox::domain::{Failure, FailureKind, FileProblem};
use fuzzbox::sim::{Scenario, SimConfig, Simulator};
use tempfile::TempDir;
use url::Url;

use crate::support::canned::{self, Act, Canned};

const TOKEN: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

fn token() -> Secret {
    Secret::new(TOKEN).expect("a token")
}

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Desk {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    async fn host(&self, url: Url, own: Option<&str>, path: PathBuf) -> Result<Url, Failure> {
        self.host_at(url, own, path, true).await
    }

    async fn host_at(
        &self,
        url: Url,
        own: Option<&str>,
        path: PathBuf,
        is_kin: bool,
    ) -> Result<Url, Failure> {
        let client = Client::new("https://api.example".parse().expect("a URL"));
        let host = Host {
            url,
            token: own.map(|own| Secret::new(own).expect("a token")),
            is_kin,
        };
        client.host(&host, &token(), &path, |_| {}).await
    }
}

#[tokio::test]
async fn a_file_is_sent_whole_and_without_its_name() {
    let answer = r#"{"file_url":"https://files.example/x.mp3"}"#;
    let server = Canned::saying(canned::json(200, answer)).await;
    let desk = Desk::new();
    let bytes: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
    let path = desk.file("My secret song.MP3", &bytes);
    let url = desk.host(server.url(), None, path).await.expect("hosted");
    assert_eq!(url.as_str(), "https://files.example/x.mp3");
    let seen = server.only();
    assert_eq!(
        seen.header("authorization"),
        Some(&*format!("Bearer {TOKEN}"))
    );
    assert!(
        seen.header("content-type")
            .expect("a type")
            .starts_with("multipart/form-data")
    );
    assert!(seen.body.windows(bytes.len()).any(|window| window == bytes));
    let text = String::from_utf8_lossy(&seen.body);
    assert!(text.contains("name=\"file\"; filename=\"upload.mp3\""));
    assert!(!text.contains("secret"));
}

#[tokio::test]
async fn a_stranger_gets_the_file_and_no_token() {
    let answer = r#"{"file_url":"https://files.example/x.mp3"}"#;
    let server = Canned::saying(canned::json(200, answer)).await;
    let desk = Desk::new();
    let path = desk.file("song.mp3", b"ID3");
    let url = desk.host_at(server.url(), None, path, false).await;
    assert_eq!(url.expect("hosted").as_str(), "https://files.example/x.mp3");
    assert_eq!(server.only().header("authorization"), None);
}

#[tokio::test]
async fn a_host_with_a_token_of_its_own_gets_that() {
    let answer = r#"{"data":{"url":"https://files.example/x"}}"#;
    let server = Canned::saying(canned::json(200, answer)).await;
    let desk = Desk::new();
    let path = desk.file("a.mp3", b"x");
    desk.host(server.url(), Some("platform-0123456789"), path)
        .await
        .expect("hosted");
    let seen = server.only();
    assert_eq!(
        seen.header("authorization"),
        Some("Bearer platform-0123456789")
    );
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_begun() {
    let server = Canned::start([]).await;
    let desk = Desk::new();
    let large = desk.file("large.wav", b"x");
    let file = std::fs::File::options()
        .write(true)
        .open(&large)
        .expect("a file");
    file.set_len(30 << 20).expect("a sparse file");
    let mut older = server.url();
    older.set_path("/files/upload");
    for (url, path, kind) in [
        (
            server.url(),
            desk.folder.path().join("none.mp3"),
            FailureKind::NoFile,
        ),
        (
            server.url(),
            desk.folder.path().to_owned(),
            FailureKind::NoFile,
        ),
        (
            server.url(),
            desk.file("empty.mp3", b""),
            FailureKind::NoFile,
        ),
        (older, large, FailureKind::TooLarge),
        (
            "http://files.example/".parse().expect("a URL"),
            desk.file("a.mp3", b"x"),
            FailureKind::HostRefused,
        ),
    ] {
        let failure = desk.host(url, None, path).await.expect_err("not sent");
        assert_eq!(failure.kind, kind, "{failure:?}");
        assert!(!failure.message.is_empty());
    }
    assert!(server.seen().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_file_is_looked_at_without_being_sent() {
    let server = Canned::start([]).await;
    let desk = Desk::new();
    let mut url = server.url();
    url.set_path("/files/upload");
    let host = Host {
        url,
        token: None,
        is_kin: true,
    };
    let large = desk.file("large.wav", b"x");
    let file = std::fs::File::options()
        .write(true)
        .open(&large)
        .expect("a file");
    let (bytes, max) = (30 << 20, 25 << 20);
    file.set_len(bytes).expect("a sparse file");
    let good = desk.file("a.mp3", b"x");
    let within = good.join("b.mp3");
    assert_eq!(host.look(&good).await, Ok(()));
    for (path, problem) in [
        (desk.folder.path().join("none.mp3"), FileProblem::Missing),
        (within, FileProblem::Missing),
        (desk.folder.path().to_owned(), FileProblem::NotAFile),
        (desk.file("empty.mp3", b""), FileProblem::Empty),
        (large, FileProblem::TooLarge { bytes, max }),
    ] {
        assert_eq!(host.look(&path).await, Err(problem), "{}", path.display());
    }
    let endless = PathBuf::from("/".to_owned() + &"x".repeat(300));
    let unreadable = host.look(&endless).await;
    assert!(
        matches!(&unreadable, Err(FileProblem::Unreadable(why)) if !why.is_empty()),
        "{unreadable:?}"
    );
    assert!(server.seen().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn the_answers_of_a_host_are_told_apart() {
    let desk = Desk::new();
    for (act, kind) in [
        (Act::Say(canned::json(401, "{}")), FailureKind::HostRefused),
        (
            Act::Say(canned::json(403, r#"{"error":{"code":"forbidden"}}"#)),
            FailureKind::HostRefused,
        ),
        (Act::Say(canned::json(404, "{}")), FailureKind::HostRefused),
        (
            Act::Say(canned::json(413, r#"{"max_bytes":25000000}"#)),
            FailureKind::TooLarge,
        ),
        (Act::Say(canned::json(429, "{}")), FailureKind::RateLimited),
        (Act::Say(canned::json(503, "{}")), FailureKind::Unreachable),
        (Act::Say(canned::json(200, "{}")), FailureKind::HostRefused),
        (
            Act::Say(canned::json(200, r#"{"file_url":"file:///etc/passwd"}"#)),
            FailureKind::HostRefused,
        ),
        (
            Act::Say(canned::json(200, r#"{"success":false,"error":"no"}"#)),
            FailureKind::HostRefused,
        ),
        (Act::DropRead, FailureKind::Unreachable),
    ] {
        let server = Canned::start([act]).await;
        let path = desk.file("a.mp3", b"x");
        let failure = desk
            .host(server.url(), None, path)
            .await
            .expect_err("refused");
        assert_eq!(failure.kind, kind, "{failure:?}");
        if kind == FailureKind::TooLarge {
            assert!(failure.message.contains("25 MB"), "{}", failure.message);
        }
    }
}

#[tokio::test]
async fn the_hosts_of_the_simulator_take_and_refuse_files() {
    let scenario = "platform_tokens = true\nupload_max_bytes = 1000\n";
    let simulator = Simulator::start(SimConfig {
        scenario: Some(Scenario::parse(scenario).expect("a scenario")),
        ..SimConfig::default()
    });
    let simulator = simulator.await.expect("a simulator");
    let at = |path: &str| -> Url { format!("{}{path}", simulator.url()).parse().expect("a URL") };
    let (platform, older) = (at("/api/v1/files/"), at("/files/upload"));
    let desk = Desk::new();
    let small = desk.file("a.mp3", b"some bytes");
    let large = desk.file("b.mp3", &[7; 2_000]);
    let refused = desk
        .host(platform.clone(), None, small.clone())
        .await
        .expect_err("no");
    assert_eq!(
        (refused.kind, refused.status),
        (FailureKind::HostRefused, Some(401))
    );
    let hosted = desk
        .host(platform, Some("platform-0123456789"), small.clone())
        .await;
    assert!(hosted.expect("hosted").path().starts_with("/files/"));
    assert!(desk.host(older.clone(), None, small).await.is_ok());
    let refused = desk.host(older, None, large).await.expect_err("no");
    assert_eq!(refused.kind, FailureKind::TooLarge);
    simulator.stop().await;
}
