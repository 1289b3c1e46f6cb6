//! The tests of this module.

use super::*;

fn muse(seed: &str, prompt: &str) -> Muse {
    Muse {
        seed: seed.to_owned(),
        prompt: prompt.to_owned(),
        model: "FUZZ-2.0".to_owned(),
        weirdness: 0.5,
        sound_strength: 0.7,
        casting: Casting::Drawn,
    }
}

fn by(muse: &Muse) -> Wish {
    Wish::new(muse.clone(), LYRIC.to_owned())
}

fn wish() -> Wish {
    by(&muse("1", "pop"))
}

const LYRIC: &str = "[Intro]\n[Verse]\nShoes on my feet I'm ready to run\nEvery step feels like a loaded gun\n\
                     [Chorus]\nShoes on my feet I'm ready to run\nEvery step feels like a loaded gun\n\
                     [Verse 2]\nShoes on my feet I'm ready to run\nEvery step feels like a loaded gun\n[Outro]";

/// A section's notes: as many seconds after the first lead note of its first line as the verse lasts.
fn sections(score: &Score) -> Vec<Vec<Note>> {
    let lead: Vec<f64> = score
        .notes
        .iter()
        .filter(|note| is_lead(note))
        .map(|note| note.at)
        .collect();
    let lyric = wish().lyric;
    let count = |line: &str| form::syllables(line).len();
    let lines: usize = lyric.lines().skip(2).take(2).map(count).sum();
    let begins: Vec<f64> = lead.chunks(lines).map(|notes| notes[0]).collect();
    let length = begins[1] - begins[0];
    let inside = |begin: f64, at: f64| at >= begin - 0.02 && at < begin + length - 0.02;
    begins
        .iter()
        .map(|begin| {
            score
                .notes
                .iter()
                .filter(|note| inside(*begin, note.at))
                .copied()
                .collect()
        })
        .collect()
}

fn is_lead(note: &Note) -> bool {
    matches!(note.part, Part::Lead(_))
}

fn mean_pitch(notes: &[Note]) -> f64 {
    let pitches: Vec<f64> = notes
        .iter()
        .filter(|note| is_lead(note))
        .map(|note| note.pitch)
        .collect();
    pitches.iter().sum::<f64>() / pitches.len() as f64
}

#[test]
fn every_line_is_sung_syllable_by_syllable() {
    let counted = |line: &str| form::syllables(line).len();
    assert_eq!(counted("Shoes on my feet I'm ready to run"), 9);
    assert_eq!(counted("在陽光下醒來"), 6);
    assert_eq!(counted("天空中沒有雲彩,只有藍天"), 11);
    assert_eq!(counted("hello, wörld!"), 3);
    assert_eq!(counted("… — ♪"), 0);
    let score = compose(&wish());
    let sung = score.notes.iter().filter(|note| is_lead(note)).count();
    let words: usize = wish()
        .lyric
        .lines()
        .filter(|line| !line.starts_with('['))
        .map(counted)
        .sum();
    assert!(
        sung >= words && sung % words == 0,
        "{sung} notes for {words} syllables"
    );
}

#[test]
fn a_chorus_is_fuller_higher_and_on_other_chords_than_a_verse() {
    let prompts = ["pop", "rock", "piano ballad", "techno", "悲傷的歌", ""];
    for (seed, prompt) in (0..60).map(|seed| (seed, prompts[seed % prompts.len()])) {
        let score = compose(&by(&muse(&seed.to_string(), prompt)));
        let parts = sections(&score);
        let (verse, chorus) = (&parts[0], &parts[1]);
        assert!(chorus.len() > verse.len(), "{seed} {prompt}: density");
        assert!(
            mean_pitch(chorus) > mean_pitch(verse) + 1.0,
            "{seed} {prompt}: register"
        );
        let pads = |notes: &[Note]| -> Vec<i32> {
            notes
                .iter()
                .filter(|note| note.part == Part::Pad)
                .map(|note| note.pitch as i32 % 12)
                .collect()
        };
        assert_ne!(pads(verse), pads(chorus), "{seed} {prompt}: chords");
    }
}

#[test]
fn equal_lines_are_sung_alike_in_equal_sections() {
    let parts = sections(&compose(&wish()));
    let tune = |notes: &[Note]| -> Vec<i32> {
        notes
            .iter()
            .filter(|note| is_lead(note))
            .map(|note| note.pitch as i32)
            .collect()
    };
    assert_eq!(tune(&parts[0]), tune(&parts[2]));
    let other = Wish {
        lyric: wish().lyric.replace("ready", "happy"),
        ..wish()
    };
    assert_ne!(tune(&parts[0]), tune(&sections(&compose(&other))[0]));
}

#[test]
fn an_instrumental_differs_only_by_the_missing_voices() {
    let sung = compose(&wish());
    let bare = compose(&Wish {
        instrumental: true,
        ..wish()
    });
    let without: Vec<Note> = sung
        .notes
        .iter()
        .filter(|note| !matches!(note.part, Part::Lead(_) | Part::Harmony(_)))
        .copied()
        .collect();
    assert!(without.len() < sung.notes.len());
    assert_eq!(without, bare.notes);
}

#[test]
fn phrases_stay_within_their_time_and_a_voice() {
    for seed in 0..40 {
        let lyric = "[Verse]\na\nThis line has very many little syllables, more than any singer ever wants to sing at once\n\
                     在城市街道上舞動心跳中有節奏的敲擊陌生人微笑\n[Chorus]\nla la la";
        let muse = Muse {
            weirdness: f64::from(seed % 11) / 10.0,
            ..muse(&seed.to_string(), "")
        };
        let score = compose(&Wish {
            lyric: lyric.to_owned(),
            ..by(&muse)
        });
        let lead: Vec<&Note> = score.notes.iter().filter(|note| is_lead(note)).collect();
        for (note, next) in lead.iter().zip(lead.iter().skip(1)) {
            assert!(
                note.length > 0.03 && next.at > note.at,
                "seed {seed}: {note:?} {next:?}"
            );
            assert!(
                note.at + note.length < next.at + 0.25,
                "seed {seed}: {note:?} sounds into {next:?}"
            );
        }
        assert!(
            lead.iter().all(|note| (48.0..=84.0).contains(&note.pitch)),
            "seed {seed}"
        );
        assert!(
            (40.0..=152.0).contains(&score.seconds),
            "seed {seed}: {}",
            score.seconds
        );
        assert!(
            score
                .notes
                .iter()
                .all(|note| (0.0..=1.1).contains(&note.force) && note.at >= 0.0)
        );
    }
}

#[test]
fn moods_are_heard_in_prompts() {
    let mood = |prompt: &str| Mood::of(prompt, 0.7, &mut Dice::new(1));
    assert!(mood("a happy party song").energy > mood("a calm lullaby").energy + 0.3);
    assert!(mood("快樂的陽光").warmth > mood("悲傷的雨夜").warmth + 0.3);
    assert_eq!(mood("heavy metal").style, Style::Rock);
    assert_eq!(mood("爵士酒吧").style, Style::Jazz);
}
