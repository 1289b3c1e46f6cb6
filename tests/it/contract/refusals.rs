//! Refusals of edits, and every documented error by scenario.

use serde_json::{Value, json};

use super::{Api, assert_shape, fixture};

/// Asks for something that is refused as a bad request, in words with `word` in them.
async fn refused(api: &Api, path: &str, order: &Value, word: &str) {
    let (status, answer) = api.post(path, order).await;
    assert_eq!(status, 400, "{order}: {answer}");
    assert_shape(&fixture("errors")[3]["body"], &answer);
    assert_eq!(answer["error"]["code"], "bad_request");
    let message = answer["error"]["message"].as_str().expect("words");
    assert!(message.contains(word), "{order}: {message}");
}

const ACTIONS: [&str; 10] = [
    "cover",
    "extend",
    "upload_cover",
    "upload_extend",
    "replace_section",
    "upload_replace_section",
    "swap_vocals",
    "swap_instrumentals",
    "variation",
    "stems",
];

#[tokio::test]
async fn every_edit_needs_a_song_that_is_there() {
    let api = Api::instant(2.0, "").await;
    let nobody = "6c947f13-a3c5-4b9c-8609-5639c37cdc2d";
    for action in ACTIONS {
        for (id, word) in [
            (json!(null), "required"),
            (json!("x"), "audio_id is invalid"),
            (json!("../../etc/passwd"), "audio_id is invalid"),
            (json!(7), "audio_id must be a string"),
            (json!(nobody), "does not exist"),
        ] {
            let order = json!({
                "action": action, "audio_id": id, "continue_at": 1, "replace_section_start": 0,
                "replace_section_end": 1
            });
            refused(&api, "/producer/audios", &order, word).await;
        }
    }
    for path in ["/producer/wav", "/producer/videos"] {
        refused(&api, path, &json!({}), "required").await;
        refused(&api, path, &json!({ "audio_id": nobody }), "does not exist").await;
    }
    refused(
        &api,
        "/producer/audios",
        &json!({ "action": "upload_variation" }),
        "action is invalid",
    )
    .await;
    refused(
        &api,
        "/producer/lyrics",
        &json!({ "prompt": " " }),
        "prompt is required",
    )
    .await;
    assert_eq!(api.sim.orders(), 0);
}

/// Changes to a good order, by its action, with what is said about each. The song is three seconds long.
fn bad_fields() -> Vec<(&'static str, Value, &'static str)> {
    let long = "歌".repeat(201);
    let section = |start: f64, end: f64| json!({ "replace_section_start": start, "replace_section_end": end });
    vec![
        ("extend", json!({ "continue_at": 0 }), "continue_at"),
        ("extend", json!({ "continue_at": -1 }), "continue_at"),
        ("extend", json!({ "continue_at": "3" }), "continue_at"),
        ("extend", json!({ "continue_at": 3.2 }), "past the end"),
        (
            "replace_section",
            json!({ "replace_section_start": 3.2 }),
            "past the end",
        ),
        ("cover", json!({ "weirdness": true }), "weirdness"),
        ("replace_section", section(2.0, 1.0), "before"),
        ("replace_section", section(1.0, 1.0), "before"),
        ("replace_section", section(1.0, 9.0), "past the end"),
        ("cover", json!({ "cover_strength": 0.1 }), "cover_strength"),
        ("cover", json!({ "model": "FUZZ-9" }), "model is invalid."),
        ("cover", json!({ "custom": true }), "lyric"),
        ("cover", json!({ "prompt": long }), "prompt"),
        ("variation", json!({ "weirdness": 9 }), "weirdness"),
        (
            "swap_vocals",
            json!({ "lyrics_strength": 2 }),
            "lyrics_strength",
        ),
        (
            "swap_vocals",
            json!({ "swap_audio_id": 1 }),
            "swap_audio_id",
        ),
        (
            "swap_instrumentals",
            json!({ "sound_strength": 0.1 }),
            "sound_strength",
        ),
        ("upload_cover", json!({}), "not of an uploaded song"),
        (
            "stems",
            json!({ "callback_url": "http://192.0.2.1/" }),
            "callback_url",
        ),
    ]
}

#[tokio::test]
async fn fields_of_edits_are_named() {
    let api = Api::instant(3.0, "").await;
    let song = api.song(json!({ "prompt": "x" })).await;
    for (action, change, word) in bad_fields() {
        let mut order = json!({ "action": action, "audio_id": song["id"] });
        for (key, value) in change.as_object().expect("an object") {
            order[key] = value.clone();
        }
        refused(&api, "/producer/audios", &order, word).await;
    }
    assert_eq!(api.sim.orders(), 1);
}

