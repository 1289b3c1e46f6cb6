//! Orders that need one line: words, and a song from elsewhere.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::Event;
use fuzzbox::app::panes::overlay::{Overlay, Question};
use fuzzbox::app::settings::{Locale, Settings};
use fuzzbox::domain::{FileProblem, LyricsRequest, Problem, Request, Saved, UploadRequest};

use crate::support::bench::Bench;

fn problem(bench: &Bench) -> Option<Problem> {
    match &bench.app.overlay {
        Some(Overlay::Line(line)) => line.problem.clone(),
        other => panic!("no line is typed: {other:?}"),
    }
}

#[test]
fn words_are_ordered_from_the_prompt_of_the_form() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("rain").keys("enter 2 w");
    bench.type_text(" at night").keys("enter");
    let prompt = "rain at night".to_owned();
    assert_eq!(bench.orders(), [Request::Lyrics(LyricsRequest { prompt })]);
    assert_eq!(bench.app.overlay, None);
    assert_eq!(bench.app.draft().prompt, "rain", "the form is left alone");
}

#[test]
fn words_about_nothing_are_not_ordered() {
    let mut bench = Bench::new();
    bench.keys("2 w enter");
    assert_eq!(problem(&bench), Some(Problem::Missing));
    bench.type_text("x");
    assert_eq!(problem(&bench), None);
    bench.keys("esc");
    assert!(bench.orders().is_empty() && bench.app.overlay.is_none());
}

#[test]
fn a_song_is_brought_in_by_its_address_or_its_path() {
    let brought = |typed: &str| {
        let mut bench = Bench::new();
        bench.keys("4 U").type_text("x").keys("ctrl-u");
        bench.paste(typed).keys("enter");
        bench
    };
    let url = "https://cdn.acedata.cloud/suno_demo.mp3";
    let order = UploadRequest {
        audio_url: Some(url.into()),
        file: None,
    };
    assert_eq!(brought(url).orders(), [Request::Upload(order)]);

    // A file is looked at and goes to the file host first; only then is there something to order.
    let mut bench = brought(" ~/音樂/my tape.mp3 ");
    let path = "~/音樂/my tape.mp3";
    assert_eq!(looks(&mut bench), [path]);
    assert!(bench.screen().contains("looking at the file"));
    seen(&mut bench, path, None);
    assert!(bench.orders().is_empty());
    assert_eq!(hosted(&mut bench), [path]);
    assert_eq!(bench.app.overlay, None);
}

/// The files that were asked about since effects were last taken.
fn looks(bench: &mut Bench) -> Vec<String> {
    let path = |effect| match effect {
        Effect::Look(path) => Some(path),
        _ => None,
    };
    bench.take_effects().into_iter().filter_map(path).collect()
}

/// The files that were sent on their way since effects were last taken.
fn hosted(bench: &mut Bench) -> Vec<String> {
    let path = |effect| match effect {
        Effect::Host { path, .. } => Some(path),
        _ => None,
    };
    bench.take_effects().into_iter().filter_map(path).collect()
}

fn seen(bench: &mut Bench, path: &str, problem: Option<FileProblem>) {
    let path = path.to_owned();
    bench.event(Event::LookedAt { path, problem });
}

#[test]
fn a_file_that_is_not_there_is_told_under_the_line_and_not_ordered() {
    let mut bench = Bench::new();
    bench.keys("4 U").type_text("/tape.mp").pass(0.3);
    bench.type_text("3").pass(0.3);
    assert!(looks(&mut bench).is_empty(), "it is still being typed");
    bench.pass(0.2);
    assert_eq!(looks(&mut bench), ["/tape.mp3"], "it is looked at once");
    bench.pass(60.0);
    assert!(looks(&mut bench).is_empty());
    // An answer about what stood there before says nothing of what stands there now.
    seen(&mut bench, "/tape.mp", Some(FileProblem::Missing));
    assert_eq!(problem(&bench), None);
    seen(&mut bench, "/tape.mp3", Some(FileProblem::Missing));
    let missing = Some(Problem::File(FileProblem::Missing));
    assert_eq!(problem(&bench), missing);
    assert!(bench.screen().contains("no such file"));

    // To order it all the same is to have it looked at once more: it may be there by now.
    bench.keys("enter");
    assert_eq!(looks(&mut bench), ["/tape.mp3"]);
    seen(&mut bench, "/tape.mp3", Some(FileProblem::Missing));
    assert_eq!(problem(&bench), missing);
    assert!(hosted(&mut bench).is_empty() && bench.app.tasks.iter().len() == 0);
    // What is told later, unasked, orders nothing.
    seen(&mut bench, "/tape.mp3", None);
    assert_eq!(problem(&bench), None);
    assert!(hosted(&mut bench).is_empty() && bench.app.tasks.iter().len() == 0);
}

