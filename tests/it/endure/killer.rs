//! When the program is killed: after a while, or just when something happens that it must survive.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{JoinHandle, park_timeout, spawn};
use std::time::{Duration, Instant};

use fuzzbox::sim::Simulator;

use super::dice::Dice;
use super::provider::GLANCE;
use crate::support::pty::{Pty, Reaper};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Some time passes.
    Later,
    /// The provider has just taken an order.
    Taken,
    /// Something was written to the database.
    Written,
    /// A file is on its way.
    Fetching,
}

/// The plan of one kill.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub moment: Moment,
    /// What passes at least before the moment is looked for, and at most before the kill comes anyhow.
    at_least: Duration,
    at_most: Duration,
    /// What passes between the moment and the kill.
    then: Duration,
}

impl Plan {
    /// A plan. A sitting is short, or long enough that songs are asked for and fetched in it.
    pub fn draw(dice: &mut Dice) -> Self {
        let moment = *dice.pick(&[
            Moment::Later,
            Moment::Later,
            Moment::Taken,
            Moment::Written,
            Moment::Fetching,
        ]);
        let (at_least, at_most) = if dice.one_in(3) {
            (dice.span(1800, 2600), dice.span(2800, 4200))
        } else {
            (dice.span(0, 700), dice.span(700, 1600))
        };
        Self {
            moment,
            at_least,
            at_most,
            then: dice.span(0, 6),
        }
    }
}

/// What a killer can see.
pub struct Sights {
    pub simulator: Option<Arc<Simulator>>,
    pub database: PathBuf,
    pub media: PathBuf,
}

impl Sights {
    /// A number that changes when the moment has come.
    fn look(&self, moment: Moment) -> u64 {
        match moment {
            Moment::Later => 0,
            Moment::Taken => self.simulator.as_ref().map_or(0, |it| it.orders() as u64),
            Moment::Written => written(&self.database),
            Moment::Fetching => u64::from(has_part(&self.media)),
        }
    }
}

/// Kills the program by the plan, on a thread of its own. It tells when, and whether the moment had come.
pub fn send(pty: &Pty, plan: Plan, sights: Sights) -> JoinHandle<(Instant, bool)> {
    let reaper = pty.reaper();
    spawn(move || {
        let end = Instant::now() + plan.at_most;
        wait_until(&reaper, Instant::now() + plan.at_least);
        let before = sights.look(plan.moment);
        let mut has_come = false;
        while Instant::now() < end && !reaper.is_late() && !has_come {
            park_timeout(GLANCE);
            has_come = sights.look(plan.moment) != before;
        }
        wait_until(&reaper, Instant::now() + plan.then);
        let at = Instant::now();
        assert!(reaper.kill(), "the program has ended by itself");
        (at, has_come || plan.moment == Moment::Later)
    })
}

fn wait_until(reaper: &Reaper, end: Instant) {
    while Instant::now() < end && !reaper.is_late() {
        park_timeout(GLANCE);
    }
}

/// The length of the log: it grows with each transaction, and starts again now and then.
fn written(database: &Path) -> u64 {
    let log = format!("{}-wal", database.display());
    let Ok(log) = std::fs::metadata(log) else {
        return 0;
    };
    let changed = log.modified().ok();
    let since = changed.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    since.unwrap_or_default().as_nanos() as u64 ^ log.len()
}

fn has_part(media: &Path) -> bool {
    std::fs::read_dir(media)
        .into_iter()
        .flatten()
        .flatten()
        .any(|file| file.file_name().to_string_lossy().ends_with(".part"))
}
