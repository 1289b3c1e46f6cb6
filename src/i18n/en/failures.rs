//! What goes wrong and what to do about it, in English.

use crate::app::command::{Command, LibraryCommand as B, LyricsCommand as L, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::domain::{Charge, Failure, FailureKind as F, FileProblem, Hold, Problem};
use crate::i18n::key;

pub(super) fn failure(failure: &Failure) -> &'static str {
    match (failure.kind, failure.code.as_deref(), failure.status) {
        (F::BadToken, Some("token_mismatched"), Some(400)) => "This token is for another API",
        (F::BadToken, Some("token_mismatched"), _) => {
            "The token and this API do not belong together"
        }
        (F::BadToken, Some("invalid_token"), _) => "The API does not know this token",
        (F::BadToken, Some("token_expired"), _) => "The token has expired",
        (F::NoToken, Some("no_token"), _) => "The API was sent no token",
        (F::BadRequest, Some("api_not_implemented"), _) => "This server does not know this action",
        (F::BadRequest, Some("bad_request"), _) => "The API refused a value of this order",
        (F::Disabled, Some("disabled"), _) => "The application of this token is disabled",
        (F::NoCredit, Some("used_up"), _) => "The credit of this account is used up",
        (F::WrongAddress, Some("no_api"), _) => "There is no Producer API at this address",
        (F::RateLimited, Some("too_many_requests" | "rate_limited"), _) => {
            "Too many requests: the API took nothing"
        }
        (F::Forbidden, Some("forbidden"), _) => "The API forbids this order",
        (F::Unknown, Some("api_error"), _) => "The API broke down while it had the order",
        (F::Unknown, Some("timeout"), _) => "The API was too slow and gave up",
        (kind, ..) => of_kind(kind),
    }
}

fn of_kind(kind: F) -> &'static str {
    match kind {
        F::Unreachable => "The API cannot be reached",
        F::RateLimited => "The API has too much to do and took nothing",
        F::NoToken => "There is no API token",
        F::BadToken => "The API refused the token",
        F::NoCredit => "The account has no credit left",
        F::Disabled => "The account is disabled",
        F::BadRequest => "The API refused this order",
        F::Retired => "The API no longer does this",
        F::Forbidden => "The API does not allow this order",
        F::WrongAddress => "The Producer API is not at this address",
        F::Unknown => "Sent, but the outcome is not known",
        F::Generation => "The API could not make this song",
        F::Dropped => "You dropped it while its outcome was unknown",
        F::Cancelled => "You took it back before it was sent",
        F::BadFile => "The link is dead or the file is damaged",
        F::Disk => "The disk is full, damaged or not writable",
        F::NoFile => "The local file cannot be read",
        F::TooLarge => "The file is too large for the file host",
        F::HostRefused => "The file host did not take the file",
    }
}

pub(super) fn charge(charge: Charge) -> &'static str {
    match charge {
        Charge::No => "nothing was charged",
        Charge::Unknown => "it may have been charged",
        Charge::AlreadyPaid => "the song is paid for",
    }
}

pub(super) fn next_step(failure: &Failure, keys: &Keymap) -> String {
    let again = key(keys, Command::Queue(Q::OrderAgain));
    match failure.kind {
        F::BadToken if failure.code.as_deref() == Some("token_expired") => format!(
            "Make a new token at https://platform.acedata.cloud; {} takes it, and the queue goes on by itself.",
            key(keys, Command::EnterToken)
        ),
        F::BadRequest if failure.code.as_deref() == Some("api_not_implemented") => {
            "Choose another action: all the others go on working.".to_owned()
        }
        F::Retired => "It was retired: choose another action or model. All the others go on working.".to_owned(),
        F::NoFile => format!("Check the path and who may read it; {again} tries again."),
        F::TooLarge => "Make it smaller (mp3 or m4a), or give a public link to it instead.".to_owned(),
        F::HostRefused => "The host may want a token of its own (a platform token): name the file it stands in as token_file under [files] in the config, or another host there. Or give a public link to the file instead.".to_owned(),
        F::Unreachable | F::RateLimited => {
            "It is tried again by itself; nothing needs to be done.".to_owned()
        }
        F::NoToken | F::BadToken => hold(Hold::Token, keys),
        F::NoCredit => hold(Hold::Credit, keys),
        F::Disabled => "Ask the provider's support and give them the trace id.".to_owned(),
        F::BadRequest => format!("Change the draft and submit it; {again} orders it as it was."),
        F::Forbidden => {
            "Moderation or missing rights: change the words and submit again.".to_owned()
        }
        F::WrongAddress => "Check the address of the API in the config.".to_owned(),
        F::Unknown => format!(
            "{} sends it again and may be charged twice; {} drops it.",
            key(keys, Command::Queue(Q::SendAgain)),
            key(keys, Command::Queue(Q::Drop))
        ),
        F::Generation | F::Dropped | F::Cancelled => format!("{again} orders it again."),
        F::BadFile => format!(
            "{} in the library fetches it again while its link lives.",
            key(keys, Command::Library(B::Fetch))
        ),
        F::Disk => "Make room or repair the disk, then try again.".to_owned(),
    }
}

