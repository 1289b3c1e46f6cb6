//! fuzzbox: a keyboard-driven terminal studio for making songs with the Producer API.

pub mod sim;
