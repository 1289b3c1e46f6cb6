//! The lyrics as they look: wrapped at words, `[Section]` lines set off, the cursor in sight.
//!
//! Invariant: only the lines near the cursor are wrapped, however long the lyric is.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::command::Command;
use crate::app::panes::PaneId;
use crate::app::settings::Role;
use crate::domain::lyric::{LyricCount, is_section};
use crate::domain::{Field, Problem};
use crate::ui::Skin;
use crate::ui::chrome::{self, Head, MARK};
use crate::ui::layout::{Form, Place};
use crate::ui::list;
use crate::ui::text::{self, Row};

/// A row of the screen: a part of a line.
struct Part {
    line: usize,
    range: Range<usize>,
}

/// Draws the pane.
pub(crate) fn draw(app: &App, skin: &Skin, place: &Place, frame: &mut Frame) {
    let focused = app.focus == PaneId::Lyrics;
    let strings = skin.strings;
    let count = app.lyrics.count();
    let empty = app.lyrics.editor().is_empty();
    if place.form == Form::Folded {
        let told = summary(app, skin, count);
        chrome::folded(skin, frame, place, PaneId::Lyrics, (&told.0, told.1));
        return;
    }
    let foot = if empty {
        String::new()
    } else {
        (strings.lyrics_count)(count)
    };
    let head = Head {
        warning: "",
        focused,
        key: &skin.keymap.label(Command::Focus(PaneId::Lyrics)),
        title: (strings.pane)(PaneId::Lyrics),
        detail: "",
        foot: &foot,
    };
    chrome::frame(skin, frame, place, &head);
    let mut inner = place.inner();
    if let Some(words) = unused(app, skin) {
        let taken = remark(skin, frame, inner, (&words, Role::Muted));
        inner.y += taken;
        inner.height -= taken;
    }
    if let Some(problem) = app.compose.problem(Field::Lyric)
        && app.compose.draft().is_sung()
    {
        let words = match problem {
            Problem::Missing => (strings.lyrics_missing)(skin.keymap),
            problem => (strings.problem)(problem, skin.keymap),
        };
        let words = format!("✗ {words}");
        let taken = remark(skin, frame, inner, (&words, Role::Error));
        inner.y += taken;
        inner.height -= taken;
    }
    if empty && !app.lyrics.is_editing() {
        chrome::empty(skin, frame, inner, &(strings.lyrics_empty)(skin.keymap));
        return;
    }
    draw_text(app, skin, (inner, place.form), frame);
}

/// What a folded text area tells.
fn summary(app: &App, skin: &Skin, count: LyricCount) -> (String, Role) {
    let strings = skin.strings;
    let sung = app.compose.draft().is_sung();
    if let Some(problem) = app.compose.problem(Field::Lyric).filter(|_| sung) {
        let words = (strings.problem)(problem, skin.keymap);
        return (format!("! {words}"), Role::Error);
    }
    if app.lyrics.editor().is_empty() {
        return (strings.lyrics_none.to_owned(), Role::Muted);
    }
    let mut words = (strings.lyrics_summary)(count);
    if !sung {
        words.push_str(" · ");
        words.push_str(strings.lyrics_not_sung);
    }
    (words, Role::Muted)
}

/// Why the words are not sung, where they are not.
fn unused(app: &App, skin: &Skin) -> Option<String> {
    let draft = app.compose.draft();
    if !draft.custom {
        Some((skin.strings.lyrics_unused)(skin.keymap))
    } else if draft.is_sung() {
        None
    } else {
        Some(skin.strings.lyrics_instrumental.to_owned())
    }
}

/// A remark above the text. Returns the rows it took, a blank one included.
fn remark(skin: &Skin, frame: &mut Frame, area: Rect, (words, role): (&str, Role)) -> u16 {
    let rows = text::paragraphs(words, usize::from(area.width).saturating_sub(2));
    let spare = area.height.saturating_sub(3);
    let shown = (rows.len() as u16).min(spare);
    for (part, y) in rows.into_iter().zip(area.top()..area.top() + shown) {
        Row::new(frame.buffer_mut(), area, y)
            .skip(1)
            .put(part, skin.style(role));
    }
    if shown == 0 { 0 } else { shown + 1 }
}

