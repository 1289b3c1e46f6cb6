//! What edits keep of a song's notes and what they change.

use serde_json::{Value, json};

use super::*;
use crate::sim::compose::{Note, Part, Score, Style, compose};
use crate::sim::fields::Fields;
use crate::sim::order::{self, Kind, Work};

const LYRIC: &str = "[Verse]\nShoes on my feet I'm ready to run\nEvery step feels like a loaded gun\n\
                     [Chorus]\nHappy days are rolling in\nLet the joy beneath my skin";
const ID: &str = "6c947f13-a3c5-4b9c-8609-5639c37cdc2d";

fn order(request: Value) -> Order {
    let fields = Fields::of(request).expect("an object");
    let job = order::read(Kind::Audios, &fields).expect("a good order");
    match job.work {
        Work::Song(order) => *order,
        other => panic!("not a song: {other:?}"),
    }
}

/// What an order makes, of a song or of nothing.
fn made(request: Value, source: Option<&Source>) -> Source {
    let order = order(request);
    let song = song(&order, source, &mut Dice::new(7));
    Source {
        recipe: Arc::new(recipe(&order, &song, source, None)),
        song,
        is_upload: false,
    }
}

fn source(prompt: &str) -> Source {
    made(
        json!({ "action": "generate", "custom": true, "lyric": LYRIC, "prompt": prompt, "seed": "1" }),
        None,
    )
}

fn edited(action: &str, source: &Source, change: Value) -> Source {
    let mut request = change;
    request["action"] = json!(action);
    request["audio_id"] = json!(ID);
    made(request, Some(source))
}

fn score(song: &Source) -> Score {
    match &*song.recipe {
        Recipe::Song(wish) => compose(wish),
        other => panic!("not composed in one piece: {other:?}"),
    }
}

/// When, how long and how high the lead sings.
fn tune(score: &Score) -> Vec<(f64, f64, f64)> {
    let lead = |note: &&Note| matches!(note.part, Part::Lead(_));
    let notes = score.notes.iter().filter(lead);
    notes
        .map(|note| (note.at, note.length, note.pitch))
        .collect()
}

/// The chords, as the pad holds them: the tones of each.
fn chords(score: &Score) -> Vec<Vec<i64>> {
    let mut chords: Vec<(f64, Vec<i64>)> = Vec::new();
    for note in score.notes.iter().filter(|note| note.part == Part::Pad) {
        let tone = note.pitch as i64 % 12;
        match chords.last_mut() {
            Some((begun, tones)) if note.at - *begun < 0.1 => tones.push(tone),
            _ => chords.push((note.at, vec![tone])),
        }
    }
    let sorted = |(_, mut tones): (f64, Vec<i64>)| {
        tones.sort_unstable();
        tones
    };
    chords.into_iter().map(sorted).collect()
}

#[test]
fn a_cover_has_the_tune_and_the_chords_and_another_sound() {
    for prompt in ["pop", "rock", "jazz bar", "piano ballad", ""] {
        let source = source(prompt);
        let own = score(&source);
        let cover = score(&edited("cover", &source, json!({ "seed": "9" })));
        assert_eq!(tune(&own), tune(&cover), "{prompt}");
        assert_eq!(chords(&own), chords(&cover), "{prompt}");
        assert_ne!(own.sound.style, cover.sound.style, "{prompt}");
        let weak = json!({ "seed": "9", "cover_strength": 0.3 });
        let weak = score(&edited("cover", &source, weak));
        assert_eq!(own.sound.style, weak.sound.style, "{prompt}");
        assert_ne!(own.sound, weak.sound, "{prompt}");
        let wished = json!({ "prompt": "heavy metal" });
        let wished = score(&edited("cover", &source, wished));
        assert_eq!(
            wished.sound.style,
            Style::Rock,
            "{prompt}: the prompt decides"
        );
    }
}

#[test]
fn other_words_are_sung_to_a_covers_tune() {
    let source = source("pop");
    let change = json!({ "lyric": "[Verse]\n在陽光下醒來\n天空中沒有雲彩", "seed": "9" });
    let cover = score(&edited("cover", &source, change));
    assert_eq!(score(&source).lines, cover.lines, "line for line");
    assert_eq!(chords(&score(&source)), chords(&cover));
    assert_ne!(
        tune(&score(&source)).len(),
        tune(&cover).len(),
        "fewer syllables"
    );
}

