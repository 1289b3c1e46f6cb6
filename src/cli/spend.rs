//! What was spent, for a terminal or a program: the ledger by days, and in all.
//!
//! Invariant: nothing is written: it may run beside a studio.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use serde_json::{Value, json};

use super::{Trouble, studio};
use crate::app::spend::by_day;
use crate::config::Flags;
use crate::domain::ledger::{Entry, Sums};
use crate::domain::time::Date;
use crate::store::Store;

/// The arguments of `spend`.
#[derive(Debug, Args)]
pub(crate) struct SpendArguments {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    /// Of the demo's profile
    #[arg(long)]
    demo: bool,
}

/// Prints what was spent.
pub(crate) fn run(arguments: &SpendArguments) -> Result<(), Trouble> {
    let flags = Flags {
        demo: arguments.demo,
        ..Flags::default()
    };
    let opened = studio::set_up(&flags)?;
    let database = &opened.config.paths.database;
    let entries = if database.exists() {
        let (store, _) = Store::open(database)?;
        super::runtime()?.block_on(store.ledger())?
    } else {
        Vec::new()
    };
    let zone = &opened.settings.zone;
    let days = by_day(&entries, zone);
    if arguments.json {
        let name = zone.iana_name().unwrap_or("UTC");
        writeln!(io::stdout(), "{}", told(&days, &entries, name))?;
    } else {
        io::stdout().write_all(table(&days, &entries).as_bytes())?;
    }
    Ok(())
}

fn told(days: &BTreeMap<Date, Sums>, entries: &[Entry], zone: &str) -> Value {
    let days: Vec<Value> = days
        .iter()
        .map(|(day, sums)| {
            let mut told = counts(sums);
            told["day"] = day.to_string().into();
            told
        })
        .collect();
    json!({ "zone": zone, "days": days, "total": counts(&Sums::of(entries)) })
}

fn counts(sums: &Sums) -> Value {
    json!({
        "sent": sums.sent,
        "made": sums.charged,
        "songs": sums.songs,
        "failed": sums.failed,
        "in_doubt": sums.in_doubt,
        "open": sums.open,
        "credits": sums.credits,
        "unpriced": sums.unpriced,
    })
}

fn table(days: &BTreeMap<Date, Sums>, entries: &[Entry]) -> String {
    let mut lines = vec![line(
        "day",
        ["sent", "made", "failed", "in doubt", "open"].map(str::to_owned),
        "credits",
    )];
    lines.extend(days.iter().map(|(day, sums)| row(&day.to_string(), sums)));
    lines.push(row("in all", &Sums::of(entries)));
    lines.concat()
}

fn row(name: &str, sums: &Sums) -> String {
    let counts = [
        sums.sent,
        sums.charged,
        sums.failed,
        sums.in_doubt,
        sums.open,
    ];
    let unpriced = match sums.unpriced {
        0 => String::new(),
        count => format!(" +{count} without a printed price"),
    };
    let credits = format!("{:.2}{unpriced}", sums.credits);
    line(name, counts.map(|count| count.to_string()), &credits)
}

fn line(name: &str, counts: [String; 5], credits: &str) -> String {
    let [sent, made, failed, in_doubt, open] = counts;
    format!("{name:<10} {sent:>6} {made:>6} {failed:>7} {in_doubt:>9} {open:>6}  {credits}\n")
}
