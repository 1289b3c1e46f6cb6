//! Sound through a PulseAudio or PipeWire server, here or at the other end of an SSH connection.
//!
//! Two threads serve a stream: one reads what the server says, the other writes and does all that may have to wait.
//!
//! Invariant: nothing is heard after a seek that was sent before it, and positions are what the server says is heard.

mod server;
mod wire;

use std::io::Write;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use pulseaudio::protocol::{
    Command, CorkStreamParams, LatencyParams, PlaybackLatency, ProtocolError,
    SetPlaybackStreamBufferAttrParams,
};

use self::server::Socket;
use self::wire::{BYTES_PER_FRAME, Message, Stream};
use super::output::{Change, OnLost, Order, Output};
use super::source::{Desk, Feed};
use crate::domain::OutputKind;

/// How long the decoder may be waited for when the server wants samples. The server has more than that in store.
const DECODER_PATIENCE: Duration = Duration::from_millis(60);
/// How much is pulled and sent in one go.
const PIECE: Duration = Duration::from_millis(250);
const LONGEST_JOURNEY: Duration = Duration::from_millis(500);
/// How often the latency is asked for: often at first, when it changes.
const ASK_SOON: Duration = Duration::from_millis(100);
const ASK_LATER: Duration = Duration::from_secs(1);
/// How far behind what is heard a change begins: the server needs that long to take it up.
const MARGIN: Duration = Duration::from_millis(12);
/// Want of samples in the first moments says nothing about the buffer.
const RUN_IN: Duration = Duration::from_millis(700);

/// Connects and makes a stream; may take as long as servers are given to answer. Hands the order back on failure.
pub(super) fn open(named: Option<&str>, order: Order) -> Result<Box<dyn Output>, (String, Order)> {
    let env = |name: &str| std::env::var_os(name);
    let mut reason = String::from("no sound server found");
    for address in server::addresses(named, env) {
        let stream = Socket::connect(&address)
            .map_err(ProtocolError::from)
            .and_then(|socket| wire::open_stream(socket, server::cookie(env), order.spec));
        match stream {
            Ok(stream) => return serve(stream, order),
            Err(error) => reason = wire::explain(&error),
        }
    }
    Err((reason, order))
}

/// An open stream.
struct Pulse {
    desk: Arc<Desk>,
    clock: Arc<Mutex<Clock>>,
    jobs: Sender<Job>,
    socket: Socket,
}

/// What the writing thread does.
enum Job {
    Change(Change),
    Flow(bool),
    Heard(Box<Message>),
    Lost(String),
    Close,
}

/// What has been heard, reckoned on from what the server said last.
struct Clock {
    /// Frames heard at `at`.
    heard: f64,
    at: Instant,
    rate: f64,
    /// Whether time moves it.
    runs: bool,
}

fn lock(clock: &Mutex<Clock>) -> MutexGuard<'_, Clock> {
    clock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Clock {
    fn now(&self) -> f64 {
        let since = if self.runs {
            self.at.elapsed()
        } else {
            Duration::ZERO
        };
        self.heard + since.as_secs_f64() * self.rate
    }

    fn set(&mut self, heard: f64, runs: bool) {
        self.heard = heard.max(0.0);
        self.at = Instant::now();
        self.runs = runs;
    }
}

fn serve(stream: Stream, order: Order) -> Result<Box<dyn Output>, (String, Order)> {
    let sockets = stream
        .socket
        .try_clone()
        .and_then(|reading| Ok((reading, stream.socket.try_clone()?)));
    let (reading, socket) = match sockets {
        Ok(sockets) => sockets,
        Err(error) => return Err((wire::explain(&error.into()), order)),
    };
    let desk = Desk::new(order.spec, order.gain);
    let clock = Arc::new(Mutex::new(Clock {
        heard: 0.0,
        at: Instant::now(),
        rate: f64::from(order.spec.rate),
        runs: false,
    }));
    let (jobs, list) = mpsc::channel();
    let (news, version) = (jobs.clone(), stream.version);
    let writer = Writer {
        feed: Feed::new(Arc::clone(&desk)),
        desk: Arc::clone(&desk),
        clock: Arc::clone(&clock),
        wanted: u64::from(stream.wanted),
        stream,
        flowing: false,
        sequence: 10,
        question: None,
        ask_at: Instant::now(),
        answers: 0,
        journey: Duration::ZERO,
        run_in: Instant::now(),
        samples: Vec::new(),
        bytes: Vec::new(),
    };
    let on_lost = order.on_lost;
    let spawned = std::thread::Builder::new()
        .name("fuzzbox-pulse".into())
        .spawn(move || writer.run(&list, on_lost))
        .and_then(|_| {
            let thread = std::thread::Builder::new().name("fuzzbox-pulse-in".into());
            thread.spawn(move || read(reading, version, &news))
        });
    if spawned.is_err() {
        let _ = jobs.send(Job::Lost("there can be no more threads".into()));
    }
    Ok(Box::new(Pulse {
        desk,
        clock,
        jobs,
        socket,
    }))
}

