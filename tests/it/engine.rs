//! The task engine against a scripted world in virtual time: no clock, no network, no waiting.

mod bench;
mod budget;
mod doubt;
mod holds;
mod hooks;
mod life;
mod money;
mod order;
mod outage;
mod polling;
mod scale;
mod trouble;
mod works;
