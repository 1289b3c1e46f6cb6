//! Orders that are not taken: every kind of failure, overload, outage, a disk that keeps nothing.

use std::collections::BTreeMap;

use fuzzbox::app::effect::Effect;
use fuzzbox::app::notice::Notice;
use fuzzbox::domain::time::{SignedDuration, after};
use fuzzbox::domain::{Failure, FailureKind, Hold, Outcome, Record, TaskId, TaskState};

use super::bench::{Bench, api_id, is_in_doubt, is_running, is_waiting, outcome, song};

fn rate_limited(seconds: Option<i64>) -> Failure {
    Failure {
        retry_after: seconds.map(SignedDuration::from_secs),
        ..Failure::new(FailureKind::RateLimited, "slow down")
    }
}

/// What a state is held against.
type Check = fn(&TaskState) -> bool;

#[test]
fn each_kind_of_failure_leads_where_it_should() {
    use FailureKind as K;
    let expected: [(K, Check); 15] = [
        (K::Unreachable, is_waiting),
        (K::RateLimited, is_waiting),
        (K::NoToken, |s| is_held(s, Hold::Token)),
        (K::BadToken, |s| is_held(s, Hold::Token)),
        (K::NoCredit, |s| is_held(s, Hold::Credit)),
        (K::Disabled, is_failed),
        (K::BadRequest, is_failed),
        (K::Forbidden, is_failed),
        (K::WrongAddress, is_failed),
        (K::Unknown, is_in_doubt),
        (K::Generation, is_failed),
        (K::Dropped, is_in_doubt),
        (K::Cancelled, is_failed),
        (K::BadFile, is_in_doubt),
        (K::Disk, is_in_doubt),
    ];
    for (kind, is_right) in expected {
        let mut bench = Bench::new();
        let task = bench.order("rain");
        bench.submits();
        bench.refuse(task, kind);
        assert!(
            is_right(bench.state(task)),
            "{kind:?}: {:?}",
            bench.state(task)
        );
        assert_eq!(bench.task(task).failure().unwrap().kind, kind);
        assert!(bench.submits().is_empty(), "{kind:?}: sent again at once");
        if is_failed(bench.state(task)) {
            let told = Notice::TaskFailed("rain".into(), Failure::new(kind, "refused"));
            assert_eq!(bench.told, [told]);
        }
    }
}

fn is_held(state: &TaskState, hold: Hold) -> bool {
    matches!(state, TaskState::Held { why, .. } if *why == hold)
}

fn is_failed(state: &TaskState) -> bool {
    matches!(state, TaskState::Failed { .. })
}

#[test]
fn without_a_network_the_task_tries_ever_more_seldom_and_for_ever() {
    let mut bench = Bench::new();
    let task = bench.order("rain");
    let mut pauses = Vec::new();
    for _ in 0..30 {
        assert_eq!(bench.submits(), [task]);
        let before = bench.now;
        bench.refuse(task, FailureKind::Unreachable);
        assert!(is_waiting(bench.state(task)));
        bench.wake();
        pauses.push(bench.now.duration_since(before).as_secs_f64());
    }
    for (pause, expected) in pauses.iter().zip([2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]) {
        assert!(
            (expected * 0.8..=expected * 1.2).contains(pause),
            "{pauses:?}"
        );
    }
    assert!(pauses.iter().all(|pause| *pause <= 72.0));
    assert_eq!(bench.task(task).attempts, 30);
    bench.accept(task);
    assert!(is_running(bench.state(task)));
}

#[test]
fn the_same_failures_give_the_same_pauses() {
    let times = || {
        let mut bench = Bench::new();
        let task = bench.order("rain");
        bench.refuse(task, FailureKind::Unreachable);
        bench.wake();
        bench.now
    };
    assert_eq!(times(), times());
}

#[test]
fn an_outage_is_over_for_all_as_soon_as_anything_gets_through() {
    let mut bench = Bench::new();
    let running = bench.running("a");
    let task = bench.order("b");
    for _ in 0..8 {
        bench.refuse(task, FailureKind::Unreachable);
        bench.pass(75.0);
    }
    bench.refuse(task, FailureKind::Unreachable);
    bench.submits();
    let progress = outcome(&api_id(running), Outcome::Running(None));
    bench.retrieved(&[api_id(running)], vec![progress]);
    assert_eq!(bench.submits(), [task]);
}

