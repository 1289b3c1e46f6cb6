//! The lyrics as they look: wrapped at words, `[Section]` lines set off, the cursor in sight.
//!
//! Invariant: only the lines near the cursor are wrapped, however long the lyric is.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::App;
use crate::app::command::Command;
use crate::app::editor::Editor;
use crate::app::event::Target;
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
    for (words, role) in remarks(app, skin) {
        let rows = remark_rows(&words, inner);
        remark(skin, frame, inner, (&words, role));
        inner = below(inner, rows);
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

/// What is said above the text.
fn remarks(app: &App, skin: &Skin) -> Vec<(String, Role)> {
    let unused = unused(app, skin).map(|words| (words, Role::Muted));
    let problem = app.compose.problem(Field::Lyric);
    let problem = problem.filter(|_| app.compose.draft().is_sung());
    let problem = problem.map(|problem| {
        let words = match problem {
            Problem::Missing => (skin.strings.lyrics_missing)(skin.keymap),
            problem => (skin.strings.problem)(problem, skin.keymap),
        };
        (format!("✗ {words}"), Role::Error)
    });
    unused.into_iter().chain(problem).collect()
}

/// The rows of a remark that find room in `area`.
fn remark_rows(words: &str, area: Rect) -> u16 {
    let rows = text::paragraphs(words, usize::from(area.width).saturating_sub(2));
    (rows.len() as u16).min(area.height.saturating_sub(3))
}

/// What a remark of `rows` rows leaves of an area: there is a blank row under it.
fn below(area: Rect, rows: u16) -> Rect {
    let taken = if rows == 0 { 0 } else { rows + 1 };
    Rect {
        y: area.y + taken,
        height: area.height - taken,
        ..area
    }
}

/// A remark above the text.
fn remark(skin: &Skin, frame: &mut Frame, area: Rect, (words, role): (&str, Role)) {
    let parts = text::paragraphs(words, usize::from(area.width).saturating_sub(2));
    let rows = area.top()..area.top() + remark_rows(words, area);
    for (part, y) in parts.into_iter().zip(rows) {
        Row::new(frame.buffer_mut(), area, y)
            .skip(1)
            .put(part, skin.style(role));
    }
}

/// The place in the text at a cell: the end of a row that ends before it, and of the last row above it.
pub(crate) fn target(app: &App, skin: &Skin, inner: Rect, at: Position) -> Option<Target> {
    let inner = remarks(app, skin).iter().fold(inner, |area, (words, _)| {
        below(area, remark_rows(words, area))
    });
    let editor = app.lyrics.editor();
    if editor.is_empty() || !inner.contains(at) {
        return None;
    }
    let view = View::new(editor, inner);
    let row = view.seen.start + usize::from(at.y - inner.y);
    let index = row.min(view.seen.end.checked_sub(1)?);
    let part = view.parts.get(index)?;
    let line = editor.lines().get(part.line)?;
    let words = line.get(part.range.clone())?;
    let goes_on = part.range.end < line.len();
    // The end of a row that goes on is the beginning of the next.
    let last = words.graphemes(true).next_back().filter(|_| goes_on);
    let words = words.strip_suffix(last.unwrap_or_default())?;
    let cells = usize::from(at.x.saturating_sub(inner.x + 1));
    let before = line.get(..part.range.start + text::head(words, cells).0.len())?;
    Some(Target::LyricsText {
        line: part.line,
        column: before.chars().count(),
    })
}

/// The part of the text that is on the screen.
struct View {
    /// The rows around the cursor.
    parts: Vec<Part>,
    /// Which of them has the cursor.
    cursor: usize,
    /// Which of them are shown.
    seen: Range<usize>,
    /// The bytes before the cursor on its line.
    at: usize,
    /// The cells of a row: one column is for the mark, one for a cursor at the end of a full row.
    room: usize,
}

impl View {
    fn new(editor: &Editor, inner: Rect) -> View {
        let lines = editor.lines();
        let height = usize::from(inner.height);
        let room = usize::from(inner.width).saturating_sub(2).max(2);
        let (line, column) = editor.cursor();
        let current = lines.get(line).map_or("", String::as_str);
        let at = current.char_indices().nth(column);
        let at = at.map_or(current.len(), |(at, _)| at);
        let (parts, cursor) = around(lines, (line, at), room, height);
        View {
            seen: list::window(cursor, parts.len(), height),
            parts,
            cursor,
            at,
            room,
        }
    }
}

fn draw_text(app: &App, skin: &Skin, (inner, form): (Rect, Form), frame: &mut Frame) {
    let editor = app.lyrics.editor();
    let lines = editor.lines();
    let View {
        parts,
        cursor,
        seen,
        at,
        room,
    } = View::new(editor, inner);
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
            let before = whole.get(part.range.start..at).unwrap_or_default();
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
