//! The one integration-test binary.

mod api;
mod harness;
mod config;
mod store;
mod support;
mod contract;
mod screens;
mod support;
