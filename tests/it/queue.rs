//! The queue pane: rows, questions, refusals.

use fuzzbox::app::command::{Command, QueueCommand};
use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, Stumble, TaskEvent};
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::panes::overlay::{Overlay, Question};
use fuzzbox::domain::{Failure, FailureKind, Hold, Outcome, TaskId, TaskState};

use crate::support::bench::Bench;

fn ordered(bench: &mut Bench, prompt: &str) -> TaskId {
    bench
        .keys("1 ctrl-n enter")
        .type_text(prompt)
        .keys("ctrl-g");
    *bench.submitted().last().expect("it was ordered")
}

fn fails(bench: &mut Bench, task: TaskId, kind: FailureKind) {
    let failure = Failure::new(kind, "because");
    bench.event(Event::Task(TaskEvent::NotAccepted { task, failure }));
}

#[test]
fn open_tasks_stand_above_finished_ones() {
    let mut bench = Bench::new();
    let first = ordered(&mut bench, "one");
    let second = ordered(&mut bench, "two");
    fails(&mut bench, first, FailureKind::BadRequest);
    assert_eq!(bench.app.queue.rows(), [second, first]);
}

#[test]
fn a_running_task_cannot_be_dropped_and_the_key_says_so() {
    let mut bench = Bench::new();
    let task = ordered(&mut bench, "one");
    bench.accept(task, "api-1").keys("3 d");
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::Refused(
            Command::Queue(QueueCommand::Drop),
            Refusal::AtTheApi
        ))
    );
}

#[test]
fn a_failed_order_is_ordered_again_only_after_a_yes() {
    let mut bench = Bench::new();
    let task = ordered(&mut bench, "one");
    fails(&mut bench, task, FailureKind::Forbidden);
    bench.take_effects();
    bench.keys("3 r");
    assert_eq!(
        bench.app.overlay,
        Some(Overlay::Ask(Question::OrderAgain(task)))
    );
    bench.keys("esc");
    assert!(bench.submitted().is_empty());
    bench.keys("r y");
    assert_eq!(bench.submitted().len(), 1);
    assert_ne!(bench.submitted(), [task], "a task of its own");
}

#[test]
fn the_same_order_twice_is_asked_about() {
    let mut bench = Bench::new();
    ordered(&mut bench, "one");
    bench.take_effects();
    bench.keys("ctrl-g");
    assert!(bench.submitted().is_empty());
    let asked = &bench.app.overlay;
    assert!(matches!(asked, Some(Overlay::Ask(Question::OrderTwice(_)))));
    bench.keys("enter");
    assert_eq!(bench.submitted().len(), 1);
}

#[test]
fn an_order_that_could_not_be_kept_is_held_and_said() {
    let mut bench = Bench::new();
    let task = ordered(&mut bench, "one");
    bench.event(Event::Stumbled(Stumble::NotSaved {
        task: Some(task),
        reason: "the disk is full".into(),
    }));
    let state = &bench.app.tasks.get(task).unwrap().state;
    assert!(
        matches!(
            state,
            TaskState::Held {
                why: Hold::Disk,
                ..
            }
        ),
        "{state:?}"
    );
    assert!(matches!(
        bench.app.notices.current(),
        Some(Notice::NotSaved(_))
    ));
}

#[test]
fn a_task_in_doubt_is_put_to_the_user_once_it_cannot_be_found() {
    let mut bench = Bench::new();
    let task = ordered(&mut bench, "one");
    fails(&mut bench, task, FailureKind::Unknown);
    for _ in 0..50 {
        bench.pass(30.0);
        let searches = bench
            .take_effects()
            .into_iter()
            .filter(|effect| matches!(effect, Effect::Search { .. }))
            .count();
        for _ in 0..searches {
            bench.event(Event::Task(TaskEvent::Searched {
                sought: vec![task],
                found: Ok(Vec::new()),
            }));
        }
        assert!(bench.submitted().is_empty(), "never sent again by itself");
    }
    let state = bench.app.tasks.get(task).unwrap().state.clone();
    assert!(
        matches!(state, TaskState::InDoubt { look_at: None, .. }),
        "{state:?}"
    );
    bench.keys("3 s enter");
    assert_eq!(bench.submitted(), [task], "the user's own decision");
}

#[test]
fn details_show_what_failed_with_its_trace() {
    let mut bench = Bench::new().sized(100, 40);
    let task = ordered(&mut bench, "one");
    bench.accept(task, "api-1");
    bench.record(
        "api-1",
        Outcome::Failed(Failure {
            code: Some("api_error".into()),
            trace_id: Some("2cf86e86-22a4".into()),
            ..Failure::new(FailureKind::Generation, "獲取失敗")
        }),
    );
    bench.keys("3 enter");
    let screen = bench.screen();
    for part in ["api-1", "2cf86e86-22a4", "獲取失敗", "api_error"] {
        assert!(screen.contains(part), "{part} in\n{screen}");
    }
    bench.keys("esc Y");
    let copied = bench
        .take_effects()
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        });
    assert!(copied.unwrap().contains("trace_id=2cf86e86-22a4"));
}
