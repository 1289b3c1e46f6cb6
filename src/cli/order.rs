//! Ordering from the command line: the studio's own engine, without its screen.
//!
//! Invariant (money): an order goes through the same store, the same rules and the same lock as in the studio: it is on
//! disk before it is on the wire, and whatever ends this program leaves a task that a studio goes on with.

mod flags;
mod reading;
mod report;
mod teller;
mod twin;
mod words;

use std::io::{self, Write};

use anyhow::anyhow;
use clap::{ArgMatches, Command};
use futures_util::stream;

use super::Trouble;
use super::studio::{self, Opened};
use crate::app::tasks;
use crate::config::Flags;
use crate::domain::{Request, SongId, recipe};
use crate::profile::Profile;
use crate::runtime::{self, Studio};
use crate::store::Store;
use report::Report;
use teller::Teller;

/// The exit code of an order whose outcome is not known, or that waits for a person.
pub(super) const UNDECIDED: u8 = 3;
/// The exit code of an order that was not made because it equals one that was.
const TWIN: u8 = 4;
/// The exit code after Ctrl-C, as shells have it.
pub(super) const INTERRUPTED: u8 = 130;

/// The program with a subcommand for each action and endpoint.
pub(super) fn add_to(program: Command) -> Command {
    flags::subcommands()
        .into_iter()
        .fold(program, Command::subcommand)
}

/// Runs the subcommand, if it is one that orders.
pub(super) fn run(matches: &ArgMatches) -> Option<Result<(), Trouble>> {
    let (name, matches) = matches.subcommand()?;
    let what = flags::What::from_subcommand(name)?;
    Some(order(what, matches))
}

fn order(what: flags::What, matches: &ArgMatches) -> Result<(), Trouble> {
    let flags = Flags {
        demo: matches.get_flag(flags::DEMO),
        token_file: matches.get_one(flags::TOKEN_FILE).cloned(),
        ..Flags::default()
    };
    let mut opened = studio::set_up(&flags)?;
    let is_dry = matches.get_flag(flags::DRY_RUN);
    if opened.secret.is_none() && !is_dry {
        return Err(Trouble::Usage(anyhow!(
            "there is no API token, so nothing was ordered. Put it into ACEDATACLOUD_API_TOKEN, into a file named by \
             --token-file, or type it into the studio (^t)"
        )));
    }
    let order = reading::Order::read(what, matches, &opened.settings)?;
    let runtime = super::runtime()?;
    runtime.block_on(order.look(&studio::host_of(&opened)?))?;
    if is_dry {
        return runtime.block_on(show(opened, order));
    }
    if order.source().is_none() {
        // Nothing is made for an order that is wrong whatever the library says.
        order.clone().check(None)?;
    }
    if !matches.get_flag(flags::AGAIN) {
        // Before anything is entered: nobody waits for an answer while the engine is theirs.
        runtime.block_on(twin::ask(&opened, &order))?;
    }
    let _log = studio::start_log(&opened.config)?;
    let profile = studio::enter(&mut opened)?;
    // Held until everything else of this program has ended.
    let _lock = profile.lock();
    runtime.block_on(place((opened, profile), order, matches))
}

/// Prints the body that would be sent. The library is looked at where there is one, and nothing is made.
async fn show(opened: Opened, order: reading::Order) -> Result<(), Trouble> {
    let database = &opened.config.paths.database;
    let source = match order.source() {
        Some(id) if database.exists() => {
            let (store, saved) = Store::open(database)?;
            find(&store, saved, &id).await?
        }
        _ => None,
    };
    let request = order.check(source.as_ref())?;
    let way = tasks::wanted(&request, &opened.settings);
    let sent = tasks::as_sent(request, way, &opened.settings);
    writeln!(io::stdout(), "{}", recipe::json(&sent))?;
    Ok(())
}

/// A song of the library, the part of it included that a start does not read.
async fn find(
    store: &Store,
    saved: crate::domain::Saved,
    id: &SongId,
) -> Result<Option<crate::domain::Song>, Trouble> {
    let is_it = |song: &crate::domain::Song| song.id == *id;
    let known = saved.songs.into_iter().find(is_it);
    if known.is_some() || saved.unread == 0 {
        return Ok(known);
    }
    Ok(store.library().await?.into_iter().find(is_it))
}

async fn place(
    (opened, profile): (Opened, Profile),
    order: reading::Order,
    matches: &ArgMatches,
) -> Result<(), Trouble> {
    let (store, saved) = Store::open(&opened.config.paths.database)?;
    let source = match order.source() {
        Some(id) => find(&store, saved.clone(), &id).await?,
        None => None,
    };
    let request = order.check(source.as_ref())?;
    let is_patient = !matches.get_flag(flags::NO_WAIT);
    let mut teller = Teller::new(&opened.config.paths.media, is_patient);
    let sitting = sit(opened, (profile, store, saved), request, &mut teller);
    let report = Box::pin(sitting).await?;
    if matches.get_flag(flags::JSON) {
        writeln!(io::stdout(), "{}", report.json())?;
    } else {
        io::stdout().write_all(report.lines().as_bytes())?;
    }
    report.verdict()
}

/// A sitting whose face is the teller, from the order to whatever becomes of it.
async fn sit(
    opened: Opened,
    kept: (Profile, Store, crate::domain::Saved),
    request: Request,
    teller: &mut Teller,
) -> Result<Report, Trouble> {
    let (mut app, world, demo) = studio::put_together(opened, kept).await?;
    app.order_at_start(vec![request]);
    let studio = Studio {
        app,
        world,
        recorder: None,
        clock: crate::domain::Timestamp::now,
    };
    let farewell = Box::pin(runtime::run(studio, teller, stream::pending())).await?;
    demo.stop().await;
    if let Some((reason, _)) = farewell.unsaved {
        let report = teller.report();
        if !report.is_taken() {
            return Err(Trouble::Failed(anyhow!(
                "not everything could be kept: {reason}. The order was not sent"
            )));
        }
        // What was made and paid for is told all the same.
        teller.warn(&format!("not everything could be kept: {reason}"));
        return Ok(report);
    }
    Ok(teller.report())
}
