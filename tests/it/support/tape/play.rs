//! The player: a shell in a terminal, and somebody who types what the tape says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Command, Settings, Step, Tape, Wait};
use crate::support::picture;
use crate::support::pty::{Home, Pty, PtyCommand, lines, patience};

/// How long the screen must be still before it is kept, and how long to try for that.
const STILL: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Where a tape is played.
pub struct Stage<'a> {
    /// Whose home the shell starts in.
    pub home: &'a Home,
    /// The folder that comes first on the shell's `PATH`.
    pub programs: &'a Path,
    /// Columns and rows, if not those that the tape's film would have.
    pub size: Option<(u16, u16)>,
    /// Where to write the screenshots as SVG, if anywhere.
    pub pictures: Option<PathBuf>,
}

impl Stage<'_> {
    /// The folder named by `FUZZBOX_PICTURES`, where somebody wants the pictures.
    pub fn wanted_pictures() -> Option<PathBuf> {
        std::env::var_os("FUZZBOX_PICTURES").map(PathBuf::from)
    }
}

/// What came of it.
pub struct Played {
    /// The screens that were kept: their names as in the tape, and their text.
    pub screenshots: Vec<(String, String)>,
    /// The shell, as the tape left it.
    pub pty: Pty,
}

impl Tape {
    /// Plays the tape to its end. A `Wait` in vain panics with its line and the screen.
    #[track_caller]
    pub fn play(&self, stage: &Stage) -> Played {
        let pty = Pty::spawn(&self.shell(stage));
        let prompt = Wait {
            whole_screen: false,
            limit: None,
            pattern: None,
        };
        wait(&pty, &self.settings, &prompt, "the shell's prompt");
        let mut screenshots = Vec::new();
        for step in &self.steps {
            self.perform(step, &pty);
            if let Command::Screenshot(name) = &step.command {
                pty.is_quiet_within(STILL.0, STILL.1);
                screenshots.push((name.clone(), pty.screen()));
                if let Some(folder) = &stage.pictures {
                    draw(&pty, folder, name);
                }
            }
        }
        Played { screenshots, pty }
    }

    fn perform(&self, step: &Step, pty: &Pty) {
        match &step.command {
            Command::Type(text) => pty.send(text),
            Command::Key(name, count) => (0..*count).for_each(|_| pty.key(name)),
            Command::Wait(condition) => {
                let what = format!("line {} of the tape", step.line);
                wait(pty, &self.settings, condition, &what);
            }
            // Films, pauses and what was seen to before the shell started.
            Command::Output
            | Command::Require(_)
            | Command::Sleep
            | Command::Screenshot(_)
            | Command::Hide
            | Command::Show
            | Command::Env(..) => {}
        }
    }

    #[track_caller]
    fn shell(&self, stage: &Stage) -> PtyCommand {
        let mut command = PtyCommand::new("sh", stage.home);
        let (columns, rows) = stage.size.unwrap_or_else(|| self.settings.grid());
        let path = path_with(stage.programs, &command);
        command = command.size(columns, rows).env("PATH", &path);
        for step in &self.steps {
            match &step.command {
                Command::Env(name, value) => command = command.env(name, value),
                Command::Require(program) => assert!(
                    std::env::split_paths(&path).any(|folder| folder.join(program).is_file()),
                    "line {} of the tape requires {program}, which is not there",
                    step.line
                ),
                _ => {}
            }
        }
        command
    }
}

fn path_with(first: &Path, command: &PtyCommand) -> std::ffi::OsString {
    let inherited = command.env.get("PATH").cloned().unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).expect("folders without colons")
}

/// The tape's time limits are for a film; a busy machine gets at least the tests' own patience.
#[track_caller]
fn wait(pty: &Pty, settings: &Settings, condition: &Wait, what: &str) {
    let limit = condition.limit.unwrap_or(settings.wait_timeout());
    let pattern = condition
        .pattern
        .clone()
        .unwrap_or_else(|| settings.wait_pattern());
    let what = format!("/{pattern}/ ({what})");
    pty.wait_until_within(limit.max(patience()), &what, |screen| {
        let lines = lines(screen);
        if condition.whole_screen {
            pattern.is_match(&lines.join("\n"))
        } else {
            let (row, _) = screen.cursor_position();
            lines
                .get(usize::from(row))
                .is_some_and(|line| pattern.is_match(line))
        }
    });
}

fn draw(pty: &Pty, folder: &Path, name: &str) {
    let name = Path::new(name).with_extension("svg");
    let name = name.file_name().expect("a screenshot has a name");
    std::fs::create_dir_all(folder).expect("a folder for the pictures");
    std::fs::write(folder.join(name), pty.look(picture::svg)).expect("room for a picture");
}
