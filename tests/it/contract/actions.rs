//! Every action and endpoint against its recorded answer, in all three ways of being told.

use serde_json::{Value, json};

use super::{Api, Receiver, assert_shape, fixture};

/// The actions with a recorded answer.
const ACTIONS: [&str; 7] = [
    "cover",
    "extend",
    "replace_section",
    "stems",
    "swap_instrumentals",
    "swap_vocals",
    "variation",
];

/// A song of a little more than so many seconds to work on.
async fn source(api: &Api) -> Value {
    let request = fixture("audios_generate_custom.request");
    api.song(request).await
}

/// The recorded request, about a song that is here.
fn request(action: &str, source: &Value) -> Value {
    let mut request = fixture(&format!("audios_{action}.request"));
    request["audio_id"] = source["id"].clone();
    if action == "replace_section" {
        request["replace_section_start"] = json!(1);
        request["replace_section_end"] = json!(2.5);
    }
    request
}

/// What `answer` says apart from what is drawn anew for each: field names and, below, values that are fixed.
#[track_caller]
fn assert_values(action: &str, request: &Value, source: &Value, answer: &Value) {
    let recorded = &fixture(&format!("audios_{action}.response"))["data"][0];
    let song = &answer["data"][0];
    for key in ["state", "progress", "model", "video_url", "topic"] {
        assert_eq!(song.get(key), recorded.get(key), "{action}: {key}");
    }
    if action == "stems" {
        assert_eq!(song["title"], source["title"]);
        assert_eq!(song["lyric"], "");
        let zip = format!("/{}.zip", answer["task_id"].as_str().expect("an id"));
        assert!(
            song["stems_url"]
                .as_str()
                .is_some_and(|url| url.ends_with(&zip))
        );
        return;
    }
    assert_ne!(song["id"], source["id"]);
    assert_ne!(song["seed"], source["seed"], "{action}: its own seed");
    let sound = request.get("prompt").cloned().unwrap_or(json!(""));
    assert_eq!(song["sound"], sound, "{action}");
    assert!(
        song["duration"]
            .as_str()
            .is_some_and(|text| text.parse::<f64>().is_ok())
    );
}

#[tokio::test]
async fn each_action_answers_as_recorded() {
    let api = Api::instant(4.0, "translated_states = true").await;
    let source = source(&api).await;
    for action in ACTIONS {
        let request = request(action, &source);
        let (status, answer) = api.post("/producer/audios", &request).await;
        assert_eq!(status, 200, "{action}: {answer}");
        assert_shape(&fixture(&format!("audios_{action}.response")), &answer);
        assert_values(action, &request, &source, &answer);
        let record = api.record(answer["task_id"].as_str().expect("an id")).await;
        assert_eq!(record["request"], request, "{action}");
        assert_eq!(record["response"]["data"], answer["data"], "{action}");
        assert_eq!(record["type"], "audios");
    }
    assert_eq!(api.sim.orders(), 1 + ACTIONS.len());
}

#[tokio::test]
async fn each_action_can_be_called_back_and_polled() {
    let api = Api::instant(4.0, "").await;
    let source = source(&api).await;
    let mut receiver = Receiver::start().await;
    for action in ACTIONS {
        let model = fixture(&format!("audios_{action}.response"));
        let mut called = request(action, &source);
        called["callback_url"] = json!(receiver.url);
        let (status, answer) = api.post("/producer/audios", &called).await;
        assert_eq!(status, 200, "{action}: {answer}");
        assert_shape(&fixture("audios_callback.accepted"), &answer);
        let delivery = receiver.next().await;
        assert_shape(&model, &delivery);
        assert_eq!(delivery["task_id"], answer["task_id"]);

        let mut polled = request(action, &source);
        polled["async"] = json!(true);
        let (status, answer) = api.post("/producer/audios", &polled).await;
        assert_eq!(status, 200, "{action}: {answer}");
        assert_shape(
            &json!({ "success": true, "task_id": "", "trace_id": "" }),
            &answer,
        );
        let record = api
            .finished(answer["task_id"].as_str().expect("an id"))
            .await;
        assert_shape(&model["data"], &record["response"]["data"]);
    }
}

