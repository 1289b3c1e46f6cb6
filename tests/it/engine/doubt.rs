//! Orders of which nobody knows whether they were taken.

use fuzzbox::app::event::TaskEvent;
use fuzzbox::app::notice::Notice;
use fuzzbox::app::tasks::TaskQueue;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Failure, FailureKind, Outcome, Request, TaskId, TaskRecord,
    TaskState, Timestamp,
};

use super::bench::{
    Bench, api_id, is_in_doubt, is_running, is_waiting, is_with_user, outcome, record, song,
};

const RUNNING: Outcome = Outcome::Running(None);

fn id(name: &str) -> ApiTaskId {
    ApiTaskId(name.into())
}

/// Sleeps until the account's tasks are to be listed.
fn search(bench: &mut Bench) -> (Vec<TaskId>, Timestamp, Timestamp) {
    loop {
        if let Some(search) = bench.searches().pop() {
            return search;
        }
        bench.wake();
    }
}

fn not_searched(bench: &mut Bench, kind: FailureKind) {
    let (sought, ..) = search(bench);
    bench.event(TaskEvent::Searched {
        sought,
        found: Err(Failure::new(kind, "refused")),
    });
}

#[test]
fn what_was_taken_is_found_and_goes_on() {
    let mut bench = Bench::new();
    let task = bench.order("rain");
    let sent = bench.now;
    bench.now = after(sent, 30.0);
    bench.refuse(task, FailureKind::Unknown);
    let (sought, since, until) = search(&mut bench);
    assert_eq!(sought, [task]);
    assert_eq!(since, after(sent, -120.0));
    assert_eq!(until, after(bench.now, 120.0));
    bench.searched(&sought, vec![record(&id("x"), "rain", sent, RUNNING)]);
    assert!(is_running(&bench.disk[&task].state));
    assert_eq!(bench.disk[&task].api_id, Some(id("x")));
    assert_eq!(bench.told, [Notice::TaskFound("rain".into())]);
    bench.pass(10.0);
    assert_eq!(bench.questions(), [vec![id("x")]]);
}

#[test]
fn what_is_finished_by_then_is_finished_at_once() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    let (sought, ..) = search(&mut bench);
    let done = Outcome::Succeeded(vec![song("a")]);
    let made = bench.searched(&sought, vec![record(&id("x"), "rain", bench.now, done)]);
    assert_eq!(made.len(), 1);
    assert_eq!(bench.state(task), &TaskState::Succeeded);
    let failed = bench.in_doubt("snow");
    let (sought, ..) = search(&mut bench);
    let no = Outcome::Failed(Failure::new(FailureKind::Generation, "no"));
    bench.searched(&sought, vec![record(&id("y"), "snow", bench.now, no)]);
    assert!(matches!(bench.state(failed), TaskState::Failed { .. }));
}

#[test]
fn what_is_not_found_is_looked_for_a_few_times_and_then_put_to_the_user() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    let begun = bench.now;
    let mut looks = 0;
    while !is_with_user(bench.state(task)) {
        let (sought, ..) = search(&mut bench);
        looks += 1;
        assert!(bench.told.is_empty());
        assert!(
            !bench.act(|queue, cx| queue.send_again(task, cx)),
            "still looking"
        );
        bench.searched(&sought, vec![record(&id("x"), "snow", bench.now, RUNNING)]);
    }
    assert_eq!(looks, 4);
    let lasted = bench.now.duration_since(begun).as_secs_f64();
    assert!((70.0..=110.0).contains(&lasted), "{lasted}");
    assert_eq!(bench.told, [Notice::TaskInDoubt("rain".into())]);
    assert!(is_with_user(&bench.disk[&task].state));
    assert_eq!(bench.queue.next_wake(bench.now), None, "waits for a person");
    bench.restart();
    assert!(is_with_user(bench.state(task)) && bench.effects.is_empty());
}

#[test]
fn the_user_sends_it_again_or_drops_it() {
    let mut bench = Bench::new();
    let tasks = [bench.in_doubt("a"), bench.in_doubt("b")];
    while !tasks.iter().all(|task| is_with_user(bench.state(*task))) {
        let (sought, ..) = search(&mut bench);
        bench.searched(&sought, vec![]);
    }
    assert!(bench.submits().is_empty());
    assert!(bench.act(|queue, cx| queue.send_again(tasks[0], cx)));
    assert_eq!(bench.submits(), [tasks[0]]);
    assert!(
        !bench.act(|queue, cx| queue.send_again(tasks[0], cx)),
        "once"
    );
    assert!(bench.act(|queue, cx| queue.drop_task(tasks[1], cx)));
    let failure = bench.task(tasks[1]).failure().unwrap();
    assert_eq!(failure.kind, FailureKind::Dropped);
    assert!(!bench.act(|queue, cx| queue.send_again(tasks[1], cx)));
}

