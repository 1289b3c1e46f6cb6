//! Songs from elsewhere.

use fuzzbox::sim::SimConfig;
use serde_json::{Value, json};

use crate::support::canned::{Act, Canned, answer, raw};

use super::{Api, instant};

const RATE: usize = 44_100;

/// A wave file of a sine, mono, with so many samples a second.
fn tone(rate: u32, seconds: f64) -> Vec<u8> {
    let count = (f64::from(rate) * seconds) as u32;
    let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend(rate.to_le_bytes());
    file.extend((rate * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((count * 2).to_le_bytes());
    for at in 0..count {
        let turn = f64::from(at) / f64::from(rate) * 220.0 * std::f64::consts::TAU;
        file.extend(((turn.sin() * 12_000.0) as i16).to_le_bytes());
    }
    file
}

/// The file at a path of the fixtures.
fn recorded(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/audio/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("a fixture")
}

/// Uploads a file that another server has.
async fn upload(api: &Api, file: &[u8], name: &str) -> (u16, Value) {
    let server = Canned::saying(answer(200, &[], file)).await;
    let url = server.url().join(name).expect("a link");
    api.post("/producer/upload", &json!({ "audio_url": url }))
        .await
}

async fn uploaded(api: &Api, file: &[u8], name: &str) -> Value {
    let (status, answer) = upload(api, file, name).await;
    assert_eq!(status, 200, "{answer}");
    json!({ "id": answer["data"]["audio_id"], "lyric": answer["data"]["lyric"] })
}

#[tokio::test]
async fn an_uploaded_wave_file_is_heard_as_it_is() {
    let api = Api::instant(3.0, "").await;
    let song = uploaded(&api, &tone(44_100, 4.0), "hum.wav").await;
    let own = api.wav(&song).await;
    assert_eq!(own.len(), 4 * RATE);
    let sine =
        |at: usize| (at as f64 / RATE as f64 * 220.0 * std::f64::consts::TAU).sin() * 12_000.0;
    for (at, [left, right]) in own.iter().enumerate() {
        assert_eq!(left, right);
        assert!((f64::from(*left) - sine(at)).abs() < 3.0, "sample {at}");
    }
    let longer = api
        .edit("upload_extend", &song, json!({ "continue_at": 2 }))
        .await;
    assert_eq!(longer["title"], "Hum");
    let after = api.wav(&longer).await;
    assert!(after[..2 * RATE] == own[..2 * RATE] && after.len() >= 5 * RATE);
    let section = json!({ "replace_section_start": 1, "replace_section_end": 2 });
    let patched = api.edit("upload_replace_section", &song, section).await;
    let patched = api.wav(&patched).await;
    assert!(patched[..RATE] == own[..RATE] && patched[2 * RATE..] == own[2 * RATE..]);
    assert!(patched[RATE..2 * RATE] != own[RATE..2 * RATE]);
    let cover = api.edit("upload_cover", &song, json!({})).await;
    assert_eq!(cover["duration"], "4", "as long as what it covers");
    // What was made from an upload is a song like others.
    api.edit("cover", &longer, json!({})).await;
}

#[tokio::test]
async fn other_rates_are_heard_at_their_pitch() {
    let api = Api::instant(1.0, "").await;
    let song = uploaded(&api, &tone(8_000, 1.0), "low.wav").await;
    let own = api.wav(&song).await;
    assert_eq!(own.len(), RATE);
    let rises = own
        .windows(2)
        .filter(|pair| pair[0][0] < 0 && pair[1][0] >= 0)
        .count();
    assert!((219..=221).contains(&rises), "{rises} turns of 220 Hz");
    for name in ["24bit_96k.wav", "mono_8k.wav"] {
        let song = uploaded(&api, &recorded(name), name).await;
        assert!(
            api.wav(&song).await.iter().any(|frame| *frame != [0; 2]),
            "{name}"
        );
    }
}

#[tokio::test]
async fn other_files_become_songs_of_their_length() {
    let api = Api::instant(1.0, "").await;
    for name in [
        "bare.mp3",
        "lame.mp3",
        "moov_first.m4a",
        "moov_last.m4a",
        "fragmented.m4a",
        "mono_16k.flac",
    ] {
        let file = recorded(name);
        let song = uploaded(&api, &file, name).await;
        let own = api.wav(&song).await;
        let same = uploaded(&api, &file, "other.bin").await;
        assert!(
            own == api.wav(&same).await,
            "{name}: the same bytes, the same song"
        );
        assert!(
            (RATE / 2..RATE * 30).contains(&own.len()),
            "{name}: {}",
            own.len()
        );
    }
    let flac = uploaded(&api, &recorded("mono_16k.flac"), "x.flac").await;
    let mp4 = uploaded(&api, &recorded("moov_last.m4a"), "x.m4a").await;
    assert!(api.wav(&flac).await != api.wav(&mp4).await);
}

#[tokio::test]
async fn what_the_simulator_made_can_be_uploaded_too() {
    let api = Api::instant(2.0, "").await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let (status, answer) = api
        .post(
            "/producer/upload",
            &json!({ "audio_url": song["audio_url"] }),
        )
        .await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["data"]["audio_url"], song["audio_url"]);
    let own = api.wav(&json!({ "id": answer["data"]["audio_id"] })).await;
    assert_eq!(own.len(), 2 * RATE, "its declared length");
}

#[tokio::test]
async fn a_recording_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = || SimConfig {
        state: Some(folder.path().join("state.jsonl")),
        ..instant(1.0, "")
    };
    let api = Api::start(config()).await;
    let song = uploaded(&api, &tone(44_100, 2.0), "hum.wav").await;
    let own = api.wav(&song).await;
    let longer = api
        .edit("upload_extend", &song, json!({ "continue_at": 1 }))
        .await;
    let after = api.wav(&longer).await;
    api.sim.stop().await;
    let api = Api::start(config()).await;
    assert!(own == api.wav(&song).await);
    assert!(after == api.wav(&longer).await);
    let name = song["id"].as_str().expect("an id");
    let hidden = api
        .http
        .get(api.at(&format!("/files/{name}.song")))
        .send()
        .await;
    assert_eq!(hidden.expect("an answer").status(), 404);
}

