//! What sounds beside a song or behind it, on the silent output: what is told of it.

use std::time::{Duration, Instant};

use fuzzbox::audio::OutputChoice;
use fuzzbox::domain::{Alignment, PlayerCommand, PlayerEvent, Seconds};

use super::{
    Listener, compared, file, fixture, is_end, is_failure, next, part, song, stems, write_tone,
};

fn followed(name: &str) -> impl Fn(&PlayerEvent) -> bool {
    let wanted = song(name);
    move |event| matches!(event, PlayerEvent::Followed { song, .. } if *song == wanted)
}

#[test]
fn a_song_follows_another_and_another_that() {
    let player = Listener::silent();
    player.load("moov_first.m4a", 2.0, true);
    player.send(next("mono_8k.wav"));
    let seen = player.until(followed("mono_8k.wav"));
    assert!(!seen.iter().any(is_end));
    assert!(seen.contains(&PlayerEvent::Followed {
        song: song("mono_8k.wav"),
        duration: Some(Seconds(1.5)),
    }));
    player.send(next("24bit_96k.wav"));
    player.until(followed("24bit_96k.wav"));
    let seen = player.until(is_end);
    assert_eq!(
        seen.last(),
        Some(&PlayerEvent::Ended {
            song: song("24bit_96k.wav")
        })
    );
    // The last one is loaded now as if it had been asked for.
    player.send(PlayerCommand::Seek(Seconds(0.05)));
    assert!((player.position(|_, _| true) - 0.05).abs() < 1e-3);
}

#[test]
fn what_follows_survives_a_seek_and_can_be_taken_back() {
    let player = Listener::silent();
    player.load("moov_first.m4a", 0.0, true);
    player.send(next("mono_8k.wav"));
    player.position(|position, playing| playing && position > 0.1);
    player.send(PlayerCommand::Seek(Seconds(2.3)));
    player.until(followed("mono_8k.wav"));
    player.send(next("lame.mp3"));
    player.position(|position, _| position > 0.3);
    player.send(PlayerCommand::Seek(Seconds(1.4)));
    player.send(PlayerCommand::Follow(None));
    let seen = player.until(is_end);
    assert!(
        matches!(seen.last(), Some(PlayerEvent::Ended { song: over }) if *over == song("mono_8k.wav"))
    );
}

#[test]
fn what_cannot_follow_is_told_and_the_song_ends() {
    let player = Listener::silent();
    player.load("moov_first.m4a", 2.0, true);
    player.send(next("README.md"));
    let seen = player.until(is_failure);
    assert!(
        matches!(seen.last(), Some(PlayerEvent::Failed { song: failed, .. }) if *failed == song("README.md"))
    );
    let seen = player.until(is_end);
    assert!(
        matches!(seen.last(), Some(PlayerEvent::Ended { song: over }) if *over == song("moov_first.m4a"))
    );
}

#[test]
fn a_loop_stays_in_its_part_until_it_is_opened() {
    let player = Listener::silent();
    player.load("moov_first.m4a", 0.0, true);
    player.position(|position, playing| playing && position > 0.1);
    player.send(part(0.2, 0.7));
    let began = Instant::now();
    let mut rounds = 0;
    let mut last = 0.0;
    while began.elapsed() < Duration::from_secs(3) {
        let position = player.position(|_, _| true);
        assert!(position < 0.71, "{position}");
        rounds += usize::from(position < last);
        last = position;
    }
    assert!((3..=6).contains(&rounds), "{rounds}");
    // Past its end is its beginning.
    player.send(PlayerCommand::Seek(Seconds(1.5)));
    let position = player.position(|_, _| true);
    assert!((position - 0.2).abs() < 0.01, "{position}");
    player.send(PlayerCommand::Loop(None));
    player.until(is_end);
}

#[test]
fn a_nonsensical_loop_is_none() {
    let player = Listener::silent();
    player.load("24bit_96k.wav", 0.0, true);
    player.send(part(3.0, 4.0));
    player.send(part(f64::NAN, 1.0));
    player.send(part(0.02, 0.02));
    player.until(is_end);
}

#[test]
fn two_songs_are_compared_at_the_moments_that_belong_together() {
    let folder = tempfile::tempdir().expect("a folder");
    write_tone(folder.path(), "a.wav", 440.0, 0.5, 9.0);
    write_tone(folder.path(), "b.wav", 660.0, 0.5, 7.0);
    let player = Listener::new(folder.path().to_owned(), OutputChoice::Silent);
    player.load("a.wav", 4.0, true);
    let alignment = Alignment {
        from: Some(Seconds(3.0)),
        shift: -2.0,
    };
    player.send(compared("b.wav", alignment));
    let seen = player.until(|event| matches!(event, PlayerEvent::Compared { .. }));
    assert!(seen.contains(&PlayerEvent::Compared {
        song: song("b.wav"),
        duration: Some(Seconds(7.0)),
    }));
    let at = player.position(|position, _| position > 4.2);
    player.send(PlayerCommand::Switch);
    let seen = player.until(
        |event| matches!(event, PlayerEvent::Moved { song: about, .. } if *about == song("b.wav")),
    );
    assert!(seen.contains(&PlayerEvent::Switched {
        song: song("b.wav")
    }));
    let Some(PlayerEvent::Moved { position, .. }) = seen.last() else {
        unreachable!("that was waited for");
    };
    assert!((position.0 - (at - 2.0)).abs() < 0.3, "{at} {position:?}");
    player.send(PlayerCommand::Pause);
    let held = player.position(|_, playing| !playing);
    player.send(PlayerCommand::Switch);
    let back = player.position(|_, playing| !playing);
    assert!((back - held - 2.0).abs() < 1e-3, "{held} {back}");
    player.send(PlayerCommand::Seek(Seconds(1.0)));
    assert!((player.position(|_, _| true) - 1.0).abs() < 1e-3);
    player.send(PlayerCommand::Switch);
    assert!((player.position(|_, _| true) - 1.0).abs() < 1e-3);
    player.send(PlayerCommand::EndComparison);
    player.send(PlayerCommand::Switch); // there is nothing left to switch to
    player.send(PlayerCommand::Seek(Seconds(6.8)));
    player.send(PlayerCommand::Play);
    let seen = player.until(is_end);
    assert!(
        !seen
            .iter()
            .any(|event| matches!(event, PlayerEvent::Switched { .. }))
    );
    assert_eq!(
        seen.last(),
        Some(&PlayerEvent::Ended {
            song: song("b.wav")
        })
    );
}

