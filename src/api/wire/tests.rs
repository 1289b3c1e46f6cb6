//! The tests of this module.

use super::*;
use crate::domain::{AudiosRequest, FailureKind, Song};

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("in range")
}

fn a_song() -> Request {
    Request::from(AudiosRequest::default())
}

fn task(fields: &Value) -> TaskRecord {
    let mut task = json!({ "id": "t1", "created_at": 1_767_119_745.5 });
    for (name, value) in fields.as_object().expect("an object") {
        task[name] = value.clone();
    }
    let body = json!({ "items": [task], "count": 1 }).to_string();
    let mut records = records(body.as_bytes(), now()).expect("an answer");
    assert_eq!(records.len(), 1);
    records.remove(0)
}

fn made(entry: &Value) -> Song {
    let mut song = json!({
        "id": "s1", "state": "succeeded", "audio_url": "https://files.example/s1.m4a",
    });
    for (name, value) in entry.as_object().expect("an object") {
        song[name] = value.clone();
    }
    match task(&json!({ "response": { "data": [song] }, "finished_at": 1_767_119_785.5 })).outcome {
        Outcome::Succeeded(mut songs) => songs.remove(0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lengths_come_as_text_or_number() {
    for (value, expected) in [
        (json!("181.3014058956916"), Some(181.301_405_895_691_6)),
        (json!(154), Some(154.0)),
        (json!(154.5), Some(154.5)),
        (json!(""), None),
        (json!(null), None),
        (json!("NaN"), None),
        (json!("inf"), None),
        (json!(-3), None),
        (json!(1e300), None),
        (json!({ "seconds": 3 }), None),
    ] {
        let song = made(&json!({ "duration": value }));
        assert_eq!(song.duration.map(|seconds| seconds.0), expected, "{value}");
    }
}

#[test]
fn a_lyric_has_real_line_breaks() {
    for (name, raw) in [
        ("lyric", "[Verse]\\none\\ntwo"),
        ("lyrics", "[Verse]\\r\\none\\r\\ntwo"),
        ("lyric", "[Verse]\r\none\rtwo"),
    ] {
        assert_eq!(
            made(&json!({ name: raw })).lyric,
            "[Verse]\none\ntwo",
            "{raw}"
        );
    }
}

#[test]
fn texts_are_made_harmless() {
    let song = made(&json!({
        "title": "\u{1b}]0;evil\u{7}so\u{202e}ng\n two",
        "lyric": "a\u{1b}[2Jb\nc",
        "sound": "\u{9b}31mslow",
        "model": "FUZZ\u{0}-2.0",
        "seed": 1_490_770_667,
        "image_url": "javascript:alert(1)",
    }));
    assert_eq!(song.title, "song two");
    assert_eq!(song.lyric, "ab\nc");
    assert_eq!(song.prompt, "slow");
    assert_eq!(song.model, "FUZZ-2.0");
    assert_eq!(song.seed, "1490770667");
    assert_eq!(song.cover.url, None);
    assert_eq!(
        made(&json!({ "title": "x".repeat(900) }))
            .title
            .chars()
            .count(),
        200
    );
}

#[test]
fn a_song_is_dated_by_itself_its_task_or_the_answer() {
    let told = made(&json!({ "created_at": "2025-12-30T18:36:00.994141Z" }));
    assert_eq!(told.created_at.to_string(), "2025-12-30T18:36:00.994141Z");
    let silent = made(&json!({ "created_at": "99999-99-99" }));
    assert_eq!(silent.created_at.to_string(), "2025-12-30T18:36:25.5Z");
}

#[test]
fn a_preview_is_not_a_song() {
    let preview = |state: Value| {
        json!({ "response": { "success": true, "state": "success", "status": "success", "data": [{
            "id": "s1", "state": state, "progress": "40%",
            "audio_url": "https://files.example/preview.m4a",
        }] } })
    };
    for state in [
        "",
        "pending",
        "processing",
        "streaming",
        "進行中",
        "wird erzeugt",
    ] {
        let outcome = task(&preview(json!(state))).outcome;
        assert_eq!(outcome, Outcome::Running(Some(40)), "{state}");
    }
    assert_eq!(
        task(&preview(json!(null))).outcome,
        Outcome::Running(Some(40))
    );
    for state in ["Succeeded", " 成功 ", "complete", "completed", "FINISHED"] {
        let outcome = task(&preview(json!(state))).outcome;
        assert!(matches!(outcome, Outcome::Succeeded(_)), "{state}");
    }
}

#[test]
fn done_is_told_by_the_task_or_by_each_song() {
    let song = |id: &str, state: &str| json!({ "id": id, "state": state, "audio_url": format!("https://files.example/{id}.m4a") });
    let half = json!({ "response": { "data": [song("a", "succeeded"), song("b", "pending")] } });
    assert_eq!(task(&half).outcome, Outcome::Running(None));
    let mixed = json!({ "response": { "data": [song("a", "succeeded"), song("b", "failed")] } });
    let Outcome::Succeeded(songs) = task(&mixed).outcome else {
        panic!("one song is made");
    };
    assert_eq!(songs.len(), 1);
    let mut finished = half.clone();
    finished["finished_at"] = json!(1_767_119_785.5);
    let Outcome::Succeeded(songs) = task(&finished).outcome else {
        panic!("the task has ended");
    };
    assert_eq!(songs.len(), 2);
    let one = json!({ "state": "success", "response": { "data": song("a", "") } });
    assert!(matches!(task(&one).outcome, Outcome::Succeeded(_)));
    let silent = json!({ "response": { "data": [{ "id": "a", "state": "succeeded" }] } });
    assert_eq!(task(&silent).outcome, Outcome::Running(None));
}

#[test]
fn an_end_without_a_song_is_a_failure() {
    let at = 1_767_119_785.5;
    for (fields, kind, message) in [
        (json!({ "finished_at": at }), FailureKind::Generation, ""),
        (
            json!({ "finished_at": at, "response": { "data": [] } }),
            FailureKind::Generation,
            "",
        ),
        (
            json!({ "finished_at": at, "response": { "data": null, "error": "no\u{7} luck" } }),
            FailureKind::Generation,
            "no luck",
        ),
        (
            json!({ "finished_at": at, "error": { "code": "bad_request", "message": "m" } }),
            FailureKind::BadRequest,
            "m",
        ),
        (
            json!({ "response": { "success": false, "error": { "code": "api_error", "message": "獲取失敗" } } }),
            FailureKind::Generation,
            "獲取失敗",
        ),
        (
            json!({ "response": { "success": false, "error": { "code": "too_many_requests" } } }),
            FailureKind::Generation,
            "",
        ),
        (
            json!({ "response": { "success": false, "error": null } }),
            FailureKind::Generation,
            "",
        ),
        (json!({ "state": "已取消" }), FailureKind::Generation, ""),
        (
            json!({ "response": { "data": [{ "id": "a", "state": "rejected" }] } }),
            FailureKind::Generation,
            "",
        ),
    ] {
        let Outcome::Failed(failure) = task(&fields).outcome else {
            panic!("{fields} is a failure");
        };
        assert_eq!(
            (failure.kind, failure.message.as_str()),
            (kind, message),
            "{fields}"
        );
    }
}

#[test]
fn a_task_at_work_runs() {
    for fields in [
        json!({}),
        json!({ "response": null }),
        json!({ "response": {} }),
        json!({ "response": "soon", "finished_at": null }),
        json!({ "response": { "data": {} }, "finished_at": 0 }),
        json!({ "response": { "data": [] } }),
        json!({ "response": { "success": true, "data": "?" }, "error": null }),
    ] {
        assert_eq!(task(&fields).outcome, Outcome::Running(None), "{fields}");
    }
    assert_eq!(
        task(&json!({ "progress": 0.3 })).outcome,
        Outcome::Running(Some(30))
    );
}

#[test]
fn a_request_of_ours_is_read_back() {
    let sent = Request::from(AudiosRequest {
        prompt: Some("slow \u{200b}rain".into()),
        lyric: Some("[Verse]\\n literally\n".into()),
        weirdness: Some(0.3),
        instrumental: Some(false),
        seed: Some("42".into()),
        ..AudiosRequest::default()
    });
    let mut echo = order(&sent);
    echo["user_id"] = json!("https://example.com");
    let record = task(&json!({ "request": echo }));
    assert_eq!(record.request.as_ref(), Some(&sent));
    echo["seed"] = json!(42);
    assert!(sent.is_echoed_by(&task(&json!({ "request": echo })).request.expect("ours")));
    for foreign in [
        json!({ "action": "" }),
        json!({ "audio_id": "x" }),
        json!("x"),
        json!(null),
    ] {
        assert_eq!(
            task(&json!({ "request": foreign })).request,
            None,
            "{foreign}"
        );
    }
}

#[test]
fn questions_may_be_answered_in_many_shapes() {
    let count = |body: &str| records(body.as_bytes(), now()).map(|records| records.len());
    assert_eq!(count("{}"), Ok(0));
    assert_eq!(count(r#"{"items":[],"count":0}"#), Ok(0));
    assert_eq!(count(r#"{"items":null}"#), Ok(0));
    assert_eq!(count(r#"{"id":"a"}"#), Ok(1));
    assert_eq!(count(r#"[{"id":"a"},{"task_id":"b"}]"#), Ok(2));
    assert_eq!(
        count(r#"{"items":[{"id":"a"},{},null,3,{"id":"x\u001b[2J"}]}"#),
        Ok(1)
    );
    assert_eq!(count("\u{feff}{\"items\":[{\"id\":\"a\"}]}"), Ok(1));
    for bad in [
        "",
        " ",
        "null",
        "3",
        "\"x\"",
        "<html>",
        "{",
        r#"{"error":"x"}"#,
        r#"{"success":false}"#,
    ] {
        assert!(count(bad).is_err(), "{bad}");
    }
}

#[test]
fn an_order_is_accepted_in_many_shapes() {
    let read = |body: Value| accepted(&a_song(), body.to_string().as_bytes(), now());
    let plain = read(json!({ "task_id": "t" })).expect("accepted");
    assert_eq!((plain.api_id.0.as_str(), plain.record), ("t", None));
    let nested = read(json!({ "success": true, "data": { "task_id": "t" } })).expect("accepted");
    assert_eq!((nested.api_id.0.as_str(), nested.record), ("t", None));
    let song =
        json!({ "id": "s", "state": "complete", "audio_url": "https://files.example/s.m4a" });
    let nameless = read(json!({ "success": true, "data": song })).expect("accepted");
    assert_eq!(nameless.api_id.0, "s");
    assert!(matches!(
        nameless.record.expect("final").outcome,
        Outcome::Succeeded(_)
    ));
    for bad in [
        json!({}),
        json!([]),
        json!({ "success": true }),
        json!({ "success": true, "task_id": "" }),
        json!({ "success": true, "task_id": "a\nb" }),
        json!({ "error": { "code": "odd" } }),
        json!({ "success": false, "task_id": "t" }),
    ] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn depth_and_size_do_no_harm() {
    let deep = format!(
        "{{\"items\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(records(deep.as_bytes(), now()).is_err());
    let huge = format!("{{\"task_id\":\"t\",\"data\":{}}}", "9".repeat(5_000));
    let _ = accepted(&a_song(), huge.as_bytes(), now());
    assert!(accepted(&a_song(), b"{\"task_id\":\"t\",\"data\":1e999999}", now()).is_err());
    assert!(accepted(&a_song(), b"{\"task_id\":\"t\",\"x\":\"\xff\xfe\"}", now()).is_ok());
}
