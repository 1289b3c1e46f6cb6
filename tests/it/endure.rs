//! The program on its worst days: killed, cut off, out of room. Nothing may be lost, and nothing paid twice.
//!
//! A round is a seed: `FUZZBOX_SEED=7 cargo test --test it endure::twenty` plays round 7 again. The full run is
//! `cargo test --test it -- --ignored --nocapture five_hundred`, with `FUZZBOX_KILLS` and `FUZZBOX_SEED` as wished.

mod day;
mod dice;
#[cfg(target_os = "linux")]
mod disk;
mod hand;
mod killer;
mod ledger;
mod provider;
mod round;

use std::io::Write;

use round::Figures;

/// Kills in one round.
const KILLS: usize = 20;

#[test]
fn twenty_kills_lose_nothing_and_pay_nothing_twice() {
    let seed = number("FUZZBOX_SEED").unwrap_or(20);
    say(&format!("round {seed}"));
    let figures = round::play(seed as u64, KILLS);
    say(&figures.to_string());
    assert_eq!(figures.kills, KILLS);
    assert!(figures.taken >= KILLS / 2, "hardly anything was ordered");
    assert!(figures.texts >= KILLS / 2, "hardly anything was typed");
}

#[test]
#[ignore = "takes half an hour: the full run"]
fn five_hundred_kills_lose_nothing_and_pay_nothing_twice() {
    let kills = number("FUZZBOX_KILLS").unwrap_or(500);
    let first = number("FUZZBOX_SEED").unwrap_or(1);
    let mut all = Figures::default();
    for seed in first.. {
        let left = kills - all.kills;
        if left == 0 {
            break;
        }
        say(&format!("round {seed}, {} kills so far", all.kills));
        all.add(round::play(seed as u64, left.min(KILLS)));
    }
    say(&all.to_string());
    assert!(all.taken >= kills / 2, "hardly anything was ordered");
}

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// Told beside the test's own output, and only seen where that is.
fn say(text: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "{text}").expect("a terminal or a file");
}
