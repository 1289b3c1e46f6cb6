//! Everything we know right now, and what to do about what happened.
//!
//! Invariant: [`App::update`] never waits, reads no clock, draws no random number and touches no disk, network, sound
//! or terminal. The same events give the same effects and the same screen.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod command;
pub mod cx;
mod default_keys;
pub mod editor;
pub mod effect;
pub mod event;
pub mod keymap;
pub mod notice;
pub mod panes;
pub mod settings;
pub mod songs;
pub mod tasks;

use crate::domain::Timestamp;
use notice::Notices;
use panes::PaneId;
use panes::compose::Compose;
use panes::library::Library;
use panes::lyrics::Lyrics;
use panes::overlay::Overlay;
use panes::player::Player;
use panes::queue::QueuePane;
use settings::Settings;
use songs::Songs;
use tasks::TaskQueue;

/// Everything we know right now.
#[derive(Debug, Clone)]
pub struct App {
    /// The moment of the last event: the screen's only clock.
    pub now: Timestamp,
    /// What the user has set.
    pub settings: Settings,
    /// The pane with the keyboard.
    pub focus: PaneId,
    /// The form.
    pub compose: Compose,
    /// The lyrics.
    pub lyrics: Lyrics,
    /// The window on the tasks.
    pub queue: QueuePane,
    /// The window on the songs.
    pub library: Library,
    /// The player.
    pub player: Player,
    /// What lies over the panes.
    pub overlay: Option<Overlay>,
    /// The tasks.
    pub tasks: TaskQueue,
    /// The songs.
    pub songs: Songs,
    /// The notice.
    pub notices: Notices,
}
