//! Sound through the system's own interface, by rodio and cpal: macOS, Windows, and ALSA where it was asked for.
//!
//! Invariant: the device is open only while sound flows, so that nothing wakes up while it is held.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Release;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rodio::{DeviceSinkBuilder, MixerDeviceSink};

use super::output::{Change, OnLost, Order, Output};
use super::source::{Desk, DeskSource};
use crate::domain::OutputKind;

/// What devices hold back on the way to the ear, where they do not tell.
const LATENCY: Duration = Duration::from_millis(40);

/// The sound card.
struct Device {
    desk: Arc<Desk>,
    jobs: Sender<Job>,
}

enum Job {
    Flow(bool),
    Lost(String),
    Close,
}

/// What becomes of a stream that fails.
type Fate = Arc<Mutex<Option<OnLost>>>;

/// Opens the default device, to see that there is one.
pub(super) fn open(order: Order) -> Result<Box<dyn Output>, String> {
    let desk = Desk::new(order.spec, order.gain);
    let (jobs, list) = mpsc::channel();
    let (answer, opened) = mpsc::channel();
    let (for_thread, failures) = (Arc::clone(&desk), jobs.clone());
    let fate: Fate = Arc::new(Mutex::new(Some(order.on_lost)));
    // Devices may not change threads on some systems: one thread opens, holds and closes it.
    std::thread::Builder::new()
        .name("fuzzbox-device".into())
        .spawn(move || hold(&for_thread, &list, &failures, &answer, &fate))
        .map_err(|error| error.to_string())?;
    opened
        .recv()
        .map_err(|_| "the sound card's driver failed".to_owned())??;
    Ok(Box::new(Device { desk, jobs }))
}

fn hold(
    desk: &Arc<Desk>,
    jobs: &Receiver<Job>,
    failures: &Sender<Job>,
    answer: &Sender<Result<(), String>>,
    fate: &Fate,
) {
    let first = start(desk, failures).map(drop);
    let usable = first.is_ok();
    if answer.send(first).is_err() || !usable {
        return;
    }
    let mut sink = None;
    while let Ok(job) = jobs.recv() {
        let lost = match job {
            Job::Flow(false) => {
                sink = None;
                None
            }
            Job::Flow(true) if sink.is_some() => None,
            Job::Flow(true) => match start(desk, failures) {
                Ok(started) => {
                    sink = Some(started);
                    None
                }
                Err(reason) => Some(reason),
            },
            Job::Lost(reason) => Some(reason),
            Job::Close => break,
        };
        if let Some(reason) = lost {
            let on_lost = fate.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(on_lost) = on_lost {
                on_lost(reason);
            }
            break;
        }
    }
    drop(sink);
}

fn start(desk: &Arc<Desk>, failures: &Sender<Job>) -> Result<MixerDeviceSink, String> {
    let (rate, channels) = desk.spec.nonzero();
    let (failures, told) = (failures.clone(), AtomicBool::new(false));
    let on_error = move |error: rodio::cpal::Error| {
        if !told.swap(true, Release) {
            let _ = failures.send(Job::Lost(error.to_string()));
        }
    };
    let builder = DeviceSinkBuilder::from_default_device().map_err(|error| error.to_string())?;
    let mut sink = builder
        .with_sample_rate(rate)
        .with_channels(channels)
        .with_error_callback(on_error)
        .open_stream()
        .or_else(|_| DeviceSinkBuilder::open_default_sink())
        .map_err(|error| error.to_string())?;
    sink.log_on_drop(false);
    sink.mixer().add(DeskSource::new(Arc::clone(desk)));
    Ok(sink)
}

impl Output for Device {
    fn kind(&self) -> OutputKind {
        OutputKind::Device
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn change(&mut self, change: Change) {
        self.desk.change(change);
    }

    fn set_flowing(&mut self, flowing: bool) {
        let _ = self.jobs.send(Job::Flow(flowing)); // the engine hears of a dead device by itself
    }

    fn heard(&self) -> u64 {
        let latency = LATENCY.as_millis() as u64 * u64::from(self.desk.spec.rate) / 1000;
        self.desk.handed().saturating_sub(latency)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.jobs.send(Job::Close);
    }
}