/// Passes on what the server says until it says no more.
fn read(mut socket: Socket, version: u16, jobs: &Sender<Job>) {
    loop {
        let job = match wire::receive(&mut socket, version) {
            Ok(None) => continue,
            Ok(Some(message)) => Job::Heard(Box::new(message)),
            Err(error) => Job::Lost(wire::explain(&error)),
        };
        let last = matches!(job, Job::Lost(_));
        if jobs.send(job).is_err() || last {
            break;
        }
    }
}

impl Output for Pulse {
    fn kind(&self) -> OutputKind {
        OutputKind::Pulse
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn change(&mut self, change: Change) {
        let _ = self.jobs.send(Job::Change(change)); // the engine hears of a dead stream by itself
    }

    fn set_flowing(&mut self, flowing: bool) {
        if !flowing {
            let mut clock = lock(&self.clock);
            let now = clock.now();
            clock.set(now, false);
        }
        let _ = self.jobs.send(Job::Flow(flowing));
    }

    fn heard(&self) -> u64 {
        (lock(&self.clock).now() as u64).min(self.desk.handed())
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        let _ = self.jobs.send(Job::Close);
        self.socket.shut();
    }
}

/// The thread that writes.
struct Writer {
    stream: Stream,
    feed: Feed,
    desk: Arc<Desk>,
    clock: Arc<Mutex<Clock>>,
    /// Bytes the server wants.
    wanted: u64,
    flowing: bool,
    sequence: u32,
    /// The question for the latency that is under way, and how many frames had been handed over before it.
    question: Option<(u32, u64, Instant)>,
    ask_at: Instant,
    /// How often the latency has been told since the sound last started.
    answers: u32,
    /// How long a message to the server takes.
    journey: Duration,
    /// Until when the server may run out of samples without being given more.
    run_in: Instant,
    samples: Vec<f32>,
    bytes: Vec<u8>,
}

impl Writer {
    fn run(mut self, jobs: &Receiver<Job>, on_lost: OnLost) {
        let lost = loop {
            let done = match jobs.recv() {
                Err(_) | Ok(Job::Close) => break None,
                Ok(Job::Lost(reason)) => break Some(reason),
                Ok(Job::Change(change)) => self.change(change),
                Ok(Job::Flow(flowing)) => self.flow(flowing),
                Ok(Job::Heard(message)) => match message.command {
                    Command::PlaybackStreamKilled(_) => {
                        break Some("the sound server ended the stream".into());
                    }
                    _ => self.hear(&message),
                },
            };
            if let Err(error) = done {
                break Some(wire::explain(&error));
            }
        };
        self.stream.socket.shut();
        // A stream that was closed on purpose is not lost, even if its end was noticed first.
        let closed = jobs.try_iter().any(|job| matches!(job, Job::Close));
        if let Some(reason) = lost
            && !closed
        {
            on_lost(reason);
        }
    }

    fn send(&mut self, command: &Command) -> Result<u32, ProtocolError> {
        self.sequence = self.sequence.wrapping_add(1);
        let bytes = wire::command(self.sequence, command, self.stream.version)?;
        self.stream.socket.write_all(&bytes)?;
        Ok(self.sequence)
    }

    fn change(&mut self, change: Change) -> Result<(), ProtocolError> {
        match change {
            Change::Put(_) => self.restart(change),
            Change::Exchange(..) | Change::Level => self.exchange(change),
            Change::Follow(_) => {
                self.feed.change(change, 0);
                Ok(())
            }
        }
    }

    fn restart(&mut self, change: Change) -> Result<(), ProtocolError> {
        self.feed.change(change, 0);
        self.send(&Command::FlushPlaybackStream(self.stream.channel))?;
        lock(&self.clock).set(self.desk.handed() as f64, false);
        self.question = None;
        self.answers = 0;
        self.ask_at = Instant::now();
        self.run_in = Instant::now() + RUN_IN;
        self.write()
    }

    /// Sends once more, changed, what is not heard yet of what was sent.
    fn exchange(&mut self, change: Change) -> Result<(), ProtocolError> {
        let margin = self.desk.spec.frames(MARGIN + self.journey);
        let heard = lock(&self.clock).now() as u64;
        let unheard = self.desk.handed().saturating_sub(heard + margin);
        let again = self.feed.change(change, unheard);
        if again == 0 {
            return Ok(());
        }
        self.samples.clear();
        self.feed.pull(again, &mut self.samples);
        self.send_samples(again)
    }

