//! The player as it looks: what plays, where, how loud, and the shape of the whole song.
//!
//! Invariant: the playhead can be seen without colours.

mod large;
mod spectrum;
mod wave;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::library;
use crate::app::App;
use crate::app::event::Target;
use crate::app::settings::Role;
use crate::app::songs::FetchProgress;
use crate::domain::saved::Repeat;
use crate::domain::{MediaKind, OutputKind, Seconds, Song};
use crate::ui::Skin;
use crate::ui::chrome::{self, Head};
use crate::ui::layout::Place;
use crate::ui::text::{self, Row};
pub(crate) use large::{draw as draw_large, target as target_large};
use wave::Sight;

/// The least that is left of a title.
const TITLE_LEAST: usize = 12;
/// From this height on there is a clock under the waveform, and from this width on a spectrum beside it.
const WITH_RULER: u16 = 4;
const WITH_SPECTRUM: u16 = 60;

/// Draws the player.
pub(crate) fn draw(app: &App, skin: &Skin, place: &Place, frame: &mut Frame) {
    chrome::frame(skin, frame, place, &Head::default());
    draw_title(app, skin, place, frame);
    let inner = inner_area(place);
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
    if let Some(sight) = Sight::of(app, song) {
        let area = wave_area(app, inner);
        if area.height >= WITH_RULER {
            let (shape, ruler) = split_last_row(area);
            wave::draw(app, skin, sight, shape, frame);
            wave::draw_ruler(skin, sight, ruler, frame);
        } else {
            wave::draw(app, skin, sight, area, frame);
        }
    }
    if app.player.wants_spectrum() {
        spectrum::draw(app, skin, spectrum_area(inner), frame);
    }
}

/// The share of what is in sight at a cell of the waveform.
pub(crate) fn target(app: &App, place: &Place, at: Position) -> Option<Target> {
    share_at(wave_area(app, inner_area(place)), at)
}

fn share_at(shape: Rect, at: Position) -> Option<Target> {
    if !shape.contains(at) {
        return None;
    }
    let share = f64::from(at.x - shape.x) / f64::from(shape.width.saturating_sub(1).max(1));
    Some(Target::Waveform(share))
}

/// A free column on both sides, like everywhere.
fn inner_area(place: &Place) -> Rect {
    let inner = place.inner();
    Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// What is left for the waveform beside the spectrum.
fn wave_area(app: &App, inner: Rect) -> Rect {
    if !app.player.wants_spectrum() || !app.player.is_open() || spectrum_area(inner).width == 0 {
        return inner;
    }
    Rect {
        width: inner.width - spectrum_area(inner).width - 2,
        ..inner
    }
}

/// The place of the spectrum at the right; none where the waveform needs it all.
fn spectrum_area(inner: Rect) -> Rect {
    let width = if inner.width < WITH_SPECTRUM {
        0
    } else {
        (inner.width / 5).clamp(12, 32)
    };
    Rect {
        x: inner.right() - width,
        width,
        ..inner
    }
}

fn split_last_row(area: Rect) -> (Rect, Rect) {
    let above = Rect {
        height: area.height - 1,
        ..area
    };
    let last = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    (above, last)
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
    let long = state(app, skin, song, false);
    let short = state(app, skin, song, true);
    let state = if fits(&long) {
        (true, long)
    } else {
        (fits(&short), short)
    };
    let shown = [
        time,
        (state.0, state.1.as_str(), Role::Accent),
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

/// What else is to be known of how it plays: what it waits for, the loop, the zoom, what comes next. `short`: where there is
/// little room.
fn state(app: &App, skin: &Skin, song: Option<&Song>, short: bool) -> String {
    let words = &skin.strings.listening;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(app.links.port().map(words.served));
    let fetched = song.and_then(|song| app.songs.progress(&song.id, MediaKind::Audio));
    match fetched.map(FetchProgress::percent) {
        Some(percent) if !short => parts.push((skin.strings.details.fetching)(percent)),
        Some(Some(percent)) => parts.push(format!("⇣ {percent}%")),
        Some(None) => parts.push("⇣".to_owned()),
        None => {}
    }
    if app.player.is_starved() {
        parts.push(words.starved.to_owned());
    }
    if app.player.looping().is_some() {
        parts.push(format!("↻ {}", words.loops));
    }
    if app.player.view.zoom() > 0 {
        parts.push(format!("×{}", 1u32 << app.player.view.zoom()));
    }
    match app.player.up_next.repeat() {
        Repeat::Off => {}
        repeat => parts.push((words.repeat)(repeat).to_owned()),
    }
    let waiting = app.player.up_next.songs().len();
    if waiting > 0 {
        parts.push(format!("+{waiting}"));
    }
    parts.join(" · ")
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
    let Some(two) = app.player.comparison() else {
        let title = text::cut(library::title(skin, song), row.room().saturating_sub(1));
        row.put(&title, style).put(" ", style);
        return;
    };
    // Both names, each with its letter; the one that is heard stands first.
    let (heard, other) = if two.hears_b { ("B", "A") } else { ("A", "B") };
    let aside = app
        .songs
        .get(two.other())
        .map_or("", |song| library::title(skin, song));
    let aside = if two.is_ready {
        aside
    } else {
        skin.strings.listening.opening
    };
    let room = row.room().saturating_sub(10) / 2;
    let names = [library::title(skin, song), aside].map(|name| text::cut(name, room));
    row.put(&format!("{heard} {} ", names[0]), style);
    row.put(&format!("⇄ {other} {} ", names[1]), skin.style(Role::Muted));
}
