//! The terminal: taken over, drawn on, and given back as it was.
//!
//! Invariant: whatever was switched on is switched off again, on quit, panic, signal and suspend.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
    KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::canvas::Canvas;

/// Presses, releases and the wheel, in decimal coordinates. Crossterm's own command also asks for every movement, and
/// would wake us for each.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Whether the terminal is ours at the moment, for the panic hook.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The screen of a sitting.
pub struct Screen {
    terminal: Terminal<Canvas>,
    size: (u16, u16),
    /// Whether the terminal may show something else than we think.
    stale: bool,
    /// `None`: not a terminal but a buffer, in tests.
    tty: Option<Tty>,
}

/// What was switched on.
#[derive(Debug, Clone, Copy)]
struct Tty {
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        let tty = Tty { mouse };
        tty.take()?;
        let out: Box<dyn Write + Send> = Box::new(io::stdout());
        let screen = Terminal::new(Canvas::new(out)).and_then(|terminal| {
            let size = terminal.size()?;
            Ok(Screen {
                terminal,
                size: (size.width, size.height),
                stale: false,
                tty: Some(tty),
            })
        });
        if screen.is_err() {
            give_back();
        }
        screen
    }

    /// A screen of a fixed size that writes what a terminal would get into `out`.
    pub fn over(out: impl Write + Send + 'static, area: Rect) -> io::Result<Self> {
        let out: Box<dyn Write + Send> = Box::new(out);
        let options = TerminalOptions {
            viewport: Viewport::Fixed(area),
        };
        Ok(Screen {
            terminal: Terminal::with_options(Canvas::new(out), options)?,
            size: (area.width, area.height),
            stale: false,
            tty: None,
        })
    }

    /// Its columns and rows, as last told.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The window has another size. The next frame is painted whole: what was on the screen is cut or gone, even when the
    /// size is by now what it was before.
    pub fn resized(&mut self, size: (u16, u16)) {
        self.size = size;
        self.stale = true;
    }

    /// Draws a frame in one write; the terminal shows it whole or not at all. One that looks like the last writes nothing.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if std::mem::take(&mut self.stale) {
            // `Terminal::clear` would ask the terminal where its cursor is, and the answer would be taken for keys.
            let (width, height) = self.size;
            self.terminal.backend_mut().forget();
            self.terminal.resize(Rect::new(0, 0, width, height))?;
        }
        self.terminal.draw(paint)?;
        self.terminal.backend_mut().finish()
    }

    /// Forgets what the terminal shows, so that the next frame is painted whole.
    pub fn repaint(&mut self) {
        self.stale = true;
    }

    /// Puts text on the clipboard of the terminal, wherever it is (OSC 52).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(
            self.terminal.backend_mut().raw(),
            CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// Whether there is a terminal to give back, and someone to continue us.
    pub fn can_suspend(&self) -> bool {
        self.tty.is_some() && can_stop()
    }

    /// Gives the terminal back, stops until continued, and takes it over again.
    pub fn suspend(&mut self) -> io::Result<()> {
        let Some(tty) = self.tty else { return Ok(()) };
        give_back();
        stop()?;
        tty.take()?;
        self.repaint();
        let size = self.terminal.size()?;
        self.size = (size.width, size.height);
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.tty.is_some() {
            // Else ratatui would show the cursor once the terminal is given back, in a frame that nobody ends.
            let _ = self.terminal.show_cursor();
            let _ = self.terminal.backend_mut().finish();
            give_back();
        }
    }
}

impl Tty {
    fn take(self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let mut out = io::stdout();
        let flags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES;
        // Terminals that do not know the keyboard flags ignore them; asking whether they do can cost two seconds.
        execute!(
            out,
            EnterAlternateScreen,
            DisableLineWrap,
            EnableBracketedPaste,
            EnableFocusChange,
            PushKeyboardEnhancementFlags(flags),
            cursor::Hide
        )?;
        if self.mouse {
            execute!(out, Print(MOUSE_ON))?;
        }
        Ok(())
    }
}

/// Gives the terminal back as it was: for quit, panic, signals and suspend alike. Does nothing where it is not ours.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // The terminal may be gone: then there is nothing to give back.
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        Print(MOUSE_OFF),
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        EnableLineWrap,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}

/// Gives the terminal back before a panic is told, so that it can be read.
pub fn restore_on_panic() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "panic");
        // Only a panic of the loop itself ends the sitting; those of jobs and other threads are told in the studio.
        let in_loop = std::thread::current().name() == Some("main");
        if in_loop && tokio::task::try_id().is_none() {
            give_back();
            tell(panic);
        }
    }));
}

/// Whether someone is there to continue us: the group of a session leader, stopped by its own hand, would
/// sleep for ever.
#[cfg(unix)]
fn can_stop() -> bool {
    use rustix::process::{getpgrp, getsid};
    getsid(None).is_ok_and(|session| session != getpgrp())
}

#[cfg(unix)]
fn stop() -> io::Result<()> {
    use rustix::process::{Signal, getpgrp, kill_process_group};
    kill_process_group(getpgrp(), Signal::STOP)?;
    Ok(())
}

/// Stops this process alone until it is continued.
#[cfg(unix)]
pub fn stop_process() -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_process};
    kill_process(getpid(), Signal::STOP)?;
    Ok(())
}

/// There is no stopping here.
#[cfg(not(unix))]
pub fn stop_process() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn can_stop() -> bool {
    false
}

#[cfg(not(unix))]
fn stop() -> io::Result<()> {
    Ok(())
}
