//! The player in a window of its own: the shape with its sections and its clock, the marks, the spectrum, what plays next.
//!
//! Invariant: what has no room is left out whole, from the bottom up.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::wave::{self, Sight};
use super::{library, spectrum};
use crate::app::App;
use crate::app::event::Target;
use crate::app::settings::Role;
use crate::domain::{Mark, Seconds, Song};
use crate::ui::Skin;
use crate::ui::chrome;
use crate::ui::popup;
use crate::ui::text::{self, Row};

/// The most rows of the waveform and of the spectrum.
const WAVE_MOST: u16 = 12;
const SPECTRUM_MOST: u16 = 8;

/// Draws the window.
pub(crate) fn draw(app: &App, skin: &Skin, frame: &mut Frame) {
    let screen = frame.area();
    let song = super::on(app);
    let title = song.map_or(skin.strings.listening.title, |song| {
        library::title(skin, song)
    });
    let head = head(app, skin, song);
    let room = usize::from(screen.width).saturating_sub(14);
    let title = text::cut(title, room).into_owned();
    let mut rest = popup::open(skin, frame, window(screen), (&title, &head));
    let Some(song) = song else {
        let idle = [(skin.strings.player_idle)(skin.keymap)];
        chrome::empty(skin, frame, rest, &idle);
        return;
    };
    if let Some(problem) = app.player.problem() {
        let line = take(&mut rest, 1);
        Row::new(frame.buffer_mut(), line, line.y)
            .put(&format!("✗ {problem}"), skin.style(Role::Error));
    }
    draw_shape(app, skin, song, &mut rest, frame);
    draw_marks(app, skin, song, take(&mut rest, 1), frame);
    take(&mut rest, 1);
    if app.player.wants_spectrum() && rest.height >= 4 {
        let rows = (rest.height / 2).clamp(2, SPECTRUM_MOST);
        spectrum::draw(app, skin, take(&mut rest, rows), frame);
        take(&mut rest, 1);
    }
    draw_up_next(app, skin, rest, frame);
}

/// The share of what is in sight at a cell of the waveform.
pub(crate) fn target(app: &App, screen: Rect, at: Position) -> Option<Target> {
    Sight::of(app, super::on(app)?)?;
    let mut rest = popup::inner(window(screen));
    if app.player.problem().is_some() {
        take(&mut rest, 1);
    }
    let (_, shape) = shape_areas(app, &mut rest);
    super::share_at(shape, at)
}

fn window(screen: Rect) -> Rect {
    // On a small screen the small player would look out from under it.
    let beside = if screen.width < 100 { 0 } else { 8 };
    let above = if screen.height < 36 { 1 } else { 6 };
    let size = (
        screen.width.saturating_sub(beside),
        screen.height.saturating_sub(above).min(40),
    );
    popup::area(screen, size)
}

/// Cuts rows from the top of what is left.
fn take(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    let taken = Rect {
        height: rows,
        ..*rest
    };
    rest.y += rows;
    rest.height -= rows;
    taken
}

fn head(app: &App, skin: &Skin, song: Option<&Song>) -> String {
    let at = app.player.position().clock_tenths();
    let length = app.length_on().map(Seconds::clock_tenths);
    let time = length.map_or(at.clone(), |all| format!("{at} / {all}"));
    let state = super::state(app, skin, song, false);
    let parts = [time, state].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

fn draw_shape(app: &App, skin: &Skin, song: &Song, rest: &mut Rect, frame: &mut Frame) {
    let Some(sight) = Sight::of(app, song) else {
        return;
    };
    let (names, shape) = shape_areas(app, rest);
    wave::draw_names(skin, sight, names, frame);
    wave::draw(app, skin, sight, shape, frame);
    wave::draw_ruler(skin, sight, take(rest, 1), frame);
}

/// The row of the sections' names, where they are wanted, and the rows of the shape.
fn shape_areas(app: &App, rest: &mut Rect) -> (Rect, Rect) {
    let names = take(rest, u16::from(app.player.view.sections));
    let rows = (rest.height / 2).clamp(2, WAVE_MOST);
    (names, take(rest, rows))
}

/// The marks, how far they are apart, and the cursor.
fn draw_marks(app: &App, skin: &Skin, song: &Song, line: Rect, frame: &mut Frame) {
    if line.height == 0 {
        return;
    }
    let marks = song.more.marks;
    let told = |mark: Mark| {
        marks
            .get(mark)
            .map_or_else(|| "–".to_owned(), Seconds::clock_tenths)
    };
    let (accent, text) = (skin.style(Role::Heading), skin.style(Role::Text));
    let mut row = Row::new(frame.buffer_mut(), line, line.y);
    row.put("[ ", accent).put(&told(Mark::In), text).skip(2);
    row.put("] ", accent).put(&told(Mark::Out), text).skip(2);
    if let Some(span) = marks.span() {
        let length = format!("{:.1} s", span.to.0 - span.from.0);
        row.put(&length, skin.style(Role::Muted)).skip(2);
    }
    if let Some(cursor) = app.player.view.cursor() {
        row.put("│ ", skin.style(Role::Focus))
            .put(&cursor.clock_tenths(), text)
            .skip(2);
    }
    if app.player.view.sections {
        let words = format!("~ {}", skin.strings.listening.estimated);
        row.put(&words, skin.style(Role::Muted));
    }
}

fn draw_up_next(app: &App, skin: &Skin, rest: Rect, frame: &mut Frame) {
    let songs = app.player.up_next.songs();
    if songs.len() == 0 || rest.height < 2 {
        return;
    }
    Row::new(frame.buffer_mut(), rest, rest.y)
        .put(skin.strings.listening.up_next, skin.style(Role::Heading));
    for (id, y) in songs.zip(rest.top() + 1..rest.bottom()) {
        let title = app
            .songs
            .get(id)
            .map_or("", |song| library::title(skin, song));
        Row::new(frame.buffer_mut(), rest, y)
            .skip(2)
            .put(title, skin.style(Role::Text));
    }
}
