//! Answers that nobody would send on purpose: mutated, cut off, nested, with wrong types.

use fuzzbox::api::wire;
use fuzzbox::domain::{AudiosRequest, Outcome, Request, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixtures::fixture;

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a moment")
}

fn a_song() -> Request {
    Request::from(AudiosRequest::default())
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
            prop_assert!(wire::accepted(&a_song(), half, now()).is_err());
            prop_assert!(wire::records(half, now()).is_err());
        }
    }

    #[test]
    fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = wire::accepted(&a_song(), &body, now());
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
