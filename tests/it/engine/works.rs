//! Orders for words, files and uploads: their whole life beside that of songs.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::TaskEvent;
use fuzzbox::app::notice::{Arrival, Notice};
use fuzzbox::app::tasks::Made;
use fuzzbox::domain::{
    Action, AudiosRequest, Endpoint, Failure, FailureKind, FileRequest, LyricsRequest, MediaKind,
    Outcome, Request, SongId, TaskId, TaskState, UploadRequest, Words,
};

use super::bench::{Bench, api_id, is_in_doubt, is_waiting, outcome, song};

fn order(bench: &mut Bench, request: Request) -> TaskId {
    bench.act(|queue, cx| queue.order_about(request, "Rain".into(), cx))
}

fn wav() -> Request {
    Request::Wav(FileRequest {
        audio_id: SongId("source".into()),
    })
}

fn words() -> Request {
    Request::Lyrics(LyricsRequest {
        prompt: "a coat".into(),
    })
}

fn local() -> Request {
    Request::Upload(UploadRequest {
        audio_url: None,
        file: Some("/home/me/My song.mp3".into()),
    })
}

fn answered(bench: &mut Bench, task: TaskId, outcome_is: Outcome) -> Vec<Made> {
    bench.made(TaskEvent::Accepted {
        task,
        api_id: api_id(task),
        trace_id: None,
        record: Some(Box::new(outcome(&api_id(task), outcome_is))),
    })
}

/// The files that were to be brought to the host since the last look.
fn hosted(bench: &mut Bench) -> Vec<(TaskId, String)> {
    let effects = std::mem::take(&mut bench.effects);
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Host { task, path } => Some((task, path)),
            _ => None,
        })
        .collect()
}

fn not_hosted(bench: &mut Bench, task: TaskId, failure: Failure) {
    bench.made(TaskEvent::NotHosted { task, failure });
}

#[test]
fn a_file_is_prepared_for_its_source_song() {
    let mut bench = Bench::new();
    let task = order(&mut bench, wav());
    let made = answered(
        &mut bench,
        task,
        Outcome::Prepared {
            kind: MediaKind::Wav,
            url: "https://files.example/a.wav".parse().expect("a link"),
            title: "Rain".into(),
        },
    );
    let [Made::File { song, kind, .. }] = &made[..] else {
        panic!("{made:?}");
    };
    assert_eq!((song.0.as_str(), *kind), ("source", MediaKind::Wav));
    assert_eq!(bench.state(task), &TaskState::Succeeded);
    let told = Notice::Arrived(Arrival::File(MediaKind::Wav, "Rain".into()));
    assert_eq!(bench.told, [told]);
}

#[test]
fn a_file_without_a_song_is_no_success() {
    let mut bench = Bench::new();
    let task = order(&mut bench, words());
    let made = answered(
        &mut bench,
        task,
        Outcome::Prepared {
            kind: MediaKind::Wav,
            url: "https://files.example/a.wav".parse().expect("a link"),
            title: String::new(),
        },
    );
    assert_eq!(made, []);
    let state = bench.state(task);
    assert!(matches!(state, TaskState::Failed { because } if because.kind == FailureKind::Unknown));
}

#[test]
fn words_are_kept_with_their_task() {
    let mut bench = Bench::new();
    let task = order(&mut bench, words());
    let written = Words {
        title: "Coat".into(),
        lyric: "[Verse]\nOne".into(),
    };
    let made = answered(&mut bench, task, Outcome::Written(written.clone()));
    assert_eq!(made, [Made::Words(task)]);
    assert_eq!(bench.disk[&task].words, Some(written.clone()));
    assert_eq!(
        answered(&mut bench, task, Outcome::Written(written)),
        [],
        "once"
    );
}

#[test]
fn a_song_made_from_another_knows_it_by_its_order() {
    let mut bench = Bench::new();
    let request = Request::from(AudiosRequest {
        action: Action::Extend,
        audio_id: Some(SongId("source".into())),
        continue_at: Some(10.0),
        ..AudiosRequest::default()
    });
    let task = order(&mut bench, request);
    answered(&mut bench, task, Outcome::Succeeded(vec![song("a")]));
    let kept = &bench.songs[&song("a").id];
    assert_eq!(kept.more.source, Some(SongId("source".into())));
    assert_eq!(kept.more.action, Some(Action::Extend));
}

