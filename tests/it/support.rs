//! What the tests stand on.

pub mod canned;
pub mod picture;
pub mod pty;
pub mod tape;
pub mod screen;
pub mod studio;
