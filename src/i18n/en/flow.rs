//! The queue as a whole in English.

use super::counted;
use crate::app::command::{Command, LibraryCommand as B, QueueCommand as Q};
use crate::app::keymap::Keymap;
use crate::app::notice::{Refusal, Told};
use crate::domain::ledger::Sums;
use crate::i18n::{Flow, joined, key, some};

pub(super) const FLOW: Flow = Flow {
    paused: "paused",
    paused_tag: |keys| {
        format!(
            "queue paused: {} resumes it",
            key(keys, Command::Queue(Q::Pause))
        )
    },
    command: |command| match command {
        Q::Earlier => "Move the task up",
        Q::Later => "Move the task down",
        Q::First => "Move the task to the front",
        Q::PauseTask => "Pause or resume the task",
        Q::Pause => "Pause or resume the queue",
        Q::Spend => "Show what was spent",
        _ => "",
    },
    hint: |command| match command {
        Q::Earlier => "move up",
        Q::Later => "move down",
        Q::First => "to the front",
        Q::PauseTask => "pause",
        Q::Pause => "pause all",
        Q::Spend => "spent",
        _ => "",
    },
    refusal: |refusal| match refusal {
        Refusal::NotWaiting => "only for a task that waits for its turn",
        Refusal::IsFirst => "nothing waits before it",
        Refusal::IsLast => "nothing waits after it",
        _ => "",
    },
    told,
    today: |sums| joined(&[format!("today {}", made(sums)), amount(sums)]),
    spend: "What was spent",
    in_all: "In all",
    sent: "sent",
    charged: "made",
    failed: "failed",
    in_doubt: "in doubt",
    open: "open",
    credits: "credits",
    amount,
    spend_note: |zone| {
        format!(
            "By the day an order was sent ({zone}). Made: charged. Failed: not charged. Credits as far as the provider prints a price; +n: orders made without one. Earlier songs that were brought in do not count."
        )
    },
    not_read: "The ledger is being read.",
    importing: |course| format!("earlier: {} seen, {} new", course.listed, course.songs),
    days_left: |days| match days {
        0 => "dead".to_owned(),
        days => format!("{days} d"),
    },
};

fn made(sums: &Sums) -> String {
    if sums.songs == sums.charged {
        counted(sums.songs as usize, "song", "songs")
    } else {
        format!("{} made", sums.charged)
    }
}

fn amount(sums: &Sums) -> String {
    let priced = sums.charged - sums.unpriced.min(sums.charged);
    let known = some(priced as usize, || format!("{:.2} credits", sums.credits));
    let unknown = some(sums.unpriced as usize, || format!("+{}", sums.unpriced));
    match (known.as_str(), unknown.as_str()) {
        ("", _) | (_, "") => format!("{known}{unknown}"),
        (known, unknown) => format!("{known} {unknown}"),
    }
}

fn told(told: &Told, keys: &Keymap) -> String {
    match told {
        Told::Paused(true) => format!(
            "The queue is paused: nothing more is sent; {} in the queue resumes it. What was sent goes on.",
            key(keys, Command::Queue(Q::Pause))
        ),
        Told::Paused(false) => "The queue goes on".to_owned(),
        Told::ImportBegun => format!(
            "Your account's earlier songs are being looked for; {} in the library stops",
            key(keys, Command::Library(B::Import))
        ),
        Told::ImportStopped => format!(
            "Stopped; {} in the library goes on from here",
            key(keys, Command::Library(B::Import))
        ),
        Told::Imported(course) => joined(&[
            format!("Earlier songs: {} looked at", course.listed),
            format!("{} new", course.songs),
            some(course.dead as usize, || {
                format!(
                    "{} of them older than their links live (90 days)",
                    course.dead
                )
            }),
        ]),
        Told::ImportRefused(failure) => format!(
            "Earlier songs cannot be brought in: {}. {}",
            super::STRINGS.failure_line(failure),
            failure.message
        ),
    }
}
