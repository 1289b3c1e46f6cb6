//! The provider of a round: a simulator that is stopped and started, with other trouble each time, and forgets nothing.
//!
//! Invariant: it is always at the same address, and what it took is read from its own book, not from its answers.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fuzzbox::sim::{Scenario, SimConfig, Simulator};
use serde_json::Value;
use tempfile::TempDir;

use super::dice::Dice;
use crate::support::program::Server;

/// What holds in every scenario: short songs, soon made.
const SHORT: &str = "song_seconds = 1\ngeneration_seconds = 0.3\n";

/// Trouble with orders after which it is known that nothing was taken.
const REFUSALS: &[&str] = &[
    "endpoint = \"audios\"\nnth = 1\ncount = 3\nstatus = 429\nretry_after = 1",
    "endpoint = \"lyrics\"\nnth = 1\nstatus = 429\nretry_after = 1",
    "endpoint = \"tasks\"\nnth = 1\ncount = 2\nstatus = 429\nretry_after = 1",
];

/// Trouble of which nothing can be concluded, or that concerns no order.
const TROUBLE: &[&str] = &[
    "endpoint = \"audios\"\nevery = 3\ndrop = \"before\"",
    "endpoint = \"audios\"\nevery = 2\ndrop = \"after\"",
    "endpoint = \"audios\"\nevery = 3\nstatus = 500",
    "endpoint = \"audios\"\nevery = 3\nstatus = 502\ntaken = true",
    "endpoint = \"audios\"\nevery = 3\nhtml = true\ntaken = true",
    "endpoint = \"audios\"\nevery = 3\nmalformed = true",
    "endpoint = \"audios\"\nbytes_per_second = 100",
    "endpoint = \"audios\"\ndelay_ms = 300",
    "endpoint = \"audios\"\nevery = 4\nfail = { code = \"forbidden\", message = \"Moderated.\" }",
    "endpoint = \"lyrics\"\nevery = 2\ndrop = \"after\"",
    "endpoint = \"lyrics\"\ndelay_ms = 400",
    "endpoint = \"upload\"\nevery = 2\ndrop = \"after\"",
    "endpoint = \"upload\"\nevery = 2\nhtml = true\ntaken = true",
    "endpoint = \"wav\"\nevery = 2\ndrop = \"after\"",
    "endpoint = \"videos\"\nevery = 2\nstatus = 500\ntaken = true",
    "endpoint = \"platform\"\nevery = 2\ndrop = \"after\"",
    "endpoint = \"tasks\"\nevery = 3\ndrop = \"before\"",
    "endpoint = \"tasks\"\nevery = 2\nhtml = true\nstatus = 503",
    "endpoint = \"tasks\"\nevery = 2\nmalformed = true",
    "endpoint = \"tasks\"\nbytes_per_second = 4000",
    "endpoint = \"files\"\nevery = 2\ntruncate_after = 3000",
    "endpoint = \"files\"\nbytes_per_second = 20000",
    "endpoint = \"files\"\nevery = 3\nstatus = 503",
    "endpoint = \"files\"\nevery = 2\nignore_range = true",
    "endpoint = \"files\"\nevery = 3\nhtml = true",
];

/// An order in the provider's book.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The task's id at the API.
    pub id: String,
    /// The request, without how it is to be answered.
    pub request: String,
    /// Whether it ended, and well.
    pub ended: Option<bool>,
}

/// A simulator that may be down.
pub struct Provider {
    folder: TempDir,
    address: SocketAddr,
    server: Option<Server>,
    /// Whether nothing is refused that might be sent again.
    is_strict: bool,
    knocks: BTreeMap<String, usize>,
}

