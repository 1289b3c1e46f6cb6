//! Fills a ring with a song along a route: in stereo, at the rate of the output, over the joints of a loop.
//!
//! At a joint the last 3 ms before it fade into what stands in front of where it goes on, so that nothing clicks and every
//! frame from the joint on is the song's own.
//!
//! Invariant: each leg takes exactly as many frames as it is long; where the song is over, the rest of it is silence.

use super::AudioError;
use super::decode::Decoder;
use super::output::Spec;
use super::resample::Resampler;
use super::ring::{Frame, Ring};
use super::route::Route;

/// How long the fade at a joint is, in 1/1000 s.
const FADE: u64 = 3;
/// A program takes another's place once so much of it is there, in 1/1000 s: more than an output takes back.
const READY: u64 = 1000;

/// Told once, when enough of a ring is filled to go on with it.
pub(super) type OnReady = Box<dyn FnOnce() + Send>;

/// How many frames are enough to go on with.
fn enough(spec: Spec) -> u64 {
    u64::from(spec.rate) * READY / 1000
}

/// Decodes into the ring until the route is at its end or nobody listens to this ring any more.
pub(super) fn fill(
    ring: &Ring,
    route: &Route,
    decoder: &mut Decoder,
    on_ready: &mut Option<OnReady>,
) -> Result<(), AudioError> {
    let rate = decoder.rate();
    let mut pen = Pen {
        ring,
        resampler: (ring.spec().rate != rate).then(|| Resampler::new(rate, ring.spec().rate)),
        out: Vec::new(),
        on_ready,
    };
    let mut tape = Tape::new(decoder);
    tape.go_to(frame(route.begin(), rate))?;
    let mut number = 0;
    while let Some((leg, next)) = route.leg(number) {
        if ring.is_closed() {
            return Ok(());
        }
        number = next;
        let begin = frame(leg.from, rate);
        let end = frame(leg.to, rate).max(begin);
        let joins = route.leg(next).map(|(leg, _)| frame(leg.from, rate));
        let Some(joins) = joins else {
            pen.copy(&mut tape, end - begin)?; // the last: as far as the song goes
            break;
        };
        let fade = (u64::from(rate) * FADE / 1000).min(end - begin);
        let fade = if joins == end { 0 } else { fade };
        let copied = pen.copy(&mut tape, end - begin - fade)?;
        pen.silence(end - begin - fade - copied);
        if joins != end {
            join(&mut pen, &mut tape, fade, joins)?;
            let moment = route.leg(next).map_or(0.0, |(leg, _)| leg.from);
            pen.mark(moment);
        }
        if end == begin {
            break; // a loop of nothing
        }
    }
    pen.finish();
    Ok(())
}

/// Fades from what comes now into what stands in front of the frame `to`, and goes on there.
fn join(pen: &mut Pen, tape: &mut Tape, fade: u64, to: u64) -> Result<(), AudioError> {
    let mut before = tape.take(fade)?;
    before.resize(fade as usize, [0.0; 2]);
    let lead = fade.min(to);
    tape.go_to(to - lead)?;
    let behind = tape.take(lead)?;
    let missing = (fade - lead) as usize;
    for (n, frame) in before.iter_mut().enumerate() {
        let share = (n + 1) as f32 / (fade + 1) as f32;
        let other = n.checked_sub(missing).and_then(|n| behind.get(n));
        let [left, right] = *frame;
        let [l, r] = other.copied().unwrap_or_default();
        *frame = [left + (l - left) * share, right + (r - right) * share];
    }
    pen.write(&before);
    Ok(())
}

/// The frame of a moment.
pub(super) fn frame(moment: f64, rate: u32) -> u64 {
    (moment.max(0.0) * f64::from(rate)).round() as u64
}

/// A decoder read by the frame, in stereo.
pub(super) struct Tape<'a> {
    decoder: &'a mut Decoder,
    block: Vec<Frame>,
    at: usize,
    samples: Vec<f32>,
}

