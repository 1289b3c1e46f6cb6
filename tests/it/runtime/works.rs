//! Words, files, stems and uploads, from the order to the library, against the simulator.

use std::path::Path;

use crossterm::event::KeyCode;
use fuzzbox::domain::{
    Action, AudiosRequest, FileRequest, LyricsRequest, Record, Request, Song, SongId, Task, TaskId,
    Timestamp, UploadRequest,
};
use fuzzbox::sim::{Scenario, SimConfig};
use fuzzbox::store::Store;

use super::desk::{Desk, Parts, sit};
use crate::support::program::Server;

/// A song that is made and fetched.
async fn first_song(parts: &Parts) -> Song {
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.key(KeyCode::Char('4'));
        desk.until("1 song ").await;
        desk.key(KeyCode::Char('i'));
        desk.until(".m4a ").await;
        desk.key(KeyCode::Esc);
        desk.quit();
    })
    .await;
    let (_, mut saved) = Store::open(&parts.database()).expect("our database");
    saved.songs.remove(0)
}

/// Orders that wait when the studio opens.
async fn leave(parts: &Parts, requests: Vec<Request>) {
    let (store, _) = Store::open(&parts.database()).expect("our database");
    let now = Timestamp::now();
    let tasks = requests.into_iter().zip(1..).map(|(request, number)| {
        let id = TaskId(now.as_microsecond() + number);
        Record::Task(Box::new(Task::new(id, request, now)))
    });
    store.save_all(tasks.collect()).await.expect("kept");
}

fn stems(song: &SongId) -> Request {
    Request::from(AudiosRequest {
        action: Action::Stems,
        audio_id: Some(song.clone()),
        ..AudiosRequest::default()
    })
}

fn of(song: &SongId) -> FileRequest {
    FileRequest {
        audio_id: song.clone(),
    }
}

fn is_file(parts: &Parts, name: &str) -> bool {
    parts.folder().join("media").join(name).is_file()
}

#[tokio::test]
async fn everything_that_can_be_made_of_a_song_comes_home() {
    let server = Server::quick();
    let parts = Parts::new(&server.url());
    let song = first_song(&parts).await;
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/audio/mono_8k.wav");
    let requests = vec![
        Request::Wav(of(&song.id)),
        Request::Videos(of(&song.id)),
        stems(&song.id),
        Request::Lyrics(LyricsRequest {
            prompt: "a winter coat".into(),
        }),
        Request::Upload(UploadRequest {
            audio_url: None,
            file: Some(local.to_string_lossy().into_owned()),
        }),
    ];
    leave(&parts, requests).await;
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.until("2 songs").await;
        desk.until("[Verse").await;
        desk.key(KeyCode::Char('4'));
        desk.until("mono_8k").await;
        // The older of the two.
        desk.key(KeyCode::Char('G'));
        desk.key(KeyCode::Char('i'));
        desk.until(".lossless.wav ·").await;
        desk.until(".mp4 ·").await;
        for stem in ["vocals", "bass", "drums", "other"] {
            desk.until(&format!(".stems/{stem}.wav")).await;
        }
        desk.key(KeyCode::Esc);
        desk.quit();
    })
    .await;
    let (_, saved) = Store::open(&parts.database()).expect("our database");
    // They were ordered in another sitting: they wait with their task, and the lyrics are as the user left them.
    assert!(saved.tasks.iter().any(|task| task.words.is_some()));
    assert!(saved.draft.lyric.is_empty());
    let kept = saved
        .songs
        .iter()
        .find(|kept| kept.id == song.id)
        .expect("the song");
    assert_eq!(kept.title, song.title);
    assert_eq!(kept.audio, song.audio, "the song is as it was");
    assert_eq!(kept.more.stems.len(), 4);
    for stem in &kept.more.stems {
        assert!(is_file(&parts, &stem.name), "{}", stem.name);
    }
    let sent = saved
        .songs
        .iter()
        .find(|kept| kept.more.uploaded)
        .expect("the upload");
    assert_eq!(sent.title, "mono_8k");
    assert!(saved.tasks.iter().all(|task| task.state.is_final()));
}

/// Archives by the simulator that nobody should unpack: refused or made harmless; the song is unharmed either way.
#[tokio::test]
async fn hostile_archives_do_no_harm() {
    for (trick, is_taken) in [
        ("bomb", false),
        ("liar", false),
        ("html", false),
        ("truncated", false),
        ("absolute", true),
        ("parent", true),
        ("symlink", true),
        ("gbk", true),
    ] {
        let scenario = format!(
            "song_seconds = 1\ngeneration_seconds = 0\n[[on]]\nendpoint = \"audios\"\naction = \"stems\"\nstems = \"{trick}\"\n"
        );
        let server = Server::start(SimConfig {
            scenario: Some(Scenario::parse(&scenario).expect("a scenario")),
            pace: 0.0,
            ..SimConfig::default()
        });
        let parts = Parts::new(&server.url());
        let song = first_song(&parts).await;
        leave(&parts, vec![stems(&song.id)]).await;
        let (studio, screen) = parts.open();
        sit(studio, screen, async |desk: &Desk| {
            desk.key(KeyCode::Char('4'));
            desk.key(KeyCode::Char('i'));
            desk.until(if is_taken {
                ".stems/vocals.wav"
            } else {
                "What happened"
            })
            .await;
            desk.key(KeyCode::Esc);
            desk.quit();
        })
        .await;
        let (_, saved) = Store::open(&parts.database()).expect("our database");
        assert_eq!(saved.songs[0].audio, song.audio, "{trick}");
        assert_eq!(
            saved.songs[0].more.stems.len(),
            if is_taken { 4 } else { 0 },
            "{trick}"
        );
        let left: Vec<String> = std::fs::read_dir(parts.folder().join("media"))
            .expect("the media")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| name.contains("stems") != is_taken && name.contains("stems"))
            .collect();
        assert!(left.is_empty(), "{trick}: {left:?}");
        assert!(!Path::new("/tmp/fuzzbox-absolute.wav").exists());
        for outside in ["fuzzbox-parent.wav", "fuzzbox-link.wav"] {
            assert!(!parts.folder().join(outside).exists(), "{trick}");
            assert!(!is_file(&parts, outside), "{trick}");
        }
    }
}
