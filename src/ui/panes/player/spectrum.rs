//! The spectrum of what is heard: one bar for some bands, low ones at the left.
//!
//! Invariant: while nothing is heard nothing is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::wave::EIGHTHS;
use crate::app::App;
use crate::app::settings::Role;
use crate::ui::Skin;

/// Draws the spectrum.
pub(super) fn draw(app: &App, skin: &Skin, area: Rect, frame: &mut Frame) {
    let bands = app.player.spectrum();
    if bands.is_empty() || area.width == 0 {
        return;
    }
    let columns = usize::from(area.width);
    let style = skin.style(Role::Accent);
    for column in 0..columns {
        let from = column * bands.len() / columns;
        let to = ((column + 1) * bands.len() / columns).max(from + 1);
        let loudest = bands.get(from..to).unwrap_or_default().iter().max();
        let filled = usize::from(*loudest.unwrap_or(&0)) * usize::from(area.height) * 8 / 255;
        for row in 0..area.height {
            let below = usize::from(area.height - 1 - row) * 8;
            let symbol = EIGHTHS[filled.saturating_sub(below).min(8)];
            if symbol != " "
                && let Some(cell) = frame
                    .buffer_mut()
                    .cell_mut((area.x + column as u16, area.y + row))
            {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}
