//! Flags become the order that the form would have made, and back.

use std::process::Command;

use proptest::prelude::*;

use super::super::add_to;
use super::*;
use crate::domain::recipe;

const SONG: &str = "38d3b9e2-0dfb-4338-b2a7-15e45656ed32";

/// The order of a command line, given word by word.
fn read(words: &[&str]) -> Result<Request, String> {
    let matches = add_to(clap::Command::new("fuzzbox"))
        .try_get_matches_from(["fuzzbox"].iter().chain(words))
        .map_err(|error| error.to_string())?;
    let (name, matches) = matches.subcommand().expect("a subcommand");
    let what = What::from_subcommand(name).expect("one that orders");
    let said = |trouble| match trouble {
        Trouble::Usage(error) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let order = Order::read(what, matches, &Settings::default()).map_err(said)?;
    order.check(None).map_err(said)
}

/// The words a shell makes of a command.
fn words(line: &str) -> Vec<String> {
    let script = format!("fuzzbox() {{ printf '%s\\0' \"$@\"; }}\n{line}");
    let output = Command::new("sh").args(["-c", &script]).output();
    let output = output.expect("every system these tests run on has a shell");
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn flags_become_the_fields_of_the_order() {
    let request = read(&[
        "generate",
        "--prompt",
        "rain",
        "--model",
        "FUZZ-2.0 Pro",
        "--weirdness",
        "0,3",
        "--instrumental",
    ]);
    let sent = serde_json::Value::Object(request.expect("an order").sent());
    let wanted = serde_json::json!({
        "action": "generate", "prompt": "rain", "model": "FUZZ-2.0 Pro", "weirdness": 0.3, "instrumental": true,
    });
    assert_eq!(sent, wanted);
}

#[test]
fn a_lyric_is_sung_without_saying_so() {
    let sent = read(&["generate", "--lyric", "[Verse]\r\nla"])
        .expect("an order")
        .sent();
    assert_eq!(sent["custom"], true);
    assert_eq!(sent["lyric"], "[Verse]\nla");
}

#[test]
fn an_uploaded_song_gets_the_word_the_api_has_for_it() {
    let sent = read(&["cover", "--audio-id", SONG, "--uploaded"])
        .expect("an order")
        .sent();
    assert_eq!(sent["action"], "upload_cover");
}

/// What is typed, and what is said of it.
const MISTAKES: &[(&[&str], &str)] = &[
    (&["generate"], "--prompt is needed, or a lyric"),
    (
        &["generate", "--custom"],
        "--lyric or --lyric-file is needed",
    ),
    (
        &["generate", "--prompt", "x", "--weirdness", "9"],
        "--weirdness must be from 0 to 1, not \"9\"",
    ),
    (
        &["generate", "--prompt", "x", "--weirdness", "-1"],
        "--weirdness must be from 0 to 1",
    ),
    (
        &["generate", "--prompt", "x", "--seed", "\u{7}"],
        "--seed has a character that cannot be sent",
    ),
    (
        &["generate", "--prompt", "x", "--lyrics-strength", "0.5"],
        "--lyrics-strength is not sent with this order",
    ),
    (&["generate", "--lyric", "la\\nla"], "use --lyric-file"),
    (
        &["generate", "--prompt", "x", "--model", "FUZZ-2.0 Pr"],
        "Did you mean \"FUZZ-2.0 Pro\"?",
    ),
    (
        &["generate", "--prompt", "x", "--style", "y"],
        "--experimental",
    ),
    (
        &["generate", "--lyric", "x", "--lyric-file", "y"],
        "cannot be used with",
    ),
    (&["generate", "--lyric-file", "nowhere.txt"], "nowhere.txt"),
    (&["generate", "--audio-id", SONG], "--audio-id"),
    (&["cover"], "--audio-id <ID>"),
    (
        &["cover", "--audio-id", "x"],
        "--audio-id is not a song's id",
    ),
    (
        &["extend", "--audio-id", SONG, "--continue-at", "soon"],
        "--continue-at is not a moment",
    ),
    (
        &[
            "replace-section",
            "--audio-id",
            SONG,
            "--replace-section-start",
            "9",
            "--replace-section-end",
            "8",
        ],
        "--replace-section-end ends before it begins",
    ),
    (&["lyrics"], "--prompt"),
    (&["lyrics", "--prompt", " "], "--prompt is needed"),
    (&["wav", "--audio-id", "x"], "--audio-id is not a song's id"),
    (&["upload"], "--audio-url"),
    (
        &["upload", "--audio-url", "ftp://x/y"],
        "--audio-url is not an address",
    ),
];

#[test]
fn a_mistake_is_told_by_its_flag() {
    for (words, told) in MISTAKES {
        let said = read(words).expect_err("a mistake");
        assert!(said.contains(told), "{words:?}: {said}");
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let said = read(&["generate", "--weirdness", "9", "--seed", "\u{7}"]).expect_err("mistakes");
    assert_eq!(said.lines().count(), 3, "{said}");
}

#[test]
fn a_song_is_checked_against_the_library() {
    let matches = add_to(clap::Command::new("fuzzbox"))
        .try_get_matches_from([
            "fuzzbox",
            "extend",
            "--audio-id",
            SONG,
            "--continue-at",
            "99",
        ])
        .expect("flags");
    let (_, matches) = matches.subcommand().expect("extend");
    let order = || {
        Order::read(What::Song(Action::Extend), matches, &Settings::default()).expect("an order")
    };
    let song = Song {
        id: SongId(SONG.to_owned()),
        task: None,
        title: String::new(),
        lyric: String::new(),
        prompt: String::new(),
        model: String::new(),
        seed: String::new(),
        duration: Some(crate::domain::Seconds(120.0)),
        created_at: crate::domain::Timestamp::UNIX_EPOCH,
        audio: crate::domain::Media::default(),
        cover: crate::domain::Media::default(),
        more: crate::domain::More {
            uploaded: true,
            ..crate::domain::More::default()
        },
    };
    let sent = order().check(Some(&song)).expect("an order").sent();
    assert_eq!(sent["action"], "upload_extend");
    let short = Song {
        duration: Some(crate::domain::Seconds(60.0)),
        ..song
    };
    let Err(Trouble::Usage(error)) = order().check(Some(&short)) else {
        panic!("it is after the end");
    };
    assert!(error.to_string().contains("after the end"), "{error}");
}

/// Any draft the form could hold.
fn drafts() -> impl Strategy<Value = Draft> {
    let text = "[ -~]{0,20}|(['\"$`\\\\! -]|歌|é){1,9}";
    let number = prop_oneof![
        Just(String::new()),
        (20u32..=100).prop_map(|n| format!("{}", f64::from(n) / 100.0))
    ];
    let action = proptest::sample::select(Action::all().collect::<Vec<_>>());
    let texts = (
        text,
        text,
        "([ -~\\n]|['\"$`\\\\!]|歌){0,40}",
        "[0-9]{0,8}",
        text,
    );
    let numbers = (number.clone(), number.clone(), number.clone(), number);
    let switches = (
        any::<bool>(),
        any::<Option<bool>>(),
        any::<bool>(),
        any::<bool>(),
    );
    (action, texts, numbers, switches).prop_map(
        |(
            action,
            (prompt, title, lyric, seed, style),
            numbers,
            (custom, instrumental, model, experimental),
        )| Draft {
            action,
            source: SONG.to_owned(),
            continue_at: "83.5".to_owned(),
            replace_start: "9".to_owned(),
            replace_end: "1:23".to_owned(),
            experimental,
            custom,
            model: model.then(|| Model("FUZZ-2.0 Raw".to_owned())),
            prompt,
            title,
            instrumental,
            lyrics_strength: numbers.0,
            sound_strength: numbers.1,
            cover_strength: numbers.2,
            weirdness: numbers.3,
            seed,
            callback_url: if model {
                "https://example.com/?a=b&c='d'".to_owned()
            } else {
                String::new()
            },
            style,
            lyric,
            ..Draft::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_command_of_an_order_makes_the_same_order(draft in drafts()) {
        if let Ok(request) = draft.check(None) {
            let line = recipe::command_line(&request);
            let words = words(&line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            prop_assert_eq!(read(&words), Ok(request), "{}", line);
        }
    }
}

#[test]
fn the_other_endpoints_come_back_from_their_commands_too() {
    let song = || FileRequest {
        audio_id: SongId(SONG.to_owned()),
    };
    for request in [
        Request::Lyrics(LyricsRequest {
            prompt: "-it's \"raining\"".to_owned(),
        }),
        Request::Upload(UploadRequest {
            audio_url: Some("https://example.com/a b.mp3?c=$d".to_owned()),
            file: None,
        }),
        Request::Wav(song()),
        Request::Videos(song()),
    ] {
        let words = words(&recipe::command_line(&request));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(read(&words), Ok(request));
    }
}
