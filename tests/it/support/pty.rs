//! A program in a terminal of its own, as a person would sit in front of it.
//!
//! Invariant: nothing here sleeps for a fixed time. Every wait is for a condition, has a deadline
//! (20 s, times `FUZZBOX_TEST_PATIENCE`), and says on failure what was on the screen. No condition is
//! judged in the middle of a synchronized frame.

mod command;
mod home;
mod keys;
mod line;
mod modes;
mod terminal;

use std::io::{PipeWriter, Write};
use std::sync::{Arc, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use filedescriptor::FileDescriptor;
use portable_pty::{MasterPty, PtySize};
use rustix::process::Pid;
use rustix::termios::{Termios, tcgetattr};

pub use command::PtyCommand;
pub use home::Home;
pub use portable_pty::ExitStatus;
pub use rustix::process::Signal;
use terminal::{State, Terminal};

/// How long the program's input must have been empty until a lone Escape was surely taken for one.
const ESCAPE_PAUSE: Duration = Duration::from_millis(30);
/// How often to look at what cannot wake us.
const GLANCE: Duration = Duration::from_millis(5);

/// A running program and the terminal it runs in. Dropping it ends both.
pub struct Pty {
    terminal: Arc<Terminal>,
    /// Gone after hanging up.
    line: Option<Line>,
    pid: Pid,
    before: Termios,
    reaper: Option<JoinHandle<()>>,
}

/// Ends a program at a moment of its own.
pub struct Reaper {
    terminal: Arc<Terminal>,
    pid: Pid,
}

impl Reaper {
    /// Whether the program has ended by itself.
    pub fn is_late(&self) -> bool {
        self.terminal.lock().exit.is_some()
    }

    /// Ends the program without asking. Whether it was still there.
    pub fn kill(&self) -> bool {
        let state = self.terminal.lock();
        state.exit.is_none() && rustix::process::kill_process(self.pid, Signal::KILL).is_ok()
    }
}

struct Line {
    master: Box<dyn MasterPty + Send>,
    /// A duplicate of the master that can be asked for its settings.
    descriptor: FileDescriptor,
    bell: PipeWriter,
    thread: JoinHandle<()>,
}

impl Pty {
    /// Starts the program.
    #[track_caller]
    pub fn spawn(command: &PtyCommand) -> Self {
        let pair = portable_pty::native_pty_system()
            .openpty(pixels(command.size))
            .expect("a pseudo-terminal");
        let raw = pair.master.as_raw_fd().expect("a Unix pseudo-terminal");
        // portable-pty's own writer types Ctrl-D when dropped, and its reader could not be stopped.
        let mut descriptor = FileDescriptor::dup(&raw).expect("a duplicate of the master");
        descriptor
            .set_non_blocking(true)
            .expect("a master that does not block");
        let before = tcgetattr(&descriptor).expect("the settings of the line");
        let mut child = pair
            .slave
            .spawn_command(command.builder())
            .unwrap_or_else(|error| {
                panic!("{} does not start: {error}", command.program.display())
            });
        drop(pair.slave);
        let pid = child.process_id().expect("a child has an id");
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);

        let terminal = Arc::new(Terminal::new(command.size));
        let (listener, bell) = std::io::pipe().expect("a pipe");
        let thread = std::thread::spawn({
            let terminal = Arc::clone(&terminal);
            let line = descriptor.try_clone().expect("a duplicate of the master");
            move || terminal.serve(line, listener)
        });
        let reaper = std::thread::spawn({
            let terminal = Arc::clone(&terminal);
            move || {
                let status = child.wait().expect("a child that can be waited for");
                terminal.change(|state| state.exit = Some(status));
            }
        });
        Self {
            terminal,
            line: Some(Line {
                master: pair.master,
                descriptor,
                bell,
                thread,
            }),
            pid: pid.expect("process ids are positive"),
            before,
            reaper: Some(reaper),
        }
    }

    /// Types `text` as it stands, in one burst.
    pub fn send(&self, text: &str) {
        self.send_bytes(text.as_bytes());
    }

    /// Presses one key, by a name such as `ctrl-g`, `backtab`, `alt-x`, `pgdn`, `f1`, `歌`.
    #[track_caller]
    pub fn key(&self, name: &str) {
        let application = self.look(vt100::Screen::application_cursor);
        let bytes = keys::encode(name, application)
            .unwrap_or_else(|| panic!("no keyboard has a key {name:?}"));
        self.send_bytes(&bytes);
        if bytes == [0x1b] {
            self.wait_until_escape_is_taken();
        }
    }

    /// Pastes `text` as a terminal does: bracketed if the program asked for that, newlines as Enter.
    pub fn paste(&self, text: &str) {
        let text = text
            .replace("\r\n", "\r")
            .replace('\n', "\r")
            .replace("\x1b[201~", "");
        if self.look(vt100::Screen::bracketed_paste) {
            self.send(&format!("\x1b[200~{text}\x1b[201~"));
        } else {
            self.send(&text);
        }
    }

    /// Waits until `text` stands on one line of the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        let what = format!("{text:?} on the screen");
        self.wait_until_within(patience(), &what, |screen| shows(screen, text));
    }

    /// Waits until `text` is nowhere on the screen.
    #[track_caller]
    pub fn wait_gone(&self, text: &str) {
        let what = format!("no {text:?} on the screen");
        self.wait_until_within(patience(), &what, |screen| !shows(screen, text));
    }

    /// Waits until the screen satisfies `is_so`.
    #[track_caller]
    pub fn wait_until(&self, is_so: impl FnMut(&vt100::Screen) -> bool) {
        self.wait_until_within(patience(), "a certain screen", is_so);
    }

    /// Waits at most `limit` until the screen satisfies `is_so`, which `what` describes.
    #[track_caller]
    pub fn wait_until_within(
        &self,
        limit: Duration,
        what: &str,
        mut is_so: impl FnMut(&vt100::Screen) -> bool,
    ) {
        self.wait(limit, what, |state| {
            let settled = state.ended || !state.modes.is_mid_frame();
            if settled && is_so(state.screen()) {
                Verdict::Yes
            } else if state.ended {
                Verdict::Never("the program has left the terminal")
            } else {
                Verdict::NotYet
            }
        });
    }

    /// Whether the screen comes to satisfy `is_so` within `limit`, while the program runs.
    pub fn sees_within(
        &self,
        limit: Duration,
        mut is_so: impl FnMut(&vt100::Screen) -> bool,
    ) -> bool {
        let deadline = Instant::now() + limit;
        let mut state = self.terminal.lock();
        loop {
            if state.ended || state.exit.is_some() {
                return false;
            }
            if !state.modes.is_mid_frame() && is_so(state.screen()) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self
                .terminal
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
    }

    /// Whether the program has ended or let go of its terminal.
    pub fn has_ended(&self) -> bool {
        let state = self.terminal.lock();
        state.ended || state.exit.is_some()
    }

    /// Something outside of the terminal that can end the program without asking.
    pub fn reaper(&self) -> Reaper {
        Reaper {
            terminal: Arc::clone(&self.terminal),
            pid: self.pid,
        }
    }

    /// Waits until something outside of the terminal is so, such as a file that has come to be.
    #[track_caller]
    pub fn wait_outside(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + patience();
        while !is_so() {
            let state = self.terminal.lock();
            if Instant::now() >= deadline {
                fail(state, what, "the time is up");
            }
            drop(self.terminal.changed.wait_timeout(state, GLANCE));
        }
    }

    /// Waits until the program has written nothing for `span`.
    #[track_caller]
    pub fn wait_quiet(&self, span: Duration) {
        if !self.is_quiet_within(span, patience()) {
            fail(self.terminal.lock(), "quiet", "the time is up");
        }
    }

    /// Whether the program wrote nothing for `span`, tried for at most `limit`.
    pub fn is_quiet_within(&self, span: Duration, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut state = self.terminal.lock();
        loop {
            let arrivals = state.arrivals;
            let (guard, wait) = self
                .terminal
                .changed
                .wait_timeout_while(state, span, |state| {
                    state.arrivals == arrivals && !state.ended
                })
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            state = guard;
            if wait.timed_out() || state.ended {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
        }
    }

    /// The screen as text, without the blanks at the ends of its lines.
    pub fn screen(&self) -> String {
        self.look(lines).join("\n")
    }

    /// One line of the screen, counted from 0.
    #[track_caller]
    pub fn row(&self, row: u16) -> String {
        self.look(|screen| lines(screen).into_iter().nth(row.into()))
            .unwrap_or_else(|| panic!("the screen has no row {row}"))
    }

    /// Where the caret is: column and row, counted from 0.
    pub fn cursor(&self) -> (u16, u16) {
        let (row, column) = self.look(vt100::Screen::cursor_position);
        (column, row)
    }

    /// What `see` sees on the screen.
    pub fn look<T>(&self, see: impl FnOnce(&vt100::Screen) -> T) -> T {
        see(self.terminal.lock().screen())
    }

    /// The window title that the program set last.
    pub fn title(&self) -> String {
        self.terminal.lock().title()
    }

    /// What the program last put on the clipboard (OSC 52), in base 64.
    pub fn clipboard(&self) -> String {
        self.terminal.lock().clipboard()
    }

    /// Everything the program has written, its last 8 MiB at most.
    pub fn raw_output(&self) -> Vec<u8> {
        self.terminal.lock().raw.iter().copied().collect()
    }

    /// Whether the program has switched the private mode on.
    pub fn is_mode_on(&self, mode: u16) -> bool {
        self.terminal.lock().modes.is_on(mode)
    }

    /// What of the terminal is not as the program found it, in words: modes, enhanced keys, colours,
    /// and the settings of the line. Empty for a program that cleans up after itself.
    #[track_caller]
    pub fn modes_left_on(&self) -> Vec<String> {
        let state = self.terminal.lock();
        let mut left = state.modes.left_on();
        if state.screen().attributes_formatted() != "\x1b[m" {
            left.push("text attributes".to_owned());
        }
        if let Some(line) = &self.line {
            let now = tcgetattr(&line.descriptor).expect("the settings of the line");
            left.extend(line::changes(&self.before, &now));
        }
        left
    }

    /// Gives the terminal another size.
    #[track_caller]
    pub fn resize(&self, columns: u16, rows: u16) {
        let mut state = self.terminal.lock();
        // The picture first: what the program draws for the new size must not meet the old one.
        state.resize((columns, rows));
        if let Some(line) = &self.line {
            line.master
                .resize(pixels((columns, rows)))
                .expect("a terminal that can be resized");
        }
    }

    /// The program's process id.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends the program a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        let state = self.terminal.lock();
        assert!(state.exit.is_none(), "the program has ended before");
        rustix::process::kill_process(self.pid, signal).expect("a child of ours");
    }

    /// Ends the program without asking.
    #[track_caller]
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Waits until the program has ended and all it wrote has been read.
    #[track_caller]
    pub fn wait_exit(&self) -> ExitStatus {
        self.wait(patience(), "the end of the program", |state| {
            match (&state.exit, state.ended) {
                (Some(_), true) => Verdict::Yes,
                _ => Verdict::NotYet,
            }
        });
        let exit = self.terminal.lock().exit.clone();
        exit.expect("it was waited for")
    }

    /// Takes the terminal away from the program, as a lost connection does.
    pub fn hang_up(&mut self) {
        if let Some(line) = self.line.take() {
            drop(line.bell);
            drop(line.descriptor);
            drop(line.master);
            // It ends at once: the other end of its bell is closed.
            drop(line.thread.join());
        }
        self.terminal.change(|state| state.ended = true);
    }

    fn send_bytes(&self, bytes: &[u8]) {
        self.terminal.lock().outgoing.extend(bytes);
        if let Some(line) = &self.line {
            // A thread that is gone needs no waking.
            drop((&line.bell).write_all(&[0]));
        }
    }

    /// Escape and a following key look like Alt and that key, unless the program read them apart.
    fn wait_until_escape_is_taken(&self) {
        let limit = Instant::now() + patience();
        let mut empty_since = Instant::now();
        while empty_since.elapsed() < ESCAPE_PAUSE && Instant::now() < limit {
            let state = self.terminal.lock();
            if !state.outgoing.is_empty() || self.unread_keys() > 0 {
                empty_since = Instant::now();
            }
            if state.ended {
                return;
            }
            drop(self.terminal.changed.wait_timeout(state, GLANCE));
        }
    }

    /// How many bytes lie in the line that the program has not read.
    fn unread_keys(&self) -> u64 {
        use rustix::fs::{Mode, OFlags, open};
        let name = self.line.as_ref().and_then(|line| line.master.tty_name());
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        name.and_then(|name| open(&name, flags, Mode::empty()).ok())
            .and_then(|slave| rustix::io::ioctl_fionread(slave).ok())
            .unwrap_or(0)
    }

    #[track_caller]
    fn wait(&self, limit: Duration, what: &str, mut judge: impl FnMut(&State) -> Verdict) {
        let deadline = Instant::now() + limit;
        let mut state = self.terminal.lock();
        loop {
            if let Some(why) = state.broken.clone() {
                fail(state, what, &why);
            }
            match judge(&state) {
                Verdict::Yes => return,
                Verdict::Never(why) => fail(state, what, why),
                Verdict::NotYet => {}
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                fail(state, what, "the time is up");
            }
            state = self
                .terminal
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let (running, held) = {
            let state = self.terminal.lock();
            (state.exit.is_none(), !state.ended)
        };
        // What still runs in the foreground of this terminal was started from here too.
        let group = self
            .line
            .as_ref()
            .and_then(|line| line.master.process_group_leader())
            .and_then(Pid::from_raw);
        if let (true, Some(group)) = (held, group) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
        if running {
            let _ = rustix::process::kill_process(self.pid, Signal::KILL);
        }
        self.hang_up();
        if let Some(reaper) = self.reaper.take() {
            drop(reaper.join());
        }
    }
}

enum Verdict {
    Yes,
    NotYet,
    Never(&'static str),
}

/// How long a test waits for anything: 20 s, times `FUZZBOX_TEST_PATIENCE`.
pub fn patience() -> Duration {
    let factor = std::env::var("FUZZBOX_TEST_PATIENCE")
        .ok()
        .and_then(|text| text.parse::<f64>().ok())
        .filter(|factor| (0.01..=1000.0).contains(factor));
    Duration::from_secs(20).mul_f64(factor.unwrap_or(1.0))
}

/// The lines of a screen, without the blanks at their ends.
pub fn lines(screen: &vt100::Screen) -> Vec<String> {
    screen
        .rows(0, screen.size().1.get())
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn shows(screen: &vt100::Screen, text: &str) -> bool {
    lines(screen).iter().any(|line| line.contains(text))
}

#[track_caller]
fn fail(state: MutexGuard<'_, State>, what: &str, why: &str) -> ! {
    let program = match &state.exit {
        Some(status) => format!("ended ({status})"),
        None => "still running".to_owned(),
    };
    let frame = if state.modes.is_mid_frame() {
        ", in the middle of a frame"
    } else {
        ""
    };
    let untaken = state.outgoing.len();
    let (row, column) = state.screen().cursor_position();
    let screen = lines(state.screen()).join("\n");
    drop(state);
    panic!(
        "waited for {what}: {why}. The program is {program}{frame}; {untaken} bytes were not taken; \
         caret at column {column}, row {row}; the screen:\n{screen}"
    );
}

fn pixels((columns, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}
