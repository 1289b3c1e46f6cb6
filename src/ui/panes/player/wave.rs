//! The waveform: peaks and loudness, with the playhead, the cursor, the marks and the sections on it.
//!
//! Invariant: playhead, cursor and marks can be told apart without colours.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::app::App;
use crate::app::settings::{Role, WaveStyle};
use crate::domain::{Lyric, Mark, Seconds, Song, Span};
use crate::ui::Skin;
use crate::ui::text::Row;

/// A cell filled by eighths.
pub(super) const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What is drawn where: the song, the part of it in sight, and how long it is.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub song: &'a Song,
    pub seen: Span,
    pub length: Seconds,
}

impl<'a> Sight<'a> {
    /// What is in sight of the song that is on. `None` while nobody knows how long it is.
    pub(super) fn of(app: &App, song: &'a Song) -> Option<Self> {
        let length = app.player.duration().or(song.duration)?;
        (length.0 > 0.0).then(|| Sight {
            song,
            seen: app.player.view.in_sight(app.player.position(), length),
            length,
        })
    }

    /// The column of a moment, where it is in sight.
    pub(super) fn column(&self, at: Seconds, width: u16) -> Option<u16> {
        let share = (at.0 - self.seen.from.0) / (self.seen.to.0 - self.seen.from.0);
        let in_sight = (-1e-9..=1.0 + 1e-9).contains(&share) && width > 0;
        in_sight.then(|| {
            (share * f64::from(width - 1))
                .round()
                .clamp(0.0, f64::from(width - 1)) as u16
        })
    }

    fn shares(&self) -> (f64, f64) {
        (
            self.seen.from.0 / self.length.0,
            self.seen.to.0 / self.length.0,
        )
    }
}

/// Draws the waveform of what is in sight.
pub(super) fn draw(app: &App, skin: &Skin, sight: Sight, area: Rect, frame: &mut Frame) {
    let head = sight.column(app.player.position(), area.width);
    if app.player.waveform().is_empty() {
        draw_line(skin, area, head, frame);
    } else {
        draw_shape(app, skin, sight, area, frame);
    }
    draw_sections(app, skin, sight, area, frame);
    let cursor = app.player.view.cursor();
    let cursor = cursor.and_then(|at| sight.column(at, area.width));
    upright(frame, area, cursor, ("│", skin.style(Role::Focus)));
    // A mark that was just set at the cursor is seen.
    let marks = sight.song.more.marks;
    for (mark, symbol) in [(Mark::In, "["), (Mark::Out, "]")] {
        let column = marks.get(mark).and_then(|at| sight.column(at, area.width));
        upright(frame, area, column, (symbol, skin.style(Role::Heading)));
    }
    if !app.player.waveform().is_empty() {
        upright(frame, area, head, ("┃", skin.style(Role::Accent)));
    }
}

