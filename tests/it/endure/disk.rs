//! A disk that fills up under the program, and has room again: nothing is sent that is not kept, and all goes on by itself.
//!
//! The disk is really full. Where a file system of our own can be mounted it is a small one in memory, filled to its last
//! byte; everywhere on Linux the system itself forbids the program to write any file.

use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use super::ledger::Ledger;
use super::provider::Provider;
use super::{dice::Dice, say};
use crate::support::program::{PROGRAM, TOKEN, studio};
use crate::support::pty::{Home, Pty, PtyCommand, patience};

/// What the small disk holds.
const SIZE: &str = "size=24M,mode=0777";

/// A disk that can be full.
trait Disk {
    /// The program with its data on this disk.
    fn command(&self, command: PtyCommand) -> PtyCommand;
    /// The program's data, as seen from here.
    fn data(&self, home: &Home) -> PathBuf;
    fn fill(&mut self, home: &Home, program: Pid);
    fn free(&mut self, home: &Home, program: Pid);
}

/// A small file system in a name space of its own, which lasts as long as the process that holds it.
struct Small(Child);

impl Small {
    /// `None` where this machine does not let us mount one.
    fn mounted_in(home: &Home) -> Option<Self> {
        let script = format!("mount -t tmpfs -o {SIZE} tmpfs \"$0\" && echo mounted && exec cat");
        let mut holder = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &script])
            .arg(home.path().join("data"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut said = [0; 7];
        let stdout = holder.stdout.as_mut()?;
        let is_mounted = stdout.read_exact(&mut said).is_ok();
        let disk = Self(holder);
        is_mounted.then_some(disk)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It ends with its input.
        drop(self.0.wait());
    }
}

impl Disk for Small {
    fn command(&self, mut command: PtyCommand) -> PtyCommand {
        let inside: Vec<String> = format!(
            "--target {} --user --mount --preserve-credentials --",
            self.0.id()
        )
        .split(' ')
        .map(str::to_owned)
        .collect();
        let mut args: Vec<_> = inside.into_iter().map(Into::into).collect();
        args.push(std::mem::replace(&mut command.program, "nsenter".into()));
        args.append(&mut command.args);
        command.args = args;
        command
    }

    fn data(&self, home: &Home) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.0.id()));
        let data = home.data();
        root.join(data.strip_prefix("/").expect("an absolute path"))
    }

    fn fill(&mut self, home: &Home, _: Pid) {
        let filler = self.data(home).join("filler");
        let mut filler = std::fs::File::create(filler).expect("a file");
        for size in [1 << 16, 1 << 8, 1] {
            let bytes = vec![7; size];
            let full = std::iter::repeat_with(|| filler.write_all(&bytes)).find_map(Result::err);
            let kind = full.map(|error| error.kind());
            assert_eq!(kind, Some(ErrorKind::StorageFull));
        }
    }

    fn free(&mut self, home: &Home, _: Pid) {
        std::fs::remove_file(self.data(home).join("filler")).expect("the filler");
    }
}

/// The system lets the program write nothing: no file may grow or change.
struct Forbidden;

impl Disk for Forbidden {
    fn command(&self, mut command: PtyCommand) -> PtyCommand {
        // Without this the first write would end the program, which a full disk does not.
        let mut args = ["-c", "trap '' XFSZ; exec \"$@\"", "sh"]
            .map(Into::into)
            .to_vec();
        args.push(std::mem::replace(&mut command.program, "/bin/sh".into()));
        args.append(&mut command.args);
        command.args = args;
        command
    }

    fn data(&self, home: &Home) -> PathBuf {
        home.data()
    }

    fn fill(&mut self, _: &Home, program: Pid) {
        limit(program, Some(0));
    }

    fn free(&mut self, _: &Home, program: Pid) {
        limit(program, getrlimit(Resource::Fsize).maximum);
    }
}

fn limit(program: Pid, current: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let new = Rlimit { current, maximum };
    prlimit(Some(program), Resource::Fsize, new).expect("a child of ours");
}

/// A studio in front of a disk.
struct Desk<D> {
    disk: D,
    home: Home,
    provider: Provider,
}

impl<D: Disk> Desk<D> {
    fn open(&self) -> Pty {
        let command = studio(&self.home)
            .env("ACEDATACLOUD_API_BASE_URL", self.provider.url())
            .env("ACEDATACLOUD_API_TOKEN", TOKEN)
            // The log and the rest are on another disk.
            .env("TMPDIR", "/tmp");
        assert_eq!(command.program, PROGRAM);
        Pty::spawn(&self.disk.command(command))
    }

    fn ledger(&self) -> Ledger {
        Ledger::left_in(&self.disk.data(&self.home).join("fuzzbox.db"))
    }

    fn taken(&self) -> usize {
        self.provider.simulator().map_or(0, |it| it.orders())
    }

    #[track_caller]
    fn check(&self) {
        let untruths = self.ledger().untruths(&self.provider.taken(), None);
        assert_eq!(untruths, Vec::<String>::new());
    }

    /// Everything is here in the end.
    #[track_caller]
    fn count(&self) {
        self.check();
        let media = self.disk.data(&self.home).join("media");
        let losses = self.ledger().losses(&self.provider.taken(), &media);
        assert_eq!(losses, Vec::<String>::new());
    }

