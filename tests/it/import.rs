//! The account's earlier songs: page by page, nothing twice, whatever comes in between.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, SongEvent, TaskEvent};
use fuzzbox::app::notice::{Notice, Told};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::history::{ImportMark, Listing, Page};
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, Endpoint, Failure, FailureKind, Link, MediaKind, Model, Outcome,
    Record, Request, Saved, Song, SongId, TaskRecord, Timestamp,
};

use crate::support::bench::{Bench, noon, song};

/// How many records the account's provider gives on a page.
const PAGE: usize = 100;
const DAY: f64 = 86_400.0;

/// An account with so many songs, the latest made a day ago and each a day older than the one before.
fn account(count: usize) -> Vec<TaskRecord> {
    (0..count)
        .map(|n| record(n, after(noon(), -DAY * (n + 1) as f64)))
        .collect()
}

fn record(n: usize, at: Timestamp) -> TaskRecord {
    let mut made = song(&format!("s{n}"), &format!("Song {n}"));
    made.created_at = at;
    made.prompt.clear();
    made.model.clear();
    TaskRecord {
        id: ApiTaskId(format!("t{n}")),
        created_at: Some(at),
        request: Some(Request::from(AudiosRequest {
            prompt: Some(format!("prompt {n}")),
            model: Some(Model("FUZZ-1.0".into())),
            ..AudiosRequest::default()
        })),
        trace_id: None,
        outcome: Outcome::Succeeded(vec![made]),
    }
}

/// What a provider does with a question for a page.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// As documented.
    Good,
    /// It knows no offset.
    NoOffset,
    /// It begins with the oldest, and knows no offset.
    OldestFirst,
}

fn listing(account: &[TaskRecord], page: Page, manner: Manner) -> Listing {
    if page.endpoint != Endpoint::Audios {
        return Listing::default();
    }
    let within = |record: &&TaskRecord| {
        let at = record.created_at.expect("dated");
        page.since <= at && at <= page.until
    };
    let mut all: Vec<&TaskRecord> = account.iter().filter(within).collect();
    if manner == Manner::OldestFirst {
        all.reverse();
    }
    let offset = if manner == Manner::Good {
        page.offset as usize
    } else {
        0
    };
    let records: Vec<TaskRecord> = all.into_iter().skip(offset).take(PAGE).cloned().collect();
    Listing {
        count: records.len() as u32,
        records,
    }
}

/// The page that is asked for, if one is.
fn asked(bench: &mut Bench) -> Option<Page> {
    let found = bench.effects.iter().find_map(|effect| match effect {
        Effect::Search {
            sought,
            endpoints,
            since,
            until,
            page: Some(offset),
        } => {
            assert!(sought.is_empty());
            Some(Page {
                endpoint: endpoints[0],
                since: *since,
                until: *until,
                offset: *offset,
            })
        }
        _ => None,
    });
    bench
        .effects
        .retain(|effect| !matches!(effect, Effect::Search { .. }));
    found
}

fn tell(bench: &mut Bench, page: Page, listed: Result<Listing, Failure>) {
    bench.event(Event::Task(TaskEvent::Listed { page, listed }));
}

/// Answers until nothing more is asked for; how many pages there were.
fn run(bench: &mut Bench, account: &[TaskRecord], manner: Manner) -> usize {
    let mut pages = 0;
    for _ in 0..1000 {
        if let Some(page) = asked(bench) {
            tell(bench, page, Ok(listing(account, page, manner)));
            pages += 1;
        } else if bench.app.is_importing() {
            bench.pass(1.0);
        } else {
            return pages;
        }
    }
    panic!("it never ends");
}

fn mark(bench: &Bench) -> ImportMark {
    let kept = bench.effects.iter().rev().find_map(|effect| match effect {
        Effect::Save(Record::Import(mark)) => Some(*mark),
        _ => None,
    });
    kept.expect("it was kept")
}

