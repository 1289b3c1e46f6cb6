//! One order and its fate: waiting for what was ordered, named, heard in advance, finished, called back.
//!
//! A task is finished when its time has come *and* its song is rendered. Its time goes on while the simulator is
//! stopped: what fell due meanwhile is rendered after the start and finished at its own moment.

mod product;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::answers::{self, Record};
use super::book::{End, Entry, Line, Past};
use super::callback;
use super::check::Account;
use super::dice::Dice;
use super::edit::Source;
use super::fields::Fields;
use super::order::{self, Job, Kind};
use super::script::{Callback, Deed, Fail, Shapes};
use super::studio::Piece;
use super::upload::Found;
use super::vault::Vault;
use super::world::World;
use product::Product;

/// Share of a task's time after which its song is named, and after which it can be previewed.
const NAMED: f64 = 0.12;
const PREVIEWED: f64 = 0.70;
/// What holds for every order.
#[derive(Debug)]
pub struct Terms {
    /// Where the files are, if the client does not say how it sees this server.
    pub base: String,
    /// Factor on the time of a generation.
    pub pace: f64,
    /// Seconds of a generation; None draws them.
    pub generation: Option<f64>,
    /// Seconds of newly composed music, at most.
    pub song_limit: Option<f64>,
    /// Which of the documented forms answers have.
    pub shapes: Shapes,
}

/// An order with what belongs to it.
pub struct Wanted {
    /// The kind of task.
    pub kind: Kind,
    /// The fields, checked.
    pub job: Job,
    /// The song it is about.
    pub source: Option<Source>,
    /// What was found at the link that is uploaded.
    pub found: Option<Found>,
    /// The request as it came.
    pub request: Value,
    /// Who orders.
    pub account: Account,
    /// The base URL the client used.
    pub base: Option<String>,
}

/// An order that was taken.
#[derive(Debug)]
pub struct Task {
    /// The order, with all that was drawn for it.
    pub entry: Entry,
    product: Product,
    callback_url: Option<String>,
    /// Where its files are, for those who do not say how they see this server.
    base: String,
    /// How old it was when this simulator began with it.
    age: Duration,
    since: Instant,
    end: watch::Sender<Option<End>>,
    /// Callbacks that an earlier simulator sent.
    calls: u32,
    called_back: watch::Sender<bool>,
}

/// Unix seconds, to the millisecond.
fn unix_now() -> f64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_millis() as f64 / 1_000.0
}

/// How long ago a Unix moment was; nothing if the clock was set back behind it.
fn seconds_since(moment: f64) -> Duration {
    Duration::try_from_secs_f64(unix_now() - moment).unwrap_or_default()
}

impl Task {
    /// The task of an order that is being taken.
    pub fn new(wanted: Wanted, deed: &Deed, terms: &Terms, dice: &mut Dice) -> Self {
        let created_at = unix_now();
        let seconds = seconds(wanted.kind, terms.generation, dice);
        let takes = Duration::try_from_secs_f64(seconds * terms.pace).unwrap_or(Duration::MAX);
        let mongo_id = format!("{:08x}{:016x}", created_at as u32, dice.throw());
        let (song, id) = product::song(&wanted, dice);
        let entry = Entry {
            id,
            trace_id: dice.uuid(),
            mongo_id,
            account: wanted.account,
            created_at,
            takes,
            kind: wanted.kind,
            request: wanted.request,
            base: wanted.base,
            song,
            limit: terms.song_limit,
            fail: deed.fail.clone(),
            callback: deed.callback,
            stems: deed.stems,
            upload: wanted.found.as_ref().map(|found| found.upload.clone()),
        };
        let product = Product::new(&entry, &wanted.job, wanted.source.as_ref(), wanted.found);
        Self::of(entry, product, wanted.job.callback_url, terms)
    }

