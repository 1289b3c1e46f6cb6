//! What is said of the song that is on, in English.

use crate::app::command::{
    Command, CompareCommand as A, CompareCommand, LinkCommand as I, MarkCommand as K,
    MixerCommand as X, UpNextCommand as N, UpNextCommand, ViewCommand as V,
};
use crate::app::keymap::Keymap;
use crate::app::notice::Ear;
use crate::domain::Mark;
use crate::domain::saved::Repeat;
use crate::i18n::ears::Listening;
use crate::i18n::{key, name};

pub(super) const LISTENING: Listening = Listening {
    title: "Player",
    up_next: "Up next",
    mixer: "Mixer",
    starved: "waits for the download",
    fetching: "fetching",
    nothing_next: "Nothing plays next.",
    nothing_next_how: |keys| {
        format!(
            "{} on a song in the library puts it here.",
            key(keys, Command::UpNext(UpNextCommand::Add))
        )
    },
    repeat: |repeat| match repeat {
        Repeat::Off => "repeat off",
        Repeat::All => "repeat all",
        Repeat::One => "repeat one",
    },
    muted: "mute",
    solo: "solo",
    estimated: "sections are estimated",
    opening: "opening…",
    count: |count| format!("{count}"),
    loops: "loop",
    at_mark: "mark",
    served: |port| format!("link :{port}"),
    link: "A link to listen at",
    link_opening: "The link is being made…",
    link_elsewhere: "From another machine: type there, then open the link there, in a browser or player.",
    link_tunnel: |port| format!("ssh -L {port}:127.0.0.1:{port} this-host"),
    link_until: "Only the holder of the link gets the song, and no longer than this studio runs.",
    link_copy: "copy the link",
    link_end: "serve no longer",
};

pub(super) fn mark(command: K) -> &'static str {
    match command {
        K::SetIn => "Mark: begins here",
        K::SetOut => "Mark: ends here",
        K::Earlier => "Mark 0.1 s earlier",
        K::Later => "Mark 0.1 s later",
        K::MuchEarlier => "Mark a second earlier",
        K::MuchLater => "Mark a second later",
        K::ToSilence => "Mark to the nearest pause",
        K::ToBeat => "Mark to the nearest beat",
        K::Clear => "Clear the marks",
        K::Loop => "Loop between the marks",
        K::Use => "Marks into the form",
    }
}

pub(super) fn view(command: V) -> &'static str {
    match command {
        V::Large => "Large player",
        V::ZoomIn => "Zoom in",
        V::ZoomOut => "Zoom out",
        V::CursorBack => "Cursor 0.1 s back",
        V::CursorOn => "Cursor 0.1 s on",
        V::CursorMuchBack => "Cursor a second back",
        V::CursorMuchOn => "Cursor a second on",
        V::CursorHere => "Cursor to the playhead",
        V::PlayFromCursor => "Play from the cursor",
        V::Sections => "Show or hide sections",
        V::Spectrum => "Show or hide the spectrum",
    }
}

pub(super) fn compare(command: A) -> &'static str {
    match command {
        A::Switch => "Compare, or switch A and B",
        A::WithSelected => "Compare with the selected song",
        A::End => "End the comparison",
    }
}

pub(super) fn up_next(command: N) -> &'static str {
    match command {
        N::Add => "Play the song next in line",
        N::PlayAll => "Play all from here",
        N::Show => "Show what plays next",
        N::Sooner => "Play it sooner",
        N::Later => "Play it later",
        N::Remove => "Take out",
        N::Clear => "Take all out",
        N::Repeat => "Repeat: off, all, one",
    }
}

pub(super) fn mixer(command: X) -> &'static str {
    match command {
        X::Open => "Mixer of the stems",
        X::Softer => "Stem softer",
        X::Louder => "Stem louder",
        X::Mute => "Mute the stem",
        X::Solo => "Solo the stem",
        X::Reset => "Reset the mix",
        X::Export => "Write the mix to a file",
    }
}

pub(super) fn link(command: I) -> &'static str {
    match command {
        I::Open => "Listen at a link",
        I::End => "Serve no link any longer",
    }
}

pub(super) fn hint(command: Command) -> Option<&'static str> {
    Some(match command {
        Command::Mark(K::SetIn) => "begin",
        Command::Mark(K::SetOut) => "end",
        Command::Mark(K::Loop) => "loop",
        Command::Mark(K::Use) => "into the form",
        Command::View(V::Large) => "player",
        Command::View(V::ZoomIn) => "zoom",
        Command::View(V::PlayFromCursor) => "play here",
        Command::View(V::CursorOn) => "cursor",
        Command::Mark(K::ToSilence) => "to a pause",
        Command::Compare(A::Switch) => "A/B",
        Command::Compare(A::End) => "end A/B",
        Command::UpNext(N::Show) => "up next",
        Command::UpNext(N::Sooner) => "sooner",
        Command::UpNext(N::Later) => "later",
        Command::UpNext(N::Remove) => "take out",
        Command::UpNext(N::Repeat) => "repeat",
        Command::Mixer(X::Open) => "mixer",
        Command::Mixer(X::Mute) => "mute",
        Command::Mixer(X::Solo) => "solo",
        Command::Mixer(X::Reset) => "reset",
        Command::Mixer(X::Export) => "write WAV",
        Command::Mixer(X::Louder) => "louder",
        Command::Link(I::Open) => "link",
        Command::Link(I::End) => "stop",
        _ => return None,
    })
}

pub(super) fn notice(told: &Ear, keys: &Keymap) -> String {
    match told {
        Ear::Marked(Mark::In, at) => format!("Begins at {}", at.clock_tenths()),
        Ear::Marked(Mark::Out, at) => format!("Ends at {}", at.clock_tenths()),
        Ear::Loops(Some(span)) => format!(
            "Loops {}–{}",
            span.from.clock_tenths(),
            span.to.clock_tenths()
        ),
        Ear::Loops(None) => "The loop is off".to_owned(),
        Ear::Compares(title) => format!(
            "A/B with “{}”: {} switches",
            name(title, "Untitled"),
            key(keys, Command::Compare(CompareCommand::Switch))
        ),
        Ear::Added(title) => format!("“{}” plays next in line", name(title, "Untitled")),
        Ear::PlaysAll(count) => format!("Plays {count} songs"),
        Ear::Repeats(Repeat::Off) => "Repeat: off".to_owned(),
        Ear::Repeats(Repeat::All) => "Repeat: all".to_owned(),
        Ear::Repeats(Repeat::One) => "Repeat: this song".to_owned(),
        Ear::Exporting => "The mix is being written".to_owned(),
        Ear::Exported(path) => format!("The mix is written: {path}"),
        Ear::NotExported(reason) => format!("The mix is not written: {reason}"),
        Ear::NotServed => "No link leads here any longer".to_owned(),
        Ear::CannotServe(reason) => format!("No link: {reason}"),
    }
}
