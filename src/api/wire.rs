//! JSON as the API speaks it, and what it means: orders on the way out; answers and task records on the way in.
//!
//! Invariant: an untidy answer never panics and never turns into a song that is not finished. Whatever a screen may
//! show has been cleaned here; the echoed request alone is kept as it came, since it is only compared.

mod loose;

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::error::{Said, kind_by_code};
use crate::domain::recipe;
use crate::domain::text::{clean_line, clean_text};
use crate::domain::{
    Action, ApiTaskId, AudiosRequest, Failure, FailureKind, Media, Model, More, Outcome, Request,
    Seconds, Song, SongId, TaskRecord, Timestamp,
};
use loose::{id, link, moment, number, percent, text, truth, word};

/// The most characters of a title, of the short texts, of a prompt and of a lyric.
const TITLE_MAX: usize = 200;
const SHORT_MAX: usize = 64;
const PROMPT_MAX: usize = 1000;
const LYRIC_MAX: usize = 100_000;

/// The longest song believed: longer than any model makes by far.
const DURATION_MAX: f64 = 24.0 * 3600.0;

/// The most records asked for when looking for a lost order.
const SEARCH_LIMIT: u32 = 100;

/// What the API says to an order it has taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// Its id of the task. An answer that brings the song and no task id is known by the song's id.
    pub api_id: ApiTaskId,
    /// Its id of the exchange.
    pub trace_id: Option<String>,
    /// The end of the task, where the server answered with it at once.
    pub record: Option<TaskRecord>,
}

/// An answer that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not an answer to what was asked")]
pub struct NoAnswer(pub(super) Because);

/// In what way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Because {
    /// It says `success: false`.
    Refused(Said),
    /// It holds an error without saying whether it failed, or nothing that can be used.
    Unclear(Said),
}

/// The body of an order: the fields that were filled in, to be answered at once.
pub fn order(request: &Request) -> Value {
    Value::Object(recipe::body(request))
}

/// The body of a question for tasks by id.
pub(super) fn by_id(ids: &[ApiTaskId]) -> Value {
    json!({ "action": "retrieve_batch", "ids": ids })
}

/// The body of a question for what the account ordered between two moments.
pub(super) fn by_time(since: Timestamp, until: Timestamp) -> Value {
    json!({
        "action": "retrieve_batch",
        "type": "audios",
        "created_at_min": since.as_second(),
        "created_at_max": until.as_second().saturating_add(1),
        "limit": SEARCH_LIMIT,
    })
}

/// Reads the answer to an order. `now` dates a song that comes without a date.
pub fn accepted(body: &[u8], now: Timestamp) -> Result<Accepted, NoAnswer> {
    let answer = parse(body)?;
    if !answer.is_object() {
        return Err(unclear("the answer is not an object"));
    }
    let said = said(&answer);
    if truth(answer.get("success")) == Some(false) {
        return Err(NoAnswer(Because::Refused(said)));
    }
    let trace_id = trace_id(&answer, &Value::Null);
    let outcome = outcome(&Value::Null, &answer, now);
    let named = id(answer.get("task_id"))
        .or_else(|| id(answer.get("data")?.get("task_id")))
        .map(ApiTaskId);
    let api_id = match (named, &outcome) {
        (Some(api_id), _) => api_id,
        // A song that is made and paid for is not thrown away for want of a task id.
        (None, Outcome::Succeeded(songs)) if !songs.is_empty() => ApiTaskId(songs[0].id.0.clone()),
        _ if said != Said::default() => return Err(NoAnswer(Because::Unclear(said))),
        _ => return Err(unclear("the answer names no task")),
    };
    let record = (!matches!(outcome, Outcome::Running(_))).then(|| TaskRecord {
        id: api_id.clone(),
        created_at: None,
        request: None,
        trace_id: trace_id.clone(),
        outcome,
    });
    Ok(Accepted {
        api_id,
        trace_id,
        record,
    })
}

/// Reads the answer to a question for tasks: one record, many, or none for ids that are not known. A record that
/// cannot be used is left out. `now` dates a song that comes without a date.
pub fn records(body: &[u8], now: Timestamp) -> Result<Vec<TaskRecord>, NoAnswer> {
    let answer = parse(body)?;
    let items = match &answer {
        Value::Array(items) => items.as_slice(),
        Value::Object(fields) => match fields.get("items") {
            Some(Value::Array(items)) => items.as_slice(),
            _ if truth(fields.get("success")) == Some(false) => {
                return Err(NoAnswer(Because::Refused(said(&answer))));
            }
            _ if fields.contains_key("id") => std::slice::from_ref(&answer),
            _ if fields.get("error").is_some_and(|error| !error.is_null()) => {
                return Err(NoAnswer(Because::Unclear(said(&answer))));
            }
            _ => &[],
        },
        _ => return Err(unclear("the answer is not an object")),
    };
    Ok(items.iter().filter_map(|item| record(item, now)).collect())
}

/// What an error answer says: its `error` may be an object, a text, null or missing.
pub(super) fn said(answer: &Value) -> Said {
    let error = answer.get("error").unwrap_or(&Value::Null);
    let code = word(error.get("code")).or_else(|| word(answer.get("code")));
    let message = error
        .as_str()
        .or_else(|| text(error, &["message", "detail"]))
        .or_else(|| text(answer, &["message", "detail"]));
    Said {
        code,
        message: message.unwrap_or_default().to_owned(),
        trace_id: word(answer.get("trace_id")),
    }
}