#[test]
fn a_task_can_be_dropped_while_it_is_looked_for() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("a");
    let (sought, ..) = search(&mut bench);
    assert!(bench.act(|queue, cx| queue.drop_task(task, cx)));
    bench.searched(&sought, vec![record(&id("x"), "a", bench.now, RUNNING)]);
    assert!(matches!(bench.state(task), TaskState::Failed { .. }));
    assert_eq!(bench.queue.next_wake(bench.now), None);
}

#[test]
fn two_equal_orders_are_matched_one_to_one() {
    let mut bench = Bench::new();
    let first = bench.in_doubt("rain");
    bench.now = after(bench.now, 1.0);
    let second = bench.in_doubt("rain");
    let sent = bench.task(second).submitted_at.unwrap();
    let (sought, ..) = search(&mut bench);
    // The server's clock is ahead, so that the earlier record is nearer to the later order.
    let records = vec![
        record(&id("x"), "rain", after(sent, 2.0), RUNNING),
        record(&id("y"), "rain", after(sent, 3.0), RUNNING),
    ];
    bench.searched(&sought, records);
    let mut found = [first, second].map(|task| bench.task(task).api_id.clone());
    found.sort();
    assert_eq!(found, [Some(id("x")), Some(id("y"))]);
}

#[test]
fn of_two_equal_orders_only_one_is_found_where_only_one_was_taken() {
    let mut bench = Bench::new();
    let tasks = [bench.in_doubt("rain"), bench.in_doubt("rain")];
    for _ in 0..4 {
        let (sought, ..) = search(&mut bench);
        let same = record(&id("x"), "rain", bench.now, RUNNING);
        bench.searched(&sought, vec![same.clone(), same]);
    }
    while !tasks.iter().any(|task| is_with_user(bench.state(*task))) {
        let (sought, ..) = search(&mut bench);
        bench.searched(&sought, vec![]);
    }
    let running = tasks.iter().filter(|task| is_running(bench.state(**task)));
    assert_eq!(running.count(), 1);
}

#[test]
fn a_record_goes_to_the_order_it_is_likest() {
    let mut bench = Bench::new();
    let plain = bench.in_doubt("rain");
    let titled_request = Request::from(AudiosRequest {
        prompt: Some("rain".into()),
        title: Some("Rain".into()),
        ..AudiosRequest::default()
    });
    let titled = bench.act(|queue, cx| queue.order(titled_request.clone(), cx));
    bench.refuse(titled, FailureKind::Unknown);
    bench.pass(30.0);
    let (sought, ..) = search(&mut bench);
    let mut found = record(&id("x"), "rain", bench.task(plain).created_at, RUNNING);
    found.request = Some(titled_request);
    bench.searched(&sought, vec![found]);
    assert!(is_running(bench.state(titled)));
    assert!(is_in_doubt(bench.state(plain)));
}

#[test]
fn a_record_that_is_anothers_or_of_another_time_is_not_ours() {
    let mut bench = Bench::new();
    let other = bench.running("rain");
    let task = bench.in_doubt("rain");
    let sent = bench.now;
    let (sought, ..) = search(&mut bench);
    let mut unreadable = record(&id("z"), "rain", sent, RUNNING);
    unreadable.request = None;
    let records = vec![
        record(&api_id(other), "rain", sent, RUNNING),
        record(&id("old"), "rain", after(sent, -130.0), RUNNING),
        record(&id("new"), "rain", after(sent, 3000.0), RUNNING),
        unreadable,
    ];
    bench.searched(&sought, records);
    assert!(is_in_doubt(bench.state(task)));
    assert_eq!(bench.task(task).api_id, None);
}

#[test]
fn a_record_that_may_be_of_the_equal_order_on_the_wire_waits_until_that_is_known() {
    let mut bench = Bench::new();
    let doubtful = bench.in_doubt("rain");
    let twin = bench.order("rain");
    for _ in 0..6 {
        let (sought, ..) = search(&mut bench);
        let of_the_twin = record(&api_id(twin), "rain", bench.now, RUNNING);
        bench.searched(&sought, vec![of_the_twin]);
        assert!(is_in_doubt(bench.state(doubtful)));
        assert!(
            !is_with_user(bench.state(doubtful)),
            "that look did not count"
        );
    }
    bench.accept(twin);
    let (sought, ..) = search(&mut bench);
    let records =
        ["own", &api_id(twin).0].map(|name| record(&id(name), "rain", bench.now, RUNNING));
    bench.searched(&sought, records.to_vec());
    assert_eq!(bench.task(doubtful).api_id, Some(id("own")));
}

