//! Recordings: what one studio did, another shows again.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::program::{PROGRAM, demo};
use crate::support::pty::{Home, Pty};

fn replay(file: &Path) -> Output {
    Command::new(PROGRAM)
        .arg("replay")
        .arg(file)
        .env_clear()
        .output()
        .expect("it starts")
}

#[track_caller]
fn replayed(file: &Path) -> String {
    let output = replay(file);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[track_caller]
fn refused(file: &Path, text: &str) -> String {
    std::fs::write(file, text).expect("a file");
    let output = replay(file);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// A sitting with a bit of everything; its last screen and its recording.
fn sitting(home: &Home) -> (String, std::path::PathBuf) {
    let pty = Pty::spawn(&demo(home).args(["--record", "flight.jsonl"]).size(80, 24));
    pty.wait_for("? help");
    pty.key("enter");
    pty.send("rain and 歌\r");
    pty.wait_for("rain and 歌");
    pty.key("ctrl-g");
    pty.wait_for("1 running");
    pty.resize(132, 40);
    pty.wait_for("1 song ");
    pty.key("2");
    pty.key("enter");
    pty.paste("[Verse]\nfirst line\n第二行");
    pty.wait_for("第二行");
    pty.key("esc");
    pty.resize(120, 36);
    pty.key("4");
    pty.key("i");
    pty.wait_for("Song id");
    // The notices expire, the files are fetched: what is on the screen then will stay.
    pty.wait_gone("is ready");
    pty.wait_quiet(std::time::Duration::from_millis(500));
    let screen = pty.screen();
    pty.kill();
    pty.wait_exit();
    (screen, home.path().join("flight.jsonl"))
}

#[test]
fn a_recording_shows_the_same_screen_again() {
    let home = Home::new();
    let (screen, file) = sitting(&home);
    assert!(
        screen.contains("Song id") && screen.contains("rain and 歌"),
        "{screen}"
    );
    assert_eq!(replayed(&file).trim_end(), screen.trim_end());

    // The end of the file may be missing: the program was killed while it wrote.
    let whole = std::fs::read_to_string(&file).expect("a recording");
    let begun = whole.trim_end().len() - 5;
    std::fs::write(&file, &whole.as_bytes()[..begun]).expect("a shorter recording");
    let shorter = replayed(&file);
    assert!(shorter.contains("rain and 歌"), "{shorter}");

    // Anything else may not.
    let lines: Vec<&str> = whole.lines().collect();
    let mut broken = lines.clone();
    broken[3] = "{\"at\":\"yesterday\"}";
    let said = refused(&file, &broken.join("\n"));
    assert!(said.contains("line 4"), "{said}");
    let mut broken = lines.clone();
    broken[2] = broken[2].split_at(10).0;
    let said = refused(&file, &broken.join("\n"));
    assert!(said.contains("line 3"), "{said}");
}

#[test]
fn what_is_no_recording_is_refused() {
    let home = Home::new();
    let file = home.path().join("no-recording");
    for text in ["", "\n", "garbage\n", "{}\n", "[1, 2]\n", "\u{1b}[31mred\n"] {
        let said = refused(&file, text);
        assert!(said.contains("line 1"), "{text:?}: {said}");
        assert!(
            !said.contains('\x1b') && !said.contains("panicked"),
            "{said:?}"
        );
    }
    let output = replay(&home.path().join("nowhere"));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("cannot read the recording"), "{said}");
}
