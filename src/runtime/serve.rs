//! A song at a link, as the loop has it.
//!
//! Invariant: nothing is opened before a song is asked for, one place serves them all, and who asked it to end hears of no
//! link afterwards.

use std::io;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use super::perform::News;
use super::world::World;
use crate::app::effect::Served;
use crate::app::event::{Event, ServingEvent};
use crate::domain::{Link, Playable};
use crate::listen::{Listening, Offer, Source};

/// Serves one more song; `None`: none at all from now on.
pub(super) fn begin(
    world: &World,
    served: Option<Served>,
    news: &UnboundedSender<News>,
    jobs: &mut JoinSet<()>,
) {
    let Some(served) = served else {
        return world.end_listening();
    };
    let (world, news) = (world.clone(), news.clone());
    let listening = world.open_listening();
    jobs.spawn(async move {
        if let Some(event) = song(&world, listening, served).await {
            let _ = news.send(News::Happened(Event::Serving(event)));
        }
    });
}

/// `None`: nothing is served any more.
async fn song(
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
