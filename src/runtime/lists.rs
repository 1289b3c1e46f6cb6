//! Lists: the account's tasks, page by page, and what is read from the database after the first screen.
//!
//! Invariant: a list that is to tell what is missing is whole, or it is a failure.

use std::collections::BTreeSet;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use super::perform::{News, tell, token};
use super::world::World;
use crate::app::effect::Effect;
use crate::app::event::{Event, SongEvent, TaskEvent};
use crate::domain::history::{Listing, Page};
use crate::domain::{Endpoint, Failure, TaskRecord, Timestamp};

/// The most pages that are listed to find what is in doubt: as many orders as nobody makes in the time that is looked at.
const PAGES_MAX: usize = 40;
/// A page of fewer records is the last one, whatever a server counts as a page.
const SHORT_PAGE: u32 = 20;

/// Begins to list the account's tasks: all of a span, or one page.
pub(super) fn begin(
    world: &World,
    effect: Effect,
    news: &UnboundedSender<News>,
    jobs: &mut JoinSet<()>,
) {
    let Effect::Search {
        sought,
        endpoints,
        since,
        until,
        page,
    } = effect
    else {
        return;
    };
    let (world, news) = (world.clone(), news.clone());
    let Some(offset) = page else {
        jobs.spawn(async move {
            let found = search(&world, &endpoints, (since, until)).await;
            tell(&news, TaskEvent::Searched { sought, found });
        });
        return;
    };
    jobs.spawn(async move {
        for endpoint in endpoints {
            let page = Page {
                endpoint,
                since,
                until,
                offset,
            };
            let listed = list(&world, page).await;
            tell(&news, TaskEvent::Listed { page, listed });
        }
    });
}

/// What was ordered at any of these endpoints; all of it or nothing, since what is missing would look like lost.
async fn search(
    world: &World,
    endpoints: &[Endpoint],
    (since, until): (Timestamp, Timestamp),
) -> Result<Vec<TaskRecord>, Failure> {
    let mut found: Vec<TaskRecord> = Vec::new();
    let mut known = BTreeSet::new();
    for endpoint in endpoints {
        let mut page = Page {
            endpoint: *endpoint,
            since,
            until,
            offset: 0,
        };
        for _ in 0..PAGES_MAX {
            let listing = list(world, page).await?;
            let before = known.len();
            let records = listing.records.into_iter();
            found.extend(records.filter(|record| known.insert(record.id.clone())));
            page.offset = page.offset.saturating_add(listing.count);
            // A page that brings nothing new is the end of the list, or of a server that knows no pages.
            if known.len() == before || listing.count < SHORT_PAGE {
                break;
            }
        }
    }
    Ok(found)
}

async fn list(world: &World, page: Page) -> Result<Listing, Failure> {
    let token = token(world)?;
    let mut listing = world.client().list(&token, page).await?;
    world.hook().recognise(&mut listing.records);
    Ok(listing)
}

/// Reads the ledger, then the library: with that the engine begins, and knows by then which ids are its own.
pub(super) async fn read(world: &World, news: &UnboundedSender<News>) {
    match world.store().ledger().await {
        Ok(entries) => {
            let _ = news.send(News::Happened(Event::LedgerRead(entries)));
        }
        Err(error) => tracing::warn!(%error, "the ledger was not read"),
    }
    let event = match world.store().library().await {
        Ok(songs) => SongEvent::LibraryRead(songs),
        Err(error) => SongEvent::LibraryNotRead(error.to_string()),
    };
    let _ = news.send(News::Happened(Event::Song(event)));
}
