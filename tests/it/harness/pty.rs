//! The pseudo-terminal, against small programs that every Unix has.

use std::time::Duration;

use crate::support::pty::{Home, Pty, PtyCommand, Signal};

fn shell(home: &Home, script: &str) -> Pty {
    Pty::spawn(&PtyCommand::new("/bin/sh", home).args(["-c", script]))
}

/// The text of the panic that `act` ends in.
fn complaint(act: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
    let payload = panic.expect_err("it should have failed");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().expect("a panic with a text")).to_string(),
    }
}

#[test]
fn output_is_shown_and_the_exit_code_is_told() {
    let home = Home::new();
    let pty = shell(&home, r"printf 'one\r\n  two 三\r\n'; exit 3");
    assert_eq!(pty.wait_exit().exit_code(), 3);
    assert_eq!(pty.row(1), "  two 三");
    assert_eq!(pty.screen().trim_end(), "one\n  two 三");
    assert_eq!(pty.cursor(), (0, 2));
    assert_eq!(pty.raw_output(), "one\r\r\n  two 三\r\r\n".as_bytes());
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
}

#[test]
fn the_environment_is_private() {
    let home = Home::new();
    let pty = Pty::spawn(
        &PtyCommand::new("env", &home)
            .env("EXTRA", "yes")
            .size(200, 50),
    );
    pty.wait_exit();
    let screen = pty.screen();
    let names: Vec<&str> = screen
        .lines()
        .filter_map(|line| line.split_once('=').map(|(name, _)| name))
        .collect();
    for name in &names {
        let known = [
            "EXTRA", "HOME", "LANG", "PATH", "PS1", "SHELL", "TERM", "TMPDIR", "TZ",
        ];
        assert!(
            known.contains(name) || name.starts_with("XDG_"),
            "{name} was inherited"
        );
    }
    assert!(names.contains(&"EXTRA") && names.contains(&"XDG_RUNTIME_DIR"));
    assert!(screen.contains(&format!("HOME={}", home.path().display())));
    assert!(home.config().starts_with(home.path()) && home.data().starts_with(home.path()));
}

#[test]
fn what_is_typed_arrives_in_order() {
    let home = Home::new();
    let pty = Pty::spawn(&PtyCommand::new("cat", &home));
    pty.send("first 一\r");
    pty.wait_until(|screen| screen.contents().matches("first 一").count() == 2);
    pty.key("x");
    pty.key("歌");
    pty.key("space");
    pty.key("backspace");
    pty.key("enter");
    pty.wait_until(|screen| screen.contents().matches("x歌").count() == 2);
    pty.key("ctrl-d");
    assert!(pty.wait_exit().success());
}

#[test]
fn keys_are_encoded_as_xterm_does() {
    let keys = [
        ("enter", "0d"),
        ("esc", "1b"),
        ("tab", "09"),
        ("backtab", "1b5b5a"),
        ("up", "1b5b41"),
        ("ctrl-left", "1b5b313b3544"),
        ("home", "1b5b48"),
        ("pgdn", "1b5b367e"),
        ("f1", "1b4f50"),
        ("f5", "1b5b31357e"),
        ("shift-f5", "1b5b31353b327e"),
        ("ctrl-g", "07"),
        ("ctrl-space", "00"),
        ("ctrl-backspace", "08"),
        ("alt-x", "1b78"),
        ("alt-enter", "1b0d"),
        ("shift-a", "41"),
        ("delete", "1b5b337e"),
    ];
    let home = Home::new();
    let pty = shell(&home, "stty raw -echo; echo ready; od -An -v -tx1 -w1");
    pty.wait_for("ready");
    for (key, _) in keys {
        pty.key(key);
    }
    let wanted: String = keys.iter().map(|(_, bytes)| *bytes).collect();
    let typed = |pty: &Pty| -> String {
        let raw = String::from_utf8(pty.raw_output()).expect("od writes ASCII");
        let (_, dump) = raw.split_once("ready").expect("it was waited for");
        dump.split_whitespace().collect()
    };
    // od writes whole blocks to a pipe, but each line as it comes to a terminal
    pty.wait_outside("all keys", || typed(&pty).len() >= wanted.len());
    assert_eq!(typed(&pty), wanted);
    let complaint = complaint(|| pty.key("ctrl-nonsense"));
    assert!(complaint.contains("no keyboard"), "{complaint}");
}

#[test]
fn cursor_keys_follow_their_mode() {
    let home = Home::new();
    let pty = shell(
        &home,
        r"stty raw -echo; printf '\033[?1hready'; od -An -v -tx1 -N3",
    );
    pty.wait_for("ready");
    pty.key("up");
    pty.wait_for("1b 4f 41");
    assert_eq!(
        pty.modes_left_on(),
        [
            "application cursor keys (?1)",
            "input settings of the line",
            "output settings of the line",
            "local settings of the line"
        ]
    );
}

