//! The choice of a source song: title, model, length and age, the newest first or the best match.
//!
//! Invariant: an id that is typed is as good as a song that is selected, and it is told which of them counts.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::open_search;
use crate::app::App;
use crate::app::command::{Command, TextCommand};
use crate::app::panes::overlay::SourcePicker;
use crate::app::settings::Role;
use crate::domain::draft::is_uuid;
use crate::domain::time::elapsed;
use crate::domain::{Seconds, Song};
use crate::ui::Skin;
use crate::ui::chrome;
use crate::ui::list;
use crate::ui::panes::library;
use crate::ui::text::{self, Row};

/// From this width on a row tells the model as well.
const WITH_MODEL: u16 = 56;

/// Draws the window.
pub(super) fn draw(app: &App, skin: &Skin, picker: &SourcePicker, frame: &mut Frame) {
    let words = &skin.strings.deeds;
    let list = open_search(skin, frame, (words.source, "/"), picker.editor());
    let typed = picker.editor().contents();
    let take_id = format!(
        "{} {}",
        skin.key(Command::Text(TextCommand::Accept)),
        words.take_id
    );
    let remark = if is_uuid(typed.trim()) {
        Some((take_id.as_str(), Role::Ok))
    } else if app.songs.is_empty() {
        Some((words.no_songs, Role::Muted))
    } else if picker.is_empty() {
        Some((words.no_match, Role::Muted))
    } else {
        None
    };
    if let Some((remark, role)) = remark {
        let room = usize::from(list.width).saturating_sub(3);
        let parts = text::paragraphs(remark, room);
        for (part, y) in parts.into_iter().zip(list.top()..list.bottom()) {
            Row::new(frame.buffer_mut(), list, y)
                .skip(2)
                .put(part, skin.style(role));
        }
        return;
    }
    let height = usize::from(list.height);
    let seen = list::window(picker.selected_row(), picker.len(), height);
    let rows = picker.rows().enumerate().take(seen.end).skip(seen.start);
    for ((index, candidate), y) in rows.zip(list.top()..) {
        let area = Rect {
            y,
            height: 1,
            ..list
        };
        if let Some(song) = app.songs.get(&candidate.song) {
            draw_song(app, skin, song, area, frame);
        }
        if index == picker.selected_row() {
            chrome::select(skin, frame, area, true);
        }
    }
    let bar = Rect {
        width: list.width + 1,
        ..list
    };
    let style = skin.style(Role::Focus);
    list::scrollbar(frame.buffer_mut(), bar, &seen, picker.len(), style);
}

fn draw_song(app: &App, skin: &Skin, song: &Song, area: Rect, frame: &mut Frame) {
    let muted = skin.style(Role::Muted);
    let length = song.duration.as_ref().map(Seconds::to_string);
    let age = (skin.strings.deeds.age)(elapsed(song.created_at, app.now));
    let mut row = Row::new(frame.buffer_mut(), area, area.y);
    row.skip(2).skip_right(1);
    let pad = 10usize.saturating_sub(text::width(&age));
    row.put_right(&format!("{}{age}", " ".repeat(pad)), muted);
    row.skip_right(1);
    row.put_right(&format!("{:>7}", length.unwrap_or_default()), muted);
    if area.width >= WITH_MODEL {
        row.skip_right(2);
        let model = text::cut(&song.model, 13).into_owned();
        row.put_right(&format!("{model:<13}"), muted);
    }
    row.skip_right(2);
    row.put(library::title(skin, song), skin.style(Role::Text));
}