#[tokio::test]
async fn links_that_lead_nowhere_are_refused_and_not_charged() {
    let api = Api::instant(1.0, "").await;
    for (url, word) in [
        ("not a link", "invalid"),
        ("ftp://127.0.0.1/x.wav", "http"),
        ("file:///etc/passwd", "http"),
        ("https://127.0.0.1/x.wav", "TLS"),
        ("http://192.0.2.1/x.wav", "this machine"),
        ("http://127.0.0.1:9/x.wav", "could not be fetched"),
    ] {
        let (status, answer) = api
            .post("/producer/upload", &json!({ "audio_url": url }))
            .await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!("bad_request")),
            "{url}"
        );
        let message = answer["error"]["message"].as_str().expect("words");
        assert!(message.contains(word), "{url}: {message}");
    }
    let bad = [
        (answer(404, &[], b"no"), "404"),
        (answer(302, &[("location", "/other")], b""), "302"),
        (answer(200, &[], b"<html>Sign in</html>"), "no audio file"),
        (
            answer(200, &[], b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0"),
            "no audio file",
        ),
        (answer(200, &[], b""), "no audio file"),
        (raw(200, &[("content-length", "99")], b"ID3"), "breaks off"),
        (b"SSH-2.0-x\r\n".to_vec(), "no HTTP"),
    ];
    for (bytes, word) in bad {
        let server = Canned::start([Act::Say(bytes)]).await;
        let request = json!({ "audio_url": server.url() });
        let (status, answer) = api.post("/producer/upload", &request).await;
        assert_eq!(status, 400, "{answer}");
        let message = answer["error"]["message"].as_str().expect("words");
        assert!(message.contains(word), "{word}: {message}");
    }
    let (status, _) = api.post("/producer/upload", &json!({})).await;
    assert_eq!(status, 400);
    assert_eq!(api.sim.orders(), 0);
}