    #[track_caller]
    fn settle(&self, pty: &Pty) {
        let media = self.disk.data(&self.home).join("media");
        let deadline = Instant::now() + 3 * patience();
        loop {
            // SQLite follows the link to the root of the name space, and finds no way back: not to be opened in its place.
            let database = self.disk.data(&self.home).join("fuzzbox.db");
            let ledger = Ledger::copied_from(&database);
            let left = ledger.map_or(vec!["torn".to_owned()], |ledger| {
                ledger.unsettled(&self.provider.taken(), &media)
            });
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{left:#?}\n{}", pty.screen());
            pty.sees_within(Duration::from_millis(200), |_| false);
        }
    }
}

fn order(pty: &Pty, prompt: &str) {
    pty.key("1");
    pty.key("enter");
    pty.key("ctrl-u");
    pty.send(prompt);
    pty.wait_for(prompt);
    pty.key("enter");
    pty.key("ctrl-g");
}

/// An order is on its way when the disk fills up, another is made while it is full, then there is room again.
fn fills_up(disk: impl Disk, home: Home) {
    let mut dice = Dice::new(u64::from(std::process::id()));
    let mut provider = Provider::new(&mut dice, true);
    // Long enough that the disk is full before the song is made, and its file takes a while to come.
    provider.start_with(
        "song_seconds = 2\ngeneration_seconds = 4\njobs_in_flight = 0\n\
         [[on]]\nendpoint = \"files\"\nsuffix = \".m4a\"\nbytes_per_second = 20000\n",
    );
    let mut desk = Desk {
        disk,
        home,
        provider,
    };
    let pty = desk.open();
    pty.wait_for("? help");
    order(&pty, "before it was full");
    pty.wait_outside("the order", || desk.taken() == 1);
    pty.wait_for("1 running");
    pty.wait_outside("the task", || {
        desk.ledger().tasks.iter().any(|task| task.api_id.is_some())
    });

    desk.disk.fill(&desk.home, pty.pid());
    order(&pty, "nowhere to write it");
    pty.wait_for("Could not be kept");
    pty.wait_for("1 held");
    // The song is made meanwhile, and neither it nor its file has a place.
    pty.wait_for("done");
    pty.wait_for("1 song ");
    assert_eq!(desk.taken(), 1, "sent, and not kept:\n{}", pty.screen());
    desk.check();
    say_once(&pty);

    desk.disk.free(&desk.home, pty.pid());
    pty.wait_outside("the other order", || desk.taken() == 2);
    pty.wait_for("2 songs");
    desk.settle(&pty);
    assert_eq!(desk.taken(), 2);
    pty.key("q");
    assert!(pty.wait_exit().success());
    desk.count();
}

/// What the person is told, for whoever reads along.
fn say_once(pty: &Pty) {
    let screen = pty.screen();
    let told = screen.lines().last().unwrap_or_default().to_owned();
    say(&told);
}

#[test]
fn a_full_disk_loses_nothing_and_holds_what_it_cannot_keep() {
    let home = Home::new();
    match Small::mounted_in(&home) {
        Some(disk) => fills_up(disk, home),
        None => say("SKIPPED: no file system can be mounted here, so that none can be filled"),
    }
}

#[test]
fn a_disk_that_takes_no_writes_loses_nothing_and_holds_what_it_cannot_keep() {
    fills_up(Forbidden, Home::new());
}

/// Killed while the disk is full, it finds everything again, and says what is wrong if it cannot start.
#[test]
fn killed_on_a_full_disk_it_starts_again() {
    let home = Home::new();
    let Some(disk) = Small::mounted_in(&home) else {
        return say("SKIPPED: no file system can be mounted here, so that none can be filled");
    };
    let mut dice = Dice::new(u64::from(std::process::id()) + 1);
    let mut provider = Provider::new(&mut dice, true);
    provider.start_well();
    let mut desk = Desk {
        disk,
        home,
        provider,
    };
    let pty = desk.open();
    pty.wait_for("? help");
    order(&pty, "the first of two");
    pty.wait_for("1 song ");
    desk.disk.fill(&desk.home, pty.pid());
    order(&pty, "the second of two");
    pty.wait_for("1 held");
    pty.kill();
    pty.wait_exit();
    desk.check();

    let pty = desk.open();
    let opens = |screen: &vt100::Screen| screen.contents().contains("? help");
    if pty.sees_within(patience(), opens) {
        pty.kill();
        pty.wait_exit();
    } else {
        assert!(!pty.wait_exit().success());
        assert!(pty.screen().contains("full"), "{}", pty.screen());
    }
    desk.check();
    assert!(
        desk.ledger()
            .songs
            .iter()
            .any(|song| !song.title.is_empty())
    );
    desk.disk.free(&desk.home, pty.pid());
    let pty = desk.open();
    pty.wait_for("1 song ");
    desk.settle(&pty);
    pty.key("q");
    assert!(pty.wait_exit().success());
    desk.count();
    assert_eq!(desk.taken(), 1, "what was never kept was never sent");
}
