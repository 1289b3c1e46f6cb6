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
    /// True if its state was recorded in Chinese.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_translated: bool,
}

impl Song {
    /// The finished song, with its files under `base`; its state as it was recorded, or in English.
    pub fn finished(&self, base: &str, seconds: f64, as_recorded: bool) -> Value {
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
            "state": if self.is_translated && as_recorded { "成功" } else { "succeeded" },
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

    /// Its stems, in an archive named after the task that took it apart.
    pub fn stems(&self, base: &str) -> Value {
        json!({
            "title": self.title,
            "lyric": self.lyric,
            "stems_url": format!("{base}/files/{}.zip", self.id),
            "model": self.model,
            "progress": "100%",
            "state": "succeeded",
        })
    }

    /// The song as a wave file: a list of one, or the object alone that some answers have.
    pub fn wav(&self, base: &str, is_object: bool) -> Value {
        let url = format!("{base}/files/{}.wav", self.id);
        if is_object {
            json!({ "file_url": url })
        } else {
            json!([{ "title": self.title, "file_url": url }])
        }
    }

    /// The song as a film.
    pub fn video(&self, base: &str) -> Value {
        json!({ "video_url": format!("{base}/files/{}.mp4", self.id) })
    }

    /// Words, as the guide or as the specification has them.
    pub fn words(&self, is_spec: bool) -> Value {
        if is_spec {
            json!({ "title": self.title, "text": self.lyric, "status": "complete" })
        } else {
            json!({ "title": self.title, "lyrics": self.lyric })
        }
    }

    /// The song that was found at a link.
    pub fn uploaded(&self, audio_url: &str) -> Value {
        json!({ "audio_id": self.id, "lyric": self.lyric, "audio_url": audio_url })
    }
}

/// The whole answer to an order: what a blocking request gets and a callback brings.
pub fn delivery(task_id: &str, trace_id: &str, data: &Value) -> Value {
    json!({ "success": true, "task_id": task_id, "trace_id": trace_id, "data": data })
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

/// The `response` of a record: songs, finished or not, or what else was asked for.
pub fn response(task_id: &str, data: &Value) -> Value {
    json!({ "task_id": task_id, "data": data })
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
    /// The kind of task.
    pub kind: &'a str,
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
            "type": self.kind,
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
