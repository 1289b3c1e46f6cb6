//! A bad day in one profile, step by step: each thing that can happen to a program that has just sent an order.

use std::time::Duration;

use super::dice::Dice;
use super::ledger::Ledger;
use super::provider::Provider;
use super::round::wait_until_settled;
use crate::support::program::{TOKEN, database, studio};
use crate::support::pty::{Home, Pty, Signal};

const WELL: &str = "song_seconds = 1\ngeneration_seconds = 0.5\njobs_in_flight = 0\n";
/// The answer takes so long that whatever happens to the program happens before it.
const SLOW: &str = "[[on]]\nendpoint = \"audios\"\nbytes_per_second = 20\n";
/// The order is taken, and nobody is told.
const MUTE: &str = "[[on]]\nendpoint = \"audios\"\ndrop = \"after\"\n";

struct Day {
    home: Home,
    provider: Provider,
    orders: usize,
}

impl Day {
    fn open(&self) -> Pty {
        let command = studio(&self.home)
            .env("ACEDATACLOUD_API_BASE_URL", self.provider.url())
            .env("ACEDATACLOUD_API_TOKEN", TOKEN);
        let pty = Pty::spawn(&command);
        pty.wait_for("? help");
        pty
    }

    fn provider(&mut self, trouble: &str) {
        self.provider.start_with(&format!("{WELL}{trouble}"));
    }

    /// Orders, and waits until the order was taken.
    fn order(&mut self, pty: &Pty, prompt: &str) {
        type_order(pty, prompt);
        self.orders += 1;
        pty.wait_outside("the order", || self.taken() == self.orders);
    }

    fn taken(&self) -> usize {
        self.provider.taken().len()
    }

    /// As many songs as orders, and no order more.
    #[track_caller]
    fn count(&self, pty: &Pty) {
        wait_until_settled(pty, &self.home, &self.provider);
        let ledger = Ledger::at(&database(&self.home, "fuzzbox"));
        let taken = self.provider.taken();
        let media = self.home.data().join("media");
        assert_eq!(ledger.untruths(&taken, None), Vec::<String>::new());
        assert_eq!(ledger.losses(&taken, &media), Vec::<String>::new());
        assert_eq!(
            (taken.len(), ledger.songs.len()),
            (self.orders, self.orders)
        );
    }
}

fn type_order(pty: &Pty, prompt: &str) {
    pty.key("1");
    pty.key("enter");
    pty.key("ctrl-u");
    pty.send(prompt);
    pty.wait_for(prompt);
    pty.key("enter");
    pty.key("ctrl-g");
}

#[test]
fn a_bad_day_ends_with_every_song_and_no_order_too_many() {
    let mut dice = Dice::new(u64::from(std::process::id()) + 2);
    let mut day = Day {
        home: Home::new(),
        provider: Provider::new(&mut dice, true),
        orders: 0,
    };

    // Told to end while the answer is on its way.
    day.provider(SLOW);
    let pty = day.open();
    day.order(&pty, "told to end");
    pty.wait_for("submitting");
    pty.signal(Signal::TERM);
    assert!(pty.wait_exit().success());

    // The terminal is closed.
    let mut pty = day.open();
    day.order(&pty, "the window closed");
    pty.wait_for("submitting");
    pty.hang_up();
    pty.wait_exit();

    // Stopped for a while, longer than the answer waits to be read.
    day.provider("");
    let pty = day.open();
    pty.wait_for("2 songs");
    type_order(&pty, "held by the collar");
    pty.signal(Signal::STOP);
    let is_still = !pty.sees_within(Duration::from_secs(2), |_| false);
    pty.signal(Signal::CONT);
    assert!(is_still);
    day.orders += 1;
    pty.wait_outside("the order", || day.taken() == day.orders);
    day.count(&pty);

    // Nobody is there for a while.
    day.provider.stop();
    type_order(&pty, "nobody was there");
    pty.wait_for("1 waiting");
    day.provider("");
    day.orders += 1;
    pty.wait_outside("the order", || day.taken() == day.orders);
    // Gone again before the song is made.
    day.provider.stop();
    pty.sees_within(Duration::from_secs(1), |_| false);
    day.provider("");
    day.count(&pty);

    // Taken, and not told.
    day.provider(MUTE);
    day.order(&pty, "never told");
    day.count(&pty);

    // Killed without a word, with an order on the wire and files on their way.
    day.provider(SLOW);
    day.order(&pty, "cut off");
    pty.kill();
    pty.wait_exit();
    day.provider("");
    let pty = day.open();
    day.count(&pty);
    pty.key("q");
    assert!(pty.wait_exit().success());
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
}
