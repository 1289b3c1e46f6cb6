//! What the Producer API offers: order a song, words or a file, ask how it stands, look for lost orders, fetch the files;
//! and the file host that gives local files an address.
//!
//! Invariant: one HTTP exchange per method, but for a download whose parts are wanted out of order. Nothing here repeats, waits for a better moment or decides what a failure
//! means for the order; and the token goes to the API and the file
//! host of the settings alone, never into a message, a log or a download.

mod client;
mod connect;
mod download;
mod error;
mod host;
mod token;
pub mod wire;

pub use client::{Client, Patience};
pub use download::{Arrival, Download, Fetched, Progress, Wanted, discard, keep};
pub use host::Host;
pub use token::{Secret, TokenError};
pub use wire::{Accepted, PAGE};
