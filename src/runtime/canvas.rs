//! What a frame is written through: only what differs reaches the terminal, as one synchronised write.
//!
//! Invariant: a frame that looks like the one before writes nothing at all, so that a studio in which nothing changes on
//! screen sends nothing over the line.

use std::io::{self, BufWriter, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType as Whole, EndSynchronizedUpdate,
};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// Room for a whole frame, so that it is one write.
const OUT_BUFFER: usize = 64 << 10;

/// Where frames go.
type Out = BufWriter<Box<dyn Write + Send>>;

/// The terminal as ratatui draws on it.
pub(super) struct Canvas {
    inner: CrosstermBackend<Out>,
    /// Whether something of the current frame was written.
    begun: bool,
    /// Where the terminal shows its cursor. `None`: not known.
    cursor: Option<Cursor>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Hidden,
    At(Position),
    /// Shown, at a place that is about to be told.
    Shown,
}

impl Canvas {
    /// A canvas whose bytes go to `out`.
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Canvas {
            inner: CrosstermBackend::new(BufWriter::with_capacity(OUT_BUFFER, out)),
            begun: false,
            cursor: None,
        }
    }

    /// Ends the frame: the terminal shows all of it at once.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.begun) {
            queue!(self.inner, EndSynchronizedUpdate)?;
        }
        Write::flush(&mut self.inner)
    }

    /// The terminal's own state is not what we last told it.
    pub(super) fn forget(&mut self) {
        self.cursor = None;
    }

    /// For what is not part of a frame.
    pub(super) fn raw(&mut self) -> &mut impl Write {
        &mut self.inner
    }

    fn begin(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            queue!(self.inner, BeginSynchronizedUpdate)?;
        }
        Ok(())
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.begin()?;
        // Painting moves the cursor.
        if self.cursor != Some(Cursor::Hidden) {
            self.cursor = None;
        }
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor == Some(Cursor::Hidden) {
            return Ok(());
        }
        self.begin()?;
        self.cursor = Some(Cursor::Hidden);
        // Not by the backend's own functions, here and below: they flush, and the frame would be two writes.
        queue!(self.inner, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if matches!(self.cursor, Some(Cursor::At(_) | Cursor::Shown)) {
            return Ok(());
        }
        self.begin()?;
        self.cursor = Some(Cursor::Shown);
        queue!(self.inner, Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Some(Cursor::At(position)) {
            return Ok(());
        }
        self.begin()?;
        if self.cursor != Some(Cursor::Hidden) {
            self.cursor = Some(Cursor::At(position));
        }
        queue!(self.inner, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.begin()?;
        match region {
            ClearType::All => queue!(self.inner, Clear(Whole::All)),
            part => self.inner.clear_region(part),
        }
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    /// A frame is flushed by [`Canvas::finish`] alone.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use ratatui::layout::Rect;
    use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<Vec<u8>>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one writer").push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn frame(terminal: &mut Terminal<Canvas>, paper: &Paper, paint: impl Fn(&mut Frame)) -> String {
        terminal
            .draw(|frame| paint(frame))
            .expect("paper is patient");
        terminal.backend_mut().finish().expect("paper is patient");
        let mut writes = std::mem::take(&mut *paper.0.lock().expect("one writer"));
        assert!(writes.len() <= 1, "a frame is one write: {writes:?}");
        String::from_utf8(writes.pop().unwrap_or_default()).expect("text")
    }

    #[test]
    fn a_frame_like_the_last_writes_nothing_and_a_moved_cursor_is_told() {
        let paper = Paper::default();
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 20, 2)),
        };
        let canvas = Canvas::new(Box::new(paper.clone()));
        let mut terminal = Terminal::with_options(canvas, options).expect("a size that is given");
        let song = |frame: &mut Frame| frame.render_widget("song", frame.area());
        let typed = |frame: &mut Frame| {
            song(frame);
            frame.set_cursor_position((4, 0));
        };
        let first = frame(&mut terminal, &paper, song);
        assert!(
            first.starts_with("\x1b[?2026h") && first.ends_with("\x1b[?2026l"),
            "{first:?}"
        );
        assert!(
            first.contains("song") && first.contains("\x1b[?25l"),
            "{first:?}"
        );
        assert_eq!(frame(&mut terminal, &paper, song), "");
        let shown = frame(&mut terminal, &paper, typed);
        assert!(shown.contains("\x1b[?25h\x1b[1;5H"), "{shown:?}");
        assert_eq!(frame(&mut terminal, &paper, typed), "");
        let hidden = frame(&mut terminal, &paper, song);
        assert!(
            hidden.contains("\x1b[?25l") && !hidden.contains("song"),
            "{hidden:?}"
        );
        terminal.backend_mut().forget();
        assert!(frame(&mut terminal, &paper, song).contains("\x1b[?25l"));
        terminal.backend_mut().forget();
        terminal
            .resize(Rect::new(0, 0, 10, 2))
            .expect("paper is patient");
        let whole = frame(&mut terminal, &paper, typed);
        assert!(
            whole.contains("\x1b[2J") && whole.contains("song"),
            "{whole:?}"
        );
    }
}
