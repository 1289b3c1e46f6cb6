//! A thousand tasks in flight, ten thousand behind them.

use std::time::{Duration, Instant};

use fuzzbox::app::tasks::TaskQueue;
use fuzzbox::domain::time::{after, elapsed};
use fuzzbox::domain::{ApiTaskId, Outcome, Task, TaskId, TaskState, Timestamp};

use super::bench::{Bench, outcome, request, song};

const FLIGHT: usize = 1000;

/// A queue with ten thousand tasks that ended long ago.
fn old_queue() -> Bench {
    let mut bench = Bench::new();
    bench.settings.in_flight = usize::MAX;
    let begun = after(bench.now, -1e7);
    let tasks = (0..10_000).map(|n| {
        let at = after(begun, f64::from(n));
        let mut task = Task::new(TaskId(at.as_microsecond()), request("old"), at);
        task.state = TaskState::Succeeded;
        task.submitted_at = Some(at);
        task.finished_at = Some(after(at, 40.0));
        task
    });
    bench.queue = TaskQueue::new(tasks.collect());
    bench.act(TaskQueue::start);
    bench
}

#[test]
fn a_thousand_in_flight_are_asked_for_in_few_questions_and_cost_little() {
    let begun = Instant::now();
    let mut bench = old_queue();
    for n in 0..FLIGHT {
        bench.order(&n.to_string());
    }
    let sent = bench.submits();
    assert_eq!(sent.len(), FLIGHT);
    for task in sent {
        bench.accept(task);
    }
    assert_eq!(bench.queue.counts().running, FLIGHT);
    let mut questions: Vec<Timestamp> = Vec::new();
    let taken = bench.now;
    let end = after(taken, 120.0);
    while bench.now < end {
        for asked in bench.questions() {
            assert!(asked.len() <= 50, "{} ids in one question", asked.len());
            questions.push(bench.now);
            let is_late = elapsed(taken, bench.now).0 > 60.0;
            let record = |id: &ApiTaskId| {
                let made = Outcome::Succeeded(vec![song(&id.0)]);
                let under_way = Outcome::Running(Some(50));
                outcome(id, if is_late { made } else { under_way })
            };
            let records = asked.iter().map(record).collect();
            bench.retrieved(&asked, records);
        }
        let Some(wake) = bench.queue.next_wake(bench.now) else {
            break;
        };
        bench.now = wake;
        bench.tick();
    }
    assert_eq!(bench.queue.counts().running, 0, "all are made");
    let most = questions
        .iter()
        .map(|at| {
            let within = |other: &&Timestamp| *other >= at && elapsed(*at, **other).0 < 1.0;
            questions.iter().filter(within).count()
        })
        .max()
        .unwrap_or_default();
    assert!(most <= 30, "{most} questions within a second");
    // Each step looked at a handful of tasks: with all of them each time it took minutes.
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?} for a thousand tasks",
        begun.elapsed()
    );
}

#[test]
fn more_tasks_than_questions_may_be_asked_for_at_once_are_all_asked_for() {
    let mut bench = Bench::new();
    bench.settings.in_flight = usize::MAX;
    for n in 0..2_000 {
        let task = bench.order(&n.to_string());
        bench.accept(task);
    }
    let mut asked: std::collections::BTreeSet<ApiTaskId> = std::collections::BTreeSet::new();
    let end = after(bench.now, 30.0);
    while bench.now < end {
        for question in bench.questions() {
            let running = |id: &ApiTaskId| outcome(id, Outcome::Running(None));
            let records = question.iter().map(running).collect();
            asked.extend(question.iter().cloned());
            bench.retrieved(&question, records);
        }
        bench.wake();
    }
    assert_eq!(asked.len(), 2_000);
}
