//! What happens between start and quit.

use std::time::Duration;

use super::{open, open_demo, position, quit, write_prompt};
use crate::support::program::{PROGRAM, database, demo, is_kept};
use crate::support::pty::{Home, Pty, PtyCommand, lines, patience};

const ALTERNATE_SCREEN: u16 = 1049;
const BRACKETED_PASTE: u16 = 2004;

#[test]
fn start_and_quit_leave_the_terminal_as_it_was() {
    let home = Home::new();
    let pty = open_demo(&home);
    assert!(pty.is_mode_on(ALTERNATE_SCREEN) && pty.is_mode_on(BRACKETED_PASTE));
    assert!(!pty.modes_left_on().is_empty(), "the harness sees nothing");
    pty.wait_for("demo: nothing is charged");
    quit(&pty);
    assert!(!pty.screen().contains("Compose"), "{}", pty.screen());
}

#[test]
fn every_key_of_a_quick_typist_arrives() {
    let home = Home::new();
    let pty = open_demo(&home);
    pty.key("2");
    pty.key("enter");
    // One by one, each after the last was shown: the loop is asleep whenever the next key comes.
    let mut typed = String::new();
    for letter in "the quick brown fox".chars() {
        pty.send(&letter.to_string());
        typed.push(letter);
        pty.wait_for(typed.trim_end());
    }
    // And all at once, more than fits into one read, and nothing after it.
    let more = " and over".repeat(400) + " finis";
    pty.send(&more);
    pty.wait_for("finis");
    pty.key("esc");
    quit(&pty);
    let whole = typed + &more;
    assert!(is_kept(&database(&home, "fuzzbox-demo"), &whole));
}

#[test]
fn a_song_is_ordered_made_and_played() {
    let home = Home::new();
    let pty = open_demo(&home);
    write_prompt(&pty, "a walk in the rain");
    pty.key("ctrl-g");
    pty.wait_for("1 running");
    // The song is known before its file is here.
    pty.wait_until(|screen| {
        let text = screen.contents();
        text.contains("1 song ") && text.contains("done") && !text.contains('⇣')
    });
    pty.key("4");
    pty.key("enter");
    pty.wait_until(|screen| position(screen).is_some_and(|at| at >= 0.5));
    let before = pty.look(position).expect("it plays");
    pty.wait_until(|screen| position(screen).is_some_and(|at| at > before));
    pty.key(">");
    pty.wait_until(|screen| position(screen).is_some_and(|at| at > before + 5.0));
    pty.key("space");
    pty.wait_for("‖ A Walk");
    pty.wait_quiet(Duration::from_millis(700));
    let left_at = pty.look(position).expect("it is on");
    quit(&pty);

    let pty = open_demo(&home);
    pty.wait_for("1 song ");
    pty.key("space");
    pty.wait_until(|screen| position(screen).is_some_and(|at| at > left_at));
    quit(&pty);
}

#[test]
fn at_rest_it_writes_nothing_and_does_not_wake() {
    let home = Home::new();
    let pty = open_demo(&home);
    pty.wait_quiet(Duration::from_millis(700));
    let written = pty.raw_output().len();
    let before = switches(&pty);
    assert!(pty.is_quiet_within(Duration::from_secs(1), Duration::from_secs(2)));
    assert_eq!(pty.raw_output().len(), written);
    let woken = switches(&pty) - before;
    assert!(woken <= 2, "woken {woken} times in a second of rest");
    quit(&pty);
}

/// How often a thread of the program went to sleep so far.
#[cfg(target_os = "linux")]
pub fn switches(pty: &Pty) -> u64 {
    let tasks = format!("/proc/{}/task", pty.pid().as_raw_pid());
    std::fs::read_dir(tasks)
        .expect("a running program")
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("status")).ok())
        .filter_map(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
            line.trim().parse::<u64>().ok()
        })
        .sum()
}

/// Elsewhere nobody counts.
#[cfg(not(target_os = "linux"))]
pub fn switches(_: &Pty) -> u64 {
    0
}

#[test]
fn what_was_typed_is_there_after_quitting() {
    let home = Home::new();
    let pty = open_demo(&home);
    write_prompt(&pty, "kept by quitting");
    pty.key("2");
    pty.key("enter");
    pty.send("窗外的雨\rlast line");
    pty.wait_for("last line");
    pty.key("esc");
    quit(&pty);
    let pty = open_demo(&home);
    pty.wait_for("kept by quitting");
    pty.wait_for("窗外的雨");
    pty.wait_for("last line");
    quit(&pty);
}

#[test]
fn what_was_typed_is_there_after_a_kill() {
    let home = Home::new();
    let pty = open_demo(&home);
    pty.key("enter");
    pty.send("kept by itself");
    let database = database(&home, "fuzzbox-demo");
    pty.wait_outside("the draft on the disk", || {
        is_kept(&database, "kept by itself")
    });
    pty.kill();
    pty.wait_exit();
    let pty = open_demo(&home);
    pty.wait_for("kept by itself");
    quit(&pty);
}

