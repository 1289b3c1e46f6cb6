//! What can be done with a song, from its menu.

use fuzzbox::app::event::{Event, SongEvent};
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::panes::PaneId;
use fuzzbox::app::panes::overlay::{Deed, Overlay, Question};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::{Action, Choice, Field, MediaFile, MediaKind, Request, Saved, Song, SongId};

use crate::support::bench::{Bench, song, song_here};

const ID: &str = "38d3b9e2-0dfb-4338-b2a7-15e45656ed32";

fn studio(songs: Vec<Song>) -> Bench {
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    Bench::with(saved, Settings::default())
}

/// What the open menu says of a deed.
fn refusal(bench: &Bench, deed: &Deed) -> Option<Refusal> {
    let Some(Overlay::Actions(menu)) = &bench.app.overlay else {
        panic!("no menu");
    };
    let row = menu.rows.iter().find(|(known, _)| known == deed);
    row.unwrap_or_else(|| panic!("{deed:?} is not offered")).1
}

/// Goes to a deed in the open menu.
fn choose(bench: &mut Bench, deed: &Deed) {
    let Some(Overlay::Actions(menu)) = &bench.app.overlay else {
        panic!("no menu");
    };
    let at = menu
        .rows
        .iter()
        .position(|(known, _)| known == deed)
        .expect("a deed of the menu");
    for _ in 0..at {
        bench.keys("j");
    }
    bench.keys("enter");
}

fn make(action: Action) -> Deed {
    Deed::Make(Choice { action, name: None })
}

#[test]
fn the_form_is_filled_from_the_song_and_says_so() {
    let mut bench = studio(vec![song_here(ID, "Morning")]);
    bench.keys("enter").type_text("my idea").keys("enter 4 a");
    choose(&mut bench, &make(Action::Extend));
    let draft = bench.app.draft();
    assert_eq!((draft.action, draft.source.as_str()), (Action::Extend, ID));
    assert_eq!(
        (draft.title.as_str(), draft.seed.as_str()),
        ("Morning", "3789209121")
    );
    assert!(draft.custom && draft.lyric.starts_with("[Verse]"));
    assert_eq!(draft.model.unwrap().0, "FUZZ-2.0 Pro");
    assert_eq!(bench.app.focus, PaneId::Compose);
    assert_eq!(bench.app.compose.selected(), Field::ContinueAt);
    let filled = vec![Field::Lyric, Field::Title, Field::Seed, Field::Model];
    let choice = Choice {
        action: Action::Extend,
        name: None,
    };
    let notice = Notice::FormFilledFor(choice, "Morning".into(), filled);
    assert_eq!(bench.app.notices.current(), Some(&notice));
    bench.keys("u");
    assert_eq!(
        bench.app.draft().prompt,
        "my idea",
        "the old draft comes back"
    );
}

#[test]
fn a_song_without_words_fills_what_it_has() {
    let mut bare = song_here(ID, "");
    bare.lyric = "[Instrumental]".into();
    bare.more.uploaded = true;
    let mut bench = studio(vec![bare]);
    bench.keys("4 a");
    choose(&mut bench, &make(Action::SwapInstrumentals));
    let draft = bench.app.draft();
    assert!(!draft.custom && draft.lyric.is_empty());
    bench.keys("4 a");
    choose(&mut bench, &make(Action::ReplaceSection));
    assert_eq!(bench.app.draft().action, Action::UploadReplaceSection);
}

