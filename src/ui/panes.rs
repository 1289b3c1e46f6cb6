//! The panes as they look; each has the name of the one in `app` that decides.
//!
//! Invariant: a pane draws within its place and keeps nothing.

pub(super) mod compose;
pub(super) mod details;
pub(super) mod help;
pub(super) mod library;
pub(super) mod lyrics;
pub(super) mod overlay;
pub(super) mod player;
pub(super) mod queue;
pub(super) mod request;
