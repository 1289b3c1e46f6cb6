//! Short messages that expire.
//!
//! Invariant: a notice holds a meaning; `i18n` chooses the words.

use super::command::Command;
use crate::domain::history::ImportCourse;
use crate::domain::saved::Repeat;
use crate::domain::{
    Choice, Failure, Field, Mark, MediaKind, Seconds, Span, Timestamp, time::after,
};

/// Something the user should know now.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// An order is in the queue.
    Ordered(String),
    /// A song is made; its title.
    Finished(String),
    /// Something else than a song was made.
    Arrived(Arrival),
    /// A task failed; its label and why.
    TaskFailed(String, Failure),
    /// The outcome of a task is not known; its label.
    TaskInDoubt(String),
    /// A task in doubt was found and goes on; its label.
    TaskFound(String),
    /// The queue waits for a token.
    TokenNeeded,
    /// The token is stored.
    TokenStored(Option<String>),
    /// The queue waits for credit.
    CreditNeeded,
    /// The draft has mistakes; how many.
    DraftRefused(usize),
    /// A command can do nothing now.
    Refused(Command, Refusal),
    /// A key is bound to nothing here; how it is written.
    UnknownKey(String),
    /// Something is on the clipboard.
    Copied(Copied),
    /// Copying failed; why.
    NotCopied(String),
    /// Nobody is there to continue us, so we do not stop.
    NotSuspended,
    /// Only the newest songs could be read; why.
    LibraryNotRead(String),
    /// Something could not be kept; why.
    NotSaved(String),
    /// A song could not be played; its title and why.
    NotPlayed(String, String),
    /// A file of a song could not be fetched; the song's title and why.
    NotFetched(String, Failure),
    /// The form was filled from a song; its title.
    FormFilled(String),
    /// The form is filled from a song, to do this to it; the song's title and the fields that were filled.
    FormFilledFor(Choice, String, Vec<Field>),
    /// Fields that stand in no document are shown, or hidden.
    Experimental(bool),
    /// Nothing was pasted: nothing here takes text.
    NothingPasted,
    /// The form is empty again; undo brings it back.
    FormCleared,
    /// What was removed is back.
    Undone,
    /// Text was cut or changed on its way in: bytes left out.
    PasteCut(usize),
    /// So many orders were made from one draft.
    BatchOrdered(usize),
    /// So many songs a day are allowed, and today's are used up.
    BudgetReached(u32),
    /// Something about the queue as a whole, or about an import.
    Flow(Told),
    /// Of what is heard.
    Ear(Ear),
    /// The provider can call us; where we listen.
    WebhookOpened(String),
    /// The provider cannot call us, so that it is asked instead; why.
    WebhookNotOpened(String),
    /// A wish was handed to the program that has the engine.
    HandedOver,
    /// The program that had the engine has ended, and this one has it now.
    TookOver,
    /// Something inside broke; what.
    Broke(String),
}

/// What the listener is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Ear {
    /// A mark is set.
    Marked(Mark, Seconds),
    /// This part goes round and round; `None`: no longer.
    Loops(Option<Span>),
    /// Another song stands beside the one that is on; its title.
    Compares(String),
    /// A song plays next; its title.
    Added(String),
    /// So many songs are played.
    PlaysAll(usize),
    /// It goes round another way.
    Repeats(Repeat),
    /// A mix is being written.
    Exporting,
    /// It is written to this path.
    Exported(String),
    /// It could not be written; why.
    NotExported(String),
    /// No song can be heard at a link any longer.
    NotServed,
    /// A song cannot be heard at a link; why.
    CannotServe(String),
}

/// What is told of the queue as a whole, and of an import.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Nothing is sent any more, or it is again.
    Paused(bool),
    /// What the account made earlier is being brought in.
    ImportBegun,
    /// No more of it is brought in for now.
    ImportStopped,
    /// All of it was looked at.
    Imported(ImportCourse),
    /// The provider does not list it; why.
    ImportRefused(Failure),
}

/// What was made, where it is no song.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// A file of a song can be fetched; which, and the song's title.
    File(MediaKind, String),
    /// Words stand in the lyrics.
    Words,
    /// Words wait with their task; its label.
    WordsWait(String),
}

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The link to the audio.
    Link,
    /// The id of the song.
    Id,
    /// The lyric of the song.
    Lyric,
    /// The text of a failure with its trace id.
    Failure,
    /// The API's id of a task.
    TaskId,
    /// An order as it is sent.
    Json,
    /// A command for `curl`.
    Curl,
    /// A program for Python.
    Python,
    /// A command of fuzzbox.
    CommandLine,
}

