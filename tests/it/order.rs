//! Ordering from the command line: the same engine, the same money rules, without a screen.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use fuzzbox::domain::{Completion, Hold, Saved, TaskState};
use fuzzbox::sim::SimConfig;
use fuzzbox::store::Store;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::program::{PROGRAM, Server, TOKEN, TOKEN_HEAD, database, end};
use crate::support::pty::{Home, Pty, PtyCommand};

/// A call of the program with a token, whose API this is.
fn fuzzbox(home: &Home, server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_clear()
        .envs(home.environment())
        .env("ACEDATACLOUD_API_BASE_URL", server.url())
        .env("ACEDATACLOUD_API_TOKEN", TOKEN)
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(home: &Home, server: &Server, arguments: &[&str]) -> Output {
    fuzzbox(home, server, arguments)
        .output()
        .expect("it starts and ends")
}

#[track_caller]
fn ended(output: &Output, code: i32) -> (String, String) {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        !err.contains("panicked") && !err.contains(TOKEN_HEAD),
        "{err}"
    );
    (out, err)
}

/// What is on the disk now.
fn kept(home: &Home) -> Saved {
    let (_, saved) = Store::open(&database(home, "fuzzbox")).expect("a database");
    saved
}

fn words(server: &Server, line: &'static str) -> (Home, Output) {
    let home = Home::new();
    let words: Vec<&str> = line.split(' ').collect();
    let output = run(&home, server, &words);
    (home, output)
}

#[test]
fn a_song_is_ordered_made_fetched_and_told() {
    let server = Server::quick();
    let (home, output) = words(&server, "generate --prompt rain --title Drops");
    let (out, err) = ended(&output, 0);
    let fields: Vec<&str> = out.trim_end().split('\t').collect();
    let [id, title, file] = fields[..] else {
        panic!("{out:?}");
    };
    assert_eq!(title, "Drops");
    assert!(Path::new(file).is_file(), "{file}");
    assert!(err.contains("being made"), "{err}");
    let saved = kept(&home);
    assert_eq!(saved.songs.len(), 1);
    assert_eq!(saved.songs[0].id.0, id);
    assert_eq!(saved.tasks[0].state, TaskState::Succeeded);
    assert_eq!(server.orders(), 1);
    // The draft of the studio is its own business.
    assert!(saved.draft.prompt.is_empty());
}

#[test]
fn the_outcome_is_told_to_programs_too() {
    let server = Server::quick();
    let (_home, output) = words(&server, "generate --prompt rain --seed 42 --json");
    let (out, _) = ended(&output, 0);
    let told: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(told["outcome"], "done");
    assert_eq!(told["request"]["seed"], "42");
    assert_eq!(told["songs"][0]["seed"], "42");
    assert!(Path::new(told["songs"][0]["file"].as_str().expect("a path")).is_file());
    assert_eq!(told["failure"], Value::Null);
}

