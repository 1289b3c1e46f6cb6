//! What was spent: for each order that went out, when, what became of it, and what it cost where that is printed.
//!
//! Invariant: an order counts once, as charged only when it was made, and an amount is never guessed.

use serde::{Deserialize, Serialize};

use super::failure::{Charge, FailureKind};
use super::price;
use super::request::{Request, Work};
use super::task::{ApiTaskId, Task, TaskId, TaskState};
use super::time::Timestamp;

/// What became of the money for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is at the API, or on its way there: charged when it is made.
    Open,
    /// It was made.
    Charged,
    /// It failed at no charge.
    Free,
    /// Nobody knows whether it was charged.
    InDoubt,
    /// It waits to be sent once more; only earlier sendings count.
    Waiting,
}

impl Fate {
    /// All of them with the words they are kept under.
    pub const ALL: [(Fate, &'static str); 5] = [
        (Fate::Open, "open"),
        (Fate::Charged, "charged"),
        (Fate::Free, "free"),
        (Fate::InDoubt, "in_doubt"),
        (Fate::Waiting, "waiting"),
    ];
}

/// One order in the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose it is.
    pub task: TaskId,
    /// The API's id of it.
    pub api_id: Option<ApiTaskId>,
    /// When it was last put on the wire: the day it counts on.
    pub sent_at: Timestamp,
    /// What became of it.
    pub fate: Fate,
    /// How many earlier sendings of it nobody knows the outcome of.
    pub doubts: u32,
    /// Whether it makes a song, rather than a file of one or words.
    pub is_song: bool,
    /// What it costs when it is made, in credits, where that is printed.
    pub credits: Option<f64>,
}

/// What the ledger says of a task. `None`: it was never sent, or is known not to have been taken and waits again.
pub fn entry(task: &Task) -> Option<Entry> {
    let fate = fate(&task.state);
    let counts = fate.is_some() || task.doubts > 0;
    Some(Entry {
        task: task.id,
        api_id: task.api_id.clone(),
        sent_at: task.submitted_at.filter(|_| counts)?,
        fate: fate.unwrap_or(Fate::Waiting),
        doubts: task.doubts,
        is_song: makes_song(&task.request),
        credits: price::of(&task.request).map(|price| price.credits),
    })
}

fn fate(state: &TaskState) -> Option<Fate> {
    match state {
        TaskState::Waiting { .. } | TaskState::Held { .. } => None,
        TaskState::Submitting | TaskState::Running { .. } => Some(Fate::Open),
        TaskState::InDoubt { .. } => Some(Fate::InDoubt),
        TaskState::Succeeded => Some(Fate::Charged),
        TaskState::Failed { because } if because.kind == FailureKind::Cancelled => None,
        TaskState::Failed { because } => Some(match because.kind.charge() {
            Charge::No => Fate::Free,
            Charge::Unknown => Fate::InDoubt,
            Charge::AlreadyPaid => Fate::Charged,
        }),
    }
}

/// Whether an order makes a song: what only adds a file to one, or words, is none.
pub fn makes_song(request: &Request) -> bool {
    matches!(request.work(), Work::Song(_)) && request.adds().is_none()
}

/// Many orders together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Sent, whatever became of it.
    pub sent: u32,
    /// Made, and charged.
    pub charged: u32,
    /// Songs among what was charged.
    pub songs: u32,
    /// Failed at no charge.
    pub failed: u32,
    /// Perhaps charged.
    pub in_doubt: u32,
    /// Not ended.
    pub open: u32,
    /// Credits for what was charged, as far as its price is printed.
    pub credits: f64,
    /// Orders among what was charged whose price is not printed.
    pub unpriced: u32,
}

impl Sums {
    /// With one more order.
    #[must_use]
    pub fn with(self, entry: &Entry) -> Sums {
        self.moved(entry, 1)
    }

    /// With one order less, which was among them.
    #[must_use]
    pub fn without(self, entry: &Entry) -> Sums {
        self.moved(entry, -1)
    }

    fn moved(mut self, entry: &Entry, by: i32) -> Sums {
        let add = |count: &mut u32, n: u32| {
            *count = count.saturating_add_signed(by.saturating_mul(n.cast_signed()));
        };
        let Entry { fate, doubts, .. } = *entry;
        let is = |which: Fate| u32::from(fate == which);
        add(&mut self.sent, doubts + u32::from(fate != Fate::Waiting));
        add(&mut self.in_doubt, doubts + is(Fate::InDoubt));
        add(&mut self.open, is(Fate::Open));
        add(&mut self.failed, is(Fate::Free));
        add(&mut self.charged, is(Fate::Charged));
        if fate == Fate::Charged {
            add(&mut self.songs, u32::from(entry.is_song));
            add(&mut self.unpriced, u32::from(entry.credits.is_none()));
            let credits = self.credits + f64::from(by) * entry.credits.unwrap_or_default();
            // Prices have two decimals; what lies far below them is the noise of adding.
            self.credits = (credits * 1e6).round() / 1e6;
        }
        self
    }

    /// Of all these orders.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Sums {
        let nothing = Sums::default();
        entries.into_iter().fold(nothing, Sums::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AudiosRequest, Failure, FileRequest, SongId};

    fn task(request: Request, state: TaskState, sent: bool) -> Task {
        let now = Timestamp::UNIX_EPOCH;
        let mut task = Task::new(TaskId(1), request, now);
        task.state = state;
        task.submitted_at = sent.then_some(now);
        task
    }

    fn failed(kind: FailureKind) -> TaskState {
        let because = Failure::new(kind, "");
        TaskState::Failed { because }
    }

    #[test]
    fn an_order_counts_once_and_an_unprinted_price_stays_unknown() {
        let generate = || Request::from(AudiosRequest::default());
        let wav = Request::Wav(FileRequest {
            audio_id: SongId("s".into()),
        });
        let waiting = TaskState::Waiting {
            retry_at: None,
            because: None,
        };
        let mut again = task(generate(), waiting.clone(), true);
        again.doubts = 1;
        let tasks = [
            task(generate(), TaskState::Succeeded, true),
            task(wav, TaskState::Succeeded, true),
            task(generate(), failed(FailureKind::Forbidden), true),
            task(generate(), failed(FailureKind::Dropped), true),
            task(generate(), failed(FailureKind::Cancelled), true),
            task(generate(), TaskState::Submitting, true),
            task(generate(), waiting, true),
            again,
        ];
        let entries: Vec<Entry> = tasks.iter().filter_map(entry).collect();
        let sums = Sums::of(&entries);
        assert_eq!(
            sums,
            Sums {
                sent: 6,
                charged: 2,
                songs: 1,
                failed: 1,
                in_doubt: 2,
                open: 1,
                credits: 0.68,
                unpriced: 1,
            }
        );
        let last = entries.last().expect("some");
        assert_eq!(sums.without(last).with(last), sums);
        let none = entries.iter().fold(sums, Sums::without);
        assert_eq!(none, Sums::default());
    }
}