#[test]
fn a_task_that_was_put_to_the_user_can_still_be_found_by_the_way() {
    let mut bench = Bench::new();
    let first = bench.in_doubt("rain");
    while !is_with_user(bench.state(first)) {
        let (sought, ..) = search(&mut bench);
        bench.searched(&sought, vec![]);
    }
    bench.in_doubt("snow");
    let (sought, ..) = search(&mut bench);
    let sent = bench.task(first).submitted_at.unwrap();
    bench.searched(&sought, vec![record(&id("x"), "rain", sent, RUNNING)]);
    assert!(is_running(bench.state(first)));
}

#[test]
fn a_search_without_a_network_is_tried_for_ever() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    for _ in 0..40 {
        not_searched(&mut bench, FailureKind::Unreachable);
        assert!(is_in_doubt(bench.state(task)) && !is_with_user(bench.state(task)));
    }
    let before = bench.now;
    let (sought, ..) = search(&mut bench);
    assert!(bench.now.duration_since(before).as_secs_f64() > 40.0);
    bench.searched(&sought, vec![record(&id("x"), "rain", before, RUNNING)]);
    assert!(
        is_in_doubt(bench.state(task)),
        "noted down long after it was sent"
    );
}

#[test]
fn a_search_the_server_refuses_puts_it_to_the_user() {
    for kind in [
        FailureKind::BadRequest,
        FailureKind::Forbidden,
        FailureKind::WrongAddress,
        FailureKind::Disabled,
    ] {
        let mut bench = Bench::new();
        let task = bench.in_doubt("rain");
        not_searched(&mut bench, kind);
        assert!(is_with_user(bench.state(task)), "{kind:?}");
        assert_eq!(bench.told, [Notice::TaskInDoubt("rain".into())]);
    }
}

#[test]
fn a_search_that_keeps_breaking_puts_it_to_the_user_after_a_while() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    for _ in 0..6 {
        assert!(!is_with_user(bench.state(task)));
        not_searched(&mut bench, FailureKind::Unknown);
    }
    assert!(is_with_user(bench.state(task)));
}

#[test]
fn a_search_that_lacks_a_token_goes_on_once_there_is_one() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    not_searched(&mut bench, FailureKind::BadToken);
    assert_eq!(bench.told, [Notice::TokenNeeded]);
    bench.act(TaskQueue::token_given);
    assert_eq!(bench.searches().len(), 1);
    assert!(is_in_doubt(bench.state(task)));
}

#[test]
fn a_search_that_gets_lost_is_begun_again() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    let first = search(&mut bench);
    let before = bench.now;
    let second = search(&mut bench);
    assert_eq!(bench.now, after(before, 90.0));
    assert_eq!(first.0, second.0);
    bench.searched(&first.0, vec![record(&id("x"), "rain", before, RUNNING)]);
    assert!(is_running(bench.state(task)), "a late answer counts");
}

#[test]
fn an_answer_to_the_order_itself_settles_it() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    bench.accept(task);
    assert!(is_running(bench.state(task)));
    assert_eq!(bench.told, [Notice::TaskFound("rain".into())]);
    bench.pass(300.0);
    assert!(bench.searches().is_empty());
}

#[test]
fn a_task_in_doubt_does_not_hold_up_the_others() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 1;
    bench.in_doubt("a");
    let next = bench.order("b");
    assert_eq!(bench.submits(), [next]);
    let last = bench.order("c");
    assert!(is_waiting(bench.state(last)));
    let progress = outcome(&api_id(next), RUNNING);
    bench.accept(next);
    bench.retrieved(&[api_id(next)], vec![progress]);
    assert!(is_waiting(bench.state(last)));
}

/// Records of strangers, however many, are taken in without harm.
#[test]
fn a_long_list_of_strangers_is_no_trouble() {
    let mut bench = Bench::new();
    let task = bench.in_doubt("rain");
    let (sought, ..) = search(&mut bench);
    let mut records: Vec<TaskRecord> = (0..2000)
        .map(|n| record(&id(&format!("{n}")), &format!("{n}"), bench.now, RUNNING))
        .collect();
    records.push(record(&id("x"), "rain", bench.now, RUNNING));
    bench.searched(&sought, records);
    assert_eq!(bench.task(task).api_id, Some(id("x")));
}
