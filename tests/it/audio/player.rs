//! Playing on the silent output, where only time passes.

use std::time::{Duration, Instant};

use fuzzbox::audio::OutputChoice;
use fuzzbox::domain::{OutputKind, PlayerCommand, PlayerEvent, Seconds, Volume, Waveform};

use super::{Listener, fixture, fixtures, is_end, is_output, song};

#[test]
fn a_song_plays_from_beginning_to_end_in_real_time() {
    let player = Listener::silent();
    let began = Instant::now();
    player.load("mono_8k.wav", 0.0, true);
    let seen = player.until(is_end);
    let took = began.elapsed().as_secs_f64();
    assert!(took > 1.4, "over after {took} s");

    let off = OutputKind::Silent {
        reason: "sound is turned off".into(),
    };
    assert!(seen.iter().any(|event| is_output(event, &off)));
    assert!(seen.contains(&PlayerEvent::Loaded {
        song: song("mono_8k.wav"),
        duration: Some(Seconds(1.5)),
    }));
    let positions: Vec<f64> = seen
        .iter()
        .filter_map(|event| match event {
            PlayerEvent::Moved { position, .. } => Some(position.0),
            _ => None,
        })
        .collect();
    assert!(positions.is_sorted(), "{positions:?}");
    assert!((4..=12).contains(&positions.len()), "{positions:?}");
    assert_eq!(positions.last(), Some(&1.5));
    let shapes = seen.iter().filter(|event| match event {
        PlayerEvent::Shape { waveform, .. } => waveform.peaks.len() == Waveform::SLICES,
        _ => false,
    });
    assert_eq!(shapes.count(), 1);
}

#[test]
fn every_kind_of_file_plays_to_its_end() {
    let player = Listener::silent();
    for (name, from) in [
        ("moov_first.m4a", 2.2),
        ("moov_last.m4a", 2.2),
        ("fragmented.m4a", 2.2),
        ("lame.mp3", 2.2),
        ("bare.mp3", 1.4),
        ("24bit_96k.wav", 0.0),
        ("mono_8k.wav", 1.4),
        ("mono_16k.flac", 1.0),
    ] {
        player.load(name, from, true);
        let seen = player.until(is_end);
        let first = seen.iter().find_map(|event| match event {
            PlayerEvent::Moved { position, .. } => Some(position.0),
            _ => None,
        });
        assert!(
            (first.expect("a position is told") - from).abs() < 1e-3,
            "{name}"
        );
        assert_eq!(seen.last(), Some(&PlayerEvent::Ended { song: song(name) }));
    }
}

#[test]
fn a_song_loaded_paused_waits_and_seeks_where_it_is_told() {
    let player = Listener::silent();
    player.load("moov_last.m4a", 0.5, false);
    assert!((player.position(|_, playing| !playing) - 0.5).abs() < 1e-3);
    player.send(PlayerCommand::Seek(Seconds(1.25)));
    assert!((player.position(|_, playing| !playing) - 1.25).abs() < 1e-3);
    player.send(PlayerCommand::Seek(Seconds(f64::NAN)));
    assert!(player.position(|_, playing| !playing).abs() < 1e-9);
    player.send(PlayerCommand::Seek(Seconds(1e12)));
    assert!((player.position(|_, playing| !playing) - 2.4).abs() < 1e-3);
    player.send(PlayerCommand::Seek(Seconds(2.0)));
    player.send(PlayerCommand::Play);
    player.position(|position, playing| playing && position > 2.0);
    player.until(is_end);
}

#[test]
fn pause_holds_the_position_and_play_goes_on_from_it() {
    let player = Listener::silent();
    player.load("moov_first.m4a", 0.0, true);
    player.position(|position, playing| playing && position > 0.2);
    player.send(PlayerCommand::Pause);
    let held = player.position(|_, playing| !playing);
    player.send(PlayerCommand::Play);
    let resumed = player.position(|_, playing| playing);
    assert!(
        (resumed - held).abs() < 0.02,
        "held at {held}, went on at {resumed}"
    );
    player.until(is_end);
}

#[test]
fn after_the_end_a_seek_works_and_play_begins_again() {
    let player = Listener::silent();
    player.load("moov_first.m4a", 2.3, true);
    player.until(is_end);
    player.send(PlayerCommand::Seek(Seconds(2.2)));
    assert!((player.position(|_, _| true) - 2.2).abs() < 1e-3);
    player.send(PlayerCommand::Play);
    player.until(is_end);
    player.send(PlayerCommand::Play);
    assert!(player.position(|_, playing| playing) < 0.1);
    player.position(|position, playing| playing && position > 0.1);
}

#[test]
fn seeking_beyond_the_end_while_playing_ends_the_song() {
    let player = Listener::silent();
    player.load("lame.mp3", 0.0, true);
    player.position(|position, playing| playing && position > 0.0);
    player.send(PlayerCommand::Seek(Seconds(99.0)));
    player.until(is_end);
}

#[test]
fn a_storm_of_seeks_ends_at_the_last_one() {
    let player = Listener::silent();
    player.load("moov_last.m4a", 0.0, true);
    for step in 0..300 {
        player.send(PlayerCommand::Seek(Seconds(f64::from(step % 23) / 10.0)));
    }
    player.send(PlayerCommand::Seek(Seconds(1.0)));
    player.send(PlayerCommand::Pause);
    let held = player.position(|_, playing| !playing);
    assert!((1.0..1.3).contains(&held), "{held}");
}

