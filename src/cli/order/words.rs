//! What the help and the complaints of the command line say of actions and fields.
//!
//! Invariant: ranges, limits and defaults are not written here; they come from the table of the domain.

use crate::domain::{Action, Field, FieldKind, FileProblem, Problem};

/// What a subcommand does.
pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::Generate => "Make a song from a prompt, or from a lyric",
        Action::Extend | Action::UploadExtend => "Go on with a song from a moment",
        Action::Cover | Action::UploadCover => "Make a song in another style",
        Action::Variation => "Make a song once more, a little different",
        Action::ReplaceSection | Action::UploadReplaceSection => "Make a part of a song anew",
        Action::SwapVocals => "Put another voice over the music of a song",
        Action::SwapInstrumentals => "Put other music under the voice of a song",
        Action::Stems => "Take a song apart: vocals, drums, bass and the rest",
    }
}

/// What a flag means; what the table knows of its value is added.
pub(super) fn field(field: Field) -> String {
    let words = match field {
        Field::Action => "Send this word for the action, for one that fuzzbox does not know yet",
        Field::Source => "The song it is done to",
        Field::ContinueAt => "Where the song goes on: seconds, or 1:23.5",
        Field::ReplaceStart => "Where the part to be replaced begins: seconds, or 1:23.5",
        Field::ReplaceEnd => "Where the part to be replaced ends: seconds, or 1:23.5",
        Field::Custom => {
            "Sing the lyric rather than work from the prompt; a lyric says so by itself"
        }
        Field::Model => "The model; those of [models] in the config are known too",
        Field::Prompt => "The idea, or with a lyric the style",
        Field::Lyric => "The words to sing, with lines such as [Verse] and [Chorus]",
        Field::Title => "The title",
        Field::Instrumental => "No vocals",
        Field::LyricsStrength => "How strongly the words count",
        Field::SoundStrength => "How strongly the prompt counts",
        Field::CoverStrength => "How far a cover departs from its source",
        Field::Weirdness => "How odd the style may get",
        Field::Seed => "The random seed",
        Field::CallbackUrl => "Where the provider posts the result as well",
        Field::Completion => {
            "How the end is heard of: polling, blocking or webhook; left alone, as the config says"
        }
        Field::Style => "A style",
        Field::StyleNegative => "What the style should avoid",
        Field::VocalGender => "The voice asked for",
        Field::LyricPrompt => "What words the provider should write",
    };
    match field.kind() {
        FieldKind::Number(range) => format!(
            "{words} [{} to {}; left alone, the server takes {}]",
            range.min, range.max, range.default
        ),
        FieldKind::Line { max: Some(max) } => format!("{words} [up to {max} characters]"),
        _ => words.to_owned(),
    }
}

/// What stands for the value in the help.
pub(super) fn value_name(field: Field) -> &'static str {
    match field.kind() {
        FieldKind::Song => "ID",
        FieldKind::Moment => "TIME",
        FieldKind::Number(_) => "NUMBER",
        FieldKind::Address => "URL",
        FieldKind::Choice if field == Field::Completion => "WAY",
        FieldKind::Choice => "NAME",
        FieldKind::Switch => "true|false",
        FieldKind::Line { .. } | FieldKind::Text => "TEXT",
    }
}

/// What is wrong with a value.
pub(super) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Missing => "is needed".to_owned(),
        Problem::TooLong { length, max } => {
            format!("is too long: {length} characters, and {max} are allowed")
        }
        Problem::TooLarge { bytes, max } => {
            format!("is too large: {bytes} bytes, and {max} are allowed")
        }
        Problem::NotANumber => "is not a number".to_owned(),
        Problem::OutOfRange { min, max } => format!("must be from {min} to {max}"),
        Problem::NotAnId => {
            "is not a song's id; one looks like 38d3b9e2-0dfb-4338-b2a7-15e45656ed32".to_owned()
        }
        Problem::NotAMoment => "is not a moment; write seconds, or 1:23.5".to_owned(),
        Problem::PastTheEnd { length } => {
            format!(
                "is after the end: the song is {} long",
                length.clock_tenths()
            )
        }
        Problem::EndsBeforeItBegins => "ends before it begins".to_owned(),
        Problem::NotAnAddress => "is not an address; it begins with https://".to_owned(),
        Problem::ControlCharacter => "has a character that cannot be sent".to_owned(),
        Problem::LiteralNewline => {
            "has a backslash and an n where a line break is meant; use --lyric-file".to_owned()
        }
        Problem::File(problem) => file_problem(problem),
    }
}

/// What is wrong with a file that is to be brought in.
fn file_problem(problem: &FileProblem) -> String {
    match problem {
        FileProblem::Missing => "names no file that is there".to_owned(),
        FileProblem::NotAFile => "does not name a file".to_owned(),
        FileProblem::Empty => "names an empty file".to_owned(),
        FileProblem::TooLarge { bytes, max } => {
            format!("names a file that is too large: {bytes} bytes, and the file host takes {max}")
        }
        FileProblem::Unreadable(why) => format!("names a file that cannot be read: {why}"),
    }
}
