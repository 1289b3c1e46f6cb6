//! The subcommands that order, and their flags, made from the table of actions.
//!
//! Invariant: a flag has the API's name of its field with dashes, and an action has a flag for each field the table gives
//! it and for no other.

use std::path::PathBuf;

use clap::builder::ArgPredicate;
use clap::{Arg, ArgAction, ArgGroup, Command, value_parser};

use super::words;
use crate::domain::action::{Need, Rule, When};
use crate::domain::recipe::{ACTION_WORD, flag_name, subcommand};
use crate::domain::{Action, Field, FieldKind};

/// Flags every order has, and flags that are no field.
pub(super) const DRY_RUN: &str = "dry-run";
pub(super) const JSON: &str = "json";
pub(super) const NO_WAIT: &str = "no-wait";
pub(super) const AGAIN: &str = "again";
pub(super) const DEMO: &str = "demo";
pub(super) const TOKEN_FILE: &str = "token-file";
pub(super) const LYRIC_FILE: &str = "lyric-file";
pub(super) const UPLOADED: &str = "uploaded";
pub(super) const EXPERIMENTAL: &str = "experimental";
pub(super) const AUDIO_URL: &str = "audio-url";
pub(super) const FILE: &str = "file";

const TRIED: &str = "In no document of the provider (need --experimental)";
const ORDERING: &str = "Ordering";

/// What a subcommand orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Song(Action),
    Lyrics,
    Upload,
    Wav,
    Videos,
}

impl What {
    fn all() -> impl Iterator<Item = What> {
        Action::all()
            .filter(|action| action.on_uploaded(false) == *action)
            .map(What::Song)
            .chain([What::Lyrics, What::Upload, What::Wav, What::Videos])
    }

    fn subcommand(self) -> String {
        match self {
            What::Song(action) => subcommand(action),
            What::Lyrics => "lyrics".to_owned(),
            What::Upload => "upload".to_owned(),
            What::Wav => "wav".to_owned(),
            What::Videos => "videos".to_owned(),
        }
    }

    /// What the subcommand of a name orders.
    pub(super) fn from_subcommand(name: &str) -> Option<What> {
        What::all().find(|what| what.subcommand() == name)
    }
}

/// Every subcommand that orders.
pub(super) fn subcommands() -> Vec<Command> {
    What::all().map(command).collect()
}

fn command(what: What) -> Command {
    let command = Command::new(what.subcommand());
    let command = match what {
        What::Song(action) => song(command, action),
        What::Lyrics => command.about("Write words from a prompt").arg(
            text(Field::Prompt)
                .required(true)
                .help("What they are to be about"),
        ),
        What::Upload => command
            .about("Bring in a song from elsewhere, to do with it what can be done with any")
            .arg(
                Arg::new(AUDIO_URL)
                    .long(AUDIO_URL)
                    .value_name("URL")
                    .help("Where the provider can fetch it"),
            )
            .arg(
                Arg::new(FILE)
                    .long(FILE)
                    .value_name("FILE")
                    .value_parser(value_parser!(PathBuf))
                    .help("A file on this machine; it goes to the file host of the config first"),
            )
            .group(ArgGroup::new("from").args([AUDIO_URL, FILE]).required(true)),
        What::Wav => command
            .about("Fetch a song without loss, as WAV")
            .arg(text(Field::Source).required(true)),
        What::Videos => command
            .about("Fetch a song with its cover, as MP4")
            .arg(text(Field::Source).required(true)),
    };
    ordering(command)
}

fn song(mut command: Command, action: Action) -> Command {
    command = command.about(words::action(action));
    let mut known: Vec<Field> = vec![Field::Action];
    for rule in action.fields() {
        if known.contains(&rule.field) {
            continue;
        }
        known.push(rule.field);
        command = command.arg(field(*rule));
        if rule.field == Field::Lyric {
            command = command.arg(
                Arg::new(LYRIC_FILE)
                    .long(LYRIC_FILE)
                    .value_name("FILE")
                    .value_parser(value_parser!(PathBuf))
                    .conflicts_with(flag_name(Field::Lyric))
                    .help("Read the words from this file; - reads what is piped in"),
            );
        }
    }
    if known.iter().any(|field| field.is_experimental()) {
        command = command.arg(
            Arg::new(EXPERIMENTAL)
                .long(EXPERIMENTAL)
                .action(ArgAction::SetTrue)
                .help_heading(TRIED)
                .help("Send fields that stand in no document"),
        );
    }
    if action.on_uploaded(true) != action {
        command = command.arg(
            Arg::new(UPLOADED)
                .long(UPLOADED)
                .action(ArgAction::SetTrue)
                .help("The song was uploaded; one in the library says so by itself"),
        );
    }
    command.arg(
        Arg::new(ACTION_WORD)
            .long(ACTION_WORD)
            .value_name("WORD")
            .help_heading(ORDERING)
            .help(words::field(Field::Action)),
    )
}

/// The flag of a field.
fn field(rule: Rule) -> Arg {
    let Rule { field, when, need } = rule;
    let arg = match field.kind() {
        FieldKind::Choice if field == Field::Custom => {
            let name = flag_name(field);
            Arg::new(name.clone())
                .long(name)
                .action(ArgAction::SetTrue)
                .default_value_ifs([
                    (flag_name(Field::Lyric), ArgPredicate::IsPresent, "true"),
                    (LYRIC_FILE.to_owned(), ArgPredicate::IsPresent, "true"),
                ])
                .help(words::field(field))
        }
        FieldKind::Switch => text(field)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(value_parser!(bool)),
        _ => text(field),
    };
    match when {
        When::Always => arg.required(need == Need::Required),
        When::Experimental => arg.requires(EXPERIMENTAL).help_heading(TRIED),
        _ => arg,
    }
}

/// A flag with a value that is checked with the order as a whole.
fn text(field: Field) -> Arg {
    let name = flag_name(field);
    Arg::new(name.clone())
        .long(name)
        .value_name(words::value_name(field))
        .allow_negative_numbers(true)
        .help(words::field(field))
}

/// The flags that say how to order rather than what.
fn ordering(command: Command) -> Command {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help_heading(ORDERING)
            .help(help)
    };
    command
        .arg(switch(
            DRY_RUN,
            "Print the JSON that would be sent, and send nothing",
        ))
        .arg(switch(
            NO_WAIT,
            "Leave once the order is taken; a studio fetches the song later",
        ))
        .arg(switch(
            AGAIN,
            "Order it also where an equal order is in the queue or was made a moment ago",
        ))
        .arg(switch(JSON, "Print the outcome as JSON"))
        .arg(switch(
            DEMO,
            "Order offline from the simulator inside the program: nothing is charged",
        ))
        .arg(
            Arg::new(TOKEN_FILE)
                .long(TOKEN_FILE)
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help_heading(ORDERING)
                .help("Read the token from this file"),
        )
        .after_help(super::super::EXIT_CODES)
}
