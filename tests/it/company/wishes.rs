//! What a guest's keys do to the queue and to songs: each is a wish that the program with the engine grants.

use fuzzbox::app::effect::Effect;
use fuzzbox::app::event::{CompanyEvent, Event};
use fuzzbox::domain::{
    Hold, PlayerCommand, Record, Saved, Shift, Song, Task, TaskId, TaskState, Want, Whom, Wish,
};

use super::guests::{assert_no_deeds, guest, hand, handed, program};
use crate::support::bench::{Bench, song, song_here};
use crate::support::studio::task;

fn waiting(id: i64, label: &str) -> Task {
    let state = TaskState::Waiting {
        retry_at: None,
        because: None,
    };
    let mut task = task(id, label, state);
    task.api_id = None;
    task
}

/// A paused queue with three orders that wait.
fn three() -> Saved {
    Saved {
        tasks: vec![waiting(1, "one"), waiting(2, "two"), waiting(3, "three")],
        paused: true,
        ..Saved::default()
    }
}

fn with_songs(songs: Vec<Song>) -> Saved {
    Saved {
        songs,
        ..Saved::default()
    }
}

/// The one wish that these keys of a guest hand over.
#[track_caller]
fn wish(bench: &mut Bench, keys: &str) -> Wish {
    bench.take_effects();
    bench.keys(keys);
    let mut handed = handed(bench);
    assert_eq!(handed.len(), 1, "{keys}: {handed:?}");
    match handed.remove(0).want {
        Want::Wish(wish) => wish,
        want @ Want::Order(_) => panic!("{want:?}"),
    }
}

#[track_caller]
fn grant(owner: &mut Bench, number: u32, wish: Wish) {
    let ticket = fuzzbox::domain::Ticket(format!("guest-{number}"));
    let want = Want::Wish(wish);
    hand(owner, vec![fuzzbox::domain::Handed { ticket, want }]);
}

fn changed(tasks: Vec<Task>, songs: Vec<Song>, paused: bool) -> Event {
    Event::Company(CompanyEvent::Changed {
        tasks,
        songs,
        paused,
    })
}

fn plays(effects: &[Effect]) -> bool {
    let loads = |effect: &Effect| matches!(effect, Effect::Player(PlayerCommand::Load { .. }));
    effects.iter().any(loads)
}

#[test]
fn the_queue_is_moved_and_paused_where_the_engine_is() {
    let mut guest = guest(three());
    let mut owner = program("owner", false, three());
    guest.keys("3 g j");
    let second = guest.app.tasks.get(TaskId(2)).map(Whom::of).expect("there");
    let order = |bench: &Bench| bench.app.tasks.rows(0);
    let moved = wish(&mut guest, "K");
    assert_eq!(moved, Wish::Shift(second.clone(), Shift::Earlier));
    assert_eq!(
        order(&guest),
        [TaskId(1), TaskId(2), TaskId(3)],
        "not by itself"
    );
    grant(&mut owner, 1, moved);
    assert_eq!(order(&owner), [TaskId(2), TaskId(1), TaskId(3)]);
    guest.event(changed(
        owner.app.tasks.iter().cloned().collect(),
        Vec::new(),
        true,
    ));
    assert_eq!(order(&guest), order(&owner));
    let aside = wish(&mut guest, "z");
    grant(&mut owner, 2, aside);
    let held = owner.app.tasks.get(TaskId(2)).expect("there").clone();
    let why = Hold::Paused;
    assert_eq!(held.state, TaskState::Held { why, because: None });
    guest.event(changed(vec![held], Vec::new(), true));
    assert_eq!(wish(&mut guest, "z"), Wish::ResumeTask(second.clone()));
    assert_eq!(wish(&mut guest, "s"), Wish::ResumeTask(second));
    assert!(guest.app.tasks.is_paused());
    let on = wish(&mut guest, "Z");
    assert_eq!(on, Wish::PauseQueue(false));
    grant(&mut owner, 3, on);
    assert!(!owner.app.tasks.is_paused());
    assert_eq!(owner.submitted().len(), 2, "what is put aside stays there");
    guest.event(changed(Vec::new(), Vec::new(), false));
    assert!(!guest.app.tasks.is_paused());
}

