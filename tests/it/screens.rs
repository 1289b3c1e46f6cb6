//! The screen in the states that users meet: as pictures, and as promises that hold at every size.

use std::fmt::Write as _;

use fuzzbox::app::App;
use fuzzbox::app::command::Command;
use fuzzbox::app::event::{Event, Gesture, Input, ServingEvent, SongEvent, Target, TokenEvent};
use fuzzbox::app::notice::{Arrival, Copied, Ear, Notice, Refusal};
use fuzzbox::app::panes::PaneId;
use fuzzbox::app::panes::overlay::{Overlay, Question};
use fuzzbox::app::settings::{Locale, Settings, ThemeBase};
use fuzzbox::domain::{
    Action, Choice, Draft, Failure, FailureKind, Field, Hold, Link, MediaKind, OutputKind,
    PlayerEvent, Problem, Saved, Seconds, TaskId,
};
use fuzzbox::i18n;
use fuzzbox::ui;
use proptest::prelude::*;
use ratatui::style::Color;

use crate::support::screen::{Screen, shoot};
use crate::support::studio::{
    busy, failure, fresh, now, press, song, songs, studio, tasks, type_text, waveform,
};

const SIZES: [(u16, u16); 4] = [(40, 10), (80, 24), (120, 36), (200, 60)];

fn settings(locale: Locale) -> Settings {
    Settings {
        locale,
        ..Settings::default()
    }
}

/// Several screens of one size under their names.
fn pictures(size: (u16, u16), screens: &[(&str, &App)]) -> String {
    let mut album = String::new();
    for (name, app) in screens {
        let screen = shoot(app, size.0, size.1);
        assert_eq!(screen.flaw(), None, "{name}");
        writeln!(album, "── {name} {}×{}", size.0, size.1).expect("a String");
        album.push_str(&screen.text());
    }
    album
}

fn with(mut app: App, keys: &str) -> App {
    press(&mut app, keys);
    app
}

fn paste(app: &mut App, text: &str) {
    app.update(Event::Input(Input::Pasted(text.to_owned())), now());
}

fn errors() -> App {
    let draft = Draft {
        prompt: "很長的提示詞 ".repeat(40),
        weirdness: "1.5".to_owned(),
        sound_strength: "loud".to_owned(),
        ..Draft::default()
    };
    let saved = Saved {
        draft,
        ..Saved::default()
    };
    with(studio(saved, Settings::default()), "ctrl-g")
}

fn typing_prompt() -> App {
    let mut app = with(fresh(), "enter");
    type_text(
        &mut app,
        "雨夜的電車，窗上的雨滴與城市的燈光，慢板鋼琴，女聲輕唱，像是回憶又像是夢境，帶一點爵士的味道",
    );
    app
}

fn typing_lyrics() -> App {
    let mut app = with(fresh(), "w 2 enter");
    paste(
        &mut app,
        "[Verse]\r在陽光下醒來，沒有雲，只有藍天\rWoke up with the sun in my eyes, and not a single cloud in all of the wide blue sky above this town\r\r[Chorus]\rHappy",
    );
    app
}

#[test]
fn at_the_first_start() {
    let apps = Locale::ALL.map(|locale| studio(Saved::default(), settings(locale)));
    for size in SIZES {
        let screens = [("en", &apps[0]), ("zh-TW", &apps[1]), ("zh-CN", &apps[2])];
        insta::assert_snapshot!(
            format!("first_start_{}x{}", size.0, size.1),
            pictures(size, &screens)
        );
    }
}

#[test]
fn in_the_middle_of_work() {
    let apps = Locale::ALL.map(|locale| busy(settings(locale)));
    for size in SIZES {
        let screens = [("en", &apps[0]), ("zh-TW", &apps[1]), ("zh-CN", &apps[2])];
        insta::assert_snapshot!(
            format!("busy_{}x{}", size.0, size.1),
            pictures(size, &screens)
        );
    }
}

#[test]
fn with_each_pane_in_focus() {
    let focused = |key: &str| with(busy(Settings::default()), key);
    let apps = ["1", "2", "3", "4"].map(focused);
    let screens = ["compose", "lyrics", "queue", "library"];
    let screens: Vec<(&str, &App)> = screens.into_iter().zip(&apps).collect();
    insta::assert_snapshot!("focus_80x24", pictures((80, 24), &screens));
}

