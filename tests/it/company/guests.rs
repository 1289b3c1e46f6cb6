//! What a program does that does not have the engine: it shows, and hands over.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{CompanyEvent, Event, TokenEvent};
use fuzzbox::app::notice::Notice;
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::{
    ApiTaskId, Draft, Failure, FailureKind, Handed, Hold, Outcome, Preferences, Record, Saved,
    Task, TaskId, TaskState, Want, Wish,
};

use crate::support::bench::{Bench, noon, song, song_here};
use crate::support::studio::task;

/// A program of this name; a guest, or with the engine.
pub(super) fn program(name: &str, is_guest: bool, saved: Saved) -> Bench {
    let settings = Settings {
        program: name.to_owned(),
        is_guest,
        ..Settings::default()
    };
    Bench::with(saved, settings)
}

pub(super) fn guest(saved: Saved) -> Bench {
    program("guest", true, saved)
}

/// What was handed over since effects were last taken.
pub(super) fn handed(bench: &mut Bench) -> Vec<Handed> {
    let effects = bench.take_effects();
    assert_no_deeds(&effects);
    let handed = effects.into_iter().filter_map(|effect| match effect {
        Effect::Save(Record::Handed(handed)) => Some(*handed),
        _ => None,
    });
    handed.collect()
}

/// Nothing that only the engine may do.
#[track_caller]
pub(super) fn assert_no_deeds(effects: &[Effect]) {
    for effect in effects {
        let is_deed = matches!(
            effect,
            Effect::Submit { .. }
                | Effect::Retrieve(_)
                | Effect::Search { .. }
                | Effect::Host { .. }
                | Effect::Download { .. }
                | Effect::Listen
                | Effect::Save(
                    Record::Task(_)
                        | Record::Song(_)
                        | Record::PartOfSong(_)
                        | Record::Paused(_)
                        | Record::Import(_)
                        | Record::Draft(_)
                        | Record::Preferences(_)
                        | Record::Granted(_)
                )
        );
        assert!(!is_deed, "{effect:?}");
    }
}

fn changed(tasks: Vec<Task>) -> Event {
    let songs = Vec::new();
    let paused = false;
    Event::Company(CompanyEvent::Changed {
        tasks,
        songs,
        paused,
    })
}

pub(super) fn hand(bench: &mut Bench, handed: Vec<Handed>) -> &mut Bench {
    bench.event(Event::Company(CompanyEvent::Handed(handed)))
}

fn task_saved(bench: &Bench) -> Option<Task> {
    let mut tasks = bench.effects.iter().filter_map(|effect| match effect {
        Effect::Save(Record::Task(task)) => Some((**task).clone()),
        _ => None,
    });
    tasks.next_back()
}

#[test]
fn an_order_waits_in_sight_until_it_is_taken() {
    let mut guest = guest(Saved::default());
    guest.keys("enter").type_text("rain").keys("ctrl-g");
    let screen = guest.screen();
    assert!(screen.contains("1 waiting"), "{screen}");
    assert!(screen.contains("Handed to the fuzzbox"), "{screen}");
    guest.pass(60.0);
    let orders = handed(&mut guest);
    let [order] = &orders[..] else {
        panic!("{orders:?}");
    };
    let mut owner = program("owner", false, Saved::default());
    hand(&mut owner, orders.clone());
    assert_eq!(owner.orders().len(), 1);
    // Still listed: what was taken is not yet known to be kept.
    hand(&mut owner, orders.clone());
    assert_eq!(owner.orders().len(), 1);
    let kept = task_saved(&owner).expect("kept");
    assert_eq!(kept.ticket.as_ref(), Some(&order.ticket));
    guest.event(changed(vec![kept]));
    let screen = guest.screen();
    assert!(screen.contains("1 running"), "{screen}");
    assert_eq!(guest.app.tasks.iter().count(), 1);
}

#[test]
fn an_id_that_is_taken_already_is_no_trouble() {
    let mut guest = guest(Saved::default());
    guest.keys("enter").type_text("of the guest").keys("ctrl-g");
    let orders = handed(&mut guest);
    // In the same microsecond the owner orders, too.
    let mut owner = program("owner", false, Saved::default());
    owner.keys("enter").type_text("of the owner").keys("ctrl-g");
    let first = task_saved(&owner).expect("kept");
    hand(&mut owner, orders);
    let second = task_saved(&owner).expect("kept");
    assert_ne!(first.id, second.id);
    for told in [vec![first.clone()], vec![second.clone()]] {
        guest.event(changed(told));
    }
    let shown: Vec<&str> = guest.app.tasks.iter().map(Task::label).collect();
    assert_eq!(shown, ["of the owner", "of the guest"]);
    assert_eq!(
        guest.app.queue.selected(),
        Some(second.id),
        "it stays selected"
    );
    assert_no_deeds(&guest.take_effects());
}

