//! The demonstration in the repository, played as it is filmed.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::program::PROGRAM;
use crate::support::pty::{Home, patience};
use crate::support::tape::{Stage, Tape};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A sound server that nobody hears. Ended when dropped.
struct SoundServer(Child);

impl SoundServer {
    /// Where a desktop keeps it, so that the picture shows what people see. `None`: there is none on this machine.
    fn start(home: &Home) -> Option<Self> {
        let folder = home.path().join("run/pulse");
        std::fs::create_dir_all(&folder).expect("a folder in the home");
        let socket = folder.join("native");
        let child = Command::new("pulseaudio")
            .args([
                "-n",
                "--daemonize=no",
                "--system=false",
                "--exit-idle-time=-1",
            ])
            .args([
                "--use-pid-file=no",
                "--disable-shm=yes",
                "--log-level=error",
            ])
            .args(["-L", "module-null-sink"])
            .arg("-L")
            .arg(format!(
                "module-native-protocol-unix socket={}",
                socket.display()
            ))
            .env_clear()
            .envs(home.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let server = Self(child);
        let deadline = std::time::Instant::now() + patience();
        while UnixStream::connect(&socket).is_err() {
            assert!(std::time::Instant::now() < deadline, "no sound server");
            std::thread::park_timeout(std::time::Duration::from_millis(5));
        }
        Some(server)
    }
}

impl Drop for SoundServer {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// With `FUZZBOX_PICTURES=docs` this also makes the picture of the README.
#[test]
fn the_demonstration_shows_what_it_says() {
    let text = std::fs::read_to_string(Path::new(ROOT).join("demo.tape")).expect("demo.tape");
    let tape = Tape::parse(&text).expect("a tape that VHS understands");
    let home = Home::new();
    let pictures = Stage::wanted_pictures().map(|folder| Path::new(ROOT).join(folder));
    let _sound = pictures
        .as_ref()
        .and_then(|_: &PathBuf| SoundServer::start(&home));
    let played = tape.play(&Stage {
        home: &home,
        programs: Path::new(PROGRAM).parent().expect("it is in a folder"),
        size: None,
        pictures,
    });
    let [(name, screen)] = played.screenshots.as_slice() else {
        panic!("the tape has one picture, that of the README");
    };
    assert_eq!(name, "out/studio.png");
    for shown in ["1 Compose", "1 running", "2 songs", "▶", "[Chorus]"] {
        assert!(screen.contains(shown), "no {shown} in\n{screen}");
    }
    assert_eq!(played.pty.modes_left_on(), Vec::<String>::new());
}
