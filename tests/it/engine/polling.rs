//! Asking how the songs are coming along.

use fuzzbox::app::event::TaskEvent;
use fuzzbox::app::notice::Notice;
use fuzzbox::domain::time::{SignedDuration, after, elapsed};
use fuzzbox::domain::{ApiTaskId, Failure, FailureKind, Outcome, TaskId, TaskRecord, Timestamp};

use super::bench::{Bench, api_id, is_in_doubt, is_running, is_with_user, outcome, song};

/// The API answers that everything asked for is under way.
fn all_running(asked: &[ApiTaskId]) -> Vec<TaskRecord> {
    asked
        .iter()
        .map(|id| outcome(id, Outcome::Running(None)))
        .collect()
}

/// Answers every question for a while; when each was asked and for how many.
fn answered_for(bench: &mut Bench, seconds: f64) -> Vec<(Timestamp, usize)> {
    let end = after(bench.now, seconds);
    let mut asked_at = Vec::new();
    while bench.now < end {
        for asked in bench.questions() {
            asked_at.push((bench.now, asked.len()));
            bench.retrieved(&asked, all_running(&asked));
        }
        bench.wake();
    }
    asked_at
}

fn not_retrieved(bench: &mut Bench, asked: Vec<ApiTaskId>, failure: Failure) {
    bench.event(TaskEvent::NotRetrieved { asked, failure });
}

#[test]
fn the_pace_is_what_the_provider_advises_and_slows_down_with_age() {
    let mut bench = Bench::new();
    bench.running("a");
    let taken = bench.now;
    let asked = answered_for(&mut bench, 900.0);
    let times: Vec<f64> = asked.iter().map(|(at, _)| elapsed(taken, *at).0).collect();
    assert!((5.0..=10.0).contains(&times[0]), "{times:?}");
    let pauses: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        pauses.iter().all(|pause| (4.99..=15.01).contains(pause)),
        "{pauses:?}"
    );
    assert!(pauses.is_sorted_by(|a, b| *a <= b + 0.01), "{pauses:?}");
    assert!(pauses[0] < 5.1 && *pauses.last().unwrap() > 14.9);
}

#[test]
fn one_question_serves_all_that_run() {
    let mut bench = Bench::new();
    for n in 0..5 {
        bench.running(&format!("{n}"));
        answered_for(&mut bench, 37.3);
    }
    let asked = answered_for(&mut bench, 600.0);
    let settled = &asked[asked.len() / 2..];
    assert!(settled.iter().all(|(_, count)| *count == 5), "{settled:?}");
    assert!(asked.len() < 70, "{} questions in ten minutes", asked.len());
}

#[test]
fn a_quick_simulator_is_asked_quickly_but_not_in_a_loop() {
    for (pace, expected) in [(0.05, 30..=60), (0.0, 80..=100), (f64::NAN, 2..=3)] {
        let mut bench = Bench::new();
        bench.settings.pace = pace;
        bench.running("a");
        let asked = answered_for(&mut bench, 20.0);
        assert!(expected.contains(&asked.len()), "{pace}: {}", asked.len());
    }
}

#[test]
fn many_tasks_are_asked_for_in_batches_and_few_at_once() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 1000;
    let tasks: Vec<TaskId> = (0..430).map(|n| bench.order(&format!("{n}"))).collect();
    for task in &tasks {
        bench.accept(*task);
    }
    bench.pass(10.0);
    let mut open = bench.questions();
    assert_eq!(open.len(), 4, "so many at once");
    let mut asked = Vec::new();
    while let Some(batch) = open.pop() {
        assert!(batch.len() <= 50);
        bench.retrieved(&batch, all_running(&batch));
        asked.extend(batch);
        open.extend(bench.questions());
    }
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), tasks.len());
}

#[test]
fn a_question_that_gets_lost_is_asked_again() {
    let mut bench = Bench::new();
    let task = bench.running("a");
    bench.pass(10.0);
    let lost = bench.questions();
    assert_eq!(lost.len(), 1);
    bench.pass(75.0);
    assert!(bench.questions().is_empty(), "the answer may be on its way");
    bench.pass(20.0);
    assert_eq!(bench.questions(), [vec![api_id(task)]]);
    // The lost answer comes after all.
    let done = outcome(&api_id(task), Outcome::Succeeded(vec![song("a")]));
    assert_eq!(bench.retrieved(&lost[0], vec![done]).len(), 1);
}

#[test]
fn a_question_that_fails_is_asked_again_ever_more_seldom() {
    let mut bench = Bench::new();
    let task = bench.running("a");
    bench.pass(10.0);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let asked = bench.questions().pop().unwrap();
        let before = bench.now;
        not_retrieved(&mut bench, asked, Failure::new(FailureKind::Unknown, ""));
        while bench.effects.is_empty() {
            bench.wake();
        }
        pauses.push(elapsed(before, bench.now).0);
    }
    assert!(
        pauses[0] < 6.1 && pauses[7] > 47.0 && pauses[7] < 73.0,
        "{pauses:?}"
    );
    assert!(is_running(bench.state(task)));
    assert!(bench.told.is_empty());
    let failure = Failure {
        retry_after: Some(SignedDuration::from_secs(200)),
        ..Failure::new(FailureKind::RateLimited, "")
    };
    let asked = bench.questions().pop().unwrap();
    not_retrieved(&mut bench, asked, failure);
    bench.pass(199.0);
    assert!(bench.questions().is_empty());
    bench.pass(1.5);
    assert_eq!(bench.questions().len(), 1);
}

