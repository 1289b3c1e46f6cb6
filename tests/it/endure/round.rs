//! One round: a profile that is worked with and killed again and again, then left to settle and counted.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fuzzbox::domain::TaskState;

use super::dice::Dice;
use super::hand::{Hand, Notes};
use super::killer::{self, Moment, Plan, Sights};
use super::ledger::{Ledger, request};
use super::provider::{AWAY, Provider};
use crate::support::program::{TOKEN, database, studio};
use crate::support::pty::{Home, Pty, PtyCommand, patience};

/// What stood on the screen for so long must be kept.
const SEEN_LONG_ENOUGH: Duration = Duration::from_secs(1);
/// A machine with other work to do may be late by this much.
const LATE: Duration = Duration::from_millis(400);

/// What a round came to.
#[derive(Default)]
pub struct Figures {
    pub rounds: usize,
    pub kills: usize,
    /// Kills just when something happened, by what it was.
    pub moments: BTreeMap<Moment, usize>,
    pub taken: usize,
    pub knocks: usize,
    pub tasks: usize,
    /// Tasks that the provider never took and that were put to the user.
    pub in_doubt: usize,
    pub failed: usize,
    pub songs: usize,
    pub files: usize,
    pub restarts: usize,
    pub texts: usize,
    pub settling: Duration,
    pub deeds: BTreeMap<&'static str, usize>,
}

impl Figures {
    /// Takes in those of another round.
    pub fn add(&mut self, other: Figures) {
        self.rounds += other.rounds;
        self.kills += other.kills;
        self.taken += other.taken;
        self.knocks += other.knocks;
        self.tasks += other.tasks;
        self.in_doubt += other.in_doubt;
        self.failed += other.failed;
        self.songs += other.songs;
        self.files += other.files;
        self.restarts += other.restarts;
        self.texts += other.texts;
        self.settling = self.settling.max(other.settling);
        for (moment, count) in other.moments {
            *self.moments.entry(moment).or_default() += count;
        }
        for (deed, count) in other.deeds {
            *self.deeds.entry(deed).or_default() += count;
        }
    }
}

impl Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} kills in {} rounds {:?}; the provider restarted {} times",
            self.kills, self.rounds, self.moments, self.restarts
        )?;
        writeln!(
            out,
            "{} orders came in strict rounds, {} were taken in all, of {} tasks; {} failed, {} not taken and put to the user",
            self.knocks, self.taken, self.tasks, self.failed, self.in_doubt
        )?;
        writeln!(
            out,
            "{} songs, {} files whole; {} texts checked; settled within {:.1} s",
            self.songs,
            self.files,
            self.texts,
            self.settling.as_secs_f64()
        )?;
        write!(out, "done by hand: {:?}", self.deeds)
    }
}

/// Waits until the program has nothing left to do.
pub fn wait_until_settled(pty: &Pty, home: &Home, provider: &Provider) {
    let deadline = Instant::now() + 6 * patience();
    loop {
        let ledger = Ledger::at(&database(home, "fuzzbox"));
        let left = ledger.unsettled(&provider.taken(), &home.data().join("media"));
        if left.is_empty() {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "not settled: {left:#?}\n{}",
            pty.screen()
        );
        pty.sees_within(Duration::from_millis(200), |_| false);
    }
}

/// The state of a round.
struct Round {
    dice: Dice,
    provider: Provider,
    home: Home,
    notes: Notes,
    figures: Figures,
}

/// Plays a round of so many kills.
pub fn play(seed: u64, kills: usize) -> Figures {
    let mut dice = Dice::new(seed);
    let is_strict = dice.one_in(2);
    let provider = Provider::new(&mut dice, is_strict);
    let mut round = Round {
        dice,
        provider,
        home: Home::new(),
        notes: Notes::default(),
        figures: Figures {
            rounds: 1,
            ..Figures::default()
        },
    };
    round.furnish();
    for _ in 0..kills {
        round.sitting();
    }
    round.settle();
    round.figures.deeds = round.notes.deeds;
    round.figures
}

impl Round {
    fn furnish(&self) {
        let config = self.home.config();
        std::fs::create_dir_all(&config).expect("a folder");
        let host = format!(
            "[files]\nhost = \"{}/api/v1/files/\"\n",
            self.provider.url()
        );
        std::fs::write(config.join("config.toml"), host).expect("a config");
    }

    fn command(&self) -> PtyCommand {
        studio(&self.home)
            .env("ACEDATACLOUD_API_BASE_URL", self.provider.url())
            .env("ACEDATACLOUD_API_TOKEN", TOKEN)
    }

    fn database(&self) -> PathBuf {
        database(&self.home, "fuzzbox")
    }

    fn media(&self) -> PathBuf {
        self.home.data().join("media")
    }

