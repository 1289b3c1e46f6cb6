//! The one integration-test binary.

mod api;
mod audio;
mod cli;
mod company;
mod compose;
mod config;
mod contract;
mod engine;
mod harness;
mod house;
mod journeys;
mod library;
mod lyrics;
mod order;
mod overlay;
mod player;
mod properties;
mod queue;
mod replay;
mod runtime;
mod screens;
mod store;
mod support;
mod take;
mod tape;
mod terminal;
