//! An order that equals one in the queue, or one that was made a moment ago: is it meant to be made once more?
//!
//! Invariant (money): without a yes, or the flag that stands for one, nothing is kept and nothing is sent.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::anyhow;

use super::super::Trouble;
use super::super::studio::Opened;
use super::reading::Order;
use super::{TWIN, find, flags};
use crate::app::tasks::TaskQueue;
use crate::domain::{Request, Saved, Task, Timestamp, Want};
use crate::store::Store;

/// What is the case.
const TOLD: &str = "an equal order is in the queue, or was made a moment ago";

/// Asks where the order has a twin; where nobody can be asked, it is not made. Nothing is made for the question.
pub(super) async fn ask(opened: &Opened, order: &Order) -> Result<(), Trouble> {
    let database = &opened.config.paths.database;
    if !database.exists() {
        return Ok(());
    }
    let (store, saved) = Store::open(database)?;
    let source = match order.source() {
        Some(id) => find(&store, saved.clone(), &id).await?,
        None => None,
    };
    drop(store);
    let request = order.clone().check(source.as_ref())?;
    if !has_twin(saved, &request) {
        return Ok(());
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(not_ordered(&format!(
            "{TOLD}, so nothing was ordered; --{} orders it all the same",
            flags::AGAIN
        )));
    }
    if is_agreed()? {
        Ok(())
    } else {
        Err(not_ordered("nothing was ordered"))
    }
}

/// What was handed over and not taken yet counts like what was taken.
fn has_twin(saved: Saved, request: &Request) -> bool {
    let handed = saved
        .handed
        .into_iter()
        .filter_map(|handed| match handed.want {
            Want::Order(task) => Some(*task),
            Want::Wish(_) => None,
        });
    let tasks: Vec<Task> = saved.tasks.into_iter().chain(handed).collect();
    TaskQueue::new(tasks).has_twin(request, Timestamp::now())
}

fn is_agreed() -> io::Result<bool> {
    let mut stderr = io::stderr();
    write!(
        stderr,
        "fuzzbox: {TOLD}.\nOrder it once more? It is charged once more. [y/N] "
    )?;
    stderr.flush()?;
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        // The cursor stands behind the question yet.
        writeln!(stderr)?;
    }
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes" | "YES"))
}

fn not_ordered(told: &str) -> Trouble {
    Trouble::Coded(TWIN, anyhow!("{told}"))
}
