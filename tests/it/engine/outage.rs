//! Outages of any length, machines that sleep, clocks that are set: the queue goes on by itself.

use fuzzbox::app::event::TaskEvent;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{ApiTaskId, Failure, FailureKind, Outcome, TaskId, TaskState};
use proptest::prelude::*;

use super::bench::{Bench, is_running, outcome, song};

/// Answers everything for a while as a network that is down.
fn down(bench: &mut Bench, seconds: f64) -> usize {
    let end = after(bench.now, seconds);
    let mut tried = 0;
    while let Some(wake) = bench.queue.next_wake(bench.now).filter(|wake| *wake <= end) {
        bench.now = wake;
        bench.tick();
        for task in bench.submits() {
            tried += 1;
            bench.refuse(task, FailureKind::Unreachable);
        }
        for asked in bench.questions() {
            tried += 1;
            let failure = Failure::new(FailureKind::Unreachable, "");
            bench.event(TaskEvent::NotRetrieved { asked, failure });
        }
    }
    bench.now = end;
    bench.tick();
    tried
}

/// Answers everything well until all is made, or for so many seconds.
fn up(bench: &mut Bench, seconds: f64) {
    let end = after(bench.now, seconds);
    while bench.now < end {
        for task in bench.submits() {
            bench.accept(task);
        }
        for asked in bench.questions() {
            let made = |id: &ApiTaskId| outcome(id, Outcome::Succeeded(vec![song(&id.0)]));
            let records = asked.iter().map(made).collect();
            bench.retrieved(&asked, records);
        }
        match bench.queue.next_wake(bench.now) {
            Some(wake) => bench.now = wake,
            None => return,
        }
        bench.tick();
    }
}

fn is_made(bench: &Bench, task: TaskId) -> bool {
    *bench.state(task) == TaskState::Succeeded
}

#[test]
fn the_queue_goes_on_within_minutes_after_an_outage_of_days() {
    for hours in [0.1, 3.0, 72.0] {
        let mut bench = Bench::new();
        let running = bench.running("at the API");
        let waiting = bench.order("a");
        let tried = down(&mut bench, hours * 3600.0);
        assert!(
            tried as f64 <= 20.0 + 3.0 * hours * 60.0,
            "{tried} attempts in {hours} h"
        );
        up(&mut bench, 180.0);
        assert!(is_made(&bench, running) && is_made(&bench, waiting));
    }
}

#[test]
fn a_machine_that_slept_goes_on_at_once() {
    let mut bench = Bench::new();
    let running = bench.running("at the API");
    bench.settings.in_flight = 1;
    let waiting = bench.order("a");
    // Nothing ran meanwhile, then the clock on the wall is nine hours later.
    bench.now = after(bench.now, 9.0 * 3600.0);
    bench.tick();
    up(&mut bench, 60.0);
    assert!(is_made(&bench, running) && is_made(&bench, waiting));
}

#[test]
fn a_clock_that_is_set_stops_nothing() {
    for jump in [-400.0 * 86_400.0, -3600.0, 3600.0, 400.0 * 86_400.0] {
        let mut bench = Bench::new();
        let running = bench.running("at the API");
        let limited = bench.order("a");
        bench.refuse(limited, FailureKind::RateLimited);
        bench.pass(1.0);
        bench.now = after(bench.now, jump);
        bench.tick();
        up(&mut bench, 180.0);
        assert!(is_made(&bench, running), "{jump}");
        assert!(is_made(&bench, limited), "{jump}");
    }
}

#[test]
fn after_an_overload_orders_follow_ever_closer() {
    let mut bench = Bench::new();
    bench.settings.in_flight = 100;
    let first = bench.order("0");
    bench.submits();
    bench.refuse(first, FailureKind::RateLimited);
    for n in 1..20 {
        bench.order(&n.to_string());
    }
    let mut sent = Vec::new();
    while bench.queue.iter().any(|task| !is_running(&task.state)) {
        loop {
            let begun = bench.submits();
            if begun.is_empty() {
                break;
            }
            for task in begun {
                sent.push(bench.now);
                bench.accept(task);
            }
        }
        let Some(wake) = bench.queue.next_wake(bench.now) else {
            break;
        };
        bench.now = wake;
        bench.tick();
    }
    let apart: Vec<f64> = sent
        .windows(2)
        .map(|pair| pair[1].duration_since(pair[0]).as_secs_f64())
        .collect();
    assert!(apart[0] >= 1.0, "not all at once: {apart:?}");
    assert!(
        apart.iter().take(4).is_sorted_by(|a, b| a >= b),
        "{apart:?}"
    );
    let last = apart.last().copied().unwrap_or_default();
    assert!(last < 0.3, "as fast as before in the end: {apart:?}");
}

/// What may happen between the studio and a world in trouble.
#[derive(Debug, Clone, Copy)]
enum Spell {
    Down(u16),
    Up(u8),
    Sleep(u32),
    SetBack(u32),
    Restart,
    Order,
    Silent(u16),
}

fn spells() -> impl Strategy<Value = Vec<Spell>> {
    let spell = prop_oneof![
        2 => (1..4000_u16).prop_map(Spell::Down),
        2 => (1..90_u8).prop_map(Spell::Up),
        1 => (1..200_000_u32).prop_map(Spell::Sleep),
        1 => (1..200_000_u32).prop_map(Spell::SetBack),
        1 => Just(Spell::Restart),
        3 => Just(Spell::Order),
        1 => (1..400_u16).prop_map(Spell::Silent),
    ];
    prop::collection::vec(spell, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    /// Whatever spells of bad luck there were: when all is well again, everything that was ordered and is known to have been
    /// taken, or not taken, is made within minutes.
    #[test]
    fn everything_is_made_in_the_end(spells in spells()) {
        let mut bench = Bench::new();
        for (n, spell) in spells.into_iter().enumerate() {
            match spell {
                Spell::Down(seconds) => {
                    down(&mut bench, f64::from(seconds));
                }
                Spell::Up(seconds) => up(&mut bench, f64::from(seconds)),
                Spell::Sleep(seconds) => {
                    bench.now = after(bench.now, f64::from(seconds));
                    bench.tick();
                }
                Spell::SetBack(seconds) => {
                    bench.now = after(bench.now, -f64::from(seconds));
                    bench.tick();
                }
                Spell::Restart => {
                    // Nothing is on the wire: what is, is in doubt, which is another story.
                    for task in bench.submits() {
                        bench.refuse(task, FailureKind::Unreachable);
                    }
                    bench.restart();
                }
                Spell::Order => {
                    bench.order(&format!("{n}"));
                    for task in bench.submits() {
                        bench.accept(task);
                    }
                }
                // Questions that nobody answers.
                Spell::Silent(seconds) => {
                    for task in bench.submits() {
                        bench.refuse(task, FailureKind::RateLimited);
                    }
                    let end = after(bench.now, f64::from(seconds));
                    while let Some(wake) = bench.queue.next_wake(bench.now).filter(|at| *at <= end) {
                        bench.now = wake;
                        bench.tick();
                        for task in bench.submits() {
                            bench.refuse(task, FailureKind::RateLimited);
                        }
                        bench.questions();
                    }
                }
            }
        }
        up(&mut bench, 1500.0);
        for task in bench.queue.iter() {
            prop_assert_eq!(&task.state, &TaskState::Succeeded);
        }
    }
}