impl<'a> Tape<'a> {
    pub(super) fn new(decoder: &'a mut Decoder) -> Self {
        Tape {
            decoder,
            block: Vec::new(),
            at: 0,
            samples: Vec::new(),
        }
    }

    pub(super) fn go_to(&mut self, frame: u64) -> Result<(), AudioError> {
        self.block.clear();
        self.at = 0;
        self.decoder.seek(frame)
    }

    /// The next frames, at most so many; none at the end.
    pub(super) fn next(&mut self, most: u64) -> Result<&[Frame], AudioError> {
        if self.at == self.block.len() {
            self.at = 0;
            self.block.clear();
            if self.decoder.read(&mut self.samples)?.is_some() {
                match self.decoder.channels() {
                    1 => self.block.extend(self.samples.iter().map(|s| [*s, *s])),
                    _ => self.block.extend(self.samples.as_chunks::<2>().0),
                }
            }
        }
        let from = self.at;
        let count = usize::try_from(most).unwrap_or(usize::MAX);
        self.at += count.min(self.block.len() - from);
        Ok(self.block.get(from..self.at).unwrap_or_default())
    }

    /// So many frames, or all that are left.
    fn take(&mut self, count: u64) -> Result<Vec<Frame>, AudioError> {
        let mut taken = Vec::new();
        while (taken.len() as u64) < count {
            let left = count - taken.len() as u64;
            let frames = self.next(left)?;
            if frames.is_empty() {
                break;
            }
            taken.extend_from_slice(frames);
        }
        Ok(taken)
    }
}

/// Writes into a ring.
struct Pen<'a> {
    ring: &'a Ring,
    resampler: Option<Resampler>,
    out: Vec<Frame>,
    on_ready: &'a mut Option<OnReady>,
}

impl Pen<'_> {
    /// Copies so many frames, or all that are left, and tells how many.
    fn copy(&mut self, tape: &mut Tape, count: u64) -> Result<u64, AudioError> {
        let mut left = count;
        while left > 0 && !self.ring.is_closed() {
            let frames = tape.next(left)?;
            if frames.is_empty() {
                break;
            }
            left -= frames.len() as u64;
            self.write(frames);
        }
        Ok(count - left)
    }

    fn silence(&mut self, mut count: u64) {
        let silence = [[0.0; 2]; 1024];
        while count > 0 && !self.ring.is_closed() {
            let part = count.min(silence.len() as u64);
            self.write(silence.get(..part as usize).unwrap_or_default());
            count -= part;
        }
    }

    fn write(&mut self, frames: &[Frame]) {
        match &mut self.resampler {
            None => put(self.ring, self.on_ready, frames),
            Some(resampler) => {
                self.out.clear();
                resampler.push(frames, &mut self.out);
                put(self.ring, self.on_ready, &self.out);
            }
        }
    }

    /// What is written next is the song from this moment on.
    fn mark(&self, moment: f64) {
        let held = match &self.resampler {
            None => 0,
            Some(resampler) => resampler.length().saturating_sub(self.ring.written()),
        };
        self.ring.mark(held, moment);
    }

    fn finish(&mut self) {
        if let Some(resampler) = &mut self.resampler {
            self.out.clear();
            resampler.finish(&mut self.out);
            put(self.ring, self.on_ready, &self.out);
        }
    }
}

fn put(ring: &Ring, on_ready: &mut Option<OnReady>, frames: &[Frame]) {
    let mut rest = frames;
    while !rest.is_empty() && !ring.is_closed() {
        let count = ring.write(rest);
        rest = rest.get(count..).unwrap_or_default();
        if ring.written() >= enough(ring.spec())
            && let Some(tell) = on_ready.take()
        {
            tell();
        }
        if !rest.is_empty() {
            ring.wait_for_room();
        }
    }
}