#[test]
fn nothing_is_heard_of_a_song_once_the_next_one_is_loaded() {
    let player = Listener::silent();
    for round in 0..30 {
        player.load("moov_first.m4a", 0.0, true);
        if round % 3 == 0 {
            player.until(|event| matches!(event, PlayerEvent::Loaded { .. }));
        }
    }
    player.load("mono_8k.wav", 1.2, true);
    player.until(|event| matches!(event, PlayerEvent::Loaded { song: loaded, .. } if *loaded == song("mono_8k.wav")));
    for event in player.until(is_end) {
        if let PlayerEvent::Moved { song: about, .. }
        | PlayerEvent::Shape { song: about, .. }
        | PlayerEvent::Ended { song: about } = event
        {
            assert_eq!(about, song("mono_8k.wav"));
        }
    }
}

#[test]
fn ten_hours_play_like_ten_seconds() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut head = std::fs::read(fixture("mono_8k.wav")).expect("reads");
    let data = head.windows(4).position(|word| word == b"data");
    let data = data.expect("has data") + 4;
    let bytes = 36_000u32 * 16_000;
    head.truncate(data);
    head.extend(bytes.to_le_bytes());
    let whole = head.len() as u64 + u64::from(bytes);
    head[4..8].copy_from_slice(&((whole - 8) as u32).to_le_bytes());
    let path = folder.path().join("long.wav");
    std::fs::write(&path, head).expect("writes");
    let file = std::fs::File::options().write(true).open(&path);
    file.and_then(|file| file.set_len(whole)).expect("grows"); // of holes
    let player = Listener::new(folder.path().to_owned(), OutputChoice::Silent);
    player.load("long.wav", 18_000.0, true);
    player.position(|position, playing| playing && position > 18_000.1);
    player.send(PlayerCommand::Seek(Seconds(35_999.6)));
    player.until(is_end);
}

#[test]
fn commands_without_a_song_do_nothing() {
    let player = Listener::silent();
    for command in [
        PlayerCommand::Play,
        PlayerCommand::Pause,
        PlayerCommand::Seek(Seconds(3.0)),
        PlayerCommand::SetVolume(Volume::new(10)),
        PlayerCommand::Stop,
    ] {
        player.send(command.clone());
        assert!(player.events.try_recv().is_err(), "{command:?}");
    }
    player.load("24bit_96k.wav", 0.0, true);
    player.until(is_end);
    player.send(PlayerCommand::Stop);
    player.send(PlayerCommand::Play);
    player.load("24bit_96k.wav", 0.0, true);
    let seen = player.until(is_end);
    assert!(matches!(
        seen.iter()
            .find(|event| !matches!(event, PlayerEvent::Output(_) | PlayerEvent::Shape { .. })),
        Some(PlayerEvent::Loaded { .. })
    ));
}

#[test]
fn dropping_the_player_ends_it_promptly_whatever_it_does() {
    for (name, play) in [
        ("moov_first.m4a", true),
        ("lame.mp3", false),
        ("missing.wav", true),
    ] {
        let player = Listener::silent();
        player.load(name, 0.0, play);
        player
            .events
            .recv_timeout(super::DEADLINE)
            .expect("it began");
        let Listener { audio, events } = player;
        let began = Instant::now();
        drop(audio);
        assert!(began.elapsed() < Duration::from_secs(2));
        // The channel closes when the last thread that could tell something is at its end.
        while events.recv_timeout(super::DEADLINE)
            != Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
        {
            assert!(began.elapsed() < super::DEADLINE);
        }
    }
}

/// Ticks of the processor and voluntary waits of all threads of this process whose name begins with ours.
#[cfg(target_os = "linux")]
fn wakes() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("linux");
    tasks
        .flatten()
        .filter(|task| {
            let name = std::fs::read_to_string(task.path().join("comm"));
            name.is_ok_and(|name| name.starts_with("fuzzbox-"))
        })
        .filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok())
        .filter_map(|status| {
            let line = status.lines().find(|line| line.starts_with("voluntary"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}

/// Run alone by the test below: other players in this process would be counted too.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by the test that follows, in a process of its own"]
fn paused_alone() {
    let player = Listener::new(fixtures(), OutputChoice::Silent);
    player.load("moov_first.m4a", 0.0, true);
    player.until(|event| matches!(event, PlayerEvent::Shape { .. }));
    player.position(|position, playing| playing && position > 0.2);
    player.send(PlayerCommand::Pause);
    player.position(|_, playing| !playing);
    let silence = Duration::from_secs(2);
    // What was going on comes to rest first.
    assert!(player.events.recv_timeout(silence / 4).is_err());
    let before = wakes();
    assert!(player.events.recv_timeout(silence).is_err());
    assert_eq!(wakes() - before, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_paused_player_never_wakes_up() {
    let me = std::env::current_exe().expect("known");
    let child = std::process::Command::new(me)
        .args([
            "--exact",
            "audio::player::paused_alone",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
