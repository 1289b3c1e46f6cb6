//! Other clients of the API: what they send, field by field, has to be taken by the simulator, and what they read has to be there.
//!
//! The bodies are those of producer-cli 2026.10.12.2, mcp-producer 2026.10.18.4 and the library acedatacloud 2026.10.20.0.

use serde_json::{Value, json};

use super::Api;

/// The actions that are done to a song, as all these clients name them.
const EDITS: [&str; 7] = [
    "cover",
    "extend",
    "variation",
    "swap_vocals",
    "swap_instrumentals",
    "replace_section",
    "stems",
];

/// The words of producer-cli: empty texts for what was left alone, and no times unless they were given.
fn of_the_command_line(action: &str, id: &Value) -> Value {
    json!({ "action": action, "audio_id": id, "model": "FUZZ-2.0", "prompt": "", "lyric": "" })
}

/// The words of acedatacloud: `false` for each number that was left alone.
fn of_the_library(action: &str, id: &Value) -> Value {
    json!({
        "lyric": "", "action": action, "prompt": "", "audio_id": id, "weirdness": false, "continue_at": false,
        "instrumental": false, "sound_strength": false, "lyrics_strength": false, "replace_section_end": false,
        "replace_section_start": false, "async": false,
    })
}

/// The words of mcp-producer: no times but where they are needed, and an address that is null.
fn of_the_agent(action: &str, id: &Value) -> Value {
    let mut order =
        json!({ "action": action, "audio_id": id, "callback_url": null, "async": false });
    match action {
        "extend" => order["continue_at"] = json!(1.0),
        "replace_section" => {
            order["replace_section_start"] = json!(0.5);
            order["replace_section_end"] = json!(1.5);
        }
        _ => {}
    }
    order
}

#[tokio::test]
async fn every_order_of_other_clients_is_taken() {
    let api = Api::instant(2.0, "").await;
    let mut first = of_the_library("generate", &Value::Null);
    first["prompt"] = json!("rain");
    let song = api.song(first).await;
    api.song(json!({ "prompt": "rain", "model": "FUZZ-2.0", "lyric": "" }))
        .await;
    api.song(json!({ "prompt": "rain", "model": "FUZZ-2.0", "instrumental": false, "callback_url": null, "async": false }))
        .await;
    for words in [of_the_command_line, of_the_library, of_the_agent] {
        for action in EDITS {
            let order = words(action, &song["id"]);
            let (status, answer) = api.post("/producer/audios", &order).await;
            assert_eq!(status, 200, "{order}: {answer}");
            let link = if action == "stems" {
                "stems_url"
            } else {
                "audio_url"
            };
            assert!(answer["data"][0][link].is_string(), "{action}: {answer}");
            // acedatacloud waits for ever on a word it does not know.
            assert_eq!(answer["data"][0]["state"], "succeeded", "{action}");
        }
    }
}

#[tokio::test]
async fn without_times_a_song_goes_on_at_its_end_and_is_replaced_up_to_it() {
    let api = Api::instant(3.0, "").await;
    let song = api.song(json!({ "prompt": "pop" })).await;
    let before = api.wav(&song).await;
    let longer = api.edit("extend", &song, json!({})).await;
    let longer = api.wav(&longer).await;
    assert!(longer.len() > before.len() && before[..] == longer[..before.len()]);
    let start = json!({ "replace_section_start": 1 });
    let patched = api.edit("replace_section", &song, start).await;
    let patched = api.wav(&patched).await;
    assert_eq!(patched.len(), before.len());
    assert!(before[..44_100] == patched[..44_100], "before it");
    assert!(before[44_100..] != patched[44_100..], "up to the end");
    let end = json!({ "replace_section_end": 2 });
    let patched = api.edit("replace_section", &song, end).await;
    let patched = api.wav(&patched).await;
    assert!(before[..88_200] != patched[..88_200], "from the beginning");
    assert!(before[88_200..] == patched[88_200..], "after it");
}

/// What they read from the other endpoints.
#[tokio::test]
async fn every_other_endpoint_answers_other_clients() {
    let api = Api::instant(1.0, "").await;
    let song = api.song(json!({ "prompt": "rain" })).await;
    let read = async |path: &str, order: Value, at: &str| {
        let (status, answer) = api.post(path, &order).await;
        assert_eq!(status, 200, "{answer}");
        let found = answer.pointer(at).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("{answer} has no {at}"))
            .to_owned()
    };
    let of = json!({ "audio_id": song["id"] });
    read("/producer/wav", of.clone(), "/data/0/file_url").await;
    read("/producer/videos", of, "/data/video_url").await;
    read(
        "/producer/lyrics",
        json!({ "prompt": "winter" }),
        "/data/lyrics",
    )
    .await;
    let link = json!({ "audio_url": song["audio_url"] });
    read("/producer/upload", link, "/data/audio_id").await;
    let order = json!({ "action": "generate", "prompt": "x", "lyric": "", "async": true });
    let id = read("/producer/audios", order, "/task_id").await;
    let record = api.finished(&id).await;
    assert_eq!(record["response"]["data"][0]["state"], "succeeded");
    let ids = json!({ "action": "retrieve_batch", "ids": [id] });
    read("/producer/tasks", ids, "/items/0/response/data/0/audio_url").await;
    // producer-cli prints words of the specification's shape alone.
    let api = Api::instant(1.0, "lyrics_answer = \"spec\"").await;
    let (_, answer) = api
        .post("/producer/lyrics", &json!({ "prompt": "winter" }))
        .await;
    assert!(answer["data"]["text"].is_string(), "{answer}");
}
