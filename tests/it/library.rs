//! The library: what is in sight, found, fetched, reused.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, SongEvent, Stumble};
use fuzzbox::app::notice::{Copied, Notice};
use fuzzbox::app::panes::PaneId;
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{Failure, FailureKind, MediaKind, Record, Saved, SongId};

use crate::support::bench::{Bench, noon, song, song_here};

fn with_songs(titles: &[&str]) -> Bench {
    let songs = titles
        .iter()
        .enumerate()
        .map(|(n, title)| {
            let mut song = song_here(&format!("s{n}"), title);
            song.created_at = after(noon(), n as f64);
            song
        })
        .collect();
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    Bench::with(saved, Settings::default())
}

#[test]
fn songs_stand_newest_first() {
    let bench = with_songs(&["old", "new"]);
    let rows: Vec<&str> = bench
        .app
        .library
        .rows()
        .iter()
        .map(|id| id.0.as_str())
        .collect();
    assert_eq!(rows, ["s1", "s0"]);
}

#[test]
fn finding_narrows_while_typing_and_esc_shows_all() {
    let mut bench = with_songs(&["Rain", "在陽光下醒來", "Train"]);
    bench.keys("/").type_text("rain");
    assert_eq!(bench.app.library.rows().len(), 2);
    bench.keys("enter j");
    assert_eq!(bench.app.library.selected().unwrap().0, "s0");
    bench.keys("/ ctrl-u").type_text("陽光");
    assert_eq!(bench.app.library.rows(), [SongId("s1".into())]);
    bench.keys("esc");
    assert_eq!(bench.app.library.rows().len(), 3);
}

#[test]
fn the_whole_library_is_read_before_anything_is_asked_for() {
    let newest = song("s2", "far");
    let mut older = song("s1", "older and far");
    older.created_at = after(noon(), -60.0);
    older.lyric = "under the old bridge".into();
    let read = Event::Song(SongEvent::LibraryRead(vec![
        older,
        fuzzbox::domain::Song {
            lyric: "rain".into(),
            ..newest.clone()
        },
    ]));
    let saved = Saved {
        songs: vec![newest],
        unread: 2,
        ..Saved::default()
    };
    let mut bench = Bench::with(saved.clone(), Settings::default());
    assert_eq!(bench.take_effects(), [Effect::ReadLibrary]);
    assert!(bench.screen().contains("2 songs"), "{}", bench.screen());
    bench.event(read);
    let fetched = bench
        .take_effects()
        .iter()
        .filter(|effect| matches!(effect, Effect::Download { .. }))
        .count();
    assert_eq!(fetched, 2);
    bench.keys("/").type_text("bridge");
    assert_eq!(bench.app.library.rows(), [SongId("s1".into())]);

    let mut bench = Bench::with(saved, Settings::default());
    bench.event(Event::Song(SongEvent::LibraryNotRead(
        "the disk is gone.".into(),
    )));
    assert!(
        bench.screen().contains("the disk is gone."),
        "{}",
        bench.screen()
    );
    assert!(bench.screen().contains("1 song"), "{}", bench.screen());
}

#[test]
fn a_missing_file_is_fetched_at_the_start_and_tried_again() {
    let saved = Saved {
        songs: vec![song("s0", "far")],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    let fetches = |bench: &mut Bench| {
        let effects = bench.take_effects();
        effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Download { .. }))
            .count()
    };
    assert_eq!(fetches(&mut bench), 1);
    let failed = |kind| {
        Event::Song(SongEvent::NotFetched {
            song: SongId("s0".into()),
            kind: MediaKind::Audio,
            failure: Failure::new(kind, ""),
        })
    };
    bench.event(failed(FailureKind::Unreachable));
    assert_eq!(fetches(&mut bench), 0, "not at once");
    bench.pass(10.0);
    assert_eq!(fetches(&mut bench), 1, "by itself");
    bench.event(failed(FailureKind::BadFile)).pass(3600.0);
    assert_eq!(fetches(&mut bench), 0, "a dead link stays dead");
    assert!(matches!(
        bench.app.notices.current(),
        None | Some(Notice::NotFetched(..))
    ));
    bench.keys("4 r");
    assert_eq!(fetches(&mut bench), 1, "the user may insist");
}

