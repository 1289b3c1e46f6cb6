//! Stopped and started again with a state file: to its clients nothing has happened.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fuzzbox::sim::{Scenario, SimConfig, SimError, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{Api, PATIENCE, Receiver, quick};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn state(folder: &TempDir) -> PathBuf {
    folder.path().join("simulator.jsonl")
}

/// Quick, and remembering.
fn keeping(folder: &TempDir) -> SimConfig {
    SimConfig {
        state: Some(state(folder)),
        ..quick()
    }
}

/// Each generation takes so many seconds, and then what the rules say.
fn taking(seconds: f64, rules: &str, folder: &TempDir) -> SimConfig {
    let text = format!("generation_seconds = {seconds}\n{rules}");
    SimConfig {
        pace: 1.0,
        scenario: Some(Scenario::parse(&text).expect("a good scenario")),
        ..keeping(folder)
    }
}

async fn again(api: Api, config: SimConfig) -> Api {
    api.sim.stop().await;
    Api::start(config).await
}

async fn tasks(api: &Api) -> Value {
    let question = json!({ "action": "retrieve_batch" });
    api.post("/producer/tasks", &question).await.1
}

async fn complaint(config: SimConfig) -> String {
    match Simulator::start(config).await {
        Err(error @ SimError::State { .. }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

fn unix_now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock after 1970").as_secs_f64()
}

/// The record without what says where the files are.
fn placeless(record: &Value) -> Value {
    let mut record = record.clone();
    for name in ["audio_url", "image_url"] {
        record["response"]["data"][0][name] = Value::Null;
    }
    record
}

#[tokio::test]
async fn a_song_being_made_is_made_after_the_restart() {
    let folder = folder();
    let api = Api::start(taking(2.0, "", &folder)).await;
    let order = json!({
        "action": "generate", "prompt": "a lighthouse in fog", "weirdness": 0.123_456_789_012_345_67, "async": true
    });
    let (_, accepted) = api.post("/producer/audios", &order).await;
    let id = accepted["task_id"].as_str().expect("an id").to_owned();
    let named = api
        .record_when(&id, |record| record.get("response").is_some())
        .await;
    assert!(named.get("finished_at").is_none(), "{named}");

    let api = again(api, keeping(&folder)).await;
    assert_eq!(api.sim.orders(), 1);
    let finished = api.finished(&id).await;
    assert_eq!(tasks(&api).await["count"], 1, "nothing was ordered again");
    for key in [
        "_id",
        "id",
        "created_at",
        "request",
        "trace_id",
        "user_id",
        "application_id",
        "credential_id",
    ] {
        assert_eq!(named[key], finished[key], "{key}");
    }
    let (before, after) = (
        &named["response"]["data"][0],
        &finished["response"]["data"][0],
    );
    for key in [
        "id",
        "title",
        "lyric",
        "seed",
        "sound",
        "created_at",
        "model",
        "image_id",
    ] {
        assert_eq!(before[key], after[key], "{key}");
    }
    let file = api.fetch(&after["audio_url"]).await;
    let cover = api.fetch(&after["image_url"]).await;

    let api = again(api, keeping(&folder)).await;
    let remembered = api.record(&id).await;
    assert_eq!(placeless(&finished), placeless(&remembered));
    let song = &remembered["response"]["data"][0];
    assert!(file == api.fetch(&song["audio_url"]).await, "byte for byte");
    assert!(cover == api.fetch(&song["image_url"]).await);
    assert_eq!(api.sim.orders(), 1);
    let counted = api.http.get(api.at("/_sim/orders")).send().await;
    let counted: Value = counted.expect("an answer").json().await.expect("JSON");
    assert_eq!(counted, json!({ "orders": 1 }));
    api.order("another").await;
    assert_eq!(api.sim.orders(), 2);
    assert_eq!(tasks(&api).await["items"][1]["id"], id.as_str());
}

#[tokio::test]
async fn the_same_song_is_made_with_and_without_a_restart() {
    let folder = folder();
    let song = json!({ "prompt": "rain", "seed": "7" });
    let mut order = song.clone();
    order["action"] = json!("generate");
    order["async"] = json!(true);
    let api = Api::start(taking(1.0, "", &folder)).await;
    let (_, accepted) = api.post("/producer/audios", &order).await;
    let api = again(api, keeping(&folder)).await;
    let id = accepted["task_id"].as_str().expect("an id");
    let restarted = api.finished(id).await["response"]["data"][0].clone();
    let whole = Api::quick().await.song(song).await;
    for key in ["title", "lyric", "seed", "duration"] {
        assert_eq!(restarted[key], whole[key], "{key}");
    }
}

#[tokio::test]
async fn time_goes_on_while_it_is_stopped() {
    let folder = folder();
    let api = Api::start(taking(0.5, "", &folder)).await;
    let id = api.order("x").await;
    let created_at = api.record(&id).await["created_at"]
        .as_f64()
        .expect("a moment");
    api.sim.stop().await;
    let deadline = Instant::now() + PATIENCE;
    while unix_now() < created_at + 0.6 {
        assert!(Instant::now() < deadline, "the clock stands");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // What a generation takes now is of no account for what was ordered before.
    let api = Api::start(taking(5_000.0, "", &folder)).await;
    let record = api.finished(&id).await;
    assert_eq!(record["elapsed"], 0.5);
    assert_eq!(record["finished_at"], created_at + 0.5);
}

#[tokio::test]
async fn a_blocking_order_outlives_its_connection() {
    let folder = folder();
    let api = Api::start(taking(1.0, "", &folder)).await;
    let order = json!({ "action": "generate", "prompt": "never answered" });
    let request = api
        .http
        .post(api.at("/producer/audios"))
        .header("authorization", "Bearer test")
        .body(order.to_string());
    let answer = tokio::spawn(request.send());
    while api.sim.orders() == 0 {
        tokio::task::yield_now().await;
    }
    let api = again(api, keeping(&folder)).await;
    assert!(answer.await.expect("a job that runs").is_err());
    let tasks = tasks(&api).await;
    assert_eq!(tasks["items"][0]["request"], order);
    let id = tasks["items"][0]["id"].as_str().expect("an id");
    api.finished(id).await;
    assert_eq!(api.sim.orders(), 1);
}

#[tokio::test]
async fn a_verdict_stays_a_verdict() {
    let folder = folder();
    let rules =
        "[[on]]\nendpoint = \"audios\"\nfail = { code = \"api_error\", message = \"Moderated.\" }";
    let api = Api::start(taking(1.0, rules, &folder)).await;
    let id = api.order("x").await;
    let api = again(api, keeping(&folder)).await;
    let failed = api.finished(&id).await;
    assert_eq!(failed["response"]["error"]["message"], "Moderated.");
    let api = again(api, keeping(&folder)).await;
    assert_eq!(api.record(&id).await, failed);
}

#[tokio::test]
async fn a_callback_still_owed_is_delivered_once() {
    let folder = folder();
    let mut receiver = Receiver::start().await;
    let order = json!({ "action": "generate", "prompt": "x", "callback_url": receiver.url });
    let api = Api::start(taking(1.0, "", &folder)).await;
    let (_, owed) = api.post("/producer/audios", &order).await;
    assert!(receiver.delivered.try_recv().is_err());

    let api = again(api, keeping(&folder)).await;
    let delivery = receiver.next().await;
    assert_eq!(
        (&delivery["task_id"], &delivery["success"]),
        (&owed["task_id"], &json!(true))
    );
    api.fetch(&delivery["data"][0]["audio_url"]).await;
    let deadline = Instant::now() + PATIENCE;
    while !fs::read_to_string(state(&folder))
        .expect("a state")
        .contains("\"call\"")
    {
        assert!(Instant::now() < deadline, "never written down");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let api = again(api, keeping(&folder)).await;
    let (_, next) = api.post("/producer/audios", &order).await;
    assert_eq!(
        receiver.next().await["task_id"],
        next["task_id"],
        "the first did not come twice"
    );
}

#[tokio::test]
async fn half_a_line_at_the_end_is_nothing() {
    let folder = folder();
    let api = Api::start(keeping(&folder)).await;
    let id = api.order("whole").await;
    api.finished(&id).await;
    api.sim.stop().await;
    let whole = fs::read_to_string(state(&folder)).expect("a state");
    for end in [
        "{\"order\":{\"id\":\"cut",
        "\u{1}\n",
        "{\"end\":{\"id\":\"x\"}}\n",
    ] {
        fs::write(state(&folder), format!("{whole}{end}")).expect("written");
        let api = Api::start(keeping(&folder)).await;
        assert_eq!(api.sim.orders(), 1, "{end}");
        assert!(api.record(&id).await.get("finished_at").is_some());
        let next = api.order("next").await;
        let api = again(api, keeping(&folder)).await;
        assert_eq!(api.sim.orders(), 2, "{end}");
        assert_eq!(api.finished(&next).await["request"]["prompt"], "next");
        api.sim.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_state_is_told_and_left_alone() {
    let folder = folder();
    let api = Api::start(keeping(&folder)).await;
    api.order("one").await;
    let told = complaint(keeping(&folder)).await;
    assert!(told.contains("another simulator is using it"), "{told}");
    api.sim.stop().await;

    let whole = fs::read_to_string(state(&folder)).expect("a state");
    let cases = [
        (
            whole.replacen('\n', "\n{\"order\":\n", 1),
            "line 2 is damaged",
        ),
        (
            whole.replacen("\"version\":1", "\"version\":2", 1),
            "another version",
        ),
        (
            whole.replacen("\"generate\"", "\"no such thing\"", 1),
            "cannot be understood",
        ),
        ("pace = 1\n".to_owned(), "not the state of a simulator"),
    ];
    for (text, wanted) in cases {
        fs::write(state(&folder), &text).expect("written");
        let told = complaint(keeping(&folder)).await;
        assert!(
            told.contains(wanted) && told.contains("simulator.jsonl"),
            "{told}"
        );
    }
    fs::write(state(&folder), "pace = 1\n").expect("written");
    complaint(keeping(&folder)).await;
    assert_eq!(
        fs::read_to_string(state(&folder)).expect("a file"),
        "pace = 1\n"
    );
    complaint(SimConfig {
        state: Some(folder.path().to_owned()),
        ..quick()
    })
    .await;
    complaint(SimConfig {
        state: Some(folder.path().join("missing").join("state")),
        ..quick()
    })
    .await;
}

#[tokio::test]
async fn the_latest_two_hundred_are_kept_and_all_are_counted() {
    let folder = folder();
    let rules = "[[on]]\nendpoint = \"audios\"\nfail = { code = \"x\", message = \"y\" }";
    let api = Api::start(taking(0.0, rules, &folder)).await;
    let first = api.order("x").await;
    api.finished(&first).await;
    api.sim.stop().await;
    let mut text = fs::read_to_string(state(&folder)).expect("a state");
    let line = text.lines().nth(1).expect("the order").to_owned();
    for number in 0..210 {
        text.push_str(&line.replace(&first, &format!("copy-{number}")));
        text.push('\n');
    }
    fs::write(state(&folder), text).expect("written");
    for _ in 0..2 {
        let api = Api::start(keeping(&folder)).await;
        assert_eq!(api.sim.orders(), 211);
        let tasks = tasks(&api).await;
        assert_eq!(tasks["count"], 200);
        assert_eq!(tasks["items"][0]["id"], "copy-209");
        api.finished("copy-10").await;
        assert_eq!(
            api.post(
                "/producer/tasks",
                &json!({ "action": "retrieve", "id": "copy-9" })
            )
            .await
            .1,
            json!({})
        );
        api.sim.stop().await;
    }
    let text = fs::read_to_string(state(&folder)).expect("a state");
    assert!(!text.contains("\"copy-9\""));
}

#[tokio::test]
async fn ids_are_new_after_a_restart_with_the_same_entropy() {
    let folder = folder();
    let config = SimConfig {
        entropy: Some(7),
        ..keeping(&folder)
    };
    let api = Api::start(config.clone()).await;
    let one = api.order("x").await;
    let api = again(api, config).await;
    assert_ne!(one, api.order("x").await);
    assert_eq!(tasks(&api).await["count"], 2);
}

#[tokio::test]
async fn the_token_is_not_written_down() {
    let folder = folder();
    let config = SimConfig {
        token: Some("secret-token".to_owned()),
        ..keeping(&folder)
    };
    let api = Api::start(config.clone()).await;
    let order = json!({ "action": "generate", "prompt": "x", "async": true });
    let (_, accepted) = api
        .post_as("secret-token", "/producer/audios", &order)
        .await;
    let api = again(api, config).await;
    let question = json!({ "action": "retrieve", "id": accepted["task_id"] });
    let (_, record) = api
        .post_as("secret-token", "/producer/tasks", &question)
        .await;
    assert_eq!(
        record["id"], accepted["task_id"],
        "the account is known by its token all the same"
    );
    api.sim.stop().await;
    for entry in fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        assert!(!text.contains("secret-token"), "{}", path.display());
        assert_private(&path);
    }
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o077, 0, "{}", path.display());
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}

#[tokio::test]
async fn the_port_of_the_last_time_is_taken_if_it_is_free() {
    let folder = folder();
    let mut api = Api::start(keeping(&folder)).await;
    let id = api.order("x").await;
    let song = api.finished(&id).await["response"]["data"][0].clone();
    // Another test may happen to be given the port in between; that does not go on for ever.
    let mut last = api.sim.addr();
    let mut tries = 0;
    loop {
        api = again(api, keeping(&folder)).await;
        if api.sim.addr() == last {
            break;
        }
        last = api.sim.addr();
        tries += 1;
        assert!(tries < 10, "always another port");
    }
    if tries == 0 {
        assert_eq!(api.record(&id).await["response"]["data"][0], song);
        api.fetch(&song["audio_url"]).await;
    }

    api.sim.stop().await;
    // Whoever has it, it is taken.
    let _taken = TcpListener::bind(last).await;
    let api = Api::start(keeping(&folder)).await;
    assert_ne!(api.sim.addr(), last);
    let moved = api.record(&id).await["response"]["data"][0].clone();
    let link = moved["audio_url"].as_str().expect("a link");
    assert!(link.starts_with(&api.sim.url()), "{link}");
    api.fetch(&moved["audio_url"]).await;
}
