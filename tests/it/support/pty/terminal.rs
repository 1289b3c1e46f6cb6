//! The far end of the line: a terminal that reads, shows, answers, and keeps everything it was told.
//!
//! Invariant: one thread owns the line. What the tests type waits in `outgoing` until the line takes it,
//! so neither side can block the other.

use std::collections::VecDeque;
use std::io::{ErrorKind, PipeReader, Read, Write};
use std::num::NonZeroU16;
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use filedescriptor::{FileDescriptor, POLLERR, POLLHUP, POLLIN, POLLOUT, pollfd};
use portable_pty::ExitStatus;

use super::modes::Modes;

/// How much of the output is kept.
const MEMORY: usize = 8 << 20;

/// What the thread of the line and the test share.
pub struct Terminal {
    state: Mutex<State>,
    /// Told whenever `state` changed.
    pub changed: Condvar,
}

/// Everything the terminal knows.
pub struct State {
    parser: vt100::Parser<Correspondence>,
    /// The switches.
    pub modes: Modes,
    /// Bytes of a character whose rest has not come yet.
    cut: Vec<u8>,
    /// The output, its oldest part dropped beyond `MEMORY`.
    pub raw: VecDeque<u8>,
    /// Keys that the line has not taken yet.
    pub outgoing: VecDeque<u8>,
    /// How many pieces of output have come.
    pub arrivals: u64,
    /// Nobody holds the other end any more.
    pub ended: bool,
    /// How the program ended.
    pub exit: Option<ExitStatus>,
    /// Why the picture can no longer be trusted.
    pub broken: Option<String>,
}

/// What the program asked and told the terminal besides drawing.
#[derive(Default)]
pub struct Correspondence {
    answers: Vec<u8>,
    title: String,
    clipboard: String,
}

impl vt100::Callbacks for Correspondence {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.clipboard = String::from_utf8_lossy(data).into_owned();
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        mark: Option<u8>,
        second: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        let first = params.first().and_then(|param| param.first()).copied();
        match (mark, second, last, first.unwrap_or(0)) {
            (None, None, 'c', 0) => self.answers.extend(b"\x1b[?62;22c"),
            (None, None, 'n', 5) => self.answers.extend(b"\x1b[0n"),
            (None, None, 'n', 6) => {
                let (row, column) = screen.cursor_position();
                let column = column.min(screen.size().1.get() - 1);
                self.answers
                    .extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
            }
            _ => {}
        }
    }
}

impl Terminal {
    /// A blank terminal of `size` (columns, rows).
    pub fn new(size: (u16, u16)) -> Self {
        let (columns, rows) = grid(size);
        let parser = vt100::Parser::new_with_callbacks(rows, columns, 0, Correspondence::default());
        Self {
            state: Mutex::new(State {
                parser,
                modes: Modes::default(),
                cut: Vec::new(),
                raw: VecDeque::new(),
                outgoing: VecDeque::new(),
                arrivals: 0,
                ended: false,
                exit: None,
                broken: None,
            }),
            changed: Condvar::new(),
        }
    }

    /// The state, also after a test's own closure panicked with it in hand.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and tells those who wait.
    pub fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Serves `line` until its other end is gone or the writer of `bell` is dropped.
    pub fn serve(&self, mut line: FileDescriptor, mut bell: PipeReader) {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let has_keys = !self.lock().outgoing.is_empty();
            let (readable, writable, rung) = wait(&line, &bell, has_keys);
            if rung && !matches!(bell.read(&mut buffer), Ok(1..)) {
                return;
            }
            if writable {
                self.type_on(&mut line);
            }
            if readable {
                match line.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => {
                        self.change(|state| state.take(buffer.get(..count).unwrap_or(&[])));
                    }
                    Err(error) if is_transient(&error) => {}
                    // EIO: the last one who held the other end has closed it.
                    Err(_) => break,
                }
            }
        }
        self.change(|state| state.ended = true);
    }

    fn type_on(&self, line: &mut FileDescriptor) {
        let mut state = self.lock();
        let (front, _) = state.outgoing.as_slices();
        if let Ok(taken) = line.write(front) {
            state.outgoing.drain(..taken);
        }
    }
}

impl State {
    /// What is on the screen.
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// The window title that was set last.
    pub fn title(&self) -> String {
        self.parser.callbacks().title.clone()
    }

    /// What was put on the clipboard last, in base 64 as it came.
    pub fn clipboard(&self) -> String {
        self.parser.callbacks().clipboard.clone()
    }

    /// Gives the picture another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        let (columns, rows) = grid(size);
        self.parser.set_size(rows, columns);
    }

    fn take(&mut self, bytes: &[u8]) {
        self.arrivals += 1;
        self.modes.feed(bytes);
        self.raw.extend(bytes);
        let excess = self.raw.len().saturating_sub(MEMORY);
        self.raw.drain(..excess);
        self.cut.extend(bytes);
        let whole = whole_characters(&self.cut);
        let text = drawable(&self.cut.drain(..whole).collect::<Vec<u8>>());
        let drawn = catch_unwind(AssertUnwindSafe(|| self.parser.process(text.as_bytes())));
        if drawn.is_err() {
            self.broken = Some(format!("vt100 panicked on {text:?}"));
        }
        let answers = std::mem::take(&mut self.parser.callbacks_mut().answers);
        self.outgoing.extend(answers);
    }
}

/// Waits for something to do: (there is output, keys can be written, the bell was rung).
fn wait(line: &FileDescriptor, bell: &PipeReader, has_keys: bool) -> (bool, bool, bool) {
    let events = if has_keys { POLLIN | POLLOUT } else { POLLIN };
    let ask = |fd, events| pollfd {
        fd,
        events,
        revents: 0,
    };
    let mut asked = [ask(line.as_raw_fd(), events), ask(bell.as_raw_fd(), POLLIN)];
    if filedescriptor::poll(&mut asked, None).is_err() {
        return (false, false, false);
    }
    let [line, bell] = asked;
    (
        line.revents & (POLLIN | POLLHUP | POLLERR) != 0,
        line.revents & POLLOUT != 0,
        bell.revents != 0,
    )
}

fn is_transient(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// How many of `bytes` are whole characters; the rest is the beginning of one.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let begun = bytes
        .iter()
        .enumerate()
        .skip(tail)
        .rev()
        .find_map(|(at, &byte)| match (byte, bytes.len() - at) {
            (0xc2..=0xdf, 1) | (0xe0..=0xef, 1..=2) | (0xf0..=0xf4, 1..=3) => Some(at),
            _ => None,
        });
    begun.unwrap_or(bytes.len())
}

/// The text without what vt100 0.18 may panic on: emoji presentation, joiners, and flags, which become
/// two question marks. A program that places what follows a wide character, as ratatui does, loses nothing.
fn drawable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .filter(|character| !matches!(character, '\u{200d}' | '\u{fe0f}'))
        .map(|character| match character {
            '\u{1f1e6}'..='\u{1f1ff}' => '?',
            other => other,
        })
        .collect()
}

fn grid((columns, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |count| NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN);
    (at_least_one(columns), at_least_one(rows))
}