impl Provider {
    /// One that is down. A strict one never says that it did not take an order, so that each may be sent once.
    pub fn new(dice: &mut Dice, is_strict: bool) -> Self {
        // Below the ports that are given to whoever asks for any: it is still free after each stop.
        let address = std::iter::repeat_with(|| 20_000 + dice.below(12_000) as u16)
            .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
            .find(|address| TcpListener::bind(address).is_ok());
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            address: address.expect("there is a free port"),
            server: None,
            is_strict,
            knocks: BTreeMap::new(),
        }
    }

    /// Whether each order may be sent once only.
    pub fn is_strict(&self) -> bool {
        self.is_strict
    }

    /// Where it is, or will be.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts with up to three kinds of trouble.
    pub fn start(&mut self, dice: &mut Dice) {
        let mut toml = SHORT.to_owned();
        if self.is_strict || dice.one_in(2) {
            toml += "jobs_in_flight = 0\n";
        }
        for _ in 0..dice.below(4) {
            let rule = if !self.is_strict && dice.one_in(4) {
                dice.pick(REFUSALS)
            } else {
                dice.pick(TROUBLE)
            };
            toml += "\n[[on]]\n";
            toml += rule;
            toml += "\n";
        }
        self.start_with(&toml);
    }

    /// Starts without trouble.
    pub fn start_well(&mut self) {
        self.start_with(&format!("{SHORT}jobs_in_flight = 0\n"));
    }

    /// Starts with a scenario.
    pub fn start_with(&mut self, toml: &str) {
        self.stop();
        let scenario = Scenario::parse(toml).expect("a good scenario");
        self.server = Some(Server::start(SimConfig {
            listen: self.address,
            scenario: Some(scenario),
            state: Some(self.book()),
            ..SimConfig::default()
        }));
    }

    /// Stops, in the middle of whatever it does.
    pub fn stop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        for seen in server.requests() {
            let is_order = seen.method == "POST"
                && seen.path.starts_with("/producer/")
                && seen.path != "/producer/tasks";
            if let (true, Some(body)) = (is_order, seen.body) {
                *self.knocks.entry(identity(&seen.path, body)).or_default() += 1;
            }
        }
    }

    /// What it is now, for someone who watches it.
    pub fn simulator(&self) -> Option<Arc<Simulator>> {
        self.server.as_ref().map(Server::simulator)
    }

    /// How often each order came, taken or not, up to the last stop.
    pub fn knocks(&self) -> &BTreeMap<String, usize> {
        &self.knocks
    }

    /// Everything it took so far.
    pub fn taken(&self) -> Vec<Taken> {
        let text = std::fs::read_to_string(self.book()).unwrap_or_default();
        let mut taken: Vec<Taken> = Vec::new();
        // The last line may be half written.
        for line in text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
        {
            let line: Value = line;
            if let Some(head) = line.get("simulator") {
                assert_eq!(head["earlier"], 0, "it forgets: a round is too long");
            } else if let Some(order) = line.get("order") {
                let path = format!("/producer/{}", order["kind"].as_str().unwrap_or("audios"));
                taken.push(Taken {
                    id: text_of(&order["id"]),
                    request: identity(&path, order["request"].clone()),
                    ended: None,
                });
            } else if let Some(end) = line.get("end") {
                let id = text_of(&end["id"]);
                let is_good = end["end"]["outcome"].get("Ok").is_some();
                for order in taken.iter_mut().filter(|order| order.id == id) {
                    order.ended = Some(is_good);
                }
            }
        }
        taken
    }

    fn book(&self) -> PathBuf {
        self.folder.path().join("provider.jsonl")
    }
}

/// What makes two orders the same: where they go and what they ask for, not how they are to be answered.
pub fn identity(path: &str, mut body: Value) -> String {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("async");
        fields.remove("callback_url");
        // Numbers are compared as numbers.
        for field in fields.values_mut() {
            if let Some(number) = field.as_f64() {
                *field = number.into();
            }
        }
    }
    format!("{path} {body}")
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// How long it may stay away.
pub const AWAY: (u64, u64) = (50, 1200);

/// How often whoever watches looks.
pub const GLANCE: Duration = Duration::from_micros(500);
