//! The ends that nobody chose: signals and a terminal that goes away.

use std::time::Duration;

use super::{open, open_demo, quit};
use crate::support::program::{database, demo, is_kept};
use crate::support::pty::{Home, Pty, Signal};

/// Types a draft and does not leave it time to be kept.
fn in_the_middle_of_typing(home: &Home) -> Pty {
    let pty = open_demo(home);
    pty.key("enter");
    pty.send("the last words");
    pty.wait_for("the last words");
    pty
}

#[track_caller]
fn ends_well(signal: Signal) {
    let home = Home::new();
    let pty = in_the_middle_of_typing(&home);
    pty.signal(signal);
    assert!(pty.wait_exit().success());
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
    let pty = open_demo(&home);
    pty.wait_for("the last words");
    quit(&pty);
}

#[test]
fn told_to_terminate_it_keeps_the_draft_and_cleans_up() {
    ends_well(Signal::TERM);
}

#[test]
fn told_of_a_hang_up_it_keeps_the_draft_and_cleans_up() {
    ends_well(Signal::HUP);
}

#[test]
fn interrupted_from_outside_it_keeps_the_draft_and_cleans_up() {
    ends_well(Signal::INT);
}

#[test]
fn when_the_terminal_goes_away_it_keeps_the_draft_and_ends() {
    let home = Home::new();
    let mut pty = in_the_middle_of_typing(&home);
    pty.hang_up();
    pty.wait_exit();
    assert!(is_kept(&database(&home, "fuzzbox-demo"), "the last words"));
    quit(&open_demo(&home));
}

#[test]
fn when_the_terminal_goes_away_and_nobody_says_so_it_ends() {
    let home = Home::new();
    // The shell leads the session, gets the signal, and tells nobody. The program rests, so it does not meet the end
    // of the terminal while it writes either.
    let command = demo(&home);
    let program = command.program.clone();
    let mut shell = command.clone();
    shell.program = "/bin/sh".into();
    shell.args = ["-c", "trap ':' HUP; \"$@\"; echo $? > ended", "sh"]
        .map(Into::into)
        .to_vec();
    shell.args.push(program);
    shell.args.extend(command.args);
    let mut pty = open(&shell);
    pty.key("enter");
    pty.send("the last words");
    pty.wait_for("the last words");
    pty.wait_quiet(Duration::from_secs(1));
    pty.hang_up();
    let ended = home.path().join("ended");
    pty.wait_outside("the end of the program", || ended.exists());
    assert!(is_kept(&database(&home, "fuzzbox-demo"), "the last words"));
}

#[test]
fn killed_while_it_starts_it_starts_again() {
    let home = Home::new();
    let pty = Pty::spawn(&demo(&home));
    let database = database(&home, "fuzzbox-demo");
    pty.wait_outside("the database", || database.exists());
    pty.kill();
    pty.wait_exit();
    quit(&open_demo(&home));
}
