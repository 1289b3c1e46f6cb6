//! Preview, copy and batch: an order looked at, taken along, made many times.

use std::collections::BTreeSet;

use fuzzbox::app::effect::Effect;
use fuzzbox::app::notice::{Copied, Notice, Refusal};
use fuzzbox::app::panes::overlay::Overlay;
use fuzzbox::app::settings::{Locale, Settings};
use fuzzbox::domain::{
    Action, Completion, Draft, Failure, FailureKind, Hold, Outcome, Request, Saved, TaskState,
    recipe,
};
use fuzzbox::i18n;

use crate::support::bench::{Bench, song};

fn drafted(draft: Draft) -> Bench {
    let saved = Saved {
        draft,
        ..Saved::default()
    };
    Bench::with(saved, Settings::default())
}

fn rain() -> Bench {
    drafted(Draft {
        prompt: "rain on a tin roof".to_owned(),
        ..Draft::default()
    })
}

fn copied(bench: &mut Bench) -> String {
    let effects = bench.take_effects();
    let copied = effects.into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    copied.expect("something was copied")
}

/// The orders that are in the queue, as they were made.
fn orders(bench: &Bench) -> Vec<Request> {
    bench
        .app
        .tasks
        .iter()
        .map(|task| task.request.clone())
        .collect()
}

#[test]
fn the_preview_shows_what_would_be_sent() {
    let mut bench = rain();
    bench.keys("v");
    let screen = bench.screen();
    for part in [
        "POST https://api.acedata.cloud/producer/audios",
        "\"action\": \"generate\"",
        "\"async\": true",
        "\"prompt\": \"rain on a tin roof\"",
    ] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    assert!(!screen.contains("Not sent like this"), "{screen}");
    bench.keys("esc");
    assert_eq!(bench.app.overlay, None);
    assert!(bench.submitted().is_empty(), "looking costs nothing");
}

#[test]
fn the_preview_says_what_is_still_wrong_above_the_rest() {
    let mut bench = drafted(Draft {
        weirdness: "9".to_owned(),
        ..Draft::default()
    });
    bench.keys("v");
    let screen = bench.screen();
    let mistakes = screen.find("2 mistakes to fix first").expect(&screen);
    let body = screen.find("\"async\": true").expect(&screen);
    assert!(mistakes < body, "{screen}");
    assert!(screen.contains("Weirdness: from 0 to 1"), "{screen}");
    assert!(!screen.contains("\"weirdness\""), "{screen}");
}

#[test]
fn the_preview_of_a_task_is_what_was_ordered() {
    let mut bench = rain();
    bench.keys("ctrl-g ctrl-n 3 v");
    let screen = bench.screen();
    assert!(screen.contains("What was ordered"), "{screen}");
    assert!(
        screen.contains("\"prompt\": \"rain on a tin roof\""),
        "{screen}"
    );
}

#[test]
fn a_long_lyric_is_scrolled_to_its_end() {
    let lyric: Vec<String> = (1..=900)
        .map(|line| format!("line {line} of many"))
        .collect();
    let mut bench = drafted(Draft {
        custom: true,
        title: "after the lyric".to_owned(),
        lyric: lyric.join("\n"),
        ..Draft::default()
    });
    bench.keys("v");
    assert!(
        !bench.screen().contains("after the lyric\""),
        "{}",
        bench.screen()
    );
    bench.keys("G");
    assert!(
        bench.screen().contains("after the lyric\""),
        "{}",
        bench.screen()
    );
}

#[test]
fn a_draft_is_copied_in_the_form_that_is_chosen() {
    let mut bench = rain();
    let order = bench.app.draft().check(None).unwrap();
    let base = "https://api.acedata.cloud";
    for (keys, what, text) in [
        ("y enter", Copied::Json, recipe::json(&order)),
        ("y j enter", Copied::Curl, recipe::curl(&order, base)),
        ("y j j y", Copied::Python, recipe::python(&order, base)),
        (
            "y G enter",
            Copied::CommandLine,
            recipe::command_line(&order),
        ),
    ] {
        bench.keys(keys);
        assert_eq!(copied(&mut bench), text);
        assert_eq!(bench.app.notices.current(), Some(&Notice::Copied(what)));
        assert_eq!(bench.app.overlay, None);
    }
}

#[test]
fn a_draft_with_mistakes_is_not_copied_and_says_why() {
    let mut bench = Bench::new();
    bench.keys("y");
    assert_eq!(bench.app.overlay, None);
    assert_eq!(bench.app.notices.current(), Some(&Notice::DraftRefused(1)));
    assert!(bench.screen().contains("needed"), "{}", bench.screen());
}

