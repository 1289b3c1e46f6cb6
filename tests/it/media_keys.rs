//! Media keys: what they do to the player, what the desktop is shown, and both over a real session bus.

#[cfg(all(feature = "mpris", target_os = "linux"))]
mod bus;

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, Input};
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::saved::Repeat;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    MediaKey, NowPlaying, PlayerCommand, PlayerEvent, Saved, Seconds, SongId, Volume,
};

use crate::support::bench::{Bench, noon, song_here};

/// A studio in which the newer of two songs plays, 100 seconds long.
fn playing() -> Bench {
    let mut newer = song_here("s1", "newer");
    newer.created_at = after(noon(), 1.0);
    let saved = Saved {
        songs: vec![song_here("s0", "older"), newer],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.keys("space");
    bench.event(Event::Player(PlayerEvent::Loaded {
        song: SongId("s1".into()),
        duration: Some(Seconds(100.0)),
    }));
    moved(&mut bench, 30.0, true);
    bench.take_effects();
    bench
}

fn moved(bench: &mut Bench, position: f64, playing: bool) {
    bench.event(Event::Player(PlayerEvent::Moved {
        song: SongId("s1".into()),
        position: Seconds(position),
        playing,
    }));
}

/// What the player is told after a media key.
fn press(bench: &mut Bench, key: MediaKey) -> Vec<PlayerCommand> {
    bench.event(Event::Input(Input::Media(key)));
    let command = |effect| match effect {
        Effect::Player(command) => Some(command),
        _ => None,
    };
    bench
        .take_effects()
        .into_iter()
        .filter_map(command)
        .collect()
}

#[test]
fn play_and_pause_mean_what_they_say() {
    let mut bench = playing();
    assert_eq!(press(&mut bench, MediaKey::Play), []);
    assert_eq!(press(&mut bench, MediaKey::Pause), [PlayerCommand::Pause]);
    moved(&mut bench, 30.1, false);
    assert_eq!(press(&mut bench, MediaKey::Pause), []);
    assert_eq!(press(&mut bench, MediaKey::Play), [PlayerCommand::Play]);
    assert_eq!(press(&mut bench, MediaKey::Toggle), [PlayerCommand::Play]);
    assert_eq!(press(&mut bench, MediaKey::Stop), [PlayerCommand::Stop]);
}

#[test]
fn seeks_stay_within_the_song_and_past_its_end_begins_the_next() {
    let mut bench = playing();
    let seek = |at| [PlayerCommand::Seek(Seconds(at))];
    assert_eq!(press(&mut bench, MediaKey::SeekBy(-90.0)), seek(0.0));
    assert_eq!(
        press(&mut bench, MediaKey::SeekTo(Seconds(61.5))),
        seek(61.5)
    );
    for nowhere in [f64::NAN, f64::INFINITY] {
        assert_eq!(press(&mut bench, MediaKey::SeekBy(nowhere)), []);
    }
    let told = press(&mut bench, MediaKey::SeekBy(50.0));
    let begins = |command: &PlayerCommand| matches!(command, PlayerCommand::Load { song, .. } if song.0 == "s0");
    assert!(told.iter().any(begins), "{told:?}");
    // After the last song there is nothing but its end.
    bench.event(Event::Player(PlayerEvent::Loaded {
        song: SongId("s0".into()),
        duration: Some(Seconds(80.0)),
    }));
    assert_eq!(press(&mut bench, MediaKey::SeekBy(500.0)), seek(80.0));
}

#[test]
fn a_key_that_can_do_nothing_says_why() {
    let mut bench = Bench::new();
    assert_eq!(press(&mut bench, MediaKey::Toggle), []);
    assert!(matches!(
        bench.app.notices.current(),
        Some(Notice::Refused(_, Refusal::NothingLoaded))
    ));
    assert_eq!(press(&mut bench, MediaKey::SeekBy(5.0)), []);
}

#[test]
fn the_desktop_is_shown_what_the_screen_shows() {
    let mut bench = playing();
    let shown = bench.app.now_playing();
    assert_eq!(
        shown,
        NowPlaying {
            song: Some(SongId("s1".into())),
            title: "newer".into(),
            cover: None,
            length: Some(Seconds(100.0)),
            is_playing: true,
            position: Seconds(30.0),
            volume: Volume::new(80),
            repeat: Repeat::Off,
            has_next: true,
            has_previous: true,
        }
    );
    press(&mut bench, MediaKey::SetVolume(Volume::new(35)));
    assert_eq!(bench.app.now_playing().volume, Volume::new(35));
    bench.keys("m");
    assert_eq!(bench.app.now_playing().volume, Volume::new(0));
    press(&mut bench, MediaKey::SetVolume(Volume::new(40)));
    assert!(
        !bench.app.player.is_muted(),
        "a volume that is set is heard"
    );
    press(&mut bench, MediaKey::SetRepeat(Repeat::One));
    assert_eq!(bench.app.now_playing().repeat, Repeat::One);
    press(&mut bench, MediaKey::Stop);
    assert_eq!(bench.app.now_playing().song, None);
}
