//! Each documented answer means what the documentation says.

use std::fs;
use std::path::PathBuf;

use fuzzbox::api::wire;
use fuzzbox::domain::{
    Action, AudiosRequest, Model, Outcome, Request, Seconds, Song, TaskRecord, Timestamp,
};
use proptest::prelude::*;
use serde_json::{Value, json};

pub fn fixture(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/api", name]
        .iter()
        .collect();
    fs::read_to_string(path).expect("a fixture")
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a moment")
}

fn songs(record: TaskRecord) -> Vec<Song> {
    match record.outcome {
        Outcome::Succeeded(songs) => songs,
        other => panic!("not a success: {other:?}"),
    }
}

/// The song is the one the fixture shows, field by field.
fn assert_is(song: &Song, entry: &Value) {
    let text = |name: &str| entry[name].as_str().expect("a text").to_owned();
    assert_eq!(song.id.0, text("id"));
    assert_eq!(song.title, text("title"));
    assert_eq!(song.lyric, text("lyric").replace("\\n", "\n"));
    assert!(!song.lyric.contains('\\'));
    assert_eq!(song.prompt, text("sound"));
    assert_eq!(song.model, text("model"));
    assert_eq!(song.seed, text("seed"));
    assert_eq!(
        Ok(song.created_at),
        text("created_at").parse::<Timestamp>().map_err(|_| ())
    );
    let seconds: f64 = text("duration").parse().expect("a number");
    assert_eq!(song.duration, Some(Seconds(seconds)));
    let link =
        |url: &Option<fuzzbox::domain::Link>| url.as_ref().expect("a link").as_str().to_owned();
    assert_eq!(link(&song.audio.url), text("audio_url"));
    assert_eq!(link(&song.cover.url), text("image_url"));
    assert_eq!((&song.audio.file, &song.cover.file), (&None, &None));
    assert_eq!(song.task, None);
}

#[test]
fn each_answer_with_a_song_is_that_song() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/fixtures/api"]
        .iter()
        .collect();
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the fixtures") {
        let name = file
            .expect("a file")
            .file_name()
            .into_string()
            .expect("a name");
        let is_song = name.starts_with("audios_")
            && (name.ends_with(".response.json") || name.ends_with(".delivery.json"))
            && !name.starts_with("audios_stems");
        if !is_song {
            continue;
        }
        let body = fixture(&name);
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        let accepted = wire::accepted(body.as_bytes(), now()).expect(&name);
        assert_eq!(
            accepted.api_id.0,
            answer["task_id"].as_str().expect("an id")
        );
        assert_eq!(accepted.trace_id.as_deref(), answer["trace_id"].as_str());
        let record = accepted.record.expect("a final answer");
        assert_eq!(record.id, accepted.api_id);
        let songs = songs(record);
        assert_eq!(songs.len(), 1, "{name}");
        assert_is(&songs[0], &answer["data"][0]);
        count += 1;
    }
    assert_eq!(count, 9);
}

#[test]
fn an_archive_of_stems_is_no_song() {
    let body = fixture("audios_stems.response.json");
    let accepted = wire::accepted(body.as_bytes(), now()).expect("an answer");
    assert_eq!(accepted.api_id.0, "561ac695-b4aa-47cf-978d-fb7be2b9ebfc");
    assert_eq!(accepted.record, None);
}

#[test]
fn an_order_may_be_answered_with_a_task_id_alone() {
    let body = fixture("audios_callback.accepted.json");
    let accepted = wire::accepted(body.as_bytes(), now()).expect("an answer");
    assert_eq!(accepted.api_id.0, "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad");
    assert_eq!((accepted.trace_id, accepted.record), (None, None));
}

#[test]
fn task_records_tell_what_became_of_them() {
    let one = wire::records(fixture("tasks_retrieve.response.json").as_bytes(), now());
    let batch = fixture("tasks_retrieve_batch.response.json");
    let answer: Value = serde_json::from_str(&batch).expect("JSON");
    let mut batch = wire::records(batch.as_bytes(), now()).expect("an answer");
    assert_eq!(batch.len(), 2);
    let (running, done) = (batch.remove(1), batch.remove(0));
    assert_eq!(one.expect("an answer")[0], done);
    assert_eq!(running.id.0, "82fd443a-903a-4f18-8028-12d2f8a0a4be");
    assert_eq!(running.outcome, Outcome::Running(None));
    let created = done.created_at.expect("a date");
    assert_eq!(created.to_string(), "2025-12-30T18:35:45.524Z");
    assert_eq!(
        done.trace_id.as_deref(),
        Some("1da03537-4eb8-410d-b849-43f03085a3bb")
    );
    let Some(Request::Audios(echoed)) = &done.request else {
        panic!("an order of ours");
    };
    assert_eq!(echoed.custom, Some(true));
    assert_eq!(
        echoed.lyric.as_deref(),
        answer["items"][0]["request"]["lyric"].as_str()
    );
    assert_is(&songs(done)[0], &answer["items"][0]["response"]["data"][0]);
}

