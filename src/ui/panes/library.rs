//! The songs as they look: what plays, what is on its way, what cannot be had.
//!
//! Invariant: only the songs in sight are looked at, however many there are.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::app::App;
use crate::app::command::Command;
use crate::app::event::Target;
use crate::app::panes::PaneId;
use crate::app::panes::library::Branch;
use crate::app::settings::Role;
use crate::app::songs::FetchProgress;
use crate::domain::time::elapsed;
use crate::domain::{MediaKind, Song, SongId, Work};
use crate::ui::Skin;
use crate::ui::chrome::{self, Head};
use crate::ui::layout::{Form, Place};
use crate::ui::list;
use crate::ui::text::{self, Row};

/// From this width on a row tells the model, and from that one the day as well.
const WITH_MODEL: u16 = 48;
const WITH_DAY: u16 = 60;

/// A day in seconds, and how many before its end a link counts as dying.
const DAY: f64 = 86_400.0;
const NEAR: f64 = 14.0;

/// Draws the pane.
pub(crate) fn draw(app: &App, skin: &Skin, place: &Place, frame: &mut Frame) {
    let focused = app.focus == PaneId::Library;
    let strings = skin.strings;
    if place.form == Form::Folded {
        let told = summary(app, skin);
        chrome::folded(skin, frame, place, PaneId::Library, (&told, Role::Muted));
        return;
    }
    let head = Head {
        warning: "",
        focused,
        key: &skin.keymap.label(Command::Focus(PaneId::Library)),
        title: (strings.pane)(PaneId::Library),
        detail: &counted(app, skin),
        foot: &importing(app, skin),
    };
    chrome::frame(skin, frame, place, &head);
    let inner = rows_area(app, place.inner());
    draw_query(app, skin, place.inner(), frame);
    let rows = app.library.rows();
    if rows.is_empty() {
        let lines = if app.songs.is_empty() {
            (strings.library_empty)(skin.keymap)
        } else {
            vec![(strings.library_nothing)(skin.keymap)]
        };
        chrome::empty(skin, frame, inner, &lines);
        return;
    }
    let selected = app.library.selected_row();
    let seen = list::window(selected, rows.len(), usize::from(inner.height));
    for (index, y) in seen.clone().zip(inner.top()..) {
        let area = Rect {
            y,
            height: 1,
            ..inner
        };
        if let Some(song) = rows.get(index).and_then(|id| app.songs.get(id)) {
            draw_row(app, skin, (song, app.library.branch(index)), area, frame);
        }
        if index == selected {
            let typing = app.library.editor().is_some();
            chrome::select(skin, frame, area, focused && !typing);
        }
    }
    if place.form == Form::Boxed {
        let style = skin.style(if focused { Role::Focus } else { Role::Muted });
        list::scrollbar(frame.buffer_mut(), inner, &seen, rows.len(), style);
    }
}

/// The song at a cell.
pub(crate) fn target(app: &App, inner: Rect, at: Position) -> Option<Target> {
    let inner = rows_area(app, inner);
    if !inner.contains(at) {
        return None;
    }
    let rows = app.library.rows().len();
    let seen = list::window(app.library.selected_row(), rows, usize::from(inner.height));
    let row = seen.start + usize::from(at.y - inner.y);
    seen.contains(&row).then_some(Target::LibraryRow(row))
}

/// Where the songs stand: above the line that is looked for, while there is one.
fn rows_area(app: &App, inner: Rect) -> Rect {
    let finding = is_finding(app) && inner.height > 1;
    Rect {
        height: inner.height - u16::from(finding),
        ..inner
    }
}

fn is_finding(app: &App) -> bool {
    app.library.editor().is_some() || !app.library.query().is_empty()
}

fn counted(app: &App, skin: &Skin) -> String {
    let all = app.songs.len();
    if app.library.query().is_empty() {
        (skin.strings.songs)(all)
    } else {
        (skin.strings.songs_found)(app.library.rows().len(), all)
    }
}

/// How far an import is, where there is one.
fn importing(app: &App, skin: &Skin) -> String {
    let going_on = app.import.course().filter(|course| !course.stopped);
    going_on.map_or_else(String::new, |course| (skin.strings.flow.importing)(course))
}

fn summary(app: &App, skin: &Skin) -> String {
    let mut told = counted(app, skin);
    let selected = app.library.selected().and_then(|id| app.songs.get(id));
    if let Some(song) = selected {
        told.push_str(" · ");
        told.push_str(title(skin, song));
    }
    told
}

