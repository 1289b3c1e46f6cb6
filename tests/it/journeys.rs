//! Whole stories through the app: promises to the user.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, TaskEvent};
use fuzzbox::app::notice::Notice;
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::time::SignedDuration;
use fuzzbox::domain::{Failure, FailureKind, Outcome, Record, Saved, Task, TaskState};

use crate::support::bench::{Bench, song};

fn order(bench: &mut Bench, prompt: &str) -> fuzzbox::domain::TaskId {
    bench
        .keys("1 enter ctrl-u")
        .type_text(prompt)
        .keys("ctrl-g");
    *bench.submitted().last().expect("it was ordered")
}

fn saved_tasks(effects: &[Effect]) -> Vec<Task> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Save(Record::Task(task)) => Some((**task).clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_song_is_written_ordered_made_fetched_and_played() {
    let mut bench = Bench::new();
    let task = order(&mut bench, "a song for Christmas");
    let effects = bench.take_effects();
    let sent = effects
        .iter()
        .position(|effect| matches!(effect, Effect::Submit { .. }))
        .unwrap();
    let kept = effects.iter().position(|effect| {
        matches!(effect, Effect::Save(Record::Task(task)) if task.state == TaskState::Submitting)
    });
    assert!(kept.unwrap() < sent, "on disk before on the wire");

    bench.accept(task, "api-1").pass(20.0);
    let polls = bench
        .take_effects()
        .into_iter()
        .filter(|effect| matches!(effect, Effect::Retrieve(_)))
        .count();
    assert!((1..=3).contains(&polls), "{polls} polls in 20 s");
    bench.record("api-1", Outcome::Running(Some(62)));
    assert!(bench.screen().contains("62"), "{}", bench.screen());

    let made = Outcome::Succeeded(vec![song("s0", "Silver bells")]);
    bench.record("api-1", made.clone());
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::Finished("Silver bells".into()))
    );
    let effects = bench.take_effects();
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Download { .. }))
    );
    bench.fetched("s0").keys("4 enter");
    assert!(bench.app.player.is_open());
    assert!(bench.screen().contains("Silver bells"));

    bench.take_effects();
    bench.record("api-1", made);
    assert!(
        saved_tasks(&bench.take_effects()).is_empty(),
        "a final task never changes"
    );
}

#[test]
fn a_crash_while_running_goes_on_polling_and_orders_nothing() {
    let mut bench = Bench::new();
    let task = order(&mut bench, "rain");
    bench.accept(task, "api-1");
    let tasks = vec![saved_tasks(&bench.effects).pop().unwrap()];
    let saved = Saved {
        tasks,
        ..Saved::default()
    };
    let mut again = Bench::with(saved, Settings::default());
    again.pass(15.0);
    assert!(again.submitted().is_empty());
    assert!(
        again
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Retrieve(ids) if ids[0].0 == "api-1"))
    );
    again.record("api-1", Outcome::Succeeded(vec![song("s0", "Rain")]));
    assert_eq!(again.app.songs.len(), 1);
}

#[test]
fn a_crash_while_submitting_looks_for_the_order_and_adopts_it() {
    let mut bench = Bench::new();
    let task = order(&mut bench, "rain");
    let submitting = saved_tasks(&bench.effects).pop().unwrap();
    assert_eq!(submitting.state, TaskState::Submitting);
    let request = submitting.request.clone();
    let saved = Saved {
        tasks: vec![submitting],
        ..Saved::default()
    };
    let mut again = Bench::with(saved, Settings::default());
    again.pass(10.0);
    assert!(again.submitted().is_empty(), "not sent again");
    let sought = again.effects.iter().find_map(|effect| match effect {
        Effect::Search { sought, .. } => Some(sought.clone()),
        _ => None,
    });
    assert_eq!(sought, Some(vec![task]));
    let record = fuzzbox::domain::TaskRecord {
        id: fuzzbox::domain::ApiTaskId("api-9".into()),
        created_at: Some(again.now),
        request: Some(request),
        trace_id: None,
        outcome: Outcome::Running(None),
    };
    again.event(Event::Task(TaskEvent::Searched {
        sought: vec![task],
        found: Ok(vec![record]),
    }));
    let found = again.app.tasks.get(task).unwrap();
    assert!(matches!(found.state, TaskState::Running { .. }));
    assert_eq!(found.api_id.as_ref().unwrap().0, "api-9");
}

#[test]
fn a_rate_limit_waits_as_long_as_asked_and_goes_on_by_itself() {
    let mut bench = Bench::new();
    let task = order(&mut bench, "rain");
    bench.take_effects();
    let failure = Failure {
        retry_after: Some(SignedDuration::from_secs(30)),
        ..Failure::new(FailureKind::RateLimited, "")
    };
    bench.event(Event::Task(TaskEvent::NotAccepted { task, failure }));
    bench.pass(29.0);
    assert!(bench.submitted().is_empty(), "not before it was asked to");
    bench.pass(30.0);
    assert_eq!(bench.submitted(), [task]);
}

#[test]
fn no_network_waits_with_the_reason_and_goes_on_by_itself() {
    let mut bench = Bench::new();
    let task = order(&mut bench, "rain");
    for _ in 0..20 {
        let failure = Failure::new(FailureKind::Unreachable, "connection refused");
        bench.event(Event::Task(TaskEvent::NotAccepted { task, failure }));
        let waiting = bench.app.tasks.get(task).unwrap();
        assert!(waiting.failure().is_some(), "the reason stands there");
        bench.take_effects();
        bench.pass(120.0);
        assert_eq!(bench.submitted(), [task]);
    }
    bench.accept(task, "api-1");
    assert!(bench.app.tasks.get(task).unwrap().failure().is_none());
}

#[test]
fn at_most_so_many_are_in_flight_and_the_rest_follow_in_order() {
    let mut bench = Bench::new();
    for n in 0..8 {
        bench.keys("1 enter ctrl-u").type_text(&format!("song {n}"));
        bench.keys("ctrl-g");
    }
    let sent = bench.submitted();
    assert_eq!(sent.len(), 5);
    bench.take_effects();
    bench.accept(sent[0], "api-0");
    bench.record("api-0", Outcome::Succeeded(vec![song("s0", "x")]));
    let next = bench.submitted();
    assert_eq!(next.len(), 1);
    assert!(next[0] > sent[4], "in the order they were made");
}

#[test]
fn an_idle_studio_never_wakes() {
    let mut bench = Bench::new();
    assert_eq!(bench.app.next_wake(), None);
    bench.keys("Z").pass(60.0);
    assert_eq!(bench.app.next_wake(), None, "the notice has expired");
}

#[test]
fn a_hang_up_keeps_everything_and_leaves() {
    let mut bench = Bench::new();
    bench.keys("2 enter").type_text("last words");
    bench.take_effects();
    bench.event(Event::HungUp);
    let effects = bench.take_effects();
    let kept = effects.iter().any(
        |effect| matches!(effect, Effect::Save(Record::Draft(draft)) if draft.lyric == "last words"),
    );
    assert!(kept);
    assert_eq!(effects.last(), Some(&Effect::Quit));
}
