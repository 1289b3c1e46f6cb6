//! A small door of our own, on which the provider knocks when a song is made.
//!
//! Invariant: whoever does not name an address that only we could have made is turned away before a body is read, and who
//! does name one gives a hint and nothing more. The door has a thread of its own: no crowd before it slows a key.

mod key;
mod line;
mod receiver;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;
use url::Url;

pub use key::Key;
pub use receiver::{Delivery, Receiver, Tell, listen, listen_for};

/// Where the door is to be, and what its addresses are made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where to listen. `None`: nowhere.
    pub listen: Option<SocketAddr>,
    /// What the provider calls. `None`: the address that is listened on, for a provider on this machine.
    pub public_url: Option<Url>,
    /// The file of the secret, made when it is first needed.
    pub key_file: PathBuf,
}

/// Why the door is not open.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// The config names no place to listen.
    #[error("no [webhook] is configured")]
    NotPlanned,
    /// Nothing can listen there.
    #[error("cannot listen on {address}: {}", told(source))]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The secret cannot be read or made.
    #[error("cannot use {}: {source}", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is no thread for it.
    #[error("cannot begin: {0}")]
    Thread(io::Error),
}

/// What the system says, in the words of who has to mend it.
fn told(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::AddrInUse => "another program has that port".to_owned(),
        io::ErrorKind::PermissionDenied => "that port is not for us".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        _ => source.to_string(),
    }
}
