//! What went wrong, in a form that both the screen and the retry policy can reason about.
//!
//! Invariant: messages in a [`Failure`] are already cleaned and carry no secret.

use serde::{Deserialize, Serialize};

use super::time::SignedDuration;

/// A failure of something the user asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What sort of failure: decides what happens next.
    pub kind: FailureKind,
    /// The API's own code, such as `used_up`.
    pub code: Option<String>,
    /// What the other side said, cleaned; may be empty.
    pub message: String,
    /// The provider's id of the exchange, for its support.
    pub trace_id: Option<String>,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// How long the provider asks to wait.
    pub retry_after: Option<SignedDuration>,
    /// The answer as it came, for the details: cleaned, cut, and without the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Box<str>>,
}

/// The sorts of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Nothing was sent: no network, name not found, connection refused, TLS failed.
    Unreachable,
    /// The provider has too much to do and took nothing (429).
    RateLimited,
    /// There is no token.
    NoToken,
    /// The token is wrong, expired or for something else.
    BadToken,
    /// The account has no credit left.
    NoCredit,
    /// The account or the application is disabled.
    Disabled,
    /// The provider does not take this order as it is (400, 422).
    BadRequest,
    /// The provider no longer does what is asked for (410); everything else goes on working.
    Retired,
    /// Moderation or missing rights (403).
    Forbidden,
    /// The base URL is not the API's (404 `no_api`).
    WrongAddress,
    /// Sent, and the outcome is not known: lost connection, 5xx, unreadable answer.
    Unknown,
    /// The provider took the order and could not make the song.
    Generation,
    /// The user dropped a task whose outcome was unknown.
    Dropped,
    /// The user cancelled a task before it was sent.
    Cancelled,
    /// A file cannot be had: the link is dead, or the bytes are not what they should be.
    BadFile,
    /// Our own disk: full, not writable, damaged.
    Disk,
    /// The local file that was to be uploaded is not there, is empty, or cannot be read.
    NoFile,
    /// The file host does not take a file as large as this one (413).
    TooLarge,
    /// The file host does not take this token (401, 403).
    HostRefused,
}

/// What a failure means for the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// Nothing was charged.
    No,
    /// It is not known whether something was charged.
    Unknown,
    /// The song was charged when it was made; the failure came after.
    AlreadyPaid,
}

impl Failure {
    /// A failure with nothing known but its kind and a message.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Failure {
            kind,
            code: None,
            message: message.into(),
            trace_id: None,
            status: None,
            retry_after: None,
            raw: None,
        }
    }
}

impl FailureKind {
    /// What it means for the money. Work is charged on success only (provider's pricing page).
    pub fn charge(self) -> Charge {
        match self {
            FailureKind::Unknown | FailureKind::Dropped => Charge::Unknown,
            FailureKind::BadFile | FailureKind::Disk => Charge::AlreadyPaid,
            _ => Charge::No,
        }
    }
}