#[test]
fn a_variation_has_the_chords_and_another_tune() {
    for prompt in ["pop", "rock", "folk"] {
        let source = source(prompt);
        let own = score(&source);
        let other = score(&edited("variation", &source, json!({ "seed": "9" })));
        assert_eq!(chords(&own), chords(&other), "{prompt}");
        assert_ne!(tune(&own), tune(&other), "{prompt}");
        let onsets = |score: &Score| tune(score).iter().map(|note| note.0).collect::<Vec<_>>();
        assert_ne!(onsets(&own), onsets(&other), "{prompt}: its rhythm too");
    }
}

#[test]
fn what_goes_on_goes_on_in_key_and_time() {
    let source = source("electronic");
    let own = score(&source);
    let longer = edited(
        "extend",
        &source,
        json!({ "continue_at": 10.3, "lyric": "One more line" }),
    );
    let Recipe::Joined { at, lead, rest, .. } = &*longer.recipe else {
        panic!("not joined")
    };
    let Recipe::Song(wish) = &**rest else {
        panic!("not composed")
    };
    let new = compose(wish);
    assert!((new.beat - own.beat).abs() < 1e-12);
    let beats = (at + lead) as f64 / (own.beat * f64::from(RATE));
    assert!((beats - beats.round()).abs() < 1e-3, "on a beat: {beats}");
    assert!((*lead as f64) < own.beat * f64::from(RATE));
    let tones = |score: &Score| {
        let mut tones = chords(score);
        tones.sort_unstable();
        tones.dedup();
        tones
    };
    let known = tones(&own);
    assert!(tones(&new).iter().all(|chord| known.contains(chord)));
    assert_eq!(
        new.sound.throat.to_bits(),
        own.sound.throat.to_bits(),
        "the same singer"
    );
}

#[test]
fn a_lyric_of_the_whole_song_is_sung_from_the_section_on() {
    let source = source("pop");
    let own = score(&source);
    let start = own.lines[2] - 0.1;
    let change = json!({
        "replace_section_start": start, "replace_section_end": start + 6.0,
        "lyric": LYRIC.replace("Happy days", "Sunny days")
    });
    let words = |song: &Source| match &*song.recipe {
        Recipe::Patched { patch, .. } => patch.character().lyric,
        other => panic!("not patched: {other:?}"),
    };
    let whole = edited("replace_section", &source, change.clone());
    assert!(
        words(&whole).starts_with("[Chorus]\nSunny days"),
        "{}",
        words(&whole)
    );
    let mut part = change;
    part["lyric"] = json!("Only this");
    assert_eq!(
        words(&edited("replace_section", &source, part)),
        "Only this"
    );
}

#[test]
fn songs_of_a_model_are_no_longer_than_it_makes_them() {
    let source = source("ambient");
    let change = json!({ "continue_at": 40, "model": "FUZZ-0.8", "lyric": LYRIC.repeat(20) });
    let longer = edited("extend", &source, change);
    assert!(
        longer.recipe.seconds() <= 122.0,
        "{}",
        longer.recipe.seconds()
    );
    let full = order(json!({
        "action": "extend", "audio_id": ID, "continue_at": 119.5, "model": "FUZZ-0.8"
    }));
    let source = Source {
        recipe: Arc::new(Recipe::Head(Arc::clone(&longer.recipe), usize::MAX)),
        ..longer
    };
    assert!(check(&full, &source).is_err());
}

#[test]
fn a_song_is_not_edited_without_end() {
    let mut song = source("pop");
    let change = json!({ "replace_section_start": 1, "replace_section_end": 2 });
    let again = order(json!({
        "action": "replace_section", "audio_id": ID, "replace_section_start": 1, "replace_section_end": 2
    }));
    for _ in 0..DEEPEST {
        assert_eq!(check(&again, &song).err(), None);
        song = edited("replace_section", &song, change.clone());
    }
    assert!(check(&again, &song).is_err());
}