#[test]
fn what_is_changed_while_its_file_is_looked_at_is_not_ordered() {
    let mut bench = Bench::new();
    bench.keys("4 U").type_text("/a.mp3").keys("enter");
    bench.type_text("4");
    seen(&mut bench, "/a.mp3", None);
    bench.keys("backspace");
    seen(&mut bench, "/a.mp3", None);
    bench.keys("esc");
    seen(&mut bench, "/a.mp3", None);
    assert!(bench.app.tasks.iter().len() == 0 && bench.app.overlay.is_none());
    // A line for something else is not about a file.
    bench.keys("2 w").type_text("/a.mp3").pass(5.0);
    seen(&mut bench, "/a.mp3", Some(FileProblem::Missing));
    assert_eq!(problem(&bench), None);
    let effects = bench.take_effects();
    let is_look = |effect: &Effect| matches!(effect, Effect::Look(_));
    assert_eq!(effects.iter().filter(|effect| is_look(effect)).count(), 1);
}

#[test]
fn an_address_is_no_file_while_it_is_typed() {
    let mut bench = Bench::new();
    bench.keys("4 U");
    for piece in ["ht", "tps", ":/", "/cdn", ".example/a.mp3"] {
        bench.type_text(piece).pass(2.0);
    }
    assert!(looks(&mut bench).is_empty());
    assert_eq!(problem(&bench), None);
}

#[test]
fn a_file_of_an_order_that_is_made_already_is_asked_about() {
    let mut bench = Bench::new();
    for _ in 0..2 {
        bench.keys("4 U").type_text("/a.mp3").keys("enter");
        seen(&mut bench, "/a.mp3", None);
    }
    assert!(matches!(
        bench.app.overlay,
        Some(Overlay::Ask(Question::OrderTwice(_)))
    ));
    assert_eq!(bench.app.tasks.iter().len(), 1);
}

#[test]
fn what_is_wrong_with_a_file_is_told_in_every_language() {
    let wrong = [
        FileProblem::Missing,
        FileProblem::NotAFile,
        FileProblem::Empty,
        FileProblem::TooLarge {
            bytes: 104_857_601,
            max: 104_857_600,
        },
        FileProblem::Unreadable("Permission denied (os error 13)".into()),
    ];
    let mut screens = String::new();
    for locale in Locale::ALL {
        for problem in &wrong {
            let settings = Settings {
                locale,
                ..Settings::default()
            };
            let mut bench = Bench::with(Saved::default(), settings).sized(80, 24);
            bench.keys("4 U").type_text("/a.mp3");
            seen(&mut bench, "/a.mp3", Some(problem.clone()));
            let screen = bench.screen();
            let told = screen.lines().find(|line| line.contains('✗'));
            screens.push_str(told.expect("it is told").trim());
            screens.push('\n');
        }
    }
    insta::assert_snapshot!(screens);
}

#[test]
fn an_address_of_another_kind_is_refused() {
    let mut bench = Bench::new();
    bench
        .keys("4 U")
        .type_text("ftp://host/a.mp3")
        .keys("enter");
    assert_eq!(problem(&bench), Some(Problem::NotAnAddress));
    let screen = bench.screen();
    assert!(screen.contains("leaves this machine"), "{screen}");
    assert!(bench.orders().is_empty());
}
