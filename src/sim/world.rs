//! What is going on inside: the tasks, the requests, and a count of the work that was taken.
//!
//! Taking an order is one step under one lock, so the count of orders is exact.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::check::{Account, Refusal};
use super::dice::Dice;
use super::script::{Deed, Endpoint, Script};
use super::studio::Studio;
use super::task::{Task, Terms, Wanted};
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
    terms: Terms,
    jobs: usize,
    script: Script,
    dice: Mutex<Dice>,
    ledger: Mutex<Ledger>,
    orders: AtomicUsize,
    seen: Mutex<VecDeque<SeenRequest>>,
    closing: watch::Sender<bool>,
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
    /// A world without tasks, reachable at `address`.
    pub fn new(config: &SimConfig, address: SocketAddr) -> Result<Self, SimError> {
        let scenario = config.scenario.clone().unwrap_or_default();
        let clock = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let drawn = (clock.as_nanos() as u64)
            ^ (u64::from(std::process::id()) << 40)
            ^ u64::from(address.port());
        let limit = config.song_limit.map(|limit| limit.as_secs_f64());
        Ok(Self {
            token: config.token.clone(),
            studio: Studio::open(config.shelf).map_err(SimError::Studio)?,
            terms: Terms {
                base: format!("http://{address}"),
                pace: config.pace,
                generation: scenario.generation_seconds,
                song_limit: scenario.song_seconds.or(limit),
            },
            jobs: scenario.jobs_in_flight.unwrap_or(JOBS),
            script: Script::new(&scenario),
            dice: Mutex::new(Dice::new(config.entropy.unwrap_or(drawn))),
            ledger: Mutex::default(),
            orders: AtomicUsize::new(0),
            seen: Mutex::default(),
            closing: watch::Sender::new(false),
        })
    }

    /// Says true once the simulator is being stopped.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Ends everything that runs.
    pub fn close(&self) {
        self.closing.send_replace(true);
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

    /// Remembers a request.
    pub fn note(&self, request: SeenRequest) {
        let mut seen = lock(&self.seen);
        if seen.len() == SEEN {
            seen.pop_front();
        }
        seen.push_back(request);
    }

    /// What the scenario has in store for this request.
    pub fn deed(&self, endpoint: Endpoint, path: &str) -> Deed {
        self.script.next(endpoint, path)
    }

    /// A new id for tracing.
    pub fn trace_id(&self) -> String {
        lock(&self.dice).uuid()
    }

    /// The account's task of this id.
    pub fn task(&self, id: &str, account: &Account) -> Option<Arc<Task>> {
        let task = lock(&self.ledger).by_id.get(id).cloned();
        task.filter(|task| task.account == *account)
    }

    /// All tasks of an account, newest first.
    pub fn tasks(&self, account: &Account) -> Vec<Arc<Task>> {
        let ledger = lock(&self.ledger);
        ledger
            .tasks
            .iter()
            .rev()
            .filter(|task| task.account == *account)
            .cloned()
            .collect()
    }

    /// The task that makes, or made, the song of this id.
    pub fn task_of_song(&self, song: &str) -> Option<Arc<Task>> {
        lock(&self.ledger).by_song.get(song).cloned()
    }

    /// Takes an order: from here on it is paid work, whatever becomes of the answer.
    pub fn take(self: &Arc<Self>, wanted: Wanted, deed: &Deed) -> Result<Arc<Task>, Refusal> {
        let mut ledger = lock(&self.ledger);
        let mine = ledger
            .tasks
            .iter()
            .filter(|task| task.account == wanted.account);
        let running: Vec<&Arc<Task>> = mine.filter(|task| !task.is_over()).collect();
        if self.jobs > 0 && running.len() >= self.jobs {
            let soonest = running
                .iter()
                .map(|task| task.remaining())
                .min()
                .unwrap_or_default();
            let retry_after = Some(soonest.as_secs() + 1);
            return Err(Refusal {
                retry_after,
                ..Refusal::new(429, "too_many_requests")
            });
        }
        let task = Arc::new(Task::new(wanted, deed, &self.terms, &mut lock(&self.dice)));
        ledger.tasks.push(Arc::clone(&task));
        ledger.by_id.insert(task.id.clone(), Arc::clone(&task));
        ledger
            .by_song
            .insert(task.song_id().to_owned(), Arc::clone(&task));
        self.orders.fetch_add(1, Ordering::AcqRel);
        drop(ledger);
        let (world, running) = (Arc::clone(self), Arc::clone(&task));
        let mut closing = self.closing();
        tokio::spawn(async move {
            tokio::select! {
                () = running.run(&world) => {}
                _ = closing.wait_for(|is_closing| *is_closing) => {}
            }
        });
        Ok(task)
    }
}
