//! The link at which a song can be heard, and how to reach it from elsewhere.
//!
//! Invariant: what is to be typed elsewhere stands in rows of its own.

use ratatui::Frame;

use super::{Words, draw_words, open_around, reading_width, wrapped};
use crate::app::App;
use crate::app::command::{Command, LinkCommand, OverlayCommand};
use crate::app::keymap::Context;
use crate::app::settings::Role;
use crate::domain::SongId;
use crate::ui::Skin;
use crate::ui::panes::library;
use crate::ui::text;

/// Draws the window.
pub(super) fn draw(app: &App, skin: &Skin, song: &SongId, frame: &mut Frame) {
    let words = &skin.strings.listening;
    let width = reading_width(frame.area());
    let room = usize::from(width).saturating_sub(4);
    let mut rows: Vec<Words> = Vec::new();
    if let Some(song) = app.songs.get(song) {
        let title = text::cut(library::title(skin, song), room).into_owned();
        rows.push(vec![(title, Role::Heading)]);
    }
    rows.push(Vec::new());
    match app.links.of(song) {
        Some(link) => rows.extend(wrapped(link.as_str(), room, Role::Accent)),
        None => rows.extend(wrapped(words.link_opening, room, Role::Muted)),
    }
    rows.push(Vec::new());
    if let Some(port) = app.links.port() {
        rows.extend(wrapped(words.link_elsewhere, room, Role::Text));
        let tunnel = (words.link_tunnel)(port);
        rows.extend(wrapped(&tunnel, room, Role::Accent));
        rows.push(Vec::new());
    }
    rows.extend(wrapped(words.link_until, room, Role::Muted));
    rows.push(Vec::new());
    rows.push(vec![
        (
            key(app, Command::Overlay(OverlayCommand::Accept)),
            Role::Accent,
        ),
        (format!(" {}    ", words.link_copy), Role::Text),
        (key(app, Command::Link(LinkCommand::End)), Role::Accent),
        (format!(" {}", words.link_end), Role::Text),
    ]);
    let inner = open_around(skin, frame, words.link, &rows, width);
    draw_words(skin, frame, inner, &rows, 0);
}

/// The first key that means a command in this window.
fn key(app: &App, command: Command) -> String {
    let mut keys = app.settings.keymap.of(Context::Link);
    let key = keys.find(|(_, known)| *known == command);
    key.map_or_else(String::new, |(chord, _)| chord.label())
}
