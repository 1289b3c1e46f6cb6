//! The program as it is built, and a simulator for it to talk to.

use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use fuzzbox::sim::{Scenario, SeenRequest, SimConfig, Simulator};
use rusqlite::{Connection, OpenFlags};

use super::pty::{Home, PtyCommand, patience};

/// The binary under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_fuzzbox");
/// A token like the real ones, for tests that use one.
pub const TOKEN: &str = "c9d1e0b7a4f84c3f9a6b5d2e1f0a7c8b";

/// How the token begins: nobody should see even that.
pub const TOKEN_HEAD: &str = "c9d1e";

/// The silent studio in `home`, on a screen that shows all panes.
pub fn studio(home: &Home) -> PtyCommand {
    PtyCommand::new(PROGRAM, home)
        .args(["--sound", "silent"])
        .size(120, 36)
}

/// The same with its own simulator.
pub fn demo(home: &Home) -> PtyCommand {
    studio(home).args(["--demo"])
}

/// A simulator on a thread of its own, which outlives the programs that talk to it.
pub struct Server {
    simulator: Arc<Simulator>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// One that is done with a song of a second as soon as it is rendered.
    pub fn quick() -> Self {
        Self::start(SimConfig {
            pace: 0.0,
            song_limit: Some(Duration::from_secs(1)),
            ..SimConfig::default()
        })
    }

    /// One that makes the trouble of a file in `tests/fixtures/scenarios`.
    pub fn scripted(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/scenarios")
            .join(name)
            .with_extension("toml");
        let text = std::fs::read_to_string(path).expect("a scenario");
        Self::start(SimConfig {
            scenario: Some(Scenario::parse(&text).expect("a good scenario")),
            ..SimConfig::default()
        })
    }

    /// One as wished.
    pub fn start(config: SimConfig) -> Self {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let simulator = Simulator::start(config).await.expect("a simulator");
                tell.send(Arc::new(simulator)).expect("it is waited for");
                // Either way it is over.
                drop(stopped.await);
            });
        });
        Self {
            simulator: told.recv().expect("a simulator"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// A studio without a token whose API this is.
    pub fn visitor(&self, home: &Home) -> PtyCommand {
        studio(home).env("ACEDATACLOUD_API_BASE_URL", self.simulator.url())
    }

    /// A studio whose API this is.
    pub fn studio(&self, home: &Home) -> PtyCommand {
        self.visitor(home).env("ACEDATACLOUD_API_TOKEN", TOKEN)
    }

    /// Itself, for someone who watches it. To be let go of before it is stopped.
    pub fn simulator(&self) -> Arc<Simulator> {
        Arc::clone(&self.simulator)
    }

    /// The last thousand requests, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.simulator.requests()
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.simulator.url()
    }

    /// How many orders came, taken or not.
    pub fn knocks(&self) -> usize {
        let requests = self.simulator.requests();
        let is_order = |path: &str| path.ends_with("/producer/audios");
        requests.iter().filter(|seen| is_order(&seen.path)).count()
    }

    /// How often it was asked about tasks.
    pub fn questions(&self) -> usize {
        let requests = self.simulator.requests();
        let is_question = |path: &str| path.ends_with("/producer/tasks");
        requests
            .iter()
            .filter(|seen| is_question(&seen.path))
            .count()
    }

    /// How many orders it took.
    pub fn orders(&self) -> usize {
        self.simulator.orders()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The database of a profile: `fuzzbox`, or `fuzzbox-demo`.
pub fn database(home: &Home, profile: &str) -> PathBuf {
    home.path().join("data").join(profile).join("fuzzbox.db")
}

/// Whether the draft that is on the disk holds `text`.
pub fn is_kept(database: &Path, text: &str) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(database, flags)
        .and_then(|kept| {
            kept.query_row("SELECT body FROM draft", (), |row| row.get::<_, String>(0))
        })
        .is_ok_and(|body| body.contains(text))
}

/// Waits for the end of a child that was told to end.
#[track_caller]
pub fn end(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + patience();
    loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return status;
        }
        if Instant::now() > deadline {
            drop(child.kill());
            panic!("it does not end");
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
