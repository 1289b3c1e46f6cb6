//! A task: one order at the API and its fate.
//!
//! ```text
//!              ┌─── Waiting{retry_at} ◄── 429, or known not to have been sent
//!              ▼          │
//! Waiting ► Submitting ───┴──► Running{poll_at} ──────────────► Succeeded
//!              │                         └───────────────────► Failed{failure}
//!              └──► InDoubt{since}  (crash, lost connection, 5xx: may have been taken and charged)
//!                       └── found in the account's tasks ──► Running
//!                       └── not found, or cannot be asked ──► the user: send again, or drop
//! Waiting ◄──► Held{why}  (no token, no credit, a disk that cannot keep the order, today's songs used up, the user's wish)
//! Running ───► InDoubt    (the API has not known its own id for a long time)
//! Waiting ► Waiting       (a local file is at its host now, or could not be brought there yet: nothing was ordered)
//! Waiting, Held ► Running (the answer came late: it was taken after all, so it must not be sent again)
//! Held ──────► InDoubt    (it was thought not to have been sent, and was)
//! ```
//!
//! Invariant: a final task never changes, and only [`TaskState::may_become`] moves are made.

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::handed::Ticket;
use super::request::Request;
use super::song::{Link, MediaKind, Song, SongId};
use super::time::Timestamp;

/// Our id of a task: the microsecond it was ordered in, made unique.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TaskId(pub i64);

/// The API's id of a task.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiTaskId(pub String);

/// One order and its fate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Our id.
    pub id: TaskId,
    /// What was ordered.
    pub request: Request,
    /// Where it stands.
    pub state: TaskState,
    /// When the user ordered it.
    pub created_at: Timestamp,
    /// When it was last put on the wire.
    pub submitted_at: Option<Timestamp>,
    /// When it became final.
    pub finished_at: Option<Timestamp>,
    /// The API's id, once known.
    pub api_id: Option<ApiTaskId>,
    /// The API's trace id of the last exchange.
    pub trace_id: Option<String>,
    /// Progress in percent, as last told.
    pub progress: Option<u8>,
    /// How often it was put on the wire and known not to have been taken.
    pub attempts: u32,
    /// The songs it made.
    pub songs: Vec<SongId>,
    /// The words it wrote: kept here, so that none are lost whether or not they are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// The title of the song it is done to, where the order itself has no name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Its place in the queue where the user moved it; see [`Task::turn`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<i64>,
    /// How often the user sent it again while nobody knew whether it had been taken: each may have been charged.
    #[serde(default, skip_serializing_if = "is_none")]
    pub doubts: u32,
    /// Its name among several programs on one profile: by this an order that was handed over is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over like this"
)]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Words that were written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    /// A title for them; may be empty.
    pub title: String,
    /// The words, with real line breaks.
    pub lyric: String,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    /// Stored and not sent; perhaps after a failure that is known to have cost nothing.
    Waiting {
        /// Not before this moment.
        retry_at: Option<Timestamp>,
        /// Why it waits again.
        because: Option<Failure>,
    },
    /// On the wire.
    Submitting,
    /// Taken by the API.
    Running {
        /// When to ask for it next.
        poll_at: Timestamp,
    },
    /// Sent, outcome unknown.
    InDoubt {
        /// Since when.
        since: Timestamp,
        /// When to look for it among the account's tasks; `None`: looked for, now the user decides.
        look_at: Option<Timestamp>,
        /// What happened.
        because: Failure,
    },
    /// Waits for a person.
    Held {
        /// What is missing.
        why: Hold,
        /// What the API said, where it was asked.
        because: Option<Failure>,
    },
    /// What was ordered is made.
    Succeeded,
    /// It will not become a song.
    Failed {
        /// Why.
        because: Failure,
    },
}

/// What a held task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// A token.
    Token,
    /// Credit.
    Credit,
    /// A disk that can keep the order.
    Disk,
    /// A new day: today's songs are used up.
    Budget,
    /// The user, who paused it.
    Paused,
}

/// What the API says of a task when asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The API's id.
    pub id: ApiTaskId,
    /// When the API took it.
    pub created_at: Option<Timestamp>,
    /// The request it echoes, where it can be read as one of ours.
    pub request: Option<Request>,
    /// The API's trace id.
    pub trace_id: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a task so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Not finished; the percentage where told.
    Running(Option<u8>),
    /// Finished, with its songs.
    Succeeded(Vec<Song>),
    /// Finished: a file of the source song that can be fetched now.
    Prepared {
        /// Which.
        kind: MediaKind,
        /// From where.
        url: Link,
        /// The title of the song, where the answer tells it.
        title: String,
    },
    /// Finished: words were written.
    Written(Words),
    /// Finished without a song.
    Failed(Failure),
}

impl TaskState {
    /// Whether nothing will change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, TaskState::Succeeded | TaskState::Failed { .. })
    }

    /// Whether it counts as in flight at the API.
    pub fn is_in_flight(&self) -> bool {
        matches!(self, TaskState::Submitting | TaskState::Running { .. })
    }

    /// The legal moves of the diagram above.
    pub fn may_become(&self, next: &TaskState) -> bool {
        use TaskState as S;
        matches!(
            (self, next),
            (
                S::Waiting { .. } | S::Held { .. },
                S::Waiting { .. } | S::Held { .. } | S::Running { .. }
            ) | (S::Waiting { .. }, S::Submitting | S::Failed { .. })
                | (
                    S::Held { .. } | S::InDoubt { .. },
                    S::InDoubt { .. } | S::Failed { .. }
                )
                | (S::Submitting, S::Held { .. } | S::Waiting { .. })
                | (
                    S::Submitting | S::Running { .. },
                    S::Running { .. } | S::InDoubt { .. }
                )
                | (
                    S::Submitting | S::Running { .. },
                    S::Succeeded | S::Failed { .. }
                )
                | (S::InDoubt { .. }, S::Running { .. } | S::Waiting { .. })
        )
    }
}

impl Task {
    /// A new task that has not been sent.
    pub fn new(id: TaskId, request: Request, now: Timestamp) -> Self {
        Task {
            id,
            request,
            state: TaskState::Waiting {
                retry_at: None,
                because: None,
            },
            created_at: now,
            submitted_at: None,
            finished_at: None,
            api_id: None,
            trace_id: None,
            progress: None,
            attempts: 0,
            songs: Vec::new(),
            words: None,
            about: String::new(),
            moved_to: None,
            doubts: 0,
            ticket: None,
        }
    }

    /// Its place in the queue: lower goes first. In the order they were ordered, unless the user moved it.
    pub fn turn(&self) -> (i64, TaskId) {
        (self.moved_to.unwrap_or(self.id.0), self.id)
    }

    /// What a row of the queue calls it; may be empty.
    pub fn label(&self) -> &str {
        match self.request.label() {
            "" => &self.about,
            label => label,
        }
    }

    /// The failure it shows, in whatever state.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.state {
            TaskState::Waiting { because, .. } | TaskState::Held { because, .. } => {
                because.as_ref()
            }
            TaskState::InDoubt { because, .. } | TaskState::Failed { because } => Some(because),
            TaskState::Submitting | TaskState::Running { .. } | TaskState::Succeeded => None,
        }
    }
}