#[test]
fn while_the_form_is_filled_in() {
    let wrong = errors();
    let typing = typing_prompt();
    let left = with(typing_prompt(), "home");
    let choosing = with(fresh(), "up right down down down right");
    let screens = [
        ("mistakes", &wrong),
        ("typing", &typing),
        ("typing at the start", &left),
        ("choosing a model", &choosing),
    ];
    insta::assert_snapshot!("form_80x24", pictures((80, 24), &screens));
    insta::assert_snapshot!("form_120x36", pictures((120, 36), &screens[..2]));
}

#[test]
fn while_lyrics_are_written() {
    let typing = typing_lyrics();
    let left = with(typing_lyrics(), "esc");
    let mut literal = with(fresh(), "w 2 enter");
    paste(&mut literal, "[Verse]\\nWoke up\\nHappy days");
    let missing = with(fresh(), "w ctrl-g");
    let unused = with(busy(Settings::default()), "1 w 2");
    let mut long = with(fresh(), "w 2 enter");
    paste(
        &mut long,
        &"[Verse]\na line to sing, and one more\n".repeat(200),
    );
    let screens = [
        ("typing", &typing),
        ("no longer typing", &left),
        ("a literal \\n", &literal),
        ("words are needed", &missing),
        ("made from the prompt", &unused),
        ("long", &long),
    ];
    insta::assert_snapshot!("lyrics_80x24", pictures((80, 24), &screens));
}

#[test]
fn with_tasks_in_every_state() {
    let apps: Vec<App> = (0..8)
        .map(|row| {
            let mut app = busy(Settings::default());
            press(&mut app, "3");
            for _ in 0..row {
                press(&mut app, "down");
            }
            app
        })
        .collect();
    let screens: Vec<(&str, &App)> = ["a running one", "waiting", "in doubt", "failed"]
        .into_iter()
        .zip([&apps[0], &apps[3], &apps[4], &apps[6]])
        .collect();
    insta::assert_snapshot!("queue_80x24", pictures((80, 24), &screens));
    insta::assert_snapshot!("queue_40x14", pictures((40, 14), &screens));
    insta::assert_snapshot!("queue_120x36", pictures((120, 36), &screens[2..]));
}

#[test]
fn with_a_library_of_long_titles() {
    let saved = Saved {
        songs: (1..=60)
            .map(|n| song(n, &format!("第{n}首 在陽光下醒來的那個早晨 Nr. {n}")))
            .collect(),
        ..Saved::default()
    };
    let mut found = studio(saved, Settings::default());
    press(&mut found, "4 /");
    let all = with(found.clone(), "esc G");
    type_text(&mut found, "第1");
    let mut nothing = found.clone();
    type_text(&mut nothing, "xyz");
    let kept = with(found.clone(), "enter");
    let screens = [
        ("all, at the end", &all),
        ("finding", &found),
        ("found", &kept),
        ("nothing found", &nothing),
    ];
    insta::assert_snapshot!("library_80x24", pictures((80, 24), &screens));
}

#[test]
fn with_songs_that_were_made_from_others() {
    let mut songs = songs();
    let actions = [
        Action::Cover,
        Action::Extend,
        Action::Variation,
        Action::ReplaceSection,
    ];
    let roots = [7, 7, 1, 2];
    for ((at, action), root) in (0..).zip(actions).zip(roots) {
        songs[at].more.source = Some(songs[root].id.clone());
        songs[at].more.action = Some(action);
    }
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    let tree = with(studio(saved.clone(), Settings::default()), "4 t j j");
    insta::assert_snapshot!("tree_80x24", pictures((80, 24), &[("a tree", &tree)]));
    insta::assert_snapshot!("tree_120x36", pictures((120, 36), &[("a tree", &tree)]));
    let chinese = Settings {
        locale: Locale::ZhTw,
        ..Settings::default()
    };
    let tree = with(studio(saved, chinese), "4 t");
    insta::assert_snapshot!("tree_40x14", pictures((40, 14), &[("a tree", &tree)]));
}