#[test]
fn a_file_the_disk_has_no_room_for_is_fetched_once_there_is_some() {
    let saved = Saved {
        songs: vec![song("s0", "far")],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.take_effects();
    let full = Event::Song(SongEvent::NotFetched {
        song: SongId("s0".into()),
        kind: MediaKind::Audio,
        failure: Failure::new(FailureKind::Disk, "no room"),
    });
    let tries = |effects: Vec<Effect>| {
        let is_try = |effect: &&Effect| matches!(effect, Effect::Download { .. });
        effects.iter().filter(is_try).count()
    };
    for _ in 0..3 {
        bench.event(full.clone());
        assert_eq!(tries(bench.take_effects()), 0, "not at once");
        bench.pass(20.0);
        assert_eq!(tries(bench.take_effects()), 1, "by itself");
    }
    bench.fetched("s0");
    let song = bench.app.songs.get(&SongId("s0".into())).unwrap();
    assert!(song.audio.file.is_some() && song.audio.failure.is_none());
}

#[test]
fn a_song_that_could_not_be_kept_is_kept_later() {
    let mut bench = with_songs(&["a", "b"]);
    bench.take_effects();
    bench.event(Event::Stumbled(Stumble::SongsNotSaved {
        songs: vec![SongId("s1".into())],
        reason: "no room".into(),
    }));
    let kept = |effects: Vec<Effect>| -> Vec<String> {
        let songs = effects.into_iter().filter_map(|effect| match effect {
            Effect::Save(Record::Song(song)) => Some(song.id.0),
            _ => None,
        });
        songs.collect()
    };
    assert!(kept(bench.take_effects()).is_empty(), "not at once");
    bench.pass(30.0);
    assert_eq!(kept(bench.take_effects()), ["s1"], "once, and no other");
}

#[test]
fn a_fetched_file_is_recorded_and_playable() {
    let saved = Saved {
        songs: vec![song("s0", "far")],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.fetched("s0");
    let saved = bench.take_effects().into_iter().any(
        |effect| matches!(effect, Effect::Save(Record::Song(song)) if song.audio.file.is_some()),
    );
    assert!(saved);
    bench.keys("4 enter");
    assert!(bench.app.player.is_open());
}

#[test]
fn links_ids_and_lyrics_are_copied() {
    let mut bench = with_songs(&["a"]);
    bench.keys("4 y enter Y L");
    let copied: Vec<String> = bench
        .take_effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(copied[0], "https://cdn.example/s0.m4a");
    assert_eq!(copied[1], "s0");
    assert!(copied[2].starts_with("[Verse]"));
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::Copied(Copied::Lyric))
    );
}

#[test]
fn reusing_a_song_fills_the_form_and_can_be_undone() {
    let mut bench = with_songs(&["Woke up"]);
    bench
        .keys("enter")
        .type_text("my own words")
        .keys("esc 4 e");
    assert_eq!(bench.app.focus, PaneId::Compose);
    let draft = bench.app.draft();
    assert!(draft.custom);
    assert_eq!(draft.title, "Woke up");
    assert_eq!(draft.seed, "3789209121");
    bench.keys("u");
    assert_eq!(bench.app.draft().prompt, "my own words");
}

#[test]
fn times_are_told_by_the_clock_of_the_user() {
    let saved = Saved {
        songs: vec![song_here("s0", "Rain")],
        ..Saved::default()
    };
    let settings = Settings {
        zone: fuzzbox::domain::time::TimeZone::get("Asia/Taipei").expect("a known zone"),
        ..Settings::default()
    };
    let at_noon = |settings| {
        let mut bench = Bench::with(saved.clone(), settings);
        bench.keys("4 i").screen()
    };
    assert!(at_noon(Settings::default()).contains("12:00:00 UTC"));
    let local = at_noon(settings.clone());
    assert!(local.contains("20:00:00 CST"), "{local}");
    let recorded = serde_json::to_string(&settings).expect("settings can be recorded");
    let replayed: Settings = serde_json::from_str(&recorded).expect("and read back");
    assert_eq!(at_noon(replayed), local);
}

fn made_from(songs: &[(&str, Option<&str>)]) -> Bench {
    let songs = songs
        .iter()
        .enumerate()
        .map(|(n, (id, source))| {
            let mut song = song_here(id, id);
            song.created_at = after(noon(), n as f64);
            song.more.source = source.map(|id| SongId(id.into()));
            song
        })
        .collect();
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    Bench::with(saved, Settings::default())
}

fn rows(bench: &Bench) -> Vec<&str> {
    let rows = bench.app.library.rows();
    rows.iter().map(|id| id.0.as_str()).collect()
}

#[test]
fn a_tree_shows_who_was_made_from_whom_with_the_newest_family_first() {
    let mut bench = made_from(&[
        ("root", None),
        ("other", None),
        ("cover", Some("root")),
        ("extended", Some("root")),
        ("varied", Some("cover")),
        ("stranger", Some("not here")),
    ]);
    bench.keys("4 G t");
    assert_eq!(
        rows(&bench),
        ["stranger", "root", "extended", "cover", "varied", "other"]
    );
    assert_eq!(bench.app.library.selected().unwrap().0, "root");
    // What is looked for stands in a list, and the tree is kept.
    bench.keys("/").type_text("o");
    assert!(bench.app.library.branch(1).is_none());
    bench.keys("esc");
    assert!(bench.app.library.is_tree());
    let effects = bench.pass(2.0).take_effects();
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Save(Record::Preferences(preferences)) if preferences.tree
    )));
    bench.keys("t");
    assert_eq!(rows(&bench)[0], "stranger");
    assert_eq!(rows(&bench)[5], "root");
}

#[test]
fn a_circle_of_sources_loses_no_song() {
    let mut bench = made_from(&[
        ("a", Some("c")),
        ("b", Some("a")),
        ("c", Some("b")),
        ("itself", Some("itself")),
        ("below", Some("b")),
    ]);
    bench.keys("4 t");
    let mut rows = rows(&bench);
    rows.sort_unstable();
    assert_eq!(rows, ["a", "b", "below", "c", "itself"]);
}