#[test]
fn stems_play_as_one_song() {
    let player = Listener::silent();
    player.send(stems(
        "s",
        &["lame.mp3", "mono_8k.wav", "moov_last.m4a"],
        1.2,
    ));
    let seen = player.until(is_end);
    assert!(seen.iter().any(|event| matches!(event, PlayerEvent::Loaded { duration: Some(all), .. } if (all.0 - 2.4).abs() < 0.01)));
    player.send(PlayerCommand::Mix(vec![0.0, 1.0, f32::NAN, 7.0]));
    player.send(PlayerCommand::Seek(Seconds(2.0)));
    player.send(PlayerCommand::Play);
    player.until(is_end);
    player.send(stems("t", &["lame.mp3", "README.md"], 0.0));
    player.until(is_failure);
    player.send(stems("u", &[], 0.0));
    player.until(is_failure);
}

#[test]
fn stems_lie_in_a_folder_below_and_nothing_lies_above() {
    let folder = tempfile::tempdir().expect("a folder");
    let media = folder.path().join("media");
    std::fs::create_dir_all(media.join("s.stems")).expect("a folder");
    for name in ["vocals.wav", "drums.wav"] {
        std::fs::copy(fixture("mono_8k.wav"), media.join("s.stems").join(name)).expect("copies");
    }
    std::fs::copy(fixture("mono_8k.wav"), folder.path().join("above.wav")).expect("copies");
    let player = Listener::new(media, OutputChoice::Silent);
    player.send(stems(
        "s",
        &["s.stems/vocals.wav", "s.stems/drums.wav"],
        1.0,
    ));
    let seen = player.until(|event| is_end(event) || is_failure(event));
    assert!(seen.last().is_some_and(is_end), "{seen:?}");
    let above = folder.path().join("above.wav");
    for outside in [
        "../above.wav",
        "s.stems/../../above.wav",
        "",
        above.to_str().expect("text"),
    ] {
        player.send(stems("t", &[outside], 0.0));
        player.until(is_failure);
    }
}

#[test]
fn the_spectrum_is_told_while_something_is_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    write_tone(folder.path(), "a.wav", 1_000.0, 0.5, 9.0);
    let player = Listener::new(folder.path().to_owned(), OutputChoice::Silent);
    player.send(PlayerCommand::TellSpectrum(20));
    player.load("a.wav", 0.0, true);
    player.position(|position, playing| playing && position > 0.4);
    let is_spectrum = |event: &PlayerEvent| matches!(event, PlayerEvent::Spectrum(_));
    let seen = player.until(is_spectrum);
    let Some(PlayerEvent::Spectrum(bands)) = seen.last() else {
        unreachable!("that was waited for");
    };
    let loudest = (0..64).max_by_key(|band| bands[*band]);
    // 64 bands from 40 Hz to 16 kHz.
    let wanted = (64.0 * (1_000f64 / 40.0).ln() / 400f64.ln()) as usize;
    assert!(loudest.expect("bands").abs_diff(wanted) <= 1, "{bands:?}");
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < Duration::from_secs(1) {
        player.until(is_spectrum);
        count += 1;
    }
    assert!((2..=24).contains(&count), "{count} in a second");
    player.send(PlayerCommand::Pause);
    player.until(|event| *event == PlayerEvent::Spectrum(Vec::new()));
    player.send(PlayerCommand::TellSpectrum(0));
    player.send(PlayerCommand::Seek(Seconds(8.5)));
    player.send(PlayerCommand::Play);
    let seen = player.until(is_end);
    assert!(!seen.iter().any(is_spectrum));
}

#[test]
fn an_interrupted_song_is_told_behind_the_one_that_follows() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = std::fs::read(fixture("lame.mp3")).expect("reads");
    bytes.truncate(bytes.len() * 6 / 10);
    std::fs::write(folder.path().join("cut.mp3"), bytes).expect("writes");
    write_tone(folder.path(), "a.wav", 440.0, 0.5, 0.5);
    let player = Listener::new(folder.path().to_owned(), OutputChoice::Silent);
    player.load("cut.mp3", 0.8, true);
    player.send(next("a.wav"));
    let seen = player.until(is_end);
    let place = |wanted: &dyn Fn(&PlayerEvent) -> bool| seen.iter().position(wanted);
    assert!(place(&is_failure) > place(&followed("a.wav")));
    assert_eq!(file("a.wav").name, "a.wav");
}
