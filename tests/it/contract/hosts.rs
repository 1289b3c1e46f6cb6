//! The hosts of local files.

use fuzzbox::sim::SimConfig;
use serde_json::{Value, json};

use super::{Api, instant};

const PLATFORM: &str = "/api/v1/files/";
const OLDER: &str = "/files/upload";

/// Sends a form with one field, as browsers write it.
async fn send(
    api: &Api,
    path: &str,
    token: &str,
    (field, name, bytes): (&str, &str, &[u8]),
) -> (u16, Value) {
    let mut body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let request = api
        .http
        .post(api.at(path))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(body);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_hosted_file_is_served_as_it_was_sent() {
    let api = Api::instant(1.0, "").await;
    // More than an order's body may have.
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    for (path, key) in [(PLATFORM, "file_url"), (OLDER, "url")] {
        let (status, answer) = send(&api, path, "test", ("file", "my song.WAV", &bytes)).await;
        assert_eq!(status, 200, "{answer}");
        let url = answer[key].as_str().expect("a link");
        assert!(
            url.starts_with(&api.at("/files/")) && url.rsplit('.').next() == Some("wav"),
            "{url}"
        );
        assert!(api.fetch(&answer[key]).await == bytes);
    }
    assert_eq!(api.sim.orders(), 0, "hosting is free");
    let (_, older) = send(&api, OLDER, "test", ("file", "x", b"x")).await;
    assert_eq!(older["success"], true);
    assert!(older["expires_at"].is_string());
    assert!(
        older["url"]
            .as_str()
            .is_some_and(|url| url.rsplit('.').next() == Some("bin"))
    );
}

#[tokio::test]
async fn what_is_too_large_is_told_with_the_limit() {
    let api = Api::instant(1.0, "upload_max_bytes = 1000").await;
    for path in [PLATFORM, OLDER] {
        let (status, answer) = send(&api, path, "test", ("file", "a.mp3", &[7; 1_001])).await;
        assert_eq!(status, 413);
        assert_eq!(answer["max_bytes"], 1_000);
        assert!(answer["error"].is_string(), "{answer}");
        assert_eq!(
            send(&api, path, "test", ("file", "a.mp3", &[7; 1_000]))
                .await
                .0,
            200
        );
    }
}

#[tokio::test]
async fn the_platform_can_refuse_the_tokens_of_the_api() {
    let rules = "platform_tokens = true\n[[on]]\nendpoint = \"platform\"\nnth = 3\nstatus = 403\ncode = \"forbidden\"";
    let api = Api::instant(1.0, rules).await;
    let file = ("file", "a.mp3", &b"x"[..]);
    let (status, answer) = send(&api, PLATFORM, "test", file).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (401, &json!("invalid_token"))
    );
    assert_eq!(send(&api, PLATFORM, "platform-1", file).await.0, 200);
    let (status, answer) = send(&api, PLATFORM, "platform-1", file).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (403, &json!("forbidden"))
    );
    assert_eq!(send(&api, OLDER, "test", file).await.0, 200);
}

#[tokio::test]
async fn the_platforms_tokens_are_not_the_apis() {
    let api = Api::start(SimConfig {
        token: Some("mine".to_owned()),
        ..instant(1.0, "")
    })
    .await;
    let file = ("file", "a.mp3", &b"x"[..]);
    for (path, token, status) in [
        (PLATFORM, "mine", 200),
        (PLATFORM, "platform-1", 200),
        (PLATFORM, "other", 401),
        (OLDER, "mine", 200),
        (OLDER, "platform-1", 401),
    ] {
        assert_eq!(
            send(&api, path, token, file).await.0,
            status,
            "{path} {token}"
        );
    }
}

#[tokio::test]
async fn other_forms_are_refused() {
    let api = Api::instant(1.0, "").await;
    for path in [PLATFORM, OLDER] {
        let (status, answer) = send(&api, path, "test", ("music", "a.mp3", b"x")).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!("bad_request"))
        );
        assert_eq!(
            send(&api, path, "expired", ("file", "a.mp3", b"x")).await.0,
            401
        );
        let (status, _) = api.post(path, &json!({ "file": "x" })).await;
        assert_eq!(status, 400, "JSON is no form");
    }
}

#[tokio::test]
async fn hosted_files_are_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = || SimConfig {
        state: Some(folder.path().join("state.jsonl")),
        ..instant(1.0, "")
    };
    let api = Api::start(config()).await;
    let (_, answer) = send(&api, PLATFORM, "test", ("file", "a.mp3", b"sound")).await;
    let link = answer["file_url"].as_str().expect("a link").to_owned();
    let name = link.rsplit('/').next().expect("a name");
    api.sim.stop().await;
    let api = Api::start(config()).await;
    let again = json!(api.at(&format!("/files/{name}")));
    assert!(api.fetch(&again).await == b"sound");
}
