//! Other programs on the profile: who has the engine, what changed elsewhere, and what was handed over.
//!
//! Invariant: the engine is taken over only with the lock, after everything that changed was read; and nothing wakes while
//! nobody says anything.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::perform::News;
use super::world::World;
use crate::api::{Client, Host, Secret};
use crate::app::event::{CompanyEvent, Event, Stumble, TokenEvent};
use crate::domain::Saved;
use crate::profile::Profile;
use crate::store::StoreError;

mod guest;
mod owner;

/// How long to wait before asking again for what another program is about to give up, first and at the longest.
const SOON: Duration = Duration::from_millis(10);
const LATER: Duration = Duration::from_secs(2);

/// Brings up the API for a program that takes over the engine, where it is not there from the start.
pub type Engage = Arc<
    dyn Fn() -> Pin<Box<dyn Future<Output = Result<(Client, Host), String>> + Send>> + Send + Sync,
>;
/// Reads the token that is stored.
pub type ReadToken = Arc<dyn Fn() -> Option<Secret> + Send + Sync>;

/// How this program stands to the others on its profile.
pub struct Company {
    /// The profile they share.
    pub profile: Profile,
    /// Whether this program has the engine.
    pub is_owner: bool,
    /// How far the changes of the database had come when it was read.
    pub mark: i64,
    /// Whether the queue was paused then.
    pub paused: bool,
    /// What is to be done before the engine is taken over.
    pub engage: Option<Engage>,
    /// How a token is read that another program stored.
    pub read_token: ReadToken,
}

/// What is said between programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Look into the database.
    Changed,
    /// Look into the database: something is handed over.
    Handed,
    /// Read the token.
    Token,
}

impl Word {
    fn byte(self) -> u8 {
        match self {
            Word::Changed => b'c',
            Word::Handed => b'h',
            Word::Token => b't',
        }
    }
}

/// The sitting with what it takes to keep company.
struct Keeping {
    world: World,
    news: UnboundedSender<News>,
    company: Company,
    said: UnboundedReceiver<Word>,
}

/// Begins to keep company, where this program is to.
pub(super) fn keep(world: &World, news: &UnboundedSender<News>) -> Option<JoinHandle<()>> {
    let company = world.take_company()?;
    let (others, said) = unbounded_channel();
    world.tell_others_through(others);
    let keeping = Keeping {
        world: world.clone(),
        news: news.clone(),
        company,
        said,
    };
    Some(tokio::spawn(keeping.live()))
}

impl Keeping {
    async fn live(mut self) {
        if !self.company.is_owner {
            self.be_guest().await;
            self.take_over().await;
        }
        self.be_owner().await;
    }

    fn tell(&self, event: Event) {
        // The loop ended: nobody needs to know.
        let _ = self.news.send(News::Happened(event));
    }

    /// With the lock in hand: everything is read that changed, and the app goes on with it.
    async fn take_over(&mut self) {
        self.company.is_owner = true;
        if let Some(engage) = &self.company.engage {
            match engage().await {
                Ok((client, files_host)) => self.world.use_api(client, files_host),
                Err(reason) => self.tell(Event::Stumbled(Stumble::Broke(reason))),
            }
        }
        let saved = loop {
            match self.world.store().inheritance(self.company.mark).await {
                Ok(saved) => break saved,
                Err(StoreError::Stopped { .. }) => return,
                Err(error) => tracing::warn!(%error, "not taken over yet"),
            }
            sleep(LATER).await;
        };
        self.company.mark = saved.mark;
        let saved = Box::new(saved);
        self.tell(Event::Company(CompanyEvent::TookOver(saved)));
    }

    /// Looks for what another program changed.
    async fn look(&mut self) {
        match self.world.store().changes(self.company.mark).await {
            Ok(Saved {
                tasks,
                songs,
                paused,
                mark,
                ..
            }) => {
                self.company.mark = mark;
                let was_paused = std::mem::replace(&mut self.company.paused, paused);
                if !tasks.is_empty() || !songs.is_empty() || paused != was_paused {
                    self.tell(Event::Company(CompanyEvent::Changed {
                        tasks,
                        songs,
                        paused,
                    }));
                }
            }
            Err(error) => tracing::warn!(%error, "changes not read"),
        }
    }

    /// Looks for what was handed over.
    async fn look_for_handed(&self) {
        match self.world.store().handed().await {
            Ok(handed) => self.tell(Event::Company(CompanyEvent::Handed(handed))),
            Err(error) => tracing::warn!(%error, "not read what was handed over"),
        }
    }

    /// Another program stored a token.
    async fn read_token(&self) {
        let read = Arc::clone(&self.company.read_token);
        let token = tokio::task::spawn_blocking(move || read()).await;
        if let Ok(Some(token)) = token {
            let renewed = Event::Token(TokenEvent::Renewed);
            let _ = self.news.send(News::TokenIs(renewed, token));
        }
    }
}
