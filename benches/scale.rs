//! What a large profile costs: 10,000 tasks and songs stored, 1,000 tasks in flight, beside an empty profile.
//!
//! `cargo bench --bench scale`, with `-- --stored 10000 --flight 1000` as wished. The program runs in a terminal of its own
//! against a simulator in this process. Figures are printed, never asserted.

#[expect(
    dead_code,
    unused_imports,
    reason = "the tests use all of it, this bench a terminal"
)]
#[path = "../tests/it"]
mod it {
    pub mod support;
}
use it::support;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use fuzzbox::domain::time::after;
use fuzzbox::domain::{
    ApiTaskId, AudiosRequest, MediaFile, Record, Request, Task, TaskId, TaskState, Timestamp,
};
use fuzzbox::sim::{Scenario, SimConfig};
use fuzzbox::store::Store;
use support::program::{Server, database};
use support::pty::{Home, Pty, lines};

/// Keys that are timed in each profile.
const KEYS: usize = 120;
/// What `/proc` counts processor time in, a second.
const TICKS: f64 = 100.0;
/// A long wait, for a machine that has other work to do.
const PATIENCE: Duration = Duration::from_mins(10);

fn main() {
    let stored = argument("--stored").unwrap_or(10_000);
    let flight = argument("--flight").unwrap_or(1_000);
    let scenario =
        "song_seconds = 1\ngeneration_seconds = 30\njobs_in_flight = 0\none_recording = true\n";
    let server = Server::start(SimConfig {
        scenario: Some(Scenario::parse(scenario).expect("a scenario")),
        ..SimConfig::default()
    });
    say(&format!(
        "{stored} tasks and songs stored, {flight} in flight"
    ));
    say("                       first paint   key to paint (median, 95th)      CPU      RSS");
    measure(&server, "empty", (0, 0));
    measure(&server, "stored", (stored, 0));
    measure(&server, "in flight", (stored, flight));
}

/// Runs the program on a profile of so many tasks, and of so many that are to be sent.
fn measure(server: &Server, name: &str, (stored, flight): (usize, usize)) {
    let home = Home::new();
    let config = home.config();
    std::fs::create_dir_all(&config).expect("a folder");
    std::fs::write(config.join("config.toml"), "[api]\nin_flight = 1000\n").expect("a config");
    fill(&database(&home, "fuzzbox"), stored, flight);
    let simulator = server.simulator();
    let (orders, visits) = (simulator.orders(), simulator.visits());

    let begun = Instant::now();
    let pty = Pty::spawn(&server.studio(&home));
    pty.wait_for("? help");
    let paint = begun.elapsed();
    let sent = flight > 0 && wait(&pty, || simulator.orders() == orders + flight);
    let sending = begun.elapsed();
    let keys = key_to_paint(&pty);
    let busy = cpu(&pty);
    say(&format!(
        "{name:<20} {:>9.0} ms {:>12.1} ms {:>10.1} ms {:>11.2} s {:>6.0} MB",
        ms(paint),
        ms(keys.0),
        ms(keys.1),
        busy,
        memory(&pty)
    ));
    if sent {
        let is_done = || songs(&pty).is_some_and(|count| count >= stored + flight);
        let all_done = wait(&pty, is_done);
        let whole = begun.elapsed();
        let minutes = |span: Duration| span.as_secs_f64() / 60.0;
        say(&format!(
            "  {flight} orders taken in {:.1} s ({:.0} a minute); all {} after {:.1} s; {} requests in all ({:.0} a minute)",
            sending.as_secs_f64(),
            flight as f64 / minutes(sending),
            if all_done { "made" } else { "NOT made" },
            whole.as_secs_f64(),
            simulator.visits() - visits,
            (simulator.visits() - visits) as f64 / minutes(whole),
        ));
        let files = || files(&home) >= 2 * flight;
        let fetched = wait(&pty, files);
        say(&format!(
            "  files {} after {:.1} s; CPU of the program {:.1} s in all, RSS {:.0} MB, at most {:.0} MB",
            if fetched { "here" } else { "NOT here" },
            begun.elapsed().as_secs_f64(),
            cpu(&pty),
            memory(&pty),
            status(&pty, "VmHWM:") / 1024.0,
        ));
        let before = cpu(&pty);
        pty.sees_within(Duration::from_secs(5), |_| false);
        say(&format!(
            "  at rest {:.2} s of CPU in 5 s",
            cpu(&pty) - before
        ));
    }
    pty.key("q");
    pty.wait_exit();
}

