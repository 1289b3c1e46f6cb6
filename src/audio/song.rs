//! One open song: the thread that decodes it, and the one that works out its shape.
//!
//! Invariant: whatever a decoder does, be it a panic, ends as a failure of this song and of nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::Instant;

use super::decode::Decoder;
use super::fill::{OnReady, fill};
use super::growing::{Growing, Learned, Until};
use super::inspect::{TELL_EVERY, gave_up};
use super::output::Spec;
use super::reader::Origin;
use super::ring::Ring;
use super::route::Route;
use super::shapes::Shapes;
use super::survey::Surveyor;
use super::{AudioError, DECODER_THREAD};

/// What is known of a song once it is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Frames a second.
    pub rate: u32,
    /// Of the sound that is decoded: one or two.
    pub channels: u16,
    /// Its length in frames; `None` while nobody knows.
    pub frames: Option<u64>,
}

/// What there is of a song.
#[derive(Debug, Clone)]
pub(super) enum Material {
    /// A whole file.
    File(PathBuf),
    /// A file that is still coming in.
    Growing(Arc<Growing>),
}

impl Material {
    /// Its bytes for one who plays, and waits for what is not here until there is no more need.
    fn to_play(&self, until: Until) -> Origin {
        match self {
            Material::File(path) => Origin::from(path),
            Material::Growing(growing) => Origin::Growing {
                growing: Arc::clone(growing),
                asks: true,
                until,
            },
        }
    }

    /// Whether it waits for a part that is not here yet.
    pub(super) fn is_starved(&self) -> bool {
        match self {
            Material::File(_) => false,
            Material::Growing(growing) => growing.is_waited_for(),
        }
    }
}

/// An open song. Dropping it ends its threads.
pub(super) struct Song {
    material: Material,
    wishes: Arc<Wishes>,
    decoder: Thread,
}

/// What the decoder is asked for.
struct Wishes {
    /// What is to be decoded next.
    next: Mutex<Option<Wish>>,
    /// The ring that is being filled.
    filling: Mutex<Option<Arc<Ring>>>,
    closed: AtomicBool,
}

/// A ring to be filled along a route.
struct Wish {
    ring: Arc<Ring>,
    route: Route,
    on_ready: Option<OnReady>,
}

impl Song {
    /// Opens a song in a thread of its own, which tells what it finds.
    ///
    /// # Errors
    /// When there can be no thread.
    pub(super) fn open(
        material: Material,
        tell: impl FnOnce(Result<Facts, AudioError>) + Send + 'static,
    ) -> std::io::Result<Song> {
        let wishes = Arc::new(Wishes {
            next: Mutex::new(None),
            filling: Mutex::new(None),
            closed: AtomicBool::new(false),
        });
        let (for_thread, for_reader) = (Arc::clone(&wishes), Arc::clone(&wishes));
        let origin = material.to_play(Arc::new(move || for_reader.has_no_need()));
        let thread = std::thread::Builder::new()
            .name(DECODER_THREAD.into())
            .spawn(move || {
                let mut decoder = None;
                let facts = guarded(|| {
                    let opened = Decoder::open(origin.clone())?;
                    let facts = facts(&opened);
                    decoder = Some(opened);
                    Ok(facts)
                });
                let is_open = facts.is_ok();
                tell(facts);
                if is_open {
                    for_thread.fulfil(&origin, decoder);
                }
            })?;
        Ok(Song {
            material,
            wishes,
            decoder: thread.thread().clone(),
        })
    }

    /// Decodes along a route into a new ring for an output of this kind, and tells when there is enough to go on with. A
    /// ring asked for before is filled no further.
    pub(super) fn play(&self, route: Route, spec: Spec, on_ready: OnReady) -> Arc<Ring> {
        let ring = Arc::new(Ring::new(spec, route.begin(), self.decoder.clone()));
        let wish = Wish {
            ring: Arc::clone(&ring),
            route,
            on_ready: Some(on_ready),
        };
        let mut next = lock(&self.wishes.next);
        if let Some(old) = next.replace(wish) {
            old.ring.close();
        }
        if let Some(old) = lock(&self.wishes.filling).as_ref() {
            old.close();
        }
        drop(next);
        self.look_up();
        ring
    }

    /// Whether it may still be coming in.
    pub(super) fn is_growing(&self) -> bool {
        matches!(&self.material, Material::Growing(growing) if !growing.is_whole())
    }

