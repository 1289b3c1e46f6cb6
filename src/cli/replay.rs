//! `fuzzbox replay`: a recording fed to the app, without a world.

use std::io::{self, Write};
use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use super::Trouble;
use crate::app::App;
use crate::app::event::{Event, Input};
use crate::i18n;
use crate::runtime::recorder;
use crate::ui;

/// Prints the last screen of a recording.
pub(crate) fn run(file: &Path) -> Result<(), Trouble> {
    let (takeoff, moments) = recorder::read(file)?;
    let (mut width, mut height) = takeoff.size;
    let mut app = App::new(takeoff.saved, takeoff.settings, i18n::command, takeoff.at);
    // Without a world nothing is performed: what came of it stands in the recording.
    app.start();
    for moment in moments {
        if let Event::Input(Input::Resized {
            width: columns,
            height: rows,
        }) = moment.event
        {
            (width, height) = (columns, rows);
        }
        app.update(moment.event, moment.at);
    }
    let mut terminal = Terminal::new(TestBackend::new(width, height))?;
    terminal.draw(|frame| ui::draw(&app, frame))?;
    let screen = text_of(terminal.backend().buffer());
    io::stdout().write_all(screen.as_bytes())?;
    Ok(())
}

/// What a person reads on the screen, row by row, without spaces at line ends.
fn text_of(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for row in area.top()..area.bottom() {
        let mut line = String::new();
        let mut column = area.left();
        while column < area.right() {
            let symbol = buffer.cell((column, row)).map_or(" ", |cell| cell.symbol());
            line.push_str(symbol);
            // The second cell of a wide character shows nothing of its own.
            column += (symbol.width() as u16).max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