    /// The task of an order that an earlier simulator took; None if its request is none we would take, or what it was
    /// made from is gone.
    pub fn again(
        past: Past,
        terms: &Terms,
        vault: &Vault,
        source: impl Fn(&str) -> Option<Source>,
    ) -> Option<Self> {
        let fields = Fields::of(past.entry.request.clone()).ok()?;
        let job = order::read(past.entry.kind, &fields).ok()?;
        let source = match &job.audio_id {
            Some(id) => Some(source(id)?),
            None => None,
        };
        let found = match past.entry.upload.clone() {
            Some(upload) => Some(Found::again(upload, &past.entry.song.id, vault)?),
            None => None,
        };
        let product = Product::new(&past.entry, &job, source.as_ref(), found);
        Some(Self {
            age: seconds_since(past.entry.created_at),
            end: watch::Sender::new(past.end),
            calls: past.calls,
            ..Self::of(past.entry, product, job.callback_url, terms)
        })
    }

    fn of(entry: Entry, product: Product, callback_url: Option<String>, terms: &Terms) -> Self {
        Self {
            product: product.shown_as(terms.shapes),
            callback_url,
            base: entry.base.clone().unwrap_or_else(|| terms.base.clone()),
            entry,
            age: Duration::ZERO,
            since: Instant::now(),
            end: watch::Sender::new(None),
            calls: 0,
            called_back: watch::Sender::new(false),
        }
    }

    /// True once it has succeeded or failed.
    pub fn is_over(&self) -> bool {
        self.end.borrow().is_some()
    }

    /// True if it is over and needs no callback any more.
    pub fn is_settled(&self) -> bool {
        self.is_over() && self.calls >= self.calls_due()
    }

    /// How long it has been, stops of the simulator included.
    fn elapsed(&self) -> Duration {
        self.age.saturating_add(self.since.elapsed())
    }

    /// How long it still takes, rendering aside.
    pub fn remaining(&self) -> Duration {
        self.entry.takes.saturating_sub(self.elapsed())
    }

    /// How much of its time has passed, 0–1.
    fn progress(&self) -> f64 {
        let whole = self.entry.takes.as_secs_f64().max(1e-6);
        (self.elapsed().as_secs_f64() / whole).min(1.0)
    }

    /// Lives its life to the end, callback included.
    pub async fn run(&self, world: &World) {
        if !self.is_over() {
            let outcome = self.make(world).await;
            let end = self.end_with(outcome);
            let id = self.entry.id.clone();
            let line = Line::End {
                id,
                end: end.clone(),
            };
            world.write_down(line).await;
            self.end.send_replace(Some(end));
        }
        self.call_back(world).await;
    }

    /// Waits until it is due and its song is rendered; says how long that is in seconds.
    async fn make(&self, world: &World) -> Result<f64, Fail> {
        if let Some(fail) = &self.entry.fail {
            tokio::time::sleep(self.remaining()).await;
            return Err(fail.clone());
        }
        let Some(song) = self.product.sound() else {
            tokio::time::sleep(self.remaining()).await;
            return Ok(0.0);
        };
        let making = world.studio.get(&self.entry.song.id, &song);
        let (recording, ()) = tokio::join!(making, tokio::time::sleep(self.remaining()));
        let broken = || Fail {
            code: "api_error".to_owned(),
            message: "Internal server error.".to_owned(),
        };
        recording
            .map(|recording| recording.seconds)
            .ok_or_else(broken)
    }

    /// Ended now, or when it was due if nobody was here then.
    fn end_with(&self, outcome: Result<f64, Fail>) -> End {
        let takes = self.entry.takes;
        let (elapsed, finished_at) = if self.age >= takes && !self.age.is_zero() {
            (takes, self.entry.created_at + takes.as_secs_f64())
        } else {
            (self.elapsed(), unix_now())
        };
        End {
            elapsed: elapsed.as_secs_f64(),
            finished_at,
            outcome,
        }
    }

    /// How often its callback is to be sent.
    fn calls_due(&self) -> u32 {
        match (&self.callback_url, self.entry.callback) {
            (None, _) | (_, Some(Callback::Never)) => 0,
            (_, Some(Callback::Twice)) => 2,
            _ => 1,
        }
    }

    async fn call_back(&self, world: &World) {
        let Some(url) = self.callback_url.as_ref().filter(|_| self.calls_due() > 0) else {
            return;
        };
        if self.entry.callback == Some(Callback::Late) {
            let ended = self.end.borrow().as_ref().map(|end| end.finished_at);
            let passed = ended.map_or(Duration::ZERO, seconds_since);
            tokio::time::sleep(self.entry.takes.saturating_sub(passed)).await;
        }
        let body = self.delivery();
        for _ in self.calls..self.calls_due() {
            // A receiver that is away has lost its callback; the record remains.
            callback::post(url, &body).await;
            world.write_down(Line::Call(self.entry.id.clone())).await;
        }
        self.called_back.send_replace(true);
    }

