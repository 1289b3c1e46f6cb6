//! Songs: files that other decoders read, made of music that follows the order.

use std::io::Cursor;

use fuzzbox::sim::SimConfig;
use serde_json::{Value, json};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::{Api, quick};

const RATE: usize = 44_100;
/// Samples an AAC encoder puts before the first one.
const PRIMING: usize = 1_024;

/// Both channels as an independent decoder hears them, priming cut off.
fn decode(file: &[u8]) -> [Vec<f32>; 2] {
    let source = MediaSourceStream::new(
        Box::new(Cursor::new(file.to_vec())),
        MediaSourceStreamOptions::default(),
    );
    let options = (FormatOptions::default(), MetadataOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), source, options.0, options.1)
        .expect("a known format");
    let track = reader.default_track(TrackType::Audio).expect("a track");
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
        panic!("no sound")
    };
    let codecs = symphonia::default::get_codecs();
    let mut decoder = codecs
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .expect("AAC");
    let mut sound: [Vec<f32>; 2] = Default::default();
    while let Some(packet) = reader.next_packet().expect("a packet") {
        let block = decoder.decode(&packet).expect("sound");
        assert_eq!(
            (block.spec().rate() as usize, block.num_planes()),
            (RATE, 2)
        );
        let mut planes: Vec<Vec<f32>> = Vec::new();
        block.copy_to_vecs_planar(&mut planes);
        for (side, plane) in sound.iter_mut().zip(&planes) {
            side.extend_from_slice(plane);
        }
    }
    sound.map(|side| side[PRIMING..].to_vec())
}

fn rms(sound: &[f32]) -> f64 {
    let power: f64 = sound.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (power / sound.len().max(1) as f64).sqrt()
}

/// The four-letter names of a file's outermost atoms, and where `name` lies.
fn atoms(file: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(head) = file.get(at..at + 8) {
        names.push(String::from_utf8_lossy(&head[4..]).into_owned());
        at += u32::from_be_bytes(head[..4].try_into().expect("four bytes")) as usize;
    }
    assert_eq!(at, file.len(), "atoms fill the file");
    names
}

/// Length in samples and priming, as the edit list says.
fn edit(file: &[u8]) -> (usize, usize) {
    let at = file
        .windows(4)
        .position(|name| name == b"elst")
        .expect("an edit list");
    let number = |from: usize| {
        u32::from_be_bytes(file[from..from + 4].try_into().expect("four bytes")) as usize
    };
    (number(at + 12), number(at + 16))
}

fn seconds(song: &Value) -> f64 {
    song["duration"]
        .as_str()
        .expect("text")
        .parse()
        .expect("a number")
}

async fn whole() -> Api {
    Api::start(SimConfig {
        song_limit: None,
        ..quick()
    })
    .await
}

async fn sound_of(api: &Api, order: Value) -> [Vec<f32>; 2] {
    let song = api.song(order).await;
    decode(&api.fetch(&song["audio_url"]).await)
}

const LYRIC: &str = "[Verse]\nWoke up with the sun in my eyes\nNo clouds above just blue in the skies\n\
                     [Chorus]\nHappy days are rolling in\nLet the joy beneath my skin";

#[tokio::test]
async fn a_song_is_a_whole_and_exact_m4a() {
    let api = whole().await;
    let song = api
        .song(json!({ "custom": true, "lyric": LYRIC, "prompt": "pop", "seed": "7" }))
        .await;
    let file = api.fetch(&song["audio_url"]).await;
    assert_eq!(
        atoms(&file),
        ["ftyp", "moov", "mdat"],
        "the index comes first"
    );
    let length = (seconds(&song) * RATE as f64).round() as usize;
    assert!(
        (40.0..=150.0).contains(&seconds(&song)),
        "{}",
        seconds(&song)
    );
    assert_eq!(edit(&file), (length, PRIMING));
    let [left, right] = decode(&file);
    assert!(
        (length..length + 2 * PRIMING).contains(&left.len()),
        "{} of {length}",
        left.len()
    );
    let other =
        syom::decode_with(&file, &syom::DecodeOptions::audio()).expect("a file others read too");
    assert_eq!(
        other.channels[0].len(),
        length,
        "exactly as long as promised, priming cut off"
    );
    let peak = left
        .iter()
        .chain(&right)
        .fold(0.0_f32, |most, sample| most.max(sample.abs()));
    assert!((0.3..0.95).contains(&peak), "peak {peak}");
    assert!(
        rms(&left[RATE * 12..RATE * 20]) > 0.05,
        "one hears something"
    );
    assert!(
        rms(&left[length - 2_000..length]) < 0.002,
        "it ends in silence"
    );
    let side: Vec<f32> = left
        .iter()
        .zip(&right)
        .map(|(left, right)| left - right)
        .collect();
    assert!(rms(&side) > 0.1 * rms(&left), "it is stereo");
}

