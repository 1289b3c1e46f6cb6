//! Real programs side by side, in terminals and without, killed in every order.

use std::process::{Child, Command, Stdio};

use fuzzbox::domain::{Saved, TaskState};
use fuzzbox::store::Store;

use crate::support::program::{PROGRAM, Server, TOKEN, database, demo};
use crate::support::pty::{Home, Pty, PtyCommand};

const GUEST: &str = "another fuzzbox sends the orders";

/// Starts a program and waits until it can be used.
#[track_caller]
fn open(command: &PtyCommand) -> Pty {
    let pty = Pty::spawn(command);
    pty.wait_for("? help");
    pty
}

/// Starts one beside another that has the engine.
#[track_caller]
fn open_guest(command: &PtyCommand) -> Pty {
    let pty = open(command);
    pty.wait_for(GUEST);
    pty
}

#[track_caller]
fn order(pty: &Pty, prompt: &str) {
    pty.key("1");
    pty.key("enter");
    pty.key("ctrl-u");
    pty.send(prompt);
    pty.wait_for(prompt);
    pty.key("ctrl-g");
}

#[track_caller]
fn quit(pty: &Pty) {
    pty.key("esc");
    pty.key("q");
    assert!(pty.wait_exit().success());
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
}

#[track_caller]
fn kill(pty: &Pty) {
    pty.kill();
    pty.wait_exit();
}

/// What is on the disk now.
fn kept(home: &Home) -> Saved {
    let (_, saved) = Store::open(&database(home, "fuzzbox")).expect("a database");
    saved
}

