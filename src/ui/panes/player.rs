//! The player as it looks: what plays, where, how loud, and the shape of the whole song.
//!
//! Invariant: the playhead can be seen without colours.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::library;
use crate::app::App;
use crate::app::event::Target;
use crate::app::settings::Role;
use crate::domain::{OutputKind, Seconds, Song};
use crate::ui::Skin;
use crate::ui::chrome::{self, Head};
use crate::ui::layout::Place;
use crate::ui::text::{self, Row};

/// A cell filled by eighths.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The least that is left of a title.
const TITLE_LEAST: usize = 12;

/// Draws the player.
pub(crate) fn draw(app: &App, skin: &Skin, place: &Place, frame: &mut Frame) {
    chrome::frame(skin, frame, place, &Head::default());
    draw_title(app, skin, place, frame);
    let inner = wave_area(place);
    let Some(song) = on(app) else {
        let idle = if app.songs.is_empty() {
            (skin.strings.player_first)(skin.keymap)
        } else {
            (skin.strings.player_idle)(skin.keymap)
        };
        let mut rows = text::paragraphs(&idle, usize::from(inner.width));
        if rows.len() > usize::from(inner.height) {
            rows = vec![&idle];
        }
        let top = inner.y + (inner.height.saturating_sub(rows.len() as u16)) / 2;
        for (row, y) in rows.into_iter().zip(top..inner.bottom()) {
            Row::new(frame.buffer_mut(), inner, y).put(row, skin.style(Role::Muted));
        }
        return;
    };
    if let Some(problem) = app.player.problem() {
        let words = format!("✗ {problem}");
        Row::new(frame.buffer_mut(), inner, inner.y).put(&words, skin.style(Role::Error));
        return;
    }
    let share = match length(app, song) {
        Some(Seconds(length)) if length > 0.0 => app.player.position().0 / length,
        _ => 0.0,
    };
    if app.player.waveform().is_empty() {
        draw_line(skin, inner, share, frame);
    } else {
        draw_wave(app, skin, inner, share, frame);
    }
}

/// The share of the song at a cell of the waveform.
pub(crate) fn target(place: &Place, at: Position) -> Option<Target> {
    let inner = wave_area(place);
    if !inner.contains(at) {
        return None;
    }
    let share = f64::from(at.x - inner.x) / f64::from(inner.width.saturating_sub(1).max(1));
    Some(Target::Waveform(share))
}

/// A free column on both sides, like everywhere.
fn wave_area(place: &Place) -> Rect {
    let inner = place.inner();
    Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

fn on(app: &App) -> Option<&Song> {
    app.songs.get(app.player.song()?)
}

fn length(app: &App, song: &Song) -> Option<Seconds> {
    app.player.duration().or(song.duration)
}

/// The line above: title at the left, the rest at the right as far as there is room, the position always.
fn draw_title(app: &App, skin: &Skin, place: &Place, frame: &mut Frame) {
    let strings = skin.strings;
    let area = Rect {
        x: place.area.x + 1.min(place.area.width),
        width: place.area.width.saturating_sub(2),
        ..place.area
    };
    let mut row = Row::new(frame.buffer_mut(), area, area.y);
    let song = on(app);
    let volume = if app.player.is_muted() {
        strings.muted.to_owned()
    } else {
        (strings.volume)(app.player.volume().percent())
    };
    let time = song.map_or_else(String::new, |song| {
        let at = app.player.position().clock_tenths();
        length(app, song).map_or(at.clone(), |all| format!("{at} / {}", all.clock_tenths()))
    });
    let model = song.map_or("", |song| song.model.as_str());
    // Written from the right, but what matters most is given room first.
    let mut room = row.room().saturating_sub(TITLE_LEAST + 4);
    let mut fits = |text: &str| {
        let cells = text::width(text) + 4;
        let fits = !text.is_empty() && cells <= room;
        if fits {
            room -= cells;
        }
        fits
    };
    let time = (fits(&time), time.as_str(), Role::Text);
    // That nothing is heard is said in any case; why, where there is room.
    let silent = match app.player.output() {
        Some(output @ OutputKind::Silent { .. }) => (strings.output)(output),
        _ => String::new(),
    };
    let silent = match (silent.is_empty(), fits(&silent)) {
        (false, false) => (fits(strings.no_sound), strings.no_sound, Role::Warn),
        (_, fits) => (fits, silent.as_str(), Role::Warn),
    };
    let shown = [
        time,
        (fits(&volume), volume.as_str(), Role::Muted),
        silent,
        (fits(model), model, Role::Muted),
    ];
    for (_, text, role) in shown.iter().rev().filter(|(shown, ..)| *shown) {
        row.put_right(&format!(" {text} "), skin.style(*role));
        row.skip_right(2);
    }
    draw_name(app, skin, song, &mut row);
}

/// What is on, at the left, in the room that is left.
fn draw_name(app: &App, skin: &Skin, song: Option<&Song>, row: &mut Row) {
    let Some(song) = song else {
        let name = format!(" {} ", skin.strings.player);
        row.put(&name, skin.style(Role::Muted));
        return;
    };
    let glyph = if app.player.is_playing() {
        "▶"
    } else {
        "‖"
    };
    let style = skin.style(Role::Playing);
    row.put(" ", style).put(glyph, style).put(" ", style);
    let title = text::cut(library::title(skin, song), row.room().saturating_sub(1));
    row.put(&title, style).put(" ", style);
}

/// The shape of the song: what is behind the playhead in the role of what plays.
fn draw_wave(app: &App, skin: &Skin, area: Rect, share: f64, frame: &mut Frame) {
    let columns = app
        .player
        .waveform()
        .columns((0.0, 1.0), usize::from(area.width));
    let head = head(area.width, share);
    let rows = usize::from(area.height);
    for (column, peak) in (0..area.width).zip(columns) {
        let role = match column {
            column if column < head => Role::Playing,
            column if column == head => Role::Accent,
            _ => Role::Muted,
        };
        // At least a line, so that silence has a place too.
        let filled = (usize::from(peak) * rows * 8 / 255).max(1);
        for row in 0..area.height {
            let above = usize::from(area.height - 1 - row) * 8;
            let eighths = filled.saturating_sub(above).min(8);
            let symbol = if column == head {
                "┃"
            } else {
                EIGHTHS.get(eighths).copied().unwrap_or(" ")
            };
            if let Some(cell) = frame.buffer_mut().cell_mut((area.x + column, area.y + row)) {
                cell.set_symbol(symbol).set_style(skin.style(role));
            }
        }
    }
}

/// A thin line while the shape is not known.
fn draw_line(skin: &Skin, area: Rect, share: f64, frame: &mut Frame) {
    let head = head(area.width, share);
    let y = area.y + area.height.saturating_sub(1) / 2;
    if area.height == 0 {
        return;
    }
    for column in 0..area.width {
        let (symbol, role) = match column {
            column if column < head => ("━", Role::Playing),
            column if column == head => ("●", Role::Accent),
            _ => ("─", Role::Muted),
        };
        if let Some(cell) = frame.buffer_mut().cell_mut((area.x + column, y)) {
            cell.set_symbol(symbol).set_style(skin.style(role));
        }
    }
}

/// The column of the playhead.
fn head(width: u16, share: f64) -> u16 {
    let last = f64::from(width.saturating_sub(1));
    (share.clamp(0.0, 1.0) * last).round() as u16
}
