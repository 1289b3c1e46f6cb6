//! The tests of this module.

use super::*;
use crate::audio::program::Lane;
use crate::audio::ring::Ring;

const SPEC: Spec = Spec { rate: 1000 };

fn ring(samples: &[f32]) -> Arc<Ring> {
    let ring = Ring::new(SPEC, 0.5, std::thread::current());
    let frames: Vec<Frame> = samples.iter().map(|s| [*s, *s]).collect();
    assert_eq!(ring.write(&frames), frames.len());
    Arc::new(ring)
}

fn lane(ring: &Arc<Ring>, gain: f32) -> Lane {
    Lane {
        ring: Arc::clone(ring),
        start: 0,
        gain,
        leads: gain > 0.0,
    }
}

fn ended(samples: &[f32]) -> Arc<Program> {
    let ring = ring(samples);
    ring.end(None);
    Program::new(vec![lane(&ring, 1.0)])
}

fn feed(gain: f32) -> (Arc<Desk>, Feed, Arc<AtomicU32>) {
    let gain = Arc::new(AtomicU32::new(gain.to_bits()));
    let desk = Desk::new(SPEC, Arc::clone(&gain));
    (Arc::clone(&desk), Feed::new(desk), gain)
}

/// The left channel of what is pulled.
fn pull(feed: &mut Feed, frames: u64) -> Vec<f32> {
    let mut out = Vec::new();
    feed.pull(frames, &mut out);
    out.into_iter().step_by(2).collect()
}

fn ramp(from: u16, to: u16) -> Vec<f32> {
    (from..to).map(|n| f32::from(n) / 1000.0).collect()
}

#[test]
fn silence_is_no_part_of_the_song() {
    let (desk, mut feed, _) = feed(1.0);
    assert_eq!(pull(&mut feed, 10), [0.0; 10]);
    let ring = ring(&[0.25; 40]);
    let program = Program::new(vec![lane(&ring, 1.0)]);
    feed.change(Change::Put(Some(Arc::clone(&program))), 0);
    let out = pull(&mut feed, 60);
    assert_eq!(out[..40], [0.25; 40]);
    assert_eq!(out[40..], [0.0; 20]);
    assert_eq!(desk.handed(), 70);
    let timeline = &program.timeline;
    assert_eq!(Desk::position(timeline, 0), 0);
    assert_eq!(Desk::position(timeline, 15), 5);
    assert_eq!(Desk::position(timeline, 70), 40, "no further than it goes");
    assert_eq!(Desk::outstanding(timeline, 30), 20);
    assert!((program.moment(5) - 0.505).abs() < 1e-9);
}

#[test]
fn a_seek_replaces_the_sound_at_once_and_volume_glides() {
    let (_, mut feed, gain) = feed(1.0);
    feed.change(Change::Put(Some(ended(&[0.5; 200]))), 0);
    assert_eq!(pull(&mut feed, 10), [0.5; 10]);
    feed.change(Change::Put(Some(ended(&[-0.5; 200]))), 0);
    assert_eq!(pull(&mut feed, 10), [-0.5; 10]);
    gain.store(0f32.to_bits(), Relaxed);
    let out = pull(&mut feed, 20);
    assert!(out.is_sorted(), "{out:?}");
    assert!(out[0] < -0.4 && out[19].abs() < 1e-6);
}

#[test]
fn nonsense_never_reaches_the_ear() {
    let (_, mut feed, _) = feed(1.0);
    let wild = ended(&[f32::NAN, f32::INFINITY, 9.0, -9.0]);
    feed.change(Change::Put(Some(wild)), 0);
    assert_eq!(pull(&mut feed, 4), [0.0, 0.0, 1.0, -1.0]);
}

#[test]
fn what_follows_joins_without_a_gap_and_can_be_taken_back() {
    let (desk, mut feed, _) = feed(1.0);
    let (first, second) = (ended(&ramp(0, 100)), ended(&ramp(100, 300)));
    feed.change(Change::Put(Some(Arc::clone(&first))), 0);
    feed.change(Change::Follow(Some(Arc::clone(&second))), 0);
    assert_eq!(pull(&mut feed, 150), ramp(0, 150));
    assert_eq!(Desk::outstanding(&first.timeline, 90), 10);
    assert_eq!(Desk::position(&second.timeline, 90), 0);
    assert_eq!(Desk::position(&second.timeline, 120), 20);
    // Back over the joint: both are heard once more.
    let same = first.with(first.lanes.clone());
    let back = feed.change(Change::Exchange(same, Fade::Quick), 80);
    assert_eq!((back, desk.handed()), (80, 70));
    assert_eq!(pull(&mut feed, 230), ramp(70, 300));
    assert_eq!(pull(&mut feed, 5), [0.0; 5]);
    assert!(second.is_drained());
}

#[test]
fn a_change_of_levels_is_taken_up_where_nothing_was_heard_yet() {
    let (desk, mut feed, _) = feed(1.0);
    let (one, other) = (ring(&[0.5; 900]), ring(&[-0.5; 900]));
    let program = Program::new(vec![lane(&one, 1.0), lane(&other, 0.0)]);
    feed.change(Change::Put(Some(Arc::clone(&program))), 0);
    assert_eq!(pull(&mut feed, 300), [0.5; 300]);
    let switched = program.with(vec![lane(&one, 0.0), lane(&other, 1.0)]);
    assert_eq!(
        feed.change(Change::Exchange(switched, Fade::Quick), 120),
        120
    );
    assert_eq!(desk.handed(), 180);
    let out = pull(&mut feed, 120);
    assert!(out[..9].iter().rev().is_sorted(), "{out:?}");
    assert_eq!(out[9..], [-0.5; 111]);
    assert_eq!(desk.handed(), 300);
}

#[test]
fn lanes_wait_for_each_other_unless_they_are_not_heard() {
    let (_, mut feed, _) = feed(1.0);
    let (one, other) = (ring(&[0.25; 200]), ring(&[0.5; 100]));
    let both = Program::new(vec![lane(&one, 1.0), lane(&other, 1.0)]);
    feed.change(Change::Put(Some(Arc::clone(&both))), 0);
    let out = pull(&mut feed, 150);
    assert_eq!(out[..100], [0.75; 100]);
    assert_eq!(out[100..], [0.0; 50]);
    assert!(both.is_dry());
    other.write(&[[0.5; 2]; 20]);
    assert_eq!(pull(&mut feed, 30)[..20], [0.75; 20]);
    let one_alone = both.with(vec![lane(&one, 1.0), lane(&other, 0.0)]);
    feed.change(Change::Exchange(one_alone, Fade::Quick), 0);
    assert_eq!(pull(&mut feed, 30)[10..], [0.25; 20]);
}

#[test]
fn another_volume_is_taken_up_where_nothing_was_heard_yet() {
    let (desk, mut feed, gain) = feed(1.0);
    assert_eq!(
        feed.change(Change::Level, 50),
        0,
        "there is nothing to take back"
    );
    let ring = ring(&[0.5; 900]);
    feed.change(Change::Put(Some(Program::new(vec![lane(&ring, 1.0)]))), 0);
    assert_eq!(pull(&mut feed, 300), [0.5; 300]);
    gain.store(0.5f32.to_bits(), Relaxed);
    assert_eq!(feed.change(Change::Level, 120), 120);
    assert_eq!(desk.handed(), 180);
    let out = pull(&mut feed, 120);
    assert!(out[..8].iter().rev().is_sorted(), "{out:?}");
    assert_eq!(out[8..], [0.25; 112]);
    assert_eq!(desk.handed(), 300);
}
