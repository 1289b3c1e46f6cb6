//! What each edit does to the samples of a song, and what it leaves alone.

use serde_json::{Value, json};

use super::{Api, instant};

const RATE: usize = 44_100;
/// The longest seam after a cut: up to the next beat, of at most a second.
const SEAM: usize = RATE;
/// Sung from the first beat on.
const LYRIC: &str = "[Intro]\nWoke up with the sun in my eyes\nNo clouds above just blue in the skies\n\
                     Shoes on my feet I'm ready to run\nEvery step feels like a loaded gun";

fn order(prompt: &str) -> Value {
    json!({ "custom": true, "lyric": LYRIC, "prompt": prompt, "seed": "11" })
}

fn loudness(sound: &[[i16; 2]]) -> f64 {
    let power: f64 = sound
        .iter()
        .flatten()
        .map(|sample| f64::from(*sample).powi(2))
        .sum();
    (power / (sound.len() * 2).max(1) as f64).sqrt()
}

/// How alike two sounds are: 1 the same, 0 nothing in common.
fn likeness(one: &[[i16; 2]], other: &[[i16; 2]]) -> f64 {
    let pairs = one.iter().flatten().zip(other.iter().flatten());
    let product: f64 = pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    let length = (one.len().min(other.len()) * 2) as f64;
    product / (length * loudness(one) * loudness(other)).max(1.0)
}

/// The length an answer tells, in samples.
fn told(song: &Value) -> usize {
    let seconds = song["duration"].as_str().and_then(|text| text.parse().ok());
    (seconds.unwrap_or(0.0_f64) * RATE as f64).round() as usize
}

#[tokio::test]
async fn stems_add_up_to_the_song_sample_for_sample() {
    let api = Api::instant(5.0, "").await;
    for prompt in ["rock", "electronic"] {
        let song = api.song(order(prompt)).await;
        let whole = api.wav(&song).await;
        assert_eq!(whole.len(), told(&song));
        let stems = api.stems(&song).await;
        for (at, wanted) in whole.iter().enumerate() {
            let sum = [0, 1].map(|side: usize| {
                stems
                    .iter()
                    .map(|stem| i32::from(stem[at][side]))
                    .sum::<i32>()
            });
            assert_eq!(sum, wanted.map(i32::from), "{prompt}: at sample {at}");
        }
        let [vocals, bass, drums, other] = &stems;
        for stem in [vocals, drums, other] {
            assert!(loudness(stem) > 50.0, "{prompt}: {}", loudness(stem));
        }
        // Bands differ in who plays from the first beat on.
        assert_eq!(loudness(bass) > 50.0, prompt == "rock");
    }
}

#[tokio::test]
async fn an_extension_keeps_what_was_before_it_and_goes_on() {
    let api = Api::instant(4.0, "").await;
    let song = api.song(order("pop")).await;
    let change = json!({ "lyric": "[Chorus]\nHappy days are rolling in", "continue_at": 2.5 });
    let longer = api.edit("extend", &song, change).await;
    let (before, after) = (api.wav(&song).await, api.wav(&longer).await);
    let at = RATE * 5 / 2;
    assert!(before[..at] == after[..at], "kept sample for sample");
    assert!(after.len() >= at + 4 * RATE && after.len() <= at + 4 * RATE + SEAM);
    assert_eq!(after.len(), told(&longer));
    assert!(
        loudness(&after[at + SEAM..at + 3 * RATE]) > 300.0,
        "it goes on"
    );
    let new = &after[at + SEAM..before.len()];
    assert!(likeness(new, &before[at + SEAM..]) < 0.5, "and differently");
    let other =
        json!({ "lyric": "[Chorus]\nOne more time", "continue_at": 2.5, "seed": longer["seed"] });
    let other = api.edit("extend", &song, other).await;
    assert!(
        api.wav(&other).await[at + SEAM..] != after[at + SEAM..],
        "its words count"
    );
    let silent = json!({ "instrumental": true, "continue_at": 2.5 });
    let silent = api.edit("extend", &song, silent).await;
    let [vocals, ..] = api.stems(&silent).await;
    assert!(loudness(&vocals[..at]) > 100.0);
    assert!(loudness(&vocals[at + SEAM..]) < 1.0);
}

