//! The three ways to hear of the end of a song, and the races between them.

use std::slice::from_ref;

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{TaskEvent, WebhookEvent};
use fuzzbox::app::notice::Notice;
use fuzzbox::app::tasks::TaskQueue;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Completion, FailureKind, Outcome, Request, TaskId, TaskRecord,
    TaskState, Timestamp,
};

use super::bench::{
    Bench, api_id, is_in_doubt, is_running, is_waiting, is_with_user, outcome, song,
};

const RUNNING: Outcome = Outcome::Running(None);

fn done(name: &str) -> Outcome {
    Outcome::Succeeded(vec![song(name)])
}

fn order(completion: Option<Completion>) -> Request {
    Request::from(AudiosRequest {
        prompt: Some("rain".into()),
        completion,
        ..AudiosRequest::default()
    })
}

/// An engine whose orders are answered by a call, where the provider can call.
fn called() -> Bench {
    let mut bench = Bench::new();
    bench.settings.webhook = Some("https://studio.example/hook".into());
    bench.settings.completion = Completion::Webhook;
    bench
}

fn place(bench: &mut Bench, completion: Option<Completion>) -> TaskId {
    bench.act(|queue, cx| queue.order(order(completion), cx))
}

/// How often the place where the provider calls was to be opened since the last look.
fn openings(bench: &mut Bench) -> usize {
    let is_listen = |effect: &Effect| *effect == Effect::Listen;
    let count = bench
        .effects
        .iter()
        .filter(|effect| is_listen(effect))
        .count();
    bench.effects.retain(|effect| !is_listen(effect));
    count
}

fn webhook(bench: &mut Bench, event: WebhookEvent) {
    bench.act(|queue, cx| queue.on_webhook(event, cx));
}

fn open(bench: &mut Bench) {
    webhook(bench, WebhookEvent::Opened("127.0.0.1:8788".into()));
}

fn shut(bench: &mut Bench) {
    webhook(
        bench,
        WebhookEvent::NotOpened("another program has that port".into()),
    );
}

/// An order on the wire that is to be called for.
fn sent(bench: &mut Bench) -> TaskId {
    let task = place(bench, None);
    if openings(bench) > 0 {
        open(bench);
    }
    assert_eq!(bench.submits(), [task]);
    task
}

/// The same, taken by the API.
fn taken(bench: &mut Bench) -> (TaskId, ApiTaskId) {
    let task = sent(bench);
    let api = bench.accept(task);
    bench.effects.clear();
    (task, api)
}

fn call(bench: &mut Bench, task: TaskId, api_id: Option<&ApiTaskId>) {
    bench.event(TaskEvent::Delivered {
        task,
        api_id: api_id.cloned(),
    });
}

/// The record of an order that the provider was to call for.
fn record_of(task: TaskId, id: &ApiTaskId, at: Timestamp, outcome: Outcome) -> TaskRecord {
    TaskRecord {
        id: id.clone(),
        created_at: Some(at),
        request: Some(Request::from(AudiosRequest {
            prompt: Some("rain".into()),
            hook: Some(task),
            ..AudiosRequest::default()
        })),
        trace_id: None,
        outcome,
    }
}

#[test]
fn the_way_is_kept_with_the_order_before_it_is_sent() {
    let mut bench = called();
    let task = sent(&mut bench);
    let Request::Audios(kept) = &bench.disk[&task].request else {
        panic!("a song")
    };
    assert_eq!(
        (kept.hook, kept.completion),
        (Some(task), Some(Completion::Webhook))
    );
    assert_eq!(kept.callback_url, None, "its secret stands nowhere");
    let blocking = place(&mut bench, Some(Completion::Blocking));
    assert_eq!(
        bench.disk[&blocking].request.completion(),
        Completion::Blocking
    );
    let polling = place(&mut bench, Some(Completion::Polling));
    assert_eq!(
        bench.disk[&polling].request.completion(),
        Completion::Polling
    );
}