#[test]
fn an_unknown_task_is_absent() {
    let body = fixture("tasks_retrieve.unknown.json");
    assert_eq!(wire::records(body.as_bytes(), now()), Ok(Vec::new()));
}

/// What is sent for `order`, against a documented request and `async`.
fn assert_sends(order: AudiosRequest, name: &str) {
    let mut expected: Value = serde_json::from_str(&fixture(name)).expect("JSON");
    expected["async"] = json!(true);
    assert_eq!(wire::order(&Request::from(order)), expected);
}

#[test]
fn the_documented_requests_are_what_is_sent() {
    let model = Some(Model("FUZZ-2.0 Pro".into()));
    let custom: Value =
        serde_json::from_str(&fixture("audios_generate_custom.request.json")).expect("JSON");
    let prompt = AudiosRequest {
        action: Action::Generate,
        model: model.clone(),
        prompt: Some("A song for Christmas".into()),
        ..AudiosRequest::default()
    };
    assert_sends(prompt, "audios_generate_prompt.request.json");
    let sung = AudiosRequest {
        model,
        instrumental: Some(false),
        lyric: custom["lyric"].as_str().map(str::to_owned),
        custom: Some(true),
        ..AudiosRequest::default()
    };
    assert_sends(sung, "audios_generate_custom.request.json");
}

#[test]
fn zero_and_false_are_sent_and_what_was_left_alone_is_not() {
    let order = AudiosRequest {
        weirdness: Some(0.0),
        lyrics_strength: Some(0.25),
        instrumental: Some(false),
        seed: Some("0".into()),
        ..AudiosRequest::default()
    };
    let expected = json!({
        "action": "generate", "weirdness": 0, "lyrics_strength": 0.25, "instrumental": false,
        "seed": "0", "async": true,
    });
    assert_eq!(wire::order(&Request::from(order)), expected);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("succeeded"),
            Just("processing"),
            Just("100%"),
            Just("t1")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,6}", inner), 0..4)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Puts `value` in the place of the `at`-th value within `root`, counted as they come.
fn replace_nth(root: &mut Value, at: &mut usize, value: &Value) {
    if *at == 0 {
        *root = value.clone();
    }
    *at = at.wrapping_sub(1);
    match root {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| replace_nth(item, at, value)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|item| replace_nth(item, at, value)),
        _ => {}
    }
}

proptest! {
    /// A broken connection never makes a song or an accepted order of half an answer.
    #[test]
    fn half_an_answer_is_no_answer(part in 0.0..1.0_f64) {
        for name in ["audios_extend.response.json", "tasks_retrieve_batch.response.json"] {
            let body = fixture(name).trim_end().to_owned().into_bytes();
            let half = &body[..(body.len() as f64 * part) as usize];
            prop_assert!(wire::accepted(half, now()).is_err());
            prop_assert!(wire::records(half, now()).is_err());
        }
    }

    #[test]
    fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = wire::accepted(&body, now());
        let _ = wire::records(&body, now());
    }

    /// One value replaced by anything: a song that comes out has an id, a link and clean texts.
    #[test]
    fn a_mutated_answer_is_a_clean_song_or_none(at in 0..80_usize, value in any_json()) {
        let mut answer: Value =
            serde_json::from_str(&fixture("tasks_retrieve_batch.response.json")).expect("JSON");
        replace_nth(&mut answer, &mut at.clone(), &value);
        for record in wire::records(answer.to_string().as_bytes(), now()).unwrap_or_default() {
            if let Outcome::Succeeded(songs) = record.outcome {
                prop_assert!(!songs.is_empty());
                for song in songs {
                    prop_assert!(!song.id.0.is_empty() && song.audio.url.is_some());
                    prop_assert!(!song.title.chars().any(char::is_control));
                }
            }
        }
    }

    /// A task that runs stays one whatever a single field of its preview becomes, but for its end or its state.
    #[test]
    fn no_single_oddity_ends_a_running_task(value in any_json(), field in 0..6_usize) {
        let mut task = json!({ "id": "t1", "created_at": 1.0, "response": {
            "task_id": "t1", "success": true, "trace_id": "x", "data": [{
                "id": "s1", "audio_url": "https://files.example/preview.m4a", "state": "processing",
                "progress": "10%", "duration": "3", "created_at": "2025-12-30T18:36:00Z",
            }],
        } });
        let name = ["id", "audio_url", "progress", "duration", "created_at", "title"][field];
        task["response"]["data"][0][name] = value;
        let records = wire::records(task.to_string().as_bytes(), now()).expect("an answer");
        prop_assert!(matches!(records[0].outcome, Outcome::Running(_)));
    }
}