#[test]
fn a_lone_escape_is_read_alone() {
    let home = Home::new();
    // Each read of dd takes what is there: an Escape stuck to the next key would come in one piece.
    let pty = shell(
        &home,
        "stty raw -echo; echo ready; for i in 1 2; do dd bs=64 count=1 2>/dev/null | wc -c; done",
    );
    pty.wait_for("ready");
    pty.key("esc");
    pty.key("a");
    pty.wait_exit();
    let counts: Vec<String> = pty.screen().split_whitespace().map(str::to_owned).collect();
    assert_eq!(counts, ["ready", "1", "1"]);
}

#[test]
fn pastes_are_bracketed_when_asked_for() {
    let home = Home::new();
    let pty = shell(
        &home,
        r"stty raw -echo; printf 'plain\r\n'; head -c 3 | od -An -c;
        printf '\033[?2004hbracketed\r\n'; head -c 15 | od -An -c -w15",
    );
    pty.wait_for("plain");
    pty.paste("a\nb");
    pty.wait_for(r"a  \r   b");
    pty.wait_for("bracketed");
    pty.paste("a\r\nb\x1b[201~");
    pty.wait_for(r"033   [   2   0   0   ~   a  \r   b 033   [   2   0   1   ~");
    assert!(pty.is_mode_on(2004));
}

#[test]
fn a_big_paste_does_not_block_either_side() {
    let home = Home::new();
    let script = "stty raw -echo; echo ready; head -c 1000000; echo all";
    let pty = shell(&home, script);
    pty.wait_for("ready");
    pty.paste(&"abcdefghij".repeat(100_000));
    pty.wait_for("all");
    assert!(pty.wait_exit().success());
    let raw = pty.raw_output();
    assert_eq!(String::from_utf8_lossy(&raw).matches('j').count(), 100_000);
}

#[test]
fn questions_are_answered() {
    let home = Home::new();
    let pty = shell(
        &home,
        r"stty raw -echo; printf 'ab\033[6n'; head -c 6 | od -An -c; printf '\033[c'; head -c 9 | od -An -c;
        printf '\033[5n'; head -c 4 | od -An -c",
    );
    pty.wait_exit();
    assert!(
        pty.screen().contains("033   [   1   ;   3   R"),
        "{}",
        pty.screen()
    );
    assert!(pty.screen().contains("033   [   ?   6   2   ;   2   2   c"));
    assert!(pty.screen().contains("033   [   0   n"));
}

#[test]
fn titles_and_clipboard_are_kept() {
    let home = Home::new();
    let pty = shell(&home, r"printf '\033]2;a song\007\033]52;c;YWJj\007'");
    pty.wait_exit();
    assert_eq!(
        (pty.title().as_str(), pty.clipboard().as_str()),
        ("a song", "YWJj")
    );
}

#[test]
fn resizing_reaches_the_picture_and_the_program() {
    let home = Home::new();
    let pty = Pty::spawn(
        &PtyCommand::new("/bin/sh", &home)
            .args([
                "-c",
                "trap 'stty size' WINCH; stty size; while :; do read -r x; done",
            ])
            .size(100, 30),
    );
    pty.wait_for("30 100");
    pty.resize(40, 12);
    // dash runs its trap once the read returns
    pty.key("enter");
    pty.wait_for("12 40");
    assert_eq!(pty.look(|screen| screen.size().0.get()), 12);
}

#[test]
fn switches_left_on_are_told() {
    let home = Home::new();
    let on = r"\033[?1049h\033[?1000;1006h\033[?2004h\033[?1004h\033[?25l\033[>1u";
    let pty = shell(&home, &format!("printf '{on}\\033[31m'; stty -echo"));
    pty.wait_exit();
    assert_eq!(
        pty.modes_left_on(),
        [
            "hidden cursor (?25)",
            "mouse (?1000)",
            "focus reports (?1004)",
            "mouse (?1006)",
            "alternate screen (?1049)",
            "bracketed paste (?2004)",
            "enhanced keys [1]",
            "text attributes",
            "local settings of the line",
        ]
    );
}