#[test]
fn with_the_player_in_every_state() {
    let id = song(1, "").id;
    let loading = {
        let saved = Saved {
            songs: songs(),
            ..Saved::default()
        };
        with(studio(saved, Settings::default()), "4 enter")
    };
    let mut silent = busy(Settings::default());
    for event in [
        PlayerEvent::Output(OutputKind::Silent {
            reason: "no PulseAudio server".to_owned(),
        }),
        PlayerEvent::Moved {
            song: id.clone(),
            position: Seconds(121.7),
            playing: false,
        },
    ] {
        silent.update(Event::Player(event), now());
    }
    press(&mut silent, "m");
    let mut broken = busy(Settings::default());
    let event = PlayerEvent::Failed {
        song: id,
        reason: "HE-AAC cannot be decoded".to_owned(),
    };
    broken.update(Event::Player(event), now());
    let mut dismissed = broken.clone();
    dismissed.notices.dismiss();
    let screens = [
        ("loading", &loading),
        ("silent, muted, paused at the end", &silent),
        ("broken", &broken),
        ("broken, the notice gone", &dismissed),
    ];
    insta::assert_snapshot!("player_80x24", pictures((80, 24), &screens));
    insta::assert_snapshot!("player_120x30", pictures((120, 30), &screens[..2]));
}

#[test]
fn with_songs_on_their_way() {
    let mut songs = songs();
    for song in &mut songs[..3] {
        song.audio.file = None;
    }
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    let mut app = studio(saved, Settings::default());
    app.start();
    app.update(
        Event::Song(SongEvent::Progressed {
            song: song(1, "").id,
            kind: MediaKind::Audio,
            done: 1_400_000,
            total: Some(3_412_345),
        }),
        now(),
    );
    let list = with(app.clone(), "4");
    let details = with(app, "4 i");
    let screens = [("list", &list), ("details", &details)];
    insta::assert_snapshot!("fetching_80x24", pictures((80, 24), &screens));
}

/// Every window over the panes, in a language.
fn windows(locale: Locale) -> Vec<(&'static str, App)> {
    let app = || busy(settings(locale));
    let mut palette = with(app(), ":");
    type_text(&mut palette, "lib");
    let mut none = palette.clone();
    type_text(&mut none, "xyzzy");
    let mut token = with(app(), "ctrl-t");
    token.update(Event::Token(TokenEvent::Typed(36)), now());
    let mut refused = token.clone();
    let event = TokenEvent::Refused("No such file or directory".to_owned());
    refused.update(Event::Token(event), now());
    let ask = |question| {
        let mut app = app();
        app.overlay = Some(Overlay::Ask(question));
        app
    };
    vec![
        ("help", with(app(), "?")),
        ("the end of the help", with(app(), "? G")),
        ("palette", with(app(), ":")),
        ("palette, searched", palette),
        ("palette, nothing", none),
        ("token", token),
        ("token refused", refused),
        ("order twice", ask(Question::OrderTwice(Vec::new()))),
        ("order again", ask(Question::OrderAgain(TaskId(8)))),
        ("send again", ask(Question::SendAgain(TaskId(5)))),
        ("drop", ask(Question::Drop(TaskId(2)))),
        ("quit", ask(Question::QuitWhileSubmitting)),
        ("a task", with(app(), "3 down down down down enter")),
        (
            "a failed task",
            with(app(), "3 down down down down down down enter"),
        ),
        ("a song", with(app(), "4 down down down i")),
        ("preview", with(app(), "1 v")),
        ("preview of a task", with(app(), "3 v")),
        (
            "copy",
            with(app(), "3 down down down down down down down y"),
        ),
        ("a link", with_link(app())),
        ("batch", with(app(), "1 B")),
        ("batch, models", with(app(), "1 B l down down")),
    ]
}

/// A song can be heard at a link, which is shown.
fn with_link(app: App) -> App {
    let mut app = with(app, "4 S");
    let Some(Overlay::Link(song)) = app.overlay.clone() else {
        panic!("no link is asked for");
    };
    let link = "http://127.0.0.1:41234/0123456789abcdef0123456789abcdef/1.m4a";
    let served = ServingEvent::Served {
        song,
        link: Link::kept(link),
    };
    app.update(Event::Serving(served), now());
    app
}

