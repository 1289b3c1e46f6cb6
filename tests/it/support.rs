//! What several tests need.

pub mod canned;