#[test]
fn an_overload_holds_the_whole_queue_back_until_it_is_over() {
    let mut bench = Bench::new();
    let first = bench.order("a");
    let second = bench.order("b");
    bench.submits();
    bench.refuse_with(first, rate_limited(Some(30)));
    bench.refuse_with(second, rate_limited(Some(10)));
    let third = bench.order("c");
    let TaskState::Waiting { retry_at, .. } = bench.state(first) else {
        panic!("{:?}", bench.state(first));
    };
    assert_eq!(*retry_at, Some(after(bench.now, 30.0)));
    bench.pass(29.9);
    assert!(bench.submits().is_empty());
    bench.pass(0.1);
    assert_eq!(bench.submits(), [first], "one task tries first");
    bench.accept(first);
    bench.pass(2.0);
    assert_eq!(bench.submits(), [second], "then one after the other");
    bench.pass(0.9);
    assert!(bench.submits().is_empty());
    bench.pass(0.1);
    assert_eq!(bench.submits(), [third], "ever closer");
}

#[test]
fn a_storm_of_refusals_is_met_with_few_attempts() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 50;
    let tasks: Vec<TaskId> = (0..50).map(|n| bench.order(&format!("{n}"))).collect();
    let mut sent = bench.submits();
    assert_eq!(sent.len(), 50);
    let end = after(bench.now, 600.0);
    let mut attempts = 0;
    while bench.now < end {
        for task in std::mem::take(&mut sent) {
            bench.refuse_with(task, rate_limited(None));
        }
        bench.wake();
        sent = bench.submits();
        attempts += sent.len();
    }
    assert!(
        (8..=20).contains(&attempts),
        "{attempts} attempts in ten minutes"
    );
    // Once it is over they go out ever closer to each other.
    let end = after(bench.now, 300.0);
    while bench.now < end {
        for task in std::mem::take(&mut sent) {
            bench.accept(task);
        }
        bench.wake();
        sent = bench.submits();
    }
    assert!(tasks.iter().all(|id| is_running(bench.state(*id))));
}

#[test]
fn a_pause_asked_for_outlives_the_program() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    bench.refuse_with(task, rate_limited(Some(300)));
    let other = bench.order("b");
    bench.now = after(bench.now, 100.0);
    bench.restart();
    assert!(bench.submits().is_empty());
    bench.pass(200.0);
    assert_eq!(bench.submits(), [task]);
    assert!(is_waiting(bench.state(other)));
}

#[test]
fn no_request_to_wait_is_believed_beyond_an_hour_nor_below_our_own_pause() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    bench.submits();
    bench.refuse_with(task, rate_limited(Some(i64::MAX)));
    bench.pass(3600.0);
    assert_eq!(bench.submits(), [task]);
    bench.refuse_with(task, rate_limited(Some(0)));
    bench.pass(3.0);
    assert!(bench.submits().is_empty());
    bench.refuse_with(task, rate_limited(Some(-5)));
    bench.pass(60.0);
    assert_eq!(bench.submits(), [task]);
}

#[test]
fn a_clock_set_back_does_not_stop_the_queue() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    bench.submits();
    bench.refuse(task, FailureKind::Unreachable);
    bench.now = after(bench.now, -86_400.0);
    bench.tick();
    assert_eq!(bench.submits(), [task]);
}

#[test]
fn a_provider_that_breaks_down_does_not_take_the_whole_queue_into_doubt() {
    let mut bench = Bench::new();
    for n in 0..40 {
        bench.order(&format!("{n}"));
    }
    let end = after(bench.now, 60.0);
    while bench.now < end {
        for task in bench.submits() {
            bench.refuse(task, FailureKind::Unknown);
        }
        bench.wake();
    }
    let in_doubt = bench.queue.counts().in_doubt;
    assert!((5..=12).contains(&in_doubt), "{in_doubt} in doubt");
    assert!(bench.queue.counts().waiting >= 27);
}

#[test]
fn an_answer_that_never_comes_puts_the_order_in_doubt() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    bench.pass(599.0);
    assert_eq!(bench.state(task), &TaskState::Submitting);
    bench.pass(2.0);
    assert!(is_in_doubt(bench.state(task)));
    bench.accept(task);
    assert!(is_running(bench.state(task)));
    assert_eq!(bench.submits(), [task], "once in all");
}

