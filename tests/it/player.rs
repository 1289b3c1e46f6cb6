//! The player: keys to commands, events to the screen.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::Event;
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    PlayerCommand, PlayerEvent, Preferences, Saved, Seconds, SongId, Volume, Waveform,
};

use crate::support::bench::{Bench, noon, song_here};

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
        Some(&Notice::NotPlayed("the file is cut off".into()))
    );
    assert!(!bench.app.player.is_playing());
}
