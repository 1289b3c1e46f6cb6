//! One exchange with the API: what is sent, and what is known when it goes wrong.

use std::time::Duration;

use fuzzbox::api::{Accepted, Client, Patience, Secret};
use fuzzbox::domain::history::Page;
use fuzzbox::domain::time::SignedDuration;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Endpoint, Failure, FailureKind, Outcome, Request, TaskRecord,
    Timestamp,
};
use serde_json::{Value, json};
use url::Url;

use super::fixtures::fixture;
use crate::support::canned::{self, Act, Canned, Seen};

const TOKEN: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

fn token() -> Secret {
    Secret::new(TOKEN).expect("a token")
}

/// Long enough for a loaded machine, short enough to wait for.
fn hasty() -> Patience {
    Patience {
        connect: Duration::from_millis(300),
        first_byte: Duration::from_millis(300),
        work: Duration::from_millis(300),
        question: Duration::from_millis(300),
        idle: Duration::from_millis(300),
    }
}

fn song_order() -> Request {
    Request::from(AudiosRequest {
        prompt: Some("A song for Christmas".into()),
        ..AudiosRequest::default()
    })
}

async fn submit_to(base: Url) -> Result<Accepted, Failure> {
    Client::new(base).submit(&token(), &song_order()).await
}

/// Orders a song from a server that says `bytes`, which must fail after one exchange.
async fn failure_of(bytes: Vec<u8>) -> Failure {
    let server = Canned::saying(bytes).await;
    let failure = submit_to(server.url()).await.expect_err("a failure");
    server.only();
    failure
}

async fn kind_of(bytes: Vec<u8>) -> FailureKind {
    failure_of(bytes).await.kind
}

fn ids(ids: &[&str]) -> Vec<ApiTaskId> {
    ids.iter().map(|id| ApiTaskId((*id).to_owned())).collect()
}

fn can_be_sent<T: Send + 'static>(_: T) {}

#[test]
fn a_client_is_made_without_a_runtime_or_any_work() {
    let base: Url = "https://api.example".parse().expect("a URL");
    let client = Client::new(base);
    can_be_sent(client.clone());
    can_be_sent(async move {
        let _ = client.submit(&token(), &song_order()).await;
        let _ = client.retrieve(&token(), &[]).await;
    });
}

