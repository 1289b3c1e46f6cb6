//! The form of each action, the choice of a source song and the menu of a song, as pictures.

use std::fmt::Write as _;

use fuzzbox::app::App;
use fuzzbox::app::settings::{Locale, Settings};
use fuzzbox::domain::{Action, Saved};

use crate::support::screen::shoot;
use crate::support::studio::{press, songs, studio, type_text};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn with(mut app: App, keys: &str) -> App {
    press(&mut app, keys);
    app
}

fn stocked(locale: Locale) -> App {
    let mut songs = songs();
    songs[2].more.uploaded = true;
    let file = songs[0].audio.file.clone();
    songs[0].media_mut(fuzzbox::domain::MediaKind::Wav).file = file;
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    let settings = Settings {
        locale,
        ..Settings::default()
    };
    studio(saved, settings)
}

/// The form of an action, filled from the newest song.
fn form(locale: Locale, action: Action) -> App {
    let mut app = with(stocked(locale), "1 g");
    while app.compose.draft().action != action {
        press(&mut app, "right");
    }
    if action.needs_source() {
        press(&mut app, "j enter enter");
    }
    app
}

fn album(size: (u16, u16), screens: &[(&str, App)]) -> String {
    let mut album = String::new();
    for (name, app) in screens {
        let screen = shoot(app, size.0, size.1);
        assert_eq!(screen.flaw(), None, "{name}");
        writeln!(album, "── {name} {}×{}", size.0, size.1).expect("a String");
        album.push_str(&screen.text());
    }
    album
}

#[test]
fn the_form_of_each_action() {
    for locale in Locale::ALL {
        let actions = Action::all().filter(|action| action.on_uploaded(false) == *action);
        let screens: Vec<(&str, App)> = actions
            .map(|action| (action.name(), form(locale, action)))
            .collect();
        for size in SIZES {
            insta::assert_snapshot!(
                format!("actions_{}x{}_{locale:?}", size.0, size.1),
                album(size, &screens)
            );
        }
    }
}

#[test]
fn the_choice_of_a_source_and_the_menu_of_a_song() {
    for locale in Locale::ALL {
        let picker = form(locale, Action::Cover);
        let picker = with(picker, "enter");
        let mut found = picker.clone();
        type_text(&mut found, "sun");
        let mut nothing = picker.clone();
        type_text(&mut nothing, "zzzz");
        let mut id = picker.clone();
        type_text(&mut id, "38d3b9e2-0dfb-4338-b2a7-15e45656ed32");
        let empty = Settings {
            locale,
            ..Settings::default()
        };
        let empty = with(studio(Saved::default(), empty), "1 g right j enter");
        let menu = with(stocked(locale), "4 a");
        let refused = with(menu.clone(), "down down down down down down down enter");
        let uploaded = with(stocked(locale), "4 down down a down enter");
        let screens = vec![
            ("the source", picker),
            ("found", found),
            ("nothing found", nothing),
            ("an id", id),
            ("no songs", empty),
            ("the menu", menu),
            ("refused", refused),
            ("from an uploaded song", uploaded),
            (
                "stems?",
                with(
                    stocked(locale),
                    "4 down a down down down down down down enter",
                ),
            ),
            ("words", with(stocked(locale), "2 w")),
            ("upload", with(stocked(locale), "4 U enter")),
        ];
        for size in SIZES {
            insta::assert_snapshot!(
                format!("deeds_{}x{}_{locale:?}", size.0, size.1),
                album(size, &screens)
            );
        }
    }
    let small = vec![
        ("the menu", with(stocked(Locale::En), "4 a")),
        ("upload", with(stocked(Locale::En), "4 U")),
        ("experimental", with(form_with_all(), "G")),
    ];
    insta::assert_snapshot!("deeds_40x10", album((40, 10), &small));
    insta::assert_snapshot!("experimental_120x36", album((120, 36), &small[2..]));
}

/// The form with everything in it, what stands in no document too.
fn form_with_all() -> App {
    let mut app = form(Locale::En, Action::ReplaceSection);
    press(&mut app, ":");
    type_text(&mut app, "compose:experimental");
    press(&mut app, "enter esc");
    app
}
