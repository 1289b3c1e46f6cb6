//! What the tests stand on.

pub mod bench;
pub mod canned;
pub mod picture;
pub mod program;
pub mod pty;
pub mod screen;
pub mod studio;
pub mod tape;
