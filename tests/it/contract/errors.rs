//! Refusals: each documented one, and that nothing refused is counted as work.

use fuzzbox::sim::{SimConfig, SimError, Simulator};
use serde_json::{Value, json};

use super::{Api, assert_shape, fixture, quick};

/// The recorded refusal of this status and code.
fn recorded(status: u16, code: &str) -> Value {
    let all = fixture("errors");
    let found = all
        .as_array()
        .expect("a list")
        .iter()
        .find(|entry| entry["status"] == status && entry["body"]["error"]["code"] == code);
    found.expect("a recorded refusal")["body"].clone()
}

#[track_caller]
fn assert_refusal((status, answer): (u16, Value), wanted: (u16, &str)) {
    let model = recorded(wanted.0, wanted.1);
    assert_eq!(status, wanted.0, "{answer}");
    assert_shape(&model, &answer);
    assert_eq!(answer["error"]["code"], wanted.1);
    if wanted.1 != "bad_request" {
        assert_eq!(answer["error"]["message"], model["error"]["message"]);
    }
}

#[tokio::test]
async fn tokens_are_refused_as_documented() {
    let api = Api::quick().await;
    let order = json!({ "action": "generate", "prompt": "x", "async": true });
    for (token, status, code) in [
        ("invalid", 401, "invalid_token"),
        ("expired", 401, "token_expired"),
        ("mismatched", 401, "token_mismatched"),
        ("used-up", 403, "used_up"),
        ("", 400, "no_token"),
    ] {
        assert_refusal(
            api.post_as(token, "/producer/audios", &order).await,
            (status, code),
        );
    }
    let bare = api
        .http
        .post(api.at("/producer/audios"))
        .body(order.to_string())
        .send()
        .await
        .expect("an answer");
    assert_eq!(bare.status(), 400);
    assert_eq!(
        bare.json::<Value>().await.expect("JSON")["error"]["code"],
        "no_token"
    );
    let basic = api
        .http
        .post(api.at("/producer/tasks"))
        .header("authorization", "Basic eDp5")
        .send()
        .await;
    assert_eq!(basic.expect("an answer").status(), 401);
    let query = json!({ "action": "retrieve_batch" });
    assert_eq!(
        api.post_as("used-up", "/producer/tasks", &query).await.0,
        200,
        "asking is free"
    );
    assert_refusal(
        api.post_as("expired", "/producer/tasks", &query).await,
        (401, "token_expired"),
    );
    assert_eq!(api.sim.orders(), 0);
}

#[tokio::test]
async fn with_one_token_no_other_is_good() {
    let api = Api::start(SimConfig {
        token: Some("expired".to_owned()),
        ..quick()
    })
    .await;
    let order = json!({ "action": "generate", "prompt": "x", "async": true });
    assert_eq!(
        api.post_as("expired", "/producer/audios", &order).await.0,
        200
    );
    assert_refusal(
        api.post_as("other", "/producer/audios", &order).await,
        (401, "invalid_token"),
    );
    assert_refusal(
        api.post_as("", "/producer/audios", &order).await,
        (400, "no_token"),
    );
}

#[tokio::test]
async fn unknown_endpoints_do_not_exist() {
    let api = Api::quick().await;
    for path in [
        "/producer/audio",
        "/",
        "/producer",
        "/producer/audios/",
        "/suno/audios",
    ] {
        assert_refusal(api.post(path, &json!({})).await, (404, "no_api"));
    }
    for path in [
        "/producer/lyrics",
        "/producer/upload",
        "/producer/wav",
        "/producer/videos",
    ] {
        assert_refusal(api.post(path, &json!({})).await, (400, "bad_request"));
        assert_refusal(
            api.post_as("invalid", path, &json!({})).await,
            (401, "invalid_token"),
        );
    }
}

