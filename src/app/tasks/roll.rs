//! Which tasks stand where, in the order of their turns, and when something about them is due: with a thousand in the queue no
//! event may look at each of them.
//!
//! Invariant: it says of a task what the task says of itself: [`Roll::note`] follows every change of one.

use std::collections::{BTreeMap, BTreeSet};

use super::retry::is_due;
use crate::domain::time::after;
use crate::domain::{Hold, Task, TaskId, TaskState, Timestamp};

/// The place of a task in the queue: lower goes first.
pub(super) type Turn = (i64, TaskId);

/// Where a task that is not final stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Waiting,
    Submitting,
    Running,
    InDoubt,
    Held(Hold),
}

/// What is known of one task here.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Noted {
    Open(Turn, Place),
    Finished(Timestamp),
}

/// The moments at which something is due, at most one for each task.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Agenda {
    of: BTreeMap<TaskId, Timestamp>,
    order: BTreeSet<(Timestamp, TaskId)>,
}

impl Agenda {
    fn set(&mut self, id: TaskId, at: Option<Timestamp>) {
        let before = match at {
            Some(at) => self.of.insert(id, at),
            None => self.of.remove(&id),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.order.remove(&(before, id));
        }
        if let Some(at) = at {
            self.order.insert((at, id));
        }
    }

    /// What is due, the earliest first, by the rule of [`is_due`].
    pub(super) fn due(
        &self,
        now: Timestamp,
        longest: f64,
    ) -> impl Iterator<Item = (Timestamp, TaskId)> + '_ {
        let leftover = (after(now, longest), TaskId(i64::MAX));
        self.order
            .range(..=(now, TaskId(i64::MAX)))
            .chain(self.order.range(leftover..))
            .copied()
            .filter(move |(at, _)| is_due(*at, now, longest))
    }

    /// What comes due within so many seconds.
    pub(super) fn soon(&self, now: Timestamp, seconds: f64) -> impl Iterator<Item = TaskId> + '_ {
        let (from, to) = (now, after(now, seconds).max(now));
        self.order
            .range((from, TaskId(i64::MAX))..=(to, TaskId(i64::MAX)))
            .map(|(_, id)| *id)
    }

    /// When the next one comes due that is not due now.
    pub(super) fn next(&self, now: Timestamp, longest: f64) -> Option<Timestamp> {
        let (at, _) = self.order.range((now, TaskId(i64::MAX))..).next()?;
        (!is_due(*at, now, longest)).then_some(*at)
    }

    /// Whether there is nothing to come.
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// When something about a task is due, beside what its state says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dues {
    /// To ask the API for it.
    pub(super) poll: Option<Timestamp>,
    /// To look for it among the account's tasks.
    pub(super) look: Option<Timestamp>,
    /// To count its order as unanswered.
    pub(super) unanswered: Option<Timestamp>,
    /// To bring its file to the host.
    pub(super) host: Option<Timestamp>,
}

/// The roll of all tasks.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Roll {
    noted: BTreeMap<TaskId, Noted>,
    open: BTreeSet<Turn>,
    places: BTreeMap<Place, BTreeSet<Turn>>,
    finished: BTreeSet<(Timestamp, TaskId)>,
    pub(super) polls: Agenda,
    pub(super) looks: Agenda,
    pub(super) unanswered: Agenda,
    pub(super) hosts: Agenda,
}

impl Roll {
    /// Takes in a task as it stands now.
    pub(super) fn note(&mut self, task: &Task, dues: Dues) {
        let now = match place(&task.state) {
            Some(place) => Noted::Open(task.turn(), place),
            None => Noted::Finished(task.finished_at.unwrap_or(task.created_at)),
        };
        let before = self.noted.insert(task.id, now);
        if before != Some(now) {
            self.strike(task.id, before);
            self.enter(task.id, now);
        }
        self.polls.set(task.id, dues.poll);
        self.looks.set(task.id, dues.look);
        self.unanswered.set(task.id, dues.unanswered);
        self.hosts.set(task.id, dues.host);
    }