/// A profile as it would be after so many orders, all of today, with others that wait for their turn.
fn fill(database: &Path, stored: usize, flight: usize) {
    let (store, _) = Store::open(database).expect("a database");
    let start = after(Timestamp::now(), -20_000.0);
    let records = (0..stored).flat_map(|number| {
        let moment = after(start, number as f64);
        let mut task = order(number, moment);
        let mut song = support::studio::song(number as u32, &format!("Song {number}"));
        song.created_at = moment;
        song.task = Some(task.id);
        song.cover.file = Some(MediaFile {
            name: format!("{number}.jpg"),
            bytes: 10_000,
        });
        task.state = TaskState::Succeeded;
        task.finished_at = Some(after(moment, 60.0));
        task.api_id = Some(ApiTaskId(format!("api-{number}")));
        task.songs = vec![song.id.clone()];
        [Record::Song(Box::new(song)), Record::Task(Box::new(task))]
    });
    let waiting = (stored..stored + flight)
        .map(|number| Record::Task(Box::new(order(number, after(start, number as f64)))));
    let records: Vec<Record> = records.chain(waiting).collect();
    if !records.is_empty() {
        store.save_blocking(records).expect("room");
    }
}

fn order(number: usize, moment: Timestamp) -> Task {
    let request = Request::from(AudiosRequest {
        prompt: Some(format!("order {number} of many")),
        ..AudiosRequest::default()
    });
    Task::new(TaskId(moment.as_microsecond()), request, moment)
}

/// How long it takes until a letter stands on the screen: the median, and what one in twenty exceeds.
fn key_to_paint(pty: &Pty) -> (Duration, Duration) {
    pty.key("2");
    pty.key("enter");
    pty.wait_for("Esc stop typing");
    let mut spans: Vec<Duration> = (0..KEYS / 20)
        .flat_map(|line| type_line(pty, line))
        .collect();
    pty.key("esc");
    spans.sort_unstable();
    (spans[KEYS / 2], spans[KEYS * 19 / 20])
}

/// Types twenty letters, each after the last was seen and a frame has passed.
fn type_line(pty: &Pty, number: usize) -> Vec<Duration> {
    let mut line = format!("{number}=");
    pty.send(&line);
    pty.wait_for(&line);
    let spans = ('a'..='t').map(|letter| {
        pty.sees_within(Duration::from_millis(25), |_| false);
        line.push(letter);
        let begun = Instant::now();
        pty.send(&letter.to_string());
        pty.wait_for(&line);
        begun.elapsed()
    });
    let spans = spans.collect();
    pty.key("enter");
    spans
}

/// How many songs the library says it has.
fn songs(pty: &Pty) -> Option<usize> {
    let title = pty
        .look(lines)
        .into_iter()
        .find(|line| line.contains("4 Library"))?;
    let (before, _) = title.split_once(" song")?;
    let digits: String = before
        .rsplit(' ')
        .next()?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

fn files(home: &Home) -> usize {
    let files = std::fs::read_dir(home.data().join("media"))
        .into_iter()
        .flatten();
    files
        .flatten()
        .filter(|file| !file.file_name().to_string_lossy().contains(".part"))
        .count()
}

fn wait(pty: &Pty, mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        if Instant::now() > deadline || pty.has_ended() {
            return false;
        }
        pty.sees_within(Duration::from_millis(20), |_| false);
    }
    true
}

/// Seconds of a processor that the program has used.
fn cpu(pty: &Pty) -> f64 {
    let stat = proc(pty, "stat");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |at: usize| after_name.split_whitespace().nth(at)?.parse::<f64>().ok();
    let ticks = ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default();
    ticks / TICKS
}

/// Its memory in MB.
fn memory(pty: &Pty) -> f64 {
    status(pty, "VmRSS:") / 1024.0
}

fn status(pty: &Pty, what: &str) -> f64 {
    let status = proc(pty, "status");
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
}

fn proc(pty: &Pty, name: &str) -> String {
    let path = format!("/proc/{}/{name}", pty.pid().as_raw_pid());
    std::fs::read_to_string(path).unwrap_or_default()
}

fn argument(name: &str) -> Option<usize> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").expect("a terminal or a file");
}
