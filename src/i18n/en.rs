//! English.

mod arrivals;
mod commands;
mod company;
mod deeds;
mod ears;
mod failures;
mod flow;
mod hearing;
mod taking;

use super::{Details, QueueCount, Strings, Windows, joined, key, name, some};
use crate::app::command::{
    Command, ComposeCommand as C, LibraryCommand as B, LyricsCommand as L, OverlayCommand as O,
    QueueCommand as Q, TextCommand as T,
};
use crate::app::keymap::{Context, Keymap};
use crate::app::notice::Notice;
use crate::app::panes::PaneId;
use crate::app::panes::overlay::Question;
use crate::domain::lyric::LyricCount;
use crate::domain::{Action, Field, Hold, MediaKind, OutputKind, TaskState, Work};
use commands::{command, hint, refusal};
use failures::{charge, failed, failure, hold, next_step, not_fetched, problem};

pub(super) static STRINGS: Strings = Strings {
    language: "English",
    pane,
    player: "Player",
    context,
    command,
    hint,
    refusal,
    notice,
    failure,
    charge,
    next_step,
    problem,
    question,
    question_body,
    state,
    hold,
    work,
    field,
    placeholder,
    server: |value| format!("server: {value}"),
    output,
    media,
    too_small: |width, height| {
        format!(
            "fuzzbox needs more room: 40 columns and 10 rows. This window has {width} × {height}. Everything goes on meanwhile."
        )
    },
    yes: "yes",
    no: "no",
    way_prompt: "prompt",
    way_lyrics: "lyrics",
    random: "random",
    mistakes: |count| counted(count, "mistake", "mistakes"),
    demo: "demo: nothing is charged",
    no_token: |keys| format!("no token: {}", key(keys, Command::EnterToken)),
    lyrics_empty: |keys| {
        vec![
            format!(
                "{} types the words to sing.",
                key(keys, Command::Lyrics(L::Edit))
            ),
            format!(
                "{} adds a [Verse], then a [Chorus] and so on.",
                key(keys, Command::Lyrics(L::AddSection))
            ),
            "Pasted text keeps its line breaks.".to_owned(),
        ]
    },
    lyrics_unused: |keys| {
        format!(
            "Not sung: the song is made from the prompt. {} in {} changes that.",
            key(keys, Command::Compose(C::SwitchWay)),
            pane(PaneId::Compose)
        )
    },
    lyrics_instrumental: "Not sung: the song is instrumental.",
    lyrics_missing: |keys| {
        format!(
            "Words are needed, or {} in {} to work from the prompt alone.",
            key(keys, Command::Compose(C::SwitchWay)),
            pane(PaneId::Compose)
        )
    },
    lyrics_not_sung: "not sung",
    lyrics_none: "no words yet",
    lyrics_count: |count| {
        joined(&[
            counted(count.lines, "line", "lines"),
            counted(count.sections, "section", "sections"),
            counted(count.characters, "character", "characters"),
        ])
    },
    lyrics_summary: |count: LyricCount| {
        joined(&[
            some(count.sections, || {
                counted(count.sections, "section", "sections")
            }),
            counted(count.lines, "line", "lines"),
        ])
    },
    queue_count: |count: QueueCount| {
        joined(&[
            some(count.in_doubt, || format!("{} in doubt", count.in_doubt)),
            some(count.held, || format!("{} held", count.held)),
            some(count.running, || format!("{} running", count.running)),
            some(count.waiting, || format!("{} waiting", count.waiting)),
        ])
    },
    queue_empty: |keys| {
        vec![
            "Nothing is being made.".to_owned(),
            format!("{} submits the draft.", key(keys, Command::Submit)),
        ]
    },
    queue_none: "nothing is being made",
    hosting: |percent| format!("sending the file {percent}%"),
    looking: "The API is being asked what became of it.",
    decide: |keys| {
        format!(
            "Not found at the API: {} sends it again, {} drops it.",
            key(keys, Command::Queue(Q::SendAgain)),
            key(keys, Command::Queue(Q::Drop))
        )
    },
    again_in: |time| format!("tried again in {time}"),
    songs: |count| counted(count, "song", "songs"),
    songs_found: |found, all| format!("{found} of {}", counted(all, "song", "songs")),
    library_empty: |keys| {
        vec![
            "No songs yet.".to_owned(),
            format!(
                "Write a prompt in {}, then {} makes the first one.",
                pane(PaneId::Compose),
                key(keys, Command::Submit)
            ),
        ]
    },
    library_nothing: |keys| {
        format!(
            "No song matches. {} shows all.",
            key(keys, Command::Text(T::Leave))
        )
    },
    show_all: "show all",
    find: "Find",
    untitled: "Untitled",
    player_idle: |keys| {
        format!(
            "Nothing is on. {} in {} plays a song.",
            key(keys, Command::Library(B::Play)),
            pane(PaneId::Library)
        )
    },
    player_first: |keys| {
        format!(
            "Write a prompt; {} makes the song, and it plays here.",
            key(keys, Command::Submit)
        )
    },
    volume: |percent| format!("vol {percent}%"),
    no_sound: "no sound",
    muted: "muted",
    deeds: deeds::DEEDS,
    details: Details {
        made_from: "Made from",
        became: "Became",
        task: "Task",
        song: "Song",
        state: "State",
        action: "Action",
        ordered: "Ordered",
        sent: "Sent",
        finished: "Finished",
        elapsed: "Time",
        progress: "Progress",
        attempts: "Sent in vain",
        api_id: "Task id",
        trace_id: "Trace id",
        failure: "What happened",
        code: "Code",
        message: "The API says",
        money: "Money",
        next: "What next",
        songs: "Songs",
        id: "Song id",
        length: "Length",
        made: "Made",
        link_until: "Link lives until",
        link_dead: "Link died",
        folder: "Folder",
        not_here: "not here",
        fetching: |percent| match percent {
            Some(percent) => format!("being fetched, {percent}%"),
            None => "being fetched".to_owned(),
        },
        gone: "It is no longer known.",
        raw: "Answer",
        words: "Words",
        take_words: |keys| {
            format!(
                "{} puts them into the lyrics; undo brings yours back.",
                key(keys, Command::Overlay(O::Accept))
            )
        },
    },
    hearing: hearing::HEARING,
    taking: taking::TAKING,
    listening: ears::LISTENING,
    flow: flow::FLOW,
    company: company::COMPANY,
    windows: Windows {
        help: "Keys",
        palette: "Commands",
        palette_nothing: "No command matches.",
        question: "Please decide",
        yes: "yes",
        no: "no",
        token: "API token",
        token_why: "Songs are made with a token of the Producer API. Get one at https://platform.acedata.cloud (a new account has a free quota) and paste it here.",
        token_where: |settings| {
            format!(
                "It is stored in {}, readable by you alone, and never shown.",
                settings.token_file
            )
        },
        token_else: "Other ways: ACEDATACLOUD_API_TOKEN in the environment, or --token-file.",
        token_typed: |count| counted(count, "character", "characters"),
        store: "store",
        later: "not now",
        files: "Files",
        files_body: |settings| {
            vec![
                format!("Songs: {}", settings.media_folder),
                format!("Token: {}", settings.token_file),
            ]
        },
        copying: "Copying",
        copying_body: "What is copied goes to your terminal (OSC 52), over SSH too. Inside tmux it needs: set -g set-clipboard on",
        typing: "While typing",
        typing_body: &[
            ("^a ^e", "Start and end of the line"),
            ("^w ^u ^k", "Delete a word, to start, to end"),
            ("Alt-b Alt-f", "A word back, a word forward"),
            ("^_ ^r", "Undo, redo"),
        ],
        more: |keys| {
            format!(
                "Every command is in the palette: {}. All keys can be changed in the config.",
                key(keys, Command::Palette)
            )
        },
    },
};

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn media(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "Audio",
        MediaKind::Cover => "Cover",
        MediaKind::Wav => "WAV",
        MediaKind::Video => "Video",
        MediaKind::Stems => "Stems",
    }
}

