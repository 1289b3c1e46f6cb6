//! Answers that nobody would send on purpose: mutated, cut off, nested, with wrong types.

use fuzzbox::api::wire;
use fuzzbox::domain::{
    AudiosRequest, FileRequest, LyricsRequest, Outcome, Request, SongId, Timestamp, UploadRequest,
};
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

/// An order of each kind, with the documented answer to it.
fn answers() -> Vec<(Request, &'static str)> {
    let song = || FileRequest {
        audio_id: SongId("a54609c6-13e2-4176-be0f-4d7eebc68e1f".into()),
    };
    vec![
        (a_song(), "audios_cover.response.json"),
        (a_song(), "audios_stems.response.json"),
        (
            Request::Lyrics(LyricsRequest::default()),
            "lyrics.response.json",
        ),
        (
            Request::Upload(UploadRequest::default()),
            "upload.response.json",
        ),
        (Request::Wav(song()), "wav.response.json"),
        (Request::Videos(song()), "videos.response.json"),
    ]
}

/// Whatever came out of an answer is clean and complete.
fn assert_sound(outcome: &Outcome) {
    let is_clean = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n');
    match outcome {
        Outcome::Running(_) => {}
        Outcome::Succeeded(songs) => {
            assert!(!songs.is_empty());
            for song in songs {
                assert!(!song.id.0.is_empty() && song.audio.url.is_some());
                assert!(is_clean(&song.title) && is_clean(&song.lyric));
            }
        }
        Outcome::Prepared { url, title, .. } => {
            assert!(url.url().is_some() && is_clean(title));
        }
        Outcome::Written(words) => {
            assert!(!words.lyric.trim().is_empty() && is_clean(&words.lyric));
        }
        Outcome::Failed(failure) => {
            assert!(is_clean(&failure.message));
            assert!(
                failure
                    .raw
                    .as_deref()
                    .is_none_or(|raw| raw.len() <= 4096 && is_clean(raw))
            );
        }
    }
}

/// The same value within so many lists or objects.
fn nested(value: Value, depth: usize, in_lists: bool) -> Value {
    (0..depth).fold(value, |inner, _| {
        if in_lists {
            json!([inner])
        } else {
            json!({ "data": inner })
        }
    })
}

proptest! {
    /// One value of an answer to any order replaced by anything, or the answer cut off.
    #[test]
    fn a_mutated_answer_to_any_order_is_sound_or_none(
        which in 0..6_usize, at in 0..40_usize, value in any_json(), part in 0.0..1.0_f64,
    ) {
        let (request, name) = answers().swap_remove(which);
        let mut answer: Value = serde_json::from_str(&fixture(name)).expect("JSON");
        replace_nth(&mut answer, &mut at.clone(), &value);
        let body = answer.to_string().into_bytes();
        if let Some(record) = wire::accepted(&request, &body, now()).ok().and_then(|a| a.record) {
            assert_sound(&record.outcome);
        }
        let half = &body[..(body.len() as f64 * part) as usize];
        prop_assert!(wire::accepted(&request, half, now()).is_err());
    }

    /// The same within a task record that runs: no link, no nesting and no odd value makes it done.
    #[test]
    fn a_running_task_of_any_type_is_not_done(
        which in 0..6_usize, value in any_json(), field in 0..5_usize, depth in 0..300_usize, in_lists: bool,
    ) {
        let (request, name) = answers().swap_remove(which);
        let mut answer: Value = serde_json::from_str(&fixture(name)).expect("JSON");
        // At work still: no word of success, whether of the task or of its parts.
        for entry in answer["data"].as_array_mut().into_iter().flatten() {
            entry["state"] = json!("processing");
        }
        let mut task = json!({
            "id": "t1", "type": request.endpoint().name(), "created_at": 1.0,
            "request": wire::order(&request), "response": answer,
        });
        let odd = nested(value, depth, in_lists);
        match field {
            0 => task["request"] = odd,
            1 => task["response"]["task_id"] = odd,
            2 => task["elapsed"] = odd,
            3 => task["progress"] = odd,
            _ => task["response"]["trace_id"] = odd,
        }
        let records = wire::records(task.to_string().as_bytes(), now()).unwrap_or_default();
        for record in records {
            prop_assert!(matches!(record.outcome, Outcome::Running(_)), "{:?}", record.outcome);
        }
    }

    /// Numbers beyond every measure, in every place that holds one.
    #[test]
    fn huge_numbers_are_survived(digits in 1..400_usize, exponent in -400..400_i32, at in 0..80_usize) {
        let number = format!("{}.5e{exponent}", "9".repeat(digits));
        let mut answer: Value =
            serde_json::from_str(&fixture("tasks_retrieve_batch.response.json")).expect("JSON");
        replace_nth(&mut answer, &mut at.clone(), &json!("NUMBER"));
        let body = answer.to_string().replace("\"NUMBER\"", &number);
        for record in wire::records(body.as_bytes(), now()).unwrap_or_default() {
            assert_sound(&record.outcome);
        }
    }

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
