//! What is said of the queue as a whole: paused, moved, spent; and of bringing in earlier songs.
//!
//! Invariant: as in `i18n`, a phrase that is missing in a language does not compile.

use crate::app::command::QueueCommand;
use crate::app::keymap::Keymap;
use crate::app::notice::{Refusal, Told};
use crate::domain::history::ImportCourse;
use crate::domain::ledger::Sums;

/// Words on the queue as a whole.
#[derive(Debug)]
pub struct Flow {
    /// The queue is paused, in a word.
    pub paused: &'static str,
    /// The same, and which key ends it.
    pub paused_tag: fn(&Keymap) -> String,
    /// What a command on what waits does.
    pub command: fn(QueueCommand) -> &'static str,
    /// The same in a word or two.
    pub hint: fn(QueueCommand) -> &'static str,
    /// Why such a command can do nothing now.
    pub refusal: fn(Refusal) -> &'static str,
    /// A notice.
    pub told: fn(&Told, &Keymap) -> String,
    /// What was made today and what it cost, in a line.
    pub today: fn(&Sums) -> String,
    /// Title of the window on what was spent.
    pub spend: &'static str,
    /// All days together.
    pub in_all: &'static str,
    /// Orders that were sent.
    pub sent: &'static str,
    /// Orders that were made and charged.
    pub charged: &'static str,
    /// Orders that failed at no charge.
    pub failed: &'static str,
    /// Orders of which nobody knows.
    pub in_doubt: &'static str,
    /// Orders that have not ended.
    pub open: &'static str,
    /// The amount.
    pub credits: &'static str,
    /// An amount, with how many orders have no printed price.
    pub amount: fn(&Sums) -> String,
    /// What the table counts; in which time zone its days are.
    pub spend_note: fn(&str) -> String,
    /// The ledger is yet to be read.
    pub not_read: &'static str,
    /// How far an import is.
    pub importing: fn(&ImportCourse) -> String,
    /// So many days until a link dies; 0: it is dead. Five columns at most.
    pub days_left: fn(u32) -> String,
}