#[test]
fn nothing_is_opened_before_an_order_needs_it() {
    let mut bench = called();
    bench.tick();
    let polling = place(&mut bench, Some(Completion::Polling));
    assert_eq!(openings(&mut bench), 0);
    assert_eq!(bench.submits(), [polling]);
    let first = place(&mut bench, None);
    let second = place(&mut bench, None);
    assert_eq!(openings(&mut bench), 1);
    assert!(
        is_waiting(bench.state(first)),
        "it is not known yet whether we can be called"
    );
    open(&mut bench);
    assert_eq!(bench.submits(), [first, second]);
    assert_eq!(openings(&mut bench), 0);
}

#[test]
fn where_nobody_can_call_the_api_is_asked_and_that_is_said_once() {
    let mut bench = called();
    let task = place(&mut bench, None);
    shut(&mut bench);
    assert_eq!(bench.submits(), [task]);
    assert_eq!(bench.disk[&task].request.completion(), Completion::Polling);
    let told = |bench: &mut Bench| {
        let told = std::mem::take(&mut bench.told);
        let is_it = |notice: &&Notice| matches!(notice, Notice::WebhookNotOpened(_));
        told.iter().filter(is_it).count()
    };
    assert_eq!(told(&mut bench), 1);
    bench.accept(task);
    openings(&mut bench);
    bench.pass(61.0);
    assert_eq!(openings(&mut bench), 0, "nobody needs it");
    let later = place(&mut bench, None);
    assert_eq!(openings(&mut bench), 1, "perhaps the port is free by now");
    shut(&mut bench);
    assert_eq!(told(&mut bench), 0);
    assert_eq!(bench.submits(), [later]);
}

#[test]
fn an_opening_that_never_ends_holds_no_order_up() {
    let mut bench = called();
    let task = place(&mut bench, None);
    assert_eq!(bench.submits(), []);
    bench.pass(11.0);
    assert_eq!(bench.submits(), [task]);
    assert_eq!(bench.task(task).request.completion(), Completion::Polling);
}

#[test]
fn an_address_of_the_user_s_own_is_the_user_s_business() {
    let mut bench = called();
    let own = Request::from(AudiosRequest {
        prompt: Some("rain".into()),
        callback_url: Some("https://example.com/done".into()),
        completion: Some(Completion::Webhook),
        ..AudiosRequest::default()
    });
    let task = bench.act(|queue, cx| queue.order(own, cx));
    assert_eq!(openings(&mut bench), 0);
    assert_eq!(bench.submits(), [task]);
    assert_eq!(bench.task(task).request.completion(), Completion::Polling);
    let api = bench.accept(task);
    bench.pass(10.0);
    assert_eq!(bench.questions(), [vec![api]]);
}

#[test]
fn who_is_called_asks_seldom_and_never_not_at_all() {
    let mut bench = called();
    let (_, api) = taken(&mut bench);
    bench.pass(45.0);
    assert_eq!(bench.questions(), Vec::<Vec<ApiTaskId>>::new());
    bench.pass(30.0);
    assert_eq!(bench.questions(), [vec![api.clone()]]);
    bench.retrieved(from_ref(&api), vec![outcome(&api, RUNNING)]);
    bench.pass(61.0);
    assert_eq!(bench.questions(), [vec![api.clone()]]);
    let made = bench.retrieved(from_ref(&api), vec![outcome(&api, done("a"))]);
    assert_eq!(made.len(), 1, "a lost call loses no song");
}

#[test]
fn a_call_has_the_task_asked_for_at_once_and_nothing_more() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    bench.pass(20.0);
    call(&mut bench, task, Some(&ApiTaskId("a lie".into())));
    assert!(is_running(bench.state(task)), "it is not believed");
    assert_eq!(bench.questions(), [vec![api.clone()]]);
    let made = bench.retrieved(from_ref(&api), vec![outcome(&api, done("a"))]);
    assert_eq!(made.len(), 1);
    assert_eq!(bench.disk[&task].state, TaskState::Succeeded);
}

