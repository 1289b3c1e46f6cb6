//! The lyrics: typing, sections, pastes, undo.

use fuzzbox::app::command::{Command, LyricsCommand};
use fuzzbox::app::notice::{Notice, Refusal};
use fuzzbox::app::panes::PaneId;
use fuzzbox::domain::action::Field;
use fuzzbox::domain::draft::Problem;

use crate::support::bench::Bench;

#[test]
fn letters_are_text_while_typing_and_commands_after_esc() {
    let mut bench = Bench::new();
    bench.keys("2 enter").type_text("q?:1 歌\nsecond");
    assert_eq!(bench.app.lyrics.contents(), "q?:1 歌\nsecond");
    bench.keys("esc 1");
    assert_eq!(bench.app.focus, PaneId::Compose);
}

#[test]
fn sections_come_in_the_order_of_a_song() {
    let mut bench = Bench::new();
    bench.keys("2 s").type_text("one");
    bench.keys("alt-s").type_text("two").keys("esc s");
    let lyric = bench.app.lyrics.contents();
    assert_eq!(lyric, "[Verse]\none\n\n[Chorus]\ntwo\n\n[Verse 2]\n");
    let count = bench.app.lyrics.count();
    assert_eq!((count.sections, count.lines, count.characters), (3, 2, 6));
}

#[test]
fn a_pasted_megabyte_is_cut_and_said() {
    let mut bench = Bench::new();
    bench.keys("2").paste(&"歌".repeat(350_000));
    assert!(matches!(
        bench.app.notices.current(),
        Some(Notice::PasteCut(_))
    ));
    bench.screen();
}

#[test]
fn a_typed_backslash_n_is_told_and_turned_into_line_breaks() {
    let mut bench = Bench::new();
    bench.keys("w 2").paste("[Verse]\\nHi\\nyou");
    let problem = bench.app.compose.problem(Field::Lyric);
    assert_eq!(problem, Some(&Problem::LiteralNewline));
    bench.keys("b");
    assert_eq!(bench.app.lyrics.contents(), "[Verse]\nHi\nyou");
    assert_eq!(bench.app.compose.problem(Field::Lyric), None);
    bench.keys("u");
    assert_eq!(bench.app.lyrics.contents(), "[Verse]\\nHi\\nyou");
}

#[test]
fn an_order_without_words_leads_to_the_lyrics() {
    let mut bench = Bench::new();
    bench.keys("w ctrl-g");
    assert!(bench.submitted().is_empty());
    assert_eq!(bench.app.focus, PaneId::Lyrics);
}

#[test]
fn tab_leaves_the_text_with_everything_in_it() {
    let mut bench = Bench::new();
    bench.keys("2 enter").type_text("words").keys("tab");
    assert_eq!(bench.app.focus, PaneId::Queue);
    assert_eq!(bench.app.lyrics.contents(), "words");
    assert!(!bench.app.lyrics.is_editing());
}

#[test]
fn where_no_literal_break_stands_the_key_says_so() {
    let mut bench = Bench::new();
    bench.keys("2").paste("[Verse]\\nrain");
    bench.keys("b");
    assert_eq!(bench.app.lyrics.contents(), "[Verse]\nrain");
    assert_eq!(bench.app.lyrics.count().lines, 1);
    bench.keys("b");
    let command = Command::Lyrics(LyricsCommand::BreakLines);
    let notice = Notice::Refused(command, Refusal::NothingToBreak);
    assert_eq!(bench.app.notices.current(), Some(&notice));
}

#[test]
fn a_lyric_of_more_than_is_sent_is_told_in_bytes() {
    let mut bench = Bench::new();
    bench.keys("w 2").paste(&"歌詞\n".repeat(20_000));
    let problem = bench.app.compose.problem(Field::Lyric);
    assert!(
        matches!(
            problem,
            Some(Problem::TooLarge {
                bytes: 139_999,
                max: 100_000
            })
        ),
        "{problem:?}"
    );
}