/// A line from top to bottom.
fn upright(frame: &mut Frame, area: Rect, column: Option<u16>, (symbol, style): (&str, Style)) {
    let Some(column) = column else { return };
    for y in area.top()..area.bottom() {
        if let Some(cell) = frame.buffer_mut().cell_mut((area.x + column, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }
}

/// How a column looks: its body, which is how loud it is altogether, and its peaks above.
fn styles(app: &App, skin: &Skin, at: Seconds) -> (Style, Style) {
    let is_past = at <= app.player.position();
    let in_loop = app
        .player
        .looping()
        .is_some_and(|span| span.from <= at && at <= span.to);
    let body = match (is_past, in_loop) {
        (true, _) => skin.style(Role::Playing),
        (false, true) => skin.style(Role::Text),
        (false, false) => skin.style(Role::Muted),
    };
    (body, body.add_modifier(Modifier::DIM))
}

fn draw_shape(app: &App, skin: &Skin, sight: Sight, area: Rect, frame: &mut Frame) {
    let fine = match app.settings.wave {
        WaveStyle::Blocks => 1,
        WaveStyle::Braille => 2,
    };
    let columns = usize::from(area.width) * fine;
    let peaks = app.player.waveform().columns(sight.shares(), columns);
    let loud = app
        .player
        .waveform()
        .loudness_columns(sight.shares(), columns);
    let width = sight.seen.to.0 - sight.seen.from.0;
    for column in 0..area.width {
        let at =
            Seconds(sight.seen.from.0 + width * (f64::from(column) + 0.5) / f64::from(area.width));
        let (body, peak) = styles(app, skin, at);
        let first = usize::from(column) * fine;
        let tops = peaks.get(first..first + fine).unwrap_or_default();
        let loudest = loud.get(first..first + fine).unwrap_or_default();
        let loudest = loudest.iter().copied().max();
        for row in 0..area.height {
            let Some(cell) = frame.buffer_mut().cell_mut((area.x + column, area.y + row)) else {
                continue;
            };
            let symbol = match tops {
                [left, right] => braille((*left, *right), (row, area.height)),
                [top] => block(*top, (row, area.height)).into(),
                _ => " ".into(),
            };
            // A cell belongs to the body where that reaches its middle; while the loudness is not known all is body.
            let above = f64::from(area.height - 1 - row) + 0.5;
            let is_body = loudest
                .is_none_or(|loud| f64::from(loud) * f64::from(area.height) / 255.0 >= above);
            let is_lowest = row + 1 == area.height;
            cell.set_symbol(&symbol)
                .set_style(if is_body || is_lowest { body } else { peak });
        }
    }
}

/// A peak as the block of one row. At least a line at the bottom, so that silence has a place too.
fn block(peak: u8, (row, rows): (u16, u16)) -> &'static str {
    let filled = (usize::from(peak) * usize::from(rows) * 8 / 255).max(1);
    let below = usize::from(rows - 1 - row) * 8;
    EIGHTHS[filled.saturating_sub(below).min(8)]
}

/// Two peaks side by side as the dots of one row.
fn braille((left, right): (u8, u8), (row, rows): (u16, u16)) -> String {
    // The dots of a column from the bottom up.
    const LEFT: [u32; 4] = [0x40, 0x04, 0x02, 0x01];
    const RIGHT: [u32; 4] = [0x80, 0x20, 0x10, 0x08];
    let dots = |peak: u8, of: [u32; 4]| -> u32 {
        let filled = (usize::from(peak) * usize::from(rows) * 4 / 255).max(1);
        let below = usize::from(rows - 1 - row) * 4;
        of.iter().take(filled.saturating_sub(below)).sum()
    };
    let pattern = 0x2800 + dots(left, LEFT) + dots(right, RIGHT);
    char::from_u32(pattern).unwrap_or(' ').to_string()
}

/// A thin line while the shape is not known.
fn draw_line(skin: &Skin, area: Rect, head: Option<u16>, frame: &mut Frame) {
    let y = area.y + area.height.saturating_sub(1) / 2;
    if area.height == 0 {
        return;
    }
    for column in 0..area.width {
        let (symbol, role) = match head {
            Some(head) if column < head => ("━", Role::Playing),
            Some(head) if column == head => ("●", Role::Accent),
            _ => ("─", Role::Muted),
        };
        if let Some(cell) = frame.buffer_mut().cell_mut((area.x + column, y)) {
            cell.set_symbol(symbol).set_style(skin.style(role));
        }
    }
}

/// Dotted lines where the sections may begin, behind the shape.
fn draw_sections(app: &App, skin: &Skin, sight: Sight, area: Rect, frame: &mut Frame) {
    if !app.player.view.sections {
        return;
    }
    for (_, column) in sections(sight, area.width) {
        for y in area.top()..area.bottom() {
            if let Some(cell) = frame.buffer_mut().cell_mut((area.x + column, y))
                && matches!(cell.symbol(), " " | "\u{2800}")
            {
                cell.set_symbol("┊").set_style(skin.style(Role::Muted));
            }
        }
    }
}

fn sections(sight: Sight<'_>, width: u16) -> impl Iterator<Item = (&str, u16)> {
    Lyric::new(&sight.song.lyric)
        .outline()
        .into_iter()
        .filter_map(move |(name, share)| {
            let column = sight.column(Seconds(share * sight.length.0), width)?;
            Some((name, column))
        })
}

/// The names of the sections, each with a `~`: where it stands is a guess.
pub(super) fn draw_names(skin: &Skin, sight: Sight, area: Rect, frame: &mut Frame) {
    if area.height == 0 {
        return;
    }
    let mut free_from = 0;
    for (name, column) in sections(sight, area.width) {
        if column < free_from {
            continue;
        }
        let place = Rect {
            x: area.x + column,
            width: area.width - column,
            ..area
        };
        let mut row = Row::new(frame.buffer_mut(), place, area.y);
        row.put("~", skin.style(Role::Muted))
            .put(name, skin.style(Role::Heading));
        free_from = row.x() - area.x + 2;
    }
}

/// The clock under the waveform.
pub(super) fn draw_ruler(skin: &Skin, sight: Sight, area: Rect, frame: &mut Frame) {
    const STEPS: [f64; 10] = [0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0];
    /// A label with room around it.
    const LABEL: f64 = 11.0;
    let width = sight.seen.to.0 - sight.seen.from.0;
    let second = f64::from(area.width) / width;
    let step = STEPS
        .into_iter()
        .find(|step| step * second >= LABEL)
        .unwrap_or(600.0);
    let mut at = (sight.seen.from.0 / step).ceil() * step;
    while at <= sight.seen.to.0 {
        if let Some(column) = sight.column(Seconds(at), area.width) {
            let label = if step < 1.0 {
                Seconds(at).clock_tenths()
            } else {
                Seconds(at).to_string()
            };
            let place = Rect {
                x: area.x + column,
                width: area.width - column,
                ..area
            };
            if usize::from(place.width) > label.len() {
                Row::new(frame.buffer_mut(), place, area.y)
                    .put("╵", skin.style(Role::Muted))
                    .put(&label, skin.style(Role::Muted));
            }
        }
        at += step;
    }
}
