//! What waits for a person: a token, credit.

use fuzzbox::app::notice::Notice;
use fuzzbox::app::tasks::TaskQueue;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{Failure, FailureKind, Hold, TaskId, TaskState};

use super::bench::{Bench, api_id, is_running, is_waiting};

fn held(bench: &Bench, hold: Hold) -> Vec<TaskId> {
    bench
        .queue
        .iter()
        .filter(|task| matches!(task.state, TaskState::Held { why, .. } if why == hold))
        .map(|task| task.id)
        .collect()
}

#[test]
fn without_a_token_an_order_is_kept_and_goes_on_once_there_is_one() {
    let mut bench = Bench::new();
    bench.settings.has_token = false;
    let task = bench.order("rain");
    assert_eq!(held(&bench, Hold::Token), [task]);
    assert_eq!(bench.told, [Notice::TokenNeeded]);
    assert!(bench.submits().is_empty());
    assert_eq!(bench.queue.next_wake(bench.now), None, "waits for a person");
    bench.settings.has_token = true;
    bench.act(TaskQueue::token_given);
    assert_eq!(bench.submits(), [task]);
}

#[test]
fn a_refused_token_holds_everything_and_is_asked_for() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 2;
    let tasks: Vec<TaskId> = (0..4).map(|n| bench.order(&format!("{n}"))).collect();
    bench.submits();
    bench.refuse(tasks[0], FailureKind::BadToken);
    assert_eq!(held(&bench, Hold::Token), [tasks[0], tasks[2], tasks[3]]);
    bench.refuse(tasks[1], FailureKind::BadToken);
    let late = bench.order("late");
    assert_eq!(held(&bench, Hold::Token).len(), 5);
    assert!(
        bench
            .told
            .iter()
            .all(|notice| *notice == Notice::TokenNeeded)
    );
    bench.pass(86_400.0);
    assert!(bench.submits().is_empty());

    bench.act(TaskQueue::token_given);
    assert_eq!(
        bench.submits(),
        tasks[..2],
        "in the order they were ordered"
    );
    assert!(is_waiting(bench.state(late)));
}

#[test]
fn a_refusal_of_the_old_token_says_nothing_of_the_new_one() {
    let mut bench = Bench::new();
    let first = bench.order("a");
    let second = bench.order("b");
    bench.refuse(first, FailureKind::BadToken);
    bench.now = after(bench.now, 1.0);
    bench.act(TaskQueue::token_given);
    bench.submits();
    bench.refuse(second, FailureKind::BadToken);
    assert_eq!(bench.submits(), [second], "tried with the new token");
    bench.refuse(second, FailureKind::BadToken);
    assert_eq!(held(&bench, Hold::Token), [second]);
}

#[test]
fn a_token_that_fails_a_poll_is_asked_for_while_the_task_runs_on() {
    let mut bench = Bench::new();
    let task = bench.running("a");
    bench.pass(10.0);
    for _ in 0..3 {
        let asked = bench.questions().pop().unwrap();
        bench.event(fuzzbox::app::event::TaskEvent::NotRetrieved {
            asked,
            failure: Failure::new(FailureKind::BadToken, "expired"),
        });
        bench.pass(40.0);
        assert!(bench.questions().is_empty(), "slowly");
        bench.pass(40.0);
    }
    assert!(is_running(bench.state(task)));
    assert_eq!(bench.told, [Notice::TokenNeeded], "said once");
    bench.questions();
    bench.act(TaskQueue::token_given);
    assert_eq!(bench.questions(), [vec![api_id(task)]], "asked at once");
}

#[test]
fn without_credit_one_task_tries_now_and_then() {
    let mut bench = Bench::new();
    let tasks: Vec<TaskId> = (0..8).map(|n| bench.order(&format!("{n}"))).collect();
    for task in bench.submits() {
        bench.refuse(task, FailureKind::NoCredit);
    }
    assert_eq!(held(&bench, Hold::Credit), tasks);
    assert_eq!(bench.told.last(), Some(&Notice::CreditNeeded));
    for _ in 0..3 {
        bench.pass(599.0);
        assert!(bench.submits().is_empty());
        bench.pass(2.0);
        assert_eq!(bench.submits(), [tasks[0]], "the oldest, alone");
        bench.refuse(tasks[0], FailureKind::NoCredit);
    }
    bench.pass(601.0);
    assert_eq!(bench.submits(), [tasks[0]]);
    bench.accept(tasks[0]);
    assert_eq!(bench.submits(), tasks[1..5]);
}

#[test]
fn an_order_made_without_credit_makes_the_queue_try_at_once() {
    let mut bench = Bench::new();
    let first = bench.order("a");
    bench.submits();
    bench.refuse(first, FailureKind::NoCredit);
    let second = bench.order("b");
    assert_eq!(bench.submits(), [first]);
    assert_eq!(held(&bench, Hold::Credit), [second]);
    bench.act(|queue, cx| queue.wake_held(Hold::Credit, cx));
    assert_eq!(bench.submits(), [second], "the user topped up");
}

#[test]
fn a_restart_tries_whether_there_is_credit() {
    let mut bench = Bench::new();
    let tasks = [bench.order("a"), bench.order("b")];
    bench.submits();
    for task in tasks {
        bench.refuse(task, FailureKind::NoCredit);
    }
    bench.restart();
    assert_eq!(bench.submits(), [tasks[0]]);
    assert_eq!(held(&bench, Hold::Credit), [tasks[1]]);
}

#[test]
fn a_held_task_can_be_dropped_and_the_queue_sleeps_again() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    bench.refuse(task, FailureKind::NoCredit);
    assert!(bench.act(|queue, cx| queue.drop_task(task, cx)));
    bench.tick();
    assert_eq!(bench.queue.next_wake(bench.now), None);
    bench.submits();
    let next = bench.order("b");
    assert_eq!(
        bench.submits(),
        [next],
        "nothing is known of the credit now"
    );
}
