//! A song at a link, as the loop has it.
//!
//! Invariant: nothing is opened before a song is asked for, one place serves them all, and who asked it to end hears of no
//! link afterwards.

use std::io;
use std::sync::Arc;

use super::world::World;
use crate::app::effect::Served;
use crate::app::event::ServingEvent;
use crate::domain::{Link, Playable};
use crate::listen::{Listening, Offer, Source};

/// Serves one more song. `None`: nothing is served any more.
pub(super) async fn song(
    world: &World,
    listening: io::Result<Arc<Listening>>,
    served: Served,
) -> Option<ServingEvent> {
    let link = match &listening {
        Ok(listening) => add(world, listening, &served).await,
        Err(error) => Err(error.to_string()),
    };
    if listening.is_ok_and(|listening| !world.has_listening(&listening)) {
        return None;
    }
    let song = served.song;
    Some(match link {
        Ok(link) => ServingEvent::Served {
            song,
            link: Link::kept(link),
        },
        Err(reason) => ServingEvent::NotServed { song, reason },
    })
}

async fn add(world: &World, listening: &Listening, served: &Served) -> Result<String, String> {
    let source = match &served.audio {
        Playable::File(file) => Source::File(world.media().join(&file.name)),
        Playable::Arriving | Playable::Stems(_) => world
            .shelf()
            .arrivals
            .get(&served.song)
            .map(Source::Growing)
            .ok_or("nothing of it is here yet")?,
    };
    let title = served.title.clone();
    let added = listening.add(Offer { source, title }).await;
    added.map_err(|error| error.to_string())
}