pub(super) fn problem(problem: &Problem, keys: &Keymap) -> String {
    match problem {
        Problem::Missing => "needed".to_owned(),
        Problem::TooLong { length, max } => format!("too long: {length} of {max} characters"),
        Problem::NotANumber => "not a number".to_owned(),
        Problem::OutOfRange { min, max } => format!("from {min} to {max}"),
        Problem::NotAnId => {
            "not a song's id: paste one such as 38d3b9e2-0dfb-4338-b2a7-15e45656ed32".to_owned()
        }
        Problem::NotAMoment => "not a moment: type seconds or 1:23.5".to_owned(),
        Problem::PastTheEnd { length } => {
            format!("after the end: the song is {} long", length.clock_tenths())
        }
        Problem::EndsBeforeItBegins => "ends before it begins".to_owned(),
        Problem::NotAnAddress => "not an address: it begins with https://".to_owned(),
        Problem::TooLarge { bytes, max } => format!(
            "too large: {} kB of {} kB",
            bytes.div_ceil(1000),
            max / 1000
        ),
        Problem::ControlCharacter => "has a character that cannot be sent".to_owned(),
        Problem::LiteralNewline => format!(
            "\\n stands where a line break is meant: {} turns it into one",
            key(keys, Command::Lyrics(L::BreakLines))
        ),
        Problem::File(problem) => file_problem(problem),
    }
}

/// Of a file that is to be brought in.
fn file_problem(problem: &FileProblem) -> String {
    match problem {
        FileProblem::Missing => "no such file".to_owned(),
        FileProblem::NotAFile => "not a file".to_owned(),
        FileProblem::Empty => "an empty file".to_owned(),
        FileProblem::TooLarge { bytes, max } => format!(
            "too large: {} MB, and the file host takes {} MB",
            bytes.div_ceil(1_000_000),
            max / 1_000_000
        ),
        FileProblem::Unreadable(why) => format!("it cannot be read: {why}"),
    }
}

pub(super) fn hold(hold: Hold, keys: &Keymap) -> String {
    match hold {
        Hold::Token => format!(
            "The queue waits for an API token: {} takes one.",
            key(keys, Command::EnterToken)
        ),
        Hold::Credit => {
            "The queue waits for credit: top up at https://platform.acedata.cloud and it goes on by itself.".to_owned()
        }
        Hold::Disk => {
            "The queue waits for the disk: an order is only sent once it is stored.".to_owned()
        }
        Hold::Paused => format!(
            "Paused: {} lets it wait for its turn again.",
            key(keys, Command::Queue(Q::PauseTask))
        ),
        Hold::Budget => format!(
            "Today's songs are used up (songs_per_day): it goes out after midnight UTC; {} sends it now.",
            key(keys, Command::Queue(Q::SendAgain))
        ),
    }
}

pub(super) fn failed(label: &str, failure: &Failure, keys: &Keymap) -> String {
    let more = key(keys, Command::Queue(Q::Details));
    let line = super::STRINGS.failure_line(failure);
    format!(
        "{}: {line}. {more} in the queue tells more.{}",
        label,
        trace(failure)
    )
}

pub(super) fn not_fetched(title: &str, failure: &Failure, keys: &Keymap) -> String {
    format!(
        "A file of {} could not be fetched: {}. {} in the library tries again, at no cost.{}",
        title,
        super::failure(failure).to_lowercase(),
        key(keys, Command::Library(B::Fetch)),
        trace(failure)
    )
}

fn trace(failure: &Failure) -> String {
    let id = failure.trace_id.as_deref();
    id.map_or_else(String::new, |id| format!(" Trace id {id}"))
}