#[test]
fn switches_turned_off_again_are_not() {
    let home = Home::new();
    let on = r"\033[?1049h\033[?1003h\033[?2004h\033[?25l\033[>1u\033[31m";
    let off = r"\033[m\033[<u\033[?25h\033[?2004l\033[?1003l\033[?1049l";
    let pty = shell(
        &home,
        &format!("stty raw -echo; printf '{on}hello{off}'; stty sane"),
    );
    pty.wait_exit();
    let left = pty.modes_left_on();
    assert!(!left.iter().any(|what| what.contains('?')), "{left:?}");
    let reset = shell(&home, &format!(r"printf '{on}\033c'"));
    reset.wait_exit();
    assert_eq!(reset.modes_left_on(), Vec::<String>::new());
}

#[test]
fn a_frame_is_judged_only_when_whole() {
    let home = Home::new();
    let pty = shell(
        &home,
        r"printf '\033[?2026hhalf'; read -r x; printf ' a frame\033[?2026l'; cat",
    );
    pty.wait_outside("the half of the frame", || pty.screen().contains("half"));
    let mut seen = Vec::new();
    pty.key("enter");
    pty.wait_until(|screen| {
        seen.push(screen.contents());
        screen.contents().contains("a frame")
    });
    assert!(
        seen.iter().all(|screen| screen.contains("a frame")),
        "{seen:?}"
    );
}

#[test]
fn characters_vt100_cannot_draw_are_kept_from_it() {
    let home = Home::new();
    let pty = shell(&home, "printf '👩‍👩‍👧 🇹🇼 歌 ❤️ end'; cat");
    pty.wait_for("?? 歌 ❤ end");
    let raw = pty.raw_output();
    let raw = String::from_utf8_lossy(&raw);
    assert!(raw.contains("🇹🇼") && raw.contains('\u{200d}') && raw.contains('\u{fe0f}'));
    let narrow = PtyCommand::new("/bin/sh", &home).args(["-c", "printf '1❤️\\r\\nz'; cat"]);
    let narrow = Pty::spawn(&narrow.size(1, 3));
    narrow.wait_for("z");
}

#[test]
fn signals_end_programs_and_are_told() {
    let home = Home::new();
    let pty = Pty::spawn(&PtyCommand::new("cat", &home));
    assert!(pty.pid().as_raw_pid() > 1);
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit().signal(), Some("Terminated"));
    let complaint = complaint(|| pty.kill());
    assert!(complaint.contains("ended before"), "{complaint}");
    let pty = Pty::spawn(&PtyCommand::new("cat", &home));
    pty.kill();
    assert_eq!(pty.wait_exit().signal(), Some("Killed"));
}

#[test]
fn hanging_up_reaches_the_program_and_types_nothing() {
    let home = Home::new();
    let script = "trap 'echo hup >> told; exit 0' HUP; echo ready; while read -r x; do echo typed >> told; done; \
        echo end >> told";
    let mut pty = shell(&home, script);
    pty.wait_for("ready");
    pty.hang_up();
    pty.wait_exit();
    let told = std::fs::read_to_string(home.path().join("told")).expect("the shell tells");
    assert!(!told.contains("typed"), "{told}");
}

#[test]
fn quiet_is_waited_for() {
    let home = Home::new();
    let pty = shell(
        &home,
        "i=0; while [ $i -lt 50 ]; do echo $i; i=$((i+1)); done; cat",
    );
    pty.wait_quiet(Duration::from_millis(100));
    pty.wait_for("49");
    pty.send("x");
    pty.wait_for("x");
    pty.send("\x15");
    pty.wait_gone("x");
    let noisy = shell(&home, "while :; do echo x; done");
    let limit = Duration::from_millis(200);
    assert!(!noisy.is_quiet_within(Duration::from_secs(5), limit));
}

#[test]
fn a_wait_in_vain_shows_the_screen() {
    let home = Home::new();
    let pty = Pty::spawn(&PtyCommand::new("cat", &home));
    pty.send("what is here\r");
    pty.wait_for("what is here");
    let limit = Duration::from_millis(50);
    let text = complaint(|| pty.wait_until_within(limit, "rain", |_| false));
    assert!(text.contains("waited for rain: the time is up"), "{text}");
    assert!(
        text.contains("what is here") && text.contains("still running"),
        "{text}"
    );
}

#[test]
fn a_wait_for_a_program_that_has_gone_does_not_take_long() {
    let home = Home::new();
    let pty = shell(&home, "echo gone");
    let begun = std::time::Instant::now();
    let text = complaint(|| pty.wait_for("rain"));
    assert!(
        text.contains("has left the terminal") && text.contains("gone"),
        "{text}"
    );
    assert!(begun.elapsed() < crate::support::pty::patience());
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let home = Home::new();
    let text = complaint(|| drop(Pty::spawn(&PtyCommand::new("no-such-program", &home))));
    assert!(text.contains("no-such-program does not start"), "{text}");
}
