//! Each documented answer means what the documentation says.

use std::fs;
use std::path::PathBuf;

use fuzzbox::api::wire;
use fuzzbox::domain::{
    Action, AudiosRequest, Model, Outcome, Request, Seconds, Song, TaskRecord, Timestamp,
};
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

fn a_song() -> Request {
    Request::from(AudiosRequest::default())
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
        let accepted = wire::accepted(&a_song(), body.as_bytes(), now()).expect(&name);
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
fn an_order_may_be_answered_with_a_task_id_alone() {
    let body = fixture("audios_callback.accepted.json");
    let accepted = wire::accepted(&a_song(), body.as_bytes(), now()).expect("an answer");
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