#[test]
fn every_song_of_the_account_comes_in_once_with_what_it_was_made_from() {
    let account = account(250);
    let mut bench = Bench::new();
    bench.keys("4 I");
    let pages = run(&mut bench, &account, Manner::Good);
    assert_eq!(pages, 5, "three full, an empty one, and the uploads");
    assert_eq!(bench.app.songs.len(), 250);
    let first = bench
        .app
        .songs
        .get(&SongId("s0".into()))
        .expect("it is there");
    assert_eq!(
        (first.prompt.as_str(), first.model.as_str()),
        ("prompt 0", "FUZZ-1.0")
    );
    assert_eq!(first.created_at, account[0].created_at.expect("dated"));
    let ended = bench.app.import.ended().expect("it ended");
    assert_eq!((ended.listed, ended.songs, ended.dead), (250, 250, 161));
    assert!(bench.app.spend.total().sent == 0, "nothing was spent");
    assert_eq!(mark(&bench).done_until, Some(noon()));
    assert!(matches!(
        bench.app.notices.current(),
        Some(Notice::Flow(Told::Imported(_)))
    ));
}

#[test]
fn a_provider_without_offsets_is_gone_through_by_the_moments() {
    for manner in [Manner::NoOffset, Manner::OldestFirst] {
        let account = account(250);
        let mut bench = Bench::new();
        bench.keys("4 I");
        run(&mut bench, &account, manner);
        assert_eq!(bench.app.songs.len(), 250);
    }
}

#[test]
fn a_second_import_brings_only_what_is_new() {
    let mut account = account(120);
    let mut bench = Bench::new();
    bench.keys("4 I");
    run(&mut bench, &account, Manner::Good);
    bench.pass(3.0 * DAY);
    account.insert(0, record(900, after(bench.now, -60.0)));
    bench.effects.clear();
    bench.keys("4 I");
    let page = asked(&mut bench).expect("it asks");
    assert!(page.since > after(noon(), -2.0 * DAY), "only lately");
    tell(&mut bench, page, Ok(listing(&account, page, Manner::Good)));
    run(&mut bench, &account, Manner::Good);
    assert_eq!(bench.app.songs.len(), 121);
    assert_eq!(bench.app.import.ended().expect("it ended").songs, 1);
}

#[test]
fn an_import_that_was_broken_off_goes_on_where_it_was() {
    let account = account(250);
    let mut bench = Bench::new();
    bench.keys("4 I");
    let page = asked(&mut bench).expect("it asks");
    tell(&mut bench, page, Ok(listing(&account, page, Manner::Good)));
    // The songs of the page and the place to go on from are kept in one breath.
    let is_song = |effect: &Effect| matches!(effect, Effect::Save(Record::Song(_)));
    let first = bench.effects.iter().position(is_song).expect("songs");
    let row: Vec<&Effect> = bench.effects.iter().skip(first).take(101).collect();
    assert!(row.iter().all(|effect| matches!(effect, Effect::Save(_))));
    assert!(matches!(row[100], Effect::Save(Record::Import(_))));
    let saved = Saved {
        import: mark(&bench),
        songs: bench.app.songs.iter().cloned().collect(),
        ..Saved::default()
    };
    let mut next = Bench::with(saved, Settings::default());
    assert!(next.app.is_importing(), "by itself");
    next.pass(2.0);
    let page = asked(&mut next).expect("it asks");
    assert_eq!(page.offset, 100);
    tell(&mut next, page, Ok(listing(&account, page, Manner::Good)));
    run(&mut next, &account, Manner::Good);
    assert_eq!(next.app.songs.len(), 250);
}

#[test]
fn it_can_be_stopped_and_goes_on_from_there() {
    let account = account(250);
    let mut bench = Bench::new();
    bench.keys("4 I");
    let page = asked(&mut bench).expect("it asks");
    tell(&mut bench, page, Ok(listing(&account, page, Manner::Good)));
    assert!(
        bench.screen().contains("100 seen, 100 new"),
        "{}",
        bench.screen()
    );
    bench.keys("4 I");
    bench.pass(3600.0);
    assert_eq!(asked(&mut bench), None, "stopped");
    assert!(mark(&bench).under_way.expect("kept").stopped);
    bench.keys("4 I");
    assert_eq!(asked(&mut bench).expect("it goes on").offset, 100);
}