#[test]
fn ctrl_z_stops_and_fg_goes_on() {
    let home = Home::new();
    let pty = Pty::spawn(
        &PtyCommand::new("/bin/sh", &home)
            .args(["-i"])
            .size(120, 36)
            .env("PROGRAM", PROGRAM),
    );
    pty.wait_for(">");
    pty.send("$PROGRAM --demo --sound silent\r");
    pty.wait_for("? help");
    write_prompt(&pty, "before the pause");
    let whole = pty.screen();
    pty.key("ctrl-z");
    pty.wait_for("Stopped");
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
    // The window changes while nobody of ours is there to be told.
    pty.resize(100, 30);
    pty.send("fg\r");
    pty.wait_until(|screen| {
        let first = screen.rows(0, 100).next().unwrap_or_default();
        let last = screen.rows(0, 100).last().unwrap_or_default();
        first.starts_with("╭ 1 Compose") && first.ends_with('╮') && last.contains("? help")
    });
    pty.resize(120, 36);
    pty.wait_until(|screen| lines(screen).join("\n") == whole);
    pty.key("q");
    pty.wait_until(|screen| {
        let lines = lines(screen);
        let last = lines.iter().rfind(|line| !line.is_empty());
        !screen.alternate_screen() && last.is_some_and(|line| line == ">")
    });
    pty.send("exit 5\r");
    assert_eq!(pty.wait_exit().exit_code(), 5);
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
}

#[test]
fn ctrl_z_without_a_shell_says_why_nothing_stops() {
    let home = Home::new();
    let pty = open_demo(&home);
    pty.key("ctrl-z");
    pty.wait_for("Not stopped: no shell");
    write_prompt(&pty, "it goes on");
    quit(&pty);
}

#[test]
fn a_storm_of_sizes_ends_in_a_whole_screen() {
    let home = Home::new();
    let pty = open_demo(&home);
    write_prompt(&pty, "storm");
    pty.wait_quiet(Duration::from_millis(100));
    let whole = pty.screen();
    let mut size = (1, 1);
    for _ in 0..40 {
        pty.resize(size.0, size.1);
        pty.send("x");
        size = ((size.0 * 7 + 13) % 200 + 1, (size.1 * 5 + 7) % 60 + 1);
    }
    // x leaves the field to the server; undo it by typing anew.
    write_prompt_anywhere(&pty);
    pty.resize(120, 36);
    pty.wait_until(|screen| lines(screen).join("\n") == whole);
    quit(&pty);
}

/// Types what was there, without looking: the screen may show one cell.
fn write_prompt_anywhere(pty: &Pty) {
    pty.key("enter");
    pty.key("ctrl-u");
    pty.send("storm\r");
}

#[test]
fn a_megabyte_is_pasted_and_the_keyboard_goes_on() {
    let home = Home::new();
    let pty = open_demo(&home);
    pty.key("2");
    pty.key("enter");
    let line = "never gonna give this line up again 歌\n";
    pty.paste(&line.repeat((1 << 20) / line.len()));
    pty.wait_for("bytes were left out");
    pty.key("esc");
    pty.key("1");
    write_prompt(&pty, "still here");
    quit(&pty);
    let pty = open_demo(&home);
    pty.wait_for("still here");
    pty.wait_for("never gonna");
    quit(&pty);
}

#[test]
fn a_tiny_window_says_so_and_everything_goes_on() {
    let home = Home::new();
    let pty = Pty::spawn(&demo(&home).size(30, 8));
    pty.wait_for("needs more room");
    pty.send("\rtyped blindly\r");
    pty.resize(80, 24);
    pty.wait_for("typed blindly");
    pty.wait_for("? help");
    pty.resize(12, 3);
    pty.wait_until(|screen| !screen.contents().contains("quit"));
    quit(&pty);
}

#[test]
fn another_language_and_no_colours() {
    let home = Home::new();
    let plain = demo(&home)
        .env("LANG", "zh_TW.UTF-8")
        .env("NO_COLOR", "1")
        .size(80, 24);
    let pty = Pty::spawn(&plain);
    let limit = patience();
    pty.wait_until_within(limit, "the form in Chinese", |screen| {
        screen.contents().contains("提示")
    });
    let raw = pty.raw_output();
    let raw = String::from_utf8_lossy(&raw);
    for colour in ["\x1b[38;", "\x1b[48;"] {
        let told: Vec<&str> = raw
            .split(colour)
            .skip(1)
            .filter_map(|rest| rest.split('m').next())
            .collect();
        assert_eq!(told, Vec::<&str>::new(), "colours are used");
    }
    pty.key("q");
    assert!(pty.wait_exit().success());
    drop(open(&demo(&home)));
}
