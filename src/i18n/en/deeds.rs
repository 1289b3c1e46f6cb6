//! What can be done with a song, in English.

use crate::app::command::{Command, ComposeCommand as C};
use crate::app::keymap::Keymap;
use crate::app::panes::overlay::{Deed, Purpose};
use crate::domain::{Action, Choice, Field, MediaKind, Seconds, Work};
use crate::i18n::{Deeds, key};

pub(super) const DEEDS: Deeds = Deeds {
    title: "Actions",
    what,
    reuse: "use as it is",
    listen: "listen at a link",
    source: "Source song",
    choose: |keys| format!("choose one with {}", key(keys, Command::Compose(C::Edit))),
    no_match: "No song matches. A song's id, typed or pasted here, is taken as it is.",
    no_songs: "No songs here yet: type or paste the id of one.",
    take_id: "takes this id",
    line_title,
    line_body,
    looking: "looking at the file",
    order: "order",
    age,
};

fn what(deed: &Deed) -> &'static str {
    match deed {
        Deed::Make(choice) => match choice.action {
            Action::Generate => "a new song",
            Action::Extend | Action::UploadExtend => "goes on from a moment",
            Action::Cover | Action::UploadCover => "in another style",
            Action::Variation => "once more, a little different",
            Action::ReplaceSection | Action::UploadReplaceSection => "a part of it made anew",
            Action::SwapVocals => "another voice, the same music",
            Action::SwapInstrumentals => "other music, the same voice",
            Action::Stems => STEMS,
        },
        Deed::File(MediaKind::Stems) => STEMS,
        Deed::File(MediaKind::Video) => "with the cover picture",
        Deed::File(MediaKind::Wav | MediaKind::Audio | MediaKind::Cover) => "without loss",
        Deed::ReplaceMarked => "the part between the marks, made anew",
        Deed::ExtendMarked => "goes on from the mark",
        Deed::Listen => "in a browser or player, also elsewhere by ssh -L",
        Deed::Reuse => "the form as it was ordered",
    }
}

const STEMS: &str = "vocals, drums, bass and the rest";

pub(super) fn question(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Stems => "Take this song apart?",
        MediaKind::Video => "Order a video of this song?",
        MediaKind::Wav | MediaKind::Audio | MediaKind::Cover => "Order a WAV of this song?",
    }
}

pub(super) fn filled(choice: &Choice, title: &str, fields: &[Field], keys: &Keymap) -> String {
    let what = choice
        .name
        .as_deref()
        .unwrap_or(super::work(Work::Song(choice.action)));
    let names: Vec<String> = fields
        .iter()
        .map(|field| super::field(*field).to_lowercase())
        .collect();
    let filled = if names.is_empty() {
        "nothing to fill in".to_owned()
    } else {
        format!("{} filled in", names.join(", "))
    };
    let undo = key(keys, Command::Undo);
    format!("{what} {title}: {filled}. {undo} brings the old draft back")
}

fn line_title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Lyrics => "Have lyrics written",
        Purpose::Export => "Write the mix",
        Purpose::Upload => "Bring in a song",
    }
}

fn line_body(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Lyrics => {
            "What the words are to be about. They come into the text area when they are ready, in one step that can be undone. The provider may charge for it."
        }
        Purpose::Export => "The path of the WAV file. A file that is there is not replaced.",
        Purpose::Upload => {
            "The address of an audio file (https://…), or the path of a file on this machine. A file from here leaves this machine: it goes to the file host of the provider, which then has a link to it. The song comes into the library with actions of its own; the provider may charge for it."
        }
    }
}

/// In whole minutes, hours or days.
fn age(age: Seconds) -> String {
    let minutes = (age.0 / 60.0) as u64;
    match minutes {
        0 => "just now".to_owned(),
        n @ 1..60 => format!("{n} min"),
        _ if minutes < 48 * 60 => {
            let n = minutes / 60;
            format!("{n} h")
        }
        _ => {
            let n = minutes / 60 / 24;
            format!("{n} d")
        }
    }
}
