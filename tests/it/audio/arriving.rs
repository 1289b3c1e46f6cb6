//! Songs that are played while they come in: whoever holds the rest back decides what can be heard.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use fuzzbox::audio::{Arrivals, Audio, Growing, Inspecting, OutputChoice, Shelf};
use fuzzbox::domain::{Playable, PlayerCommand, PlayerEvent, Ranges, Seconds};
use tempfile::TempDir;

use super::{DEADLINE, Listener, fixture, is_end, is_failure, song};

/// A song that comes in.
struct Coming {
    _folder: TempDir,
    content: Vec<u8>,
    part: PathBuf,
    growing: Arc<Growing>,
    wants: Receiver<Option<u64>>,
    player: Listener,
}

impl Coming {
    /// Nothing of it is here yet.
    fn new(name: &str) -> Coming {
        let folder = tempfile::tempdir().expect("a folder");
        let part = folder.path().join("song.part");
        let content = fs::read(fixture(name)).expect("a fixture");
        fs::write(&part, vec![0; content.len()]).expect("written");
        let arrivals = Arrivals::default();
        let growing = arrivals.begin(&song("new"), &part);
        let (tell, wants) = mpsc::channel();
        growing.on_want(Box::new(move |want| {
            let _ = tell.send(want);
        }));
        let (tell, events) = mpsc::channel();
        let shelf = Shelf {
            arrivals,
            ..Shelf::from(folder.path().to_owned())
        };
        let audio = Audio::start(shelf, OutputChoice::Silent, move |event| {
            let _ = tell.send(event);
        });
        Coming {
            _folder: folder,
            content,
            part,
            growing,
            wants,
            player: Listener { audio, events },
        }
    }

    fn load(&self, from: f64) {
        self.player.send(PlayerCommand::Load {
            song: song("new"),
            audio: Playable::Arriving,
            from: Seconds(from),
            play: true,
        });
    }

    /// These parts of the file are here, and no others.
    fn has(&self, ranges: &[(usize, usize)], total: bool) {
        for (from, to) in ranges {
            self.write(*from, *to);
        }
        let ranges: Vec<(u64, u64)> = ranges
            .iter()
            .map(|(from, to)| (*from as u64, *to as u64))
            .collect();
        let total = total.then_some(self.content.len() as u64);
        self.growing.note(&Ranges::from(ranges), total);
    }

    fn is_whole(&self) {
        self.write(0, self.content.len());
        self.growing.complete(self.content.len() as u64);
    }

    /// Writes in place: the player has the file open.
    fn write(&self, from: usize, to: usize) {
        let mut part = fs::File::options()
            .write(true)
            .open(&self.part)
            .expect("the part file");
        part.seek(SeekFrom::Start(from as u64)).expect("a place");
        part.write_all(&self.content[from..to]).expect("written");
    }

    /// Waits until a byte at or after this is waited for.
    fn wants(&self, at: usize) -> usize {
        loop {
            let want = self.wants.recv_timeout(DEADLINE).expect("a wish");
            if let Some(want) = want.filter(|want| *want >= at as u64) {
                return want as usize;
            }
        }
    }
}

fn waits(event: &PlayerEvent, expected: bool) -> bool {
    matches!(event, PlayerEvent::Starved { waits, .. } if *waits == expected)
}

#[test]
fn the_first_samples_come_before_the_last_byte() {
    for name in [
        "moov_first.m4a",
        "fragmented.m4a",
        "lame.mp3",
        "mono_16k.flac",
        "mono_8k.wav",
    ] {
        let coming = Coming::new(name);
        let half = coming.content.len() / 2;
        coming.load(0.0);
        coming.has(&[(0, half)], true);
        let heard = coming
            .player
            .position(|position, playing| playing && position > 0.1);
        assert!(heard < 2.0, "{name}: {heard}");
        coming.player.until(|event| waits(event, true));
        coming.is_whole();
        let seen = coming.player.until(is_end);
        assert!(seen.iter().any(|event| waits(event, false)), "{name}");
    }
}

#[test]
fn an_index_at_the_end_is_asked_for_and_then_it_plays() {
    let coming = Coming::new("moov_last.m4a");
    let size = coming.content.len();
    coming.load(0.0);
    coming.has(&[(0, 4096)], true);
    let index = coming.wants(4096);
    assert!(index > size / 2, "{index} of {size}");
    coming.has(&[(0, 8192), (index, size)], true);
    coming
        .player
        .position(|position, playing| playing && position > 0.05);
    coming.is_whole();
    coming.player.until(is_end);
}

#[test]
fn an_index_at_the_end_of_a_file_of_unknown_length_is_waited_for() {
    let coming = Coming::new("moov_last.m4a");
    let size = coming.content.len();
    coming.load(0.0);
    coming.has(&[(0, size - 10)], false);
    coming.player.until(|event| waits(event, true));
    coming.is_whole();
    coming.player.until(is_end);
}

