//! What the Producer API offers: order a song, ask how it stands, look for lost orders, fetch the files.
//!
//! Invariant: one HTTP exchange per method. Nothing here repeats, waits for a better moment or decides what a failure
//! means for the order; and the token goes to the API alone, never into a message, a log or a download.

mod client;
mod connect;
mod download;
mod error;
mod token;
pub mod wire;

pub use client::{Client, Patience};
pub use download::{Download, Fetched, Progress, discard, keep};
pub use token::{Secret, TokenError};
pub use wire::Accepted;
