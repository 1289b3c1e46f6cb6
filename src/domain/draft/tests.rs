//! Drafts: what is taken, what is told, what is sent.

use super::*;

fn order(draft: &Draft) -> AudiosRequest {
    match draft.check(None) {
        Ok(Request::Audios(order)) => *order,
        Ok(other) => panic!("an order for {:?}", other.work()),
        Err(errors) => panic!("refused: {errors:?}"),
    }
}

fn errors(draft: &Draft) -> Vec<(Field, Problem)> {
    let errors = draft.check(None).expect_err("the draft is wrong");
    errors.into_iter().map(|e| (e.field, e.problem)).collect()
}

#[test]
fn a_prompt_alone_sends_nothing_else() {
    let draft = Draft {
        prompt: " A song for Christmas ".into(),
        lyric: "left over".into(),
        lyrics_strength: "9".into(),
        ..Draft::default()
    };
    let order = order(&draft);
    assert_eq!(order.prompt.as_deref(), Some("A song for Christmas"));
    assert_eq!(order.lyric, None, "the lyric belongs to the other way");
    assert_eq!(order.custom, None);
    assert_eq!(order.lyrics_strength, None);
}

#[test]
fn an_empty_draft_misses_its_prompt_or_its_lyric() {
    assert_eq!(
        errors(&Draft::default()),
        [(Field::Prompt, Problem::Missing)]
    );
    let custom = Draft {
        custom: true,
        ..Draft::default()
    };
    assert_eq!(errors(&custom), [(Field::Lyric, Problem::Missing)]);
}

#[test]
fn an_instrumental_needs_no_words() {
    let draft = Draft {
        custom: true,
        instrumental: Some(true),
        title: "Dawn".into(),
        ..Draft::default()
    };
    let order = order(&draft);
    assert_eq!((order.lyric, order.instrumental), (None, Some(true)));
}

#[test]
fn every_mistake_is_named_at_once() {
    let draft = Draft {
        custom: true,
        lyric: "[Verse]\\nHi".into(),
        title: "a\u{1b}[31mb".into(),
        sound_strength: "0.1".into(),
        weirdness: "wild".into(),
        ..Draft::default()
    };
    assert_eq!(
        errors(&draft),
        [
            (Field::Lyric, Problem::LiteralNewline),
            (Field::Title, Problem::ControlCharacter),
            (
                Field::SoundStrength,
                Problem::OutOfRange { min: 0.2, max: 1.0 }
            ),
            (Field::Weirdness, Problem::NotANumber),
        ]
    );
}

#[test]
fn the_prompt_is_counted_as_it_is_seen() {
    let family = "👨‍👩‍👧‍👦".repeat(200);
    let mut draft = Draft {
        prompt: family,
        ..Draft::default()
    };
    assert!(draft.check(None).is_ok());
    draft.prompt.push('歌');
    let too_long = Problem::TooLong {
        length: 201,
        max: 200,
    };
    assert_eq!(errors(&draft), [(Field::Prompt, too_long)]);
}

#[test]
fn zero_and_no_are_real_values() {
    let draft = Draft {
        prompt: "rain".into(),
        weirdness: "0".into(),
        instrumental: Some(false),
        ..Draft::default()
    };
    let order = order(&draft);
    assert_eq!(order.weirdness, Some(0.0));
    assert_eq!(order.instrumental, Some(false));
}

#[test]
fn a_number_must_be_finite() {
    for text in ["NaN", "inf", "-inf", "1e999"] {
        let draft = Draft {
            prompt: "x".into(),
            weirdness: text.into(),
            ..Draft::default()
        };
        assert_eq!(errors(&draft), [(Field::Weirdness, Problem::NotANumber)]);
    }
}
