//! What became of a task: still at work, made, or failed.
//!
//! Invariant: done is decided by `finished_at` and by words that are known, never by a link; an unknown word is *at work*.

use serde_json::Value;

use super::loose::{moment, percent, text, truth};
use super::made::{self, Ordered};
use super::{said, trace_id};
use crate::api::error::{Said, kind_by_code};
use crate::domain::{Failure, FailureKind, Outcome, Timestamp};

/// What became of a task. Done is decided by `finished_at` and by words, never by a link: a running task may carry one
/// to a preview.
pub(super) fn outcome(
    (task, response): (&Value, &Value),
    ordered: Ordered<'_>,
    made_at: Timestamp,
) -> Outcome {
    let finished_at = moment(task.get("finished_at"));
    let failed = |value: &Value| word_of(value) == Word::Failed;
    if truth(response.get("success")) == Some(false) || failed(task) || failed(response) {
        return Outcome::Failed(failure(task, response));
    }
    let is_finished = finished_at.is_some();
    // The answer to an order stands for its task. Most endpoints answer when they are done.
    let is_answered = task.is_null()
        && ordered.is_done_when_answered()
        && response.get("error").is_none_or(Value::is_null);
    let is_done = is_finished || word_of(task) == Word::Done || is_answered;
    let entries = entries(response.get("data"));
    let is_made = |entry: &Value| match word_of(entry) {
        Word::Done => true,
        Word::Failed => false,
        Word::Silent => is_done,
        // Its own word outweighs the task's, but the end of the task outweighs a word that nobody knows.
        Word::Running => is_finished,
    };
    let settled = entries.iter().all(|entry| is_made(entry) || failed(entry));
    if !(is_finished || settled && !entries.is_empty()) {
        return Outcome::Running(progress(task, response, entries));
    }
    let made_at = finished_at.unwrap_or(made_at);
    let made: Vec<&Value> = entries.iter().filter(|entry| is_made(entry)).collect();
    if let Some(outcome) = made::outcome(&made, ordered, made_at) {
        outcome
    } else if is_finished && entries.iter().any(is_made) {
        // Charged, perhaps: not to be told as a failure that cost nothing.
        let reason = "the API says that it is made, and names no file of it";
        let said = Said {
            message: reason.to_owned(),
            trace_id: trace_id(task, response),
            raw: raw(task, response),
            ..Said::default()
        };
        Outcome::Failed(said.into_failure(FailureKind::Unknown, None))
    } else if is_finished || entries.iter().all(failed) {
        Outcome::Failed(failure(task, response))
    } else {
        // Said to be done, with nothing to fetch yet: asked again, it will tell.
        Outcome::Running(progress(task, response, entries))
    }
}

/// `data` is a list of songs, or one song, or missing.
fn entries(data: Option<&Value>) -> &[Value] {
    match data {
        Some(Value::Array(entries)) => entries,
        Some(entry @ Value::Object(fields)) if !fields.is_empty() => std::slice::from_ref(entry),
        _ => &[],
    }
}

fn progress(task: &Value, response: &Value, entries: &[Value]) -> Option<u8> {
    [task, response]
        .into_iter()
        .chain(entries)
        .find_map(|value| percent(value.get("progress")))
}

/// What a state word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// There is none.
    Silent,
    /// Still at work; every word that is not known is taken for this.
    Running,
    Done,
    Failed,
}

/// The state words seen so far, translated ones among them.
fn word_of(value: &Value) -> Word {
    let Some(word) = text(value, &["state", "status"]) else {
        return Word::Silent;
    };
    match word.trim().to_lowercase().as_str() {
        "succeeded" | "success" | "successful" | "complete" | "completed" | "finished" | "done"
        | "成功" | "已成功" | "完成" | "已完成" => Word::Done,
        "failed" | "failure" | "error" | "cancelled" | "canceled" | "rejected" | "失敗"
        | "失败" | "已失敗" | "已失败" | "錯誤" | "错误" | "已取消" | "取消" => {
            Word::Failed
        }
        _ => Word::Running,
    }
}

/// A task that ended without a song. Only kinds that are true of a finished order are taken from the code: nothing
/// that would have it sent again.
fn failure(task: &Value, response: &Value) -> Failure {
    let silent = Said::default();
    let mut said = [response, task]
        .into_iter()
        .map(said)
        .find(|said| said.code.is_some() || !said.message.is_empty())
        .unwrap_or(silent);
    said.trace_id = trace_id(task, response);
    said.raw = raw(task, response);
    let kind = kind_by_code(said.code.as_deref()).filter(|kind| {
        matches!(
            kind,
            FailureKind::BadRequest | FailureKind::Forbidden | FailureKind::Disabled
        )
    });
    said.into_failure(kind.unwrap_or(FailureKind::Generation), None)
}

/// What the API said of a task that ended badly, as it came: its response, else what it says of an error.
fn raw(task: &Value, response: &Value) -> Option<String> {
    let told = [Some(response), task.get("error")];
    let told = told.into_iter().flatten().find(|told| !told.is_null())?;
    Some(told.to_string())
}