#[test]
fn an_outage_is_waited_for_and_a_refusal_is_told() {
    let account = account(10);
    let mut bench = Bench::new();
    bench.keys("4 I");
    for _ in 0..20 {
        if let Some(page) = asked(&mut bench) {
            let failure = Failure::new(FailureKind::Unreachable, "");
            tell(&mut bench, page, Err(failure));
        }
        bench.pass(61.0);
    }
    assert!(bench.app.is_importing());
    run(&mut bench, &account, Manner::Good);
    assert_eq!(bench.app.songs.len(), 10);
    let mut bench = Bench::new();
    bench.keys("4 I");
    let page = asked(&mut bench).expect("it asks");
    let failure = Failure::new(FailureKind::BadRequest, "action is invalid.");
    tell(&mut bench, page, Err(failure));
    assert!(!bench.app.is_importing());
    let screen = bench.screen();
    assert!(screen.contains("action is invalid."), "{screen}");
    assert_eq!(
        bench.app.next_wake().map(|wake| wake > bench.now),
        Some(true)
    );
}

#[test]
fn what_is_known_comes_in_no_second_time() {
    let account = account(3);
    let mut known = song("s1", "My title");
    known.created_at = noon();
    let saved = Saved {
        songs: vec![known.clone()],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.keys("4 I");
    run(&mut bench, &account, Manner::Good);
    assert_eq!(bench.app.songs.len(), 3);
    let kept = bench.app.songs.get(&known.id).expect("it is there");
    assert_eq!(kept.title, "My title", "it is left as it was");
}

#[test]
fn stems_find_their_song_although_they_are_listed_before_it() {
    let mut account = account(2);
    let url: Link = "https://cdn.example/stems.zip".parse().expect("a link");
    account.insert(
        0,
        TaskRecord {
            id: ApiTaskId("stems".into()),
            created_at: Some(after(noon(), -60.0)),
            request: Some(Request::from(AudiosRequest {
                action: fuzzbox::domain::Action::Stems,
                audio_id: Some(SongId("s1".into())),
                ..AudiosRequest::default()
            })),
            trace_id: None,
            outcome: Outcome::Prepared {
                kind: MediaKind::Stems,
                url: url.clone(),
                title: String::new(),
            },
        },
    );
    let mut bench = Bench::new();
    bench.keys("4 I");
    run(&mut bench, &account, Manner::Good);
    let song = bench
        .app
        .songs
        .get(&SongId("s1".into()))
        .expect("it is there");
    assert_eq!(song.media(MediaKind::Stems).url, Some(url));
}

/// The songs whose sound is fetched, in order.
fn fetched(bench: &mut Bench) -> Vec<String> {
    let mut order = Vec::new();
    for _ in 0..100 {
        let begun: Vec<(SongId, MediaKind)> = bench
            .take_effects()
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Download { song, kind, .. } => Some((song, kind)),
                _ => None,
            })
            .collect();
        if begun.is_empty() {
            return order;
        }
        for (song, kind) in begun {
            order.push(song.0.clone());
            let failure = Failure::new(FailureKind::BadFile, "404");
            bench.event(Event::Song(SongEvent::NotFetched {
                song,
                kind,
                failure,
            }));
        }
    }
    order
}

#[test]
fn the_nearest_death_of_a_link_is_fetched_first_and_dead_links_last() {
    let aged = |id: &str, days: f64| -> Song {
        let mut song = song(id, id);
        song.created_at = after(noon(), -days * DAY);
        song
    };
    let saved = Saved {
        songs: vec![
            aged("young", 1.0),
            aged("dying", 89.0),
            aged("dead", 200.0),
            aged("old", 60.0),
        ],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    assert_eq!(fetched(&mut bench), ["dying", "old", "young", "dead"]);
}

#[test]
fn a_dead_link_is_not_tried_for_ever_and_raises_no_alarm() {
    let mut dead = song("dead", "Old");
    dead.created_at = after(noon(), -200.0 * DAY);
    let saved = Saved {
        songs: vec![dead],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    let mut tries = 0;
    for _ in 0..50 {
        let begun = bench.take_effects().into_iter();
        for effect in begun {
            if let Effect::Download { song, kind, .. } = effect {
                tries += 1;
                let failure = Failure::new(FailureKind::Unreachable, "no such host");
                bench.event(Event::Song(SongEvent::NotFetched {
                    song,
                    kind,
                    failure,
                }));
            }
        }
        bench.pass(600.0);
    }
    assert_eq!(tries, 3);
    assert_eq!(bench.app.notices.current(), None);
    let kept = bench
        .app
        .songs
        .get(&SongId("dead".into()))
        .expect("it is there");
    let failure = kept.audio.failure.as_ref().expect("told");
    assert_eq!(failure.kind, FailureKind::BadFile);
    assert!(bench.screen().contains("dead"), "{}", bench.screen());
}
