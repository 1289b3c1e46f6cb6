//! The program in a terminal, as a person meets it.

mod endings;
mod money;
mod refusals;
mod sittings;
mod token;

pub use sittings::switches;

use crate::support::program::demo;
use crate::support::pty::{Home, Pty, PtyCommand, lines};

/// Starts the program and waits until it can be used.
#[track_caller]
fn open(command: &PtyCommand) -> Pty {
    let pty = Pty::spawn(command);
    pty.wait_for("? help");
    pty
}

/// Starts the demo.
#[track_caller]
fn open_demo(home: &Home) -> Pty {
    open(&demo(home))
}

/// Writes a prompt into the form; longer ones than a line of the form are not found again.
#[track_caller]
fn write_prompt(pty: &Pty, prompt: &str) {
    pty.key("1");
    pty.key("enter");
    pty.key("ctrl-u");
    pty.send(prompt);
    pty.wait_for(prompt);
    pty.key("enter");
    pty.wait_gone("Enter done");
}

/// Quits, and checks that nothing is left behind.
#[track_caller]
fn quit(pty: &Pty) {
    pty.key("q");
    assert!(pty.wait_exit().success());
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
}

/// Seconds into the song, from the player's title.
fn position(screen: &vt100::Screen) -> Option<f64> {
    let lines = lines(screen);
    let title = lines.iter().find(|line| line.contains(" / "))?;
    let (before, _) = title.split_once(" / ")?;
    let clock = before.rsplit(' ').next()?;
    let (minutes, seconds) = clock.split_once(':')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}
