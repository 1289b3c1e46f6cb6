//! The whole life of a task, and its restarts.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::TaskEvent;
use fuzzbox::app::notice::Notice;
use fuzzbox::app::tasks::{Counts, TaskQueue};
use fuzzbox::domain::time::{after, elapsed};
use fuzzbox::domain::{
    ApiTaskId, Failure, FailureKind, Hold, Outcome, Record, Task, TaskId, TaskState,
};

use super::bench::{Bench, api_id, is_in_doubt, is_running, is_waiting, outcome, request, song};

#[test]
fn an_order_is_kept_sent_taken_asked_for_and_delivered() {
    let mut bench = Bench::new();
    let task = bench.order("rain");
    assert!(bench.queue.is_submitting());
    assert_eq!(bench.submits(), [task]);

    let api_id = bench.accept(task);
    assert!(is_running(bench.state(task)));
    assert_eq!(bench.disk[&task].api_id, Some(api_id.clone()));
    assert!(!bench.queue.is_submitting());

    bench.pass(4.9);
    assert!(bench.questions().is_empty(), "asked too early");
    bench.pass(5.1);
    assert_eq!(bench.questions(), [vec![api_id.clone()]]);
    let asked = [api_id.clone()];
    let half = outcome(&api_id, Outcome::Running(Some(50)));
    assert!(bench.retrieved(&asked, vec![half]).is_empty());
    assert_eq!(bench.task(task).progress, Some(50));

    bench.pass(15.0);
    assert_eq!(bench.questions().len(), 1);
    let done = outcome(&api_id, Outcome::Succeeded(vec![song("a")]));
    let made = bench.retrieved(&asked, vec![done]);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].task, Some(task));
    let task = &bench.disk[&task];
    assert_eq!(task.state, TaskState::Succeeded);
    assert_eq!(task.songs, [song("a").id]);
    assert_eq!(task.finished_at, Some(bench.now));
    assert_eq!(bench.told, [Notice::Finished("Song a".into())]);
    assert_eq!(bench.queue.next_wake(bench.now), None, "nothing left to do");
}

#[test]
fn the_songs_are_kept_before_their_task_counts_as_done() {
    let mut bench = Bench::new();
    let task = bench.running("rain");
    let done = outcome(&api_id(task), Outcome::Succeeded(vec![song("a")]));
    bench.retrieved(&[api_id(task)], vec![done]);
    let saves: Vec<bool> = bench
        .effects
        .iter()
        .map(|effect| matches!(effect, Effect::Save(Record::PartOfSong(_))))
        .collect();
    assert_eq!(saves, [true, false]);
}

#[test]
fn at_most_so_many_are_in_flight_and_the_rest_follow_in_order() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 2;
    let tasks: Vec<TaskId> = (0..5).map(|n| bench.order(&format!("{n}"))).collect();
    assert!(tasks.is_sorted(), "ids are made in order");
    assert_eq!(bench.submits(), tasks[..2]);
    bench.accept(tasks[1]);
    bench.pass(3.0);
    assert!(bench.submits().is_empty(), "a running task has its place");
    let expected = Counts {
        running: 2,
        waiting: 3,
        ..Counts::default()
    };
    assert_eq!(bench.queue.counts(), expected);
    let done = outcome(&api_id(tasks[1]), Outcome::Succeeded(vec![song("b")]));
    bench.retrieved(&[api_id(tasks[1])], vec![done]);
    assert_eq!(bench.submits(), [tasks[2]]);
    bench.refuse(tasks[0], FailureKind::Forbidden);
    assert_eq!(bench.submits(), [tasks[3]]);
    bench.settings.in_flight = 0;
    bench.refuse(tasks[2], FailureKind::Forbidden);
    bench.refuse(tasks[3], FailureKind::Forbidden);
    assert_eq!(bench.submits(), [tasks[4]], "a limit of nothing is one");
}

#[test]
fn a_blocking_answer_is_the_end_of_it() {
    let mut bench = Bench::new();
    let task = bench.order("rain");
    let made = bench.event(TaskEvent::Accepted {
        task,
        api_id: api_id(task),
        trace_id: None,
        record: Some(Box::new(outcome(
            &ApiTaskId(String::new()),
            Outcome::Succeeded(vec![song("a")]),
        ))),
    });
    assert_eq!(made.len(), 1);
    assert_eq!(bench.state(task), &TaskState::Succeeded);
    assert_eq!(bench.task(task).api_id, Some(api_id(task)));
}