#[tokio::test]
async fn the_very_end_is_inside() {
    let api = Api::instant(3.0, "").await;
    let song = api.song(json!({ "prompt": "x" })).await;
    // A length is often told with fewer digits than it has.
    api.edit("extend", &song, json!({ "continue_at": 3.01 }))
        .await;
    let whole = json!({ "replace_section_start": 0, "replace_section_end": 3.01 });
    api.edit("replace_section", &song, whole).await;
}

#[tokio::test]
async fn what_is_no_song_cannot_be_edited() {
    let api = Api::instant(1.0, "").await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let stems = api.edit("stems", &song, json!({})).await;
    let zip = stems["stems_url"].as_str().expect("a link");
    let (_, name) = zip.rsplit_once('/').expect("a path");
    let id = name.trim_end_matches(".zip");
    refused(
        &api,
        "/producer/wav",
        &json!({ "audio_id": id }),
        "does not exist",
    )
    .await;
}

#[tokio::test]
async fn a_song_being_made_is_named_but_not_finished() {
    let config = super::SimConfig {
        pace: 0.05,
        ..super::instant(1.0, "")
    };
    let api = Api::start(config).await;
    let id = api.order("x").await;
    let running = api
        .record_when(&id, |record| record.get("response").is_some())
        .await;
    let song = &running["response"]["data"][0]["id"];
    refused(
        &api,
        "/producer/wav",
        &json!({ "audio_id": song }),
        "not finished",
    )
    .await;
    api.finished(&id).await;
    let (status, _) = api
        .post("/producer/wav", &json!({ "audio_id": song, "async": true }))
        .await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn every_recorded_error_can_be_played_at_every_endpoint() {
    let all = fixture("errors");
    for (endpoint, path) in [
        ("audios", "/producer/audios"),
        ("lyrics", "/producer/lyrics"),
        ("upload", "/producer/upload"),
        ("wav", "/producer/wav"),
        ("videos", "/producer/videos"),
        ("tasks", "/producer/tasks"),
        ("platform", "/api/v1/files/"),
        ("host", "/files/upload"),
    ] {
        let all = all.as_array().expect("a list");
        let rule = |(number, entry): (usize, &Value)| {
            let error = &entry["body"]["error"];
            format!(
                "[[on]]\nendpoint = \"{endpoint}\"\nnth = {}\nstatus = {}\ncode = {}\nmessage = {}\n",
                number + 1,
                entry["status"],
                error["code"],
                error["message"]
            )
        };
        let rules: String = all.iter().enumerate().map(rule).collect();
        let api = Api::instant(1.0, &rules).await;
        for entry in all {
            let (status, mut answer) = api.post(path, &json!({})).await;
            answer["trace_id"] = entry["body"]["trace_id"].clone();
            assert_eq!(
                (&json!(status), &answer),
                (&entry["status"], &entry["body"]),
                "{path}"
            );
        }
        assert_eq!(api.sim.orders(), 0);
    }
}

#[tokio::test]
async fn one_action_can_be_refused_alone() {
    let rules = "\
        [[on]]\nendpoint = \"audios\"\naction = \"cover\"\nstatus = 410\n\
        [[on]]\nendpoint = \"audios\"\naction = \"variation\"\nstatus = 403\ncode = \"forbidden\"\n\
        message = \"The lyric was refused by moderation.\"\n\
        [[on]]\nendpoint = \"audios\"\naction = \"swap_vocals\"\nstatus = 400\ncode = \"api_not_implemented\"\n\
        [[on]]\nendpoint = \"audios\"\naction = \"stems\"\nstatus = 200\ncode = \"api_error\"\n";
    let api = Api::instant(1.0, rules).await;
    let song = api.song(json!({ "prompt": "x" })).await;
    for (action, status, code) in [
        ("cover", 410, "gone"),
        ("variation", 403, "forbidden"),
        ("swap_vocals", 400, "api_not_implemented"),
        ("stems", 200, "api_error"),
    ] {
        let order = json!({ "action": action, "audio_id": song["id"] });
        let (told, answer) = api.post("/producer/audios", &order).await;
        assert_eq!(
            (told, &answer["error"]["code"]),
            (status, &json!(code)),
            "{answer}"
        );
        assert_eq!(
            answer.get("success"),
            (status == 200).then_some(&json!(false))
        );
    }
    assert_eq!(api.sim.orders(), 1);
    api.edit("swap_instrumentals", &song, json!({})).await;
}

#[tokio::test]
async fn other_tasks_fail_and_are_told_like_songs() {
    let rules = "[[on]]\nendpoint = \"wav\"\nfail = { code = \"api_error\", message = \"no\" }";
    let api = Api::instant(1.0, rules).await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let (status, answer) = api
        .post("/producer/wav", &json!({ "audio_id": song["id"] }))
        .await;
    assert_eq!(status, 500);
    assert_shape(&fixture("audios_error_500_api_error"), &answer);
}
