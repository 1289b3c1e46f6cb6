//! What one program hands to another that has the engine: orders, and wishes about what is in the queue or the library.
//!
//! Invariant: what is handed over is taken once: it goes from the disk in the transaction that keeps what came of it.

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::marks::Marks;
use super::song::{Level, SongId};
use super::task::{Hold, Task, TaskId};
use super::time::Timestamp;

/// The name of something that is handed over: the program that made it and a number of its own, so that no two are alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(pub String);

/// Something handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// Its name.
    pub ticket: Ticket,
    /// What is wanted.
    pub want: Want,
}

/// What is wanted of the program that has the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// To order this. The task is as the other program shows it while it waits; its ticket is that of the order.
    Order(Box<Task>),
    /// Anything else.
    Wish(Wish),
}

/// A task as another program knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    /// Its id there.
    pub id: TaskId,
    /// Its ticket: the id may have been taken when the order arrived.
    pub ticket: Option<Ticket>,
}

/// Where to a task is moved among those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// One place towards the front.
    Earlier,
    /// One place towards the end.
    Later,
    /// Before all others.
    First,
}

/// What a person wants done that only the engine can do. The keys of the program that has it mean the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To give up a task that is not at the API.
    Drop(Whom),
    /// To send a task once more that is in doubt since this moment: a later doubt is another decision.
    SendAgain(Whom, Timestamp),
    /// To let a task through the cap of the day.
    WaveThrough(Whom),
    /// To try again what is held for this.
    Wake(Hold),
    /// To move a task among those that are not sent yet.
    Shift(Whom, Shift),
    /// To put a task aside that is not sent yet.
    PauseTask(Whom),
    /// To let a task that was put aside wait for its turn again.
    ResumeTask(Whom),
    /// To send nothing more, or to send again.
    PauseQueue(bool),
    /// To begin to bring in what the account made earlier, or to stop that.
    Import,
    /// To fetch the missing files of a song.
    Fetch(SongId),
    /// To fetch the sound of a song before everything else: somebody wants to hear it.
    FetchFirst(SongId),
    /// To keep these marks and levels with a song.
    Annotate(SongId, Marks, Vec<Level>),
    /// To count the audio of a song as missing: it cannot be played.
    GiveUpAudio(SongId),
    /// To keep drafts of a program that ends where they can be brought back, the latest last.
    KeepDrafts(Vec<Draft>),
}

impl Handed {
    /// A task that is handed over as an order. `None`: it has no ticket.
    pub fn order(task: &Task) -> Option<Handed> {
        Some(Handed {
            ticket: task.ticket.clone()?,
            want: Want::Order(Box::new(task.clone())),
        })
    }
}

impl Whom {
    /// This task.
    pub fn of(task: &Task) -> Whom {
        Whom {
            id: task.id,
            ticket: task.ticket.clone(),
        }
    }
}