#[test]
fn a_task_offers_what_is_known_of_it() {
    let offered = |bench: &mut Bench| {
        bench.keys("3 y");
        let Some(Overlay::Copy(menu)) = &bench.app.overlay else {
            panic!("no menu");
        };
        let items = menu.items().to_vec();
        bench.keys("esc");
        items
    };
    let recipes = [
        Copied::Json,
        Copied::Curl,
        Copied::Python,
        Copied::CommandLine,
    ];
    let mut bench = rain();
    bench.keys("ctrl-g");
    assert_eq!(offered(&mut bench), recipes);
    let task = bench.submitted()[0];
    bench.accept(task, "api-1");
    assert_eq!(offered(&mut bench)[0], Copied::TaskId);
    bench.record("api-1", Outcome::Succeeded(vec![song("s1", "Rain")]));
    let items = offered(&mut bench);
    assert_eq!(items[..3], [Copied::Link, Copied::Id, Copied::TaskId]);
    bench.take_effects();
    bench.keys("y j enter");
    assert_eq!(copied(&mut bench), "s1");

    let mut bench = rain();
    bench.keys("ctrl-g");
    let task = bench.submitted()[0];
    bench.accept(task, "api-1");
    let failure = Failure::new(FailureKind::Generation, "no voice today");
    bench.record("api-1", Outcome::Failed(failure));
    assert_eq!(offered(&mut bench)[0], Copied::Failure);
    bench.take_effects();
    bench.keys("y enter");
    assert!(copied(&mut bench).contains("no voice today"));
}

