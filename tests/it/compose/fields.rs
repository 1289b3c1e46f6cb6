//! The fields that came with the other actions: the action itself, moments, what stands in no document.

use fuzzbox::app::command::{Command, ComposeCommand};
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::{Action, Choice, Field, Problem, Saved};

use crate::support::bench::{Bench, song_here};

const ID: &str = "38d3b9e2-0dfb-4338-b2a7-15e45656ed32";

/// A form that extends the one song of the library, which is not on.
fn extending() -> Bench {
    let saved = Saved {
        songs: vec![song_here(ID, "Sun")],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.field(Field::Action).keys("right");
    bench.field(Field::Source).paste(ID);
    bench.field(Field::ContinueAt);
    bench
}

fn refused(bench: &Bench, why: Refusal) {
    let command = Command::Compose(ComposeCommand::TakePlayhead);
    let notice = Notice::Refused(command, why);
    assert_eq!(bench.app.notices.current(), Some(&notice));
}

#[test]
fn every_action_is_chosen_and_keeps_what_was_typed() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("rain").keys("enter");
    bench.field(Field::Weirdness).keys("enter");
    bench.type_text("0.3").keys("enter");
    bench.field(Field::Action);
    let mut seen = Vec::new();
    loop {
        let draft = bench.app.compose.draft();
        assert_eq!(
            (draft.prompt.as_str(), draft.weirdness.as_str()),
            ("rain", "0.3")
        );
        seen.push(draft.action);
        bench.keys("right");
        if bench.app.compose.draft().action == Action::Generate {
            break;
        }
    }
    let offered: Vec<Action> = Action::all()
        .filter(|action| action.on_uploaded(false) == *action)
        .collect();
    assert_eq!(seen, offered, "one choice for two words of the API");
    bench.keys("left");
    assert_eq!(bench.app.compose.draft().action, Action::Stems);
    let rows: Vec<Field> = bench.app.compose.rows().collect();
    assert_eq!(rows, [Field::Action, Field::Source, Field::CallbackUrl]);
    bench.keys("x");
    assert_eq!(bench.app.compose.draft().action, Action::Generate);
}

#[test]
fn an_action_of_the_config_is_sent_under_its_own_word() {
    let settings = Settings {
        actions: vec![Choice {
            action: Action::Cover,
            name: Some("remix".into()),
        }],
        ..Settings::default()
    };
    let mut bench = Bench::with(Saved::default(), settings);
    bench.field(Field::Action).keys("left");
    bench.field(Field::Source).paste(ID).keys("ctrl-g");
    assert!(bench.screen().contains("remix"), "{}", bench.screen());
    let sent = bench.orders()[0].sent();
    assert_eq!(
        (&sent["action"], &sent["audio_id"]),
        (&"remix".into(), &ID.into())
    );
}

#[test]
fn a_moment_moves_by_tenths_and_seconds_within_the_song() {
    let mut bench = extending();
    let at = |bench: &Bench| bench.app.compose.draft().continue_at.clone();
    bench.keys("right right");
    assert_eq!(at(&bench), "0:00.2");
    bench.keys("L shift-right left");
    assert_eq!(at(&bench), "0:02.1");
    bench.keys("H H H");
    assert_eq!(at(&bench), "0:00.0");
    bench
        .keys("enter")
        .type_text("0")
        .keys("ctrl-u")
        .type_text("1:23.55");
    bench.keys("enter right");
    assert_eq!(at(&bench), "1:23.7");
    bench
        .keys("enter ctrl-u")
        .type_text("153,7")
        .keys("enter L");
    assert_eq!(at(&bench), "2:33.8", "not past the end");
    assert_eq!(bench.app.compose.problem(Field::ContinueAt), None);
    bench.keys("enter ctrl-u").type_text("999");
    let problem = bench.app.compose.problem(Field::ContinueAt);
    assert!(matches!(problem, Some(Problem::PastTheEnd { .. })));
}

#[test]
fn the_playhead_is_taken_where_the_source_song_is_on() {
    let mut bench = extending();
    bench.keys("t");
    refused(&bench, Refusal::SourceNotOn);
    bench.keys("4 enter > > 1");
    bench.field(Field::ContinueAt).keys("t");
    assert_eq!(bench.app.compose.draft().continue_at, "0:10.0");
    bench.field(Field::SoundStrength).keys("H");
    assert_eq!(bench.app.compose.draft().sound_strength, "0.60");
    bench.field(Field::Title).keys("t");
    refused(&bench, Refusal::NoMoment);
}

#[test]
fn what_stands_in_no_document_is_shown_and_sent_only_when_wanted() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("rain").keys("enter");
    assert!(
        bench
            .app
            .compose
            .rows()
            .all(|field| !field.is_experimental())
    );
    bench
        .keys(":")
        .type_text("compose:experimental")
        .keys("enter");
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::Experimental(true))
    );
    bench.field(Field::VocalGender).keys("enter").type_text("f");
    bench.keys("enter ctrl-g");
    assert_eq!(bench.orders()[0].sent()["vocal_gender"], "f");
    bench.keys("ctrl-n u");
    assert!(
        bench.app.compose.draft().experimental,
        "a new draft follows the switch"
    );
    bench
        .keys(":")
        .type_text("compose:experimental")
        .keys("enter");
    bench.take_effects();
    bench
        .field(Field::Title)
        .keys("enter")
        .type_text("x")
        .keys("enter ctrl-g");
    assert_eq!(bench.orders()[0].sent().get("vocal_gender"), None);
    assert_eq!(
        bench.app.compose.draft().vocal_gender,
        "f",
        "hidden, not lost"
    );
}

#[test]
fn the_config_shows_what_stands_in_no_document_from_the_start() {
    let settings = Settings {
        experimental: true,
        ..Settings::default()
    };
    let mut bench = Bench::with(Saved::default(), settings);
    assert!(bench.app.draft().is_blank(), "a switch is no draft");
    bench.field(Field::LyricPrompt);
    bench.keys("ctrl-n");
    bench.field(Field::StyleNegative);
}

#[test]
fn a_paste_where_nothing_takes_text_says_so() {
    let mut bench = extending();
    for keys in ["1 g", "3", "4"] {
        bench.keys("esc").keys(keys).paste("rain");
        let told = bench.app.notices.current();
        assert_eq!(told, Some(&Notice::NothingPasted), "{keys}");
    }
}