#[test]
fn many_calls_make_few_questions() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    let mut questions = 0;
    for _ in 0..1000 {
        call(&mut bench, task, Some(&api));
        for asked in bench.questions() {
            questions += 1;
            bench.retrieved(&asked, vec![outcome(&api, RUNNING)]);
        }
        bench.pass(0.01);
    }
    assert!((2..=4).contains(&questions), "{questions} in ten seconds");
}

#[test]
fn a_call_while_a_question_is_open_is_asked_after() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    call(&mut bench, task, Some(&api));
    assert_eq!(bench.questions().len(), 1);
    // This answer was perhaps written before the end.
    call(&mut bench, task, Some(&api));
    assert_eq!(bench.questions().len(), 0);
    bench.retrieved(from_ref(&api), vec![outcome(&api, RUNNING)]);
    bench.pass(6.0);
    assert_eq!(bench.questions(), [vec![api]]);
}

#[test]
fn a_call_before_the_answer_is_kept_until_the_id_is_known() {
    let mut bench = called();
    let task = sent(&mut bench);
    let api = api_id(task);
    call(&mut bench, task, Some(&api));
    assert_eq!(*bench.state(task), TaskState::Submitting);
    assert_eq!(bench.questions().len(), 0);
    bench.accept(task);
    assert_eq!(
        bench.questions(),
        [vec![api.clone()]],
        "it is asked for at once"
    );
    assert_eq!(
        bench
            .retrieved(from_ref(&api), vec![outcome(&api, done("a"))])
            .len(),
        1
    );
}

#[test]
fn a_second_call_and_one_after_the_end_change_nothing() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    call(&mut bench, task, Some(&api));
    call(&mut bench, task, Some(&api));
    bench.retrieved(from_ref(&api), vec![outcome(&api, done("a"))]);
    let end = bench.disk[&task].clone();
    bench.effects.clear();
    call(&mut bench, task, Some(&api));
    assert!(
        bench
            .retrieved(from_ref(&api), vec![outcome(&api, done("b"))])
            .is_empty()
    );
    assert_eq!(bench.disk[&task], end);
    assert_eq!(bench.songs.len(), 1);
    assert_eq!(bench.questions().len(), 0);
}

#[test]
fn a_call_for_a_task_nobody_knows_is_nothing() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    let polling = place(&mut bench, Some(Completion::Polling));
    bench.accept(polling);
    bench.effects.clear();
    call(&mut bench, TaskId(1), Some(&api));
    call(&mut bench, polling, Some(&api));
    assert!(bench.effects.is_empty());
    assert!(is_running(bench.state(task)));
}

#[test]
fn a_call_settles_what_is_in_doubt_once_the_record_says_so() {
    let mut bench = called();
    let task = sent(&mut bench);
    let at = bench.now;
    bench.refuse(task, FailureKind::Unknown);
    let api = ApiTaskId("x".into());
    call(&mut bench, task, Some(&api));
    assert!(is_in_doubt(bench.state(task)));
    assert_eq!(bench.questions(), [vec![api.clone()]]);
    let found = record_of(task, &api, at, done("a"));
    assert_eq!(bench.retrieved(from_ref(&api), vec![found]).len(), 1);
    assert_eq!(bench.disk[&task].api_id, Some(api));
    assert_eq!(bench.disk[&task].state, TaskState::Succeeded);
}

#[test]
fn a_call_that_came_before_the_answer_was_lost_settles_the_doubt() {
    let mut bench = called();
    let task = sent(&mut bench);
    let (at, api) = (bench.now, ApiTaskId("x".into()));
    call(&mut bench, task, Some(&api));
    bench.refuse(task, FailureKind::Unknown);
    assert_eq!(bench.questions(), [vec![api.clone()]]);
    bench.retrieved(from_ref(&api), vec![record_of(task, &api, at, RUNNING)]);
    assert!(is_running(bench.state(task)));
}