#[test]
fn variants_differ_in_their_seeds_and_in_nothing_else() {
    let mut bench = rain();
    bench.keys("B");
    let screen = bench.screen();
    assert!(
        screen.contains("3 songs · 2.04 credits, about $0.195"),
        "{screen}"
    );
    bench.keys("j l l enter");
    assert_eq!(bench.app.overlay, None);
    assert_eq!(bench.app.notices.current(), Some(&Notice::BatchOrdered(5)));
    let orders = orders(&bench);
    let seeds: BTreeSet<String> = orders
        .iter()
        .map(|order| order.sent()["seed"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((orders.len(), seeds.len()), (5, 5), "{seeds:?}");
    for order in &orders {
        let mut sent = order.sent();
        sent.remove("seed");
        let alone = bench.app.draft().check(None).unwrap().sent();
        assert_eq!(sent, alone);
    }
    assert_eq!(bench.submitted().len(), 5);
}

#[test]
fn the_same_moment_draws_the_same_seeds_and_a_seed_of_the_user_is_the_first() {
    let run = || {
        let mut bench = drafted(Draft {
            prompt: "rain".to_owned(),
            seed: "42".to_owned(),
            ..Draft::default()
        });
        bench.keys("B enter");
        orders(&bench)
    };
    assert_eq!(run(), run());
    assert_eq!(run()[0].sent()["seed"], "42");
}

#[test]
fn a_sweep_goes_evenly_from_end_to_end() {
    let mut bench = rain();
    // The strengths come after seeds and models: sound strength first.
    bench.keys("B l l");
    assert!(
        bench.screen().contains("Sound strength"),
        "{}",
        bench.screen()
    );
    bench.keys("j l l l l j h h j l l enter");
    let swept: Vec<f64> = orders(&bench)
        .iter()
        .map(|order| order.sent()["sound_strength"].as_f64().unwrap())
        .collect();
    assert_eq!(swept, [0.4, 0.525, 0.65, 0.775, 0.9]);
}

#[test]
fn a_sweep_from_a_value_to_itself_is_one_song() {
    let mut bench = rain();
    bench.keys("B l l j j").keys(&"h ".repeat(40)).keys("enter");
    assert_eq!(orders(&bench).len(), 1);
}

#[test]
fn several_models_sing_the_same() {
    let mut bench = rain();
    bench.keys("B l");
    assert!(bench.screen().contains("[x] FUZZ-2.0\n") || bench.screen().contains("[x] FUZZ-2.0 "));
    bench.keys("j l enter");
    let models: Vec<String> = orders(&bench)
        .iter()
        .map(|order| order.sent()["model"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(models, ["FUZZ-2.0 Pro", "FUZZ-2.0"]);
    // Without a model there is nothing to order.
    bench.keys("B l j j l enter");
    assert!(matches!(
        bench.app.notices.current(),
        Some(Notice::Refused(_, Refusal::NoModelChosen))
    ));
}

#[test]
fn a_price_that_is_not_printed_is_not_guessed() {
    let mut bench = drafted(Draft {
        action: Action::Variation,
        source: "38d3b9e2-0dfb-4338-b2a7-15e45656ed32".to_owned(),
        ..Draft::default()
    });
    bench.keys("B");
    let screen = bench.screen();
    assert!(screen.contains("price not known"), "{screen}");
    assert!(!screen.contains('$'), "{screen}");
}

#[test]
fn a_batch_that_cannot_vary_or_is_wrong_is_not_begun() {
    let mut bench = drafted(Draft {
        action: Action::Stems,
        source: "38d3b9e2-0dfb-4338-b2a7-15e45656ed32".to_owned(),
        ..Draft::default()
    });
    bench.keys("B");
    assert!(matches!(
        bench.app.notices.current(),
        Some(Notice::Refused(_, Refusal::NothingToVary))
    ));
    let mut bench = Bench::new();
    bench.keys("B");
    assert_eq!(bench.app.notices.current(), Some(&Notice::DraftRefused(1)));
    let mut bench = rain();
    bench.keys("B esc");
    assert!(orders(&bench).is_empty(), "no is no");
}

#[test]
fn the_cap_of_the_day_is_told_before_and_kept_after() {
    let mut bench = rain();
    bench.app.settings.songs_per_day = Some(1);
    bench.keys("B");
    let screen = bench.screen();
    assert!(
        screen.contains("2 of them are held until another day: songs_per_day is 1."),
        "{screen}"
    );
    bench.keys("enter");
    assert_eq!(bench.submitted().len(), 1);
    assert_eq!(bench.app.notices.current(), Some(&Notice::BudgetReached(1)));
    let held = |bench: &Bench| {
        let is_held = |state: &TaskState| {
            matches!(
                state,
                TaskState::Held {
                    why: Hold::Budget,
                    ..
                }
            )
        };
        bench
            .app
            .tasks
            .iter()
            .filter(|task| is_held(&task.state))
            .count()
    };
    assert_eq!(held(&bench), 2);
    bench.keys("esc 3 G");
    let screen = bench.screen();
    assert!(screen.contains("songs_per_day"), "{screen}");
    // The selected one, and it alone, goes out by hand.
    let selected = bench.app.queue.selected().unwrap();
    bench.keys("s");
    assert_eq!(held(&bench), 1);
    assert_eq!(bench.submitted().last(), Some(&selected));
}

#[test]
fn the_windows_fit_every_screen_and_speak_every_language() {
    for locale in Locale::ALL {
        let settings = Settings {
            locale,
            songs_per_day: Some(1),
            ..Settings::default()
        };
        let saved = Saved {
            draft: Draft {
                prompt: "雨夜 rain".to_owned(),
                ..Draft::default()
            },
            ..Saved::default()
        };
        let words = &i18n::strings(locale).taking;
        for (width, height) in [(40, 10), (80, 24), (120, 36)] {
            for (keys, part) in [
                ("v", words.preview),
                ("y", words.copy),
                ("B", words.order),
                ("B l G", words.order),
            ] {
                let mut bench = Bench::with(saved.clone(), settings.clone()).sized(width, height);
                bench.keys(keys);
                let screen = crate::support::screen::shoot(&bench.app, width, height);
                assert_eq!(screen.flaw(), None);
                let text = screen.text();
                assert!(
                    text.contains(part),
                    "{locale:?} {keys} {width}×{height}: {text}"
                );
            }
        }
    }
}

/// A draft whose end is heard of in this way, where the provider can call.
fn heard_by(completion: Completion) -> Bench {
    let saved = Saved {
        draft: Draft {
            prompt: "rain".to_owned(),
            completion: Some(completion),
            ..Draft::default()
        },
        ..Saved::default()
    };
    let settings = Settings {
        webhook: Some("https://studio.example/hook/".to_owned()),
        ..Settings::default()
    };
    Bench::with(saved, settings)
}

#[test]
fn an_address_of_ours_is_shown_without_what_proves_it() {
    let mut bench = heard_by(Completion::Webhook);
    bench.keys("v");
    let screen = bench.screen();
    assert!(
        screen.contains("\"callback_url\": \"https://studio.example/hook/•••••\""),
        "{screen}"
    );
    assert!(!screen.contains("async"), "{screen}");
    bench.keys("esc y down enter");
    let curl = copied(&mut bench);
    assert!(curl.contains("https://studio.example/hook/•••••"), "{curl}");
    bench.keys("y down down down enter");
    let line = copied(&mut bench);
    assert_eq!(
        line,
        "fuzzbox generate --prompt rain --completion webhook\n"
    );
}

#[test]
fn who_waits_on_an_open_line_sends_no_wish_to_be_answered_at_once() {
    let mut bench = heard_by(Completion::Blocking);
    bench.keys("v");
    let screen = bench.screen();
    assert!(!screen.contains("async") && !screen.contains("callback_url"));
    bench.keys("esc y enter");
    let json = copied(&mut bench);
    assert_eq!(
        json,
        "{\n  \"action\": \"generate\",\n  \"prompt\": \"rain\"\n}"
    );
}