fn draw_text(app: &App, skin: &Skin, (inner, form): (Rect, Form), frame: &mut Frame) {
    let editor = app.lyrics.editor();
    let lines = editor.lines();
    let height = usize::from(inner.height);
    // One column for the mark, one for a cursor at the end of a full row.
    let room = usize::from(inner.width).saturating_sub(2).max(2);
    let (line, column) = editor.cursor();
    let current = lines.get(line).map_or("", String::as_str);
    let at = current
        .char_indices()
        .nth(column)
        .map_or(current.len(), |(at, _)| at);
    let (parts, cursor) = around(lines, (line, at), room, height);
    let seen = list::window(cursor, parts.len(), height);
    let typing = app.lyrics.is_editing();
    let sung = app.compose.draft().is_sung();
    let focused = app.focus == PaneId::Lyrics;
    for ((index, part), y) in parts
        .iter()
        .enumerate()
        .take(seen.end)
        .skip(seen.start)
        .zip(inner.top()..)
    {
        let whole = lines.get(part.line).map_or("", String::as_str);
        let role = if is_section(whole) {
            Role::Heading
        } else if sung {
            Role::Text
        } else {
            Role::Muted
        };
        let words = whole.get(part.range.clone()).unwrap_or_default();
        let mut row = Row::new(frame.buffer_mut(), inner, y);
        if index == cursor && focused && !typing {
            row.put(MARK, skin.style(Role::Focus));
        } else {
            row.skip(1);
        }
        row.put(text::head(words, room).0, skin.style(role));
        if index == cursor && focused && typing && app.overlay.is_none() {
            let before = current.get(part.range.start..at).unwrap_or_default();
            let x = text::width(before).min(room) as u16;
            frame.set_cursor_position((inner.x + 1 + x, y));
        }
    }
    let first = parts.get(seen.start).map_or(0, |part| part.line);
    let last = parts
        .get(seen.end.saturating_sub(1))
        .map_or(0, |part| part.line);
    if form == Form::Boxed {
        let style = skin.style(if focused { Role::Focus } else { Role::Muted });
        list::scrollbar(
            frame.buffer_mut(),
            inner,
            &(first..last + 1),
            lines.len(),
            style,
        );
    }
}

/// The rows around the cursor, at most `height` on each side, and which of them has it.
fn around(
    lines: &[String],
    (line, at): (usize, usize),
    room: usize,
    height: usize,
) -> (Vec<Part>, usize) {
    let parts_of = |line: usize| {
        let text = lines.get(line).map_or("", String::as_str);
        text::wrap(text, room)
            .into_iter()
            .map(move |range| Part { line, range })
    };
    let mut above: Vec<Part> = Vec::with_capacity(height);
    let mut before: Vec<Part> = parts_of(line).collect();
    let behind = before.partition_point(|part| part.range.start <= at);
    let mut parts = before.split_off(behind);
    parts.truncate(height);
    let mut next = line;
    while above.len() + before.len() <= height {
        if next == 0 {
            break;
        }
        next -= 1;
        let rows: Vec<Part> = parts_of(next).collect();
        above.splice(0..0, rows);
    }
    above.append(&mut before);
    let cursor = above.len().saturating_sub(1);
    let mut next = line + 1;
    while parts.len() < height && next < lines.len() {
        parts.extend(parts_of(next));
        next += 1;
    }
    above.append(&mut parts);
    (above, cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_around_the_cursor_are_found_from_anywhere() {
        let lines: Vec<String> = (0..50).map(|n| format!("{n:02} abcdefgh")).collect();
        for line in 0..50 {
            let (parts, cursor) = around(&lines, (line, 0), 6, 7);
            assert_eq!(parts[cursor].line, line);
            assert_eq!(parts[cursor].range.start, 0);
            let seen = list::window(cursor, parts.len(), 7);
            assert_eq!(seen.len(), 7);
            assert_eq!(seen.start == 0, line < 2, "{line}");
        }
        let (parts, cursor) = around(&lines, (3, 11), 6, 7);
        assert_eq!(parts[cursor].range.end, 11);
    }
}
