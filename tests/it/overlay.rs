//! Help, palette, the token: what lies over the panes.

mod actions;
mod line;

use fuzzbox::app::command::{Command, LibraryCommand};
use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, TokenEvent};
use fuzzbox::app::keymap::{Binding, Context, Keymap};
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::panes::overlay::Overlay;
use fuzzbox::app::settings::{Locale, Settings};
use fuzzbox::domain::{Saved, TaskState};

use crate::support::bench::Bench;

#[test]
fn the_help_is_made_from_the_live_keys() {
    let keymap = Keymap::with(vec![Binding {
        context: Context::Global,
        chord: "f9".parse().unwrap(),
        command: Some(Command::Submit),
    }]);
    let settings = Settings {
        keymap,
        ..Settings::default()
    };
    let mut bench = Bench::with(Saved::default(), settings).sized(120, 60);
    bench.keys("?");
    assert!(bench.screen().contains("F9"), "{}", bench.screen());
    bench.keys("?");
    assert_eq!(bench.app.overlay, None);
}

#[test]
fn the_palette_finds_a_command_by_name_and_does_it() {
    let mut bench = Bench::new();
    bench.keys(":").type_text("quit").keys("enter");
    assert_eq!(bench.take_effects().last(), Some(&Effect::Quit));
}

#[test]
fn the_palette_says_why_a_command_can_do_nothing_now() {
    let mut bench = Bench::new();
    bench.keys("ctrl-p");
    let Some(Overlay::Palette(palette)) = &bench.app.overlay else {
        panic!("no palette");
    };
    let play = palette
        .rows()
        .find(|entry| entry.command == Command::Library(LibraryCommand::Play))
        .unwrap();
    assert_eq!(play.refusal, Some(Refusal::NoSong));
    let every = Command::ALL.iter().filter(|(c, _)| c.in_palette()).count();
    assert_eq!(palette.len(), every, "every command is there");
}

#[test]
fn the_palette_is_searched_in_the_language_of_the_screen() {
    let settings = Settings {
        locale: Locale::ZhTw,
        ..Settings::default()
    };
    let mut bench = Bench::with(Saved::default(), settings);
    let words = fuzzbox::i18n::command(Locale::ZhTw, Command::Quit);
    bench.keys(":").type_text(words);
    let Some(Overlay::Palette(palette)) = &bench.app.overlay else {
        panic!("no palette");
    };
    assert_eq!(palette.selected().unwrap().command, Command::Quit);
}

#[test]
fn without_a_token_the_order_is_held_and_goes_out_once_there_is_one() {
    let settings = Settings {
        has_token: false,
        ..Settings::default()
    };
    let mut bench = Bench::with(Saved::default(), settings);
    bench.keys("enter").type_text("rain").keys("ctrl-g");
    assert!(bench.submitted().is_empty());
    assert!(bench.app.wants_token());
    let task = bench.app.queue.selected().unwrap();
    let state = bench.app.tasks.get(task).unwrap().state.clone();
    assert!(matches!(state, TaskState::Held { .. }), "{state:?}");
    bench
        .event(Event::Token(TokenEvent::Typed(12)))
        .event(Event::Token(TokenEvent::Stored));
    assert!(!bench.app.wants_token());
    assert_eq!(bench.submitted(), [task]);
}

#[test]
fn a_key_that_means_nothing_says_so() {
    let mut bench = Bench::new();
    bench.keys("W");
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::UnknownKey("W".into()))
    );
    bench.keys("esc");
    assert_eq!(bench.app.notices.current(), None);
}

#[test]
fn the_language_changes_at_once() {
    let mut bench = Bench::new();
    bench.keys(":").type_text("next-language").keys("enter");
    assert_eq!(bench.app.settings.locale, Locale::ZhTw);
    assert!(bench.screen().contains("佇列"), "{}", bench.screen());
}