fn pane(pane: PaneId) -> &'static str {
    match pane {
        PaneId::Compose => "Compose",
        PaneId::Lyrics => "Lyrics",
        PaneId::Queue => "Queue",
        PaneId::Library => "Library",
    }
}

fn context(context: Context) -> &'static str {
    match context {
        Context::Global => "Everywhere",
        Context::Compose => "In the form",
        Context::Lyrics => "In the lyrics",
        Context::Queue => "In the queue",
        Context::Library => "In the library",
        Context::Line => "While typing a line",
        Context::Text => "While typing lyrics",
        Context::Player => "In the large player",
        Context::UpNext => "In what plays next",
        Context::Mixer => "In the mixer",
        Context::Link => "At the link of a song",
        Context::Overlay => "In a window like this",
    }
}

fn notice(notice: &Notice, keys: &Keymap) -> String {
    let name = |title: &str| format!("“{}”", name(title, "Untitled"));
    match notice {
        Notice::Ordered(label) => format!("{} is in the queue", name(label)),
        Notice::Finished(title) => format!("{} is ready", name(title)),
        Notice::Arrived(arrival) => arrivals::arrival(arrival, keys),
        Notice::TaskFailed(label, failure) => failed(&name(label), failure, keys),
        Notice::TaskInDoubt(label) => format!(
            "{}: sent, but the outcome is not known. It is not sent again by itself.",
            name(label)
        ),
        Notice::TaskFound(label) => format!("{} was found at the API and goes on", name(label)),
        Notice::TokenNeeded => hold(Hold::Token, keys),
        Notice::TokenStored(None) => "The token is stored; the queue goes on".to_owned(),
        Notice::TokenStored(Some(name)) => format!(
            "The token is stored; the queue goes on. At the next start {name} comes first: mend or unset it"
        ),
        Notice::CreditNeeded => hold(Hold::Credit, keys),
        Notice::DraftRefused(count) => format!(
            "Not submitted: {} to fix first",
            counted(*count, "mistake", "mistakes")
        ),
        Notice::Refused(command, why) => {
            format!("{}: {}", self::command(*command), refusal(*why))
        }
        Notice::UnknownKey(label) => {
            let help = key(keys, Command::Help);
            format!("{label} does nothing here; {help} shows the keys")
        }
        Notice::Flow(told) => (flow::FLOW.told)(told, keys),
        Notice::Copied(what) => (taking::TAKING.copied)(*what).to_owned(),
        Notice::LibraryNotRead(why) => format!(
            "Only your newest songs could be read: {why} The others are safe on the disk; start again to see them"
        ),
        Notice::NotSuspended => "Not stopped: no shell is there to bring fuzzbox back".to_owned(),
        Notice::NotCopied(why) => format!("Nothing was copied: {why}"),
        Notice::NotSaved(why) => format!(
            "Could not be kept on disk. What is not kept is not sent, and goes on by itself once there is room. {why}"
        ),
        Notice::NotPlayed(title, why) => format!("{} cannot be played: {why}", name(title)),
        Notice::NotFetched(title, failure) => not_fetched(&name(title), failure, keys),
        Notice::FormFilled(title) => format!("The form is filled from {}", name(title)),
        Notice::FormFilledFor(choice, title, fields) => {
            deeds::filled(choice, &name(title), fields, keys)
        }
        Notice::Experimental(shown) => experimental(*shown).to_owned(),
        Notice::NothingPasted => "Nothing was pasted: nothing here takes text".to_owned(),
        Notice::FormCleared => {
            let undo = key(keys, Command::Undo);
            format!("A new draft; {undo} brings the old one back")
        }
        Notice::Undone => "Brought back".to_owned(),
        Notice::PasteCut(bytes) => format!("The text is full: {bytes} bytes were left out"),
        Notice::WebhookOpened(_) | Notice::WebhookNotOpened(_) => hearing::notice(notice),
        Notice::HandedOver => company::COMPANY.handed_over.to_owned(),
        Notice::TookOver => company::COMPANY.took_over.to_owned(),
        Notice::BatchOrdered(_) | Notice::BudgetReached(_) => taking::notice(notice, keys),
        Notice::Ear(told) => ears::notice(told, keys),
        Notice::Broke(what) => format!("Something inside broke: {what}. The log tells more."),
    }
}

