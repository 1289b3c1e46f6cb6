//! What the listener does with the song that is on: marks, a closer look, comparison, what plays next, the mix.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{Event, Input};
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::panes::overlay::Overlay;
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::saved::Repeat;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    Action, Alignment, AudiosRequest, Field, Landmarks, Mark, MediaFile, MediaKind, Playable,
    PlayerCommand, PlayerEvent, Record, Request, Saved, Seconds, SongId, Span, Task, TaskId,
    TaskState,
};

use crate::support::bench::{Bench, noon, song, song_here};

/// Three songs: `s2` was made from `s1`, and `s0` is only a link.
fn studio() -> Bench {
    let mut songs = vec![
        song("s0", "far"),
        song_here("s1", "old"),
        song_here("s2", "new"),
    ];
    for (n, song) in songs.iter_mut().enumerate() {
        song.created_at = after(noon(), n as f64);
        song.duration = Some(Seconds(100.0));
        song.lyric = "[Verse]\na\nb\n[Chorus]\nc\nd".into();
    }
    songs[2].more.source = Some(SongId("s1".into()));
    songs[2].more.action = Some(Action::Extend);
    let saved = Saved {
        songs,
        ..Saved::default()
    };
    Bench::with(saved, Settings::default())
}

fn tell(bench: &mut Bench, event: PlayerEvent) {
    bench.event(Event::Player(event));
}

fn id(song: &str) -> SongId {
    SongId(song.into())
}

fn at(bench: &mut Bench, song: &str, position: f64) {
    tell(
        bench,
        PlayerEvent::Moved {
            song: id(song),
            position: Seconds(position),
            playing: true,
        },
    );
}

/// The newest song is on, at ten seconds.
fn playing() -> Bench {
    let mut bench = studio();
    bench.keys("4 enter");
    tell(
        &mut bench,
        PlayerEvent::Loaded {
            song: id("s2"),
            duration: Some(Seconds(100.0)),
        },
    );
    at(&mut bench, "s2", 10.0);
    bench.take_effects();
    bench
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

fn marks(bench: &Bench) -> (Option<f64>, Option<f64>) {
    let marks = bench.app.songs.get(&id("s2")).expect("a song").more.marks;
    let seconds = |mark| marks.get(mark).map(|at| at.0);
    (seconds(Mark::In), seconds(Mark::Out))
}

fn refused(bench: &Bench) -> Option<Refusal> {
    match bench.app.notices.current() {
        Some(Notice::Refused(_, why)) => Some(*why),
        _ => None,
    }
}

#[test]
fn marks_are_set_at_the_playhead_nudged_and_kept_with_the_song() {
    let mut bench = playing();
    bench.keys("[");
    at(&mut bench, "s2", 20.0);
    bench.keys("]");
    assert_eq!(marks(&bench), (Some(10.0), Some(20.0)));
    // The one that was set last moves.
    bench.keys("( {");
    assert_eq!(marks(&bench), (Some(10.0), Some(18.9)));
    let kept = bench
        .take_effects()
        .into_iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Save(Record::Song(song)) => song.more.marks.span(),
            _ => None,
        });
    assert_eq!(
        kept,
        Some(Span {
            from: Seconds(10.0),
            to: Seconds(18.9)
        })
    );
}

#[test]
fn marks_snap_to_what_the_sound_room_found() {
    let mut bench = playing();
    bench.keys("[ 5 s");
    assert_eq!(refused(&bench), Some(Refusal::NoSilence));
    tell(
        &mut bench,
        PlayerEvent::Landmarks {
            song: id("s2"),
            landmarks: Landmarks {
                silences: vec![Seconds(3.0), Seconds(12.5)],
                beats: vec![Seconds(12.0), Seconds(12.4)],
            },
        },
    );
    bench.keys("s");
    assert_eq!(marks(&bench).0, Some(12.5));
    bench.keys("b");
    assert_eq!(marks(&bench).0, Some(12.4));
    bench.keys("x");
    assert_eq!(marks(&bench), (None, None));
}

