//! What is kept between two sittings, in SQLite: the tasks, the songs, the draft and small preferences.
//!
//! Invariant: what [`Store::save`] has answered `Ok` for survives a kill and a power cut, and a database that cannot
//! be understood is never written to.

mod drafts;
mod error;
mod handed;
mod ledger;
mod open;
mod schema;
mod songs;
mod tasks;
#[cfg(test)]
mod tests;

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

pub use self::error::StoreError;
use crate::domain::ledger::Entry;
use crate::domain::{Handed, Record, Saved, Song};

/// How long a statement waits for another program that has the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long leaving waits for the last writes; longer only if another program holds the database.
const FAREWELL: Duration = Duration::from_secs(6);
/// The names of two facts: whether the queue is paused, and how far an import is.
const PAUSED: &str = "paused";
const IMPORT: &str = "import";
/// The most jobs that share one transaction, and so one wait for the disk.
const BATCH: usize = 64;

/// The open database: a handle on the thread that owns it. Dropping it closes the database cleanly, within seconds
/// even when another program holds it.
#[derive(Debug)]
pub struct Store {
    jobs: mpsc::Sender<Job>,
    keeper: Mutex<Keeper>,
    path: PathBuf,
}

/// Who has the connection. The thread begins with the first job, which is after the first frame.
#[derive(Debug)]
enum Keeper {
    /// Nobody asked for anything yet.
    Waits(Box<Connection>, mpsc::Receiver<Job>),
    Works(JoinHandle<()>),
    Gone,
}

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

type Library = Result<Vec<Song>, StoreError>;
type Look = Box<dyn FnOnce(&Connection, &Path) + Send>;

enum Job {
    Library(oneshot::Sender<Library>),
    Look(Look),
    Save(Vec<Record>, Answer),
    Close(mpsc::Sender<()>),
}

impl Store {
    /// Opens the database at `path`, makes it (mode 0600) and its folder (0700) where there is none, brings it up to
    /// this version, and reads everything a sitting starts with. Works on the caller's thread.
    ///
    /// A database from a newer version, a damaged one and a file of another program are refused and left as they are.
    pub fn open(path: &Path) -> Result<(Store, Saved), StoreError> {
        let (connection, saved) = open::open(path)?;
        Ok((Store::new(connection, path.to_owned()), saved))
    }

    /// A database that is forgotten when it is dropped.
    pub fn in_memory() -> Result<(Store, Saved), StoreError> {
        let (connection, saved) = open::in_memory()?;
        Ok((Store::new(connection, PathBuf::from(":memory:")), saved))
    }

    fn new(connection: Connection, path: PathBuf) -> Store {
        let (jobs, inbox) = mpsc::channel();
        Store {
            jobs,
            keeper: Mutex::new(Keeper::Waits(Box::new(connection), inbox)),
            path,
        }
    }

    /// Hands a job to the thread, which is started for the first.
    fn send(&self, job: Job) -> Result<(), StoreError> {
        let mut keeper = lock(&self.keeper);
        if let Keeper::Waits(..) = *keeper
            && let Keeper::Waits(connection, inbox) = mem::replace(&mut *keeper, Keeper::Gone)
        {
            let path = self.path.clone();
            let thread = thread::Builder::new()
                .name("store".into())
                .spawn(move || work(*connection, &inbox, &path))
                .map_err(|error| StoreError::from_io(&self.path, &error))?;
            *keeper = Keeper::Works(thread);
        }
        drop(keeper);
        self.jobs.send(job).map_err(|_| self.stopped())
    }

    /// Keeps `record`. It is on the disk when this returns `Ok`; after an error the database is as it was before.
    pub async fn save(&self, record: Record) -> Result<(), StoreError> {
        self.save_all(vec![record]).await
    }

    /// Keeps all of `records` or none of them, at the price of one wait for the disk.
    pub async fn save_all(&self, records: Vec<Record>) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        // A caller that went away no longer wants the answer.
        self.ask(records, Box::new(move |result| drop(answer.send(result))))?;
        answered.await.unwrap_or_else(|_| Err(self.stopped()))
    }

    /// As [`Store::save_all`], for a caller that cannot await: the last save when leaving.
    pub fn save_blocking(&self, records: Vec<Record>) -> Result<(), StoreError> {
        let (answer, answered) = mpsc::channel();
        self.ask(records, Box::new(move |result| drop(answer.send(result))))?;
        answered.recv().unwrap_or_else(|_| Err(self.stopped()))
    }

    /// Every song with its lyric, oldest first: what [`Saved`] leaves out, so that a start waits for none of it.
    pub async fn library(&self) -> Result<Vec<Song>, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Library(answer))?;
        answered.await.unwrap_or_else(|_| Err(self.stopped()))
    }

    /// The whole ledger, in the order the tasks were ordered.
    pub async fn ledger(&self) -> Result<Vec<Entry>, StoreError> {
        self.look(ledger::load).await
    }

    /// What other programs handed over and nobody has taken yet, in its order.
    pub async fn handed(&self) -> Result<Vec<Handed>, StoreError> {
        self.look(handed::load).await
    }

    /// The tasks and songs that changed after `mark`, whoever changed them, and the mark to ask from next.
    pub async fn changes(&self, mark: i64) -> Result<Saved, StoreError> {
        self.look(move |connection| handed::changes(connection, mark))
            .await
    }

    /// [`Store::changes`] with everything else a program needs that takes over the engine.
    pub async fn inheritance(&self, mark: i64) -> Result<Saved, StoreError> {
        self.look(move |connection| handed::inheritance(connection, mark))
            .await
    }

    async fn look<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let look = move |connection: &Connection, path: &Path| {
            let seen = read(connection).map_err(|error| StoreError::from_sqlite(path, &error));
            // A caller that went away no longer wants it.
            drop(answer.send(seen));
        };
        self.send(Job::Look(Box::new(look)))?;
        answered.await.unwrap_or_else(|_| Err(self.stopped()))
    }

    fn ask(&self, records: Vec<Record>, answer: Answer) -> Result<(), StoreError> {
        self.send(Job::Save(records, answer))
    }

    fn stopped(&self) -> StoreError {
        StoreError::Stopped {
            path: self.path.clone(),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let keeper = mem::replace(&mut *lock(&self.keeper), Keeper::Gone);
        let thread = match keeper {
            Keeper::Works(thread) => thread,
            Keeper::Waits(connection, _) => return close(*connection),
            Keeper::Gone => return,
        };
        let (closed, farewell) = mpsc::channel();
        let asked = self.jobs.send(Job::Close(closed)).is_ok();
        let answer = farewell.recv_timeout(FAREWELL);
        if asked && answer == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!("the database is busy; left without a clean close");
            return;
        }
        // A panic in there was reported where it happened.
        drop(thread.join());
    }
}

