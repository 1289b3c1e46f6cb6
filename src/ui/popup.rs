//! A window over the panes.
//!
//! Invariant: no half of a wide character is left beside it, and the line of keys below stays free.

use ratatui::Frame;
use ratatui::buffer::CellWidth;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::Skin;
use super::chrome::{self, Head};
use super::layout::{Form, Place};

/// The window of at most this many columns and rows, border included, in the middle of a screen.
pub(crate) fn area(screen: Rect, (width, height): (u16, u16)) -> Rect {
    let most = Rect {
        height: screen.height.saturating_sub(1),
        ..screen
    };
    let width = width.min(most.width);
    let height = height.min(most.height);
    Rect::new(
        most.x + (most.width - width) / 2,
        most.y + (most.height - height) / 2,
        width,
        height,
    )
}

/// The room inside a window: a blank column on both sides lets the text breathe.
pub(crate) fn inner(area: Rect) -> Rect {
    let inner = boxed(area).inner();
    Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

fn boxed(area: Rect) -> Place {
    Place {
        area,
        form: Form::Boxed,
    }
}

/// Opens a window and gives back the room inside.
pub(crate) fn open(skin: &Skin, frame: &mut Frame, area: Rect, head: (&str, &str)) -> Rect {
    clear(frame, area);
    let head = Head {
        focused: true,
        title: head.0,
        foot: head.1,
        ..Head::default()
    };
    chrome::frame(skin, frame, &boxed(area), &head);
    inner(area)
}

/// Blanks an area, and each wide character that reaches into it from the left.
pub(crate) fn clear(frame: &mut Frame, area: Rect) {
    let buffer = frame.buffer_mut();
    if area.x > 0 {
        for y in area.top()..area.bottom() {
            if let Some(cell) = buffer.cell_mut((area.x - 1, y))
                && cell.symbol().cell_width() > 1
            {
                cell.set_symbol(" ");
            }
        }
    }
    Clear.render(area, buffer);
}