#[test]
fn what_comes_twice_or_late_changes_nothing() {
    let mut bench = Bench::new();
    let task = bench.running("rain");
    bench.accept(task);
    bench.refuse(task, FailureKind::Unreachable);
    assert!(is_running(bench.state(task)));
    let done = outcome(&api_id(task), Outcome::Succeeded(vec![song("a")]));
    let asked = [api_id(task)];
    assert_eq!(bench.retrieved(&asked, vec![done.clone()]).len(), 1);
    let finished = bench.task(task).clone();
    bench.effects.clear();

    assert!(bench.retrieved(&asked, vec![done]).is_empty());
    let failed = Outcome::Failed(Failure::new(FailureKind::Generation, "no"));
    bench.retrieved(&asked, vec![outcome(&api_id(task), failed)]);
    bench.retrieved(&asked, vec![]);
    bench.accept(task);
    bench.refuse(task, FailureKind::Unknown);
    bench.searched(&[task], vec![]);
    bench.act(|queue, cx| queue.not_saved(TaskId(1), "unknown task", cx));
    assert!(!bench.act(|queue, cx| queue.drop_task(task, cx)));
    assert!(!bench.act(|queue, cx| queue.send_again(task, cx)));
    assert_eq!(bench.task(task), &finished);
    assert!(bench.effects.is_empty(), "{:?}", bench.effects);
}

#[test]
fn an_answer_that_comes_too_late_to_matter_still_stops_a_second_submission() {
    let mut bench = Bench::new();
    let task = bench.order("rain");
    bench.refuse(task, FailureKind::Unreachable);
    assert!(is_waiting(bench.state(task)));
    bench.submits();
    bench.accept(task);
    assert!(is_running(bench.state(task)));
    bench.pass(120.0);
    assert!(bench.submits().is_empty());
}

#[test]
fn progress_never_goes_back_and_is_not_written_each_time() {
    let mut bench = Bench::new();
    let task = bench.running("rain");
    for percent in [Some(10), Some(40), None, Some(30), Some(250)] {
        let record = outcome(&api_id(task), Outcome::Running(percent));
        bench.retrieved(&[api_id(task)], vec![record]);
    }
    assert_eq!(bench.task(task).progress, Some(100));
    let record = outcome(&api_id(task), Outcome::Running(Some(20)));
    bench.retrieved(&[api_id(task)], vec![record]);
    assert_eq!(bench.task(task).progress, Some(100));
    assert!(bench.effects.is_empty());
}

#[test]
fn a_song_without_a_song_is_a_failure() {
    let mut bench = Bench::new();
    let task = bench.running("rain");
    let nothing = outcome(&api_id(task), Outcome::Succeeded(vec![]));
    bench.retrieved(&[api_id(task)], vec![nothing]);
    let failure = bench.task(task).failure().unwrap();
    assert_eq!(failure.kind, FailureKind::Generation);
    assert!(matches!(bench.told.last(), Some(Notice::TaskFailed(label, _)) if label == "rain"));
}

#[test]
fn what_was_on_the_wire_when_the_program_ended_is_looked_for_and_not_sent() {
    let mut bench = Bench::new();
    let task = bench.order("rain");
    let sent = bench.now;
    bench.now = after(bench.now, 300.0);
    bench.restart();
    assert!(is_in_doubt(&bench.disk[&task].state));
    assert!(bench.submits().is_empty());
    let expected = (vec![task], after(sent, -120.0), after(bench.now, 120.0));
    assert_eq!(bench.searches(), [expected]);
    bench.pass(3600.0);
    assert!(bench.submits().is_empty());
}