/// The life of the thread: everything that waits goes into one transaction, until it is told to close.
fn work(mut connection: Connection, inbox: &mpsc::Receiver<Job>, path: &Path) {
    if let Err(error) = open::widen_cache(&connection) {
        tracing::debug!(%error, "the page cache stays small");
    }
    let mut closing = None;
    while closing.is_none()
        && let Ok(first) = inbox.recv()
    {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Save(records, answer) => batch.push((records, answer)),
                Job::Library(answer) => {
                    let songs = songs::load_all(&connection);
                    let songs = songs.map_err(|error| StoreError::from_sqlite(path, &error));
                    // A caller that went away no longer wants them.
                    drop(answer.send(songs));
                }
                Job::Look(look) => look(&connection, path),
                Job::Close(closed) => closing = Some(closed),
            }
            next = (closing.is_none() && batch.len() < BATCH)
                .then(|| inbox.try_recv().ok())
                .flatten();
        }
        settle(&mut connection, batch, path);
    }
    close(connection);
    drop(closing);
}

/// Closes with the log folded in. Its files stay, emptied: to make them anew would be a third of the next start.
fn close(connection: Connection) {
    if let Err(error) = open::empty_log_at_close(&connection) {
        tracing::debug!(%error, "the files of the log are deleted with the last program");
    }
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the database was not closed cleanly");
    }
}

/// A panic elsewhere leaves the keeper whole: it is set in one step.
fn lock(keeper: &Mutex<Keeper>) -> MutexGuard<'_, Keeper> {
    keeper.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a batch in one transaction. Where that fails each job is tried alone, so that each gets its own answer.
fn settle(connection: &mut Connection, batch: Vec<(Vec<Record>, Answer)>, path: &Path) {
    if batch.len() > 1 {
        let all = batch.iter().flat_map(|(records, _)| records);
        if keep(connection, all).is_ok() {
            for (_, answer) in batch {
                answer(Ok(()));
            }
            return;
        }
    }
    for (records, answer) in batch {
        let result = keep(connection, records.iter());
        answer(result.map_err(|error| StoreError::from_sqlite(path, &error)));
    }
}

/// Keeps all of `records` or none.
fn keep<'a>(
    connection: &mut Connection,
    records: impl Iterator<Item = &'a Record>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for record in records {
        match record {
            Record::Task(task) => {
                tasks::save(&transaction, task)?;
                ledger::save(&transaction, task)?;
            }
            Record::Song(song) => songs::save(&transaction, song)?,
            Record::PartOfSong(song) => songs::add(&transaction, song)?,
            Record::Draft(draft) => drafts::save_draft(&transaction, draft)?,
            Record::Preferences(preferences) => {
                drafts::save_preferences(&transaction, preferences)?;
            }
            Record::Paused(paused) => drafts::save_fact(&transaction, PAUSED, paused)?,
            Record::Import(mark) => drafts::save_fact(&transaction, IMPORT, mark)?,
            Record::Handed(handed) => handed::save(&transaction, handed)?,
            Record::Granted(ticket) => handed::take(&transaction, ticket)?,
            Record::Aside(program, drafts) => handed::set_aside(&transaction, program, drafts)?,
        }
    }
    transaction.commit()
}

/// Everything a sitting starts with.
fn load(connection: &Connection) -> rusqlite::Result<Saved> {
    let preferences = drafts::load_preferences(connection)?;
    Ok(Saved {
        tasks: tasks::load(connection)?,
        songs: songs::load_newest(connection, preferences.song.as_ref())?,
        unread: songs::count(connection)?,
        draft: drafts::load_draft(connection)?,
        preferences,
        paused: drafts::load_fact(connection, PAUSED)?,
        import: drafts::load_fact(connection, IMPORT)?,
        ledger_unread: ledger::is_begun(connection)?,
        handed: handed::load(connection)?,
        aside: handed::load_aside(connection)?,
        mark: handed::mark(connection)?,
    })
}
