//! The one integration-test binary.

mod api;
mod audio;
mod compose;
mod config;
mod contract;
mod engine;
mod harness;
mod house;
mod journeys;
mod library;
mod lyrics;
mod overlay;
mod player;
mod properties;
mod queue;
mod screens;
mod store;
mod support;
