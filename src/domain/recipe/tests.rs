//! What is written for other hands, handed to them: `sh` and, where it is there, `python3`.

use std::process::Command;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::{LyricsRequest, Model, SongId};

const BASE: &str = "https://api.acedata.cloud";
/// Everything that means something to a shell, to Python or to JSON.
const NASTY: &str = "it's \"5 o'clock\"\n$HOME `id` $(id) \\ \\n \\' !! ! * ? ~ # & | ; < > ( ) [ ] { }\t\r\u{7f}\u{b}\u{85}\u{2028} 歌 👩‍🎤 '''\"\"\"";

fn order(lyric: &str) -> Request {
    Request::from(AudiosRequest {
        custom: Some(true),
        lyric: Some(lyric.to_owned()),
        title: Some("-dash first".to_owned()),
        instrumental: Some(false),
        model: Some(Model("FUZZ-2.0 Pro".to_owned())),
        weirdness: Some(0.3),
        lyrics_strength: Some(1.0),
        seed: Some("3789209121".to_owned()),
        ..AudiosRequest::default()
    })
}

/// What a shell prints for `script`, byte by byte.
fn shell(script: &str) -> Vec<u8> {
    let output = Command::new("sh").args(["-c", script]).output();
    let output = output.expect("every system these tests run on has a shell");
    assert!(output.status.success(), "{script}: {output:?}");
    output.stdout
}

fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output();
    found.is_ok_and(|output| output.status.success())
}

/// The payload of a program as Python itself understands it. `requests` is not needed: the import is taken out.
fn payload(program: &str) -> Value {
    let head = program.replace("import requests\n", "import json\n");
    let (head, _) = head.split_once("response = ").expect("it sends something");
    let script =
        format!("{head}import sys; sys.stdout.write(json.dumps([url, headers, payload]))\n");
    let output = Command::new("python3")
        .args(["-c", &script])
        .env(TOKEN_VARIABLE, "secret")
        .output()
        .expect("python3 was there a moment ago");
    assert!(output.status.success(), "{script}: {output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn the_body_is_what_is_sent_and_asks_to_be_answered_at_once() {
    let sent = Value::Object(body(&order("la")));
    assert_eq!(
        sent,
        json!({
            "action": "generate", "async": true, "custom": true, "lyric": "la", "title": "-dash first",
            "instrumental": false, "model": "FUZZ-2.0 Pro", "weirdness": 0.3, "lyrics_strength": 1, "seed": "3789209121",
        })
    );
    let called_back = Request::from(AudiosRequest {
        callback_url: Some("https://example.com/done".to_owned()),
        ..AudiosRequest::default()
    });
    assert_eq!(body(&called_back).get("async"), None);
    let words = Request::Lyrics(LyricsRequest {
        prompt: "rain".to_owned(),
    });
    assert_eq!(Value::Object(body(&words)), json!({ "prompt": "rain" }));
}

#[test]
fn an_address_is_joined_once_and_gives_no_name_away() {
    for base in [
        "http://127.0.0.1:8787",
        "http://127.0.0.1:8787/",
        "http://me:secret@127.0.0.1:8787/?a#b",
    ] {
        assert_eq!(
            address(&order(""), base),
            "http://127.0.0.1:8787/producer/audios"
        );
    }
    assert_eq!(
        address(&order(""), "https://host/api"),
        "https://host/api/producer/audios"
    );
}

#[test]
fn a_curl_command_sends_the_body_and_the_token_of_the_environment() {
    let command = curl(&order(NASTY), BASE);
    // A curl that tells what it was given.
    let script = format!("{TOKEN_VARIABLE}=secret; curl() {{ printf '%s\\0' \"$@\"; }}\n{command}");
    let said = String::from_utf8(shell(&script)).expect("text");
    let given: Vec<&str> = said.split('\0').collect();
    assert!(
        given.contains(&"https://api.acedata.cloud/producer/audios"),
        "{given:?}"
    );
    assert!(given.contains(&"authorization: Bearer secret"), "{given:?}");
    let at = given
        .iter()
        .position(|word| *word == "--data-raw")
        .expect("a body");
    let sent: Value = serde_json::from_str(given[at + 1]).expect("JSON");
    assert_eq!(sent, Value::Object(body(&order(NASTY))));
    assert!(!command.contains("secret"));
}

#[test]
fn a_python_program_means_the_same_body() {
    let program = python(&order(NASTY), BASE);
    assert!(
        program.contains("\"custom\": True,") && program.contains("os.environ"),
        "{program}"
    );
    if !has_python() {
        eprintln!("SKIPPED: python3 is not installed, so the program was not run");
        return;
    }
    let told = payload(&program);
    assert_eq!(told[0], "https://api.acedata.cloud/producer/audios");
    assert_eq!(told[1]["authorization"], "Bearer secret");
    assert_eq!(told[2], Value::Object(body(&order(NASTY))));
}

#[test]
fn a_command_line_names_each_field_by_its_flag() {
    let words = shell(&format!(
        "fuzzbox() {{ printf '%s\\0' \"$@\"; }}\n{}",
        command_line(&order("it's\n\"me\""))
    ));
    let words = String::from_utf8(words).expect("text");
    assert_eq!(
        words.split('\0').collect::<Vec<_>>(),
        [
            "generate",
            "--lyric",
            "it's\n\"me\"",
            "--title=-dash first",
            "--model",
            "FUZZ-2.0 Pro",
            "--instrumental=false",
            "--lyrics-strength=1",
            "--weirdness=0.3",
            "--seed",
            "3789209121",
            "",
        ]
    );
    let uploaded = Request::from(AudiosRequest {
        action: Action::UploadExtend,
        audio_id: Some(SongId("38d3b9e2-0dfb-4338-b2a7-15e45656ed32".to_owned())),
        continue_at: Some(83.5),
        ..AudiosRequest::default()
    });
    assert_eq!(
        command_line(&uploaded),
        "fuzzbox extend --uploaded --audio-id 38d3b9e2-0dfb-4338-b2a7-15e45656ed32 --continue-at=83.5\n"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_quoted_text_is_one_word_that_means_itself(text in "\\PC{0,40}|[ -~\\n\\t']{0,60}|(['\"$`\\\\!\\n\r*~#-]|歌|é){0,40}") {
        let script = format!("printf %s {}", quoted(&text));
        prop_assert_eq!(shell(&script), text.as_bytes());
    }

    #[test]
    fn every_lyric_reaches_curl_as_it_is(lyric in "([ -~]|['\"$`\\\\!\\n\r]|歌|é|👩‍🎤){0,60}") {
        let request = order(&lyric);
        let script = format!("curl() {{ for last in \"$@\"; do :; done; printf %s \"$last\"; }}\n{}", curl(&request, BASE));
        let sent: Value = serde_json::from_slice(&shell(&script)).expect("JSON");
        prop_assert_eq!(sent, Value::Object(body(&request)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_lyric_reaches_python_as_it_is(lyric in "([ -~]|['\"$`\\\\!\\n\r]|\\{|\\}|\u{2028}|\u{85}|歌|é|👩‍🎤){0,60}") {
        if has_python() {
            let request = order(&lyric);
            let told = payload(&python(&request, BASE));
            prop_assert_eq!(&told[2], &Value::Object(body(&request)));
        }
    }
}