#[test]
fn orders_in_doubt_are_looked_for_where_they_were_sent() {
    let mut bench = Bench::new();
    for request in [wav(), words()] {
        let task = order(&mut bench, request);
        bench.refuse(task, FailureKind::Unknown);
        assert!(is_in_doubt(bench.state(task)));
    }
    bench.effects.clear();
    bench.wake();
    let asked = bench.effects.iter().find_map(|effect| match effect {
        Effect::Search { endpoints, .. } => Some(endpoints.clone()),
        _ => None,
    });
    assert_eq!(asked, Some(vec![Endpoint::Lyrics, Endpoint::Wav]));
}

#[test]
fn work_that_takes_minutes_is_not_doubted_too_early() {
    let mut bench = Bench::new();
    let task = order(&mut bench, wav());
    bench.pass(1100.0);
    assert_eq!(bench.state(task), &TaskState::Submitting);
    bench.pass(200.0);
    assert!(is_in_doubt(bench.state(task)));
}

#[test]
fn a_local_file_goes_to_its_host_before_it_is_ordered() {
    let mut bench = Bench::new();
    let task = order(&mut bench, local());
    assert_eq!(
        hosted(&mut bench),
        [(task, "/home/me/My song.mp3".to_owned())]
    );
    assert!(is_waiting(bench.state(task)));
    assert!(bench.submits().is_empty());
    bench.made(TaskEvent::Hosting {
        task,
        done: 30,
        total: 60,
    });
    assert_eq!(bench.queue.hosting(task), Some(50));
    bench.made(TaskEvent::Hosted {
        task,
        url: "https://files.example/x.mp3".parse().expect("a link"),
    });
    assert_eq!(bench.queue.hosting(task), None);
    assert_eq!(bench.submits(), [task]);
    let Request::Upload(kept) = &bench.disk[&task].request else {
        panic!("an upload");
    };
    assert_eq!(
        kept.audio_url.as_deref(),
        Some("https://files.example/x.mp3")
    );
    let made = answered(&mut bench, task, Outcome::Succeeded(vec![song("a")]));
    let [Made::Song(made)] = &made[..] else {
        panic!("{made:?}");
    };
    assert_eq!(made.title, "My song");
    assert!(made.more.uploaded);
}

#[test]
fn others_do_not_wait_for_a_file_on_its_way() {
    let mut bench = Bench::new();
    order(&mut bench, local());
    let other = bench.order("rain");
    assert_eq!(bench.submits(), [other]);
}

#[test]
fn hosting_is_tried_again_where_that_can_help() {
    let mut bench = Bench::new();
    let task = order(&mut bench, local());
    bench.effects.clear();
    not_hosted(
        &mut bench,
        task,
        Failure::new(FailureKind::Unreachable, "no network"),
    );
    assert!(is_waiting(bench.state(task)));
    assert!(hosted(&mut bench).is_empty(), "not at once");
    bench.wake();
    assert_eq!(hosted(&mut bench).len(), 1);
    not_hosted(
        &mut bench,
        task,
        Failure::new(FailureKind::HostRefused, "a platform token"),
    );
    let TaskState::Failed { because } = bench.state(task) else {
        panic!("a failure");
    };
    assert_eq!(because.kind, FailureKind::HostRefused);
    // Ordered again, it begins with the file.
    let again = bench
        .act(|queue, cx| queue.order_again(task, cx))
        .expect("failed");
    assert_eq!(
        hosted(&mut bench),
        [(again, "/home/me/My song.mp3".to_owned())]
    );
}

#[test]
fn a_host_in_trouble_is_given_up_after_a_while() {
    let mut bench = Bench::new();
    let task = order(&mut bench, local());
    let mut tries = 0;
    while is_waiting(bench.state(task)) {
        let broken = Failure {
            status: Some(503),
            ..Failure::new(FailureKind::Unreachable, "")
        };
        not_hosted(&mut bench, task, broken);
        tries += 1;
        if is_waiting(bench.state(task)) {
            bench.wake();
        }
    }
    assert_eq!(tries, 8);
}

#[test]
fn after_a_restart_the_file_is_brought_again() {
    let mut bench = Bench::new();
    let task = order(&mut bench, local());
    bench.restart();
    assert_eq!(hosted(&mut bench).len(), 1);
    bench.made(TaskEvent::Hosted {
        task,
        url: "https://files.example/x.mp3".parse().expect("a link"),
    });
    assert_eq!(bench.submits(), [task]);
}

#[test]
fn a_file_that_arrives_for_a_dropped_task_orders_nothing() {
    let mut bench = Bench::new();
    let task = order(&mut bench, local());
    assert!(bench.act(|queue, cx| queue.drop_task(task, cx)));
    bench.effects.clear();
    bench.made(TaskEvent::Hosted {
        task,
        url: "https://files.example/x.mp3".parse().expect("a link"),
    });
    assert!(bench.submits().is_empty());
    assert_eq!(bench.queue.next_wake(bench.now), None);
}
