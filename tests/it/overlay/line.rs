//! Orders that need one line: words, and a song from elsewhere.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::panes::overlay::Overlay;
use fuzzbox::domain::{LyricsRequest, Problem, Request, UploadRequest};

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

    // A file goes to the file host first; only then is there something to order.
    let mut bench = brought(" ~/音樂/my tape.mp3 ");
    assert!(bench.orders().is_empty());
    let effects = bench.take_effects();
    let hosted = effects.iter().find_map(|effect| match effect {
        Effect::Host { path, .. } => Some(path.as_str()),
        _ => None,
    });
    assert_eq!(hosted, Some("~/音樂/my tape.mp3"));
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
