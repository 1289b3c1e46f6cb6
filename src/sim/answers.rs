//! The API's JSON, written by hand field by field from recorded answers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::check::{Account, Refusal};
use super::script::Fail;

/// The body of a refusal.
pub fn refusal(refusal: &Refusal, trace_id: &str) -> Value {
    let error = json!({ "code": refusal.code, "message": refusal.message });
    if refusal.status == 200 {
        // Seen in the wild: an error in an answer that calls itself good.
        return json!({ "success": false, "error": error, "trace_id": trace_id });
    }
    json!({ "error": error, "trace_id": trace_id })
}

/// A song as the answers show it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Song {
    pub id: String,
    pub title: String,
    pub lyric: String,
    pub seed: String,
    pub sound: String,
    pub model: String,
    /// RFC 3339 with microseconds.
    pub created_at: String,
}

impl Song {
    /// The finished song, with its files under `base`.
    pub fn finished(&self, base: &str, seconds: f64) -> Value {
        json!({
            "id": self.id,
            "title": self.title,
            "image_url": format!("{base}/files/{}.jpg", self.id),
            "lyric": self.lyric,
            "audio_url": format!("{base}/files/{}.m4a", self.id),
            "video_url": null,
            "image_id": self.id,
            "topic": null,
            "seed": self.seed,
            "sound": self.sound,
            "created_at": self.created_at,
            "model": self.model,
            "progress": "100%",
            "state": "succeeded",
            "duration": seconds.to_string(),
        })
    }

    /// The song while it is made; a preview stream may be heard near the end.
    pub fn running(&self, base: &str, percent: u32, has_preview: bool) -> Value {
        let preview = has_preview.then(|| format!("{base}/files/{}-preview.m4a", self.id));
        json!({
            "id": self.id,
            "title": self.title,
            "image_url": null,
            "lyric": self.lyric,
            "audio_url": preview,
            "video_url": null,
            "image_id": self.id,
            "topic": null,
            "seed": self.seed,
            "sound": self.sound,
            "created_at": self.created_at,
            "model": self.model,
            "progress": format!("{percent}%"),
            "state": "processing",
        })
    }
}

/// The whole answer to an order: what a blocking request gets and a callback brings.
pub fn delivery(task_id: &str, trace_id: &str, song: &Value) -> Value {
    json!({ "success": true, "task_id": task_id, "trace_id": trace_id, "data": [song] })
}

/// A generation that failed, as a blocking request is told.
pub fn failure(fail: &Fail, trace_id: &str) -> Value {
    json!({ "success": false, "error": { "code": fail.code, "message": fail.message }, "trace_id": trace_id })
}

/// A generation that failed, as a callback tells.
pub fn failed_delivery(task_id: &str, fail: &Fail, trace_id: &str) -> Value {
    let mut body = failure(fail, trace_id);
    body["task_id"] = json!(task_id);
    body
}

/// The answer to `async: true`.
pub fn accepted(task_id: &str, trace_id: &str) -> Value {
    json!({ "success": true, "task_id": task_id, "trace_id": trace_id })
}

/// The answer to a request with a `callback_url`.
pub fn accepted_for_callback(task_id: &str) -> Value {
    json!({ "task_id": task_id })
}

/// The `response` of a record: songs, finished or not.
pub fn response(task_id: &str, song: &Value) -> Value {
    json!({ "task_id": task_id, "data": [song] })
}

/// The `response` of a record of a failed generation.
pub fn failed_response(task_id: &str, fail: &Fail) -> Value {
    json!({ "success": false, "task_id": task_id, "error": { "code": fail.code, "message": fail.message } })
}

/// What every task record says, finished or not.
pub struct Record<'a> {
    pub mongo_id: &'a str,
    pub id: &'a str,
    pub account: &'a Account,
    /// Unix seconds.
    pub created_at: f64,
    pub request: &'a Value,
    pub trace_id: &'a str,
}

/// The id under which this API is known to its provider.
const API: &str = "01d96900-9f8c-41d7-814c-95c7a885ba61";

impl Record<'_> {
    /// The record, with its response where there is one and its end in seconds (elapsed, Unix) where it has come.
    pub fn json(&self, response: Option<Value>, end: Option<(f64, f64)>) -> Value {
        let mut record = json!({
            "_id": self.mongo_id,
            "id": self.id,
            "api_id": API,
            "application_id": self.account.application,
            "created_at": self.created_at,
            "credential_id": self.account.credential,
            "request": self.request,
            "trace_id": self.trace_id,
            "type": "audios",
            "user_id": self.account.user,
        });
        if let Some(response) = response {
            record["response"] = response;
        }
        if let Some((elapsed, finished_at)) = end {
            record["elapsed"] = json!(elapsed);
            record["finished_at"] = json!(finished_at);
        }
        record
    }
}
