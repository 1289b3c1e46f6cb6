//! A song at a link, from the key to the screen: asked for, shown, copied, and ended.

use fuzzbox::app::effect::{Effect, Served};
use fuzzbox::app::event::{Event, ServingEvent};
use fuzzbox::app::notice::{Copied, Ear, Notice, Refusal};
use fuzzbox::app::panes::overlay::{Deed, Overlay};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{Link, MediaFile, MediaKind, Playable, Saved, SongId};

use crate::support::bench::{Bench, noon, song, song_here};

const LINK: &str = "http://127.0.0.1:41234/0123456789abcdef0123456789abcdef/1.m4a";

/// `s0` is only a link to the provider, `s1` and `s2` are here; `s3` is nothing but a name.
fn studio(settings: Settings) -> Bench {
    let mut songs = vec![
        song("s0", "far"),
        song_here("s1", "old"),
        song_here("s2", "Dawn 晨光"),
        song("s3", "lost"),
    ];
    songs[3].audio.url = None;
    for (song, age) in songs.iter_mut().zip([1.0, 2.0, 3.0, 0.0]) {
        song.created_at = after(noon(), age);
    }
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, settings).sized(80, 24);
    bench.take_effects();
    bench
}

fn id(song: &str) -> SongId {
    SongId(song.into())
}

fn served(song: &str) -> Event {
    Event::Serving(ServingEvent::Served {
        song: id(song),
        link: Link::kept(LINK),
    })
}

fn asked(bench: &mut Bench) -> Vec<Option<Served>> {
    let effects = bench.take_effects().into_iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Serve(served) => Some(served),
            _ => None,
        })
        .collect()
}

fn refused(bench: &Bench) -> Option<Refusal> {
    match bench.app.notices.current() {
        Some(Notice::Refused(_, why)) => Some(*why),
        _ => None,
    }
}

#[test]
fn the_selected_song_is_served_shown_and_copied() {
    let mut bench = studio(Settings::default());
    bench.keys("4 S");
    let asked_for = asked(&mut bench);
    assert_eq!(
        asked_for,
        [Some(Served {
            song: id("s2"),
            title: "Dawn 晨光".into(),
            audio: Playable::File(MediaFile {
                name: "s2.m4a".into(),
                bytes: 2_400_000
            }),
        })]
    );
    assert!(bench.screen().contains("being made"), "{}", bench.screen());
    bench.keys("y");
    assert!(bench.take_effects().is_empty(), "there is nothing to copy");
    bench.event(served("s2"));
    insta::assert_snapshot!("link_80x24", bench.screen());
    bench.keys("y");
    assert_eq!(bench.take_effects(), [Effect::Copy(LINK.into())]);
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::Copied(Copied::Link))
    );
    assert_eq!(bench.app.overlay, Some(Overlay::Link(id("s2"))));
    // The title of the player says so as long as it lasts, whatever is on.
    bench.keys("esc");
    assert!(bench.screen().contains("link :41234"), "{}", bench.screen());
    // Shown again, nothing is asked for again.
    bench.keys("S");
    assert_eq!(bench.app.overlay, Some(Overlay::Link(id("s2"))));
    assert!(asked(&mut bench).is_empty());
    bench.keys("x");
    assert_eq!(asked(&mut bench), [None]);
    assert_eq!(bench.app.overlay, None);
    assert!(!bench.screen().contains(":41234"), "{}", bench.screen());
    bench.event(served("s2"));
    assert!(
        !bench.screen().contains(":41234"),
        "nobody asked for it any more"
    );
}

#[test]
fn elsewhere_the_song_that_is_on_is_served() {
    let mut bench = studio(Settings::default());
    bench.keys("4 j enter 1");
    bench.take_effects();
    bench.keys("S");
    let songs: Vec<SongId> = asked(&mut bench)
        .into_iter()
        .flatten()
        .map(|served| served.song)
        .collect();
    assert_eq!(songs, [id("s1")]);
    bench.event(served("s1"));
    // Over the large player too.
    bench.keys("esc 5 S");
    assert_eq!(bench.app.overlay, Some(Overlay::Link(id("s1"))));
}

#[test]
fn a_song_that_is_not_here_is_fetched_first() {
    let mut bench = studio(Settings::default());
    bench.keys("4 j j S");
    let effects = bench.take_effects();
    let fetched = effects.iter().position(|effect| {
        matches!(effect, Effect::Download { song, kind: MediaKind::Audio, .. } if *song == id("s0"))
    });
    let served = effects.iter().position(|effect| {
        matches!(effect, Effect::Serve(Some(served)) if served.audio == Playable::Arriving)
    });
    // It may be on its way already.
    assert!(served.is_some() && fetched < served, "{effects:?}");
}

#[test]
fn what_cannot_be_served_says_why() {
    let mut bench = studio(Settings::default());
    bench.keys("4 G S");
    assert_eq!(refused(&bench), Some(Refusal::NotFetchedYet));
    bench.keys("a");
    let Some(Overlay::Actions(menu)) = &bench.app.overlay else {
        panic!("no menu");
    };
    assert!(
        menu.rows
            .contains(&(Deed::Listen, Some(Refusal::NotFetchedYet)))
    );
    assert!(asked(&mut bench).is_empty());

    let mut bench = Bench::new();
    bench.keys("S");
    assert_eq!(refused(&bench), Some(Refusal::NoSong));

    // A program that fetches nothing itself.
    let mut bench = studio(Settings {
        is_guest: true,
        ..Settings::default()
    });
    bench.keys("4 j j S");
    assert_eq!(refused(&bench), Some(Refusal::NotFetchedYet));
    bench.keys("g S");
    assert_eq!(asked(&mut bench).len(), 1, "what is here can be served");
}

#[test]
fn the_menu_of_a_song_serves_it() {
    let mut bench = studio(Settings::default());
    bench.keys("4 a");
    let Some(Overlay::Actions(menu)) = &mut bench.app.overlay else {
        panic!("no menu");
    };
    let row = menu.rows.iter().position(|(deed, _)| *deed == Deed::Listen);
    menu.selected = row.expect("a row");
    bench.keys("enter");
    assert_eq!(asked(&mut bench).len(), 1);
    assert_eq!(bench.app.overlay, Some(Overlay::Link(id("s2"))));
}

#[test]
fn a_place_with_nothing_in_it_is_not_left_open() {
    let mut bench = studio(Settings::default());
    bench.keys("4 S j");
    asked(&mut bench);
    bench.event(Event::Serving(ServingEvent::NotServed {
        song: id("s2"),
        reason: "it is no song".into(),
    }));
    assert_eq!(bench.app.overlay, None);
    assert_eq!(
        bench.app.notices.current(),
        Some(&Notice::Ear(Ear::CannotServe("it is no song".into())))
    );
    assert_eq!(asked(&mut bench), [None]);
    // It can be tried again.
    bench.keys("S");
    assert_eq!(asked(&mut bench).len(), 1);
}