#[test]
fn with_every_window() {
    for locale in Locale::ALL {
        let windows = windows(locale);
        let screens: Vec<(&str, &App)> = windows.iter().map(|(name, app)| (*name, app)).collect();
        insta::assert_snapshot!(
            format!("windows_80x24_{locale:?}"),
            pictures((80, 24), &screens)
        );
    }
    let windows = windows(Locale::En);
    let screens: Vec<(&str, &App)> = windows.iter().map(|(name, app)| (*name, app)).collect();
    insta::assert_snapshot!("windows_120x36", pictures((120, 36), &screens));
    insta::assert_snapshot!("windows_40x10", pictures((40, 10), &screens));
}

#[test]
fn without_room() {
    let app = busy(Settings::default());
    let screens = [("small", &app)];
    let album = [(39, 10), (20, 9), (12, 12), (5, 3), (1, 1)].map(|size| pictures(size, &screens));
    insta::assert_snapshot!("too_small", album.concat());
}

/// All notices, one with each failure.
fn notices() -> Vec<Notice> {
    let label = || "在陽光下醒來的那個早晨我聽見風的聲音".to_owned();
    let fail = |kind| Notice::TaskFailed(label(), failure(kind));
    vec![
        Notice::Ordered(label()),
        Notice::Finished(String::new()),
        Notice::Arrived(Arrival::File(MediaKind::Stems, label())),
        Notice::Arrived(Arrival::Words),
        Notice::Arrived(Arrival::WordsWait(label())),
        fail(FailureKind::Forbidden),
        Notice::TaskInDoubt(label()),
        Notice::TaskFound(label()),
        Notice::TokenNeeded,
        Notice::TokenStored(None),
        Notice::TokenStored(Some("ACEDATACLOUD_API_TOKEN".to_owned())),
        Notice::LibraryNotRead("database disk image is malformed".to_owned()),
        Notice::CreditNeeded,
        Notice::DraftRefused(1),
        Notice::DraftRefused(2),
        Notice::Refused(Command::Undo, Refusal::NothingToUndo),
        Notice::UnknownKey("^x".to_owned()),
        Notice::Copied(Copied::Link),
        Notice::Copied(Copied::Id),
        Notice::Copied(Copied::Lyric),
        Notice::Copied(Copied::Failure),
        Notice::Copied(Copied::Curl),
        Notice::Copied(Copied::CommandLine),
        Notice::BatchOrdered(5),
        Notice::BudgetReached(20),
        Notice::NotCopied("no terminal".to_owned()),
        Notice::NotSaved("disk full".to_owned()),
        Notice::NotPlayed(label(), "not an audio file".to_owned()),
        Notice::Ear(Ear::NotServed),
        Notice::Ear(Ear::CannotServe("it is no song".to_owned())),
        Notice::NotFetched(label(), failure(FailureKind::BadFile)),
        Notice::FormFilled(label()),
        Notice::FormFilledFor(Choice::default(), label(), vec![Field::Lyric, Field::Seed]),
        Notice::FormFilledFor(Choice::default(), String::new(), Vec::new()),
        Notice::Experimental(true),
        Notice::Experimental(false),
        Notice::NothingPasted,
        Notice::FormCleared,
        Notice::Undone,
        Notice::PasteCut(1024),
        Notice::WebhookOpened("127.0.0.1:8788".to_owned()),
        Notice::WebhookNotOpened(
            "cannot listen on 127.0.0.1:8788: another program has that port".to_owned(),
        ),
        Notice::Broke("download".to_owned()),
    ]
}

const FAILURES: [FailureKind; 19] = [
    FailureKind::Unreachable,
    FailureKind::RateLimited,
    FailureKind::NoToken,
    FailureKind::BadToken,
    FailureKind::NoCredit,
    FailureKind::Disabled,
    FailureKind::BadRequest,
    FailureKind::Forbidden,
    FailureKind::WrongAddress,
    FailureKind::Unknown,
    FailureKind::Generation,
    FailureKind::Dropped,
    FailureKind::Cancelled,
    FailureKind::BadFile,
    FailureKind::Disk,
    FailureKind::Retired,
    FailureKind::NoFile,
    FailureKind::TooLarge,
    FailureKind::HostRefused,
];