#[test]
fn a_file_is_ordered_after_a_yes_and_only_once() {
    let mut bench = studio(vec![song_here(ID, "Morning")]);
    for (kind, body) in [
        (
            MediaKind::Stems,
            format!(r#"{{"action":"stems","audio_id":"{ID}"}}"#),
        ),
        (MediaKind::Wav, format!(r#"{{"audio_id":"{ID}"}}"#)),
        (MediaKind::Video, format!(r#"{{"audio_id":"{ID}"}}"#)),
    ] {
        bench.take_effects();
        bench.keys("4 a");
        choose(&mut bench, &Deed::File(kind));
        let asked = Overlay::Ask(Question::OrderFile(SongId(ID.into()), kind));
        assert_eq!(bench.app.overlay, Some(asked));
        assert!(bench.orders().is_empty(), "nothing before the answer");
        bench.keys("y");
        let [order] = &bench.orders()[..] else {
            panic!("not ordered: {kind:?}");
        };
        let sent = serde_json::to_string(&order.sent()).unwrap();
        assert_eq!((order.adds(), sent), (Some(kind), body));
        assert_eq!(
            bench.app.notices.current(),
            Some(&Notice::Ordered("Morning".into()))
        );
        bench.keys("4 a");
        assert_eq!(refusal(&bench, &Deed::File(kind)), Some(Refusal::OnItsWay));
        bench.keys("esc");
    }
}

#[test]
fn a_file_that_came_before_the_answer_is_not_ordered() {
    let mut bench = studio(vec![song_here(ID, "Morning")]);
    bench.keys("4 a");
    choose(&mut bench, &Deed::File(MediaKind::Wav));
    bench.event(Event::Song(SongEvent::Fetched {
        song: SongId(ID.into()),
        kind: MediaKind::Wav,
        file: MediaFile {
            name: format!("{ID}.wav"),
            bytes: 24_000_000,
        },
        duration: None,
    }));
    bench.keys("y");
    assert!(bench.orders().is_empty());
    let told = bench.app.notices.current();
    assert!(
        matches!(told, Some(Notice::Refused(_, Refusal::AlreadyHere))),
        "{told:?}"
    );
}

#[test]
fn what_cannot_be_done_says_why_and_stays() {
    let mut whole = song_here(ID, "Whole");
    let here = whole.audio.file.clone();
    whole.media_mut(MediaKind::Wav).file = here;
    whole.media_mut(MediaKind::Video).url = whole.audio.url.clone();
    let mut bench = studio(vec![whole, song("", "No id")]);
    bench.keys("4");
    bench.app.library.select(&SongId(ID.into()));
    bench.keys("a");
    assert_eq!(
        refusal(&bench, &Deed::File(MediaKind::Wav)),
        Some(Refusal::AlreadyHere)
    );
    assert_eq!(
        refusal(&bench, &Deed::File(MediaKind::Video)),
        Some(Refusal::OnItsWay)
    );
    assert_eq!(refusal(&bench, &Deed::File(MediaKind::Stems)), None);
    choose(&mut bench, &Deed::File(MediaKind::Wav));
    assert!(matches!(bench.app.overlay, Some(Overlay::Actions(_))));
    assert!(
        bench.screen().contains("it is here already"),
        "{}",
        bench.screen()
    );
    bench.keys("esc");
    bench.app.library.select(&SongId(String::new()));
    bench.keys("a");
    assert_eq!(refusal(&bench, &make(Action::Cover)), Some(Refusal::NoId));
    assert_eq!(refusal(&bench, &Deed::Reuse), None);
}

#[test]
fn the_song_that_plays_has_its_menu_everywhere() {
    let mut bench = studio(vec![song_here(ID, "Morning")]);
    bench.keys("3 a");
    assert_eq!(bench.app.overlay, None, "nothing is on");
    bench.keys("4 enter 3 a");
    choose(&mut bench, &Deed::Reuse);
    assert_eq!(bench.app.draft().title, "Morning");
}

#[test]
fn actions_of_the_config_are_in_the_menu() {
    let own = Choice {
        action: Action::Cover,
        name: Some("remix".into()),
    };
    let saved = Saved {
        songs: vec![song_here(ID, "Morning")],
        ..Saved::default()
    };
    let settings = Settings {
        actions: vec![own.clone()],
        ..Settings::default()
    };
    let mut bench = Bench::with(saved, settings);
    bench.keys("4 a");
    choose(&mut bench, &Deed::Make(own));
    bench.keys("ctrl-g");
    let [Request::Audios(order)] = &bench.orders()[..] else {
        panic!("not ordered");
    };
    assert_eq!(order.action_name.as_deref(), Some("remix"));
}

#[test]
fn the_details_tell_the_family_of_a_song() {
    let mut child = song_here("a54609c6-13e2-4176-be0f-4d7eebc68e1f", "Evening");
    child.more.source = Some(SongId(ID.into()));
    child.more.action = Some(Action::Extend);
    let mut bench = studio(vec![song_here(ID, "Morning"), child]);
    bench.keys("4");
    bench.app.library.select(&SongId(ID.into()));
    let screen = bench.keys("i").screen();
    assert!(
        screen.contains("Became") && screen.contains("Evening · extend"),
        "{screen}"
    );
    bench.keys("esc k");
    let screen = bench.keys("i").screen();
    assert!(
        screen.contains("Made from") && screen.contains("Morning · extend"),
        "{screen}"
    );
}
