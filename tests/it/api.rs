//! The API client: against the documented answers, and against servers that behave and misbehave on the loopback.

mod along;
mod endpoints;
mod exchange;
mod files;
mod fixtures;
mod hosting;
mod mutations;