fn headless(home: &Home, server: &Server, arguments: &[&str]) -> Child {
    Command::new(PROGRAM)
        .args(arguments)
        .env_clear()
        .envs(home.environment())
        .env("ACEDATACLOUD_API_BASE_URL", server.url())
        .env("ACEDATACLOUD_API_TOKEN", TOKEN)
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

#[track_caller]
fn told(child: Child, code: i32) -> (String, String) {
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn an_order_of_the_guest_is_sent_once_and_the_song_is_in_both() {
    let home = Home::new();
    let server = Server::quick();
    let owner = open(&server.studio(&home));
    let guest = open_guest(&server.studio(&home));
    order(&guest, "from the guest");
    owner.wait_for("1 song ");
    guest.wait_for("1 song ");
    assert_eq!(server.knocks(), 1);
    // The file is there for both: the guest plays it.
    guest.key("esc");
    guest.key("4");
    guest.wait_gone("⇣");
    guest.key("enter");
    guest.wait_for("▶ ");
    quit(&guest);
    // Nothing but what it typed is left of the guest, for undo.
    owner.key("3");
    owner.key("u");
    owner.wait_for("from the guest");
    quit(&owner);
    let saved = kept(&home);
    assert_eq!((saved.handed.len(), saved.aside.len()), (0, 0));
    assert_eq!(saved.tasks.len(), 1);
}

#[test]
fn when_the_owner_is_killed_the_guest_goes_on_and_orders_nothing_twice() {
    let home = Home::new();
    let server = Server::scripted("steady");
    let owner = open(&server.studio(&home));
    let guest = open_guest(&server.studio(&home));
    order(&owner, "of the owner");
    owner.wait_outside("the order", || server.orders() == 1);
    guest.wait_for("1 running");
    kill(&owner);
    guest.wait_gone(GUEST);
    guest.wait_for("1 song ");
    assert_eq!(server.knocks(), 1);
    // It has the engine: it orders by itself.
    order(&guest, "by itself");
    guest.wait_for("2 songs");
    assert_eq!(server.knocks(), 2);
    quit(&guest);
    let tasks = kept(&home).tasks;
    assert!(tasks.iter().all(|task| task.state == TaskState::Succeeded));
}

#[test]
fn when_the_owner_quits_the_guest_goes_on() {
    let home = Home::new();
    let server = Server::quick();
    let owner = open(&server.studio(&home));
    order(&owner, "typed in the owner");
    owner.wait_for("1 song ");
    let guest = open_guest(&server.studio(&home));
    order(&guest, "typed in the guest");
    guest.wait_for("2 songs");
    quit(&owner);
    guest.wait_gone(GUEST);
    guest.wait_for("typed in the guest");
    // The draft of the other is not lost.
    guest.key("esc");
    guest.key("3");
    guest.key("u");
    guest.wait_for("typed in the owner");
    quit(&guest);
    assert_eq!(server.knocks(), 2);
}

#[test]
fn a_guest_that_is_killed_right_after_its_order_has_ordered() {
    let home = Home::new();
    let server = Server::quick();
    let owner = open(&server.studio(&home));
    let guest = open_guest(&server.studio(&home));
    order(&guest, "its last words");
    // Shown and kept are two things: what was kept has been handed over.
    owner.wait_outside("the order on the disk", || {
        let saved = kept(&home);
        !saved.handed.is_empty() || !saved.tasks.is_empty()
    });
    kill(&guest);
    owner.wait_for("1 song ");
    assert_eq!(server.knocks(), 1);
    quit(&owner);
    // What it had typed is found again.
    let next = open(&server.studio(&home));
    next.key("3");
    next.key("u");
    next.wait_for("its last words");
    quit(&next);
}

#[test]
fn an_owner_that_is_stopped_holds_up_nobody_and_both_killed_lose_nothing() {
    let home = Home::new();
    let server = Server::quick();
    let owner = open(&server.studio(&home));
    let guest = open_guest(&server.studio(&home));
    owner.signal(rustix::process::Signal::STOP);
    order(&guest, "while it is stopped");
    guest.wait_for("1 waiting");
    guest.key("esc");
    for row in ["4", "3", "2", "1"] {
        guest.key(row);
    }
    order(&guest, "and another");
    guest.wait_for("2 waiting");
    guest.wait_outside("both orders on the disk", || kept(&home).handed.len() == 2);
    assert_eq!(server.knocks(), 0);
    kill(&guest);
    kill(&owner);
    let next = open(&server.studio(&home));
    next.wait_for("2 songs");
    assert_eq!(server.knocks(), 2);
    quit(&next);
}

#[test]
fn a_command_beside_a_studio_hands_over_and_follows() {
    let home = Home::new();
    let server = Server::quick();
    let owner = open(&server.studio(&home));
    let child = headless(
        &home,
        &server,
        &["generate", "--prompt", "rain", "--title", "Drops"],
    );
    let (out, _) = told(child, 0);
    let fields: Vec<&str> = out.trim_end().split('\t').collect();
    let [_, title, file] = fields[..] else {
        panic!("{out:?}");
    };
    assert_eq!(title, "Drops");
    assert!(std::path::Path::new(file).is_file(), "{file}");
    owner.wait_for("1 song ");
    // Only placed: it ends once the API has taken it.
    let child = headless(
        &home,
        &server,
        &["generate", "--prompt", "snow", "--no-wait"],
    );
    let (out, _) = told(child, 0);
    let tasks = kept(&home).tasks;
    let ids = tasks.iter().filter_map(|task| task.api_id.as_ref());
    assert!(ids.map(|id| &id.0).any(|id| id == out.trim_end()), "{out}");
    // Refused by the API: the same code and words as alone.
    let arguments = [
        "variation",
        "--audio-id",
        "38d3b9e2-0dfb-4338-b2a7-15e45656ed32",
    ];
    let (out, err) = told(headless(&home, &server, &arguments), 1);
    assert_eq!(out, "");
    assert!(err.contains("nothing was charged"), "{err}");
    quit(&owner);
    assert_eq!(server.orders(), 2);
}

#[test]
fn a_command_goes_on_when_the_studio_is_killed() {
    let home = Home::new();
    let server = Server::scripted("steady");
    let owner = open(&server.studio(&home));
    let child = headless(&home, &server, &["generate", "--prompt", "rain"]);
    owner.wait_outside("the order", || server.orders() == 1);
    kill(&owner);
    let (out, _) = told(child, 0);
    assert_eq!(out.lines().count(), 1);
    assert_eq!(server.knocks(), 1);
}

#[test]
fn ten_at_once_order_ten_songs() {
    let home = Home::new();
    let server = Server::quick();
    let prompts: Vec<String> = (0..10).map(|number| format!("song {number}")).collect();
    let children: Vec<Child> = prompts
        .iter()
        .map(|prompt| headless(&home, &server, &["generate", "--prompt", prompt]))
        .collect();
    for child in children {
        let (out, _) = told(child, 0);
        assert_eq!(out.lines().count(), 1);
    }
    assert_eq!(server.knocks(), 10);
    let saved = kept(&home);
    assert_eq!(saved.songs.len(), 10);
    assert!(saved.handed.is_empty());
    let mut kept: Vec<String> = saved
        .tasks
        .iter()
        .map(|task| task.label().to_owned())
        .collect();
    kept.sort();
    assert_eq!(kept, prompts);
}

#[test]
fn a_token_typed_in_the_guest_is_used_by_the_owner() {
    let home = Home::new();
    let server = Server::quick();
    let owner = open(&server.visitor(&home));
    order(&owner, "held for a token");
    owner.wait_for("held");
    owner.key("esc");
    let guest = open_guest(&server.visitor(&home));
    guest.wait_for("1 held");
    guest.key("ctrl-t");
    guest.wait_for("token");
    guest.send(TOKEN);
    guest.send("\r");
    owner.wait_for("1 song ");
    guest.wait_for("1 song ");
    for pty in [&owner, &guest] {
        let raw = pty.raw_output();
        assert!(!String::from_utf8_lossy(&raw).contains(TOKEN));
    }
    quit(&guest);
    quit(&owner);
}

#[test]
fn the_demo_beside_the_demo_hands_over_and_takes_over() {
    let home = Home::new();
    let owner = open(&demo(&home));
    let guest = open_guest(&demo(&home));
    order(&guest, "in the demo");
    // Taken, and not only on its way: what is lost on its way is in doubt.
    guest.wait_for("running  0:0");
    kill(&owner);
    guest.wait_gone(GUEST);
    guest.wait_for("1 song ");
    order(&guest, "and once more");
    guest.wait_for("2 songs");
    quit(&guest);
}

#[test]
fn at_rest_side_by_side_nobody_wakes() {
    let home = Home::new();
    let owner = open(&demo(&home));
    let guest = open_guest(&demo(&home));
    for pty in [&owner, &guest] {
        pty.wait_quiet(std::time::Duration::from_millis(700));
    }
    let before = [&owner, &guest].map(crate::terminal::switches);
    let second = std::time::Duration::from_secs(1);
    assert!(guest.is_quiet_within(second, second * 2));
    let after = [&owner, &guest].map(crate::terminal::switches);
    for (before, after) in before.iter().zip(after) {
        assert!(after - before <= 2, "woken {} times", after - before);
    }
    quit(&guest);
    quit(&owner);
}