/// The codes that have words of their own.
const CODES: &[(FailureKind, &str, u16)] = &[
    (FailureKind::BadToken, "token_mismatched", 400),
    (FailureKind::BadToken, "token_mismatched", 401),
    (FailureKind::BadToken, "invalid_token", 401),
    (FailureKind::BadToken, "token_expired", 401),
    (FailureKind::NoToken, "no_token", 400),
    (FailureKind::BadRequest, "api_not_implemented", 400),
    (FailureKind::BadRequest, "bad_request", 400),
    (FailureKind::Disabled, "disabled", 403),
    (FailureKind::NoCredit, "used_up", 403),
    (FailureKind::WrongAddress, "no_api", 404),
    (FailureKind::RateLimited, "too_many_requests", 429),
    (FailureKind::Forbidden, "forbidden", 403),
    (FailureKind::Unknown, "api_error", 500),
    (FailureKind::Unknown, "timeout", 504),
];

fn problems() -> [Problem; 12] {
    [
        Problem::OutOfRange { min: 0.2, max: 1.0 },
        Problem::TooLong {
            length: 214,
            max: 200,
        },
        Problem::Missing,
        Problem::NotANumber,
        Problem::ControlCharacter,
        Problem::LiteralNewline,
        Problem::NotAnId,
        Problem::NotAMoment,
        Problem::PastTheEnd {
            length: Seconds(153.8),
        },
        Problem::EndsBeforeItBegins,
        Problem::NotAnAddress,
        Problem::TooLarge {
            bytes: 123_456,
            max: 100_000,
        },
    ]
}

#[test]
fn every_phrase_in_every_language() {
    let keymap = &Settings::default().keymap;
    for locale in Locale::ALL {
        let strings = i18n::strings(locale);
        let mut book = String::new();
        let mut tell = |part: &str, words: &str| {
            assert!(!words.trim().is_empty(), "{locale:?}: {part} has no words");
            writeln!(book, "{part}: {words}").expect("a String");
        };
        for notice in notices() {
            tell("notice", &strings.notice(&notice, keymap));
        }
        for kind in FAILURES {
            let failure = Failure::new(kind, "");
            tell(&format!("{kind:?}"), &strings.failure_line(&failure));
            tell("    next", &(strings.next_step)(&failure, keymap));
        }
        for (kind, code, status) in CODES {
            let failure = Failure {
                code: Some((*code).to_owned()),
                status: Some(*status),
                ..Failure::new(*kind, "")
            };
            tell(code, &strings.failure_line(&failure));
            tell("    next", &(strings.next_step)(&failure, keymap));
        }
        tell("hosting", &(strings.hosting)(42));
        tell("take words", &(strings.details.take_words)(keymap));
        for hold in [Hold::Token, Hold::Credit, Hold::Disk, Hold::Budget] {
            tell("hold", &(strings.hold)(hold, keymap));
        }
        for task in tasks() {
            tell("state", (strings.state)(&task.state));
        }
        for problem in &problems() {
            tell("problem", &(strings.problem)(problem, keymap));
        }
        for (command, name) in Command::ALL {
            let hint = (strings.hint)(*command);
            tell(name, &format!("{} | {hint}", strings.command(*command)));
        }
        insta::assert_snapshot!(format!("phrases_{locale:?}"), book);
    }
}

#[test]
fn no_two_commands_share_their_words() {
    for locale in Locale::ALL {
        let strings = i18n::strings(locale);
        let mut known: Vec<(&str, &str)> = Vec::new();
        for (command, name) in Command::ALL {
            let words = strings.command(*command);
            let twin = known.iter().find(|(other, _)| *other == words);
            assert_eq!(twin, None, "{locale:?}: {name} is called {words:?} too");
            known.push((words, name));
        }
    }
}

