//! fuzzbox: a keyboard-driven terminal studio for making songs with the Producer API.

pub mod api;
pub mod app;
pub mod audio;
pub mod cli;
pub mod config;
pub mod domain;
pub mod i18n;
pub mod listen;
pub mod logging;
#[cfg(all(feature = "mpris", target_os = "linux"))]
pub mod media_keys;
pub mod profile;
pub mod runtime;
pub mod sim;
pub mod store;
pub mod ui;
pub mod webhook;
