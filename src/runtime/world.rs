//! The open handles, and the token that is used with them.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::company::{Company, Word};
use super::hook::Hook;
use super::perform::News;
use super::token::Entered;
use crate::api::{Client, Host, Secret};
use crate::app::effect::Effect;
use crate::app::event::{Event, TokenEvent};
use crate::audio::{Arrivals, Audio, OutputChoice, Shelf};
use crate::domain::PlayerEvent;
use crate::listen::Listening;
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
    api: Mutex<(Client, Host)>,
    store: Store,
    audio: Mutex<Option<Audio>>,
    output: OutputChoice,
    shelf: Shelf,
    listening: Mutex<Option<Arc<Listening>>>,
    home: Option<PathBuf>,
    hook: Hook,
    token: Mutex<Option<Secret>>,
    store_token: StoreToken,
    news: Mutex<Option<UnboundedSender<News>>>,
    company: Mutex<Option<Company>>,
    others: Mutex<Option<UnboundedSender<Word>>>,
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
                api: Mutex::new((handles.client, handles.files_host)),
                store: handles.store,
                audio: Mutex::new(None),
                output: handles.output,
                shelf: Shelf {
                    media: handles.media,
                    shapes: handles.shapes,
                    arrivals: Arrivals::default(),
                },
                listening: Mutex::new(None),
                home: handles.home,
                hook: Hook::new(handles.webhook),
                token: Mutex::new(handles.token),
                store_token: handles.store_token,
                news: Mutex::new(None),
                company: Mutex::new(None),
                others: Mutex::new(None),
            }),
        }
    }

    /// The API.
    pub fn client(&self) -> Client {
        lock(&self.inner.api).0.clone()
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
    pub fn files_host(&self) -> Host {
        lock(&self.inner.api).1.clone()
    }

    /// Uses another API from now on, with the host of local files beside it.
    pub fn use_api(&self, client: Client, files_host: Host) {
        *lock(&self.inner.api) = (client, files_host);
    }

    /// Shares the profile with other programs, from the beginning of the sitting on.
    pub fn keep_company(&self, company: Company) {
        *lock(&self.inner.company) = Some(company);
    }

    pub(super) fn take_company(&self) -> Option<Company> {
        lock(&self.inner.company).take()
    }

    /// Where the other programs on the profile are told from.
    pub(super) fn tell_others_through(&self, others: UnboundedSender<Word>) {
        *lock(&self.inner.others) = Some(others);
    }

    /// Tells the other programs on the profile.
    pub(super) fn tell_others(&self, word: Word) {
        if let Some(others) = lock(&self.inner.others).as_ref() {
            // Nobody listens any more: the sitting ends.
            let _ = others.send(word);
        }
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

    /// The place where songs can be heard at links, opened where it is not.
    pub(super) fn open_listening(&self) -> io::Result<Arc<Listening>> {
        let mut listening = lock(&self.inner.listening);
        if let Some(open) = listening.as_ref() {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(Listening::open(0)?);
        *listening = Some(Arc::clone(&open));
        Ok(open)
    }

    /// Whether that place is still open, and no other.
    pub(super) fn has_listening(&self, known: &Arc<Listening>) -> bool {
        let listening = lock(&self.inner.listening);
        let open = listening.as_ref();
        open.is_some_and(|open| Arc::ptr_eq(open, known))
    }

    /// Songs cannot be heard at links any longer.
    pub(super) fn end_listening(&self) {
        *lock(&self.inner.listening) = None;
    }

    /// Stores a token off the loop; the news come when it is stored.
    pub fn store_token(&self, token: Entered) {
        let world = self.clone();
        tokio::task::spawn_blocking(move || {
            let told = match (world.inner.store_token)(&token.typed) {
                Ok(()) => {
                    world.tell_others(Word::Token);
                    News::TokenIs(Event::Token(TokenEvent::Stored), token.secret)
                }
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