#[test]
fn a_call_that_names_another_record_settles_nothing() {
    let mut bench = called();
    let (other, taken_id) = taken(&mut bench);
    let task = sent(&mut bench);
    let at = bench.now;
    bench.refuse(task, FailureKind::Unknown);
    call(&mut bench, task, Some(&taken_id));
    // The other's record, and a stranger's that looks the same but names no address of ours.
    let stranger = ApiTaskId("stranger".into());
    let mut records = vec![record_of(other, &taken_id, at, RUNNING)];
    records.push(record_of(TaskId(5), &stranger, at, done("a")));
    bench.retrieved(&[taken_id, stranger], records);
    assert!(is_in_doubt(bench.state(task)));
    assert!(is_running(bench.state(other)));
    assert!(bench.songs.is_empty());
}

#[test]
fn what_a_call_names_in_vain_is_forgotten_and_put_to_the_user() {
    let mut bench = called();
    let task = sent(&mut bench);
    bench.refuse(task, FailureKind::Unknown);
    call(&mut bench, task, Some(&ApiTaskId("x".into())));
    let mut questions = 0;
    for _ in 0..400 {
        for asked in bench.questions() {
            questions += 1;
            bench.retrieved(&asked, Vec::new());
        }
        for (sought, ..) in bench.searches() {
            bench.searched(&sought, Vec::new());
        }
        bench.pass(1.0);
    }
    assert!((2..=6).contains(&questions), "{questions}");
    assert!(is_with_user(bench.state(task)));
}

#[test]
fn two_equal_orders_in_doubt_are_told_apart_by_their_addresses() {
    let mut bench = called();
    let (first, second) = (sent(&mut bench), sent(&mut bench));
    let at = bench.now;
    bench.refuse(first, FailureKind::Unknown);
    bench.refuse(second, FailureKind::Unknown);
    bench.pass(4.0);
    let (sought, ..) = bench.searches().pop().expect("they are looked for");
    let (x, y) = (ApiTaskId("x".into()), ApiTaskId("y".into()));
    // The likelier by time is not the right one.
    let records = vec![
        record_of(second, &x, at, RUNNING),
        record_of(first, &y, after(at, 3.0), RUNNING),
    ];
    bench.searched(&sought, records);
    assert_eq!(bench.disk[&first].api_id, Some(y));
    assert_eq!(bench.disk[&second].api_id, Some(x));
}

#[test]
fn a_record_of_an_order_on_the_wire_is_no_reason_to_wait_for_it() {
    let mut bench = called();
    let doubtful = sent(&mut bench);
    let at = bench.now;
    bench.refuse(doubtful, FailureKind::Unknown);
    let on_the_wire = sent(&mut bench);
    bench.pass(4.0);
    let (sought, ..) = bench.searches().pop().expect("it is looked for");
    let x = ApiTaskId("x".into());
    bench.searched(&sought, vec![record_of(doubtful, &x, at, RUNNING)]);
    assert_eq!(bench.disk[&doubtful].api_id, Some(x));
    assert_eq!(*bench.state(on_the_wire), TaskState::Submitting);
}

#[test]
fn a_call_waits_while_the_token_is_missing() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    bench.pass(70.0);
    let asked = bench.questions().pop().expect("it is asked for");
    bench.event(TaskEvent::NotRetrieved {
        asked,
        failure: fuzzbox::domain::Failure::new(FailureKind::BadToken, ""),
    });
    call(&mut bench, task, Some(&api));
    assert_eq!(bench.questions().len(), 0, "it would be refused");
    bench.act(TaskQueue::token_given);
    assert_eq!(bench.questions(), [vec![api.clone()]]);
    assert_eq!(
        bench
            .retrieved(from_ref(&api), vec![outcome(&api, done("a"))])
            .len(),
        1
    );
}

#[test]
fn a_restart_opens_the_place_again_and_asks_for_what_was_missed() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    bench.restart();
    assert_eq!(openings(&mut bench), 1);
    bench.pass(3.0);
    assert_eq!(
        bench.questions(),
        [vec![api.clone()]],
        "a call may have come meanwhile"
    );
    open(&mut bench);
    bench.retrieved(from_ref(&api), vec![outcome(&api, RUNNING)]);
    bench.pass(45.0);
    assert_eq!(bench.questions().len(), 0);
    call(&mut bench, task, Some(&api));
    assert_eq!(bench.questions(), [vec![api]]);
}