#[test]
fn a_far_seek_asks_for_what_it_needs() {
    let coming = Coming::new("moov_first.m4a");
    let size = coming.content.len();
    let half = size / 2;
    coming.load(0.0);
    coming.has(&[(0, half)], true);
    coming
        .player
        .position(|position, playing| playing && position > 0.05);
    coming.player.send(PlayerCommand::Seek(Seconds(2.0)));
    let want = coming.wants(half);
    coming.has(&[(0, half), (want, size)], true);
    coming
        .player
        .position(|position, playing| playing && position > 2.01);
    // And back into what is here.
    coming.player.send(PlayerCommand::Seek(Seconds(0.0)));
    coming
        .player
        .position(|position, playing| playing && position > 0.02 && position < 1.0);
}

#[test]
fn a_seek_is_obeyed_while_another_waits() {
    let coming = Coming::new("moov_first.m4a");
    let half = coming.content.len() / 2;
    coming.load(2.2);
    coming.has(&[(0, half)], true);
    coming.player.until(|event| waits(event, true));
    coming.player.send(PlayerCommand::Seek(Seconds(0.1)));
    coming.player.until(|event| waits(event, false));
    coming
        .player
        .position(|position, playing| playing && position > 0.11 && position < 1.0);
}

#[test]
fn a_length_that_nobody_knows_is_told_once_known() {
    let coming = Coming::new("fragmented.m4a");
    let inspecting = Inspecting::along(&coming.growing).expect("a thread");
    let half = coming.content.len() / 2;
    coming.load(0.0);
    coming.has(&[(0, half)], false);
    let seen = coming
        .player
        .until(|event| matches!(event, PlayerEvent::Loaded { .. }));
    let unknown = PlayerEvent::Loaded {
        song: song("new"),
        duration: None,
    };
    assert_eq!(seen.last(), Some(&unknown));
    coming.is_whole();
    coming.player.until(|event| {
        matches!(event, PlayerEvent::Loaded { duration: Some(length), .. } if (length.0 - 2.4).abs() < 0.1)
    });
    let found = inspecting.result().expect("a song");
    assert!((found.duration.0 - 2.4).abs() < 0.1);
}

#[test]
fn the_shape_comes_with_the_bytes_and_is_found_once() {
    let coming = Coming::new("moov_first.m4a");
    let inspecting = Inspecting::along(&coming.growing).expect("a thread");
    coming.load(0.0);
    coming.is_whole();
    let seen = coming
        .player
        .until(|event| matches!(event, PlayerEvent::Landmarks { .. }));
    let whole = |event: &&PlayerEvent| matches!(event, PlayerEvent::Shape { whole: true, .. });
    assert_eq!(seen.iter().filter(whole).count(), 1);
    let survey = inspecting.result().expect("a song").survey;
    assert!(survey.loudness.is_some_and(|loudness| loudness < 0.0));
}

#[test]
fn what_never_comes_is_told_in_a_line() {
    let coming = Coming::new("moov_first.m4a");
    coming.load(0.0);
    coming.has(&[(0, 9000)], true);
    coming
        .player
        .position(|position, playing| playing && position > 0.0);
    coming.growing.fail("the link is dead");
    let seen = coming.player.until(is_failure);
    let Some(PlayerEvent::Failed { reason, .. }) = seen.last() else {
        unreachable!("that was waited for");
    };
    assert!(
        reason.contains("the link is dead") && !reason.contains('\n'),
        "{reason}"
    );
}

#[test]
fn a_page_in_place_of_a_song_is_called_by_its_name() {
    let coming = Coming::new("mono_8k.wav");
    let page = b"<!DOCTYPE html><html><body>Not found</body></html>";
    fs::write(&coming.part, page).expect("written");
    coming.growing.complete(page.len() as u64);
    coming.load(0.0);
    let seen = coming.player.until(is_failure);
    let said = format!("{:?}", seen.last());
    assert!(said.contains("this is a web page"), "{said}");
}

#[test]
fn a_song_that_is_not_fetched_says_so() {
    let player = Listener::silent();
    player.send(PlayerCommand::Load {
        song: song("elsewhere"),
        audio: Playable::Arriving,
        from: Seconds(0.0),
        play: true,
    });
    player.until(is_failure);
}

#[test]
fn a_player_that_waits_can_be_closed() {
    for bytes in [0, 100, 9000] {
        let coming = Coming::new("moov_first.m4a");
        coming.load(2.0);
        if bytes > 0 {
            coming.has(&[(0, bytes)], true);
        }
        let Listener { audio, events } = coming.player;
        drop(audio);
        // The channel closes when the last thread that could tell something is at its end.
        while events.recv_timeout(DEADLINE) != Err(mpsc::RecvTimeoutError::Disconnected) {}
        drop(coming.growing);
    }
}