#[test]
fn an_answer_that_names_anothers_task_is_no_answer() {
    let mut bench = Bench::new();
    let first = bench.running("a");
    for id in [api_id(first).0, String::new()] {
        let task = bench.order("b");
        bench.event(fuzzbox::app::event::TaskEvent::Accepted {
            task,
            api_id: fuzzbox::domain::ApiTaskId(id),
            trace_id: None,
            record: Some(Box::new(outcome(
                &api_id(first),
                Outcome::Succeeded(vec![song("a")]),
            ))),
        });
        assert!(is_in_doubt(bench.state(task)));
        assert_eq!(bench.task(task).api_id, None);
    }
    assert!(is_running(bench.state(first)));
}

#[test]
fn an_order_the_disk_did_not_keep_is_held_and_tried_again() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    assert_eq!(bench.submits(), [task]);
    bench.act(|queue, cx| queue.not_saved(task, "disk full", cx));
    assert!(is_held(bench.state(task), Hold::Disk));
    assert_eq!(bench.task(task).failure().unwrap().message, "disk full");
    bench.act(|queue, cx| queue.not_saved(task, "disk full", cx));
    assert!(bench.submits().is_empty());

    bench.pass(61.0);
    assert_eq!(bench.submits(), [task]);
    bench.act(|queue, cx| queue.not_saved(task, "disk full", cx));
    bench.act(|queue, cx| queue.wake_held(Hold::Disk, cx));
    assert_eq!(bench.submits(), [task], "the user made room");
    bench.accept(task);
    assert!(is_running(bench.state(task)));
}

#[test]
fn a_waiting_order_that_was_not_kept_goes_on_with_the_next_success() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 1;
    let first = bench.order("a");
    let second = bench.order("b");
    bench.act(|queue, cx| queue.not_saved(second, "disk full", cx));
    assert!(is_held(bench.state(second), Hold::Disk));
    bench.accept(first);
    assert!(is_waiting(bench.state(second)));
}

#[test]
fn when_it_is_unclear_which_save_failed_the_order_may_have_gone_out() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 1;
    let first = bench.order("a");
    let second = bench.order("b");
    bench.submits();
    // The failure of the second's first save is on its way while its place becomes free.
    bench.now = after(bench.now, 0.5);
    bench.refuse(first, FailureKind::Forbidden);
    assert_eq!(bench.submits(), [second]);
    bench.act(|queue, cx| queue.not_saved(second, "disk full", cx));
    assert!(is_in_doubt(bench.state(second)));
    bench.pass(3600.0);
    assert!(bench.submits().is_empty());
    bench.accept(second);
    assert!(is_running(bench.state(second)));
}

#[test]
fn a_lost_answer_to_an_order_thought_unsent_puts_it_in_doubt() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    bench.submits();
    bench.act(|queue, cx| queue.not_saved(task, "disk full", cx));
    assert!(is_held(bench.state(task), Hold::Disk));
    bench.refuse(task, FailureKind::Unknown);
    assert!(is_in_doubt(bench.state(task)));
    bench.pass(3600.0);
    assert!(bench.submits().is_empty());
}

#[test]
fn what_was_not_kept_is_kept_later_as_it_stands_then() {
    let mut bench = Bench::new();
    let task = bench.running("a");
    let mut kept = BTreeMap::new();
    for failure in 1..=4 {
        bench.effects.clear();
        bench.act(|queue, cx| queue.not_saved(task, "disk full", cx));
        assert!(is_running(bench.state(task)));
        let before = bench.now;
        while !bench.effects.iter().any(is_save) {
            bench.wake();
        }
        kept.insert(failure, bench.now.duration_since(before).as_secs_f64());
    }
    assert!(kept[&1] < 3.0 && kept[&4] > 10.0, "{kept:?}");
    let done = outcome(&api_id(task), Outcome::Succeeded(vec![song("a")]));
    bench.retrieved(&[api_id(task)], vec![done]);
    bench.act(|queue, cx| queue.not_saved(task, "disk full", cx));
    bench.effects.clear();
    bench.pass(90.0);
    assert!(
        bench.effects.iter().any(is_save),
        "a final task is kept, too"
    );
    assert_eq!(bench.queue.next_wake(bench.now), None);
}

fn is_save(effect: &Effect) -> bool {
    matches!(effect, Effect::Save(Record::Task(_)))
}
