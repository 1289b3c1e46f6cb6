//! What the tests stand on.

pub mod canned;
pub mod picture;
pub mod pty;
pub mod tape;