#[test]
fn what_is_wished_of_a_task_is_done_by_the_owner() {
    let held = |why| TaskState::Held { why, because: None };
    let doubt = TaskState::InDoubt {
        since: noon(),
        look_at: None,
        because: Failure::new(FailureKind::Unknown, ""),
    };
    let cases = [
        ("d y", held(Hold::Paused), "failed"),
        ("s", held(Hold::Paused), "sent"),
        ("s y", doubt.clone(), "sent"),
        ("d y", doubt, "failed"),
        ("s", held(Hold::Credit), "sent"),
        ("s", held(Hold::Budget), "sent"),
    ];
    for (keys, state, outcome) in cases {
        let mut task = task(1, "a wish", state);
        task.api_id = None;
        let saved = Saved {
            tasks: vec![task],
            ..Saved::default()
        };
        let mut guest = guest(saved.clone());
        guest.keys("3").keys(keys);
        let wishes = handed(&mut guest);
        assert_eq!(wishes.len(), 1, "{keys}");
        assert!(guest.screen().contains("Handed to the fuzzbox"));
        let mut owner = program("owner", false, saved);
        owner.app.settings.songs_per_day = None;
        owner.take_effects();
        hand(&mut owner, wishes.clone());
        // It goes from the list in the transaction of what comes of it.
        assert_eq!(
            owner.effects.first(),
            Some(&Effect::Save(Record::Granted(wishes[0].ticket.clone())))
        );
        let task = owner.app.tasks.get(TaskId(1)).expect("known");
        let is_so = match outcome {
            "failed" => matches!(task.state, TaskState::Failed { .. }),
            _ => matches!(task.state, TaskState::Submitting),
        };
        assert!(is_so, "{keys}: {:?}", task.state);
        // The wish comes once more after a crash: nothing is sent twice.
        owner.accept(TaskId(1), "api");
        let kept = Saved {
            tasks: owner.app.tasks.iter().cloned().collect(),
            handed: wishes,
            ..Saved::default()
        };
        let late = program("late", false, kept);
        assert_eq!(late.submitted(), []);
    }
}

#[test]
fn a_wish_about_an_older_doubt_is_no_answer_to_a_new_one() {
    let doubt = |since| TaskState::InDoubt {
        since,
        look_at: None,
        because: Failure::new(FailureKind::Unknown, ""),
    };
    let kept = |since| Saved {
        tasks: vec![task(1, "in doubt", doubt(since))],
        ..Saved::default()
    };
    let mut guest = guest(kept(noon()));
    guest.keys("3 s y");
    let wishes = handed(&mut guest);
    let later = fuzzbox::domain::time::after(noon(), -1.0);
    let mut owner = program("owner", false, kept(later));
    hand(&mut owner, wishes);
    assert_eq!(owner.submitted(), []);
}

#[test]
fn the_owner_tells_how_songs_end_and_the_guest_shows_it() {
    let mut guest = guest(Saved::default());
    let running = task(1, "rain", TaskState::Running { poll_at: noon() });
    guest.event(changed(vec![running.clone()]));
    assert!(guest.screen().contains("1 running"));
    guest.pass(300.0);
    let mut done = running;
    done.state = TaskState::Succeeded;
    done.finished_at = Some(guest.now);
    done.songs = vec![song("s1", "Drops").id];
    let mut coming = song("s1", "Drops");
    coming.task = Some(done.id);
    guest.event(Event::Company(CompanyEvent::Changed {
        tasks: vec![done],
        songs: vec![coming],
        paused: false,
    }));
    let notice = guest.app.notices.current().cloned();
    assert_eq!(notice, Some(Notice::Finished("Drops".into())));
    let screen = guest.screen();
    assert!(
        screen.contains("1 song ") && screen.contains('⇣'),
        "{screen}"
    );
    guest.event(Event::Company(CompanyEvent::Changed {
        tasks: Vec::new(),
        songs: vec![song_here("s1", "Drops")],
        paused: false,
    }));
    assert!(!guest.screen().contains('⇣'), "{}", guest.screen());
    guest.keys("4 enter");
    let effects = guest.take_effects();
    assert_no_deeds(&effects);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Player(_)))
    );
}