    fn send_samples(&mut self, instead: u64) -> Result<(), ProtocolError> {
        let channel = self.stream.channel;
        wire::samples(channel, &self.samples, instead, &mut self.bytes)?;
        Ok(self.stream.socket.write_all(&self.bytes)?)
    }

    fn flow(&mut self, flowing: bool) -> Result<(), ProtocolError> {
        if flowing == self.flowing {
            return Ok(());
        }
        self.flowing = flowing;
        self.run_in = Instant::now() + RUN_IN;
        self.answers = 0;
        self.ask_at = Instant::now();
        self.write()?;
        self.send(&Command::CorkPlaybackStream(CorkStreamParams {
            channel: self.stream.channel,
            cork: !flowing,
        }))?;
        self.ask_latency()
    }

    /// Sends as much as the server wants, in pieces that the decoders have ready.
    fn write(&mut self) -> Result<(), ProtocolError> {
        let deadline = Instant::now() + DECODER_PATIENCE;
        let piece = self.desk.spec.frames(PIECE).max(1);
        while self.flowing {
            let frames = (self.wanted / u64::from(BYTES_PER_FRAME)).min(piece);
            if frames == 0 {
                break;
            }
            self.feed.wait_until_filled(frames, deadline);
            self.samples.clear();
            self.feed.pull(frames, &mut self.samples);
            self.wanted -= frames * u64::from(BYTES_PER_FRAME);
            self.send_samples(0)?;
        }
        if self.flowing && Instant::now() >= self.ask_at {
            self.ask_latency()?;
        }
        Ok(())
    }

    /// The server ran out of samples: it shall keep more, unless there were none to be had.
    fn grow(&mut self) -> Result<(), ProtocolError> {
        let blameless = !self.flowing || self.feed.is_at_end() || Instant::now() < self.run_in;
        if blameless || !self.stream.store.grow() {
            return Ok(());
        }
        self.run_in = Instant::now() + RUN_IN;
        let attributes = SetPlaybackStreamBufferAttrParams {
            index: self.stream.channel,
            buffer_attr: self.stream.store.attributes(self.desk.spec),
            adjust_latency: true,
            early_requests: false,
        };
        self.send(&Command::SetPlaybackStreamBufferAttr(attributes))
            .map(drop)
    }

    fn ask_latency(&mut self) -> Result<(), ProtocolError> {
        let handed = self.desk.handed();
        let sequence = self.send(&Command::GetPlaybackLatency(LatencyParams {
            channel: self.stream.channel,
            now: SystemTime::now(),
        }))?;
        self.question = Some((sequence, handed, Instant::now()));
        self.ask_at = Instant::now()
            + if self.answers < 5 {
                ASK_SOON
            } else {
                ASK_LATER
            };
        Ok(())
    }

    fn hear(&mut self, message: &Message) -> Result<(), ProtocolError> {
        match &message.command {
            Command::Request(request) if request.channel == self.stream.channel => {
                self.wanted = self.wanted.saturating_add(u64::from(request.length));
                self.write()
            }
            Command::Underflow(under) if under.channel == self.stream.channel => self.grow(),
            // The sink changed or woke up, and its latency with it.
            Command::Started(_) | Command::PlaybackStreamMoved(_) => self.ask_latency(),
            Command::Reply => {
                if let Some((sequence, handed, asked)) = self.question
                    && sequence == message.sequence
                {
                    let latency = wire::parse(&message.reply, self.stream.version)?;
                    self.question = None;
                    self.answers += 1;
                    self.reckon(&latency, handed, asked);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Sets the clock by the server's answer: `handed` frames had been sent before the question.
    fn reckon(&mut self, latency: &PlaybackLatency, handed: u64, asked: Instant) {
        let rate = f64::from(self.desk.spec.rate);
        let frame = f64::from(BYTES_PER_FRAME);
        let queued = (latency.write_offset - latency.read_offset).max(0) as f64 / frame;
        let in_sink = latency.sink_usec as f64 / 1e6 * rate;
        // The answer is as old as half of its journey.
        self.journey = (asked.elapsed() / 2).min(LONGEST_JOURNEY);
        let journey = self.journey.as_secs_f64() * rate;
        let runs = self.flowing && latency.playing;
        let heard = handed as f64 - queued - in_sink + if runs { journey } else { 0.0 };
        lock(&self.clock).set(heard, runs);
    }
}