#[tokio::test]
async fn bad_fields_are_named() {
    let api = Api::quick().await;
    let long = "歌".repeat(201);
    let cases = [
        (json!({ "action": "sing" }), "action"),
        (json!({ "action": null }), "action"),
        (json!({ "model": "FUZZ-3.0" }), "model is invalid."),
        (json!({ "model": 2 }), "model"),
        (json!({ "prompt": long }), "prompt"),
        (json!({ "prompt": "", "lyric": "  " }), "prompt or lyric"),
        (json!({ "custom": true }), "lyric"),
        (json!({ "custom": "yes" }), "custom"),
        (json!({ "instrumental": 1 }), "instrumental"),
        (json!({ "lyrics_strength": 1.01 }), "lyrics_strength"),
        (json!({ "lyrics_strength": -0.01 }), "lyrics_strength"),
        (json!({ "sound_strength": 0.19 }), "sound_strength"),
        (json!({ "sound_strength": 1.5 }), "sound_strength"),
        (json!({ "weirdness": 1.1 }), "weirdness"),
        (json!({ "weirdness": "0.5" }), "weirdness"),
        (json!({ "cover_strength": 0.1 }), "cover_strength"),
        (json!({ "seed": true }), "seed"),
        (json!({ "title": ["x"] }), "title"),
        (json!({ "async": "true" }), "async"),
        (
            json!({ "callback_url": "https://example.org/hook" }),
            "callback_url",
        ),
        (
            json!({ "callback_url": "http://10.0.0.1/hook" }),
            "callback_url",
        ),
        (
            json!({ "callback_url": "http://127.0.0.1.example.org/" }),
            "callback_url",
        ),
        (json!({ "callback_url": "nowhere" }), "callback_url"),
    ];
    for (change, word) in cases {
        let mut order = json!({ "action": "generate", "prompt": "x", "async": true });
        for (key, value) in change.as_object().expect("an object") {
            order[key] = value.clone();
        }
        let (status, answer) = api.post("/producer/audios", &order).await;
        let message = answer["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(message.contains(word), "{change}: {message}");
        assert_refusal((status, answer), (400, "bad_request"));
    }
    assert_eq!(api.sim.orders(), 0);
}

#[tokio::test]
async fn the_edges_of_the_ranges_are_inside() {
    let api = Api::start(SimConfig {
        pace: 0.0,
        ..quick()
    })
    .await;
    let edges = [
        json!({ "lyrics_strength": 0, "sound_strength": 0.2, "weirdness": 0 }),
        json!({ "lyrics_strength": 1, "sound_strength": 1, "weirdness": 1.0 }),
        json!({ "prompt": "歌".repeat(200), "unknown_field": { "ignored": true }, "audio_id": null }),
        json!({ "lyric": "only words", "prompt": "" }),
    ];
    for change in edges {
        let mut order = json!({ "prompt": "x" });
        for (key, value) in change.as_object().expect("an object") {
            order[key] = value.clone();
        }
        api.song(order).await;
    }
    assert_eq!(api.sim.orders(), 4);
}

#[tokio::test]
async fn bodies_must_be_json_objects_of_a_sane_size() {
    let api = Api::quick().await;
    for body in ["", "{", "[]", "\"generate\"", "action=generate"] {
        let answer = api
            .send("/producer/audios", "test", body.to_owned())
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 400, "{body}");
    }
    let huge = json!({ "action": "generate", "lyric": "x".repeat(1 << 20) }).to_string();
    let answer = api
        .send("/producer/audios", "test", huge)
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn a_sixth_job_is_too_many_until_one_is_done() {
    let api = Api::start(SimConfig {
        pace: 0.03,
        ..quick()
    })
    .await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(api.order(&format!("song {number}")).await);
    }
    let order = json!({ "action": "generate", "prompt": "one more", "async": true });
    let answer = api
        .send("/producer/audios", "test", order.to_string())
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 429);
    let wait = answer
        .headers()
        .get("retry-after")
        .and_then(|wait| wait.to_str().ok()?.parse::<u64>().ok());
    assert!(wait.is_some_and(|wait| wait >= 1), "{wait:?}");
    assert_shape(
        &recorded(429, "too_many_requests"),
        &answer.json().await.expect("JSON"),
    );
    assert_eq!(
        api.post_as("other", "/producer/audios", &order).await.0,
        200,
        "the limit is per token"
    );
    assert_eq!(api.sim.orders(), 6);
    for id in &ids {
        api.finished(id).await;
    }
    assert_eq!(api.post("/producer/audios", &order).await.0, 200);
}

#[tokio::test]
async fn a_busy_address_and_a_bad_pace_are_told() {
    let first = Simulator::start(quick()).await.expect("a simulator");
    let again = Simulator::start(SimConfig {
        listen: first.addr(),
        ..quick()
    })
    .await;
    assert!(matches!(again, Err(SimError::Listen { .. })));
    let bad = Simulator::start(SimConfig {
        pace: -1.0,
        ..quick()
    })
    .await;
    assert!(matches!(bad, Err(SimError::Pace(_))));
}

#[tokio::test]
async fn the_token_is_never_shown() {
    let config = SimConfig {
        token: Some("secret-token".to_owned()),
        ..quick()
    };
    assert!(!format!("{config:?}").contains("secret-token"));
    let api = Api::start(config).await;
    let order = json!({ "action": "generate", "prompt": "x" });
    let (_, answer) = api
        .post_as("secret-token", "/producer/audios", &order)
        .await;
    assert!(!answer.to_string().contains("secret-token"), "{answer}");
    assert!(!format!("{:?} {:?}", api.sim, api.sim.requests()).contains("secret-token"));
}
