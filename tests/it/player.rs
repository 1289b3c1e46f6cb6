//! The player: keys to commands, events to the screen.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::Event;
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    PlayerCommand, PlayerEvent, Preferences, Saved, Seconds, SongId, Volume, Waveform,
};

use crate::support::bench::{Bench, noon, song, song_here};

fn with_two_songs() -> Bench {
    let mut newer = song_here("s1", "newer");
    newer.created_at = after(noon(), 1.0);
    let saved = Saved {
        songs: vec![song_here("s0", "older"), newer],
        ..Saved::default()
    };
    Bench::with(saved, Settings::default())
}

fn commands(bench: &mut Bench) -> Vec<PlayerCommand> {
    bench
        .take_effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Player(command) => Some(command),
            _ => None,
        })
        .collect()
}

fn moved(bench: &mut Bench, song: &str, position: f64, playing: bool) {
    bench.event(Event::Player(PlayerEvent::Moved {
        song: SongId(song.into()),
        position: Seconds(position),
        playing,
    }));
}

fn loaded(bench: &mut Bench, song: &str) {
    bench.event(Event::Player(PlayerEvent::Loaded {
        song: SongId(song.into()),
        duration: Some(Seconds(100.0)),
    }));
}

#[test]
fn space_plays_the_selected_song_and_then_pauses_it() {
    let mut bench = with_two_songs();
    bench.keys("space");
    let told = commands(&mut bench);
    let on = |told: &[PlayerCommand]| {
        told.iter().any(
            |command| matches!(command, PlayerCommand::Load { song, play: true, .. } if song.0 == "s1"),
        )
    };
    assert!(on(&told), "{told:?}");
    loaded(&mut bench, "s1");
    moved(&mut bench, "s1", 0.1, true);
    bench.keys("space");
    assert_eq!(commands(&mut bench), [PlayerCommand::Pause]);
    moved(&mut bench, "s1", 0.2, false);
    bench.keys("space");
    assert_eq!(commands(&mut bench), [PlayerCommand::Play]);
}

#[test]
fn seeks_add_up_and_stay_within_the_song() {
    let mut bench = with_two_songs();
    bench.keys("space");
    loaded(&mut bench, "s1");
    commands(&mut bench);
    bench.keys("> > <");
    let seeks = [5.0, 10.0, 5.0].map(|at| PlayerCommand::Seek(Seconds(at)));
    assert_eq!(commands(&mut bench), seeks);
    for _ in 0..30 {
        bench.keys(">");
    }
    assert_eq!(bench.app.player.position(), Seconds(100.0));
}

#[test]
fn volume_changes_and_is_kept() {
    let mut bench = Bench::new();
    bench.keys("- - +");
    assert_eq!(bench.app.player.volume(), Volume::new(75));
    bench.keys("m");
    assert!(bench.app.player.is_muted());
    assert_eq!(
        commands(&mut bench).last(),
        Some(&PlayerCommand::SetVolume(Volume::new(0)))
    );
    assert_eq!(bench.app.player.preferences().volume, Volume::new(75));
}

#[test]
fn next_goes_down_the_library_and_previous_first_restarts() {
    let mut bench = with_two_songs();
    bench.keys("space");
    loaded(&mut bench, "s1");
    bench.keys("n");
    assert_eq!(bench.app.player.song().unwrap().0, "s0");
    loaded(&mut bench, "s0");
    moved(&mut bench, "s0", 30.0, true);
    commands(&mut bench);
    bench.keys("p");
    assert_eq!(commands(&mut bench), [PlayerCommand::Seek(Seconds::ZERO)]);
    bench.keys("p");
    assert_eq!(bench.app.player.song().unwrap().0, "s1");
    bench.keys("n n");
    assert!(matches!(
        bench.app.notices.current(),
        Some(Notice::Refused(_, Refusal::NoNext))
    ));
}

#[test]
fn what_an_earlier_song_says_changes_nothing() {
    let mut bench = with_two_songs();
    bench.keys("space n");
    moved(&mut bench, "s1", 77.0, true);
    bench.event(Event::Player(PlayerEvent::Shape {
        song: SongId("s1".into()),
        waveform: Waveform {
            peaks: vec![9; 10],
            loudness: Vec::new(),
        },
        whole: true,
    }));
    assert_eq!(bench.app.player.position(), Seconds::ZERO);
    assert!(bench.app.player.waveform().is_empty());
}

