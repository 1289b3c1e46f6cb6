//! What is going on inside: the tasks, the requests, and a count of the work that was taken.
//!
//! Orders are taken one after the other, each wholly or not at all, so the count of orders is exact.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::book::{Book, Line, Memory};
use super::check::{Account, Refusal};
use super::dice::Dice;
use super::edit::Source;
use super::script::{Deed, Endpoint, Script};
use super::studio::Studio;
use super::task::{Task, Terms, Wanted};
use super::vault::Vault;
use super::{SeenRequest, SimConfig, SimError};

/// Documented jobs in flight per token.
const JOBS: usize = 5;
/// Requests remembered.
const SEEN: usize = 1_000;
/// Everything the simulator knows.
pub struct World {
    /// The one good token, if there is just one.
    pub token: Option<String>,
    /// Where songs and covers are made.
    pub studio: Studio,
    /// Where what was sent here is kept.
    pub vault: Vault,
    /// How the hosts of local files are to behave.
    pub hosting: Hosting,
    terms: Terms,
    jobs: usize,
    script: Script,
    dice: Mutex<Dice>,
    ledger: Mutex<Ledger>,
    /// Held while an order is taken.
    taking: tokio::sync::Mutex<()>,
    book: Option<Arc<Book>>,
    orders: AtomicUsize,
    seen: Mutex<VecDeque<SeenRequest>>,
    visits: AtomicUsize,
    closing: watch::Sender<bool>,
}

/// How the hosts of local files are to behave.
#[derive(Clone, Copy, Debug)]
pub struct Hosting {
    /// True if the newer one lets only platform tokens in.
    pub wants_platform_token: bool,
    /// Bytes of a file, at most, if not the documented number.
    pub most: Option<usize>,
}

#[derive(Debug, Default)]
struct Ledger {
    tasks: Vec<Arc<Task>>,
    by_id: HashMap<String, Arc<Task>>,
    by_song: HashMap<String, Arc<Task>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here panics half way through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// A world reachable at `address`: without tasks, or with those of a book.
    pub fn new(
        config: &SimConfig,
        address: SocketAddr,
        remembered: Option<(Book, Memory)>,
    ) -> Result<Self, SimError> {
        let scenario = config.scenario.clone().unwrap_or_default();
        let limit = config.song_limit.map(|limit| limit.as_secs_f64());
        let terms = Terms {
            base: format!("http://{address}"),
            pace: config.pace,
            generation: scenario.generation_seconds,
            song_limit: scenario.song_seconds.or(limit),
            shapes: scenario.shapes(),
        };
        let vault = Vault::open(config.state.as_deref());
        let mut ledger = Ledger::default();
        let (mut orders, mut book) = (0, None);
        if let Some((found, mut memory)) = remembered {
            found.begin(address, &mut memory)?;
            for past in memory.past {
                let task = Task::again(past, &terms, &vault, |id| ledger.source(id));
                let task = task.ok_or_else(|| SimError::State {
                    path: config.state.clone().unwrap_or_default(),
                    reason:
                        "an order in it cannot be understood, or what it was made from is missing"
                            .to_owned(),
                })?;
                ledger.enter(&Arc::new(task));
            }
            (orders, book) = (memory.orders, Some(Arc::new(found)));
        }
        Ok(Self {
            token: config.token.clone(),
            studio: Studio::open(config.shelf, scenario.one_recording).map_err(SimError::Studio)?,
            vault,
            hosting: Hosting {
                wants_platform_token: scenario.platform_tokens,
                most: scenario.upload_max_bytes,
            },
            terms,
            jobs: scenario.jobs_in_flight.unwrap_or(JOBS),
            script: Script::new(&scenario),
            dice: Mutex::new(dice(config.entropy, address, orders)),
            ledger: Mutex::new(ledger),
            taking: tokio::sync::Mutex::default(),
            book,
            orders: AtomicUsize::new(orders),
            seen: Mutex::default(),
            visits: AtomicUsize::new(0),
            closing: watch::Sender::new(false),
        })
    }

    /// Goes on with what was not settled when the last simulator stopped.
    pub fn resume(self: &Arc<Self>) {
        let tasks = lock(&self.ledger).tasks.clone();
        for task in tasks.iter().filter(|task| !task.is_settled()) {
            self.run(task);
        }
    }

    /// Says true once the simulator is being stopped.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Ends everything that runs.
    pub fn close(&self) {
        self.closing.send_replace(true);
        // First the book: what is broken off in the studio is not to be remembered as a failure.
        if let Some(book) = &self.book {
            book.close();
        }
        self.studio.close();
    }

    /// How much paid work was taken.
    pub fn orders(&self) -> usize {
        self.orders.load(Ordering::Acquire)
    }

