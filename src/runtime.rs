//! The loop: the only place where an effect meets the world.
//!
//! Invariant: nothing between a key and its frame waits for a disk, a network, a lock or a decoder, and nothing wakes
//! while nothing changes.

use std::future::poll_fn;
use std::io;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::app::effect::Effect;
use crate::app::event::{Event, Input, Stumble};
use crate::domain::Timestamp;

mod canvas;
pub mod company;
mod desktop;
mod export;
pub mod face;
mod fetch;
mod hook;
pub mod input;
mod journal;
mod lists;
pub mod perform;
pub mod recorder;
mod serve;
pub mod signals;
pub mod terminal;
pub mod token;
mod unpack;
pub mod world;

use desktop::Desktop;
use face::Face;
use perform::{News, TerminalDeed};
use recorder::Recorder;
use signals::{Asked, Signals};
use token::TokenPrompt;
use world::World;

/// Two frames are at least this far apart: faster is not seen, and a burst of keys becomes few frames.
const FRAME: Duration = Duration::from_millis(12);
/// The most that is taken in before the next frame, so that a flood of input is still seen to arrive.
const BATCH: usize = 512;
/// The longest sleep without a look at the clock, where something is to be done later: while the machine sleeps, and when its
/// clock is set, the timers of the system do not move with it.
const NAP: Duration = Duration::from_mins(1);
/// How long a farewell may take when the terminal is gone.
const FAREWELL: Duration = Duration::from_secs(3);

/// Everything a sitting needs.
pub struct Studio {
    /// What we know.
    pub app: App,
    /// The open handles.
    pub world: World,
    /// Where events are written, if anywhere.
    pub recorder: Option<Recorder>,
    /// The clock.
    pub clock: fn() -> Timestamp,
}

/// How a sitting ended.
#[derive(Debug, Default)]
pub struct Farewell {
    /// Why the last things could not be kept, and the draft that would be lost with them.
    pub unsaved: Option<(String, String)>,
}

/// The loop with what belongs to it.
struct Sitting<'a, F> {
    studio: Studio,
    face: &'a mut F,
    effects: UnboundedSender<Vec<Effect>>,
    prompt: TokenPrompt,
    desktop: Desktop,
    dirty: bool,
    drawn_at: Option<Instant>,
    gone: Option<Instant>,
    unsaved: Option<String>,
    over: bool,
}

/// Runs until the user leaves, the terminal is gone, or the face has seen enough.
pub async fn run<F: Face>(
    studio: Studio,
    face: &mut F,
    input: impl Stream<Item = io::Result<TerminalEvent>> + Unpin,
) -> io::Result<Farewell> {
    // Before anything is drawn: a signal that comes early finds someone who gives the terminal back.
    let signals = Signals::new()?;
    let (effects, batches) = unbounded_channel();
    let (news, inbox) = unbounded_channel();
    let lane = tokio::spawn(perform::lane(studio.world.clone(), batches, news.clone()));
    let company = company::keep(&studio.world, &news);
    studio.world.listen(news.clone());
    let mut sitting = Sitting {
        studio,
        face,
        effects,
        prompt: TokenPrompt::default(),
        desktop: Desktop::new(news),
        dirty: true,
        drawn_at: None,
        gone: None,
        unsaved: None,
        over: false,
    };
    sitting.draw();
    let first = sitting.studio.app.start();
    sitting.perform(first);
    sitting.turn(signals, inbox, input).await;
    lane.abort();
    sitting.studio.world.end_listening();
    if let Some(company) = company {
        company.abort();
    }
    let unsaved = sitting.unsaved.take();
    let draft = sitting.studio.app.draft();
    Ok(Farewell {
        unsaved: unsaved.map(|reason| (reason, format!("{}\n{}", draft.prompt, draft.lyric))),
    })
}