#[tokio::test]
async fn the_other_endpoints_answer_as_recorded() {
    let api = Api::instant(2.0, "").await;
    let source = source(&api).await;
    let id = json!({ "audio_id": source["id"] });
    let idea = json!({ "prompt": "a song about winter" });
    let link = json!({ "audio_url": source["audio_url"] });
    let mut receiver = Receiver::start().await;
    for (kind, request) in [
        ("wav", id.clone()),
        ("videos", id),
        ("lyrics", idea),
        ("upload", link),
    ] {
        let path = format!("/producer/{kind}");
        let model = fixture(&format!("{kind}.response"));
        let (status, answer) = api.post(&path, &request).await;
        assert_eq!(status, 200, "{kind}: {answer}");
        assert_shape(&model, &answer);
        let record = api.record(answer["task_id"].as_str().expect("an id")).await;
        assert_eq!(record["type"], kind);
        assert_eq!(record["response"]["data"], answer["data"]);

        let mut called = request.clone();
        called["callback_url"] = json!(receiver.url);
        let (_, accepted) = api.post(&path, &called).await;
        assert_shape(&fixture("audios_callback.accepted"), &accepted);
        assert_shape(&model, &receiver.next().await);

        let mut polled = request;
        polled["async"] = json!(true);
        let (_, accepted) = api.post(&path, &polled).await;
        let record = api
            .finished(accepted["task_id"].as_str().expect("an id"))
            .await;
        assert_shape(&model["data"], &record["response"]["data"]);

        let filter = json!({ "action": "retrieve_batch", "type": kind });
        let (_, found) = api.post("/producer/tasks", &filter).await;
        assert_eq!(found["count"], 3, "{kind}");
    }
}

#[tokio::test]
async fn a_scenario_chooses_the_other_documented_form() {
    let api = Api::instant(2.0, "lyrics_answer = \"spec\"\nwav_answer = \"object\"").await;
    let source = source(&api).await;
    let (_, words) = api
        .post("/producer/lyrics", &json!({ "prompt": "winter" }))
        .await;
    assert_shape(&fixture("lyrics.response_openapi_variant"), &words);
    assert_eq!(words["data"]["status"], "complete");
    let (_, wav) = api
        .post("/producer/wav", &json!({ "audio_id": source["id"] }))
        .await;
    assert_shape(&json!({ "file_url": "" }), &wav["data"]);
    super::samples(&api.fetch(&wav["data"]["file_url"]).await);
}

#[tokio::test]
async fn a_scenario_tells_states_as_the_guide_has_them() {
    for (rules, states) in [
        ("", ["succeeded", "succeeded"]),
        ("translated_states = true", ["成功", "succeeded"]),
    ] {
        let api = Api::instant(2.0, rules).await;
        let source = source(&api).await;
        let made = ["extend", "variation"].map(|action| api.edit(action, &source, json!({})));
        for (song, state) in futures_util::future::join_all(made)
            .await
            .iter()
            .zip(states)
        {
            assert_eq!(song["state"], state);
        }
    }
}

#[tokio::test]
async fn answers_say_what_was_made_of_what() {
    let api = Api::instant(12.0, "").await;
    let lyric = "[Intro]\nOne little line here\nTwo little lines there\n[Chorus]\nThree big lines\nFour big lines";
    let song = api
        .song(json!({ "custom": true, "lyric": lyric, "prompt": "pop", "seed": "1", "title": "First" }))
        .await;
    let words = json!({ "lyric": "[Outro]\nAll good things", "continue_at": 0.5 });
    let longer = api.edit("extend", &song, words).await;
    assert_eq!(
        longer["lyric"],
        "[Intro]\nOne little line here\n[Outro]\nAll good things"
    );
    assert_eq!(longer["title"], "All good things");
    let rest = api
        .edit("extend", &song, json!({ "continue_at": 0.5 }))
        .await;
    // As recorded: the header of the section that goes on is there twice.
    let left = lyric.replacen("here\n", "here\n[Intro]\n", 1);
    assert_eq!(rest["lyric"], left, "what was left is sung");
    let literal = json!({
        "lyric": "[Verse]\\nNew words\\nhere", "replace_section_start": 1, "replace_section_end": 3
    });
    let patched = api.edit("replace_section", &song, literal).await;
    assert_eq!(patched["lyric"], "[Verse]\\nNew words\\nhere", "as it came");
    let swapped = api
        .edit("swap_instrumentals", &song, json!({ "prompt": "jazz" }))
        .await;
    assert_eq!(swapped["title"], "First (Vocal Swap)");
    assert_eq!(
        (&swapped["lyric"], &swapped["sound"]),
        (&song["lyric"], &json!("jazz"))
    );
    let cover = api
        .edit("cover", &song, json!({ "instrumental": true, "seed": 7 }))
        .await;
    assert_eq!(
        (&cover["lyric"], &cover["seed"]),
        (&json!("[Instrumental]"), &json!("7"))
    );
    let other = api
        .edit("variation", &song, json!({ "model": "FUZZ-1.1 Pro" }))
        .await;
    assert_eq!(other["model"], "FUZZ-1.1");
}
