//! Pictures of screens.

use std::num::NonZeroU16;

use crate::support::picture::svg;

fn picture(text: &str) -> String {
    let (rows, columns) = (NonZeroU16::new(3), NonZeroU16::new(20));
    let mut parser = vt100::Parser::new(rows.expect("not 0"), columns.expect("not 0"), 0);
    parser.process(text.as_bytes());
    svg(parser.screen())
}

#[test]
fn an_empty_screen_is_its_ground_and_the_caret() {
    let picture = picture("");
    assert!(
        picture
            .starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"192\" height=\"75\"")
    );
    assert!(picture.ends_with("</svg>\n"));
    assert_eq!(picture.matches("<rect").count(), 2);
    assert!(!picture.contains("<text"));
}

#[test]
fn runs_of_one_style_are_one_text() {
    let picture = picture("ab\x1b[1;31mcd\x1b[m\x1b[3;4mef");
    assert_eq!(picture.matches("<text").count(), 3);
    assert!(
        picture.contains("x=\"12.0\" y=\"25.0\" textLength=\"16.8\""),
        "{picture}"
    );
    assert!(
        picture.contains("fill=\"#d9737a\" font-weight=\"bold\">cd</text>"),
        "{picture}"
    );
    assert!(picture.contains("font-style=\"italic\" text-decoration=\"underline\">ef</text>"));
}

#[test]
fn wide_characters_stand_in_their_columns() {
    let picture = picture("a歌曲b");
    for (x, width, text) in [
        ("12.0", "8.4", "a"),
        ("20.4", "16.8", "歌"),
        ("37.2", "16.8", "曲"),
        ("54.0", "8.4", "b"),
    ] {
        let place = format!("<text x=\"{x}\" y=\"25.0\" textLength=\"{width}\"");
        let found = picture
            .lines()
            .any(|line| line.starts_with(&place) && line.ends_with(&format!(">{text}</text>")));
        assert!(found, "{text} in {picture}");
    }
}

#[test]
fn colours_of_all_kinds_are_known() {
    let picture = picture(
        "\x1b[38;5;196mA\x1b[38;5;244mB\x1b[38;2;1;2;3mC\x1b[m\x1b[44mD\x1b[m\x1b[7mE\x1b[m\x1b[2mF",
    );
    for colour in ["#ff0000", "#808080", "#010203", "#7aa2d6"] {
        assert!(picture.contains(colour), "{colour}");
    }
    assert!(
        picture.contains("fill=\"#1a1d23\">E</text>"),
        "reversed: {picture}"
    );
    assert!(picture.contains("opacity=\"0.6\">F</text>"));
}

#[test]
fn lines_and_blocks_are_shapes() {
    let picture = picture("┌─╮▁█▌\x1b[?25l");
    assert!(!picture.contains("<text"), "{picture}");
    assert_eq!(
        picture.matches("<path").count(),
        2,
        "one filled, one of lines"
    );
    assert!(
        picture.contains("M20.4 20.5h8.4"),
        "a line through its cell: {picture}"
    );
    assert!(
        picture.contains("h8.4v2.12h-8.4z"),
        "an eighth of a cell: {picture}"
    );
    assert!(picture.contains("h8.4v17.00h-8.4z") && picture.contains("h4.2v17.00h-4.2z"));
    let thick_and_shaded = self::picture("━▒");
    assert!(thick_and_shaded.contains("stroke-width=\"2.6\""));
    assert!(thick_and_shaded.contains("fill-opacity=\"0.5\""));
}

#[test]
fn text_cannot_become_markup() {
    let picture = picture("<&>\"'");
    assert!(
        picture.contains(">&#60;&#38;&#62;&#34;&#39;</text>"),
        "{picture}"
    );
}

#[test]
fn one_paper_is_one_rectangle() {
    let picture = picture("\x1b[?25l\x1b[44ma 歌 \x1b[1mb\x1b[42mc");
    assert_eq!(picture.matches("<rect").count(), 3, "{picture}");
    assert!(
        picture.contains("width=\"50.4\" height=\"17.0\" fill=\"#7aa2d6\""),
        "{picture}"
    );
}