#[test]
fn an_import_goes_on_where_the_engine_is() {
    let mut guest = guest(Saved::default());
    let begin = wish(&mut guest, "4 I");
    assert_eq!(begin, Wish::Import);
    guest.pass(60.0);
    assert_no_deeds(&guest.take_effects());
    let mut owner = program("owner", false, Saved::default());
    owner.take_effects();
    grant(&mut owner, 1, begin);
    let asks = |effect: &Effect| matches!(effect, Effect::Search { page: Some(_), .. });
    assert!(owner.effects.iter().any(asks), "{:?}", owner.effects);
    // One that was under way when its program ended goes on with the next.
    let import = owner.effects.iter().find_map(|effect| match effect {
        Effect::Save(Record::Import(mark)) => Some(*mark),
        _ => None,
    });
    let left = Saved {
        import: import.expect("kept"),
        ..Saved::default()
    };
    guest.event(Event::Company(CompanyEvent::TookOver(Box::new(left))));
    guest.pass(5.0);
    assert!(guest.effects.iter().any(asks), "{:?}", guest.effects);
}

#[test]
fn a_song_that_is_not_here_is_heard_once_it_is() {
    let mut guest = guest(with_songs(vec![song("s1", "Drops")]));
    let want = wish(&mut guest, "4 enter");
    assert_eq!(want, Wish::FetchFirst(song("s1", "Drops").id));
    let mut owner = program("owner", false, with_songs(vec![song("s1", "Drops")]));
    owner.take_effects();
    grant(&mut owner, 1, want);
    let fetches = owner.app.songs.to_fetch();
    assert!(fetches > 0);
    guest.event(changed(Vec::new(), vec![song("s1", "Drops")], false));
    assert!(!plays(&guest.take_effects()), "still not here");
    guest.event(changed(Vec::new(), vec![song_here("s1", "Drops")], false));
    let effects = guest.take_effects();
    assert_no_deeds(&effects);
    assert!(plays(&effects), "{effects:?}");
    guest.event(changed(Vec::new(), vec![song_here("s1", "Drops")], false));
    assert!(!plays(&guest.take_effects()), "once");
}

#[test]
fn a_song_that_is_waited_for_gives_way_to_another() {
    let songs = vec![song("s1", "Drops"), song_here("s2", "Here")];
    let mut guest = guest(with_songs(songs));
    guest.keys("4 g");
    let first = guest.app.library.selected().cloned().expect("selected");
    let (here, coming) = if first == song("s2", "").id {
        ("g enter", "j enter")
    } else {
        ("j enter", "g enter")
    };
    wish(&mut guest, coming);
    guest.keys(here);
    assert!(plays(&guest.take_effects()));
    guest.event(changed(Vec::new(), vec![song_here("s1", "Drops")], false));
    assert!(!plays(&guest.take_effects()));
}

#[test]
fn marks_are_kept_by_the_owner_and_stand_meanwhile() {
    let saved = with_songs(vec![song_here("s1", "Drops")]);
    let mut guest = guest(saved.clone());
    let mut owner = program("owner", false, saved);
    guest.keys("4 enter");
    let first = wish(&mut guest, "[");
    let second = wish(&mut guest, ")");
    let marks = |bench: &Bench| {
        let song = bench.app.songs.iter().next().expect("there");
        song.more.marks
    };
    let here = marks(&guest);
    grant(&mut owner, 1, first);
    assert_ne!(marks(&owner), here);
    let told = owner.app.songs.iter().cloned().collect();
    guest.event(changed(Vec::new(), told, false));
    assert_eq!(marks(&guest), here, "the latest is still on its way");
    grant(&mut owner, 2, second);
    assert_eq!(marks(&owner), here);
    let kept = |effect: &Effect| matches!(effect, Effect::Save(Record::Song(song)) if song.more.marks == here);
    assert!(owner.effects.iter().any(kept));
    // Told back: from now on the owner's count.
    let told: Vec<Song> = owner.app.songs.iter().cloned().collect();
    guest.event(changed(Vec::new(), told, false));
    guest.event(changed(Vec::new(), vec![song_here("s1", "Drops")], false));
    assert!(marks(&guest).is_empty());
}

#[test]
fn what_another_program_spends_is_counted() {
    let mut owner = program("owner", false, Saved::default());
    owner.keys("enter").type_text("rain").keys("ctrl-g");
    let id = owner.submitted()[0];
    owner.accept(id, "api");
    let mut guest = guest(Saved::default());
    let tasks = owner.app.tasks.iter().cloned().collect();
    guest.event(changed(tasks, Vec::new(), false));
    assert_eq!(guest.app.spend.total().sent, 1);
    assert_eq!(guest.app.spend.total(), owner.app.spend.total());
}