#[test]
fn one_id_the_api_chokes_on_does_not_keep_the_others_from_being_asked_for() {
    let mut bench = Bench::new();
    let tasks: Vec<TaskId> = (0..5).map(|n| bench.running(&format!("{n}"))).collect();
    let poison = api_id(tasks[2]);
    let end = after(bench.now, 600.0);
    while bench.now < end {
        for asked in bench.questions() {
            if asked.contains(&poison) {
                let failure = Failure::new(FailureKind::BadRequest, "bad id");
                not_retrieved(&mut bench, asked, failure);
            } else {
                let song = song(&asked[0].0);
                let done = outcome(&asked[0], Outcome::Succeeded(vec![song]));
                bench.retrieved(&asked, vec![done]);
            }
        }
        bench.wake();
    }
    assert_eq!(bench.songs.len(), 4);
    assert!(is_running(bench.state(tasks[2])));
}

#[test]
fn a_clock_that_jumps_does_not_stop_the_asking() {
    for jump in [-86_400.0 * 400.0, -3600.0, 3600.0, 86_400.0 * 400.0] {
        let mut bench = Bench::new();
        bench.running("a");
        answered_for(&mut bench, 100.0);
        bench.now = after(bench.now, jump);
        bench.tick();
        let asked = answered_for(&mut bench, 100.0);
        assert!(asked.len() >= 6, "{jump}: {}", asked.len());
    }
}

/// Nothing is known of the task for a while, asked as often as the engine likes; how often it asked.
fn unknown_for(bench: &mut Bench, seconds: f64) -> usize {
    let end = after(bench.now, seconds);
    let mut count = 0;
    while bench.queue.next_wake(bench.now).is_some_and(|at| at <= end) {
        bench.wake();
        for asked in bench.questions() {
            count += 1;
            bench.retrieved(&asked, vec![]);
        }
    }
    bench.now = end;
    count
}

#[test]
fn an_id_the_api_does_not_know_yet_is_no_reason_to_worry() {
    let mut bench = Bench::new();
    let task = bench.running("a");
    unknown_for(&mut bench, 300.0);
    assert!(is_running(bench.state(task)));
    assert!(bench.told.is_empty());
    let asked = answered_for(&mut bench, 30.0);
    assert!(!asked.is_empty());
}

#[test]
fn an_id_the_api_has_forgotten_is_put_to_the_user_and_asked_for_all_the_same() {
    let mut bench = Bench::new();
    let task = bench.running("a");
    let early = unknown_for(&mut bench, 600.0);
    assert!((35..=60).contains(&early), "{early}");
    let late = unknown_for(&mut bench, 1100.0);
    assert!((15..=25).contains(&late), "{late}");
    assert!(is_running(bench.state(task)), "patient for half an hour");
    unknown_for(&mut bench, 300.0);
    assert!(is_with_user(bench.state(task)));
    assert_eq!(bench.told, [Notice::TaskInDoubt("a".into())]);
    assert!(
        bench.searches().is_empty(),
        "its id is known: nothing to search for"
    );
    let asked = unknown_for(&mut bench, 3600.0);
    assert!((10..=14).contains(&asked), "{asked} in an hour");

    bench.restart();
    assert!(is_with_user(bench.state(task)));
    assert_eq!(bench.questions().len(), 1);
    let done = outcome(&api_id(task), Outcome::Succeeded(vec![song("a")]));
    assert_eq!(bench.retrieved(&[api_id(task)], vec![done]).len(), 1);
}

#[test]
fn a_forgotten_task_that_is_sent_again_is_a_new_one_at_the_api() {
    let mut bench = Bench::new();
    let task = bench.running("a");
    unknown_for(&mut bench, 2400.0);
    assert!(is_in_doubt(bench.state(task)));
    bench.submits();
    assert!(bench.act(|queue, cx| queue.send_again(task, cx)));
    assert_eq!(bench.submits(), [task]);
    assert_eq!(bench.task(task).api_id, None);
    let second = ApiTaskId("second".into());
    bench.event(TaskEvent::Accepted {
        task,
        api_id: second.clone(),
        trace_id: None,
        record: None,
    });
    assert_eq!(bench.task(task).api_id, Some(second));
    let old = outcome(&api_id(task), Outcome::Running(Some(5)));
    bench.retrieved(&[api_id(task)], vec![old]);
    assert_eq!(
        bench.task(task).progress,
        None,
        "news of the old one is not of this"
    );
}
