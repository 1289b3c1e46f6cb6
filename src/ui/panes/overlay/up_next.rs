//! What plays next, as a list.
//!
//! Invariant: only the songs in sight are looked at.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::window_width;
use crate::app::App;
use crate::app::settings::Role;
use crate::ui::Skin;
use crate::ui::chrome;
use crate::ui::list;
use crate::ui::panes::library;
use crate::ui::popup;
use crate::ui::text::Row;

/// The room for the list.
pub(super) fn area(app: &App, screen: Rect) -> Rect {
    popup::inner(window(app, screen))
}

fn window(app: &App, screen: Rect) -> Rect {
    let count = app.player.up_next.songs().len().max(2);
    let height = u16::try_from(count + 2).unwrap_or(u16::MAX).min(24);
    popup::area(screen, (window_width(screen, 72), height))
}

/// Draws the window.
pub(super) fn draw(app: &App, skin: &Skin, selected: usize, frame: &mut Frame) {
    let words = &skin.strings.listening;
    let up_next = &app.player.up_next;
    let count = up_next.songs().len();
    let foot = (words.repeat)(up_next.repeat());
    let title = format!("{} · {}", words.up_next, (words.count)(count));
    let title = if count == 0 { words.up_next } else { &title };
    let area = window(app, frame.area());
    let inner = popup::open(skin, frame, area, (title, foot));
    if count == 0 {
        let lines = [
            words.nothing_next.to_owned(),
            (words.nothing_next_how)(skin.keymap),
        ];
        chrome::empty(skin, frame, inner, &lines);
        return;
    }
    let seen = list::window(selected, count, usize::from(inner.height));
    let rows = up_next.songs().enumerate().take(seen.end).skip(seen.start);
    for ((index, id), y) in rows.zip(inner.top()..) {
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        let song = app.songs.get(id);
        let length = song.and_then(|song| song.duration);
        let length = length.map_or_else(String::new, |length| length.to_string());
        let mut line = Row::new(frame.buffer_mut(), row, y);
        line.skip(2).skip_right(1);
        line.put_right(&format!("{length:>5}"), skin.style(Role::Muted));
        line.skip_right(2);
        let title = song.map_or("", |song| library::title(skin, song));
        line.put(title, skin.style(Role::Text));
        if index == selected {
            chrome::select(skin, frame, row, true);
        }
    }
    let bar = Rect {
        width: inner.width + 1,
        ..inner
    };
    let style = skin.style(Role::Focus);
    list::scrollbar(frame.buffer_mut(), bar, &seen, count, style);
}
