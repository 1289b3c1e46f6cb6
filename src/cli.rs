//! The command line: no subcommand opens the studio.
//!
//! Invariant: results go to stdout, everything else to stderr. Exit codes: 0 well, 1 failed, 2 used wrongly, and for orders
//! the others of `EXIT_CODES`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

mod import;
mod listen;
mod order;
mod replay;
mod settings;
mod simulate;
mod spend;
mod studio;

/// A keyboard-driven terminal studio for making songs with the Producer API (FUZZ models).
///
/// Without a command it opens the studio. `generate` and its like order one thing from the command line, through the
/// studio's own engine; the song is in its library afterwards. The token is never given on the command line: it is read from
/// `--token-file`, from `ACEDATACLOUD_API_TOKEN`, or from the file `token` in the config directory, or typed into the
/// studio (^t).
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Sub>,
    #[command(flatten)]
    studio: studio::StudioArguments,
}

const AFTER_HELP: &str = "\
Files:
  $XDG_CONFIG_HOME/fuzzbox/config.toml    settings
  $XDG_CONFIG_HOME/fuzzbox/token          the token (mode 0600)
  $XDG_DATA_HOME/fuzzbox/                 database and audio files
  $XDG_STATE_HOME/fuzzbox/fuzzbox.log     log (level: FUZZBOX_LOG)
Environment:
  ACEDATACLOUD_API_TOKEN, ACEDATACLOUD_API_BASE_URL, LANG, NO_COLOR, PULSE_SERVER, HTTPS_PROXY";

const EXIT_CODES: &str = "\
Exit codes of an order:
  0    done, and the files are here (with --no-wait: taken)
  1    failed; the message says whether it was charged
  2    used wrongly; nothing was kept or sent
  3    in doubt, or held for a token, credit, disk or the cap of the day: the studio asks what to do
  4    not ordered: an equal order is in the queue or was just made (--again orders it anyway)
  130  left with Ctrl-C: the order is kept, and the next studio goes on with it";

#[derive(Debug, Subcommand)]
enum Sub {
    /// Run the offline Producer API: the real one's answers, refusals and files, with songs made here
    Simulate(simulate::SimulateArguments),
    /// Bring the account's earlier songs into the library, with their files; nothing is charged
    Import(import::ImportArguments),
    /// Print what was spent, by days and in all
    Spend(spend::SpendArguments),
    /// Serve songs at a link on this machine, to be heard elsewhere through `ssh -L`
    Listen(listen::ListenArguments),
    /// Feed a recording made with --record to the studio and print its last screen
    Replay {
        /// The recording
        file: PathBuf,
    },
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It was used wrongly: exit code 2.
    Usage(anyhow::Error),
    /// It failed: exit code 1.
    Failed(anyhow::Error),
    /// An end with an exit code of its own.
    Coded(u8, anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Trouble::Failed(error.into())
    }
}

/// Does what the arguments of the process ask for.
pub fn run() -> ExitCode {
    if std::env::args_os().len() == 1 {
        // Nothing to read: the whole command line would take as long to build as the database to open.
        return conclude(studio::run(&studio::StudioArguments::default()));
    }
    let program = order::add_to(Arguments::command());
    let mut usage = program.clone();
    let matches = program.get_matches();
    if let Some(done) = order::run(&matches) {
        return conclude(done);
    }
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.format(&mut usage).exit(),
    };
    let done = match arguments.command {
        None => studio::run(&arguments.studio),
        Some(Sub::Simulate(simulate)) => simulate::run(&simulate),
        Some(Sub::Import(import)) => import::run(&import),
        Some(Sub::Spend(spend)) => spend::run(&spend),
        Some(Sub::Listen(listen)) => listen::run(&listen),
        Some(Sub::Replay { file }) => replay::run(&file),
    };
    conclude(done)
}

/// The exit code, after a complaint where there is something to complain of.
fn conclude(done: Result<(), Trouble>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Trouble::Coded(code, error)) => complain(&error, code),
        Err(Trouble::Usage(error)) => complain(&error, 2),
        Err(Trouble::Failed(error)) => complain(&error, 1),
    }
}

fn complain(error: &anyhow::Error, code: u8) -> ExitCode {
    let text = crate::domain::text::clean_text(&format!("{error:#}"));
    // Nobody may be there to read it.
    let _ = writeln!(io::stderr(), "fuzzbox: {text}");
    ExitCode::from(code)
}

/// A runtime for one thread: the studio's work per turn is microseconds.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
