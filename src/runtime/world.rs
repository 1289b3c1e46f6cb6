//! The open handles, and the token that is used with them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::hook::Hook;
use super::perform::News;
use super::token::Entered;
use crate::api::{Client, Host, Secret};
use crate::app::effect::Effect;
use crate::app::event::{Event, TokenEvent};
use crate::audio::{Arrivals, Audio, OutputChoice, Shelf};
use crate::domain::PlayerEvent;
use crate::store::Store;
use crate::webhook::Plan;

/// Stores a token that was typed in; the error is told to the user.
pub type StoreToken = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// The open handles of a sitting. Cheap to clone.
#[derive(Clone)]
pub struct World {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    store: Store,
    audio: Mutex<Option<Audio>>,
    output: OutputChoice,
    shelf: Shelf,
    files_host: Host,
    home: Option<PathBuf>,
    hook: Hook,
    token: Mutex<Option<Secret>>,
    store_token: StoreToken,
    news: Mutex<Option<UnboundedSender<News>>>,
}

/// What a world is made of.
pub struct Handles {
    /// The API.
    pub client: Client,
    /// The database.
    pub store: Store,
    /// Where the sound should go.
    pub output: OutputChoice,
    /// The folder of the songs' files.
    pub media: PathBuf,
    /// The folder where the shapes of songs are kept, if anywhere.
    pub shapes: Option<PathBuf>,
    /// Where local files are brought, so that the API can fetch them.
    pub files_host: Host,
    /// The user's folder, which `~` stands for.
    pub home: Option<PathBuf>,
    /// Where the provider can call us.
    pub webhook: Plan,
    /// The token, if there is one.
    pub token: Option<Secret>,
    /// How a token that is typed in is stored.
    pub store_token: StoreToken,
}

impl World {
    /// A world of these handles.
    pub fn new(handles: Handles) -> Self {
        World {
            inner: Arc::new(Inner {
                client: handles.client,
                store: handles.store,
                audio: Mutex::new(None),
                output: handles.output,
                shelf: Shelf {
                    media: handles.media,
                    shapes: handles.shapes,
                    arrivals: Arrivals::default(),
                },
                files_host: handles.files_host,
                home: handles.home,
                hook: Hook::new(handles.webhook),
                token: Mutex::new(handles.token),
                store_token: handles.store_token,
                news: Mutex::new(None),
            }),
        }
    }

    /// The API.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The folder of the songs' files.
    pub fn media(&self) -> &PathBuf {
        &self.inner.shelf.media
    }

    /// Where the player finds its songs.
    pub fn shelf(&self) -> &Shelf {
        &self.inner.shelf
    }

    /// Where local files are brought.
    pub fn files_host(&self) -> &Host {
        &self.inner.files_host
    }

    /// The place where the provider calls.
    pub(super) fn hook(&self) -> &Hook {
        &self.inner.hook
    }

    /// A path as the user wrote it: `~/` is their own folder.
    pub fn local(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.inner.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }

    /// The token to order with.
    pub fn token(&self) -> Option<Secret> {
        lock(&self.inner.token).clone()
    }

    /// Uses another token from now on.
    pub fn use_token(&self, token: Secret) {
        *lock(&self.inner.token) = Some(token);
    }

    /// Where the rooms send what happens.
    pub fn listen(&self, news: UnboundedSender<News>) {
        *lock(&self.inner.news) = Some(news);
    }

    /// Does what needs no order among other effects: the player's commands.
    pub fn perform_now(&self, effect: Effect) {
        if let Effect::Player(command) = effect {
            let mut audio = lock(&self.inner.audio);
            audio.get_or_insert_with(|| self.open_audio()).send(command);
        }
    }

    /// Stores a token off the loop; the news come when it is stored.
    pub fn store_token(&self, token: Entered) {
        let world = self.clone();
        tokio::task::spawn_blocking(move || {
            let told = match (world.inner.store_token)(&token.typed) {
                Ok(()) => News::TokenIs(Event::Token(TokenEvent::Stored), token.secret),
                Err(reason) => News::Happened(Event::Token(TokenEvent::Refused(reason))),
            };
            world.tell(told);
        });
    }

    fn tell(&self, news: News) {
        if let Some(sender) = lock(&self.inner.news).as_ref() {
            // The loop ended: nobody needs to know.
            let _ = sender.send(news);
        }
    }

    /// Sound is opened with the first song, so that a start costs none of it.
    fn open_audio(&self) -> Audio {
        let news = lock(&self.inner.news).clone();
        let tell = move |event: PlayerEvent| {
            if let Some(news) = &news {
                let _ = news.send(News::Happened(Event::Player(event)));
            }
        };
        Audio::start(self.inner.shelf.clone(), self.inner.output.clone(), tell)
    }
}

/// A panic elsewhere leaves these values whole: each is set in one step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
