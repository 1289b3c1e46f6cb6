//! What holds for any sound: stems that add up, and guests that give way.

use super::*;
use crate::sim::synth::{Frame, STEMS, VOCALS, limited, sum};

#[test]
fn stems_in_whole_numbers_always_add_up() {
    let levels = [-2.0, -1.0, -0.9, -0.25, 0.0, 0.3, 0.9, 1.0, 2.0, f32::NAN];
    let mut frames: Vec<Frame> = Vec::new();
    for one in levels {
        for other in levels {
            for third in levels {
                frames.push([[one, other], [other, third], [third, one], [one, one]]);
            }
        }
    }
    for frame in &frames {
        let pcm = quantized(frame);
        for side in 0..2 {
            let exact: i32 = pcm.iter().map(|stem| i32::from(stem[side])).sum();
            assert_eq!(exact, i32::from(whole(&pcm)[side]), "{frame:?}");
        }
    }
}

#[test]
fn guests_give_way_and_hosts_do_not() {
    let frames: Vec<Frame> = (0..4_000)
        .map(|at| {
            let loud = if (1_000..2_000).contains(&at) {
                0.7
            } else {
                0.1
            };
            let mut frame = [[0.0; 2]; STEMS.len()];
            frame[VOCALS] = [loud, -loud];
            frame[2] = [0.6, -0.6];
            frame
        })
        .collect();
    let played: Vec<Frame> = limited(frames.clone().into_iter(), |stem| stem == VOCALS).collect();
    assert_eq!(played.len(), frames.len());
    let loudest = played
        .iter()
        .flat_map(sum)
        .fold(0.0_f32, |most, side| most.max(side.abs()));
    assert!((0.83..0.841).contains(&loudest), "{loudest}");
    for (played, frame) in played.iter().zip(&frames) {
        assert!(played[2..] == frame[2..]);
    }
    assert!(played[500] == frames[500], "not without need");
    assert!(played[3_999][VOCALS][0] > 0.05, "it comes back");
}
