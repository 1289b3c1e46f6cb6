//! Tapes: read strictly, and played against a plain shell.

use std::path::Path;
use std::time::Duration;

use crate::support::pty::Home;
use crate::support::tape::{Command, Stage, Tape};

fn commands(text: &str) -> Vec<String> {
    let tape = Tape::parse(text).expect("a good tape");
    tape.steps
        .iter()
        .map(|step| format!("{}: {:?}", step.line, step.command))
        .collect()
}

#[track_caller]
fn refused(text: &str, line: usize, message: &str) {
    let error = Tape::parse(text).expect_err("a bad tape");
    assert_eq!(error.line, line, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn every_command_is_read() {
    let tape = "# a comment\nOutput out/demo.gif\nRequire sh\n\nType \"it's\"\nType@50ms 'say \"hi\"' `twice`\n\
        Enter\nBackspace@10ms 3\nPageDown\nEscape\nCtrl+G\nCtrl+Alt+x\nCtrl+Left\nAlt+Enter\nShift+Tab\nShift+A\n\
        Sleep 500ms\nSleep 2\nSleep .5s\nHide\nShow\nScreenshot out/a.png\nType \"x\" Enter # at the end";
    assert_eq!(
        commands(tape),
        [
            "2: Output",
            r#"3: Require("sh")"#,
            r#"5: Type("it's")"#,
            r#"6: Type("say \"hi\" twice")"#,
            r#"7: Key("enter", 1)"#,
            r#"8: Key("backspace", 3)"#,
            r#"9: Key("pgdn", 1)"#,
            r#"10: Key("esc", 1)"#,
            r#"11: Key("ctrl-g", 1)"#,
            r#"12: Key("ctrl-alt-x", 1)"#,
            r#"13: Key("ctrl-left", 1)"#,
            r#"14: Key("alt-enter", 1)"#,
            r#"15: Key("shift-tab", 1)"#,
            r#"16: Key("shift-A", 1)"#,
            "17: Sleep",
            "18: Sleep",
            "19: Sleep",
            "20: Hide",
            "21: Show",
            r#"22: Screenshot("out/a.png")"#,
            r#"23: Type("x")"#,
            r#"23: Key("enter", 1)"#,
        ]
    );
}

#[test]
fn waits_are_read() {
    let tape = Tape::parse("Wait\nWait+Screen /a\\/b/\nWait+Line@2s />$/\nWait@1m /x/\n")
        .expect("a good tape");
    let waits: Vec<(bool, Option<Duration>, Option<&str>)> = tape
        .steps
        .iter()
        .map(|step| match &step.command {
            Command::Wait(wait) => (
                wait.whole_screen,
                wait.limit,
                wait.pattern.as_ref().map(regex::Regex::as_str),
            ),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        waits,
        [
            (false, None, None),
            (true, None, Some("a\\/b")),
            (false, Some(Duration::from_secs(2)), Some(">$")),
            (false, Some(Duration::from_mins(1)), Some("x")),
        ]
    );
}

#[test]
fn settings_are_kept_and_make_the_grid() {
    let settings = Tape::parse(
        "Set Shell bash\nSet FontSize 16\nSet Width 1300\nSet Height 800\nSet Padding 10\n\
         Set TypingSpeed 50ms\nSet Theme \"Catppuccin Mocha\"\nSet WaitTimeout 30s\nSet WaitPattern /\\$$/\n\
         Set LoopOffset 20%\nSet MarginFill \"#1a1d23\"\nSet Margin 8\nSet WindowBar Colorful\nSet CursorBlink false\n\
         Env A \"b\"\nSet TypingSpeed 0.1\n",
    )
    .expect("a good tape")
    .settings;
    assert_eq!(settings.value("Theme"), Some("Catppuccin Mocha"));
    assert_eq!(settings.value("TypingSpeed"), Some("0.1"));
    assert_eq!(settings.wait_timeout(), Duration::from_secs(30));
    assert_eq!(settings.wait_pattern().as_str(), "\\$$");
    assert_eq!(settings.grid(), (119, 33));
    let defaults = Tape::parse("Enter").expect("a good tape").settings;
    assert_eq!(defaults.grid(), (76, 16));
    assert_eq!(defaults.wait_timeout(), Duration::from_secs(15));
}

#[test]
fn bad_tapes_are_refused_with_their_line() {
    refused("Enter\nFly", 2, "unknown command \"Fly\"");
    refused("Enter\n\nHome", 3, "unknown command \"Home\"");
    refused("Type \"open", 1, "\" is missing");
    refused("Type word", 1, "in quotes");
    refused("Type\n\"next line\"", 1, "in quotes");
    refused("\"text\"", 1, "a command is missing");
    refused("Enter\nSource other.tape", 2, "Source is refused");
    refused("Copy \"x\"", 1, "without VHS");
    refused("Sleep", 1, "a time is missing");
    refused("Sleep 1..2", 1, "is no time");
    refused("Enter 0", 1, "whole number");
    refused("Ctrl", 1, "needs +");
    refused("Ctrl+Shift+x", 1, "no key a terminal can tell");
    refused("Ctrl+xy", 1, "no key a terminal can tell");
    refused("Wait+Page /x/", 1, "Screen or Line");
    refused("Wait@0s /x/", 1, "no time");
    refused("Enter\nWait /(/", 2, "unclosed group");
    refused("Wait /x", 1, "/ is missing");
    refused("Screenshot a.gif", 1, ".png");
    refused("Output a.doc", 1, "no kind of film");
    refused("Set Colour red", 1, "unknown setting");
    refused("Set Width wide", 1, "no value for Width");
    refused("Set Shell sh", 1, "no value for Shell");
    refused("Set Width", 1, "needs a value");
    refused("Enter\nSet Width 100", 2, "ignored unless");
    refused("Enter\nRequire sh", 2, "ignored unless");
    refused("Env A", 1, "Env needs a text");
    refused("Enter ä", 1, "must be quoted");
}

#[test]
fn a_tape_is_played_in_a_shell() {
    let (home, programs) = (Home::new(), Home::new());
    let pictures = home.path().join("pictures");
    let program = programs.path().join("greet");
    std::os::unix::fs::symlink("/bin/echo", &program).expect("a link");
    let tape = Tape::parse(
        "Output out/x.gif\nRequire greet\nEnv WHO \"world\"\nHide\nType \"greet hello $WHO\"\nShow\nEnter\n\
         Wait+Screen /^hello world$|\\nhello world\\n/\nWait\nSleep 60m\n",
    )
    .expect("a good tape");
    let stage = Stage {
        home: &home,
        programs: programs.path(),
        size: Some((60, 10)),
        pictures: Some(pictures.clone()),
    };
    let played = tape.play(&stage);
    assert!(played.screenshots.is_empty());
    played.pty.send("exit 7\r");
    assert_eq!(played.pty.wait_exit().exit_code(), 7);

    let tape = Tape::parse("Type `stty size`\nEnter\nWait+Screen /10 60/\nScreenshot out/size.png")
        .expect("a good tape");
    let played = tape.play(&stage);
    let [(name, screen)] = played.screenshots.as_slice() else {
        panic!("one screenshot");
    };
    assert_eq!(name, "out/size.png");
    assert!(screen.starts_with("> stty size\n10 60\n>"), "{screen}");
    let svg = std::fs::read_to_string(pictures.join("size.svg")).expect("a picture");
    assert!(
        svg.contains(">stty</text>") || svg.contains("stty size"),
        "{svg}"
    );
}

#[test]
#[should_panic(expected = "requires no-such-program")]
fn a_tape_that_requires_too_much_is_not_played() {
    let home = Home::new();
    let tape = Tape::parse("Require no-such-program").expect("a good tape");
    tape.play(&Stage {
        home: &home,
        programs: home.path(),
        size: None,
        pictures: Stage::wanted_pictures(),
    });
}

#[test]
fn the_demonstration_is_a_good_tape() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo.tape");
    let text = std::fs::read_to_string(path).expect("demo.tape at the top level");
    let tape = Tape::parse(&text).expect("a tape that VHS understands");
    let (columns, rows) = tape.settings.grid();
    assert!(
        columns >= 120 && rows >= 30,
        "{columns}×{rows} does not show all panes"
    );
}