    /// Strikes a task that is not among ours any more.
    pub(super) fn forget(&mut self, id: TaskId) {
        let before = self.noted.remove(&id);
        self.strike(id, before);
        let agendas = [
            &mut self.polls,
            &mut self.looks,
            &mut self.unanswered,
            &mut self.hosts,
        ];
        for agenda in agendas {
            agenda.set(id, None);
        }
    }

    fn strike(&mut self, id: TaskId, noted: Option<Noted>) {
        match noted {
            Some(Noted::Open(turn, place)) => {
                self.open.remove(&turn);
                if let Some(there) = self.places.get_mut(&place) {
                    there.remove(&turn);
                }
            }
            Some(Noted::Finished(at)) => {
                self.finished.remove(&(at, id));
            }
            None => {}
        }
    }

    fn enter(&mut self, id: TaskId, noted: Noted) {
        match noted {
            Noted::Open(turn, place) => {
                self.open.insert(turn);
                self.places.entry(place).or_default().insert(turn);
            }
            Noted::Finished(at) => {
                self.finished.insert((at, id));
            }
        }
    }

    /// What is not final, in the order of turns.
    pub(super) fn open(&self) -> impl DoubleEndedIterator<Item = TaskId> + '_ {
        self.open.iter().map(|(_, id)| *id)
    }

    /// What stands there, in the order of turns.
    pub(super) fn at(&self, place: Place) -> impl Iterator<Item = TaskId> + '_ {
        let there = self.places.get(&place);
        there.into_iter().flatten().map(|(_, id)| *id)
    }

    /// How many stand there.
    pub(super) fn count(&self, place: Place) -> usize {
        self.places.get(&place).map_or(0, BTreeSet::len)
    }

    /// How many are held, for whatever reason.
    pub(super) fn held(&self) -> usize {
        let all = self.places.iter();
        all.filter(|(place, _)| matches!(place, Place::Held(_)))
            .map(|(_, there)| there.len())
            .sum()
    }

    /// What ended, the latest first.
    pub(super) fn latest(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.finished.iter().rev().map(|(_, id)| *id)
    }

    /// What ended at this moment or later.
    pub(super) fn finished_since(&self, since: Timestamp) -> impl Iterator<Item = TaskId> + '_ {
        self.finished
            .range((since, TaskId(i64::MIN))..)
            .map(|(_, id)| *id)
    }
}

fn place(state: &TaskState) -> Option<Place> {
    Some(match state {
        TaskState::Waiting { .. } => Place::Waiting,
        TaskState::Submitting => Place::Submitting,
        TaskState::Running { .. } => Place::Running,
        TaskState::InDoubt { .. } => Place::InDoubt,
        TaskState::Held { why, .. } => Place::Held(*why),
        TaskState::Succeeded | TaskState::Failed { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).expect("in range")
    }

    #[test]
    fn an_agenda_knows_what_is_due_whatever_the_clock_does() {
        let mut agenda = Agenda::default();
        for (id, moment) in [(1, 5), (2, 10), (3, 100_000)] {
            agenda.set(TaskId(id), Some(at(moment)));
        }
        let due = |agenda: &Agenda, now: i64| -> Vec<i64> {
            agenda.due(at(now), 600.0).map(|(_, id)| id.0).collect()
        };
        assert_eq!(due(&agenda, 0), [3], "left over from before a jump");
        assert_eq!(due(&agenda, 7), [1, 3]);
        assert_eq!(agenda.next(at(7), 600.0), Some(at(10)));
        assert_eq!(
            agenda.next(at(10), 600.0),
            None,
            "the last is due, not ahead"
        );
        assert_eq!(agenda.soon(at(4), 6.0).count(), 2);
        agenda.set(TaskId(1), Some(at(20)));
        agenda.set(TaskId(2), None);
        assert_eq!(due(&agenda, 20), [1, 3]);
        assert!(!agenda.is_empty());
    }
}
