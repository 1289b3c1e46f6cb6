//! The panes, each a plain struct, and the order of Tab.
//!
//! Invariant: panes do not know each other; only `app/dispatch.rs` introduces them.

use serde::{Deserialize, Serialize};

pub mod compose;
pub mod library;
pub mod lyrics;
pub mod overlay;
pub mod player;
pub mod queue;

/// A pane that can have the keyboard. The player is heard and seen, and obeys from everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaneId {
    /// The action form.
    #[default]
    Compose,
    /// The lyric text area.
    Lyrics,
    /// The tasks.
    Queue,
    /// The songs.
    Library,
}

impl PaneId {
    /// In the order of Tab and of the number keys.
    pub const ALL: [PaneId; 4] = [
        PaneId::Compose,
        PaneId::Lyrics,
        PaneId::Queue,
        PaneId::Library,
    ];

    /// The pane after this one.
    #[must_use]
    pub fn next(self) -> PaneId {
        PaneId::ALL[(self as usize + 1) % PaneId::ALL.len()]
    }

    /// The pane before this one.
    #[must_use]
    pub fn previous(self) -> PaneId {
        PaneId::ALL[(self as usize + PaneId::ALL.len() - 1) % PaneId::ALL.len()]
    }
}
