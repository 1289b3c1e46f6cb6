//! One order and its fate: waiting for its song, named, heard in advance, finished, called back.
//!
//! A task is finished when its time has come *and* its song is rendered.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::watch;

use super::answers::{self, Record, Song};
use super::check::{Account, Order};
use super::compose::Wish;
use super::dice::{Dice, hash};
use super::script::{Callback, Deed, Fail};
use super::studio::Piece;
use super::world::World;
use super::{callback, lyricist};

/// Share of a task's time after which its song is named, and after which it can be previewed.
const NAMED: f64 = 0.12;
const PREVIEWED: f64 = 0.70;
/// Seconds of a preview.
const PREVIEW: f64 = 12.0;

/// What holds for every order.
#[derive(Debug)]
pub struct Terms {
    /// Where the files are, if the client does not say how it sees this server.
    pub base: String,
    /// Factor on the time of a generation.
    pub pace: f64,
    /// Seconds of a generation; None draws them.
    pub generation: Option<f64>,
    /// Seconds of a song, at most.
    pub song_limit: Option<f64>,
}

/// An order with what belongs to it.
pub struct Wanted {
    /// The fields, checked.
    pub order: Order,
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
    /// Its id at the API.
    pub id: String,
    /// The trace id of the request that ordered it.
    pub trace_id: String,
    /// Who ordered it.
    pub account: Account,
    /// Unix seconds.
    pub created_at: f64,
    mongo_id: String,
    request: Value,
    song: Song,
    wish: Wish,
    /// Where its files are, as the client sees this server.
    base: String,
    started: Instant,
    takes: Duration,
    fail: Option<Fail>,
    callback: Option<(String, Option<Callback>)>,
    end: watch::Sender<Option<End>>,
    called_back: watch::Sender<bool>,
}

/// How a task ended.
#[derive(Clone, Debug)]
struct End {
    elapsed: f64,
    finished_at: f64,
    /// The length of the song in seconds.
    outcome: Result<f64, Fail>,
}

fn unix_now() -> f64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_millis() as f64 / 1_000.0
}

impl Task {
    /// The task of an order that is being taken.
    pub fn new(wanted: Wanted, deed: &Deed, terms: &Terms, dice: &mut Dice) -> Self {
        let created_at = unix_now();
        let seconds = terms.generation.unwrap_or_else(|| dice.between(35.0, 60.0));
        let takes = Duration::try_from_secs_f64(seconds * terms.pace).unwrap_or(Duration::MAX);
        let mongo_id = format!("{:08x}{:016x}", created_at as u32, dice.throw());
        let (song, wish) = plan(&wanted.order, terms.song_limit, dice);
        Self {
            id: dice.uuid(),
            trace_id: dice.uuid(),
            account: wanted.account,
            created_at,
            mongo_id,
            request: wanted.request,
            song,
            wish,
            base: wanted.base.unwrap_or_else(|| terms.base.clone()),
            started: Instant::now(),
            takes,
            fail: deed.fail.clone(),
            callback: wanted.order.callback_url.map(|url| (url, deed.callback)),
            end: watch::Sender::new(None),
            called_back: watch::Sender::new(false),
        }
    }

    /// The id of its song, known from the beginning.
    pub fn song_id(&self) -> &str {
        &self.song.id
    }

    /// True once it has succeeded or failed.
    pub fn is_over(&self) -> bool {
        self.end.borrow().is_some()
    }

    /// How long it still takes, rendering aside.
    pub fn remaining(&self) -> Duration {
        self.takes.saturating_sub(self.started.elapsed())
    }

    /// How much of its time has passed, 0–1.
    fn progress(&self) -> f64 {
        let whole = self.takes.as_secs_f64().max(1e-6);
        (self.started.elapsed().as_secs_f64() / whole).min(1.0)
    }

    /// Lives its life to the end, callback included.
    pub async fn run(&self, world: &World) {
        let outcome = if let Some(fail) = &self.fail {
            tokio::time::sleep(self.takes).await;
            Err(fail.clone())
        } else {
            let song = Piece::Song(self.wish.clone());
            let making = world.studio.get(&self.song.id, &song);
            let (recording, ()) = tokio::join!(making, tokio::time::sleep(self.takes));
            let broken = || Fail {
                code: "api_error".to_owned(),
                message: "Internal server error.".to_owned(),
            };
            recording
                .map(|recording| recording.seconds)
                .ok_or_else(broken)
        };
        let elapsed = self.started.elapsed().as_secs_f64();
        self.end.send_replace(Some(End {
            elapsed,
            finished_at: unix_now(),
            outcome,
        }));
        self.call_back().await;
    }

