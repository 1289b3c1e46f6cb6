//! Several programs on one profile: one has the engine, and whatever dies, each order goes out once.

mod crashes;
mod guests;
mod programs;
mod wishes;
