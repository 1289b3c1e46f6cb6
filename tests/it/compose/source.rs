//! The source song: chosen, typed, pasted; and what it decides.

use fuzzbox::app::panes::overlay::Overlay;
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::{Action, Field, Problem, Saved, Song};

use crate::support::bench::{Bench, song_here};

const OTHER: &str = "d9ebc609-fb65-4a23-b914-c074747af6a4";

fn uploaded() -> Song {
    let mut song = song_here("tape-1", "Demo tape");
    song.more.uploaded = true;
    song
}

/// A form that covers a song, on its source.
fn covering() -> Bench {
    let saved = Saved {
        songs: vec![
            song_here("38d3b9e2-0dfb-4338-b2a7-15e45656ed32", "Morning sun"),
            uploaded(),
            song_here("a54609c6-13e2-4176-be0f-4d7eebc68e1f", "雨停了"),
        ],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.field(Field::Action).keys("right right");
    bench.field(Field::Source);
    bench
}

#[test]
fn a_song_is_found_by_a_few_letters_of_its_title() {
    let mut bench = covering();
    bench.keys("enter").type_text("mrnsun").keys("enter");
    assert_eq!(bench.app.overlay, None);
    let source = bench.app.source().unwrap();
    assert_eq!(source.title, "Morning sun");
    assert!(
        bench.screen().contains("2:33 · Morning"),
        "{}",
        bench.screen()
    );
    bench.keys("enter").type_text("雨").keys("enter");
    assert_eq!(bench.app.source().unwrap().title, "雨停了");
}

#[test]
fn an_uploaded_song_brings_its_own_word() {
    let mut bench = covering();
    bench.keys("enter").type_text("tape").keys("enter");
    assert_eq!(bench.app.compose.draft().action, Action::UploadCover);
    assert!(
        bench.screen().contains("cover · upload_cover"),
        "{}",
        bench.screen()
    );
    let problem = bench.app.compose.problem(Field::Source);
    assert_eq!(problem, None, "a known id need not look like one");
    bench.keys("enter").type_text("雨").keys("enter");
    assert_eq!(bench.app.compose.draft().action, Action::Cover);
    bench.keys("enter").type_text("tape").keys("enter ctrl-g");
    assert_eq!(bench.orders()[0].sent()["action"], "upload_cover");
}

#[test]
fn an_id_that_is_not_in_the_library_leaves_the_word_to_the_user() {
    let mut bench = covering();
    bench.keys("enter").type_text(OTHER);
    assert!(
        bench.screen().contains("Enter takes this id"),
        "{}",
        bench.screen()
    );
    bench.keys("enter");
    assert_eq!(bench.app.compose.draft().source, OTHER);
    bench.field(Field::Action);
    while bench.app.compose.draft().action != Action::UploadExtend {
        bench.keys("right");
    }
    bench
        .field(Field::ContinueAt)
        .keys("enter")
        .type_text("9")
        .keys("enter ctrl-g");
    let sent = bench.orders()[0].sent();
    assert_eq!(
        (&sent["action"], &sent["audio_id"]),
        (&"upload_extend".into(), &OTHER.into())
    );
}

#[test]
fn what_is_neither_a_song_nor_an_id_is_not_taken() {
    let mut bench = covering();
    bench.keys("enter").type_text("zzzz").keys("enter");
    assert!(matches!(bench.app.overlay, Some(Overlay::Source(_))));
    assert_eq!(bench.app.compose.draft().source, "");
    bench.keys("esc").paste("not an id\n");
    assert_eq!(bench.app.compose.draft().source, "not an id");
    let problem = bench.app.compose.problem(Field::Source);
    assert_eq!(problem, Some(&Problem::NotAnId));
    bench.paste(OTHER);
    assert_eq!(bench.app.compose.draft().source, OTHER, "in its place");
}

#[test]
fn an_empty_library_takes_an_id_all_the_same() {
    let mut bench = Bench::new();
    bench.field(Field::Action).keys("right");
    bench.field(Field::Source).keys("enter enter");
    assert!(
        bench.screen().contains("No songs here yet"),
        "{}",
        bench.screen()
    );
    bench.paste(OTHER).keys("enter");
    assert_eq!(bench.app.compose.draft().source, OTHER);
}
