//! A line that is typed for an order of its own: the idea for words, the place of a song to bring in.
//!
//! Invariant: what becomes of the line is told above it, before it is ordered.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Words, draw_words, open_around, reading_width, wrapped};
use crate::app::command::{Command, TextCommand};
use crate::app::panes::overlay::Prompter;
use crate::app::settings::Role;
use crate::ui::Skin;
use crate::ui::chrome;
use crate::ui::list;

/// Draws the window.
pub(super) fn draw(skin: &Skin, prompter: &Prompter, frame: &mut Frame) {
    let words = &skin.strings.deeds;
    let width = reading_width(frame.area());
    let room = usize::from(width).saturating_sub(4);
    let body = (words.line_body)(prompter.purpose);
    let mut rows: Vec<Words> = wrapped(body, room, Role::Text).collect();
    rows.push(Vec::new());
    let line = rows.len();
    rows.push(vec![("▸ ".to_owned(), Role::Accent)]);
    if let Some(problem) = &prompter.problem {
        let problem = (skin.strings.problem)(problem, skin.keymap);
        rows.extend(wrapped(&format!("✗ {problem}"), room, Role::Error));
    } else if prompter.is_ordering {
        rows.push(vec![(format!("… {}", words.looking), Role::Muted)]);
    }
    rows.push(Vec::new());
    let key = |command| (skin.key(Command::Text(command)), Role::Accent);
    rows.push(vec![
        key(TextCommand::Accept),
        (format!(" {}    ", words.order), Role::Text),
        key(TextCommand::Leave),
        (format!(" {}", skin.strings.windows.later), Role::Text),
    ]);
    let title = (words.line_title)(prompter.purpose);
    let inner = open_around(skin, frame, title, &rows, width);
    // The line itself stays in sight where not everything has room.
    let seen = list::window(line, rows.len(), usize::from(inner.height));
    draw_words(skin, frame, inner, &rows, seen.start);
    let area = Rect {
        x: inner.x + 2.min(inner.width),
        y: inner.y + (line - seen.start) as u16,
        width: inner.width.saturating_sub(3),
        height: 1,
    };
    if area.y < inner.bottom() {
        chrome::typed_line(skin, &prompter.editor, area, true, frame);
    }
}
