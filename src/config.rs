//! Defaults, file, environment and flags, and where things live.