#[test]
fn a_restart_between_sending_and_the_call_finds_the_order() {
    let mut bench = called();
    let task = sent(&mut bench);
    let (at, api) = (bench.now, ApiTaskId("x".into()));
    bench.restart();
    open(&mut bench);
    assert!(is_in_doubt(bench.state(task)));
    call(&mut bench, task, Some(&api));
    assert_eq!(bench.questions(), [vec![api.clone()]]);
    bench.retrieved(from_ref(&api), vec![record_of(task, &api, at, done("a"))]);
    assert_eq!(bench.disk[&task].state, TaskState::Succeeded);
}

#[test]
fn an_order_that_was_not_taken_decides_anew_how_it_is_heard_of() {
    let mut bench = called();
    let task = sent(&mut bench);
    bench.refuse(task, FailureKind::RateLimited);
    bench.pass(20.0);
    assert_eq!(bench.submits(), [task]);
    assert_eq!(bench.task(task).request.hook(), Some(task));
}

#[test]
fn an_order_made_again_has_an_address_of_its_own() {
    let mut bench = called();
    let (task, api) = taken(&mut bench);
    let failed = Outcome::Failed(fuzzbox::domain::Failure::new(FailureKind::Generation, ""));
    call(&mut bench, task, Some(&api));
    bench.retrieved(from_ref(&api), vec![outcome(&api, failed)]);
    let again = bench
        .act(|queue, cx| queue.order_again(task, cx))
        .expect("it failed");
    assert_eq!(bench.submits(), [again]);
    assert_eq!(bench.task(again).request.hook(), Some(again));
}

#[test]
fn equal_orders_are_twins_however_they_are_heard_of() {
    let mut bench = called();
    taken(&mut bench);
    let now = bench.now;
    for way in [None, Some(Completion::Blocking), Some(Completion::Webhook)] {
        assert!(bench.queue.has_twin(&order(way), now));
    }
}

#[test]
fn a_blocking_order_is_waited_for_and_its_answer_ends_it() {
    let mut bench = Bench::new();
    let task = place(&mut bench, Some(Completion::Blocking));
    assert_eq!(bench.submits(), [task]);
    bench.pass(700.0);
    assert_eq!(
        *bench.state(task),
        TaskState::Submitting,
        "it takes its time"
    );
    let api = api_id(task);
    let made = bench.event(TaskEvent::Accepted {
        task,
        api_id: api.clone(),
        trace_id: None,
        record: Some(Box::new(outcome(&api, done("a")))),
    });
    assert_eq!(made.len(), 1);
    assert_eq!(bench.disk[&task].state, TaskState::Succeeded);
    assert_eq!(bench.questions().len(), 0);
}

#[test]
fn a_blocking_order_whose_line_is_lost_is_looked_for() {
    let mut bench = Bench::new();
    let task = place(&mut bench, Some(Completion::Blocking));
    let at = bench.now;
    bench.pass(40.0);
    bench.refuse(task, FailureKind::Unknown);
    bench.pass(4.0);
    let (sought, ..) = bench.searches().pop().expect("it is looked for");
    let found = super::bench::record(&ApiTaskId("x".into()), "rain", at, done("a"));
    assert_eq!(bench.searched(&sought, vec![found]).len(), 1);
}

#[test]
fn leaving_while_a_blocking_order_is_made_finds_it_at_the_next_start() {
    let mut bench = Bench::new();
    let task = place(&mut bench, Some(Completion::Blocking));
    let at = bench.now;
    bench.pass(20.0);
    bench.restart();
    assert!(is_in_doubt(bench.state(task)));
    assert_eq!(bench.submits(), []);
    let (sought, ..) = bench.searches().pop().expect("at once");
    let found = super::bench::record(&ApiTaskId("x".into()), "rain", at, RUNNING);
    bench.searched(&sought, vec![found]);
    assert!(is_running(bench.state(task)));
}
