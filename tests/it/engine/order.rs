//! What the user does with what waits: another order, one task put aside, the whole queue stopped.

use fuzzbox::app::tasks::TaskQueue;
use fuzzbox::domain::{FailureKind, Hold, Shift, TaskId, TaskState};

use super::bench::{Bench, is_running, is_waiting};

/// A queue with one place, which is taken, and so many that wait.
fn waiting(count: usize) -> (Bench, Vec<TaskId>) {
    let mut bench = Bench::new();
    bench.settings.in_flight = 1;
    bench.running("at the API");
    let tasks = (0..count).map(|n| bench.order(&n.to_string())).collect();
    (bench, tasks)
}

fn shift(bench: &mut Bench, task: TaskId, shift: Shift) -> bool {
    bench.act(|queue, cx| queue.shift(task, shift, cx))
}

/// The tasks that wait, in the order in which they will go out.
fn order(bench: &Bench) -> Vec<TaskId> {
    let rows = bench.queue.rows(0).into_iter();
    rows.filter(|id| is_waiting(bench.state(*id))).collect()
}

/// Lets them go out one by one, by making places.
fn sent_in_order(bench: &mut Bench, count: usize) -> Vec<TaskId> {
    bench.settings.in_flight = 1 + count;
    bench.tick();
    bench.submits()
}

#[test]
fn what_waits_goes_out_in_the_order_the_user_gave_it() {
    let (mut bench, tasks) = waiting(4);
    let [a, b, c, d] = tasks[..] else {
        panic!("four");
    };
    assert!(!shift(&mut bench, a, Shift::Earlier), "it is the first");
    assert!(!shift(&mut bench, d, Shift::Later), "it is the last");
    assert!(shift(&mut bench, c, Shift::Earlier));
    assert_eq!(order(&bench), [a, c, b, d]);
    assert!(shift(&mut bench, a, Shift::Later));
    assert_eq!(order(&bench), [c, a, b, d]);
    assert!(shift(&mut bench, d, Shift::First));
    assert_eq!(order(&bench), [d, c, a, b]);
    bench.restart();
    assert_eq!(order(&bench), [d, c, a, b], "kept over a restart");
    assert_eq!(sent_in_order(&mut bench, 4), [d, c, a, b]);
    assert!(!shift(&mut bench, d, Shift::First), "it was sent");
}

#[test]
fn a_new_order_stands_behind_what_was_moved() {
    let (mut bench, tasks) = waiting(2);
    shift(&mut bench, tasks[1], Shift::First);
    let last = bench.order("last");
    assert_eq!(order(&bench), [tasks[1], tasks[0], last]);
}

#[test]
fn a_task_that_is_put_aside_waits_for_its_user() {
    let (mut bench, tasks) = waiting(2);
    assert!(bench.act(|queue, cx| queue.pause_task(tasks[0], cx)));
    let held = |bench: &Bench| {
        let state = bench.state(tasks[0]);
        matches!(
            state,
            TaskState::Held {
                why: Hold::Paused,
                ..
            }
        )
    };
    assert!(held(&bench));
    assert_eq!(sent_in_order(&mut bench, 2), [tasks[1]]);
    // Neither a token, nor credit, nor a restart lets it go on.
    bench.act(TaskQueue::token_given);
    bench.act(|queue, cx| queue.wake_held(Hold::Credit, cx));
    bench.restart();
    bench.pass(7200.0);
    assert!(held(&bench) && !bench.submits().contains(&tasks[0]));
    assert!(bench.act(|queue, cx| queue.resume_task(tasks[0], cx)));
    assert_eq!(bench.submits(), [tasks[0]]);
    assert!(!bench.act(|queue, cx| queue.pause_task(tasks[0], cx)));
}

#[test]
fn what_was_put_aside_can_be_dropped_and_moved() {
    let (mut bench, tasks) = waiting(3);
    bench.act(|queue, cx| queue.pause_task(tasks[2], cx));
    assert!(shift(&mut bench, tasks[2], Shift::First));
    bench.act(|queue, cx| queue.resume_task(tasks[2], cx));
    assert_eq!(order(&bench), [tasks[2], tasks[0], tasks[1]]);
    bench.act(|queue, cx| queue.pause_task(tasks[0], cx));
    assert!(bench.act(|queue, cx| queue.drop_task(tasks[0], cx)));
}

#[test]
fn a_late_answer_counts_for_a_task_that_was_put_aside() {
    let mut bench = Bench::new();
    let task = bench.order("a");
    bench.refuse(task, FailureKind::RateLimited);
    bench.act(|queue, cx| queue.pause_task(task, cx));
    bench.accept(task);
    assert!(is_running(bench.state(task)));
}

#[test]
fn a_paused_queue_sends_nothing_and_asks_for_what_runs() {
    let mut bench = Bench::new();
    let running = bench.running("at the API");
    bench.act(TaskQueue::pause_queue);
    let task = bench.order("a");
    bench.pass(3600.0);
    assert!(bench.submits().is_empty(), "for hours");
    assert!(!bench.questions().is_empty(), "what runs is asked for");
    assert!(bench.paused, "kept");
    bench.restart();
    bench.pass(60.0);
    assert!(bench.submits().is_empty(), "after a restart");
    assert!(is_running(bench.state(running)));
    bench.act(TaskQueue::resume_queue);
    assert_eq!(bench.submits(), [task]);
    assert!(!bench.paused);
}

#[test]
fn an_idle_queue_that_is_paused_wakes_for_nothing() {
    let mut bench = Bench::new();
    bench.act(TaskQueue::pause_queue);
    let task = bench.order("a");
    assert_eq!(bench.queue.next_wake(bench.now), None);
    bench.refuse(task, FailureKind::RateLimited);
    assert_eq!(bench.queue.next_wake(bench.now), None);
}

#[test]
fn the_day_belongs_to_those_in_front() {
    let mut bench = Bench::new();
    bench.settings.songs_per_day = Some(1);
    bench.act(TaskQueue::pause_queue);
    let (first, second) = (bench.order("a"), bench.order("b"));
    shift(&mut bench, second, Shift::First);
    bench.act(TaskQueue::resume_queue);
    assert_eq!(bench.submits(), [second]);
    let state = bench.state(first);
    assert!(matches!(
        state,
        TaskState::Held {
            why: Hold::Budget,
            ..
        }
    ));
}
