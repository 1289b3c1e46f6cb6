//! The mixer: one row for each stem, with how loud it is.
//!
//! Invariant: what is muted or solo is told in words, not by colour alone.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{below_line, window_width};
use crate::app::App;
use crate::app::settings::Role;
use crate::domain::{Level, MediaFile, SongId};
use crate::ui::Skin;
use crate::ui::chrome;
use crate::ui::list;
use crate::ui::panes::library;
use crate::ui::popup;
use crate::ui::text::{self, Row};

/// The cells of a level.
const BAR: usize = 24;
/// The cells of a stem's name.
const NAME: usize = 14;

/// The room for the stems.
pub(super) fn area(app: &App, screen: Rect, song: &SongId) -> Rect {
    below_line(popup::inner(window(app, screen, song)))
}

fn window(app: &App, screen: Rect, song: &SongId) -> Rect {
    let stems = app.songs.get(song).map_or(0, |song| song.more.stems.len());
    let height = u16::try_from(stems + 4).unwrap_or(u16::MAX);
    popup::area(screen, (window_width(screen, 72), height))
}

/// Draws the window.
pub(super) fn draw(app: &App, skin: &Skin, (id, selected): (&SongId, usize), frame: &mut Frame) {
    let Some(song) = app.songs.get(id) else {
        return;
    };
    let area = window(app, frame.area(), id);
    let at = app.player.position().clock_tenths();
    let inner = popup::open(skin, frame, area, (skin.strings.listening.mixer, &at));
    Row::new(frame.buffer_mut(), inner, inner.y)
        .skip(2)
        .put(library::title(skin, song), skin.style(Role::Heading));
    let list = below_line(inner);
    let mix = app.mix_of(id);
    let gains = Level::gains(&mix);
    let stems = &song.more.stems;
    let seen = list::window(selected, stems.len(), usize::from(list.height));
    let rows = stems.iter().zip(mix.iter().zip(gains)).enumerate();
    for ((index, (stem, (level, gain))), y) in
        rows.take(seen.end).skip(seen.start).zip(list.top()..)
    {
        let row = Rect {
            y,
            height: 1,
            ..list
        };
        draw_stem(skin, (stem, *level, gain), row, frame);
        if index == selected {
            chrome::select(skin, frame, row, true);
        }
    }
}

fn draw_stem(
    skin: &Skin,
    (stem, level, gain): (&MediaFile, Level, f32),
    area: Rect,
    frame: &mut Frame,
) {
    let words = &skin.strings.listening;
    let (bar, name) = if gain > 0.0 {
        (Role::Playing, Role::Text)
    } else {
        (Role::Muted, Role::Muted)
    };
    let share = (level.decibels - Level::LEAST) / (Level::MOST - Level::LEAST);
    let filled = ((share * BAR as f32).round() as usize).min(BAR);
    let mut row = Row::new(frame.buffer_mut(), area, area.y);
    row.skip(2).put_padded(
        &text::cut(stem_name(stem), NAME),
        NAME + 1,
        skin.style(name),
    );
    row.put(&"▓".repeat(filled), skin.style(bar));
    row.put(&"░".repeat(BAR - filled), skin.style(Role::Muted))
        .skip(1);
    let decibels = if level.decibels <= Level::LEAST {
        "−∞ dB".to_owned()
    } else {
        format!("{:+.0} dB", level.decibels)
    };
    row.put(&format!("{decibels:>7}"), skin.style(name)).skip(2);
    if level.solo {
        row.put(words.solo, skin.style(Role::Accent)).skip(1);
    }
    if level.muted {
        row.put(words.muted, skin.style(Role::Warn));
    }
}

/// The name of a stem without its folder and suffix.
fn stem_name(stem: &MediaFile) -> &str {
    let name = stem.name.rsplit('/').next().unwrap_or(&stem.name);
    name.rsplit_once('.').map_or(name, |(name, _)| name)
}