#[test]
fn the_part_between_the_marks_goes_round_and_follows_them() {
    let mut bench = playing();
    bench.keys("[ o");
    assert_eq!(refused(&bench), Some(Refusal::NotTwoMarks));
    at(&mut bench, "s2", 20.0);
    bench.keys("]");
    commands(&mut bench);
    bench.keys("o )");
    let span = |to| {
        PlayerCommand::Loop(Some(Span {
            from: Seconds(10.0),
            to: Seconds(to),
        }))
    };
    assert_eq!(commands(&mut bench), [span(20.0), span(20.1)]);
    bench.keys("o");
    assert_eq!(commands(&mut bench), [PlayerCommand::Loop(None)]);
}

#[test]
fn one_key_takes_two_marks_into_the_form_and_one_mark_too() {
    let mut bench = playing();
    bench.keys("[");
    at(&mut bench, "s2", 20.0);
    bench.keys("] M");
    let draft = bench.app.draft();
    assert_eq!(
        (draft.action, draft.source.as_str()),
        (Action::ReplaceSection, "s2")
    );
    assert_eq!(
        (draft.replace_start.as_str(), draft.replace_end.as_str()),
        ("0:10.0", "0:20.0")
    );
    bench.keys("5 x [ M");
    let draft = bench.app.draft();
    assert_eq!(draft.action, Action::Extend);
    assert_eq!(draft.continue_at, "0:20.0");
    // In the form the mark is taken before the playhead.
    at(&mut bench, "s2", 33.0);
    bench.field(Field::ContinueAt).keys("x t");
    assert_eq!(bench.app.draft().continue_at, "0:20.0");
}

#[test]
fn the_cursor_of_the_large_player_sets_marks_and_the_playhead() {
    let mut bench = playing();
    bench.keys("5 l L L");
    assert_eq!(bench.app.player.view.cursor(), Some(Seconds(12.1)));
    bench.keys("]");
    assert_eq!(marks(&bench).1, Some(12.1));
    commands(&mut bench);
    bench.keys("enter");
    assert_eq!(commands(&mut bench), [PlayerCommand::Seek(Seconds(12.1))]);
    assert_eq!(bench.app.player.view.cursor(), None);
    bench.keys("esc");
    assert!(bench.app.overlay.is_none());
}

#[test]
fn a_song_that_is_not_here_is_fetched_first_and_plays_as_it_comes() {
    let mut bench = studio();
    bench.keys("4 G enter");
    let effects = bench.take_effects();
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Download { song, kind: MediaKind::Audio, .. } if song.0 == "s0"
    )));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Player(PlayerCommand::Load { audio: Playable::Arriving, song, .. }) if song.0 == "s0"
    )));
    // It is on its way: asked for once more, it is not begun once more.
    bench.keys("enter");
    let again = bench.take_effects();
    assert!(
        !again
            .iter()
            .any(|effect| matches!(effect, Effect::Download { .. }))
    );
}

#[test]
fn a_version_and_its_source_are_compared_with_one_key() {
    let mut bench = playing();
    bench.keys("\\");
    assert_eq!(
        commands(&mut bench),
        [PlayerCommand::Compare {
            song: id("s1"),
            audio: Playable::File(MediaFile {
                name: bench
                    .app
                    .songs
                    .get(&id("s1"))
                    .unwrap()
                    .audio
                    .file
                    .clone()
                    .unwrap()
                    .name,
                bytes: bench
                    .app
                    .songs
                    .get(&id("s1"))
                    .unwrap()
                    .audio
                    .file
                    .clone()
                    .unwrap()
                    .bytes,
            }),
            alignment: Alignment::default(),
        }]
    );
    bench.keys("\\");
    assert_eq!(refused(&bench), Some(Refusal::NotReady));
    tell(
        &mut bench,
        PlayerEvent::Compared {
            song: id("s1"),
            duration: Some(Seconds(90.0)),
        },
    );
    bench.keys("\\");
    assert_eq!(commands(&mut bench), [PlayerCommand::Switch]);
    tell(&mut bench, PlayerEvent::Switched { song: id("s1") });
    at(&mut bench, "s1", 11.0);
    assert_eq!(bench.app.player.song(), Some(&id("s1")));
    assert_eq!(bench.app.player.duration(), Some(Seconds(90.0)));
    bench.keys("|");
    assert_eq!(commands(&mut bench), [PlayerCommand::EndComparison]);
    assert!(bench.app.player.comparison().is_none());
}