#[test]
fn progress_is_kept_while_somebody_looks() {
    let mut owner = program("owner", false, Saved::default());
    owner.keys("enter").type_text("rain").keys("ctrl-g");
    let id = owner.submitted()[0];
    owner.accept(id, "api").take_effects();
    owner.record("api", Outcome::Running(Some(10)));
    assert_eq!(task_saved(&owner), None, "nobody looks");
    owner.event(Event::Company(CompanyEvent::Guests(1)));
    assert_eq!(task_saved(&owner).and_then(|task| task.progress), Some(10));
    owner.record("api", Outcome::Running(Some(55)));
    assert_eq!(task_saved(&owner).and_then(|task| task.progress), Some(55));
    owner.event(Event::Company(CompanyEvent::Guests(0)));
    owner.take_effects();
    owner.record("api", Outcome::Running(Some(60)));
    assert_eq!(task_saved(&owner), None);
}

#[test]
fn what_is_typed_in_any_program_is_found_again() {
    let written = |prompt: &str| Draft {
        prompt: prompt.into(),
        ..Draft::default()
    };
    let saved = Saved {
        draft: written("of the owner"),
        ..Saved::default()
    };
    // It begins with the draft as it was left, and adds nothing to it that is known.
    let mut idle = guest(saved.clone());
    idle.keys("q");
    assert_eq!(handed(&mut idle), []);
    // What is typed is set aside, against a kill.
    let mut guest = guest(saved.clone());
    guest
        .keys("1 enter ctrl-u")
        .type_text("of the guest")
        .pass(1.0);
    let effects = guest.take_effects();
    assert_no_deeds(&effects);
    let aside = Record::Aside("guest".into(), vec![written("of the guest")]);
    assert!(effects.contains(&Effect::Save(aside)), "{effects:?}");
    // Killed: the next program with the engine brings it back.
    let killed = Saved {
        aside: vec![("guest".into(), vec![written("of the guest")])],
        ..saved.clone()
    };
    let mut next = program("next", false, killed);
    let gone = Effect::Save(Record::Aside("guest".into(), Vec::new()));
    assert!(next.effects.contains(&gone));
    next.keys("3 u");
    assert_eq!(next.app.draft().prompt, "of the guest");
    // It quits: the owner can bring it back.
    guest.keys("esc q");
    let wishes = handed(&mut guest);
    let keep = Want::Wish(Wish::KeepDrafts(vec![written("of the guest")]));
    assert_eq!(wishes[0].want, keep);
    let mut owner = program("owner", false, saved);
    hand(&mut owner, wishes);
    assert_eq!(owner.app.draft().prompt, "of the owner");
    owner.keys("3 u");
    assert_eq!(owner.app.draft().prompt, "of the guest");
}

#[test]
fn it_takes_over_as_at_a_start() {
    let mut guest = guest(Saved::default());
    guest
        .keys("enter")
        .type_text("not taken")
        .keys("ctrl-g esc");
    let mine = handed(&mut guest);
    let mut submitting = task(1, "on the wire", TaskState::Submitting);
    submitting.api_id = None;
    let mut running = task(2, "running", TaskState::Running { poll_at: noon() });
    running.api_id = Some(ApiTaskId("two".into()));
    let mut theirs = Saved {
        tasks: vec![submitting, running],
        handed: mine,
        draft: Draft {
            prompt: "of the other".into(),
            ..Draft::default()
        },
        ..Saved::default()
    };
    theirs.preferences = Preferences::default();
    guest.event(Event::Company(CompanyEvent::TookOver(Box::new(theirs))));
    assert!(!guest.app.settings.is_guest);
    assert_eq!(guest.app.notices.current(), Some(&Notice::TookOver));
    let state = |id| &guest.app.tasks.get(TaskId(id)).expect("known").state;
    assert!(matches!(state(1), TaskState::InDoubt { .. }));
    let sent: Vec<String> = guest
        .orders()
        .iter()
        .map(|order| order.label().to_owned())
        .collect();
    assert_eq!(sent, ["not taken"]);
    assert_eq!(guest.app.draft().prompt, "not taken");
    guest.keys("3 u");
    assert_eq!(guest.app.draft().prompt, "of the other");
    // Once is enough.
    let again = Box::new(Saved::default());
    guest.event(Event::Company(CompanyEvent::TookOver(again)));
    assert_eq!(guest.app.tasks.iter().count(), 3);
}

#[test]
fn a_token_that_another_stored_is_used() {
    let settings = Settings {
        has_token: false,
        ..Settings::default()
    };
    let mut owner = Bench::with(Saved::default(), settings);
    owner.keys("enter").type_text("rain").keys("ctrl-g");
    assert!(owner.app.wants_token());
    assert_eq!(owner.submitted(), []);
    owner.event(Event::Token(TokenEvent::Renewed));
    assert!(!owner.app.wants_token());
    assert_eq!(owner.submitted().len(), 1);
    // It closes nothing else.
    owner.keys("?").event(Event::Token(TokenEvent::Renewed));
    assert!(owner.app.overlay.is_some());
}