#[test]
fn keys_in_phrases_are_those_of_the_key_map() {
    let mut app = fresh();
    let own = r#"[["global","f5","compose:submit"],["global","ctrl-g","none"],["global","ctrl-enter","none"]]"#;
    app.settings.keymap = serde_json::from_str(own).expect("a key map");
    let text = shoot(&app, 120, 36).text();
    assert!(text.contains("F5 submit"), "{text}");
    assert!(text.contains("F5 submits the draft."), "{text}");
    assert!(!text.contains("^g"), "{text}");
    let help = shoot(&with(app, "?"), 120, 100).text();
    assert!(help.contains("F5              Submit the draft"), "{help}");
}

/// For every cell of the lyrics: a click there puts the cursor into that cell, or before the wide character that covers
/// it, or at the end of a row that ends earlier.
#[test]
fn a_click_in_the_lyrics_puts_the_cursor_there() {
    let lyric = "[Verse]\n在陽光下醒來的那個早晨，窗外的鳥兒唱著歌，我想起了你說過的每一句話，都還在心裡\n\
                 Woke up with the sun in my eyes and the radio on, a long line that goes over the edge of the pane\n\n👨‍👩‍👧‍👦 ok";
    let draft = Draft {
        lyric: lyric.to_owned(),
        custom: true,
        ..Draft::default()
    };
    let saved = Saved {
        draft,
        ..Saved::default()
    };
    let app = with(studio(saved, Settings::default()), "2");
    for size in [(80, 24), (120, 36), (200, 60)] {
        let mut on_text = 0;
        for (x, y) in (0..size.0).flat_map(|x| (0..size.1).map(move |y| (x, y))) {
            let Some(target @ Target::LyricsText { .. }) = ui::target(&app, size, x, y) else {
                continue;
            };
            let mut app = app.clone();
            let click = Input::Pointed {
                target,
                gesture: Gesture::Click,
            };
            app.update(Event::Input(click.clone()), now());
            // Again at the same place: type.
            if !app.lyrics.is_editing() {
                app.update(Event::Input(click), now());
            }
            assert!(app.lyrics.is_editing(), "{size:?} {x} {y}");
            let screen = shoot(&app, size.0, size.1);
            let (at_x, at_y) = screen.cursor.expect("it types");
            assert!(at_y <= y, "{size:?}: {x} {y} became {at_x} {at_y}");
            let rest: String = (at_x..=x).map(|x| screen.buffer[(x, y)].symbol()).collect();
            if at_y < y {
                assert!(rest.trim().is_empty(), "{rest:?} is below the text");
            } else if at_x < x {
                // Half of what is wide, or nothing, or the last letter of a row that goes on.
                let seen = rest.trim();
                assert!(
                    seen.chars().count() <= 1 || seen.contains('👨'),
                    "{size:?}: {x} {y} became {at_x} {at_y}, before {seen:?}"
                );
                on_text += 1;
            } else {
                assert!(at_x == x || x < at_x + 2, "{size:?}: {x} {y} became {at_x}");
                on_text += 1;
            }
        }
        assert!(on_text > 100, "{on_text}");
    }
}

#[test]
fn the_cursor_stands_where_text_is_typed() {
    let screen = shoot(&typing_prompt(), 80, 24);
    let (x, y) = screen.cursor.expect("a cursor in the form");
    assert_eq!(screen.buffer[(x - 2, y)].symbol(), "道");
    let screen = shoot(&typing_lyrics(), 80, 24);
    let (x, y) = screen.cursor.expect("a cursor in the lyrics");
    assert_eq!(screen.buffer[(x - 1, y)].symbol(), "y");
    let mut finding = with(busy(Settings::default()), "4 /");
    type_text(&mut finding, "雨");
    let screen = shoot(&finding, 80, 24);
    let (x, y) = screen.cursor.expect("a cursor in the library");
    assert_eq!(screen.buffer[(x - 2, y)].symbol(), "雨");
    let mut palette = with(typing_lyrics(), "ctrl-p");
    type_text(&mut palette, "q");
    let screen = shoot(&palette, 80, 24);
    let (x, y) = screen.cursor.expect("a cursor in the palette");
    assert_eq!(screen.buffer[(x - 1, y)].symbol(), "q");
    assert_eq!(shoot(&fresh(), 80, 24).cursor, None);
    let help = with(typing_lyrics(), "esc ?");
    assert_eq!(shoot(&help, 80, 24).cursor, None);
}

