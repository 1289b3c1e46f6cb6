//! What was spent: the ledger by days of the user's calendar, and in all.
//!
//! Invariant: it counts every order that was ever kept, whether or not its task is at hand; until the ledger is read it says
//! nothing rather than too little.

use std::collections::BTreeMap;

use super::effect::Effect;
use crate::domain::ledger::{Entry, Sums, entry};
use crate::domain::time::{Date, TimeZone};
use crate::domain::{Record, Task, TaskId, Timestamp};

/// The ledger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spend {
    /// What is known of each task; `None`: it counts for nothing.
    entries: BTreeMap<TaskId, Option<Entry>>,
    days: BTreeMap<Date, Sums>,
    total: Sums,
    is_read: bool,
}

impl Spend {
    /// An empty ledger, which is complete unless it is yet to be read.
    pub fn new(is_unread: bool) -> Self {
        Spend {
            is_read: !is_unread,
            ..Spend::default()
        }
    }

    /// Takes in what was kept. What happened in the meantime is newer.
    pub fn read(&mut self, kept: Vec<Entry>, zone: &TimeZone) {
        for entry in kept {
            self.entries.entry(entry.task).or_insert(Some(entry));
        }
        self.is_read = true;
        self.days = by_day(self.entries.values().flatten(), zone);
        self.total = Sums::of(self.entries.values().flatten());
    }

    /// Takes in a task as it stands now.
    pub fn note(&mut self, task: &Task, zone: &TimeZone) {
        let now = entry(task);
        let before = self.entries.insert(task.id, now.clone()).flatten();
        if before == now {
            return;
        }
        if let Some(entry) = before {
            let day = day_of(entry.sent_at, zone);
            self.total = self.total.without(&entry);
            let sums = self.days.entry(day).or_default();
            *sums = sums.without(&entry);
            if *sums == Sums::default() {
                self.days.remove(&day);
            }
        }
        if let Some(entry) = now {
            self.total = self.total.with(&entry);
            let sums = self.days.entry(day_of(entry.sent_at, zone)).or_default();
            *sums = sums.with(&entry);
        }
    }

    /// Takes in every task that is kept by these effects.
    pub(super) fn note_kept(&mut self, effects: &[Effect], zone: &TimeZone) {
        for effect in effects {
            if let Effect::Save(Record::Task(task)) = effect {
                self.note(task, zone);
            }
        }
    }

    /// The day of `now`; `None` while the ledger is yet to be read.
    pub fn today(&self, now: Timestamp, zone: &TimeZone) -> Option<Sums> {
        let day = day_of(now, zone);
        self.is_read
            .then(|| self.days.get(&day).copied().unwrap_or_default())
    }

    /// The days on which something was sent, the latest first.
    pub fn days(&self) -> impl Iterator<Item = (Date, Sums)> + '_ {
        self.days.iter().rev().map(|(day, sums)| (*day, *sums))
    }

    /// All days together.
    pub fn total(&self) -> Sums {
        self.total
    }

    /// Whether all that was kept is counted.
    pub fn is_read(&self) -> bool {
        self.is_read
    }
}

/// Orders by the day they were sent on, in a time zone.
pub fn by_day<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    zone: &TimeZone,
) -> BTreeMap<Date, Sums> {
    let mut days = BTreeMap::<Date, Sums>::new();
    for entry in entries {
        let sums = days.entry(day_of(entry.sent_at, zone)).or_default();
        *sums = sums.with(entry);
    }
    days
}

fn day_of(moment: Timestamp, zone: &TimeZone) -> Date {
    moment.to_zoned(zone.clone()).date()
}