/// Why a command can do nothing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No song is selected.
    NoSong,
    /// No task is selected.
    NoTask,
    /// The song's audio is not on disk yet.
    NotFetchedYet,
    /// Nothing is open in the player.
    NothingLoaded,
    /// There is no next song.
    NoNext,
    /// There is no previous song.
    NoPrevious,
    /// Only a task whose outcome is unknown can be sent again.
    NotInDoubt,
    /// Only a failed task can be ordered once more.
    NotFailed,
    /// The task is at the API: it cannot be taken back.
    AtTheApi,
    /// The task is finished.
    AlreadyFinal,
    /// Nothing was removed that could come back.
    NothingToUndo,
    /// The song has no link.
    NoLink,
    /// The song has no lyric.
    NoLyric,
    /// The file is here or being fetched already.
    NothingToFetch,
    /// It is still being looked for at the API.
    StillLooking,
    /// The field has no text.
    NothingToClear,
    /// The lyric holds no `\n` to be turned into a line break.
    NothingToBreak,
    /// The selected field takes no moment.
    NoMoment,
    /// The source song is not the one that is on.
    SourceNotOn,
    /// The song has no id to order with.
    NoId,
    /// The file is here.
    AlreadyHere,
    /// The file is ordered or being fetched.
    OnItsWay,
    /// The task does not wait for its turn.
    NotWaiting,
    /// Nothing that can be moved stands before it.
    IsFirst,
    /// Nothing that can be moved stands after it.
    IsLast,
    /// The order has nothing in which its songs could differ.
    NothingToVary,
    /// A batch over models without a model.
    NoModelChosen,
    /// Nobody knows how long the song is yet.
    NoLength,
    /// No mark is set.
    NoMarks,
    /// Two marks are needed.
    NotTwoMarks,
    /// No pause is known in the song.
    NoSilence,
    /// No beat is known in the song.
    NoBeat,
    /// There is no other song to compare with.
    NothingToCompare,
    /// The other song is still being opened.
    NotReady,
    /// Nothing plays next.
    NothingUpNext,
    /// The song has no stems.
    NoStems,
    /// No song can be heard at a link.
    NothingServed,
}

/// How loud a notice speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Worth knowing.
    Plain,
    /// Something needs the user.
    Warning,
    /// Something went wrong.
    Error,
}

impl Notice {
    /// How loud it speaks.
    pub fn tone(&self) -> Tone {
        match self {
            Notice::Ordered(_)
            | Notice::BatchOrdered(_)
            | Notice::Finished(_)
            | Notice::Arrived(Arrival::File(..) | Arrival::Words)
            | Notice::TaskFound(_)
            | Notice::Ear(Ear::Exported(_))
            | Notice::TokenStored(_)
            | Notice::Copied(_)
            | Notice::Flow(Told::Paused(false) | Told::Imported(_))
            | Notice::WebhookOpened(_)
            | Notice::TookOver
            | Notice::Undone => Tone::Good,
            Notice::FormFilled(_)
            | Notice::Ear(
                Ear::Marked(..)
                | Ear::Loops(_)
                | Ear::Compares(_)
                | Ear::Added(_)
                | Ear::PlaysAll(_)
                | Ear::Repeats(_)
                | Ear::Exporting
                | Ear::NotServed,
            )
            | Notice::FormFilledFor(..)
            | Notice::Experimental(_)
            | Notice::NothingPasted
            | Notice::FormCleared
            | Notice::HandedOver
            | Notice::Refused(..)
            | Notice::UnknownKey(_)
            | Notice::Flow(Told::ImportBegun | Told::ImportStopped)
            | Notice::PasteCut(_) => Tone::Plain,
            Notice::TaskInDoubt(_)
            | Notice::Arrived(Arrival::WordsWait(_))
            | Notice::TokenNeeded
            | Notice::CreditNeeded
            | Notice::BudgetReached(_)
            | Notice::Flow(Told::Paused(true))
            | Notice::DraftRefused(_)
            | Notice::NotCopied(_)
            | Notice::NotSuspended
            | Notice::WebhookNotOpened(_)
            | Notice::LibraryNotRead(_) => Tone::Warning,
            Notice::TaskFailed(..)
            | Notice::Ear(Ear::NotExported(_) | Ear::CannotServe(_))
            | Notice::NotSaved(_)
            | Notice::NotPlayed(..)
            | Notice::NotFetched(..)
            | Notice::Flow(Told::ImportRefused(_))
            | Notice::Broke(_) => Tone::Error,
        }
    }

    /// How long it stays, in seconds: what needs the user stays longer.
    fn seconds(&self) -> f64 {
        match self.tone() {
            // A list to be read takes longer.
            _ if matches!(self, Notice::FormFilledFor(..)) => 10.0,
            Tone::Good | Tone::Plain => 5.0,
            Tone::Warning => 10.0,
            Tone::Error => 15.0,
        }
    }
}

/// The notice on screen, if any. A new one takes the place of the old; failures also stand in the queue for good.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notices {
    current: Option<(Notice, Timestamp)>,
}

impl Notices {
    /// Shows a notice.
    pub fn push(&mut self, notice: Notice, now: Timestamp) {
        let until = after(now, notice.seconds());
        self.current = Some((notice, until));
    }

    /// The notice to show.
    pub fn current(&self) -> Option<&Notice> {
        self.current.as_ref().map(|(notice, _)| notice)
    }

    /// Takes the notice away.
    pub fn dismiss(&mut self) {
        self.current = None;
    }

    /// Lets the notice expire.
    pub fn on_tick(&mut self, now: Timestamp) {
        if self
            .current
            .as_ref()
            .is_some_and(|(_, until)| *until <= now)
        {
            self.current = None;
        }
    }

    /// When the notice expires.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.current.as_ref().map(|(_, until)| *until)
    }
}
