//! Marks by the mouse, from the marks to the form, and what the spectrum costs.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, Gesture, Input, Target};
use fuzzbox::app::panes::overlay::{Deed, Overlay};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::{Action, Field, Mark, PlayerCommand, PlayerEvent, Saved, Seconds, SongId};
use fuzzbox::ui;

use crate::support::bench::{Bench, song_here};

/// A studio in which a song of 100 seconds plays, at its beginning.
fn playing(settings: Settings) -> Bench {
    let saved = Saved {
        songs: vec![song_here("s0", "one"), song_here("s1", "two")],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, settings);
    bench.keys("space");
    let song = bench.app.player.song().cloned().expect("it is on");
    bench.event(Event::Player(PlayerEvent::Loaded {
        song,
        duration: Some(Seconds(100.0)),
    }));
    bench.take_effects();
    bench
}

fn point(bench: &mut Bench, target: Target, gesture: Gesture) {
    bench.event(Event::Input(Input::Pointed { target, gesture }));
}

fn drag(bench: &mut Bench, from: f64, to: f64) {
    point(bench, Target::Waveform(from), Gesture::Click);
    point(bench, Target::Waveform(to), Gesture::Release);
}

fn marks(bench: &Bench) -> (Option<Seconds>, Option<Seconds>) {
    let song = bench.app.player.song().expect("it is on");
    let marks = bench.app.songs.get(song).expect("it is known").more.marks;
    (marks.get(Mark::In), marks.get(Mark::Out))
}

fn hertz(bench: &mut Bench) -> Vec<u8> {
    let told = |effect| match effect {
        Effect::Player(PlayerCommand::TellSpectrum(hertz)) => Some(hertz),
        _ => None,
    };
    bench.take_effects().into_iter().filter_map(told).collect()
}

#[test]
fn what_the_mouse_is_drawn_over_lies_between_the_marks() {
    let mut bench = playing(Settings::default());
    drag(&mut bench, 0.6, 0.2);
    assert_eq!(marks(&bench), (Some(Seconds(20.0)), Some(Seconds(60.0))));
    // A click is no part, and what was pressed elsewhere begins none.
    drag(&mut bench, 0.7, 0.7);
    point(&mut bench, Target::Waveform(0.1), Gesture::Click);
    point(&mut bench, Target::LibraryRow(0), Gesture::Click);
    point(&mut bench, Target::Waveform(0.9), Gesture::Release);
    assert_eq!(marks(&bench), (Some(Seconds(20.0)), Some(Seconds(60.0))));
}

#[test]
fn the_mouse_finds_the_waveform_of_the_large_player() {
    let mut bench = playing(Settings::default());
    bench.keys("5");
    assert!(matches!(bench.app.overlay, Some(Overlay::Player)));
    for size in [(40, 10), (80, 24), (120, 36), (200, 60)] {
        let cells = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
        let shares: Vec<f64> = cells
            .filter_map(|(x, y)| match ui::target(&bench.app, size, x, y) {
                Some(Target::Waveform(share)) => Some(share),
                None => None,
                other => panic!("{other:?} lies under the window"),
            })
            .collect();
        assert!(shares.contains(&0.0) && shares.contains(&1.0), "{size:?}");
    }
    drag(&mut bench, 0.25, 0.5);
    assert_eq!(marks(&bench), (Some(Seconds(25.0)), Some(Seconds(50.0))));
}

#[test]
fn the_menu_of_a_marked_song_fills_the_form() {
    let first = |bench: &mut Bench| {
        bench.keys("a");
        match &bench.app.overlay {
            Some(Overlay::Actions(menu)) => menu.rows.first().cloned().expect("a row").0,
            other => panic!("{other:?}"),
        }
    };
    let mut bench = playing(Settings::default());
    assert!(
        matches!(first(&mut bench), Deed::Make(_)),
        "nothing is marked"
    );
    bench.keys("esc");
    drag(&mut bench, 0.2, 0.4);
    assert_eq!(first(&mut bench), Deed::ReplaceMarked);
    bench.keys("enter");
    let draft = bench.app.draft();
    assert_eq!(draft.action, Action::ReplaceSection);
    assert_eq!(Some(&SongId(draft.source.clone())), bench.app.player.song());
    assert_eq!(draft.text(Field::ReplaceStart), Some("0:20.0"));
    assert_eq!(draft.text(Field::ReplaceEnd), Some("0:40.0"));
    assert!(bench.submitted().is_empty(), "marks order nothing");
}

#[test]
fn a_window_in_the_background_asks_for_no_spectrum() {
    let mut bench = playing(Settings {
        spectrum: true,
        ..Settings::default()
    });
    bench.event(Event::Input(Input::Focused(false)));
    assert_eq!(hertz(&mut bench), [0]);
    bench.event(Event::Input(Input::Media(fuzzbox::domain::MediaKey::Next)));
    assert_eq!(hertz(&mut bench), [0; 0], "the next song needs none either");
    bench.event(Event::Input(Input::Focused(true)));
    assert_eq!(hertz(&mut bench), [20]);
}

#[test]
fn the_form_shows_which_moments_are_marked() {
    let mut bench = playing(Settings::default());
    drag(&mut bench, 0.2, 0.4);
    bench.keys("M");
    let rows = |bench: &Bench| -> Vec<String> {
        let screen = bench.screen();
        let moments = screen
            .lines()
            .filter(|line| line.contains("0:20") || line.contains("0:40"));
        moments.map(str::to_owned).collect()
    };
    assert!(
        rows(&bench)
            .iter()
            .filter(|row| row.contains("(mark)"))
            .count()
            == 2,
        "{}",
        bench.screen()
    );
    // One that is moved away from its mark is no longer at it.
    bench.field(Field::ReplaceStart).keys("right");
    assert_eq!(bench.app.draft().text(Field::ReplaceStart), Some("0:20.1"));
    assert!(
        rows(&bench)
            .iter()
            .filter(|row| row.contains("(mark)"))
            .count()
            == 1,
        "{}",
        bench.screen()
    );
}
