//! The form: fields, mistakes, the draft that is kept.

mod fields;
mod requests;
mod screens;
mod source;

use fuzzbox::app::effect::Effect;
use fuzzbox::app::notice::Notice;
use fuzzbox::app::panes::PaneId;
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::action::Field;
use fuzzbox::domain::draft::Problem;
use fuzzbox::domain::{Draft, Record, Saved};

use crate::support::bench::Bench;

fn saved_draft(effects: &[Effect]) -> Option<Draft> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::Save(Record::Draft(draft)) => Some((**draft).clone()),
        _ => None,
    })
}

#[test]
fn a_new_user_stands_on_the_prompt_and_types() {
    let mut bench = Bench::new();
    assert_eq!(bench.app.focus, PaneId::Compose);
    assert_eq!(bench.app.compose.selected(), Field::Prompt);
    bench.keys("enter").type_text("q: a song? 歌").keys("enter");
    assert_eq!(bench.app.compose.draft().prompt, "q: a song? 歌");
    assert!(bench.app.compose.editor().is_none(), "Enter ends typing");
    assert!(bench.app.overlay.is_none(), "letters were text");
}

#[test]
fn typing_is_kept_within_a_second_of_a_pause() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("rain");
    assert_eq!(saved_draft(&bench.effects), None, "not at every key");
    bench.pass(1.0);
    assert_eq!(saved_draft(&bench.take_effects()).unwrap().prompt, "rain");
    bench.pass(60.0);
    assert_eq!(saved_draft(&bench.effects), None, "once is enough");
}

#[test]
fn what_is_typed_is_kept_at_quit_and_found_again() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("snow").keys("esc q");
    let effects = bench.take_effects();
    assert_eq!(effects.last(), Some(&Effect::Quit));
    let draft = saved_draft(&effects).unwrap();
    let saved = Saved {
        draft,
        ..Saved::default()
    };
    let again = Bench::with(saved, Settings::default());
    assert_eq!(again.app.compose.draft().prompt, "snow");
}

#[test]
fn an_empty_form_is_not_ordered_and_says_why() {
    let mut bench = Bench::new();
    bench.keys("ctrl-g");
    assert!(bench.submitted().is_empty());
    assert_eq!(bench.app.notices.current(), Some(&Notice::DraftRefused(1)));
    let problem = bench.app.compose.problem(Field::Prompt);
    assert_eq!(problem, Some(&Problem::Missing));
}

#[test]
fn a_field_is_called_missing_only_after_trying() {
    let bench = Bench::new();
    assert_eq!(bench.app.compose.problem(Field::Prompt), None);
}

#[test]
fn a_wrong_number_is_told_while_it_is_typed() {
    let mut bench = Bench::new();
    while bench.app.compose.selected() != Field::Weirdness {
        bench.keys("j");
    }
    bench.keys("enter").type_text("9");
    let problem = bench.app.compose.problem(Field::Weirdness);
    assert!(matches!(problem, Some(Problem::OutOfRange { .. })));
    bench.keys("backspace").type_text("0,3");
    assert_eq!(bench.app.compose.problem(Field::Weirdness), None);
}

#[test]
fn strengths_move_with_the_arrows_within_their_range() {
    let mut bench = Bench::new();
    while bench.app.compose.selected() != Field::SoundStrength {
        bench.keys("down");
    }
    bench.keys("right");
    assert_eq!(bench.app.compose.draft().sound_strength, "0.75");
    for _ in 0..40 {
        bench.keys("left");
    }
    assert_eq!(bench.app.compose.draft().sound_strength, "0.20");
    bench.keys("x");
    assert_eq!(bench.app.compose.draft().sound_strength, "");
}

#[test]
fn the_model_steps_through_the_list_from_the_servers_own() {
    let mut bench = Bench::new();
    while bench.app.compose.selected() != Field::Model {
        bench.keys("j");
    }
    bench.keys("l");
    let model = bench.app.compose.draft().model.clone().unwrap();
    assert_eq!(model.0, "FUZZ-2.0 Raw");
    bench.keys("h h");
    let model = bench.app.compose.draft().model.clone().unwrap();
    assert_eq!(model.0, "FUZZ-2.0 Pro");
}

#[test]
fn switching_the_way_keeps_both_texts() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("lo-fi").keys("esc w");
    assert!(bench.app.compose.draft().custom);
    bench.keys("2 enter").type_text("[Verse]\n雨");
    bench.keys("esc 1 w");
    let draft = bench.app.draft();
    assert_eq!((draft.prompt.as_str(), draft.custom), ("lo-fi", false));
    assert_eq!(draft.lyric, "[Verse]\n雨");
}

#[test]
fn a_new_draft_can_be_taken_back_even_after_a_restart() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("keep me").keys("esc ctrl-n");
    assert!(bench.app.draft().is_blank());
    bench.keys("q");
    let preferences = bench
        .take_effects()
        .into_iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Save(Record::Preferences(preferences)) => Some(preferences),
            _ => None,
        })
        .unwrap();
    let saved = Saved {
        preferences,
        ..Saved::default()
    };
    let mut again = Bench::with(saved, Settings::default());
    again.keys("u");
    assert_eq!(again.app.draft().prompt, "keep me");
}

#[test]
fn a_paste_into_a_line_loses_its_controls() {
    let mut bench = Bench::new();
    bench.paste("a\u{1b}]52;c;ZXZpbA==\u{7} song\r\nin two lines");
    assert_eq!(bench.app.compose.draft().prompt, "a song in two lines");
}

#[test]
fn a_draft_that_is_replaced_is_never_on_disk_in_neither_place() {
    let mut bench = Bench::new();
    bench.keys("enter").type_text("the old ");
    bench.pass(0.4).type_text("words").pass(0.3);
    bench.keys("enter ctrl-n").pass(0.45);
    let (mut draft, mut removed) = (String::new(), Vec::new());
    let mut effects = bench.take_effects().into_iter().peekable();
    while let Some(effect) = effects.next() {
        match effect {
            Effect::Save(Record::Draft(kept)) => draft = kept.prompt,
            Effect::Save(Record::Preferences(kept)) => removed = kept.removed,
            _ => {}
        }
        // What is saved in a row is one transaction.
        let is_whole = !matches!(effects.peek(), Some(Effect::Save(_)));
        let is_there =
            draft == "the old words" || removed.iter().any(|draft| draft.prompt == "the old words");
        assert!(is_there || !is_whole || draft.is_empty() && removed.is_empty());
    }
    assert!(
        draft.is_empty() && removed.len() == 1,
        "{draft:?} {removed:?}"
    );
}
