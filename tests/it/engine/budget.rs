//! The cap of songs a day: what is over it is held, and only that.

use fuzzbox::app::notice::Notice;
use fuzzbox::app::settings::Settings;
use fuzzbox::app::tasks::TaskQueue;
use fuzzbox::domain::{
    Action, AudiosRequest, FailureKind, FileRequest, Hold, LyricsRequest, Outcome, Request, SongId,
    TaskState, Timestamp,
};

use super::bench::{Bench, api_id, is_waiting, outcome, song};

/// Two songs a day, and an evening to order them in.
fn evening() -> Bench {
    let mut bench = Bench::new();
    bench.now = at("2026-01-05T23:00:00Z");
    bench.settings = Settings {
        songs_per_day: Some(2),
        ..Settings::default()
    };
    bench
}

fn at(moment: &str) -> Timestamp {
    moment.parse().expect("a moment")
}

fn is_over(state: &TaskState) -> bool {
    matches!(
        state,
        TaskState::Held {
            why: Hold::Budget,
            ..
        }
    )
}

#[test]
fn what_is_over_the_cap_is_held_and_told() {
    let mut bench = evening();
    let (first, second) = (bench.running("one"), bench.running("two"));
    let third = bench.order("three");
    assert!(bench.submits().is_empty(), "{first:?} {second:?}");
    assert!(is_over(bench.state(third)));
    assert!(is_over(&bench.disk[&third].state), "kept as it stands");
    assert_eq!(bench.told.last(), Some(&Notice::BudgetReached(2)));
}

#[test]
fn a_new_day_frees_as_many_as_it_has_room_for_by_itself() {
    let mut bench = evening();
    let made: Vec<_> = ["one", "two", "three", "four", "five"]
        .map(|prompt| bench.order(prompt))
        .to_vec();
    assert_eq!(bench.submits(), made[..2]);
    for task in &made[..2] {
        bench.accept(*task);
        let record = outcome(&api_id(*task), Outcome::Succeeded(vec![song("s")]));
        bench.retrieved(&[api_id(*task)], vec![record]);
    }
    bench.pass(3599.0);
    assert!(bench.submits().is_empty(), "still the same day");
    bench.pass(2.0);
    assert_eq!(bench.submits(), made[2..4], "oldest first");
    assert!(is_over(bench.state(made[4])));
}

#[test]
fn nothing_wakes_before_midnight_for_what_is_held() {
    let mut bench = evening();
    bench.settings.songs_per_day = Some(0);
    bench.order("one");
    assert_eq!(
        bench.queue.next_wake(bench.now),
        Some(at("2026-01-06T00:00:00Z"))
    );
    bench.wake();
    assert_eq!(
        bench.queue.next_wake(bench.now),
        Some(at("2026-01-07T00:00:00Z")),
        "a cap of none holds every day"
    );
}

#[test]
fn what_failed_at_no_charge_makes_room_and_what_may_be_charged_does_not() {
    let mut bench = evening();
    bench.settings.songs_per_day = Some(1);
    let first = bench.order("one");
    let second = bench.order("two");
    assert_eq!(bench.submits(), [first]);
    bench.refuse(first, FailureKind::BadRequest);
    assert_eq!(bench.submits(), [second], "the refused one cost nothing");

    let third = bench.order("three");
    bench.refuse(second, FailureKind::Unknown);
    assert!(is_over(bench.state(third)), "in doubt counts");
    bench.act(|queue, cx| queue.drop_task(second, cx));
    assert!(
        is_over(bench.state(third)),
        "dropped in doubt: it may have been charged"
    );
}

#[test]
fn only_songs_count() {
    let mut bench = evening();
    bench.settings.songs_per_day = Some(0);
    let words = Request::Lyrics(LyricsRequest {
        prompt: "rain".into(),
    });
    let wav = Request::Wav(FileRequest {
        audio_id: SongId("s".into()),
    });
    let stems = Request::from(AudiosRequest {
        action: Action::Stems,
        audio_id: Some(SongId("s".into())),
        ..AudiosRequest::default()
    });
    for request in [words, wav, stems] {
        let task = bench.act(|queue, cx| queue.order(request, cx));
        assert_eq!(bench.submits(), [task]);
    }
    let song = bench.order("song");
    assert!(is_over(bench.state(song)));
}

#[test]
fn one_that_is_held_can_be_sent_by_hand_and_no_other_with_it() {
    let mut bench = evening();
    bench.settings.songs_per_day = Some(0);
    let (first, second) = (bench.order("one"), bench.order("two"));
    assert!(bench.act(|queue, cx| queue.send_over_budget(second, cx)));
    assert_eq!(bench.submits(), [second]);
    assert!(is_over(bench.state(first)));
    // A pause the provider asks for does not take the permission back.
    bench.refuse(second, FailureKind::RateLimited);
    assert!(is_waiting(bench.state(second)));
    bench.pass(60.0);
    assert_eq!(bench.submits(), [second]);
    assert!(!bench.act(|queue, cx| queue.send_over_budget(second, cx)));
}

#[test]
fn a_raised_cap_frees_at_the_next_start_and_none_frees_all() {
    let mut bench = evening();
    bench.settings.songs_per_day = Some(0);
    let made = ["one", "two", "three"].map(|prompt| bench.order(prompt));
    bench.settings.songs_per_day = Some(1);
    bench.restart();
    assert_eq!(bench.submits(), made[..1]);
    bench.settings.songs_per_day = None;
    // What was on the wire when it ended is in doubt; the others go out.
    bench.restart();
    assert_eq!(bench.submits(), made[1..]);
}

#[test]
fn what_waits_for_a_token_is_counted_when_it_goes_out() {
    let mut bench = evening();
    bench.settings.has_token = false;
    let made = ["one", "two", "three"].map(|prompt| bench.order(prompt));
    bench.settings.has_token = true;
    bench.act(TaskQueue::token_given);
    assert_eq!(bench.submits(), made[..2]);
    assert!(is_over(bench.state(made[2])));
}