#[tokio::test]
async fn equal_orders_make_equal_songs_and_everything_else_counts() {
    let api = Api::quick().await;
    let other = Api::quick().await;
    let order = json!({ "prompt": "winter", "seed": "1", "model": "FUZZ-2.0", "weirdness": 0.5 });
    let file = async |api: &Api, change: Value| {
        let mut order = order.clone();
        for (key, value) in change.as_object().expect("an object") {
            order[key] = value.clone();
        }
        let song = api.song(order).await;
        api.fetch(&song["audio_url"]).await
    };
    let first = file(&api, json!({})).await;
    assert!(
        first == file(&other, json!({})).await,
        "the same in another run"
    );
    for change in [
        json!({ "seed": "2" }),
        json!({ "prompt": "summer" }),
        json!({ "model": "FUZZ-1.0" }),
        json!({ "weirdness": 1.0 }),
    ] {
        assert!(
            first != file(&api, change.clone()).await,
            "{change} changes nothing"
        );
    }
}

#[tokio::test]
async fn seeds_are_drawn_anew_where_none_is_given() {
    let api = Api::quick().await;
    let one = api.song(json!({ "prompt": "x" })).await;
    let two = api.song(json!({ "prompt": "x" })).await;
    assert_ne!(one["seed"], two["seed"]);
    let again = api
        .song(json!({ "prompt": "x", "seed": one["seed"] }))
        .await;
    assert!(api.fetch(&one["audio_url"]).await == api.fetch(&again["audio_url"]).await);
}

#[tokio::test]
async fn a_chorus_does_not_sound_like_a_verse() {
    let api = whole().await;
    let lines = "Woke up with the sun in my eyes\nNo clouds above just blue in the skies";
    let loudness = async |header: &str| {
        let lyric = format!("[Intro]\n[{header}]\n{lines}");
        let order = json!({ "custom": true, "lyric": lyric, "prompt": "pop", "seed": "5", "instrumental": false });
        let [left, _] = sound_of(&api, order).await;
        // After the intro of at most 16 beats, before anything else is played.
        rms(&left[RATE * 11..RATE * 15])
    };
    let (verse, chorus) = (loudness("Verse").await, loudness("Chorus").await);
    assert!(
        chorus > verse * 1.12,
        "verse {verse:.3}, chorus {chorus:.3}"
    );
}

#[tokio::test]
async fn an_instrumental_lacks_the_lead_and_nothing_else() {
    let api = whole().await;
    let order = |instrumental: bool| json!({ "custom": true, "lyric": LYRIC, "prompt": "piano ballad", "seed": "3", "instrumental": instrumental });
    let [sung, _] = sound_of(&api, order(false)).await;
    let [bare, _] = sound_of(&api, order(true)).await;
    assert_eq!(sung.len(), bare.len(), "the form is the same");
    let (with, without) = (
        rms(&sung[RATE * 14..RATE * 24]),
        rms(&bare[RATE * 14..RATE * 24]),
    );
    assert!(
        without > 0.02 && with > without * 1.1,
        "with {with:.3}, without {without:.3}"
    );
    assert!(
        (rms(&sung[..RATE * 3]) / rms(&bare[..RATE * 3]) - 1.0).abs() < 0.02,
        "the intro is the same"
    );
}

#[tokio::test]
async fn songs_last_as_long_as_their_words_within_bounds() {
    let api = whole().await;
    let short = api
        .song(json!({ "custom": true, "lyric": "Hello", "seed": "1" }))
        .await;
    let long = "[Verse]\nOne more line of very many lines\n".repeat(120);
    let long = api
        .song(json!({ "custom": true, "lyric": long, "seed": "1" }))
        .await;
    assert!(
        (40.0..80.0).contains(&seconds(&short)),
        "{}",
        seconds(&short)
    );
    assert!(
        (100.0..=152.0).contains(&seconds(&long)),
        "{}",
        seconds(&long)
    );
}

#[tokio::test]
async fn hostile_words_are_sung_or_skipped() {
    let api = Api::quick().await;
    for lyric in [
        "[",
        "]\n[]\n【】",
        "\\n\\n",
        "🎵🎵🎵",
        "\u{202e}abc\u{0}\u{1b}[31m",
        &"a".repeat(50_000),
        &"歌".repeat(20_000),
    ] {
        let song = api
            .song(json!({ "custom": true, "lyric": lyric, "seed": "1" }))
            .await;
        assert_eq!(song["lyric"], lyric);
        assert!((seconds(&song) - 2.0).abs() < 0.01);
    }
}