fn experimental(shown: bool) -> &'static str {
    if shown {
        "Experimental fields are shown: they stand in no document and may do nothing"
    } else {
        "Experimental fields are hidden and not sent"
    }
}

fn question(question: &Question) -> &'static str {
    match question {
        Question::OrderTwice(_) => "Order the same once more?",
        Question::OrderAgain(_) => "Order this task again?",
        Question::SendAgain(_) => "Send this task again?",
        Question::Drop(_) => "Drop this task?",
        Question::OrderFile(_, kind) => deeds::question(*kind),
        Question::QuitWhileSubmitting => "Quit while an order is being sent?",
    }
}

fn question_body(question: &Question) -> &'static str {
    match question {
        Question::OrderTwice(_) => {
            "The same order is in the queue or was made a moment ago. Each song that is made is charged."
        }
        Question::OrderAgain(_) => {
            "The failed one cost nothing. The new one is charged if it succeeds."
        }
        Question::SendAgain(_) => {
            "It was sent before and not found at the API. If it was taken all the same, it is charged twice."
        }
        Question::Drop(_) => {
            "It will not be sent, and not looked for any more. One in doubt may have been charged."
        }
        Question::OrderFile(..) => {
            "It is charged when it succeeds; the provider prints no price for it. The file stands with the song when it is ready."
        }
        Question::QuitWhileSubmitting => {
            "No song is lost: at the next start the order is looked for at the API before anything is sent again."
        }
    }
}

