//! The account's earlier songs, brought into the library from the command line: the studio's own import without its screen.
//!
//! Invariant: nothing is ordered by it, and what is broken off goes on with the next studio or import.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use futures_util::stream;

use super::{Trouble, studio};
use crate::app::App;
use crate::app::settings::Locale;
use crate::config::Flags;
use crate::domain::Timestamp;
use crate::domain::history::ImportCourse;
use crate::i18n;
use crate::profile::Profile;
use crate::runtime::face::Face;
use crate::runtime::terminal::stop_process;
use crate::runtime::{self, Studio};
use crate::store::Store;

/// The arguments of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// Leave once all songs are listed: the studio fetches their files
    #[arg(long)]
    no_wait: bool,
    /// Read the token from this file
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Into the demo's profile
    #[arg(long)]
    demo: bool,
}

/// Brings in what the account made earlier.
pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Trouble> {
    let flags = Flags {
        demo: arguments.demo,
        token_file: arguments.token_file.clone(),
        ..Flags::default()
    };
    let mut opened = studio::set_up(&flags)?;
    if opened.secret.is_none() {
        return Err(Trouble::Usage(anyhow!(
            "there is no API token, so nothing was looked for. Put it into ACEDATACLOUD_API_TOKEN, into a file named by \
             --token-file, or type it into the studio (^t)"
        )));
    }
    let _log = studio::start_log(&opened.config)?;
    let profile = studio::enter(&mut opened)?;
    if opened.settings.is_guest {
        return Err(Trouble::Failed(anyhow!(
            "another fuzzbox has the engine of this profile, and it alone asks the API. Press I in its library, or quit it first"
        )));
    }
    // Held until everything else of this program has ended.
    let _lock = profile.lock();
    let teller = super::runtime()?.block_on(sit((opened, profile), arguments.no_wait))?;
    teller.conclude()
}

async fn sit(
    (opened, profile): (studio::Opened, Profile),
    no_wait: bool,
) -> Result<Teller, Trouble> {
    let (store, saved) = Store::open(&opened.config.paths.database)?;
    let (mut app, world, demo) = studio::put_together(opened, (profile, store, saved)).await?;
    app.import_at_start();
    let studio = Studio {
        app,
        world,
        recorder: None,
        clock: Timestamp::now,
    };
    let mut teller = Teller {
        no_wait,
        ..Teller::default()
    };
    Box::pin(runtime::run(studio, &mut teller, stream::pending())).await?;
    demo.stop().await;
    Ok(teller)
}

/// Tells how far it is.
#[derive(Debug, Default)]
struct Teller {
    no_wait: bool,
    told: String,
    ended: Option<ImportCourse>,
    failure: Option<String>,
    is_over: bool,
}

impl Teller {
    fn say(&mut self, words: String) {
        // The result is told on stdout: progress is for people who watch.
        if words != self.told && io::stderr().is_terminal() {
            // A side that nobody listens to is no reason to stop.
            let _ = writeln!(io::stderr(), "fuzzbox: {words}");
            self.told = words;
        }
    }

    fn conclude(self) -> Result<(), Trouble> {
        if let Some(failure) = self.failure {
            return Err(Trouble::Failed(anyhow!(
                "earlier songs cannot be brought in: {failure}. What came is kept"
            )));
        }
        let Some(course) = self.ended else {
            return Err(Trouble::Coded(
                super::order::INTERRUPTED,
                anyhow!("left before its end: the next studio or import goes on from here"),
            ));
        };
        writeln!(
            io::stdout(),
            "{} looked at, {} new, {} of them older than their links live",
            course.listed,
            course.songs,
            course.dead
        )?;
        Ok(())
    }
}

impl Face for Teller {
    fn show(&mut self, app: &App) -> io::Result<()> {
        if app.is_importing() {
            if let Some(course) = app.import.course() {
                self.say(format!("{} looked at, {} new", course.listed, course.songs));
            }
            return Ok(());
        }
        self.ended = app.import.ended().copied();
        self.failure = app.import.failure().map(|failure| {
            let told = i18n::strings(Locale::En).failure_line(failure);
            format!("{told} {}", failure.message)
        });
        let left = app.songs.to_fetch();
        if left > 0 && !self.no_wait && self.failure.is_none() {
            self.say(format!("{left} files to fetch"));
        } else {
            self.is_over = true;
        }
        Ok(())
    }

    fn has_seen_enough(&self) -> bool {
        self.is_over
    }

    /// There is nothing to copy: nobody presses a key.
    fn copy(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        stop_process()
    }
}
