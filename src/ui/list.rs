//! The part of a list that is in sight, computed anew from the selection and the height.
//!
//! Invariant: the selected row is always in sight, and no more rows are looked at than are shown.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The rows in sight: the selection in the middle, except near both ends.
pub(crate) fn window(selected: usize, count: usize, height: usize) -> Range<usize> {
    if count <= height {
        return 0..count;
    }
    let top = selected.saturating_sub(height / 2).min(count - height);
    top..top + height
}

/// The rows from `top` on, as far as a last full page allows.
pub(crate) fn page(top: usize, count: usize, height: usize) -> Range<usize> {
    let top = top.min(count.saturating_sub(height));
    top..count.min(top + height)
}

/// Marks on the column right of `area` (its border) which part of `count` rows is in sight, where not all of it is.
pub(crate) fn scrollbar(
    buffer: &mut Buffer,
    area: Rect,
    seen: &Range<usize>,
    count: usize,
    style: Style,
) {
    let height = usize::from(area.height);
    if count <= seen.len() || height == 0 {
        return;
    }
    let length = (height * seen.len() / count).clamp(1, height);
    let room = height - length;
    let top = (seen.start * room)
        .div_ceil((count - seen.len()).max(1))
        .min(room);
    for y in top..top + length {
        if let Some(cell) = buffer.cell_mut((area.right(), area.top() + y as u16)) {
            cell.set_symbol("┃").set_style(style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_is_in_sight_and_the_page_is_full() {
        for count in 0..30 {
            for height in 1..12 {
                for selected in 0..count {
                    let seen = window(selected, count, height);
                    assert!(seen.contains(&selected));
                    assert_eq!(seen.len(), count.min(height));
                }
            }
        }
        assert_eq!(page(usize::MAX, 20, 5), 15..20);
        assert_eq!(page(3, 2, 5), 0..2);
    }
}
