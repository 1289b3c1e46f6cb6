//! The endpoints beside `audios`: what is sent to them, and what their answers bring.

use std::fmt::Write;
use std::time::Duration;

use fuzzbox::api::{Accepted, Client, Patience, Secret, wire};
use fuzzbox::domain::history::{Listing, Page};
use fuzzbox::domain::{
    Action, AudiosRequest, Endpoint, FailureKind, FileRequest, LyricsRequest, MediaKind, Outcome,
    Request, SongId, Timestamp, UploadRequest,
};
use serde_json::{Value, json};

use super::fixtures::fixture;
use crate::support::canned::{self, Act, Canned};

const SONG: &str = "a54609c6-13e2-4176-be0f-4d7eebc68e1f";

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a moment")
}

fn token() -> Secret {
    Secret::new("a1b2c3d4e5f60718293a4b5c6d7e8f90").expect("a token")
}

fn stems() -> Request {
    Request::from(AudiosRequest {
        action: Action::Stems,
        audio_id: Some(SongId(SONG.into())),
        ..AudiosRequest::default()
    })
}

fn lyrics() -> Request {
    Request::Lyrics(LyricsRequest {
        prompt: "a winter coat".into(),
    })
}

fn upload() -> Request {
    Request::Upload(UploadRequest {
        audio_url: Some("https://cdn.acedata.cloud/suno_demo.mp3".into()),
        file: None,
    })
}

fn of_song() -> FileRequest {
    FileRequest {
        audio_id: SongId(SONG.into()),
    }
}

fn wav() -> Request {
    Request::Wav(of_song())
}

fn videos() -> Request {
    Request::Videos(of_song())
}

fn accepted(request: &Request, body: &str) -> Accepted {
    wire::accepted(request, body.as_bytes(), now()).expect("an answer")
}

/// What an answer to an order brings, which must be its end.
fn outcome(request: &Request, body: &str) -> Outcome {
    accepted(request, body).record.expect("the end").outcome
}

/// The kind of file, where it is, and the title of its song.
fn prepared(outcome: Outcome) -> (MediaKind, String, String) {
    match outcome {
        Outcome::Prepared { kind, url, title } => (kind, url.as_str().to_owned(), title),
        other => panic!("no file: {other:?}"),
    }
}

#[test]
fn an_archive_of_stems_belongs_to_its_source_song() {
    let body = fixture("audios_stems.response.json");
    let answer = accepted(&stems(), &body);
    assert_eq!(answer.api_id.0, "561ac695-b4aa-47cf-978d-fb7be2b9ebfc");
    let (kind, url, title) = prepared(answer.record.expect("the end").outcome);
    assert_eq!(kind, MediaKind::Stems);
    assert!(url.ends_with("/561ac695-b4aa-47cf-978d-fb7be2b9ebfc.zip"));
    assert_eq!(title, "在陽光下醒來");
}

#[test]
fn a_wave_file_comes_in_three_shapes() {
    let body = fixture("wav.response.json");
    let (kind, url, title) = prepared(outcome(&wav(), &body));
    assert_eq!(kind, MediaKind::Wav);
    assert_eq!(url, "https://storage.example.com/a54609c6.wav");
    assert_eq!(title, "Woke up with the sun in my eyes");
    for data in [
        json!({ "file_url": "https://files.example/a.wav" }),
        json!({ "audio_url": "https://files.example/a.wav" }),
        json!([{ "audio_url": "https://files.example/a.wav", "state": "成功" }]),
    ] {
        let body = json!({ "success": true, "task_id": "t", "data": data }).to_string();
        let (kind, url, _) = prepared(outcome(&wav(), &body));
        assert_eq!(
            (kind, &*url),
            (MediaKind::Wav, "https://files.example/a.wav")
        );
    }
}

#[test]
fn a_film_has_an_address() {
    let (kind, url, _) = prepared(outcome(&videos(), &fixture("videos.response.json")));
    assert_eq!(kind, MediaKind::Video);
    assert_eq!(url, "https://storage.example.com/a54609c6.mp4");
}

#[test]
fn words_come_in_two_shapes() {
    for (name, lines) in [
        ("lyrics.response.json", 5),
        ("lyrics.response_openapi_variant.json", 2),
    ] {
        let Outcome::Written(words) = outcome(&lyrics(), &fixture(name)) else {
            panic!("{name}: no words");
        };
        assert_eq!(words.title, "Winter Coat", "{name}");
        assert_eq!(words.lyric.lines().count(), lines, "{name}");
    }
    // The description's example has no id: the task ends all the same, under a name of ours.
    let nameless = accepted(&lyrics(), &fixture("lyrics.response_openapi_variant.json"));
    assert!(nameless.api_id.0.starts_with("unnamed-"));
}

