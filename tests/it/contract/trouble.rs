//! Scripted trouble, with the scenario files that other tests use too.

use std::time::Instant;

use fuzzbox::sim::{Scenario, SimError};
use serde_json::{Value, json};

use super::{Api, Receiver};

fn order() -> Value {
    json!({ "action": "generate", "prompt": "trouble", "async": true })
}

async fn raw(api: &Api) -> reqwest::Result<(u16, String)> {
    let answer = api
        .send("/producer/audios", "test", order().to_string())
        .await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

#[tokio::test]
async fn busy_refuses_twice_and_takes_nothing() {
    let api = Api::scripted("busy").await;
    for _ in 0..2 {
        let answer = api
            .send("/producer/audios", "test", order().to_string())
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()["retry-after"], "1");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["error"]["code"], "too_many_requests");
    }
    assert_eq!(api.sim.orders(), 0);
    let id = api.order("at last").await;
    let asked = Instant::now();
    api.record(&id).await;
    assert!(
        asked.elapsed().as_millis() >= 50,
        "the first question is slow"
    );
    assert_eq!(api.sim.orders(), 1);
}

#[tokio::test]
async fn in_doubt_is_settled_only_by_the_tasks() {
    let api = Api::scripted("in-doubt").await;
    let before = raw(&api).await;
    assert!(before.is_err(), "{before:?}");
    assert_eq!(api.sim.orders(), 0, "cut before it was taken");
    let after = raw(&api).await;
    assert!(after.is_err(), "{after:?}");
    assert_eq!(api.sim.orders(), 1, "cut after it was taken");
    let (status, body) = raw(&api).await.expect("an answer");
    assert_eq!((status, body.contains("api_error")), (500, true), "{body}");
    assert_eq!(api.sim.orders(), 2, "taken in spite of the error");
    let question = json!({ "action": "retrieve_batch", "type": "audios" });
    let (_, found) = api.post("/producer/tasks", &question).await;
    assert_eq!(found["count"], 2);
    assert_eq!(found["items"][0]["request"], order());
    for item in found["items"].as_array().expect("a list") {
        api.finished(item["id"].as_str().expect("an id")).await;
    }
}

#[tokio::test]
async fn gateways_speak_html_and_half_json() {
    let api = Api::scripted("gateway").await;
    let (status, page) = raw(&api).await.expect("an answer");
    assert_eq!((status, page.starts_with("<html>")), (502, true), "{page}");
    assert_eq!(api.sim.orders(), 0);
    let (status, half) = raw(&api).await.expect("an answer");
    assert_eq!((status, half.starts_with('{')), (200, true), "{half}");
    assert!(serde_json::from_str::<Value>(&half).is_err());
    assert_eq!(api.sim.orders(), 1, "taken, but not told");
    let (status, good) = raw(&api).await.expect("an answer");
    let body: Value = serde_json::from_str(&good).expect("JSON");
    assert_eq!(status, 200);
    assert_eq!(
        (&body["success"], &body["error"]["message"]),
        (&json!(false), &json!("獲取失敗"))
    );
    let ask = || {
        api.send(
            "/producer/tasks",
            "test",
            r#"{"action":"retrieve","id":"x"}"#.to_owned(),
        )
    };
    assert_eq!(ask().await.expect("an answer").status(), 503);
    assert_eq!(
        ask().await.expect("an answer").text().await.expect("text"),
        "{"
    );
    assert_eq!(
        ask().await.expect("an answer").text().await.expect("text"),
        "{}"
    );
}

#[tokio::test]
async fn a_failed_generation_is_recorded_with_its_reason() {
    let api = Api::scripted("moderation").await;
    let id = api.order("refused").await;
    let record = api.finished(&id).await;
    let error = json!({ "code": "forbidden", "message": "The lyric was refused by moderation." });
    assert_eq!(record["response"]["success"], false);
    assert_eq!(record["response"]["error"], error);
    assert!(record["elapsed"].is_number());
    assert_eq!(api.sim.orders(), 1);
    let again = api.order("accepted").await;
    assert_eq!(
        api.finished(&again).await["response"]["data"][0]["state"],
        "succeeded"
    );
}

#[tokio::test]
async fn a_failed_generation_is_told_to_those_who_wait() {
    let text =
        "[[on]]\nendpoint = \"audios\"\nfail = { code = \"api_error\", message = \"獲取失敗\" }";
    let scenario = Some(Scenario::parse(text).expect("a good scenario"));
    let api = Api::start(fuzzbox::sim::SimConfig {
        scenario,
        ..super::quick()
    })
    .await;
    let (status, answer) = api
        .post(
            "/producer/audios",
            &json!({ "action": "generate", "prompt": "x" }),
        )
        .await;
    assert_eq!(status, 500);
    super::assert_shape(&super::fixture("audios_error_500_api_error"), &answer);
    assert_eq!(
        answer["error"],
        super::fixture("audios_error_500_api_error")["error"]
    );
    let mut receiver = Receiver::start().await;
    let order = json!({ "action": "generate", "prompt": "x", "callback_url": receiver.url });
    let (_, accepted) = api.post("/producer/audios", &order).await;
    let delivery = receiver.next().await;
    assert_eq!(
        (&delivery["success"], &delivery["task_id"]),
        (&json!(false), &accepted["task_id"])
    );
}