fn draw_query(app: &App, skin: &Skin, inner: Rect, frame: &mut Frame) {
    if !is_finding(app) || inner.height < 2 {
        return;
    }
    let y = inner.bottom() - 1;
    let label = skin.strings.find;
    let start = {
        let mut row = Row::new(frame.buffer_mut(), inner, y);
        row.skip(1).put(label, skin.style(Role::Accent)).skip(2).x()
    };
    let area = Rect::new(start, y, inner.right().saturating_sub(start + 1), 1);
    match app.library.editor() {
        Some(editor) => {
            let cursor = app.overlay.is_none() && app.focus == PaneId::Library;
            chrome::typed_line(skin, editor, area, cursor, frame);
        }
        None => {
            Row::new(frame.buffer_mut(), area, y).put(app.library.query(), skin.style(Role::Text));
        }
    }
}

fn draw_row(
    app: &App,
    skin: &Skin,
    (song, branch): (&Song, Option<&Branch>),
    area: Rect,
    frame: &mut Frame,
) {
    let on = app.player.song() == Some(&song.id);
    let (glyph, role) = glyph(app, song, on);
    let title_role = if on { Role::Playing } else { Role::Text };
    let muted = skin.style(Role::Muted);
    let mut row = Row::new(frame.buffer_mut(), area, area.y);
    row.skip(1)
        .put(glyph, skin.style(role))
        .skip(1)
        .skip_right(1);
    if area.width >= WITH_DAY {
        row.put_right(&super::details::day(app, song.created_at), muted);
        row.skip_right(2);
    }
    let length = match fetching(app, &song.id) {
        Some(progress) => progress
            .percent()
            .map_or_else(|| "…".to_owned(), |percent| format!("{percent}%")),
        None => song
            .duration
            .map_or_else(String::new, |length| length.to_string()),
    };
    match dying(app, song) {
        Some(days) => {
            let left = (skin.strings.flow.days_left)(days);
            let gap = 5_usize.saturating_sub(text::width(&left));
            row.put_right(
                &format!("{}{left}", " ".repeat(gap)),
                skin.style(Role::Warn),
            );
        }
        None => {
            row.put_right(&format!("{length:>5}"), muted);
        }
    }
    if area.width >= WITH_MODEL {
        row.skip_right(2);
        let model = text::cut(model(song), 8).into_owned();
        row.put_right(&format!("{model:<8}"), muted);
    }
    row.skip_right(2);
    if let Some(branch) = branch.filter(|branch| branch.hangs) {
        draw_branch(skin, song, branch, &mut row);
    }
    row.put(title(skin, song), skin.style(title_role));
}

/// The lines that lead to a song from its source, and what was done to that.
fn draw_branch(skin: &Skin, song: &Song, branch: &Branch, row: &mut Row) {
    let muted = skin.style(Role::Muted);
    for open in &branch.open {
        row.put(if *open { "│  " } else { "   " }, muted);
    }
    row.put(if branch.is_last { "└─ " } else { "├─ " }, muted);
    if let Some(action) = song.more.action {
        row.put(
            (skin.strings.work)(Work::Song(action)),
            skin.style(Role::Accent),
        );
        row.skip(1);
    }
}

/// How many days the link of a song still lives whose sound is not here, where these are few; 0: it is dead.
fn dying(app: &App, song: &Song) -> Option<u32> {
    if song.audio.file.is_some() || song.audio.url.is_none() {
        return None;
    }
    let left = elapsed(app.now, song.link_dies()).0 / DAY;
    (left <= NEAR).then_some(left.ceil() as u32)
}

/// The sign before a song.
fn glyph(app: &App, song: &Song, on: bool) -> (&'static str, Role) {
    if on && app.player.is_playing() {
        ("▶", Role::Playing)
    } else if on {
        ("‖", Role::Playing)
    } else if fetching(app, &song.id).is_some() {
        ("⇣", Role::Accent)
    } else if song.audio.file.is_none() {
        ("!", Role::Warn)
    } else {
        (" ", Role::Text)
    }
}

/// How far the sound is, while it is being fetched.
fn fetching(app: &App, id: &SongId) -> Option<FetchProgress> {
    app.songs.progress(id, MediaKind::Audio)
}

/// A song's title, or the word for none.
pub(crate) fn title<'a>(skin: &Skin, song: &'a Song) -> &'a str {
    if song.title.trim().is_empty() {
        skin.strings.untitled
    } else {
        &song.title
    }
}

/// The model without the name all of them share.
fn model(song: &Song) -> &str {
    song.model.strip_prefix("FUZZ-").unwrap_or(&song.model)
}