#[tokio::test]
async fn an_order_is_one_request_with_the_token_in_its_header() {
    let server = Canned::saying(canned::json(200, r#"{"task_id":"t1","trace_id":"x1"}"#)).await;
    let mut base = server.url();
    base.set_path("/gateway/");
    base.set_username("user").expect("a host");
    base.set_query(Some("q=1"));
    let accepted = submit_to(base).await.expect("accepted");
    assert_eq!(accepted.api_id.0, "t1");
    assert_eq!(accepted.trace_id.as_deref(), Some("x1"));
    assert_eq!(accepted.record, None);
    let seen = server.only();
    assert!(
        seen.head
            .starts_with("POST /gateway/producer/audios HTTP/1.1\r\n"),
        "{}",
        seen.head
    );
    assert_eq!(seen.head.matches("uthorization:").count(), 1);
    for (name, value) in [
        ("authorization", format!("Bearer {TOKEN}").as_str()),
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("user-agent", concat!("fuzzbox/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(seen.header(name), Some(value));
    }
    assert_eq!(seen.header("x-record-exempt"), None);
    let expected = json!({ "action": "generate", "prompt": "A song for Christmas", "async": true });
    assert_eq!(seen.json(), expected);
}

#[tokio::test]
async fn a_server_that_answers_with_the_song_is_believed() {
    let body = fixture("audios_generate_prompt.response.json");
    let server = Canned::saying(canned::json(200, body)).await;
    let accepted = submit_to(server.url()).await.expect("accepted");
    let record = accepted.record.expect("the end of the task");
    assert!(matches!(record.outcome, Outcome::Succeeded(songs) if songs.len() == 1));
}

#[tokio::test]
async fn the_documented_errors_are_told_apart() {
    let errors: Vec<Value> = serde_json::from_str(&fixture("errors.json")).expect("JSON");
    let kinds = [
        FailureKind::BadToken,
        FailureKind::BadRequest,
        FailureKind::Disabled,
        FailureKind::BadRequest,
        FailureKind::NoToken,
        FailureKind::BadToken,
        FailureKind::BadToken,
        FailureKind::BadToken,
        FailureKind::NoCredit,
        FailureKind::WrongAddress,
        FailureKind::RateLimited,
        FailureKind::Unknown,
    ];
    assert_eq!(errors.len(), kinds.len());
    for (error, kind) in errors.iter().zip(kinds) {
        let status = u16::try_from(error["status"].as_u64().expect("a status")).expect("small");
        let said = &error["body"]["error"];
        let failure = failure_of(canned::json(status, &error["body"])).await;
        assert_eq!(failure.kind, kind, "{error}");
        assert_eq!(failure.status, Some(status));
        assert_eq!(failure.code.as_deref(), said["code"].as_str());
        assert_eq!(Some(failure.message.as_str()), said["message"].as_str());
        assert_eq!(
            failure.trace_id.as_deref(),
            error["body"]["trace_id"].as_str()
        );
        assert_eq!(failure.retry_after, None);
    }
}

#[tokio::test]
async fn other_refusals_are_told_apart() {
    let code = |status: u16, code: &str| canned::json(status, json!({ "error": { "code": code } }));
    for (bytes, kind) in [
        (code(403, "forbidden"), FailureKind::Forbidden),
        (code(403, "content_moderated"), FailureKind::Forbidden),
        (code(403, "disabled"), FailureKind::Disabled),
        (code(400, "something_new"), FailureKind::BadRequest),
        (code(400, "api_error"), FailureKind::BadRequest),
        (code(404, "audio_not_found"), FailureKind::BadRequest),
        (code(410, "retired"), FailureKind::Retired),
        (code(422, "odd"), FailureKind::BadRequest),
        (code(429, "rate_limited"), FailureKind::RateLimited),
        (code(504, "timeout"), FailureKind::Unknown),
        (code(503, "too_many_requests"), FailureKind::Unknown),
        (
            canned::json(400, r#"{"error":"just words"}"#),
            FailureKind::BadRequest,
        ),
        (
            canned::json(401, r#"{"error":null}"#),
            FailureKind::BadToken,
        ),
        (canned::json(403, "{"), FailureKind::Forbidden),
        (
            canned::answer(404, &[], "<html><title>Not here</title>"),
            FailureKind::WrongAddress,
        ),
        (canned::answer(404, &[], ""), FailureKind::WrongAddress),
        (canned::answer(405, &[], ""), FailureKind::WrongAddress),
        (canned::answer(429, &[], ""), FailureKind::RateLimited),
        (
            canned::raw(400, &[("content-length", "500")], "cut"),
            FailureKind::BadRequest,
        ),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        assert_eq!(kind_of(bytes).await, kind, "{shown}");
    }
}

#[tokio::test]
async fn an_unclear_answer_leaves_the_order_in_doubt() {
    let page = "<html><head><title>502 Bad\nGateway</title></head></html>";
    for bytes in [
        canned::answer(502, &[("content-type", "text/html")], page),
        canned::answer(200, &[("content-type", "text/html")], page),
        canned::answer(200, &[], ""),
        canned::answer(204, &[], ""),
        canned::json(200, r#"{"success":true,"task_i"#),
        canned::json(200, r#"{"success":true}"#),
        canned::json(200, r#"{"error":{"code":"odd"}}"#),
        canned::json(500, fixture("audios_error_500_api_error.json")),
        canned::raw(200, &[("content-length", "500")], r#"{"task_id":"t1"}"#),
        b"HTTP/1.1 banana\r\n\r\n".to_vec(),
        b"\0\0\0\0".to_vec(),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        assert_eq!(kind_of(bytes).await, FailureKind::Unknown, "{shown}");
    }
    let failure = failure_of(canned::answer(502, &[], page)).await;
    assert_eq!(failure.message, "502 Bad Gateway");
}

#[tokio::test]
async fn a_refusal_with_a_good_status_is_a_refusal() {
    for (code, kind) in [
        ("something_new", FailureKind::Generation),
        ("used_up", FailureKind::NoCredit),
        ("too_many_requests", FailureKind::RateLimited),
        ("bad_request", FailureKind::BadRequest),
        ("api_error", FailureKind::Unknown),
    ] {
        let body = json!({ "success": false, "error": { "code": code, "message": "no" }, "trace_id": "x" });
        let failure = failure_of(canned::json(200, body)).await;
        assert_eq!(failure.kind, kind, "{code}");
        assert_eq!(
            (failure.status, failure.message.as_str()),
            (Some(200), "no")
        );
        assert_eq!(failure.trace_id.as_deref(), Some("x"));
    }
}

#[tokio::test]
async fn a_pause_asked_for_is_kept() {
    let headers = [("retry-after", "7")];
    let failure = failure_of(canned::answer(429, &headers, "")).await;
    assert_eq!(failure.retry_after, Some(SignedDuration::from_secs(7)));
    assert_eq!(failure.kind, FailureKind::RateLimited);
}

#[tokio::test]
async fn a_connection_that_is_lost_leaves_the_order_in_doubt() {
    for act in [Act::DropUnread, Act::DropRead] {
        let server = Canned::start([act]).await;
        let failure = submit_to(server.url()).await.expect_err("a failure");
        assert_eq!(failure.kind, FailureKind::Unknown, "{}", failure.message);
        assert_eq!(server.seen().len(), 1, "never sent a second time");
    }
}

#[tokio::test]
async fn an_answer_that_is_late_leaves_the_order_in_doubt() {
    let half = canned::raw(200, &[("content-length", "500")], r#"{"task_id":"#);
    for said in [Vec::new(), half] {
        let server = Canned::start([Act::Stall(said)]).await;
        let client = Client::with_patience(server.url(), hasty());
        let failure = client
            .submit(&token(), &song_order())
            .await
            .expect_err("late");
        assert_eq!(failure.kind, FailureKind::Unknown, "{}", failure.message);
        server.only();
    }
}

#[tokio::test]
async fn what_was_not_sent_is_known_not_to_be() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = listener.local_addr().expect("an address").port();
    drop(listener);
    for address in [
        format!("http://127.0.0.1:{closed}/"),
        format!("https://127.0.0.1:{closed}/"),
    ] {
        let failure = submit_to(address.parse().expect("a URL"))
            .await
            .expect_err("a failure");
        assert_eq!(
            failure.kind,
            FailureKind::Unreachable,
            "{address}: {}",
            failure.message
        );
        assert!(!failure.message.is_empty() && !failure.message.contains("127.0.0.1"));
    }
}

/// TLS is a part of connecting: a server that refuses it, and one that never says a word.
#[tokio::test]
async fn a_failed_handshake_sends_nothing() {
    let rude = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = |listener: &tokio::net::TcpListener| {
        let port = listener.local_addr().expect("an address").port();
        format!("https://127.0.0.1:{port}/")
            .parse::<Url>()
            .expect("a URL")
    };
    let (refusing, waiting) = (address(&rude), address(&silent));
    let job = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = rude.accept().await.expect("a connection");
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    for base in [refusing, waiting] {
        let client = Client::with_patience(base, hasty());
        let failure = client
            .submit(&token(), &song_order())
            .await
            .expect_err("a failure");
        assert_eq!(
            failure.kind,
            FailureKind::Unreachable,
            "{}",
            failure.message
        );
    }
    job.abort();
}

#[tokio::test]
async fn an_order_is_not_carried_elsewhere() {
    for status in [301, 302, 307, 308] {
        let elsewhere = Canned::saying(canned::json(200, r#"{"task_id":"t1"}"#)).await;
        let target = elsewhere.url().to_string();
        let bytes = canned::answer(status, &[("location", &target)], "");
        assert_eq!(kind_of(bytes).await, FailureKind::WrongAddress, "{status}");
        assert!(elsewhere.seen().is_empty());
    }
}

#[tokio::test]
async fn the_token_does_not_travel_in_the_open() {
    for base in [
        "http://192.0.2.1:9/",
        "http://api.example/",
        "ftp://127.0.0.1/",
        "data:,x",
    ] {
        let failure = submit_to(base.parse().expect("a URL"))
            .await
            .expect_err("a failure");
        assert_eq!(failure.kind, FailureKind::WrongAddress, "{base}");
        assert!(failure.message.contains("https"), "{}", failure.message);
    }
}

#[tokio::test]
async fn a_token_that_the_server_repeats_is_not_passed_on() {
    let said = json!({ "trace_id": TOKEN, "error": {
        "code": "invalid_token", "message": format!("\u{1b}[31mtoken {TOKEN} is wrong"),
    } });
    let failure = failure_of(canned::json(401, said)).await;
    assert_eq!(failure.message, "token ••• is wrong");
    assert!(!format!("{failure:?}").contains(TOKEN));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let body = vec![b' '; (16 << 20) + 1];
    let failure = failure_of(canned::answer(200, &[], body)).await;
    assert_eq!(failure.kind, FailureKind::Unknown);
}

#[tokio::test]
async fn tasks_are_asked_for_in_one_question() {
    let body = fixture("tasks_retrieve_batch.response.json");
    let server = Canned::saying(canned::json(200, body)).await;
    let asked = ids(&["82fd443a-903a-4f18-8028-12d2f8a0a4be", "gone"]);
    let client = Client::new(server.url());
    let records = client.retrieve(&token(), &asked).await.expect("an answer");
    let found: Vec<&ApiTaskId> = records.iter().map(|record| &record.id).collect();
    assert_eq!(found, [&asked[0]], "what was not asked for is left out");
    let seen = server.only();
    assert!(seen.head.starts_with("POST /producer/tasks "));
    assert_eq!(seen.header("x-record-exempt"), Some("true"));
    assert_eq!(
        seen.json(),
        json!({ "action": "retrieve_batch", "ids": asked })
    );
}

#[tokio::test]
async fn unknown_tasks_are_absent_and_no_question_needs_no_exchange() {
    let server = Canned::saying(canned::json(200, "{}")).await;
    let client = Client::new(server.url());
    assert_eq!(client.retrieve(&token(), &[]).await, Ok(Vec::new()));
    assert!(server.seen().is_empty());
    assert_eq!(
        client.retrieve(&token(), &ids(&["a"])).await,
        Ok(Vec::new())
    );
}

#[tokio::test]
async fn a_lost_order_is_looked_for_by_its_time() {
    let record = |id: &str, created_at: Value| {
        json!({
            "id": id, "created_at": created_at, "request": { "action": "generate", "prompt": "rain" },
        })
    };
    let body = json!({ "count": 4, "items": [
        record("before", json!(999.9)), record("first", json!(1000.2)), record("last", json!(2000.9)),
        record("undated", json!(null)), record("after", json!(2002.0)),
    ] });
    let server = Canned::saying(canned::json(200, body)).await;
    let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
    let (since, until) = (
        moment("1970-01-01T00:16:40.7Z"),
        moment("1970-01-01T00:33:20.3Z"),
    );
    let page = Page {
        endpoint: Endpoint::Audios,
        since,
        until,
        offset: 0,
    };
    let listing = Client::new(server.url()).list(&token(), page).await;
    let listing = listing.expect("an answer");
    assert_eq!(listing.count, 5, "what is left out is counted");
    let found: Vec<TaskRecord> = listing.records;
    let names: Vec<&str> = found.iter().map(|record| record.id.0.as_str()).collect();
    assert_eq!(names, ["first", "last", "undated"]);
    assert!(found.iter().all(|record| record.request.is_some()));
    let seen: Seen = server.only();
    assert_eq!(seen.header("x-record-exempt"), Some("true"));
    let expected = json!({
        "action": "retrieve_batch", "type": "audios", "limit": 100,
        "created_at_min": 1000, "created_at_max": 2001,
    });
    assert_eq!(seen.json(), expected);
}

#[tokio::test]
async fn a_failed_question_is_told_as_it_is() {
    for (bytes, kind) in [
        (canned::json(401, "{}"), FailureKind::BadToken),
        (canned::json(429, "{}"), FailureKind::RateLimited),
        (canned::json(500, "{}"), FailureKind::Unknown),
        (canned::json(200, "[]]"), FailureKind::Unknown),
        (
            canned::json(200, r#"{"success":false,"error":{"code":"disabled"}}"#),
            FailureKind::Disabled,
        ),
    ] {
        let server = Canned::saying(bytes).await;
        let failure = Client::new(server.url())
            .retrieve(&token(), &ids(&["a"]))
            .await
            .expect_err("a failure");
        assert_eq!(failure.kind, kind);
        server.only();
    }
}
