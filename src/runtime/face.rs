//! What a sitting shows itself on: the terminal's screen, or lines for whoever ordered from the command line.
//!
//! Invariant: a face decides nothing about the app; all it can ask for is the end of the sitting.

use std::io;

use super::terminal::Screen;
use crate::app::App;
use crate::app::event::Target;
use crate::ui;

/// Where a sitting is seen.
pub trait Face {
    /// Shows the app as it stands. An error means that nobody is there any more, and ends the sitting.
    fn show(&mut self, app: &App) -> io::Result<()>;

    /// Whether the sitting has come to its end, after the last [`Face::show`].
    fn has_seen_enough(&self) -> bool {
        false
    }

    /// What stands at a cell, where there are cells.
    fn target(&self, _app: &App, _column: u16, _row: u16) -> Option<Target> {
        None
    }

    /// The window has another size.
    fn resized(&mut self, _size: (u16, u16)) {}

    /// Whatever is shown may be gone: all of it is shown anew.
    fn repaint(&mut self) {}

    /// Puts text on the clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Whether someone is there to continue us, once stopped.
    fn can_suspend(&self) -> bool {
        true
    }

    /// Stops like any program on Ctrl-Z, until continued.
    fn suspend(&mut self) -> io::Result<()>;
}

impl Face for Screen {
    fn show(&mut self, app: &App) -> io::Result<()> {
        self.draw(|frame| ui::draw(app, frame))
    }

    fn target(&self, app: &App, column: u16, row: u16) -> Option<Target> {
        ui::target(app, self.size(), column, row)
    }

    fn resized(&mut self, size: (u16, u16)) {
        Screen::resized(self, size);
    }

    fn repaint(&mut self) {
        Screen::repaint(self);
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        Screen::copy(self, text)
    }

    fn can_suspend(&self) -> bool {
        Screen::can_suspend(self)
    }

    fn suspend(&mut self) -> io::Result<()> {
        Screen::suspend(self)
    }
}