#[test]
fn an_uploaded_song_is_called_by_its_file() {
    let body = fixture("upload.response.json");
    let Outcome::Succeeded(songs) = outcome(&upload(), &body) else {
        panic!("no song");
    };
    let [song] = &songs[..] else {
        panic!("{songs:?}");
    };
    assert_eq!(song.id.0, "d906da31-87cb-42f5-98df-2fc4969923b1");
    assert_eq!(song.title, "suno_demo");
    assert!(song.lyric.starts_with("[Verse 1]\nOne line"));
    assert!(song.more.uploaded);
    let bare = json!({ "success": true, "task_id": "t", "data": { "audio_id": "s1" } });
    let Outcome::Succeeded(songs) = outcome(&upload(), &bare.to_string()) else {
        panic!("no song");
    };
    let link = songs[0].audio.url.as_ref().expect("what was sent");
    assert_eq!(link.as_str(), "https://cdn.acedata.cloud/suno_demo.mp3");
}

#[test]
fn an_answer_for_another_order_brings_nothing() {
    let names = [
        (stems(), "audios_stems.response.json"),
        (lyrics(), "lyrics.response.json"),
        (upload(), "upload.response.json"),
        (wav(), "wav.response.json"),
        (videos(), "videos.response.json"),
    ];
    for (request, own) in &names {
        for (other, name) in &names {
            // A wave file may stand under the name an upload's sound has.
            let is_alike =
                (request.endpoint(), other.endpoint()) == (Endpoint::Wav, Endpoint::Upload);
            if request.endpoint() != other.endpoint() && !is_alike {
                let answer = wire::accepted(request, fixture(name).as_bytes(), now());
                let record = answer.ok().and_then(|answer| answer.record);
                assert_eq!(record, None, "{own} answered with {name}");
            }
        }
    }
}

#[test]
fn half_done_or_refused_is_not_done() {
    for (request, data) in [
        (
            wav(),
            json!({ "file_url": "https://files.example/a.wav", "state": "processing" }),
        ),
        (wav(), json!({ "file_url": "ftp://files.example/a.wav" })),
        (videos(), json!({ "video_url": null })),
        (
            lyrics(),
            json!({ "title": "x", "lyrics": " ", "status": "complete" }),
        ),
        (
            lyrics(),
            json!({ "text": "words so far", "status": "streaming" }),
        ),
        (upload(), json!({ "audio_id": "\u{1b}[2J" })),
    ] {
        let body = json!({ "success": true, "task_id": "t", "data": data }).to_string();
        assert_eq!(accepted(&request, &body).record, None, "{body}");
        let refused = json!({ "success": false, "task_id": "t", "data": data }).to_string();
        assert!(wire::accepted(&request, refused.as_bytes(), now()).is_err());
    }
}

/// A finished task of a type, as it is listed.
fn record(kind: &str, request: &Value, response: &Value) -> fuzzbox::domain::TaskRecord {
    let task = json!({
        "id": "t1", "type": kind, "request": request, "response": response,
        "created_at": 1_767_119_745.5, "finished_at": 1_767_119_785.5,
    });
    let mut records = wire::records(task.to_string().as_bytes(), now()).expect("an answer");
    records.remove(0)
}

#[test]
fn a_listed_task_of_each_type_tells_the_same() {
    let answer = |name: &str| serde_json::from_str::<Value>(&fixture(name)).expect("JSON");
    for (request, name) in [
        (stems(), "audios_stems.response.json"),
        (lyrics(), "lyrics.response.json"),
        (upload(), "upload.response.json"),
        (wav(), "wav.response.json"),
        (videos(), "videos.response.json"),
    ] {
        let kind = request.endpoint().name();
        let found = record(kind, &wire::order(&request), &answer(name));
        assert!(
            request.is_echoed_by(&found.request.expect("ours")),
            "{name}"
        );
        let direct = outcome(&request, &fixture(name));
        match (found.outcome, direct) {
            // A song without a date is as old as its task's end.
            (Outcome::Succeeded(found), Outcome::Succeeded(direct)) => {
                assert_eq!(found[0].id, direct[0].id);
                assert_eq!(found[0].title, direct[0].title);
            }
            (found, direct) => assert_eq!(found, direct, "{name}"),
        }
    }
}

#[test]
fn a_song_made_from_another_knows_it() {
    let answer: Value = serde_json::from_str(&fixture("audios_cover.response.json")).expect("JSON");
    let request: Value = serde_json::from_str(&fixture("audios_cover.request.json")).expect("JSON");
    let source = request["audio_id"].as_str().expect("an id").to_owned();
    let Outcome::Succeeded(songs) = record("audios", &request, &answer).outcome else {
        panic!("no song");
    };
    assert_eq!(songs[0].more.source, Some(SongId(source)));
    assert_eq!(songs[0].more.action, Some(Action::Cover));
}