#[test]
fn a_dry_run_prints_the_request_and_touches_nothing() {
    let server = Server::quick();
    let home = Home::new();
    let mut command = fuzzbox(
        &home,
        &server,
        &[
            "generate",
            "--dry-run",
            "--lyric-file",
            "-",
            "--model",
            "FUZZ-2.0 Pro",
        ],
    );
    command
        .env_remove("ACEDATACLOUD_API_TOKEN")
        .stdin(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    input
        .write_all("[Verse]\r\nit's `raining` $HOME\r\n".as_bytes())
        .expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let (out, err) = ended(&output, 0);
    assert_eq!(err, "");
    let sent: Value = serde_json::from_str(&out).expect("JSON");
    let wanted = json!({
        "action": "generate", "async": true, "custom": true, "model": "FUZZ-2.0 Pro",
        "lyric": "[Verse]\nit's `raining` $HOME",
    });
    assert_eq!(sent, wanted);
    assert_eq!(server.knocks(), 0);
    assert!(!home.path().join("data").join("fuzzbox").exists());
}

#[test]
fn what_is_wrong_is_told_before_anything_is_kept_or_sent() {
    let server = Server::quick();
    let (home, output) = words(&server, "generate --prompt x --weirdness 9");
    let (out, err) = ended(&output, 2);
    assert_eq!(out, "");
    assert!(err.contains("--weirdness must be from 0 to 1"), "{err}");
    let mut command = fuzzbox(&home, &server, &["generate", "--prompt", "x"]);
    command.env_remove("ACEDATACLOUD_API_TOKEN");
    let (_, err) = ended(&command.output().expect("it ends"), 2);
    assert!(err.contains("nothing was ordered"), "{err}");
    assert_eq!(server.knocks(), 0);
    assert!(!database(&home, "fuzzbox").exists());
}

#[test]
fn an_order_that_is_refused_fails_and_says_what_it_cost() {
    let server = Server::quick();
    // A song nobody knows.
    let (_home, output) = words(
        &server,
        "variation --audio-id 38d3b9e2-0dfb-4338-b2a7-15e45656ed32",
    );
    let (out, err) = ended(&output, 1);
    assert_eq!(out, "");
    assert!(err.contains("nothing was charged"), "{err}");
}

#[test]
fn an_order_without_credit_is_held_and_goes_out_later() {
    let server = Server::quick();
    let home = Home::new();
    let arguments = ["generate", "--prompt", "x"];
    let mut command = fuzzbox(&home, &server, &arguments);
    command.env("ACEDATACLOUD_API_TOKEN", "used-up");
    let (_, err) = ended(&command.output().expect("it ends"), 3);
    assert!(err.contains("held:") && err.contains("credit"), "{err}");
    assert_eq!(kept(&home).tasks.len(), 1);
    let home = Home::new();
    let mut command = fuzzbox(&home, &server, &arguments);
    command.env("ACEDATACLOUD_API_TOKEN", "invalid");
    let (_, err) = ended(&command.output().expect("it ends"), 3);
    assert!(err.contains("token"), "{err}");
    assert_eq!(server.orders(), 0);
    assert_eq!(kept(&home).tasks.len(), 1);
}

#[test]
fn an_order_over_the_cap_of_the_day_is_held() {
    let server = Server::quick();
    let home = Home::new();
    let folder = home.path().join("config").join("fuzzbox");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.toml"), "[api]\nsongs_per_day = 0\n").expect("a file");
    let output = run(&home, &server, &["generate", "--prompt", "x"]);
    let (_, err) = ended(&output, 3);
    assert!(err.contains("songs_per_day"), "{err}");
    assert_eq!(server.knocks(), 0);
    let why = match &kept(&home).tasks[0].state {
        TaskState::Held { why, .. } => *why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why, Hold::Budget);
}

#[test]
fn an_order_that_is_not_waited_for_is_fetched_by_the_next() {
    let server = Server::quick();
    let (home, output) = words(&server, "generate --prompt rain --no-wait");
    let (out, _) = ended(&output, 0);
    let saved = kept(&home);
    let api_id = saved.tasks[0].api_id.as_ref().expect("it was taken");
    assert_eq!(out.trim_end(), api_id.0);
    assert!(!saved.tasks[0].state.is_final());
    let pty = Pty::spawn(&server.studio(&home));
    pty.wait_for("1 song ");
    pty.key("q");
    pty.wait_exit();
    assert_eq!(server.orders(), 1);
}

/// Reads the side of a child until it says this.
fn wait_until_told(child: &mut Child, words: &str) {
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let told = lines.any(|line| line.expect("text").contains(words));
    assert!(told, "it ended without saying {words:?}");
}

#[test]
fn left_with_ctrl_c_the_order_goes_on_at_the_next_start() {
    // Slow enough that it is never made before the signal comes.
    let server = Server::start(SimConfig::default());
    let home = Home::new();
    let mut child = fuzzbox(&home, &server, &["generate", "--prompt", "rain"])
        .spawn()
        .expect("it starts");
    wait_until_told(&mut child, "being made");
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    kill_process(pid.expect("a process id"), Signal::INT).expect("a child of ours");
    assert_eq!(end(&mut child).code(), Some(130));
    let saved = kept(&home);
    assert!(matches!(saved.tasks[0].state, TaskState::Running { .. }));
    assert_eq!(server.orders(), 1);
}

#[test]
fn an_equal_order_is_refused_where_nobody_can_be_asked() {
    let server = Server::quick();
    let (home, output) = words(&server, "generate --prompt rain");
    ended(&output, 0);
    let again = |arguments: &str| {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        run(&home, &server, &arguments)
    };
    let (out, err) = ended(&again("generate --prompt rain"), 4);
    assert_eq!(out, "");
    assert!(err.contains("--again"), "{err}");
    // How its end is heard of makes it no other order.
    ended(&again("generate --prompt rain --completion blocking"), 4);
    assert_eq!((server.orders(), kept(&home).tasks.len()), (1, 1));
    ended(&again("generate --prompt rain --dry-run"), 0);
    ended(&again("generate --prompt snow"), 0);
    ended(&again("generate --prompt rain --again"), 0);
    assert_eq!((server.orders(), kept(&home).tasks.len()), (3, 3));
    ended(&again("lyrics --prompt rain"), 0);
    ended(&again("lyrics --prompt rain"), 4);
}

#[test]
fn an_equal_order_is_asked_about_on_a_terminal() {
    let server = Server::quick();
    let (home, output) = words(&server, "generate --prompt rain");
    ended(&output, 0);
    let arguments = ["generate", "--prompt", "rain", "--no-wait"];
    for (answer, code, orders) in [("n", 4, 1), ("", 4, 1), ("y", 0, 2)] {
        let command = PtyCommand::new(PROGRAM, &home)
            .args(arguments)
            .env("ACEDATACLOUD_API_BASE_URL", server.url())
            .env("ACEDATACLOUD_API_TOKEN", TOKEN);
        let pty = Pty::spawn(&command);
        pty.wait_for("[y/N]");
        pty.send(&format!("{answer}\n"));
        assert_eq!(pty.wait_exit().exit_code(), code, "{answer:?}");
        assert_eq!(server.orders(), orders, "{answer:?}");
    }
}

#[test]
fn a_file_that_cannot_be_brought_in_is_told_before_anything_is_kept() {
    let server = Server::quick();
    let (home, output) = words(&server, "upload --file none.mp3");
    let (out, err) = ended(&output, 2);
    assert_eq!(out, "");
    assert!(err.contains("--file names no file that is there"), "{err}");
    for (name, bytes, told) in [
        ("empty.mp3", 0, "an empty file"),
        ("huge.mp3", 200 << 20, "too large"),
    ] {
        let file = std::fs::File::create(home.path().join(name)).expect("a file");
        file.set_len(bytes).expect("a sparse file");
        let output = run(&home, &server, &["upload", "--file", name, "--demo"]);
        let (_, err) = ended(&output, 2);
        assert!(err.contains(told), "{err}");
    }
    let (_, err) = ended(&run(&home, &server, &["upload", "--file", "."]), 2);
    assert!(err.contains("does not name a file"), "{err}");
    assert_eq!(server.knocks(), 0);
    for profile in ["fuzzbox", "fuzzbox-demo"] {
        assert!(!database(&home, profile).exists());
    }
}

#[test]
fn an_order_whose_answer_is_lost_is_found_and_not_sent_again() {
    let server = Server::scripted("lost-answer");
    let (home, output) = words(&server, "generate --prompt rain");
    // The scenario's first answer comes too late to wait for, or is never told: either way there is one order.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
    assert_eq!(server.orders(), 1);
    assert_eq!(kept(&home).tasks.len(), 1);
}

#[test]
fn the_demo_orders_without_a_token_or_an_account() {
    let server = Server::quick();
    let home = Home::new();
    let mut command = fuzzbox(
        &home,
        &server,
        &["generate", "--demo", "--prompt", "rain", "--no-wait"],
    );
    command
        .env_remove("ACEDATACLOUD_API_TOKEN")
        .env_remove("ACEDATACLOUD_API_BASE_URL");
    let (out, _) = ended(&command.output().expect("it ends"), 0);
    assert!(!out.trim().is_empty());
    assert_eq!(server.knocks(), 0);
    assert!(database(&home, "fuzzbox-demo").exists());
}

#[test]
fn words_are_written_to_be_piped_on() {
    let server = Server::quick();
    let home = Home::new();
    let output = run(&home, &server, &["lyrics", "--prompt", "a lighthouse"]);
    let (out, _) = ended(&output, 0);
    assert!(out.lines().count() > 3, "{out}");
    assert!(out.starts_with('['), "{out}");
    let words = kept(&home).tasks[0].words.clone();
    assert_eq!(words.expect("they are kept").lyric, out.trim_end());
}

#[test]
fn a_file_of_a_song_is_told_with_its_place() {
    let server = Server::quick();
    let home = Home::new();
    let (out, _) = ended(&run(&home, &server, &["generate", "--prompt", "rain"]), 0);
    let id = out.split('\t').next().expect("an id").to_owned();
    for kind in ["wav", "videos", "stems"] {
        let (out, _) = ended(&run(&home, &server, &[kind, "--audio-id", &id]), 0);
        let file = out.trim_end().rsplit('\t').next().expect("a file");
        assert!(Path::new(file).exists(), "{kind}: {out}");
        assert!(out.starts_with(&id), "{kind}: {out}");
    }
}

#[test]
fn what_was_spent_is_told_by_command() {
    let server = Server::quick();
    let home = Home::new();
    let (out, _) = ended(&run(&home, &server, &["spend"]), 0);
    assert!(out.contains("in all"), "{out}");
    assert!(!database(&home, "fuzzbox").exists(), "nothing is made");
    ended(&run(&home, &server, &["generate", "--prompt", "rain"]), 0);
    let (out, _) = ended(&run(&home, &server, &["spend", "--json"]), 0);
    let told: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(told["total"]["made"], 1);
    assert_eq!(told["total"]["credits"], 0.68);
    assert_eq!(told["days"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_accounts_earlier_songs_come_into_another_library() {
    let server = Server::quick();
    let first = Home::new();
    for prompt in ["rain", "snow"] {
        ended(&run(&first, &server, &["generate", "--prompt", prompt]), 0);
    }
    let home = Home::new();
    let (out, err) = ended(&run(&home, &server, &["import"]), 0);
    assert!(out.starts_with("2 looked at, 2 new"), "{out}");
    assert_eq!(err, "", "nobody watches, and the result is told once");
    let saved = kept(&home);
    assert_eq!(saved.songs.len(), 2);
    assert!(saved.songs.iter().all(|song| song.audio.file.is_some()));
    assert!(
        saved.tasks.is_empty() && !saved.ledger_unread,
        "nothing was ordered"
    );
    // Once more: nothing is new, and nothing comes twice.
    let (out, _) = ended(&run(&home, &server, &["import"]), 0);
    assert!(out.contains(" 0 new"), "{out}");
    assert_eq!(kept(&home).songs.len(), 2);
    assert_eq!(server.orders(), 2);
}

#[test]
fn an_order_is_heard_of_as_it_was_told() {
    let server = Server::quick();
    let (home, output) = words(&server, "generate --prompt rain --completion blocking");
    ended(&output, 0);
    assert_eq!(
        kept(&home).tasks[0].request.completion(),
        Completion::Blocking
    );
    assert_eq!((server.orders(), server.questions()), (1, 0));
    let (_, output) = words(&server, "generate --prompt rain --completion webhook");
    let (_, err) = ended(&output, 2);
    assert!(err.contains("[webhook] in the config"), "{err}");
    let (_, output) = words(&server, "generate --prompt rain --completion telepathy");
    let (_, err) = ended(&output, 2);
    assert!(err.contains("polling, blocking, webhook"), "{err}");
    assert_eq!(server.orders(), 1);
}

#[test]
fn the_provider_calls_a_command_that_waits() {
    let server = Server::scripted("steady");
    let home = Home::new();
    let folder = home.path().join("config").join("fuzzbox");
    std::fs::create_dir_all(&folder).expect("ours");
    let config = "[api]\ncompletion = \"webhook\"\n[webhook]\nlisten = \"127.0.0.1:0\"\n";
    std::fs::write(folder.join("config.toml"), config).expect("ours");
    let output = run(&home, &server, &["generate", "--prompt", "rain"]);
    ended(&output, 0);
    let task = &kept(&home).tasks[0];
    assert_eq!(task.request.completion(), Completion::Webhook);
    // Asked once, to have the call confirmed.
    assert_eq!((server.orders(), server.questions()), (1, 1));
    let output = run(
        &home,
        &server,
        &["generate", "--prompt", "rain", "--dry-run"],
    );
    let (out, _) = ended(&output, 0);
    assert!(
        out.contains("\"callback_url\": \"http://127.0.0.1/•••••\""),
        "{out}"
    );
}