#[test]
fn the_song_of_last_time_goes_on_where_it_was() {
    let saved = Saved {
        songs: vec![song_here("s0", "older")],
        preferences: Preferences {
            song: Some(SongId("s0".into())),
            position: Seconds(42.0),
            ..Preferences::default()
        },
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.keys("space");
    let told = commands(&mut bench);
    assert!(
        told.iter()
            .any(|c| matches!(c, PlayerCommand::Load { from, .. } if *from == Seconds(42.0)))
    );
}

#[test]
fn a_song_that_cannot_be_played_says_why() {
    let mut bench = with_two_songs();
    bench.keys("space");
    bench.event(Event::Player(PlayerEvent::Failed {
        song: SongId("s1".into()),
        reason: "the file is cut off".into(),
    }));
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::NotPlayed(
            "newer".into(),
            "the file is cut off".into()
        ))
    );
    assert!(!bench.app.player.is_playing());
}

/// Songs `s0` to `s3`, all here; the newest, `s3`, plays, and the others are next in line.
fn with_a_row() -> Bench {
    let songs = (0..4).map(|n| {
        let mut song = song_here(&format!("s{n}"), &format!("song {n}"));
        song.created_at = fuzzbox::domain::time::after(noon(), f64::from(n));
        song
    });
    let saved = Saved {
        songs: songs.collect(),
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.keys("4 P");
    loaded(&mut bench, "s3");
    bench.take_effects();
    bench
}

/// The song that is on cannot be played. Which one is put on then?
fn fail(bench: &mut Bench) -> Option<String> {
    let song = bench.app.player.song().cloned().expect("it is on");
    bench.event(Event::Player(PlayerEvent::Failed {
        song,
        reason: "it is no sound".into(),
    }));
    let loads = commands(bench).into_iter();
    loads
        .filter_map(|command| match command {
            PlayerCommand::Load { song, .. } => Some(song.0),
            _ => None,
        })
        .next_back()
}

#[test]
fn a_song_that_cannot_be_played_is_told_by_name_and_the_next_begins() {
    let mut bench = with_a_row();
    assert_eq!(fail(&mut bench), Some("s2".into()));
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::NotPlayed("song 3".into(), "it is no sound".into()))
    );
    assert!(bench.app.player.is_playing());
    assert_eq!(fail(&mut bench), Some("s1".into()));
    loaded(&mut bench, "s1");
    assert_eq!(bench.app.player.problem(), None);
}

#[test]
fn where_none_can_be_played_it_comes_to_rest() {
    for rounds in 0..3 {
        let mut bench = with_a_row();
        bench.keys(&"R ".repeat(rounds));
        let mut tried = Vec::new();
        while let Some(next) = fail(&mut bench) {
            tried.push(next);
            assert!(tried.len() < 10, "it goes round for ever: {tried:?}");
        }
        assert_eq!(tried, ["s2", "s1", "s0"], "{:?}", bench.app.player.up_next);
        assert!(!bench.app.player.is_playing());
        assert!(bench.app.player.problem().is_some());
    }
}

#[test]
fn in_a_round_the_songs_that_can_be_played_stay() {
    let mut bench = with_a_row();
    bench.keys("R");
    assert_eq!(fail(&mut bench), Some("s2".into()));
    loaded(&mut bench, "s2");
    bench.keys("n n");
    let row: Vec<&str> = bench
        .app
        .player
        .up_next
        .songs()
        .map(|id| id.0.as_str())
        .collect();
    assert_eq!(row, ["s2", "s1"], "the broken one does not come back");
}

#[test]
fn a_paused_song_that_breaks_begins_nothing() {
    let mut bench = with_a_row();
    moved(&mut bench, "s3", 3.0, false);
    assert_eq!(fail(&mut bench), None);
    assert!(!bench.app.player.is_playing());
}

#[test]
fn how_much_of_the_song_is_here_is_told_in_words_where_there_is_room() {
    let saved = Saved {
        songs: vec![song("s1", "newer")],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.keys("4 enter");
    bench.event(Event::Song(fuzzbox::app::event::SongEvent::Progressed {
        song: SongId("s1".into()),
        kind: fuzzbox::domain::MediaKind::Audio,
        done: 42,
        total: Some(100),
    }));
    let title = |bench: Bench| {
        let screen = bench.screen();
        let line = screen.lines().find(|line| line.contains(" / 2:33.8 "));
        line.expect("the title of the player").to_owned()
    };
    let wide = title(bench.clone_sized(120, 36));
    assert!(wide.contains("being fetched, 42%"), "{wide}");
    let narrow = title(bench.clone_sized(50, 20));
    assert!(narrow.contains("⇣ 42%"), "{narrow}");
}
