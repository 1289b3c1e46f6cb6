//! What the tests stand on.

pub mod screen;
pub mod studio;