impl<F: Face> Sitting<'_, F> {
    async fn turn(
        &mut self,
        mut signals: Signals,
        mut inbox: UnboundedReceiver<News>,
        mut input: impl Stream<Item = io::Result<TerminalEvent>> + Unpin,
    ) {
        while !self.over {
            let wake = self.wake();
            let frame = self.next_frame();
            // Answers before keys: a flood of keys cannot starve them.
            tokio::select! {
                biased;
                asked = signals.next() => match asked {
                    Asked::ToLeave => self.hang_up(),
                    Asked::ToStop => self.suspend(),
                },
                Some(news) = inbox.recv() => self.on_news(news),
                event = input.next(), if self.gone.is_none() => self.on_terminal(event),
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                    if self.is_due() {
                        self.take(Event::Tick);
                    }
                }
                () = sleep_until(frame.unwrap_or_else(Instant::now)), if frame.is_some() => {}
            }
            self.drain(&mut inbox, &mut input).await;
            if self.is_frame_due() {
                self.draw();
            }
        }
    }

    /// Takes in what is waiting already, so that it costs one frame and not many.
    async fn drain(
        &mut self,
        inbox: &mut UnboundedReceiver<News>,
        input: &mut (impl Stream<Item = io::Result<TerminalEvent>> + Unpin),
    ) {
        for _ in 0..BATCH {
            if self.over {
                return;
            }
            if let Ok(news) = inbox.try_recv() {
                self.on_news(news);
            } else if self.gone.is_some() {
                return;
            } else if let Poll::Ready(event) = waiting(input).await {
                self.on_terminal(event);
            } else {
                return;
            }
        }
    }

    /// When the app or the farewell wants to be woken.
    fn wake(&self) -> Option<Instant> {
        if let Some(gone) = self.gone {
            return Some(gone + FAREWELL);
        }
        let moment = self.studio.app.next_wake()?;
        let away = moment.duration_since((self.studio.clock)());
        let away = Duration::try_from(away).unwrap_or(Duration::ZERO);
        Some(Instant::now() + away.min(NAP))
    }

    /// Whether the moment has come that was asked for, by the clock on the wall.
    fn is_due(&self) -> bool {
        let now = (self.studio.clock)();
        self.gone.is_some()
            || self
                .studio
                .app
                .next_wake()
                .is_some_and(|moment| moment <= now)
    }

    fn next_frame(&self) -> Option<Instant> {
        let waits = self.dirty && self.gone.is_none();
        waits.then(|| self.drawn_at.map_or_else(Instant::now, |at| at + FRAME))
    }

    fn is_frame_due(&self) -> bool {
        self.next_frame().is_some_and(|at| at <= Instant::now())
    }

    fn on_terminal(&mut self, event: Option<io::Result<TerminalEvent>>) {
        let Some(Ok(event)) = event else {
            return self.hang_up();
        };
        if self.studio.app.wants_token() {
            if let Some(end) = self.prompt.on_terminal(&event) {
                self.on_token(end);
                return;
            }
        } else {
            self.prompt.clear();
        }
        let app = &self.studio.app;
        let face = &*self.face;
        let target = |column, row| face.target(app, column, row);
        if let Some(input) = input::from_terminal(event, target) {
            self.take(Event::Input(input));
        }
    }

    fn on_token(&mut self, typed: token::Typed) {
        match typed {
            token::Typed::Nothing => {}
            token::Typed::Told(event) => self.take(Event::Token(event)),
            token::Typed::Entered(token) => self.studio.world.store_token(token),
        }
    }

    fn on_news(&mut self, news: News) {
        match news {
            News::Happened(event) => self.take(event),
            News::Hinted(event, place) => {
                self.take(event);
                drop(place);
            }
            News::TokenIs(event, token) => {
                self.studio.world.use_token(token);
                self.take(event);
            }
            News::Left(unsaved) => {
                self.unsaved = unsaved;
                self.over = true;
            }
            News::Terminal(TerminalDeed::Suspend) => self.suspend(),
            News::Terminal(TerminalDeed::Repaint) => {
                self.face.repaint();
                self.dirty = true;
            }
            News::Terminal(TerminalDeed::Copy(text)) => self.copy(&text),
        }
    }

    fn take(&mut self, event: Event) {
        if event == Event::Tick && self.gone.is_some() {
            // The farewell takes too long: what was to be kept is kept or never will be.
            self.over = true;
            return;
        }
        let now = (self.studio.clock)();
        if let Event::Input(Input::Resized { width, height }) = event {
            self.face.resized((width, height));
        }
        if let Some(recorder) = &self.studio.recorder {
            recorder.note(now, &event);
        }
        journal::event(&event);
        let effects = self.studio.app.update(event, now);
        self.dirty = true;
        self.desktop.show(&self.studio.app, &self.studio.world);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        journal::effects(&effects);
        if !effects.is_empty() && self.effects.send(effects).is_err() {
            // The lane ended: nothing can be kept any more.
            self.unsaved = Some("the program broke inside".into());
            self.over = true;
        }
    }

    fn hang_up(&mut self) {
        if self.gone.is_none() {
            self.take(Event::HungUp);
            self.gone = Some(Instant::now());
        }
    }

    fn draw(&mut self) {
        let shown = self.face.show(&self.studio.app);
        self.dirty = false;
        self.drawn_at = Some(Instant::now());
        if shown.is_err() || self.face.has_seen_enough() {
            self.hang_up();
        }
    }

    fn suspend(&mut self) {
        if !self.face.can_suspend() {
            return self.take(Event::Stumbled(Stumble::NotSuspended));
        }
        if let Some(effect) = self.studio.app.pause_for_suspend() {
            self.studio.world.perform_now(effect);
        }
        if self.face.suspend().is_err() {
            // The terminal went away while we were stopped.
            self.hang_up();
        }
        self.dirty = true;
    }

    fn copy(&mut self, text: &str) {
        if let Err(error) = self.face.copy(text) {
            let reason = error.to_string();
            let stumble = Stumble::NotCopied(reason);
            self.take(Event::Stumbled(stumble));
        }
    }
}

/// What is waiting already. Polled as this task, since crossterm's stream wakes whoever asked it first: asked by nobody
/// (`now_or_never`), it would never wake us again.
async fn waiting<S: Stream + Unpin>(input: &mut S) -> Poll<Option<S::Item>> {
    poll_fn(|cx| Poll::Ready(input.poll_next_unpin(cx))).await
}
