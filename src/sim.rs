//! The second house: the Producer API as one would meet it, on this machine and without an account.
//!
//! It shares no code with the client. Its JSON is written by hand from recorded answers, so that a mistake in the client's
//! idea of the API cannot hide behind the same mistake here. Songs are composed, not played back; they are the same for
//! the same request and seed.
//!
//! All actions and endpoints are here, and what they do can be heard: a song is a *recipe* (`sim/recipe.rs`), and one
//! that is made from another plays the other's recipe where nothing was to change, sample for sample. Its stems add up to
//! its wave file exactly; its `.m4a` and `.mp4` are made of the same samples. Of uploads, wave files are heard as they are
//! (all in the stem `other`: nothing takes a recording apart here); any other kind becomes a song composed from its bytes,
//! of the length it says it has. Links are fetched from this machine alone, without TLS.
//!
//! Besides the API it answers `GET /` (what this is), `GET /files/…` (songs, covers, goods, hosted files), the two hosts of
//! local files (`POST /api/v1/files/` and `POST /files/upload`) and `GET /_sim/orders` (`{"orders": n}`: how much paid work
//! was taken, of any kind).
//!
//! With a state file it may be stopped and started again at any moment, as an API does not forget either: tasks keep
//! their ids, songs and due times, files are rendered again byte for byte, callbacks still owed are delivered, and
//! orders go on being counted (`sim/book.rs`). What was sent here lies beside it, in `STATE.files` (`sim/vault.rs`).

mod answers;
mod archive;
mod book;
mod callback;
mod check;
mod compose;
mod cover;
mod dice;
mod edit;
mod encode;
mod fetch;
mod fields;
mod files;
mod hosts;
mod line;
mod lyricist;
mod mp4;
mod order;
mod recipe;
mod routes;
mod script;
mod studio;
mod synth;
mod task;
mod trouble;
mod upload;
mod vault;
mod wav;
mod world;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use book::{Book, Memory};
pub use script::Scenario;
use world::World;

/// How a simulator is to behave.
#[derive(Clone)]
pub struct SimConfig {
    /// Where to listen; port 0 takes a free one, with a `state` the one of the last time if that is free.
    pub listen: SocketAddr,
    /// The only good token; without it every token is good but `invalid`, `expired`, `mismatched` and `used-up`.
    pub token: Option<String>,
    /// A generation takes 35 to 60 seconds times this; 0 finishes as soon as the song is rendered.
    pub pace: f64,
    /// Trouble to make, if any.
    pub scenario: Option<Scenario>,
    /// Cuts newly composed music to this length; None leaves it as long as its lyric (40–150 s).
    pub song_limit: Option<Duration>,
    /// Bytes of finished files kept in memory; what does not fit is rendered again when it is asked for.
    pub shelf: usize,
    /// Makes ids and seeds repeatable; None draws new ones on each start.
    pub entropy: Option<u64>,
    /// A file that remembers orders from one start to the next; it is made if its folder is there. What is sent here is
    /// kept in a folder beside it. None forgets.
    pub state: Option<PathBuf>,
}

impl fmt::Debug for SimConfig {
    /// Everything but the token.
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.debug_struct("SimConfig")
            .field("listen", &self.listen)
            .field("has_token", &self.token.is_some())
            .field("pace", &self.pace)
            .field("scenario", &self.scenario)
            .field("song_limit", &self.song_limit)
            .field("shelf", &self.shelf)
            .field("entropy", &self.entropy)
            .field("state", &self.state)
            .finish()
    }
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: None,
            pace: 1.0,
            scenario: None,
            song_limit: None,
            shelf: 8 << 20,
            entropy: None,
            state: None,
        }
    }
}

/// Why a simulator could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The scenario file has a mistake; the text names its line.
    #[error("{0}")]
    Scenario(String),
    /// The pace is negative or not a number.
    #[error("the pace must be 0 or more, not {0}")]
    Pace(f64),
    /// The state file cannot be read or written, is not one, or has another simulator.
    #[error("cannot use the simulator's state {}: {reason}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The renderer could not be started.
    #[error("cannot start the renderer: {0}")]
    Studio(io::Error),
}

/// A request as the simulator saw it; never with its headers, which hold the token.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenRequest {
    /// `POST`, `GET`, …
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The body, where it was JSON.
    pub body: Option<Value>,
}

/// A running simulator; it ends when it is stopped or dropped.
pub struct Simulator {
    address: SocketAddr,
    world: Arc<World>,
    server: JoinHandle<()>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.debug_struct("Simulator")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Simulator {
    /// Starts listening and returns once requests are answered. Must be called within a tokio runtime, which it shares;
    /// songs are rendered on a thread of their own.
    pub async fn start(config: SimConfig) -> Result<Self, SimError> {
        if !config.pace.is_finite() || config.pace < 0.0 {
            return Err(SimError::Pace(config.pace));
        }
        let remembered = config.state.as_deref().map(Book::open).transpose()?;
        let listen_error = |source| SimError::Listen {
            address: config.listen,
            source,
        };
        let listener = listen(config.listen, remembered.as_ref().map(|(_, memory)| memory))
            .await
            .map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let world = Arc::new(World::new(&config, address, remembered)?);
        world.resume();
        let lines = line::Lines::new(listener, world.closing());
        let service = routes::service(Arc::clone(&world));
        let server = tokio::spawn(async move {
            // `serve` never ends by itself; its only result is of no use.
            let _ = axum::serve(lines, service).await;
        });
        Ok(Self {
            address,
            world,
            server,
        })
    }

    /// The base URL for clients, `http://ADDR:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// How many orders were taken as paid work, since the start or since there is a state: accepted, whether or not
    /// the answer arrived.
    pub fn orders(&self) -> usize {
        self.world.orders()
    }

    /// The last thousand requests, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.world.requests()
    }

    /// How many requests came since the start, of whatever kind.
    pub fn visits(&self) -> usize {
        self.world.visits()
    }

    /// Stops at once: open connections are closed, running tasks are forgotten or left to the next start. The state
    /// file is free when this returns.
    pub async fn stop(mut self) {
        self.world.close();
        self.server.abort();
        // An aborted job ends in an error by design.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.world.close();
        self.server.abort();
    }
}

/// Listens where it was asked to, at the port of the last time if any will do.
async fn listen(wanted: SocketAddr, memory: Option<&Memory>) -> io::Result<TcpListener> {
    let last = memory.and_then(|memory| memory.address);
    if let Some(last) = last.filter(|_| wanted.port() == 0) {
        let same = SocketAddr::new(wanted.ip(), last.port());
        // Taken by someone else meanwhile: then another one.
        if let Ok(listener) = TcpListener::bind(same).await {
            return Ok(listener);
        }
    }
    TcpListener::bind(wanted).await
}
