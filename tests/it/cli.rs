//! The command line: what it says of itself, and its exit codes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::program::{PROGRAM, end};
use crate::support::pty::Home;

fn fuzzbox(home: &Home, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_clear()
        .envs(home.environment())
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    let home = Home::new();
    let child = fuzzbox(&home, arguments).spawn().expect("it starts");
    child.wait_with_output().expect("it ends")
}

/// What a call that must go well prints.
#[track_caller]
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// What a call that must be refused complains of.
#[track_caller]
fn complaint(arguments: &[&str], code: i32) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(
        !text.contains("panicked") && !text.contains('\x1b'),
        "{text}"
    );
    text
}

#[test]
fn it_explains_itself() {
    insta::assert_snapshot!("help", printed(&["--help"]));
    insta::assert_snapshot!("help_simulate", printed(&["simulate", "--help"]));
    insta::assert_snapshot!("help_replay", printed(&["replay", "--help"]));
    for order in [
        "generate",
        "replace-section",
        "stems",
        "lyrics",
        "upload",
        "wav",
    ] {
        insta::assert_snapshot!(format!("help_{order}"), printed(&[order, "--help"]));
    }
}

#[test]
fn it_tells_its_version() {
    let version = concat!("fuzzbox ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(printed(&["--version"]), version);
    assert_eq!(printed(&["-V"]), version);
}

#[test]
fn bad_arguments_are_refused_with_2() {
    for (arguments, named) in [
        (&["--fast"] as &[&str], "--fast"),
        (&["sing"], "sing"),
        (&["--language", "tlh"], "tlh"),
        (&["--theme", "pink"], "pink"),
        (&["--sound", "loud"], "loud"),
        (&["--token", "x"], "--token"),
        (&["replay"], "FILE"),
        (&["simulate", "--pace", "-1"], "-1"),
        (&["simulate", "--pace=NaN"], "0 to 100"),
        (&["simulate", "--listen", "nowhere"], "nowhere"),
        (&["simulate", "--scenario", "nowhere.toml"], "nowhere.toml"),
    ] {
        let text = complaint(arguments, 2);
        assert!(text.contains(named), "{arguments:?}: {text}");
    }
}

#[test]
fn a_scenario_with_a_mistake_is_refused_with_its_line() {
    let home = Home::new();
    let file = home.path().join("bad.toml");
    std::fs::write(&file, "song_seconds = 2\n\n[[on]]\nendpoint = \"audio\"\n").expect("a file");
    let path = file.to_str().expect("a plain path");
    let text = complaint(
        &["simulate", "--listen", "127.0.0.1:0", "--scenario", path],
        2,
    );
    assert!(
        text.contains("bad.toml") && text.contains("line 4"),
        "{text}"
    );
}

#[test]
fn an_address_in_use_is_a_failure() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let text = complaint(&["simulate", "--listen", &address], 1);
    assert!(text.contains(&address), "{text}");
}

#[test]
fn the_simulator_says_where_it_is_and_stops_when_told() {
    for signal in [Signal::TERM, Signal::INT] {
        let home = Home::new();
        let mut child = fuzzbox(&home, &["simulate", "--listen", "127.0.0.1:0"])
            .spawn()
            .expect("it starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .expect("it says where");
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(
            stream,
            "GET /_sim/orders HTTP/1.1\r\nhost: sim\r\nconnection: close\r\n\r\n"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(
            answer.contains(r#""orders":0"#) || answer.contains(r#""orders": 0"#),
            "{answer}"
        );

        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process id"), signal).expect("a child of ours");
        assert_eq!(end(&mut child).code(), Some(0));
        let mut rest = String::new();
        output.read_to_string(&mut rest).expect("nothing more");
        assert_eq!(rest, "");
    }
}
