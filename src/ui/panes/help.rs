//! The help: every key that works, made from the live key map.
//!
//! Invariant: it shows what [`Keymap::resolve`](crate::app::keymap::Keymap::resolve) will do, and nothing else.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::overlay::{Words, draw_words, window_width, wrapped};
use crate::app::App;
use crate::app::command::Command;
use crate::app::keymap::Context;
use crate::app::panes::PaneId;
use crate::app::settings::Role;
use crate::ui::popup;
use crate::ui::text;
use crate::ui::{Skin, list};

/// From this width on there are two columns.
const TWO_COLUMNS: u16 = 100;
const GAP: u16 = 3;

/// Draws the help from line `top` on.
pub(crate) fn draw(app: &App, skin: &Skin, top: usize, frame: &mut Frame) {
    let screen = frame.area();
    let two = screen.width >= TWO_COLUMNS;
    let width = window_width(screen, if two { 120 } else { 76 });
    let columns: u16 = if two { 2 } else { 1 };
    let column = (width.saturating_sub(4) - GAP * (columns - 1).min(width)) / columns;
    let sections = sections(app, skin, usize::from(column));
    let (left, right) = if two {
        halves(sections)
    } else {
        (sections.concat(), Vec::new())
    };
    let lines = left.len().max(right.len());
    let height = u16::try_from(lines + 2).unwrap_or(u16::MAX);
    let area = popup::area(screen, (width, height));
    let inner = popup::open(skin, frame, area, (skin.strings.windows.help, ""));
    let seen = list::page(top, lines, usize::from(inner.height));
    let place = |x: u16| Rect {
        x: inner.x + x,
        width: column.min(inner.width.saturating_sub(x)),
        ..inner
    };
    let shown = |rows: Vec<Words>| -> Vec<Words> {
        rows.into_iter()
            .skip(seen.start)
            .take(usize::from(inner.height))
            .collect()
    };
    draw_words(skin, frame, place(0), &shown(left), 0);
    if two {
        draw_words(skin, frame, place(column + GAP), &shown(right), 0);
    }
    let bar = Rect {
        width: inner.width + 1,
        ..inner
    };
    let style = skin.style(Role::Focus);
    list::scrollbar(frame.buffer_mut(), bar, &seen, lines, style);
}

/// The sections on two columns of about the same height, none cut.
fn halves(sections: Vec<Vec<Words>>) -> (Vec<Words>, Vec<Words>) {
    let all: usize = sections.iter().map(Vec::len).sum();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for section in sections {
        if right.is_empty() && left.len() + section.len() / 2 <= all / 2 {
            left.extend(section);
        } else {
            right.extend(section);
        }
    }
    (left, right)
}

/// Each context with its keys, then what else is worth knowing; a blank line ends each.
fn sections(app: &App, skin: &Skin, room: usize) -> Vec<Vec<Words>> {
    let strings = skin.strings;
    let words = &strings.windows;
    let mut sections: Vec<Vec<Words>> = Vec::new();
    for context in ordered(app.focus) {
        let keys = keys(app, context);
        if keys.is_empty() {
            continue;
        }
        let mut section = vec![heading((strings.context)(context))];
        for (chords, command) in keys {
            section.push(entry(&chords, strings.command(command), room));
        }
        sections.push(section);
    }
    let mut typing = vec![heading(words.typing)];
    for (keys, what) in words.typing_body {
        typing.push(entry(keys, what, room));
    }
    sections.push(typing);
    let mut files = vec![heading(words.files)];
    for line in (words.files_body)(&app.settings) {
        files.extend(wrapped(&line, room, Role::Text));
    }
    sections.push(files);
    let mut copying = vec![heading(words.copying)];
    copying.extend(wrapped(words.copying_body, room, Role::Text));
    copying.push(Vec::new());
    copying.extend(wrapped(&(words.more)(skin.keymap), room, Role::Muted));
    sections.push(copying);
    let last = sections.len() - 1;
    for section in sections.iter_mut().take(last) {
        section.push(Vec::new());
    }
    sections
}

/// The keys of the pane in focus come first.
fn ordered(focus: PaneId) -> Vec<Context> {
    let first = match focus {
        PaneId::Compose => Context::Compose,
        PaneId::Lyrics => Context::Lyrics,
        PaneId::Queue => Context::Queue,
        PaneId::Library => Context::Library,
    };
    let rest = Context::ALL.into_iter().filter(|context| *context != first);
    std::iter::once(first).chain(rest).collect()
}

fn heading(words: &str) -> Words {
    vec![(words.to_owned(), Role::Heading)]
}

/// The commands of a context with all their chords there.
fn keys(app: &App, context: Context) -> Vec<(String, Command)> {
    let mut keys: Vec<(String, Command)> = Vec::new();
    for (chord, command) in app.settings.keymap.of(context) {
        match keys.iter_mut().find(|(_, known)| *known == command) {
            Some((chords, _)) => {
                chords.push(' ');
                chords.push_str(&chord.label());
            }
            None => keys.push((chord.label(), command)),
        }
    }
    keys
}

fn entry(keys: &str, what: &str, room: usize) -> Words {
    let column = 14.min(room / 2);
    let keys = text::cut(keys, column).into_owned();
    let gap = (column + 2).saturating_sub(text::width(&keys));
    vec![
        (keys, Role::Accent),
        (" ".repeat(gap), Role::Text),
        (what.to_owned(), Role::Text),
    ]
}
