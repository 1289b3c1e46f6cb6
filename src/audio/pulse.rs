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
};

use self::server::Socket;
use self::wire::{Message, Stream};
use super::output::{OnLost, Order, Output};
use super::ring::Ring;
use super::source::{Desk, Feed};
use crate::domain::OutputKind;

/// How long the decoder may be waited for when the server wants samples. The server has more than that in store.
const DECODER_PATIENCE: Duration = Duration::from_millis(60);
/// How often the latency is asked for: often at first, when it changes.
const ASK_SOON: Duration = Duration::from_millis(100);
const ASK_LATER: Duration = Duration::from_secs(1);

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
    Restart(Option<Arc<Ring>>),
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

    fn restart(&mut self, ring: Option<Arc<Ring>>) {
        let _ = self.jobs.send(Job::Restart(ring)); // the engine hears of a dead stream by itself
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
    samples: Vec<f32>,
    bytes: Vec<u8>,
}

impl Writer {
    fn run(mut self, jobs: &Receiver<Job>, on_lost: OnLost) {
        let lost = loop {
            let done = match jobs.recv() {
                Err(_) | Ok(Job::Close) => break None,
                Ok(Job::Lost(reason)) => break Some(reason),
                Ok(Job::Restart(ring)) => self.restart(ring),
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

    fn restart(&mut self, ring: Option<Arc<Ring>>) -> Result<(), ProtocolError> {
        self.desk.put(ring);
        self.send(&Command::FlushPlaybackStream(self.stream.channel))?;
        lock(&self.clock).set(self.desk.handed() as f64, false);
        self.question = None;
        self.answers = 0;
        self.ask_at = Instant::now();
        self.write()
    }

    fn flow(&mut self, flowing: bool) -> Result<(), ProtocolError> {
        if flowing == self.flowing {
            return Ok(());
        }
        self.flowing = flowing;
        self.answers = 0;
        self.ask_at = Instant::now();
        self.write()?;
        self.send(&Command::CorkPlaybackStream(CorkStreamParams {
            channel: self.stream.channel,
            cork: !flowing,
        }))?;
        self.ask_latency()
    }

    /// Sends as much as the server wants.
    fn write(&mut self) -> Result<(), ProtocolError> {
        let frame = u64::from(wire::bytes_per_frame(self.desk.spec));
        let frames = self.wanted / frame;
        if !self.flowing || frames == 0 {
            return Ok(());
        }
        self.feed.wait_until_filled(frames, DECODER_PATIENCE);
        self.samples.clear();
        self.feed.pull(frames, &mut self.samples);
        self.wanted -= frames * frame;
        wire::samples(self.stream.channel, &self.samples, &mut self.bytes)?;
        self.stream.socket.write_all(&self.bytes)?;
        if Instant::now() >= self.ask_at {
            self.ask_latency()?;
        }
        Ok(())
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
    fn reckon(&self, latency: &PlaybackLatency, handed: u64, asked: Instant) {
        let rate = f64::from(self.desk.spec.rate);
        let frame = f64::from(wire::bytes_per_frame(self.desk.spec));
        let queued = (latency.write_offset - latency.read_offset).max(0) as f64 / frame;
        let in_sink = latency.sink_usec as f64 / 1e6 * rate;
        // The answer is as old as half of its journey.
        let journey = asked.elapsed().as_secs_f64() / 2.0 * rate;
        let runs = self.flowing && latency.playing;
        let heard = handed as f64 - queued - in_sink + if runs { journey } else { 0.0 };
        lock(&self.clock).set(heard, runs);
    }
}