#[test]
fn a_replaced_section_is_aligned_behind_it() {
    let mut songs = vec![song_here("s1", "old"), song_here("s2", "new")];
    songs[0].duration = Some(Seconds(100.0));
    songs[1].duration = Some(Seconds(97.0));
    songs[1].created_at = after(noon(), 1.0);
    songs[1].more.source = Some(id("s1"));
    songs[1].task = Some(TaskId(7));
    let order = Request::from(AudiosRequest {
        action: Action::ReplaceSection,
        audio_id: Some(id("s1")),
        replace_section_start: Some(20.0),
        replace_section_end: Some(40.0),
        ..AudiosRequest::default()
    });
    let mut task = Task::new(TaskId(7), order, noon());
    task.state = TaskState::Succeeded;
    task.finished_at = Some(noon());
    let saved = Saved {
        songs,
        tasks: vec![task],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.keys("4 enter");
    tell(
        &mut bench,
        PlayerEvent::Loaded {
            song: id("s2"),
            duration: Some(Seconds(97.0)),
        },
    );
    commands(&mut bench);
    bench.keys("\\");
    let alignment = commands(&mut bench)
        .into_iter()
        .find_map(|command| match command {
            PlayerCommand::Compare { alignment, .. } => Some(alignment),
            _ => None,
        });
    let alignment = alignment.expect("a comparison");
    assert_eq!(alignment.in_other(Seconds(10.0)), Seconds(10.0));
    assert_eq!(alignment.in_other(Seconds(37.0)), Seconds(40.0));
    assert_eq!(alignment.in_other(Seconds(97.0)), Seconds(100.0));
    assert_eq!(alignment.in_first(Seconds(40.0)), Seconds(37.0));
}

#[test]
fn what_plays_next_follows_without_a_gap() {
    let mut bench = playing();
    bench.keys("j N");
    let told = commands(&mut bench);
    let follows = |song: &str| {
        told.iter().any(
            |command| matches!(command, PlayerCommand::Follow(Some(next)) if next.song.0 == song),
        )
    };
    assert!(follows("s1"), "{told:?}");
    tell(
        &mut bench,
        PlayerEvent::Followed {
            song: id("s1"),
            duration: Some(Seconds(50.0)),
        },
    );
    assert_eq!(bench.app.player.song(), Some(&id("s1")));
    assert_eq!(bench.app.player.up_next.songs().len(), 0);
    assert_eq!(bench.app.player.duration(), Some(Seconds(50.0)));
}

#[test]
fn what_did_not_follow_by_itself_begins_at_the_end() {
    let mut bench = playing();
    bench.keys("G N");
    commands(&mut bench);
    tell(&mut bench, PlayerEvent::Ended { song: id("s2") });
    let told = commands(&mut bench);
    assert!(
        told.iter()
            .any(|command| matches!(command, PlayerCommand::Load { song, .. } if song.0 == "s0")),
        "{told:?}"
    );
}

#[test]
fn all_in_sight_is_played_lined_up_and_taken_out() {
    let mut bench = studio();
    bench.keys("4 P");
    assert_eq!(bench.app.player.song(), Some(&id("s2")));
    let line = |bench: &Bench| -> Vec<String> {
        bench
            .app
            .player
            .up_next
            .songs()
            .map(|song| song.0.clone())
            .collect()
    };
    assert_eq!(line(&bench), ["s1", "s0"]);
    bench.keys("Q J");
    assert_eq!(line(&bench), ["s0", "s1"]);
    bench.keys("d");
    assert_eq!(line(&bench), ["s0"]);
    bench.keys("R");
    assert_eq!(bench.app.player.up_next.repeat(), Repeat::All);
    bench.keys("enter");
    assert_eq!(bench.app.player.song(), Some(&id("s0")));
    bench.pass(2.0);
    let kept = bench
        .take_effects()
        .into_iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Save(Record::Preferences(kept)) => Some((kept.up_next, kept.repeat)),
            _ => None,
        });
    assert_eq!(kept, Some((vec![id("s2")], Repeat::All)));
}

