//! The account's earlier orders: one page of their list, and how far they have been brought in.
//!
//! Invariant: what is kept of an import says where to go on, so that none begins anew and none brings anything twice.

use serde::{Deserialize, Serialize};

use super::request::Endpoint;
use super::task::TaskRecord;
use super::time::Timestamp;

/// A page of the list of what was ordered at an endpoint in a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Where it was ordered.
    pub endpoint: Endpoint,
    /// At this moment or later.
    pub since: Timestamp,
    /// At this moment or before.
    pub until: Timestamp,
    /// After so many of them.
    pub offset: u32,
}

/// What stands on a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Listing {
    /// The records that can be used.
    pub records: Vec<TaskRecord>,
    /// How many there were, those included that cannot.
    pub count: u32,
}

/// How far the account's earlier orders have been brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportMark {
    /// Everything that was ordered before this moment was looked at.
    pub done_until: Option<Timestamp>,
    /// The import that has not come to its end.
    pub under_way: Option<ImportCourse>,
}

/// An import on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCourse {
    /// The page that is asked for next.
    pub page: Page,
    /// When it began: what was ordered later is news for the next one.
    pub begun_at: Timestamp,
    /// Where it began to look: the first moment.
    pub since: Timestamp,
    /// How many records were looked at.
    pub listed: u32,
    /// How many songs were new.
    pub songs: u32,
    /// How many of these have a link that is dead by its age.
    pub dead: u32,
    /// The user stopped it, or it could not go on.
    pub stopped: bool,
}