    /// A sitting that ends in a kill, and a look at what it left.
    fn sitting(&mut self) {
        let is_first = self.figures.kills == 0;
        let is_late = self.stir_provider(is_first);
        let plan = Plan::draw(&mut self.dice);
        let pty = Pty::spawn(&self.command());
        let sights = Sights {
            simulator: self.provider.simulator(),
            database: self.database(),
            media: self.media(),
        };
        let killer = killer::send(&pty, plan, sights);
        if let Some(away) = is_late {
            // It works on while nobody is there.
            pty.sees_within(away, |_| false);
            self.provider.start(&mut self.dice);
        }
        if pty.sees_within(patience(), |screen| screen.contents().contains("? help")) {
            Hand {
                pty: &pty,
                dice: &mut self.dice,
                notes: &mut self.notes,
                home: self.home.path(),
            }
            .work();
        }
        let (killed_at, has_come) = killer.join().unwrap_or_else(|_| {
            panic!("the program ended by itself; its screen:\n{}", pty.screen())
        });
        pty.wait_exit();
        self.figures.kills += 1;
        if has_come {
            *self.figures.moments.entry(plan.moment).or_default() += 1;
        }
        self.look_at_what_is_left(killed_at);
    }

    /// Leaves the provider as it is, or starts it with other trouble, or takes it away for the span that is given back.
    fn stir_provider(&mut self, is_first: bool) -> Option<Duration> {
        if !is_first && self.dice.one_in(2) {
            return None;
        }
        self.figures.restarts += 1;
        if !is_first && self.dice.one_in(3) {
            self.provider.stop();
            return Some(self.dice.span(AWAY.0, AWAY.1));
        }
        self.provider.start(&mut self.dice);
        None
    }

    fn look_at_what_is_left(&mut self, killed_at: Instant) {
        if !self.database().exists() {
            return;
        }
        let ledger = Ledger::left_in(&self.database());
        let mut lost = ledger.untruths(&self.provider.taken(), None);
        let is_due =
            |since: &Instant| killed_at.saturating_duration_since(*since) > SEEN_LONG_ENOUGH + LATE;
        for (text, since) in &self.notes.typed {
            if is_due(since) && !ledger.holds(text) {
                lost.push(format!("{text:?} was typed and is gone"));
            }
        }
        for (text, since) in &self.notes.queued {
            if is_due(since) && ledger.tasks_of(text) == 0 {
                lost.push(format!("{text:?} was ordered and is gone"));
            }
        }
        for (text, most) in &self.notes.ordered {
            if ledger.tasks_of(text) > *most {
                let tasks = ledger.tasks.iter().map(request);
                let tasks: Vec<String> = tasks.filter(|task| task.contains(text)).collect();
                lost.push(format!(
                    "{text:?} was to be ordered {most} times: {tasks:#?}"
                ));
            }
        }
        // What was too young to be kept may be gone now; what is kept stays.
        self.notes.typed.retain(|(text, _)| ledger.holds(text));
        self.notes
            .queued
            .retain(|(text, _)| ledger.tasks_of(text) > 0);
        self.figures.texts += self.notes.typed.len() + self.notes.queued.len();
        let kills = self.figures.kills;
        assert!(lost.is_empty(), "after kill {kills}: {lost:#?}");
    }

    /// Without trouble, until nothing is left to be done; then everything is counted.
    fn settle(&mut self) {
        self.provider.start_well();
        let begun = Instant::now();
        let pty = Pty::spawn(&self.command());
        pty.wait_for("? help");
        wait_until_settled(&pty, &self.home, &self.provider);
        self.figures.settling = begun.elapsed();
        pty.key("q");
        assert!(pty.wait_exit().success());
        self.provider.stop();
        self.count();
    }

    fn count(&mut self) {
        let ledger = Ledger::at(&self.database());
        let taken = self.provider.taken();
        let is_strict = self.provider.is_strict();
        let knocks = self.provider.knocks();
        let mut lost = ledger.untruths(&taken, is_strict.then_some(knocks));
        lost.extend(ledger.losses(&taken, &self.media()));
        let gone = |text: &String| (!ledger.holds(text)).then(|| format!("{text:?} is gone"));
        lost.extend(self.notes.typed.iter().filter_map(|(text, _)| gone(text)));
        lost.extend(self.notes.queued.iter().filter_map(|(text, _)| gone(text)));
        assert!(lost.is_empty(), "{lost:#?}");
        let media = self.media();
        let figures = &mut self.figures;
        figures.taken = taken.len();
        figures.knocks = if is_strict { knocks.values().sum() } else { 0 };
        figures.tasks = ledger.tasks.len();
        figures.songs = ledger.songs.len();
        for task in &ledger.tasks {
            match task.state {
                TaskState::InDoubt { .. } => figures.in_doubt += 1,
                TaskState::Failed { .. } => figures.failed += 1,
                _ => {}
            }
        }
        let files = std::fs::read_dir(media).into_iter().flatten();
        figures.files = files.count();
    }
}
