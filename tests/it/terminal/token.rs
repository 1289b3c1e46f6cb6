//! The token: asked for, hidden, kept, used.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{open, quit, write_prompt};
use crate::support::program::{Server, TOKEN, TOKEN_HEAD};
use crate::support::pty::{Home, Pty};

use fuzzbox::sim::SimConfig;

/// Every file below `folder` whose bytes hold `secret`, but the one where it belongs.
fn leaks(folder: &Path, secret: &str, home_of_it: &Path) -> Vec<String> {
    let mut leaks = Vec::new();
    let entries = std::fs::read_dir(folder).expect("a folder of the home");
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            leaks.extend(self::leaks(&path, secret, home_of_it));
        } else if path != home_of_it
            && std::fs::read(&path).is_ok_and(|bytes| holds(&bytes, secret))
        {
            leaks.push(path.display().to_string());
        }
    }
    leaks
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes
        .windows(secret.len())
        .any(|window| window == secret.as_bytes())
}

/// The arguments and the environment, as everybody's `ps` shows them.
#[cfg(target_os = "linux")]
fn public_words(pty: &Pty) -> Vec<u8> {
    let process = format!("/proc/{}", pty.pid().as_raw_pid());
    let read = |name| std::fs::read(format!("{process}/{name}")).expect("a running program");
    [read("cmdline"), read("environ")].concat()
}

/// Elsewhere there is no such file to look at.
#[cfg(not(target_os = "linux"))]
fn public_words(_: &Pty) -> Vec<u8> {
    Vec::new()
}

#[test]
fn without_a_token_an_order_asks_for_one_and_then_goes_out_by_itself() {
    let home = Home::new();
    let server = Server::start(SimConfig {
        token: Some(TOKEN.to_owned()),
        pace: 0.0,
        song_limit: Some(std::time::Duration::from_secs(1)),
        ..SimConfig::default()
    });
    let recording = home.path().join("flight.jsonl");
    let command = server
        .visitor(&home)
        .args(["--record", "flight.jsonl"])
        .env("FUZZBOX_LOG", "trace");
    let pty = open(&command);
    write_prompt(&pty, "a song for a token");
    pty.key("ctrl-g");
    pty.wait_for("API token");
    assert_eq!(server.orders(), 0);
    let (typed, pasted) = TOKEN.split_at(20);
    pty.send(typed);
    pty.wait_for("20 characters");
    pty.paste(pasted);
    pty.wait_for("32 characters");
    assert!(!pty.screen().contains(TOKEN_HEAD), "{}", pty.screen());
    pty.key("enter");
    pty.wait_for("1 song ");
    assert_eq!(server.orders(), 1);

    let stored = home.config().join("token");
    let text = std::fs::read_to_string(&stored).expect("a stored token");
    assert_eq!(text.trim(), TOKEN);
    let mode = std::fs::metadata(&stored)
        .expect("it is there")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert!(!holds(&public_words(&pty), TOKEN));
    quit(&pty);
    assert!(!holds(&pty.raw_output(), TOKEN));
    let log = home.path().join("state/fuzzbox/fuzzbox.log");
    for told in [&recording, &log] {
        let length = std::fs::metadata(told).map_or(0, |file| file.len());
        assert!(length > 0, "{} is empty", told.display());
    }
    assert_eq!(leaks(home.path(), TOKEN, &stored), Vec::<String>::new());
    // Not even in pieces: no key is recorded while the token is typed.
    let flight = std::fs::read_to_string(&recording).expect("a recording");
    let lines: Vec<&str> = flight.lines().collect();
    let begun = lines.iter().position(|line| line.contains(r#""Typed":1}"#));
    let done = lines.iter().position(|line| line.contains("\"Stored\""));
    let (begun, done) = (begun.expect("typing"), done.expect("storing"));
    for line in &lines[begun..done] {
        assert!(!line.contains("Key") && !line.contains("Pasted"), "{line}");
    }

    let pty = open(&server.visitor(&home));
    write_prompt(&pty, "another one");
    pty.key("ctrl-g");
    pty.wait_for("2 songs");
    quit(&pty);
}

#[test]
fn a_refused_token_holds_the_queue_until_a_good_one_comes() {
    let home = Home::new();
    let server = Server::quick();
    let pty = open(
        &server
            .visitor(&home)
            .env("ACEDATACLOUD_API_TOKEN", "invalid"),
    );
    write_prompt(&pty, "with a bad token");
    pty.key("ctrl-g");
    pty.wait_for("1 held");
    assert_eq!(server.orders(), 0);
    pty.key("ctrl-t");
    pty.wait_for("API token");
    pty.key("enter");
    pty.wait_for("empty");
    pty.send(TOKEN);
    pty.key("enter");
    pty.wait_for("1 song ");
    assert_eq!(server.orders(), 1);
    quit(&pty);
}