#[test]
fn without_colour_nothing_is_lost() {
    let plain = |locale| Settings {
        theme: ThemeBase::Plain,
        ..settings(locale)
    };
    let mut apps = vec![
        busy(plain(Locale::En)),
        with(busy(plain(Locale::ZhTw)), "3"),
    ];
    for (_, mut app) in windows(Locale::En) {
        app.settings.theme = ThemeBase::Plain;
        apps.push(app);
    }
    for app in &apps {
        for (width, height) in SIZES {
            let screen = shoot(app, width, height);
            for cell in screen.buffer.content() {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
            }
        }
    }
    insta::assert_snapshot!("plain_120x36", shoot(&apps[0], 120, 36).text());
    insta::assert_snapshot!("plain_styles_80x24", shoot(&apps[0], 80, 24).styles());
}

#[test]
fn roles_have_their_styles() {
    let app = with(busy(Settings::default()), "3 down down down down");
    insta::assert_snapshot!("dark_styles_80x24", shoot(&app, 80, 24).styles());
    let mut light = app;
    light.settings.theme = ThemeBase::Light;
    insta::assert_snapshot!("light_styles_80x24", shoot(&light, 80, 24).styles());
}

/// The place of a text on a screen.
fn find(screen: &Screen, text: &str) -> (u16, u16) {
    let height = screen.buffer.area.height;
    let width = screen.buffer.area.width;
    for y in 0..height {
        for x in 0..width {
            let row: String = (x..width).map(|x| screen.buffer[(x, y)].symbol()).collect();
            if row.starts_with(text) {
                return (x, y);
            }
        }
    }
    panic!("{text:?} is not on the screen:\n{}", screen.text());
}

#[test]
fn a_click_goes_to_what_stands_there() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let hit = |app: &App, text: &str| {
            let (x, y) = find(&shoot(app, size.0, size.1), text);
            ui::target(app, size, x, y)
        };
        let app = with(busy(Settings::default()), "4");
        assert_eq!(hit(&app, "Rain"), Some(Target::LibraryRow(4)));
        let app = with(app, "3 down down down down");
        assert_eq!(hit(&app, "Waits for"), Some(Target::QueueRow(3)));
        assert_eq!(hit(&app, "Not found at"), Some(Target::QueueRow(4)));
        assert_eq!(hit(&app, "Refused by"), Some(Target::QueueRow(6)));
        let app = with(app, "1");
        let weird = Some(Target::ComposeField(Field::Weirdness));
        assert_eq!(hit(&app, "Weirdness"), weird);
        assert_eq!(hit(&app, "2 Lyrics"), Some(Target::Pane(PaneId::Lyrics)));
        // Above the border, and above the clock where there is one.
        let row = size.1 - 2 - u16::from(size.0 >= 120) - u16::from(size.0 >= 200);
        let screen = shoot(&app, size.0, size.1);
        let head = (0..size.0).find(|x| screen.buffer[(*x, row)].symbol() == "┃");
        let at = ui::target(&app, size, head.expect("a playhead"), row);
        let Some(Target::Waveform(share)) = at else {
            panic!("the playhead is on the waveform, not on {at:?}");
        };
        assert!((share - 42.56 / 121.8).abs() < 0.02, "{share}");
        let app = with(app, ":");
        assert_eq!(hit(&app, "Start a new"), Some(Target::PaletteRow(4)));
        assert_eq!(ui::target(&app, size, 0, 0), None);
    }
}

#[test]
fn hostile_text_is_only_text() {
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}2Jtitle\r\n\u{0}";
    let mut hostile = song(1, evil);
    hostile.model = evil.to_owned();
    hostile.lyric = evil.to_owned();
    let mut task = tasks().remove(7);
    if let fuzzbox::domain::TaskState::Failed { because } = &mut task.state {
        because.message = evil.to_owned();
        because.trace_id = Some(evil.to_owned());
    }
    let saved = Saved {
        songs: vec![hostile],
        tasks: vec![task],
        ..Saved::default()
    };
    let app = studio(saved, Settings::default());
    for keys in ["4 enter", "4 i", "3", "3 enter"] {
        let app = with(app.clone(), keys);
        for (width, height) in SIZES {
            assert_eq!(shoot(&app, width, height).flaw(), None, "{keys}");
        }
    }
}

