//! The tests of this module.

use super::*;

const RATE: u32 = 44_100;

fn landmarks(samples: &[f32]) -> Landmarks {
    let mut onsets = Onsets::new(RATE);
    for block in samples.chunks(1024) {
        onsets.add(block, 1);
    }
    onsets.landmarks()
}

/// Noise between -1 and 1, the same each time.
fn noise() -> impl Iterator<Item = f32> {
    let mut state = 1u32;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    })
}

/// Short bursts of noise, so many a minute, over soft noise.
fn clicks(per_minute: f64, first: f64, seconds: f64) -> Vec<f32> {
    let period = 60.0 / per_minute;
    noise()
        .take((seconds * f64::from(RATE)) as usize)
        .enumerate()
        .map(|(at, noise)| {
            let moment = at as f64 / f64::from(RATE) - first;
            let since = moment.rem_euclid(period);
            let level = if moment >= 0.0 {
                (-since * 60.0).exp()
            } else {
                0.0
            };
            noise * (0.5 * level as f32 + 0.01)
        })
        .collect()
}

#[test]
fn the_beats_of_clicks_are_where_they_click() {
    for per_minute in [72.0, 96.0, 120.0, 128.0, 150.0] {
        let beats = landmarks(&clicks(per_minute, 0.31, 30.0)).beats;
        let expected = (29.0 * per_minute / 60.0) as usize;
        assert!(beats.len() >= expected, "{per_minute}: {}", beats.len());
        for beat in beats {
            let off = (beat.0 - 0.31) / (60.0 / per_minute);
            let off = (off - off.round()).abs() * 60.0 / per_minute;
            assert!(off < 0.02, "{per_minute} a minute: {off} s off at {beat:?}");
        }
    }
}

#[test]
fn where_no_beat_is_steady_none_is_told() {
    let hiss: Vec<f32> = noise().take(20 * RATE as usize).collect();
    assert_eq!(landmarks(&hiss).beats, []);
    assert_eq!(landmarks(&vec![0.0; 20 * RATE as usize]).beats, []);
    assert_eq!(landmarks(&clicks(120.0, 0.0, 2.0)).beats, [], "too short");
    // Clicks that come whenever they like.
    let mut moments = noise().map(|n| 0.25 + 0.9 * f64::from(n.abs()));
    let (mut next, mut since) = (0.3, 9.0);
    let wild: Vec<f32> = noise()
        .take(30 * RATE as usize)
        .enumerate()
        .map(|(at, noise)| {
            since += 1.0 / f64::from(RATE);
            if at as f64 / f64::from(RATE) >= next {
                next += moments.next().expect("endless");
                since = 0.0;
            }
            noise * (0.5 * (-since * 60.0).exp() as f32 + 0.01)
        })
        .collect();
    assert_eq!(landmarks(&wild).beats, []);
}

#[test]
fn a_pause_is_marked_at_its_quietest() {
    let samples: Vec<f32> = noise()
        .take(6 * RATE as usize)
        .enumerate()
        .map(|(at, noise)| {
            let moment = at as f64 / f64::from(RATE);
            let is_pause = (2.0..2.5).contains(&moment) || (4.0..4.2).contains(&moment);
            noise * if is_pause { 0.002 } else { 0.4 }
        })
        .collect();
    let silences = landmarks(&samples).silences;
    assert_eq!(silences.len(), 2, "{silences:?}");
    assert!((2.0..2.5).contains(&silences[0].0), "{silences:?}");
    assert!((4.0..4.2).contains(&silences[1].0), "{silences:?}");
}

#[test]
fn nonsense_has_no_landmarks_that_hurt() {
    let nonsense = [f32::NAN, f32::INFINITY, -9e30].repeat(44_100);
    let found = landmarks(&nonsense);
    assert!(found.beats.is_empty());
    assert!(found.silences.iter().all(|moment| moment.0.is_finite()));
    assert_eq!(landmarks(&[]), Landmarks::default());
}
