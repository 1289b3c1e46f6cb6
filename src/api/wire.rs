//! JSON as the API speaks it, and what it means: orders on the way out; answers and task records on the way in.
//!
//! Invariant: an untidy answer never panics and never turns into a song that is not finished. Whatever a screen may
//! show has been cleaned here; the echoed request alone is kept as it came, since it is only compared.

mod echo;
mod loose;
mod made;
mod outcome;

use serde_json::{Value, json};
use thiserror::Error;
use url::Url;

use super::error::Said;
use crate::domain::history::{Listing, Page};
use crate::domain::recipe;
use crate::domain::song::fnv1a;
use crate::domain::{ApiTaskId, Outcome, Request, TaskRecord, Timestamp};
use loose::{id, link, moment, text, truth, word};
use made::Ordered;
use outcome::outcome;

/// How many records a page has: the most that are asked for at once.
pub const PAGE: u32 = 100;

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

/// The body of an order: the fields that were filled in, and for a song the wish to be answered at once.
pub fn order(request: &Request) -> Value {
    Value::Object(recipe::body(request))
}

/// The body of a question for tasks by id.
pub(super) fn by_id(ids: &[ApiTaskId]) -> Value {
    json!({ "action": "retrieve_batch", "ids": ids })
}

/// The body of a question for a page of what the account ordered at an endpoint between two moments.
pub(super) fn by_time(page: Page) -> Value {
    let mut body = json!({
        "action": "retrieve_batch",
        "type": page.endpoint.name(),
        "created_at_min": page.since.as_second(),
        "created_at_max": page.until.as_second().saturating_add(1),
        "limit": PAGE,
    });
    if page.offset > 0 {
        body["offset"] = page.offset.into();
    }
    body
}

/// Reads the answer to an order. `now` dates a song that comes without a date.
pub fn accepted(request: &Request, body: &[u8], now: Timestamp) -> Result<Accepted, NoAnswer> {
    let answer = parse(body)?;
    if !answer.is_object() {
        return Err(unclear("the answer is not an object"));
    }
    let said = said(&answer);
    if truth(answer.get("success")) == Some(false) {
        return Err(NoAnswer(Because::Refused(said)));
    }
    let trace_id = trace_id(&answer, &Value::Null);
    let ordered = Ordered {
        endpoint: Some(request.endpoint()),
        request: Some(request),
    };
    let outcome = outcome((&Value::Null, &answer), ordered, now);
    let named = id(answer.get("task_id"))
        .or_else(|| id(answer.get("data")?.get("task_id")))
        .map(ApiTaskId);
    let api_id = match (named, &outcome) {
        (Some(api_id), _) => api_id,
        // A song that is made and paid for is not thrown away for want of a task id.
        (None, Outcome::Succeeded(songs)) if !songs.is_empty() => ApiTaskId(songs[0].id.0.clone()),
        // Nor are a file or words: the task has ended, so that its id is never asked for.
        (None, Outcome::Prepared { .. } | Outcome::Written(_)) => {
            let said = fnv1a(body) ^ fnv1a(now.to_string().as_bytes());
            ApiTaskId(format!("unnamed-{said:016x}"))
        }
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
    listing(body, now).map(|listing| listing.records)
}

/// [`records`], with how many there were, those included that cannot be used.
pub(super) fn listing(body: &[u8], now: Timestamp) -> Result<Listing, NoAnswer> {
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
    Ok(Listing {
        records: items.iter().filter_map(|item| record(item, now)).collect(),
        count: u32::try_from(items.len()).unwrap_or(u32::MAX),
    })
}

/// The id that a call of the provider's names for the task that ended, if the body is a JSON object at all. What else it
/// says is for the task record to say.
pub fn delivered(body: &[u8]) -> Option<Option<ApiTaskId>> {
    let call = parse(body).ok().filter(Value::is_object)?;
    let named = id(call.get("task_id"))
        .or_else(|| id(call.get("data")?.get("task_id")))
        .or_else(|| id(call.get("id")));
    Some(named.map(ApiTaskId))
}

/// Where a file is now, as its host answers: `file_url`, or `url`, within `data` or not.
pub(super) fn hosted(body: &[u8], _: Timestamp) -> Result<Url, NoAnswer> {
    let answer = parse(body)?;
    if truth(answer.get("success")) == Some(false) {
        return Err(NoAnswer(Because::Refused(said(&answer))));
    }
    let places = [Some(&answer), answer.get("data")];
    let found = places
        .into_iter()
        .flatten()
        .find_map(|place| link(place.get("file_url")).or_else(|| link(place.get("url"))));
    found.ok_or_else(|| unclear("the file host names no address"))
}

/// The most bytes a host takes, where its refusal tells.
pub(super) fn most_bytes(body: &[u8]) -> Option<u64> {
    let answer = parse(body).ok()?;
    let error = answer.get("error").unwrap_or(&Value::Null);
    let told = [&answer, error]
        .into_iter()
        .find_map(|place| place.get("max_bytes"))?;
    told.as_u64()
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
        raw: None,
    }
}

/// What the body of an error says: JSON, or a web page, of which the title is kept.
pub(super) fn said_by(body: &[u8]) -> Said {
    let said = match parse(body) {
        Ok(answer) if answer.is_object() => said(&answer),
        _ => Said {
            message: page_title(&String::from_utf8_lossy(body)).unwrap_or_default(),
            ..Said::default()
        },
    };
    Said {
        raw: Some(as_told(body)),
        ..said
    }
}

/// A body as text. JSON is written anew, so that nothing hides behind its escapes.
pub(super) fn as_told(body: &[u8]) -> String {
    match parse(body) {
        Ok(answer) => answer.to_string(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
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
    let endpoint = echo::endpoint(task);
    let request = endpoint.and_then(|endpoint| echo::request(endpoint, task.get("request")?));
    let ordered = Ordered {
        endpoint,
        request: request.as_ref(),
    };
    let outcome = outcome((task, response), ordered, created_at.unwrap_or(now));
    Some(TaskRecord {
        id: ApiTaskId(id(task.get("id")).or_else(|| id(task.get("task_id")))?),
        created_at,
        trace_id: trace_id(task, response),
        request,
        outcome,
    })
}

fn trace_id(outer: &Value, inner: &Value) -> Option<String> {
    id(outer.get("trace_id")).or_else(|| id(inner.get("trace_id")))
}

#[cfg(test)]
mod tests;