/// A step of a user or of the world.
#[derive(Debug, Clone)]
enum Step {
    Keys(&'static str),
    Text(String),
    Paste(String),
    Player(f64),
    Notice(usize),
    Language,
    Click(u16, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let keys = prop::sample::select(vec![
        "1", "2", "3", "4", "tab", "enter", "esc", "up", "down", "left", "right", "j", "k", "g",
        "G", "w", "x", "s", "b", "i", "e", "d", "r", "y", "/", ":", "?", "m", "u", "n", "p", "end",
        "home", "space", "a", "t", "H", "L", "U", "ctrl-g", "ctrl-t", "ctrl-n", "ctrl-p", "ctrl-u",
        "ctrl-d",
    ]);
    let text = "[a-z 歌詞，👨‍👩‍👧é\\[\\]\\\\n]{0,40}";
    prop_oneof![
        12 => keys.prop_map(Step::Keys),
        3 => text.prop_map(Step::Text),
        1 => "[a-z 歌詞\r\n\\[\\]]{0,300}".prop_map(Step::Paste),
        1 => (0.0..200.0).prop_map(Step::Player),
        1 => (0..30usize).prop_map(Step::Notice),
        1 => Just(Step::Language),
        1 => (0..200u16, 0..60u16).prop_map(|(x, y)| Step::Click(x, y)),
    ]
}

fn take(app: &mut App, step: &Step, size: (u16, u16)) {
    match step {
        Step::Keys(keys) => {
            press(app, keys);
        }
        Step::Text(text) => type_text(app, text),
        Step::Paste(text) => paste(app, text),
        Step::Player(position) => {
            let song = song(1, "").id;
            for event in [
                PlayerEvent::Shape {
                    song: song.clone(),
                    waveform: waveform(),
                    whole: true,
                },
                PlayerEvent::Moved {
                    song,
                    position: Seconds(*position),
                    playing: true,
                },
            ] {
                app.update(Event::Player(event), now());
            }
        }
        Step::Notice(at) => {
            if let Some(notice) = notices().into_iter().nth(*at) {
                app.notices.push(notice, now());
            }
        }
        Step::Language => {
            let at = Locale::ALL.iter().position(|l| *l == app.settings.locale);
            app.settings.locale = Locale::ALL[(at.unwrap_or(0) + 1) % 3];
        }
        Step::Click(x, y) => {
            if let Some(target) = ui::target(app, size, x % size.0.max(1), y % size.1.max(1)) {
                let gesture = fuzzbox::app::event::Gesture::Click;
                app.update(Event::Input(Input::Pointed { target, gesture }), now());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_reachable_screen_is_whole_at_any_size(
        steps in prop::collection::vec(step(), 0..25),
        sizes in prop::collection::vec((0..=220u16, 0..=70u16), 1..5),
        from_work in any::<bool>(),
    ) {
        let mut app = if from_work { busy(Settings::default()) } else { fresh() };
        for step in &steps {
            take(&mut app, step, sizes[0]);
        }
        for (width, height) in sizes.into_iter().chain([(40, 10), (80, 24), (120, 30)]) {
            let screen = shoot(&app, width, height);
            prop_assert_eq!(screen.flaw(), None);
            prop_assert_eq!(screen.buffer, shoot(&app, width, height).buffer);
            if let Some((x, y)) = screen.cursor {
                prop_assert!(x < width && y < height);
            }
        }
    }
}

#[test]
fn a_notice_that_is_too_long_takes_a_second_line_and_is_cut() {
    let mut app = busy(Settings::default());
    let reason = "no space left on device ".repeat(12);
    app.notices.push(Notice::NotSaved(reason), now());
    let long = app.clone();
    app.notices.push(
        Notice::TaskFailed(
            "Rain".to_owned(),
            Failure::new(FailureKind::Generation, "x"),
        ),
        now(),
    );
    let screens = [("too long", &long), ("a failure", &app)];
    insta::assert_snapshot!("notice_80x24", pictures((80, 24), &screens));
}