/// What the body of an error says: JSON, or a web page, of which the title is kept.
pub(super) fn said_by(body: &[u8]) -> Said {
    match parse(body) {
        Ok(answer) if answer.is_object() => said(&answer),
        _ => Said {
            message: page_title(&String::from_utf8_lossy(body)).unwrap_or_default(),
            ..Said::default()
        },
    }
}

fn page_title(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.to_owned())
}

fn parse(body: &[u8]) -> Result<Value, NoAnswer> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(unclear("the answer is empty"));
    }
    serde_json::from_str(text).map_err(|_| unclear("the answer is not JSON"))
}

fn unclear(message: &str) -> NoAnswer {
    NoAnswer(Because::Unclear(Said {
        message: message.to_owned(),
        ..Said::default()
    }))
}

fn record(task: &Value, now: Timestamp) -> Option<TaskRecord> {
    let response = task.get("response").unwrap_or(&Value::Null);
    let created_at = moment(task.get("created_at"));
    Some(TaskRecord {
        id: ApiTaskId(id(task.get("id")).or_else(|| id(task.get("task_id")))?),
        created_at,
        request: task.get("request").and_then(echoed),
        trace_id: trace_id(task, response),
        outcome: outcome(task, response, created_at.unwrap_or(now)),
    })
}

fn trace_id(outer: &Value, inner: &Value) -> Option<String> {
    id(outer.get("trace_id")).or_else(|| id(inner.get("trace_id")))
}

/// What became of a task. Done is decided by `finished_at` and by words, never by a link: a running task may carry one
/// to a preview.
fn outcome(task: &Value, response: &Value, made_at: Timestamp) -> Outcome {
    let finished_at = moment(task.get("finished_at"));
    let failed = |value: &Value| word_of(value) == Word::Failed;
    if truth(response.get("success")) == Some(false) || failed(task) || failed(response) {
        return Outcome::Failed(failure(task, response));
    }
    let is_finished = finished_at.is_some();
    let is_done = is_finished || word_of(task) == Word::Done;
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
    let made = entries.iter().filter(|entry| is_made(entry));
    let songs: Vec<Song> = made.filter_map(|entry| song(entry, made_at)).collect();
    if !songs.is_empty() {
        Outcome::Succeeded(songs)
    } else if is_finished && entries.iter().any(is_made) {
        // Charged, perhaps: not to be told as a failure that cost nothing.
        let reason = "the API says that the song is made, and names no file of it";
        Outcome::Failed(Failure::new(FailureKind::Unknown, reason))
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
    let kind = kind_by_code(said.code.as_deref()).filter(|kind| {
        matches!(
            kind,
            FailureKind::BadRequest | FailureKind::Forbidden | FailureKind::Disabled
        )
    });
    said.into_failure(kind.unwrap_or(FailureKind::Generation), None)
}

/// A song of an answer; `None` without an id and a link to the sound.
fn song(entry: &Value, made_at: Timestamp) -> Option<Song> {
    let audio = link(entry.get("audio_url"))?;
    let line = |names: &[&str], max| clean_line(text(entry, names).unwrap_or_default(), max);
    let duration = number(entry.get("duration"))
        .filter(|seconds| *seconds > 0.0 && *seconds <= DURATION_MAX)
        .map(Seconds);
    let seed = word(entry.get("seed")).unwrap_or_default();
    Some(Song {
        id: SongId(id(entry.get("id"))?),
        task: None,
        title: line(&["title"], TITLE_MAX - 1),
        lyric: lyric(text(entry, &["lyric", "lyrics"]).unwrap_or_default()),
        prompt: line(&["sound"], PROMPT_MAX),
        model: line(&["model"], SHORT_MAX),
        seed: clean_line(&seed, SHORT_MAX),
        duration,
        created_at: moment(entry.get("created_at")).unwrap_or(made_at),
        audio: Media {
            url: Some(audio.into()),
            ..Media::default()
        },
        cover: Media {
            url: link(entry.get("image_url")).map(Into::into),
            ..Media::default()
        },
        more: More::default(),
    })
}

/// A lyric with real line breaks, where some answers hold a backslash and an n.
fn lyric(raw: &str) -> String {
    let text: String = raw.chars().take(LYRIC_MAX).collect();
    clean_text(&text.replace("\\r\\n", "\n").replace("\\n", "\n"))
}

/// The request a record echoes, where it is one this program can send. Text is kept byte for byte, to be compared with
/// what was sent.
fn echoed(request: &Value) -> Option<Request> {
    let fields: &Map<String, Value> = request.as_object()?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let share = |name: &str| number(fields.get(name));
    Some(Request::from(AudiosRequest {
        action: Action::from_name(fields.get("action")?.as_str()?)?,
        action_name: None,
        audio_id: text("audio_id").map(SongId),
        continue_at: share("continue_at"),
        replace_section_start: share("replace_section_start"),
        replace_section_end: share("replace_section_end"),
        cover_strength: share("cover_strength"),
        callback_url: text("callback_url"),
        style: text("style"),
        style_negative: text("style_negative"),
        vocal_gender: text("vocal_gender"),
        lyric_prompt: text("lyric_prompt"),
        model: text("model").map(Model),
        custom: truth(fields.get("custom")),
        prompt: text("prompt"),
        lyric: text("lyric"),
        title: text("title"),
        instrumental: truth(fields.get("instrumental")),
        lyrics_strength: share("lyrics_strength"),
        sound_strength: share("sound_strength"),
        weirdness: share("weirdness"),
        seed: text("seed").or_else(|| word(fields.get("seed"))),
    }))
}

#[cfg(test)]
mod tests;
