//! The signals that ask us to leave or to stop for a while.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals we answer.
pub struct Signals {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    hang_up: Signal,
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    stop: Signal,
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// SIGTERM, SIGHUP, SIGINT.
    ToLeave,
    /// SIGTSTP.
    ToStop,
}

#[cfg(unix)]
impl Signals {
    /// Begins to answer them.
    pub fn new() -> io::Result<Self> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::ToLeave,
            _ = self.hang_up.recv() => Asked::ToLeave,
            _ = self.interrupt.recv() => Asked::ToLeave,
            _ = self.stop.recv() => Asked::ToStop,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Begins to answer them.
    pub fn new() -> io::Result<Self> {
        Ok(Signals {})
    }

    /// Waits for Ctrl-C from outside.
    pub async fn next(&mut self) -> Asked {
        let _ = tokio::signal::ctrl_c().await;
        Asked::ToLeave
    }
}
