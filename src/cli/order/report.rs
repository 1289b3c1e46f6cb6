//! What became of an order, for people, for programs, and as an exit code.
//!
//! Invariant: success is only said of an order that is done and whose files are here, or that was only to be placed.

use std::path::PathBuf;

use anyhow::anyhow;
use serde_json::{Value, json};

use super::super::Trouble;
use super::{INTERRUPTED, UNDECIDED};
use crate::app::settings::Locale;
use crate::domain::{Charge, Failure, Hold, Link, MediaKind, Song, Task, TaskState, Words};
use crate::i18n;

/// The ends an order can come to here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Made, and its files are here.
    Done,
    /// Taken by the API, and that was all that was asked for.
    Taken,
    /// It will not become a song.
    Failed,
    /// Made, and its file cannot be had.
    NotFetched,
    /// Waits for a person.
    Held,
    /// Nobody knows whether it was taken.
    InDoubt,
}

/// A file that was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    /// The song it is of.
    pub song: Song,
    /// Which file.
    pub kind: MediaKind,
    /// Where it is, once it is here.
    pub path: Option<PathBuf>,
}

/// Everything that is told at the end.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// `None`: it was left before its end.
    pub end: Option<End>,
    /// The task, once there is one.
    pub task: Option<Task>,
    /// What it made.
    pub made: Vec<Made>,
}

impl Report {
    /// Whether the order went out, as far as is known.
    pub(super) fn is_taken(&self) -> bool {
        let task = self.task.as_ref();
        task.is_some_and(|task| task.submitted_at.is_some() || task.api_id.is_some())
    }

    /// For stdout: a line for each file with id, title and path, set apart by tabs; the words that were written; for an order
    /// that was only placed, the API's id of its task.
    pub(super) fn lines(&self) -> String {
        let api_id = self.task.as_ref().and_then(|task| task.api_id.as_ref());
        if self.end == Some(End::Taken) {
            return api_id.map_or_else(String::new, |id| format!("{}\n", id.0));
        }
        if let Some(words) = self.words() {
            // Nothing but the words, to be piped on.
            return format!("{}\n", words.lyric);
        }
        let mut lines = String::new();
        for Made { song, path, .. } in &self.made {
            let path = path.as_ref().map(|path| path.display().to_string());
            lines.push_str(
                &[&song.id.0, &song.title, &path.unwrap_or_default()]
                    .map(String::as_str)
                    .join("\t"),
            );
            lines.push('\n');
        }
        lines
    }

    /// All of it for programs.
    pub(super) fn json(&self) -> Value {
        let task = self.task.as_ref();
        let failure = task
            .and_then(Task::failure)
            .or_else(|| self.fetch_failure());
        let songs: Vec<Value> = self.made.iter().map(of_song).collect();
        json!({
            "outcome": self.word(),
            "task_id": task.and_then(|task| task.api_id.as_ref()).map(|id| &id.0),
            "trace_id": task.and_then(|task| task.trace_id.as_ref()),
            "request": task.map(|task| Value::Object(task.request.sent())),
            "songs": songs,
            "words": self.words(),
            "failure": failure.map(|failure| of_failure(failure, self.charge(failure))),
        })
    }

    /// The exit code, with what there is to say for any but 0.
    pub(super) fn verdict(&self) -> Result<(), Trouble> {
        let task = self.task.as_ref();
        let failure = task
            .and_then(Task::failure)
            .or_else(|| self.fetch_failure());
        let told = failure.map_or_else(String::new, |failure| self.told(failure));
        match self.end {
            Some(End::Done | End::Taken) => Ok(()),
            Some(End::Failed) => Err(Trouble::Failed(anyhow!("{told}"))),
            Some(End::NotFetched) => Err(Trouble::Failed(anyhow!(
                "made and kept, but its file cannot be fetched: {told}. The studio tries again (r in the library)"
            ))),
            Some(End::InDoubt) => Err(Trouble::Coded(
                UNDECIDED,
                anyhow!(
                    "in doubt: {told}. It was not found at the API and is not sent again by itself; the queue of the studio \
                     asks you what to do"
                ),
            )),
            Some(End::Held) => Err(Trouble::Coded(
                UNDECIDED,
                anyhow!("held: {}", self.hold(&told)),
            )),
            None => Err(Trouble::Coded(
                INTERRUPTED,
                anyhow!(
                    "left before its end: the order is kept, and a studio or the next order goes on with it"
                ),
            )),
        }
    }

