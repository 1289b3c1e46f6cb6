//! The program on a session bus of its own, with another program that presses its buttons.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::program::demo;
use crate::support::pty::{Home, Pty, patience};

/// A session bus in a home; gone when dropped.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start(home: &Home) -> Bus {
        let socket = home.path().join("run/bus");
        let address = format!("unix:path={}", socket.display());
        let daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--nosyslog"])
            .arg(format!("--address={address}"))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("these tests need dbus-daemon and dbus-send");
        let bus = Bus { daemon, address };
        until("the bus", || socket.exists());
        bus
    }

    /// Calls a method, and gives back what was answered.
    fn call(&self, member: &str, arguments: &[&str]) -> String {
        let called = Command::new("dbus-send")
            .arg(format!("--bus={}", self.address))
            .args(["--print-reply=literal", "--type=method_call"])
            .args([
                "--dest=org.mpris.MediaPlayer2.fuzzbox",
                "/org/mpris/MediaPlayer2",
            ])
            .arg(member)
            .args(arguments)
            .output()
            .expect("dbus-send");
        String::from_utf8_lossy(&called.stdout).trim().to_owned()
    }

    fn press(&self, button: &str) {
        self.call(&format!("org.mpris.MediaPlayer2.Player.{button}"), &[]);
    }

    fn get(&self, property: &str) -> String {
        let of = "string:org.mpris.MediaPlayer2.Player";
        let property = format!("string:{property}");
        self.call("org.freedesktop.DBus.Properties.Get", &[of, &property])
    }

    /// Seconds into the song.
    fn position(&self) -> f64 {
        let micros = self.get("Position");
        let number = micros.split_whitespace().last().unwrap_or_default();
        number.parse::<f64>().unwrap_or(-1.0) / 1e6
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Waits until something is the case; each look takes the time of a process or is a breath apart.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + patience();
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The demo with a song that plays.
fn playing(home: &Home, bus: &Bus) -> Pty {
    let pty = Pty::spawn(&demo(home).env("DBUS_SESSION_BUS_ADDRESS", bus.address.as_str()));
    pty.wait_for("? help");
    for key in ["1", "enter"] {
        pty.key(key);
    }
    pty.send("a walk in the rain");
    pty.wait_for("a walk in the rain");
    pty.key("enter");
    pty.key("ctrl-g");
    pty.wait_until(|screen| {
        let text = screen.contents();
        text.contains("1 song ") && text.contains("done") && !text.contains('⇣')
    });
    assert_eq!(
        bus.get("PlaybackStatus"),
        "",
        "nobody is there before a song"
    );
    pty.key("4");
    pty.key("enter");
    pty.wait_for("▶ A Walk");
    pty
}

#[test]
fn buttons_of_the_desktop_reach_the_player_and_see_what_it_does() {
    let home = Home::new();
    let bus = Bus::start(&home);
    let pty = playing(&home, &bus);
    until("the song", || {
        bus.get("PlaybackStatus").ends_with("Playing")
    });
    until("its title", || bus.get("Metadata").contains("A Walk"));
    assert!(bus.get("Metadata").contains("/fuzzbox/song/"));
    assert!(
        bus.get("Identity").is_empty(),
        "it belongs to another interface"
    );

    bus.press("PlayPause");
    pty.wait_for("‖ A Walk");
    until("the pause", || {
        bus.get("PlaybackStatus").ends_with("Paused")
    });
    let paused_at = bus.position();
    assert!(paused_at >= 0.0);
    bus.call("org.mpris.MediaPlayer2.Player.Seek", &["int64:20000000"]);
    until("the seek", || bus.position() > paused_at + 19.0);
    assert!(
        bus.position() < paused_at + 21.0,
        "it stands while it is paused"
    );

    bus.press("Play");
    pty.wait_for("▶ A Walk");
    bus.press("Stop");
    pty.wait_gone("A Walk In");
    until("the end", || bus.get("PlaybackStatus").ends_with("Stopped"));
    pty.key("q");
    assert!(pty.wait_exit().success());
    assert_eq!(bus.get("PlaybackStatus"), "", "it is gone from the bus");
}

#[test]
fn without_a_bus_it_plays_all_the_same() {
    let home = Home::new();
    let bus = Bus::start(&home);
    let mut gone = bus;
    let _ = gone.daemon.kill();
    let _ = gone.daemon.wait();
    let pty = playing(&home, &gone);
    pty.key("space");
    pty.wait_for("‖ A Walk");
    pty.key("q");
    assert!(pty.wait_exit().success());
}