    /// The last requests, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        lock(&self.seen).iter().cloned().collect()
    }

    /// How many requests came since the start.
    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::Acquire)
    }

    /// Remembers a request.
    pub fn note(&self, request: SeenRequest) {
        self.visits.fetch_add(1, Ordering::AcqRel);
        let mut seen = lock(&self.seen);
        if seen.len() == SEEN {
            seen.pop_front();
        }
        seen.push_back(request);
    }

    /// The URL of this server, for those who do not say how they see it.
    pub fn base(&self) -> &str {
        &self.terms.base
    }

    /// What the scenario has in store for this request.
    pub fn deed(&self, endpoint: Endpoint, path: &str, action: Option<&str>) -> Deed {
        self.script.next(endpoint, path, action)
    }

    /// A new id.
    pub fn uuid(&self) -> String {
        lock(&self.dice).uuid()
    }

    /// The account's task of this id.
    pub fn task(&self, id: &str, account: &Account) -> Option<Arc<Task>> {
        let task = lock(&self.ledger).by_id.get(id).cloned();
        task.filter(|task| task.entry.account == *account)
    }

    /// All tasks of an account, newest first.
    pub fn tasks(&self, account: &Account) -> Vec<Arc<Task>> {
        let ledger = lock(&self.ledger);
        ledger
            .tasks
            .iter()
            .rev()
            .filter(|task| task.entry.account == *account)
            .cloned()
            .collect()
    }

    /// The finished song of this id, to make others from. Whose it is does not matter: who knows the id may use it.
    pub fn source(&self, song: &str) -> Result<Source, Refusal> {
        let unknown = || Refusal::bad("audio_id does not exist.");
        let task = self.task_of_song(song).ok_or_else(unknown)?;
        if !task.makes_song() || task.failure().is_some() {
            return Err(unknown());
        }
        task.source()
            .ok_or_else(|| Refusal::bad("The song of audio_id is not finished yet."))
    }

    /// The task that makes, or made, the song of this id.
    pub fn task_of_song(&self, song: &str) -> Option<Arc<Task>> {
        lock(&self.ledger).by_song.get(song).cloned()
    }

    /// Takes an order: from here on it is paid work, whatever becomes of the answer.
    pub async fn take(self: &Arc<Self>, wanted: Wanted, deed: &Deed) -> Result<Arc<Task>, Refusal> {
        let (world, deed) = (Arc::clone(self), deed.clone());
        // In a job of its own: a client that leaves must not break it off half way.
        let taking = tokio::spawn(async move { world.take_whole(wanted, &deed).await });
        taking
            .await
            .unwrap_or_else(|_| Err(Refusal::new(500, "api_error")))
    }

    async fn take_whole(
        self: &Arc<Self>,
        wanted: Wanted,
        deed: &Deed,
    ) -> Result<Arc<Task>, Refusal> {
        let _turn = self.taking.lock().await;
        self.check_room(&wanted.account)?;
        let task = Arc::new(Task::new(wanted, deed, &self.terms, &mut lock(&self.dice)));
        if let Some(book) = &self.book {
            let line = Line::Order(Box::new(task.entry.clone()));
            book.add(line).await.map_err(|error| Refusal {
                message: format!("The simulator cannot write the order down: {error}."),
                ..Refusal::new(500, "api_error")
            })?;
        }
        lock(&self.ledger).enter(&task);
        self.orders.fetch_add(1, Ordering::AcqRel);
        self.run(&task);
        Ok(task)
    }

    /// Refuses an account that has as many jobs in flight as it may.
    fn check_room(&self, account: &Account) -> Result<(), Refusal> {
        if self.jobs == 0 {
            return Ok(());
        }
        let ledger = lock(&self.ledger);
        let mine = ledger
            .tasks
            .iter()
            .filter(|task| task.entry.account == *account);
        let running: Vec<&Arc<Task>> = mine.filter(|task| !task.is_over()).collect();
        if running.len() < self.jobs {
            return Ok(());
        }
        let soonest = running.iter().map(|task| task.remaining()).min();
        Err(Refusal {
            retry_after: Some(soonest.unwrap_or_default().as_secs().saturating_add(1)),
            ..Refusal::new(429, "too_many_requests")
        })
    }

    fn run(self: &Arc<Self>, task: &Arc<Task>) {
        let (world, task) = (Arc::clone(self), Arc::clone(task));
        let mut closing = self.closing();
        tokio::spawn(async move {
            tokio::select! {
                () = task.run(&world) => {}
                _ = closing.wait_for(|is_closing| *is_closing) => {}
            }
        });
    }

    /// Writes down what became of a task, where there is a book.
    pub async fn write_down(&self, line: Line) {
        if let Some(book) = &self.book {
            // If it cannot be written, the same happens once more after a restart.
            let _ = book.add(line).await;
        }
    }
}

impl Ledger {
    fn source(&self, song: &str) -> Option<Source> {
        self.by_song.get(song)?.source()
    }

    fn enter(&mut self, task: &Arc<Task>) {
        let (id, song) = (task.entry.id.clone(), task.entry.song.id.clone());
        self.tasks.push(Arc::clone(task));
        self.by_id.insert(id, Arc::clone(task));
        self.by_song.insert(song, Arc::clone(task));
    }
}

/// The dice of a simulator that begins after so many orders: ids that were drawn before must not come again.
fn dice(entropy: Option<u64>, address: SocketAddr, orders: usize) -> Dice {
    let clock = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let drawn = (clock.as_nanos() as u64)
        ^ (u64::from(std::process::id()) << 40)
        ^ u64::from(address.port());
    match entropy {
        Some(seed) if orders > 0 => Dice::named(seed, &format!("after {orders} orders")),
        _ => Dice::new(entropy.unwrap_or(drawn)),
    }
}