    fn words(&self) -> Option<&Words> {
        self.task.as_ref()?.words.as_ref()
    }

    fn hold(&self, told: &str) -> String {
        let why = match self.task.as_ref().map(|task| &task.state) {
            Some(TaskState::Held { why, .. }) => *why,
            Some(TaskState::Waiting { .. }) => {
                return "the queue is paused; Z in the queue of the studio lets it go on"
                    .to_owned();
            }
            _ => return told.to_owned(),
        };
        let next = match why {
            Hold::Token => "it goes out once the studio has a good token (^t)",
            Hold::Credit => "it goes out once there is credit: https://platform.acedata.cloud",
            Hold::Disk => "it was not sent, since it could not be stored",
            Hold::Paused => "it was paused; z in the queue of the studio lets it go on",
            Hold::Budget => {
                "today's songs are used up (songs_per_day in the config); it goes out after midnight UTC, or now with s in \
                 the queue of the studio"
            }
        };
        if told.is_empty() {
            next.to_owned()
        } else {
            format!("{told}; {next}")
        }
    }

    fn fetch_failure(&self) -> Option<&Failure> {
        let failure = |made: &'_ Made| made.song.media(made.kind).failure.is_some();
        let made = self.made.iter().find(|made| failure(made))?;
        made.song.media(made.kind).failure.as_ref()
    }

    /// What a failure means for the money: what was not taken costs nothing.
    fn charge(&self, failure: &Failure) -> Charge {
        match self.task.as_ref().map(|task| &task.state) {
            Some(TaskState::Waiting { .. } | TaskState::Held { .. }) => Charge::No,
            Some(TaskState::Succeeded) => Charge::AlreadyPaid,
            _ => failure.kind.charge(),
        }
    }

    fn told(&self, failure: &Failure) -> String {
        let strings = i18n::strings(Locale::En);
        let mut told = (strings.failure)(failure).to_owned();
        if !failure.message.is_empty() {
            told = format!("{told}: {}", failure.message);
        }
        let parts = [
            failure.code.clone(),
            failure.status.map(|status| format!("HTTP {status}")),
            failure.trace_id.as_ref().map(|id| format!("trace id {id}")),
            Some((strings.charge)(self.charge(failure)).to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{told} ({})", parts.join(", "))
    }

    fn word(&self) -> &'static str {
        match self.end {
            Some(End::Done) => "done",
            Some(End::Taken) => "taken",
            Some(End::Failed) => "failed",
            Some(End::NotFetched) => "not_fetched",
            Some(End::Held) => "held",
            Some(End::InDoubt) => "in_doubt",
            None => "left",
        }
    }
}

fn of_song(made: &Made) -> Value {
    let Made { song, kind, path } = made;
    json!({
        "id": song.id.0,
        "title": song.title,
        "model": song.model,
        "seed": song.seed,
        "duration": song.duration.map(|length| length.0),
        "url": song.media(*kind).url.as_ref().map(Link::as_str),
        "file": path.as_ref().map(|path| path.display().to_string()),
        "lyric": song.lyric,
    })
}

fn of_failure(failure: &Failure, charge: Charge) -> Value {
    json!({
        "kind": failure.kind,
        "code": failure.code,
        "message": failure.message,
        "status": failure.status,
        "trace_id": failure.trace_id,
        "charged": match charge {
            Charge::No => Value::Bool(false),
            Charge::AlreadyPaid => Value::Bool(true),
            Charge::Unknown => Value::Null,
        },
    })
}