    /// Whether it waits for a part that is not here yet.
    pub(super) fn is_starved(&self) -> bool {
        self.material.is_starved()
    }

    /// Lets the decoder see what it is asked for, whatever it waits for.
    fn look_up(&self) {
        self.decoder.unpark();
        if let Material::Growing(growing) = &self.material {
            growing.nudge();
        }
    }

    /// Tells what is learned of the song by listening to it in the background, until the song is closed. What is known of
    /// it already is told at once.
    pub(super) fn learn(&self, shapes: Shapes, tell: impl Fn(Learned) + Send + 'static) {
        let wishes = Arc::clone(&self.wishes);
        let tell = move |learned| {
            let is_open = !wishes.closed.load(Acquire);
            if is_open {
                tell(learned);
            }
            is_open
        };
        match self.material.clone() {
            // Who fetches it listens to it.
            Material::Growing(growing) => growing.on_learn(Box::new(tell)),
            Material::File(path) => {
                // A song without a shape plays as well.
                let _ = std::thread::Builder::new()
                    .name(DECODER_THREAD.into())
                    .spawn(move || {
                        let _ = guarded(|| survey(&path, &shapes, &tell));
                    });
            }
        }
    }
}

/// Listens to a whole file, unless that was done before, as long as somebody wants to know.
fn survey(path: &Path, shapes: &Shapes, tell: &impl Fn(Learned) -> bool) -> Result<(), AudioError> {
    if let Some(known) = shapes.find(path) {
        tell(Learned::All(Arc::new(known)));
        return Ok(());
    }
    let mut decoder = Decoder::open(path)?;
    let mut surveyor = Surveyor::new(decoder.rate(), decoder.channels());
    let (mut samples, mut told) = (Vec::new(), Instant::now());
    let is_whole = loop {
        match decoder.read(&mut samples) {
            Ok(Some(_)) => surveyor.add(&samples),
            Ok(None) => break true,
            // A file that breaks off has the shape of what there is.
            Err(_) => break false,
        }
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            if !tell(Learned::Shape(surveyor.waveform(decoder.frames()))) {
                return Ok(());
            }
        }
    };
    let survey = surveyor.survey();
    if is_whole {
        shapes.keep(path, &survey);
    }
    tell(Learned::All(Arc::new(survey)));
    Ok(())
}

impl Drop for Song {
    fn drop(&mut self) {
        self.wishes.closed.store(true, Release);
        if let Some(wish) = lock(&self.wishes.next).take() {
            wish.ring.close();
        }
        if let Some(ring) = lock(&self.wishes.filling).as_ref() {
            ring.close();
        }
        self.look_up();
    }
}

impl Wishes {
    /// Whether nobody listens any more to what is being decoded.
    fn has_no_need(&self) -> bool {
        let is_closed = |ring: &Arc<Ring>| ring.is_closed();
        self.closed.load(Acquire) || lock(&self.filling).as_ref().is_some_and(is_closed)
    }

    /// Fills one ring after the other until the song is closed.
    fn fulfil(&self, origin: &Origin, mut decoder: Option<Decoder>) {
        while !self.closed.load(Acquire) {
            let Some(mut wish) = self.take_next() else {
                std::thread::park();
                continue;
            };
            let mut taken = decoder.take();
            let outcome = guarded(|| {
                let mut open = match taken.take() {
                    Some(open) => open,
                    None => Decoder::open(origin.clone())?,
                };
                let filled = fill(&wish.ring, &wish.route, &mut open, &mut wish.on_ready);
                // Not after a panic or when it was disturbed: who knows what state that left.
                decoder = Some(open).filter(|_| filled.is_ok() || !origin.is_growing());
                filled
            });
            wish.ring.end(outcome.err());
            if let Some(tell) = wish.on_ready.take() {
                tell();
            }
        }
    }

    fn take_next(&self) -> Option<Wish> {
        let mut next = lock(&self.next);
        let wish = next.take()?;
        *lock(&self.filling) = Some(Arc::clone(&wish.ring));
        Some(wish)
    }
}

fn facts(decoder: &Decoder) -> Facts {
    Facts {
        rate: decoder.rate(),
        channels: decoder.channels(),
        frames: decoder.frames(),
    }
}

/// A panic elsewhere leaves these values whole: each is set in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a decoder; a panic is a broken file.
fn guarded<T>(work: impl FnOnce() -> Result<T, AudioError>) -> Result<T, AudioError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(gave_up()))
}