    async fn call_back(&self) {
        let Some((url, trouble)) = &self.callback else {
            return;
        };
        let body = self.delivery();
        match trouble {
            Some(Callback::Never) => return,
            Some(Callback::Late) => tokio::time::sleep(self.takes).await,
            _ => {}
        }
        let times = if *trouble == Some(Callback::Twice) {
            2
        } else {
            1
        };
        for _ in 0..times {
            // A receiver that is away has lost its callback; the record remains.
            callback::post(url, &body).await;
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
        match self.end.borrow().as_ref().map(|end| end.outcome.clone()) {
            Some(Err(fail)) => answers::failed_delivery(&self.id, &fail, &self.trace_id),
            Some(Ok(seconds)) => answers::delivery(
                &self.id,
                &self.trace_id,
                &self.song.finished(&self.base, seconds),
            ),
            None => answers::accepted(&self.id, &self.trace_id),
        }
    }

    /// The failure, if it ended in one.
    pub fn failure(&self) -> Option<Fail> {
        self.end
            .borrow()
            .as_ref()
            .and_then(|end| end.outcome.clone().err())
    }

    /// The task as `/producer/tasks` shows it now.
    pub fn record(&self) -> Value {
        let end = self.end.borrow().clone();
        let progress = self.progress();
        let response = match end.as_ref().map(|end| &end.outcome) {
            Some(Ok(seconds)) => Some(answers::response(
                &self.id,
                &self.song.finished(&self.base, *seconds),
            )),
            Some(Err(fail)) => Some(answers::failed_response(&self.id, fail)),
            None if progress < NAMED => None,
            None => {
                let percent = ((progress * 100.0) as u32).min(99);
                Some(answers::response(
                    &self.id,
                    &self.song.running(&self.base, percent, self.has_preview()),
                ))
            }
        };
        let record = Record {
            mongo_id: &self.mongo_id,
            id: &self.id,
            account: &self.account,
            created_at: self.created_at,
            request: &self.request,
            trace_id: &self.trace_id,
        };
        record.json(response, end.map(|end| (end.elapsed, end.finished_at)))
    }

    fn has_preview(&self) -> bool {
        self.fail.is_none() && self.progress() >= PREVIEWED
    }

    /// The song's file, once it is finished.
    pub fn song_piece(&self) -> Option<Piece> {
        let is_done = self
            .end
            .borrow()
            .as_ref()
            .is_some_and(|end| end.outcome.is_ok());
        is_done.then(|| Piece::Song(self.wish.clone()))
    }

    /// The beginning of the song, which can be heard a little before the end.
    pub fn preview_piece(&self) -> Option<Piece> {
        let limit = Some(
            self.wish
                .limit
                .map_or(PREVIEW, |limit| PREVIEW.min(limit / 2.0)),
        );
        let is_ready = self.has_preview() || self.song_piece().is_some();
        is_ready.then(|| {
            Piece::Song(Wish {
                limit,
                ..self.wish.clone()
            })
        })
    }

    /// The cover, once the song is finished.
    pub fn cover_piece(&self) -> Option<Piece> {
        self.song_piece()
            .map(|_| Piece::Cover(format!("{} {}", self.wish.seed, self.wish.prompt)))
    }
}
/// Decides words, title and seed of an order.
fn plan(order: &Order, limit: Option<f64>, dice: &mut Dice) -> (Song, Wish) {
    let drawn = (dice.throw() & 0xffff_ffff).to_string();
    let seed = order.seed.clone().unwrap_or(drawn);
    let prompt = order.prompt.clone().unwrap_or_default();
    let given = order.lyric.clone().unwrap_or_default();
    let (title, lyric) = if order.instrumental {
        (lyricist::title(&prompt), lyricist::NO_WORDS.to_owned())
    } else if given.is_empty() {
        let words = lyricist::write(&prompt, &mut Dice::named(hash(&seed), "words"));
        (words.title, words.lyric)
    } else {
        let title = lyricist::title_of_lyric(&given);
        (
            title.unwrap_or_else(|| lyricist::title(&prompt)),
            given.clone(),
        )
    };
    let wish = Wish {
        seed: seed.clone(),
        prompt: prompt.clone(),
        // The form of an instrumental may still follow the words that were sent.
        lyric: if order.instrumental {
            given
        } else {
            lyric.clone()
        },
        model: order.model.clone(),
        weirdness: order.weirdness,
        sound_strength: order.sound_strength,
        lyrics_strength: order.lyrics_strength,
        instrumental: order.instrumental,
        limit,
    };
    let song = Song {
        id: dice.uuid(),
        title: order.title.clone().unwrap_or(title),
        lyric,
        seed,
        sound: prompt,
        model: order.model.clone(),
        created_at: jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
            .to_string(),
    };
    (song, wish)
}