    /// Waits for the end.
    pub async fn over(&self) {
        // The sender lives in this very task.
        let _ = self.end.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits until the callback was delivered.
    pub async fn called_back(&self) {
        let _ = self
            .called_back
            .subscribe()
            .wait_for(|is_done| *is_done)
            .await;
    }

    /// The whole answer; call it when the task is over.
    pub fn delivery(&self) -> Value {
        let (id, trace_id) = (&self.entry.id, &self.entry.trace_id);
        match self.end.borrow().as_ref().map(|end| end.outcome.clone()) {
            Some(Err(fail)) => answers::failed_delivery(id, &fail, trace_id),
            Some(Ok(seconds)) => self.product.delivery(&self.entry, &self.base, seconds),
            None => answers::accepted(id, trace_id),
        }
    }

    /// The failure, if it ended in one.
    pub fn failure(&self) -> Option<Fail> {
        self.end
            .borrow()
            .as_ref()
            .and_then(|end| end.outcome.clone().err())
    }

    /// The task as `/producer/tasks` shows it now, to a client that sees this server at `base`.
    pub fn record(&self, base: Option<&str>) -> Value {
        let (entry, base) = (&self.entry, base.unwrap_or(&self.base));
        let end = self.end.borrow().clone();
        let progress = self.progress();
        let response = match end.as_ref().map(|end| &end.outcome) {
            Some(Ok(seconds)) => {
                let data = self.product.data(entry, base, *seconds);
                Some(answers::response(&entry.id, &data))
            }
            Some(Err(fail)) => Some(answers::failed_response(&entry.id, fail)),
            None if progress < NAMED || !self.product.is_song() => None,
            None => {
                let percent = ((progress * 100.0) as u32).min(99);
                let song = entry.song.running(base, percent, self.has_preview());
                Some(answers::response(&entry.id, &json!([song])))
            }
        };
        let record = Record {
            mongo_id: &entry.mongo_id,
            id: &entry.id,
            account: &entry.account,
            created_at: entry.created_at,
            request: &entry.request,
            trace_id: &entry.trace_id,
            kind: entry.kind.name(),
        };
        record.json(response, end.map(|end| (end.elapsed, end.finished_at)))
    }

    fn has_preview(&self) -> bool {
        self.entry.fail.is_none() && self.progress() >= PREVIEWED
    }

    /// The song it made, for others to be made from; None before it is finished, and of tasks that make none.
    pub fn source(&self) -> Option<Source> {
        self.product
            .source(&self.entry)
            .filter(|_| self.has_succeeded())
    }

    /// True if it makes a song, sooner or later.
    pub fn makes_song(&self) -> bool {
        self.product.source(&self.entry).is_some()
    }

    fn has_succeeded(&self) -> bool {
        self.end
            .borrow()
            .as_ref()
            .is_some_and(|end| end.outcome.is_ok())
    }

    /// The file of this suffix, once it can be had.
    pub fn piece(&self, suffix: &str) -> Option<Piece> {
        self.product
            .piece(&self.entry, suffix)
            .filter(|_| self.has_succeeded())
    }

    /// The beginning of the song, which can be heard a little before the end.
    pub fn preview_piece(&self) -> Option<Piece> {
        let is_ready = self.has_preview() || self.has_succeeded();
        if is_ready {
            self.product.preview()
        } else {
            None
        }
    }
}

/// How long a task of this kind takes, where a song takes `generation` seconds.
fn seconds(kind: Kind, generation: Option<f64>, dice: &mut Dice) -> f64 {
    let (low, high) = match kind {
        Kind::Audios => (35.0, 60.0),
        Kind::Lyrics => (3.0, 6.0),
        Kind::Upload => (2.0, 4.0),
        Kind::Wav => (5.0, 10.0),
        Kind::Videos => (10.0, 20.0),
    };
    match generation {
        None => dice.between(low, high),
        // Everything else keeps its proportion to a song.
        Some(seconds) => seconds * (low + high) / (35.0 + 60.0),
    }
}