#[tokio::test]
async fn callbacks_are_lost_doubled_early_and_late() {
    // Late means as late again as the generation took: long enough to be told apart.
    let api = Api::scripted_at("callbacks", 0.4).await;
    let mut receiver = Receiver::start().await;
    let order = json!({ "action": "generate", "prompt": "x", "callback_url": receiver.url });
    let accept = async || {
        let (status, answer) = api.post("/producer/audios", &order).await;
        assert_eq!(status, 200);
        answer["task_id"].as_str().expect("an id").to_owned()
    };
    let lost = accept().await;
    api.finished(&lost).await;
    let twice = accept().await;
    assert_eq!(
        receiver.next().await["task_id"],
        twice.as_str(),
        "nothing came for the first"
    );
    assert_eq!(receiver.next().await["task_id"], twice.as_str());
    let early = accept().await;
    let waiting = receiver
        .delivered
        .try_recv()
        .expect("delivered before the answer");
    assert_eq!(waiting["task_id"], early.as_str());
    let late = accept().await;
    api.finished(&late).await;
    assert!(
        receiver.delivered.try_recv().is_err(),
        "the record is done before the callback comes"
    );
    assert_eq!(receiver.next().await["task_id"], late.as_str());
}

#[tokio::test]
async fn downloads_break_off_crawl_and_start_over() {
    let api = Api::scripted("downloads").await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let url = song["audio_url"].as_str().expect("a link");
    let get = || api.http.get(url).header("range", "bytes=100-");
    let broken = get().send().await.expect("an answer");
    assert_eq!(broken.status(), 206);
    assert!(broken.bytes().await.is_err(), "it breaks off");
    let begun = Instant::now();
    let slow = get()
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("a body");
    assert!(
        begun.elapsed().as_secs_f64() > slow.len() as f64 / 200_000.0 * 0.8,
        "it is slow"
    );
    let whole = get().send().await.expect("an answer");
    assert_eq!(whole.status(), 200, "no ranges here");
    assert!(whole.headers().get("accept-ranges").is_none());
    assert!(whole.bytes().await.expect("a body").get(100..) == Some(&slow));
    assert_eq!(get().send().await.expect("an answer").status(), 503);
    assert_eq!(get().send().await.expect("an answer").status(), 206);
    assert!(
        !api.fetch(&song["image_url"]).await.is_empty(),
        "covers are left alone"
    );
}

#[tokio::test]
async fn every_third_question_fails() {
    let api = Api::scripted("flaky").await;
    let mut fates = Vec::new();
    for _ in 0..6 {
        let question = r#"{"action":"retrieve","id":"x"}"#.to_owned();
        fates.push(api.send("/producer/tasks", "test", question).await.is_ok());
    }
    assert_eq!(fates, [true, true, false, true, true, false]);
    for number in 0..7 {
        api.order(&format!("no limit {number}")).await;
    }
    assert_eq!(api.sim.orders(), 7);
}

#[test]
fn mistakes_in_a_scenario_are_told_with_their_line() {
    let cases = [
        ("[[on]]\nendpoint = \"audios\"\nstatsu = 500", "3"),
        ("[[on]]\nendpoint = \"video\"\nstatus = 500", "2"),
        ("jobs = 3", "1"),
        (
            "song_seconds = 3\n\n[[on]]\nendpoint = \"tasks\"",
            "line 3: a rule needs a deed",
        ),
        (
            "[[on]]\nendpoint = \"tasks\"\nstatus = 302",
            "line 1: status must be",
        ),
        (
            "[[on]]\nendpoint = \"tasks\"\nfail = { code = \"x\", message = \"y\" }",
            "line 1: fail and callback",
        ),
        (
            "[[on]]\nendpoint = \"tasks\"\nstatus = 500\nnth = 1\nevery = 2",
            "line 1: use nth or every",
        ),
        (
            "[[on]]\nendpoint = \"tasks\"\ndelay_ms = 5\nnth = 0",
            "line 1: nth",
        ),
        (
            "[[on]]\nendpoint = \"tasks\"\ndelay_ms = 5\nretry_after = 1",
            "line 1: code, message and retry_after",
        ),
        ("song_seconds = -1", "0 or more"),
    ];
    for (text, wanted) in cases {
        match Scenario::parse(text) {
            Err(SimError::Scenario(message)) => {
                assert!(message.contains(wanted), "{text}: {message}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}
