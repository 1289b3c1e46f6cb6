//! Answers and records, field by field.

use std::time::Duration;

use fuzzbox::sim::SimConfig;
use serde_json::json;

use super::{Api, Receiver, assert_shape, fixture};

#[tokio::test]
async fn blocking_answers_are_shaped_as_recorded() {
    let api = Api::quick().await;
    for name in ["audios_generate_prompt", "audios_generate_custom"] {
        let request = fixture(&format!("{name}.request"));
        let (status, answer) = api.post("/producer/audios", &request).await;
        assert_eq!(status, 200);
        assert_shape(&fixture(&format!("{name}.response")), &answer);
        let song = &answer["data"][0];
        assert_eq!(song["state"], "succeeded");
        assert_eq!(song["progress"], "100%");
        assert_eq!(song["model"], request["model"]);
        assert_eq!(
            song["sound"],
            request.get("prompt").cloned().unwrap_or(json!(""))
        );
    }
    assert_eq!(api.sim.orders(), 2);
}

#[tokio::test]
async fn a_custom_song_keeps_its_words_and_is_named_after_its_first_line() {
    let api = Api::quick().await;
    let request = fixture("audios_generate_custom.request");
    let song = api.song(request.clone()).await;
    assert_eq!(song["lyric"], request["lyric"]);
    assert_eq!(song["title"], "Woke up with the sun in my eyes");
    let titled = json!({ "lyric": "[Verse]\nOne line", "custom": true, "title": "  Mine 🎵" });
    assert_eq!(api.song(titled).await["title"], "  Mine 🎵");
}

#[tokio::test]
async fn an_idea_gets_words_in_its_own_language() {
    let api = Api::quick().await;
    let song = api
        .song(json!({ "prompt": "a song about winter rain" }))
        .await;
    let lyric = song["lyric"].as_str().expect("words");
    assert!(
        lyric.contains("[Verse]") && lyric.contains("[Chorus]") && lyric.contains("rain"),
        "{lyric}"
    );
    assert_eq!(song["title"], "A Song About Winter Rain");
    let song = api.song(json!({ "prompt": "一首關於夏天的歌" })).await;
    let lyric = song["lyric"].as_str().expect("words");
    assert!(
        lyric.contains("[副歌]") && lyric.contains("夏天"),
        "{lyric}"
    );
    assert_eq!(song["title"], "一首關於夏天的歌");
    let simplified = api.song(json!({ "prompt": "圣诞节的歌" })).await;
    assert!(
        simplified["lyric"]
            .as_str()
            .expect("words")
            .contains("[桥段]"),
        "{simplified}"
    );
}

#[tokio::test]
async fn an_instrumental_says_so() {
    let api = Api::quick().await;
    let song = api
        .song(json!({ "prompt": "calm piano", "instrumental": true }))
        .await;
    assert_eq!(song["lyric"], "[Instrumental]");
    let custom = json!({ "custom": true, "instrumental": true, "title": "Waves" });
    assert_eq!(api.song(custom).await["title"], "Waves");
}

#[tokio::test]
async fn the_answer_names_the_seed() {
    let api = Api::quick().await;
    let drawn = api.song(json!({ "prompt": "x" })).await["seed"]
        .as_str()
        .expect("text")
        .parse::<u32>();
    assert!(drawn.is_ok(), "a number: {drawn:?}");
    assert_eq!(
        api.song(json!({ "prompt": "x", "seed": "my seed" })).await["seed"],
        "my seed"
    );
    assert_eq!(
        api.song(json!({ "prompt": "x", "seed": 42 })).await["seed"],
        "42"
    );
}

#[tokio::test]
async fn asynchronous_orders_get_a_task_id_at_once() {
    let api = Api::start(SimConfig {
        pace: 1_000.0,
        ..SimConfig::default()
    })
    .await;
    let order = json!({ "action": "generate", "prompt": "x", "async": true });
    let (status, answer) = api.post("/producer/audios", &order).await;
    assert_eq!(status, 200);
    let model = json!({ "success": true, "task_id": "", "trace_id": "" });
    assert_shape(&model, &answer);
    let record = api.record(answer["task_id"].as_str().expect("an id")).await;
    // As the running one of the recorded batch: no response, no end.
    assert_shape(
        &fixture("tasks_retrieve_batch.response")["items"][1],
        &with_request(record.clone()),
    );
    assert_eq!(record["request"], order);
}

/// The recorded record echoes another request than ours; the echo is compared by value elsewhere.
fn with_request(mut record: serde_json::Value) -> serde_json::Value {
    record["request"] = fixture("tasks_retrieve.response")["request"].clone();
    record
}

#[tokio::test]
async fn callbacks_bring_the_whole_answer() {
    let api = Api::quick().await;
    let mut receiver = Receiver::start().await;
    let mut order = fixture("audios_generate_custom.request");
    order["callback_url"] = json!(receiver.url);
    let (status, answer) = api.post("/producer/audios", &order).await;
    assert_eq!(status, 200);
    assert_shape(&fixture("audios_callback.accepted"), &answer);
    let delivery = receiver.next().await;
    assert_shape(&fixture("audios_callback.delivery"), &delivery);
    assert_eq!(delivery["task_id"], answer["task_id"]);
    let record = api
        .finished(answer["task_id"].as_str().expect("an id"))
        .await;
    assert_shape(&fixture("tasks_retrieve.response"), &record);
    assert_eq!(record["response"]["data"], delivery["data"]);
    assert_eq!(record["trace_id"], delivery["trace_id"]);
}

#[tokio::test]
async fn a_task_tells_how_far_it_is() {
    let config = SimConfig {
        pace: 0.05,
        song_limit: Some(Duration::from_secs(1)),
        ..SimConfig::default()
    };
    let api = Api::start(config).await;
    let id = api.order("progress").await;
    let fresh = api.record(&id).await;
    assert!(
        fresh.get("finished_at").is_none() && fresh.get("elapsed").is_none(),
        "{fresh}"
    );
    let running = api
        .record_when(&id, |record| record.get("response").is_some())
        .await;
    let song = &running["response"]["data"][0];
    assert_eq!(song["state"], "processing");
    assert!(
        song["progress"]
            .as_str()
            .is_some_and(|progress| progress.ends_with('%')),
        "{song}"
    );
    assert!(song.get("duration").is_none(), "{song}");
    let heard = api
        .record_when(&id, |record| {
            record["response"]["data"][0]["audio_url"].is_string()
        })
        .await;
    let preview = &heard["response"]["data"][0];
    assert_eq!(preview["state"], "processing", "a link is not the end");
    assert!(!api.fetch(&preview["audio_url"]).await.is_empty());
    let done = api.finished(&id).await;
    let song = &done["response"]["data"][0];
    assert_eq!(song["state"], "succeeded");
    assert_ne!(song["audio_url"], preview["audio_url"]);
    let (created, finished) = (done["created_at"].as_f64(), done["finished_at"].as_f64());
    assert!(
        created < finished && done["elapsed"].as_f64() > Some(0.3),
        "{done}"
    );
}