#[tokio::test]
async fn a_replaced_section_is_all_that_changes() {
    let api = Api::instant(6.0, "").await;
    let song = api.song(order("electronic")).await;
    let change = json!({
        "lyric": "Something else entirely", "replace_section_start": 1.25, "replace_section_end": 4
    });
    let patched = api.edit("replace_section", &song, change).await;
    let (before, after) = (api.wav(&song).await, api.wav(&patched).await);
    let (from, to) = (RATE * 5 / 4, RATE * 4);
    assert_eq!(before.len(), after.len());
    assert!(before[..from] == after[..from], "before it");
    assert!(before[to..] == after[to..], "after it");
    let inside = from + SEAM..to - RATE / 10;
    assert!(loudness(&after[inside.clone()]) > 300.0);
    assert!(likeness(&before[inside.clone()], &after[inside]) < 0.7);
    for stem in api
        .stems(&patched)
        .await
        .iter()
        .zip(&api.stems(&song).await)
    {
        assert!(stem.0[to..] == stem.1[to..], "its stems too");
    }
    let tiny = json!({ "replace_section_start": 2, "replace_section_end": 2.01 });
    let tiny = api.edit("replace_section", &song, tiny).await;
    let tiny = api.wav(&tiny).await;
    let differing = before.iter().zip(&tiny).filter(|(a, b)| a != b).count();
    assert!((1..=441).contains(&differing), "{differing}");
}

#[tokio::test]
async fn each_swap_leaves_the_other_half_alone() {
    let api = Api::instant(5.0, "").await;
    let song = api.song(order("rock")).await;
    let own = api.stems(&song).await;
    let other_words = json!({ "lyric": "[Verse]\nLa la la la\nDo re mi fa so", "seed": "12" });
    let sung = api.edit("swap_vocals", &song, other_words).await;
    let stems = api.stems(&sung).await;
    assert!(stems[1..] == own[1..], "the band is the same");
    assert!(loudness(&stems[0]) > 100.0 && likeness(&stems[0], &own[0]) < 0.5);
    let played = api
        .edit(
            "swap_instrumentals",
            &song,
            json!({ "prompt": "jazz", "seed": "13" }),
        )
        .await;
    let stems = api.stems(&played).await;
    assert!(stems[0] == own[0], "the voice is the same");
    for (stem, own) in stems[1..].iter().zip(&own[1..]) {
        assert!(likeness(stem, own) < 0.7);
    }
    assert_eq!(told(&played), told(&song));
    let again = api
        .edit("swap_vocals", &played, json!({ "seed": "14" }))
        .await;
    let twice = api.stems(&again).await;
    assert!(twice[1..] == stems[1..] && twice[0] != stems[0]);
    let loudest = api
        .wav(&again)
        .await
        .iter()
        .flatten()
        .map(|sample| sample.unsigned_abs())
        .max();
    assert!(loudest < Some(28_000), "{loudest:?}");
}

#[tokio::test]
async fn covers_and_variations_are_other_recordings() {
    let api = Api::instant(5.0, "").await;
    let song = api.song(order("pop")).await;
    let own = api.wav(&song).await;
    let cover = api.edit("cover", &song, json!({ "seed": "2" })).await;
    assert_eq!(told(&cover), told(&song), "the tune takes its time");
    assert!(likeness(&api.wav(&cover).await, &own) < 0.5);
    let weak = json!({ "seed": "2", "cover_strength": 0.2 });
    let weak = api.edit("cover", &song, weak).await;
    assert!(
        api.wav(&weak).await != api.wav(&cover).await,
        "its strength counts"
    );
    let other = api.edit("variation", &song, json!({ "seed": "2" })).await;
    assert!(likeness(&api.wav(&other).await, &own) < 0.5);
    let same = api.edit("variation", &song, json!({ "seed": "2" })).await;
    assert!(
        api.wav(&same).await == api.wav(&other).await,
        "the same seed, the same song"
    );
}

#[tokio::test]
async fn edits_of_edits_are_the_same_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = || fuzzbox::sim::SimConfig {
        state: Some(folder.path().join("state.jsonl")),
        ..instant(3.0, "")
    };
    let api = Api::start(config()).await;
    let song = api.song(order("folk")).await;
    let longer = api.edit("extend", &song, json!({ "continue_at": 2 })).await;
    let cover = api.edit("cover", &longer, json!({})).await;
    let swapped = api.edit("swap_vocals", &cover, json!({})).await;
    let section = json!({ "replace_section_start": 1, "replace_section_end": 2 });
    let last = api.edit("replace_section", &swapped, section).await;
    let stems = api.edit("stems", &last, json!({})).await;
    let (sound, zip) = (api.wav(&last).await, api.fetch(&stems["stems_url"]).await);
    let name = stems["stems_url"]
        .as_str()
        .expect("a link")
        .rsplit('/')
        .next()
        .expect("a name")
        .to_owned();
    api.sim.stop().await;
    let api = Api::start(config()).await;
    assert!(sound == api.wav(&last).await);
    let zip_again = api.fetch(&json!(api.at(&format!("/files/{name}")))).await;
    assert!(zip == zip_again, "byte for byte");
    let more = api
        .edit("extend", &last, json!({ "continue_at": 1.5 }))
        .await;
    assert!(sound[..RATE * 3 / 2] == api.wav(&more).await[..RATE * 3 / 2]);
}
