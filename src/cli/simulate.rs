//! `fuzzbox simulate`: the offline Producer API for anyone who speaks it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::Trouble;
use crate::runtime::signals::{Asked, Signals};
use crate::sim::{Scenario, SimConfig, Simulator};

/// The arguments of `simulate`.
#[derive(Debug, Args)]
pub(crate) struct SimulateArguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8787", value_name = "ADDR")]
    listen: SocketAddr,
    /// The only token that is good. Without it every one is, but `invalid`, `expired`, `mismatched` and `used-up`,
    /// which get their documented refusals
    #[arg(long, value_name = "T")]
    token: Option<String>,
    /// How fast songs are made: 1 takes 35 to 60 seconds, 0.05 two or three
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR", value_parser = pace)]
    pace: f64,
    /// Trouble to make: delays, refusals, dropped connections (TOML; see README)
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Remember the orders in this file: stopped and started again, the simulator still knows its tasks and songs, and
    /// finishes what was due
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// A pace: a number from 0 to 100.
fn pace(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(pace) if (0.0..=100.0).contains(&pace) => Ok(pace),
        _ => Err("a number from 0 to 100, such as 0.05".into()),
    }
}

/// Runs the simulator until it is told to stop.
pub(crate) fn run(arguments: &SimulateArguments) -> Result<(), Trouble> {
    let scenario = arguments.scenario.as_ref().map(|path| {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the scenario {}", path.display()))?;
        Scenario::parse(&text).with_context(|| format!("in {}", path.display()))
    });
    let config = SimConfig {
        listen: arguments.listen,
        token: arguments.token.clone(),
        pace: arguments.pace,
        scenario: scenario.transpose().map_err(Trouble::Usage)?,
        state: arguments.state.clone(),
        ..SimConfig::default()
    };
    super::runtime()?.block_on(async {
        let simulator = Simulator::start(config).await?;
        let mut stdout = io::stdout();
        writeln!(stdout, "listening on {}", simulator.url())?;
        stdout.flush()?;
        let mut signals = Signals::new()?;
        while signals.next().await == Asked::ToStop {
            crate::runtime::terminal::stop_process()?;
        }
        simulator.stop().await;
        Ok(())
    })
}