fn state(state: &TaskState) -> &'static str {
    match state {
        TaskState::Waiting { .. } => "waiting",
        TaskState::Submitting => "submitting",
        TaskState::Running { .. } => "running",
        TaskState::InDoubt { .. } => "in doubt",
        TaskState::Held { .. } => "held",
        TaskState::Succeeded => "done",
        TaskState::Failed { .. } => "failed",
    }
}

fn work(work: Work) -> &'static str {
    match work {
        Work::Song(Action::Generate) => "generate",
        Work::Song(Action::Extend | Action::UploadExtend) => "extend",
        Work::Song(Action::Cover | Action::UploadCover) => "cover",
        Work::Song(Action::Variation) => "variation",
        Work::Song(Action::ReplaceSection | Action::UploadReplaceSection) => "replace section",
        Work::Song(Action::SwapVocals) => "swap vocals",
        Work::Song(Action::SwapInstrumentals) => "swap music",
        Work::Song(Action::Stems) => "stems",
        Work::Lyrics => "lyrics",
        Work::Upload => "upload",
        Work::Wav => "WAV",
        Work::Video => "video",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Action => "Action",
        Field::Source => "Source song",
        Field::ContinueAt => "Go on at",
        Field::ReplaceStart => "Replace from",
        Field::ReplaceEnd => "Replace to",
        Field::CoverStrength => "Cover strength",
        Field::CallbackUrl => "Callback",
        Field::Completion => hearing::HEARING.label,
        Field::Style => "Style *",
        Field::StyleNegative => "Avoid *",
        Field::VocalGender => "Voice *",
        Field::LyricPrompt => "Lyric prompt *",
        Field::Custom => "Make from",
        Field::Model => "Model",
        Field::Prompt => "Prompt",
        Field::Lyric => "Lyric",
        Field::Title => "Title",
        Field::Instrumental => "Instrumental",
        Field::LyricsStrength => "Lyric strength",
        Field::SoundStrength => "Sound strength",
        Field::Weirdness => "Weirdness",
        Field::Seed => "Seed",
    }
}

fn placeholder(field: Field, style: bool) -> &'static str {
    match field {
        Field::Prompt if style => "style and mood",
        Field::Prompt => "describe the song",
        Field::Title => "server's choice",
        Field::ContinueAt | Field::ReplaceStart | Field::ReplaceEnd => "seconds or 1:23.5",
        Field::CallbackUrl => "none",
        Field::Style | Field::StyleNegative | Field::VocalGender | Field::LyricPrompt => {
            "undocumented"
        }
        _ => "",
    }
}

fn output(output: &OutputKind) -> String {
    match output {
        OutputKind::Pulse => "PulseAudio".to_owned(),
        OutputKind::Device => "sound card".to_owned(),
        OutputKind::Silent { reason } => format!("no sound: {reason}"),
    }
}
