//! A drawn screen as text, for snapshots and assertions.

use std::fmt::Write as _;

use fuzzbox::app::App;
use fuzzbox::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::style::{Color, Modifier};

/// What the terminal would show.
pub struct Screen {
    pub buffer: Buffer,
    /// Where the cursor is, if it shows.
    pub cursor: Option<(u16, u16)>,
}

/// Draws the app on a screen of this size.
pub fn shoot(app: &App, width: u16, height: u16) -> Screen {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("in memory");
    terminal
        .draw(|frame| ui::draw(app, frame))
        .expect("in memory");
    let shown = terminal.backend().cursor_visible();
    let at = terminal.backend().cursor_position();
    Screen {
        buffer: terminal.backend().buffer().clone(),
        cursor: shown.then_some((at.x, at.y)),
    }
}

impl Screen {
    /// The text, a line a row, without the cells that wide characters cover and without spaces at the ends of lines.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for y in 0..self.buffer.area.height {
            let mut line = String::new();
            let mut covered = 0;
            for x in 0..self.buffer.area.width {
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                let symbol = self.buffer[(x, y)].symbol();
                covered = symbol.cell_width().saturating_sub(1);
                line.push_str(symbol);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The styles, a line a run of cells that share one: `row:column text | style`.
    pub fn styles(&self) -> String {
        let mut told = String::new();
        for y in 0..self.buffer.area.height {
            let mut x = 0;
            while x < self.buffer.area.width {
                let style = self.buffer[(x, y)].style();
                let start = x;
                let mut text = String::new();
                while x < self.buffer.area.width && self.buffer[(x, y)].style() == style {
                    let symbol = self.buffer[(x, y)].symbol();
                    text.push_str(symbol);
                    x += symbol.cell_width().max(1);
                }
                let plain = style.fg == Some(Color::Reset)
                    && style.bg == Some(Color::Reset)
                    && style.add_modifier == Modifier::empty();
                if !plain && !text.trim().is_empty() {
                    let name = |colour: Option<Color>| {
                        colour.filter(|c| *c != Color::Reset).map(|c| c.to_string())
                    };
                    let parts = [
                        name(style.fg),
                        name(style.bg).map(|bg| format!("on {bg}")),
                        Some(format!("{:?}", style.add_modifier)).filter(|m| m != "NONE"),
                    ];
                    let style = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
                    writeln!(told, "{y:>2}:{start:<3} {} | {style}", text.trim())
                        .expect("a String");
                }
            }
        }
        told
    }

    /// What is wrong with the cells: half a wide character, a control character.
    pub fn flaw(&self) -> Option<String> {
        let area = self.buffer.area;
        for y in 0..area.height {
            for x in 0..area.width {
                let symbol = self.buffer[(x, y)].symbol();
                if symbol.chars().any(char::is_control) {
                    return Some(format!("a control character at {x},{y}: {symbol:?}"));
                }
                for covered in 1..symbol.cell_width() {
                    let Some(cell) = self.buffer.cell((x + covered, y)) else {
                        return Some(format!("{symbol:?} at {x},{y} stands over the edge"));
                    };
                    if cell.symbol() != " " {
                        return Some(format!("{symbol:?} at {x},{y} is cut by {cell:?}"));
                    }
                }
            }
        }
        None
    }
}
