//! The API client: against the documented answers, and against servers that behave and misbehave on the loopback.

mod exchange;
mod files;
mod fixtures;
mod mutations;