#[test]
fn a_failed_task_keeps_what_was_said() {
    let long = "x".repeat(20_000);
    let response = json!({ "success": false, "error": { "code": "api_error", "message": "獲取失敗\u{1b}[2J" }, "more": long });
    let Outcome::Failed(failure) = record("wav", &json!({ "audio_id": SONG }), &response).outcome
    else {
        panic!("a failure");
    };
    assert_eq!(failure.kind, FailureKind::Generation);
    let raw = failure.raw.expect("kept");
    assert!(raw.contains("獲取失敗") && !raw.contains('\u{1b}'));
    assert!(raw.len() <= 4096, "{}", raw.len());
}

#[tokio::test]
async fn each_order_goes_to_its_endpoint() {
    for (request, name, path, body) in [
        (
            stems(),
            "audios_stems.response.json",
            "audios",
            json!({ "action": "stems", "audio_id": SONG, "async": true }),
        ),
        (
            lyrics(),
            "lyrics.response.json",
            "lyrics",
            json!({ "prompt": "a winter coat" }),
        ),
        (
            upload(),
            "upload.response.json",
            "upload",
            json!({ "audio_url": "https://cdn.acedata.cloud/suno_demo.mp3" }),
        ),
        (
            wav(),
            "wav.response.json",
            "wav",
            json!({ "audio_id": SONG }),
        ),
        (
            videos(),
            "videos.response.json",
            "videos",
            json!({ "audio_id": SONG }),
        ),
    ] {
        let server = Canned::saying(canned::json(200, fixture(name))).await;
        let accepted = Client::new(server.url()).submit(&token(), &request).await;
        assert!(accepted.expect("accepted").record.is_some(), "{name}");
        let seen = server.only();
        assert!(
            seen.head.starts_with(&format!("POST /producer/{path} ")),
            "{}",
            seen.head
        );
        assert_eq!(seen.json(), body);
        assert_eq!(seen.header("x-record-exempt"), None);
    }
}

#[tokio::test]
async fn a_callback_is_waited_for_elsewhere() {
    let order = Request::from(AudiosRequest {
        prompt: Some("x".into()),
        callback_url: Some("https://example.com/hook".into()),
        ..AudiosRequest::default()
    });
    assert_eq!(wire::order(&order).get("async"), None);
}

/// What answers when it is done is waited for with another patience, and is in doubt when that ends.
#[tokio::test]
async fn a_late_answer_to_any_order_leaves_it_in_doubt() {
    for request in [lyrics(), upload(), wav(), videos()] {
        let server = Canned::start([Act::Stall(Vec::new())]).await;
        let patience = Patience {
            connect: Duration::from_millis(100),
            work: Duration::from_millis(200),
            ..Patience::default()
        };
        let client = Client::with_patience(server.url(), patience);
        let failure = client.submit(&token(), &request).await.expect_err("late");
        assert_eq!(failure.kind, FailureKind::Unknown);
        server.only();
    }
}

#[tokio::test]
async fn a_refusal_is_kept_as_it_came_without_the_token() {
    let token_text = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
    let escaped = token_text.chars().fold(String::new(), |mut text, c| {
        write!(text, "\\u{:04x}", u32::from(c)).expect("a String");
        text
    });
    let body = format!(
        r#"{{"error":{{"code":"bad_request","message":"no"}},"you_sent":"{escaped}","x":"\u001b[2J"}}"#
    );
    let server = Canned::saying(canned::json(400, body)).await;
    let failure = Client::new(server.url())
        .submit(&token(), &wav())
        .await
        .expect_err("refused");
    let raw = failure.raw.expect("kept");
    assert!(raw.contains("you_sent") && raw.contains("•••"), "{raw}");
    assert!(
        !raw.contains(token_text) && !raw.contains('\u{1b}'),
        "{raw}"
    );
}

#[tokio::test]
async fn a_lost_order_is_looked_for_at_its_endpoint() {
    let server = Canned::saying(canned::json(200, r#"{"items":[],"count":0}"#)).await;
    let page = Page {
        endpoint: Endpoint::Wav,
        since: now(),
        until: now(),
        offset: 200,
    };
    let found = Client::new(server.url()).list(&token(), page).await;
    assert_eq!(found.expect("an answer"), Listing::default());
    let asked = server.only().json();
    assert_eq!(asked["type"], "wav");
    assert_eq!(asked["offset"], 200);
}