fn with_stems() -> Bench {
    let mut song = song_here("s2", "new");
    song.more.stems = ["vocals", "drums"]
        .map(|name| MediaFile {
            name: format!("s2.stems/{name}.wav"),
            bytes: 4,
        })
        .into();
    let saved = Saved {
        songs: vec![song],
        ..Saved::default()
    };
    let mut bench = Bench::with(saved, Settings::default());
    bench.keys("4 enter");
    at(&mut bench, "s2", 12.0);
    commands(&mut bench);
    bench
}

#[test]
fn the_mixer_plays_the_stems_from_where_the_song_is() {
    let mut bench = with_stems();
    bench.keys("5 e");
    let told = commands(&mut bench);
    assert!(
        told.iter().any(|command| matches!(
            command,
            PlayerCommand::Load { audio: Playable::Stems(stems), from, .. }
                if stems.len() == 2 && *from == Seconds(12.0)
        )),
        "{told:?}"
    );
    bench.keys("j s");
    assert_eq!(commands(&mut bench), [PlayerCommand::Mix(vec![0.0, 1.0])]);
    bench.keys("s m");
    assert_eq!(
        commands(&mut bench).last(),
        Some(&PlayerCommand::Mix(vec![1.0, 0.0]))
    );
    let mix = bench.app.mix_of(&id("s2"));
    assert!(mix[1].muted && !mix[0].muted);
    bench.keys("0");
    assert!(bench.app.songs.get(&id("s2")).unwrap().more.mix.is_empty());
}

#[test]
fn a_song_without_stems_goes_on_as_it_is() {
    for keys in ["e", "5 e"] {
        let mut bench = playing();
        bench.keys("5 esc");
        bench.keys(keys);
        assert!(!matches!(bench.app.overlay, Some(Overlay::Mixer { .. })));
        assert_eq!(commands(&mut bench), []);
    }
    let mut bench = playing();
    bench.keys("5 e");
    assert_eq!(refused(&bench), Some(Refusal::NoStems));
}

#[test]
fn a_song_that_rests_goes_on_resting_in_the_mixer() {
    let mut bench = with_stems();
    tell(
        &mut bench,
        PlayerEvent::Moved {
            song: id("s2"),
            position: Seconds(12.0),
            playing: false,
        },
    );
    bench.keys("5 e");
    let told = commands(&mut bench);
    let is_paused =
        |command: &PlayerCommand| matches!(command, PlayerCommand::Load { play: false, .. });
    assert!(told.iter().any(is_paused), "{told:?}");
    assert!(!bench.app.player.is_playing());
    bench.keys("space");
    assert_eq!(commands(&mut bench), [PlayerCommand::Play]);
}

#[test]
fn a_mix_is_written_where_the_listener_says() {
    let mut bench = with_stems();
    bench.keys("5 e w enter");
    let export = bench
        .take_effects()
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Export { stems, to, .. } => Some((stems.len(), to)),
            _ => None,
        });
    let (stems, to) = export.expect("an export");
    assert_eq!(stems, 2);
    assert!(to.ends_with("s2-mix.wav"), "{to}");
}

#[test]
fn nobody_looks_at_the_spectrum_of_a_window_in_the_background() {
    let mut bench = playing();
    bench.event(Event::Input(Input::Focused(false)));
    assert!(commands(&mut bench).is_empty());
    bench.keys("5 v");
    assert_eq!(commands(&mut bench), [PlayerCommand::TellSpectrum(20)]);
    tell(&mut bench, PlayerEvent::Spectrum(vec![9; 64]));
    assert_eq!(bench.app.player.spectrum().len(), 64);
    bench.event(Event::Input(Input::Focused(false)));
    assert_eq!(commands(&mut bench), [PlayerCommand::TellSpectrum(0)]);
    bench.event(Event::Input(Input::Focused(true)));
    assert_eq!(commands(&mut bench), [PlayerCommand::TellSpectrum(20)]);
    bench.keys("v");
    assert_eq!(commands(&mut bench), [PlayerCommand::TellSpectrum(0)]);
    assert!(bench.app.player.spectrum().is_empty());
    assert!(matches!(bench.app.overlay, Some(Overlay::Player)));
}
