//! Where everything stands. Pure geometry.
//!
//! ```text
//! wide, from 120×30                                   one column, from 40×10 (here with the lyrics in focus)
//! ╭ Compose ─╮╭ Lyrics ───────╮╭ Queue ───────╮       1 Compose  from the prompt …
//! │          ││               ││              │       ╭ 2 Lyrics ────────────────────╮
//! │          ││               │╰──────────────╯       │                              │
//! │          ││               │╭ Library ─────╮       ╰──────────────────────────────╯
//! │          ││               ││              │       3 Queue    1 running …
//! ╰──────────╯╰───────────────╯╰──────────────╯       4 Library  128 songs
//! ╭ player ───────────────────────────────────╮       ── player ──────────────────────
//! ╰───────────────────────────────────────────╯       ▁▂▅▇▆▅▃▂▁▂▅▇█▆▅▃▂
//!  keys                                                keys
//! ```
//!
//! Invariant: the places never overlap and never leave the screen.

use ratatui::layout::Rect;

use crate::app::panes::PaneId;

/// The least width and height that something can be drawn in.
pub(crate) const LEAST: (u16, u16) = (40, 10);
/// From here on all panes are shown at once.
const WIDE: (u16, u16) = (120, 30);

/// How a pane is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// With a border around it.
    Boxed,
    /// With a line above it.
    Ruled,
    /// As one line that tells what is in it.
    Folded,
}

/// Where a pane stands and how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// With its border or line.
    pub(crate) area: Rect,
    /// How.
    pub(crate) form: Form,
}

impl Place {
    /// What is left for the contents.
    pub(crate) fn inner(&self) -> Rect {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.area;
        match self.form {
            Form::Boxed => Rect::new(
                x + 1.min(width),
                y + 1.min(height),
                width.saturating_sub(2),
                height.saturating_sub(2),
            ),
            Form::Ruled => Rect::new(x, y + 1.min(height), width, height.saturating_sub(1)),
            Form::Folded => self.area,
        }
    }
}

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Areas {
    /// In the order of [`PaneId::ALL`].
    pub(crate) panes: [Place; 4],
    /// The player.
    pub(crate) player: Place,
    /// The line of keys and notices.
    pub(crate) hints: Rect,
}

impl Areas {
    /// Where a pane stands.
    pub(crate) fn pane(&self, pane: PaneId) -> Place {
        self.panes[pane as usize]
    }
}

/// Where everything stands on a screen, or nothing where there is not enough room.
pub(crate) fn areas(screen: Rect, focus: PaneId) -> Option<Areas> {
    if screen.width < LEAST.0 || screen.height < LEAST.1 {
        return None;
    }
    let (above, hints) = split(screen, screen.height - 1);
    if screen.width >= WIDE.0 && screen.height >= WIDE.1 {
        Some(wide(above, hints))
    } else {
        Some(column(above, hints, focus))
    }
}

/// An area cut in two after `rows` rows.
fn split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (
        Rect {
            height: rows,
            ..area
        },
        Rect {
            y: area.y + rows,
            height: area.height - rows,
            ..area
        },
    )
}

/// An area cut in two after `columns` columns.
fn split_beside(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (
        Rect {
            width: columns,
            ..area
        },
        Rect {
            x: area.x + columns,
            width: area.width - columns,
            ..area
        },
    )
}

fn wide(area: Rect, hints: Rect) -> Areas {
    let waveform = match area.height {
        ..36 => 2,
        36..46 => 3,
        46..56 => 4,
        _ => 5,
    };
    let (panes, player) = split(area, area.height - waveform - 2);
    let share = |percent: u16| (u32::from(area.width) * u32::from(percent) / 100) as u16;
    let (compose, rest) = split_beside(panes, share(29).clamp(40, 64));
    let right = share(32).clamp(40, 100);
    let (lyrics, right) = split_beside(rest, rest.width - right);
    let (queue, library) = split(right, (right.height * 2 / 5).clamp(8, 18));
    let boxed = |area| Place {
        area,
        form: Form::Boxed,
    };
    Areas {
        panes: [boxed(compose), boxed(lyrics), boxed(queue), boxed(library)],
        player: boxed(player),
        hints,
    }
}

/// The panes one above the other, folded but for the one in focus.
fn column(area: Rect, hints: Rect, focus: PaneId) -> Areas {
    let player = match area.height {
        ..15 => 2,
        15..32 => 3,
        _ => 4,
    };
    let (mut rest, player) = split(area, area.height - player);
    let folded = PaneId::ALL.len() as u16 - 1;
    let large = rest.height - folded;
    let form = if large >= 8 { Form::Boxed } else { Form::Ruled };
    let panes = PaneId::ALL.map(|pane| {
        let (rows, form) = if pane == focus {
            (large, form)
        } else {
            (1, Form::Folded)
        };
        let (area, below) = split(rest, rows);
        rest = below;
        Place { area, form }
    });
    Areas {
        panes,
        player: Place {
            area: player,
            form: Form::Ruled,
        },
        hints,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(areas: &Areas) -> Vec<Rect> {
        let mut all: Vec<Rect> = areas.panes.iter().map(|place| place.area).collect();
        all.extend([areas.player.area, areas.hints]);
        all
    }

    #[test]
    fn places_fill_the_screen_without_overlap() {
        for width in (40..=320).step_by(7) {
            for height in 10..=110 {
                for focus in PaneId::ALL {
                    let screen = Rect::new(0, 0, width, height);
                    let areas = areas(screen, focus).expect("enough room");
                    let all = all(&areas);
                    let cells: u32 = all.iter().map(|area| area.area()).sum();
                    assert_eq!(cells, screen.area(), "{width}×{height}");
                    for (at, area) in all.iter().enumerate() {
                        assert_eq!(area.intersection(screen), *area);
                        assert!(
                            all.iter()
                                .skip(at + 1)
                                .all(|other| !area.intersects(*other))
                        );
                    }
                    assert!(areas.pane(focus).inner().height >= 3, "{width}×{height}");
                }
            }
        }
    }

    #[test]
    fn without_room_there_are_no_places() {
        for (width, height) in [(0, 0), (1, 1), (39, 30), (200, 9)] {
            assert_eq!(areas(Rect::new(0, 0, width, height), PaneId::Queue), None);
        }
    }
}