#[test]
fn every_other_state_goes_on_where_it_was() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 2;
    let running = bench.running("a");
    let in_doubt = bench.in_doubt("b");
    let failed = bench.order("c");
    bench.refuse(failed, FailureKind::BadRequest);
    bench.pass(10.0);
    let sent = bench.order("d");
    bench.accept(sent);
    let waiting = bench.order("e");
    bench.settings.has_token = false;
    let held = bench.order("f");
    assert!(matches!(
        bench.state(held),
        TaskState::Held {
            why: Hold::Token,
            ..
        }
    ));
    bench.settings.has_token = true;
    let before = bench.disk.clone();

    bench.restart();
    assert_eq!(bench.disk[&failed], before[&failed]);
    assert!(is_in_doubt(bench.state(in_doubt)));
    assert!(is_waiting(bench.state(waiting)) && is_waiting(bench.state(held)));
    assert!(bench.submits().is_empty(), "both places are taken");
    bench.pass(3.0);
    let asked = bench.questions().concat();
    assert!(asked.contains(&api_id(running)) && asked.contains(&api_id(sent)));
    let done = [running, sent].map(|id| {
        let song = song(&id.0.to_string());
        outcome(&api_id(id), Outcome::Succeeded(vec![song]))
    });
    bench.retrieved(&asked, done.to_vec());
    assert_eq!(bench.submits(), [waiting, held]);
}

#[test]
fn a_running_task_without_an_id_is_looked_for() {
    let mut bench = Bench::new();
    let mut task = Task::new(TaskId(5), request("rain"), bench.now);
    task.state = TaskState::Running { poll_at: bench.now };
    task.submitted_at = Some(bench.now);
    bench.disk.insert(task.id, task);
    bench.restart();
    assert_eq!(bench.searches().len(), 1);
}

#[test]
fn ids_are_unique_even_when_the_clock_stands_or_goes_back() {
    let mut bench = Bench::new();
    let first = bench.order("a");
    let second = bench.order("b");
    bench.now = after(bench.now, -3600.0);
    let third = bench.order("c");
    assert_eq!((second.0, third.0), (first.0 + 1, first.0 + 2));
}

#[test]
fn a_twin_is_an_equal_order_that_is_under_way_or_just_made() {
    let mut bench = Bench::new();
    let task = bench.order("rain");
    assert!(bench.queue.has_twin(&request("rain"), bench.now));
    assert!(!bench.queue.has_twin(&request("snow"), bench.now));
    bench.accept(task);
    let done = outcome(&api_id(task), Outcome::Succeeded(vec![song("a")]));
    bench.retrieved(&[api_id(task)], vec![done]);
    assert!(
        bench
            .queue
            .has_twin(&request("rain"), after(bench.now, 59.0))
    );
    assert!(
        !bench
            .queue
            .has_twin(&request("rain"), after(bench.now, 60.0))
    );
    let failed = bench.order("snow");
    bench.refuse(failed, FailureKind::Forbidden);
    assert!(!bench.queue.has_twin(&request("snow"), bench.now));
}

#[test]
fn only_a_failed_task_is_ordered_again_and_only_an_unsent_one_cancelled() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 1;
    let running = bench.running("a");
    let waiting = bench.order("b");
    assert!(!bench.act(|queue, cx| queue.drop_task(running, cx)));
    assert_eq!(bench.act(|queue, cx| queue.order_again(waiting, cx)), None);
    assert!(bench.act(|queue, cx| queue.drop_task(waiting, cx)));
    let failure = bench.task(waiting).failure().unwrap();
    assert_eq!(failure.kind, FailureKind::Cancelled);
    let again = bench
        .act(|queue, cx| queue.order_again(waiting, cx))
        .unwrap();
    assert_ne!(again, waiting);
    assert_eq!(bench.task(again).request, request("b"));
    assert!(is_waiting(bench.state(again)));
}

#[test]
fn the_clock_on_screen_ticks_once_a_second_however_many_run() {
    let mut bench = Bench::new();
    for n in 0..5 {
        bench.running(&format!("{n}"));
        bench.now = after(bench.now, 0.13);
        bench.tick();
    }
    let first = bench.queue.iter().next().unwrap().submitted_at.unwrap();
    bench.wake();
    let into_second = elapsed(first, bench.now).0.fract();
    assert!(into_second < 0.01, "{into_second}");
    let wakes = bench.pass(4.0);
    assert!((4..=5).contains(&wakes), "{wakes} wakes in four seconds");
}

#[test]
fn an_empty_queue_sleeps() {
    let mut bench = Bench::new();
    bench.act(TaskQueue::start);
    assert_eq!(bench.queue.next_wake(bench.now), None);
    assert!(bench.effects.is_empty());
}
