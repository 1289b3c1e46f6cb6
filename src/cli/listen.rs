//! `fuzzbox listen`: songs of the library at a link on this machine, for ears that are elsewhere.
//!
//! Invariant: it reads the library and changes nothing in it; a studio may be open meanwhile.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use anyhow::{Context, anyhow};
use clap::Args;
use crossterm::clipboard::CopyToClipboard;

use super::Trouble;
use crate::config::{self, Flags};
use crate::domain::{Song, text};
use crate::listen::{Listening, Offer, Source};
use crate::store::Store;

/// The arguments of `listen`.
#[derive(Debug, Args)]
pub(crate) struct ListenArguments {
    /// The songs: the beginning of an id, or a part of a title. Without any, the newest
    #[arg(value_name = "SONG")]
    songs: Vec<String>,
    /// The newest song
    #[arg(long, conflicts_with = "songs")]
    latest: bool,
    /// The port on this machine; 0: any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The songs of the demo
    #[arg(long)]
    demo: bool,
}

/// Serves songs until it is interrupted.
pub(crate) fn run(arguments: &ListenArguments) -> Result<(), Trouble> {
    let env = |name: &str| -> Option<OsString> { std::env::var_os(name) };
    let flags = Flags {
        demo: arguments.demo,
        ..Flags::default()
    };
    let config = config::load(&flags, &env).map_err(|error| Trouble::Usage(error.into()))?;
    if !config.paths.database.exists() {
        return Err(anyhow!("there are no songs yet").into());
    }
    let (store, _) = Store::open(&config.paths.database)?;
    super::runtime()?.block_on(async {
        let songs = store.library().await?;
        drop(store);
        let mut offers = Vec::new();
        for song in chosen(&songs, &arguments.songs)? {
            let Some(file) = &song.audio.file else {
                let title = text::clean_line(&song.title, 80);
                return Err(
                    anyhow!("“{title}” is not here yet: its audio is still to be fetched").into(),
                );
            };
            offers.push(Offer {
                source: Source::File(config.paths.media.join(&file.name)),
                title: song.title.clone(),
            });
        }
        let listening = Listening::open(arguments.port).context("cannot serve")?;
        for offer in offers {
            listening.add(offer).await.context("cannot serve")?;
        }
        tell(&listening)?;
        tokio::signal::ctrl_c().await?;
        Ok(())
    })
}

/// The songs that are meant, each by one word of the user's.
fn chosen<'a>(songs: &'a [Song], words: &[String]) -> Result<Vec<&'a Song>, Trouble> {
    if words.is_empty() {
        let here = songs.iter().rev().find(|song| song.audio.file.is_some());
        return here
            .map(|song| vec![song])
            .ok_or_else(|| anyhow!("there are no songs yet").into());
    }
    let mut chosen = Vec::new();
    for word in words {
        let sought = word.to_lowercase();
        let found = songs
            .iter()
            .rev()
            .find(|song| song.id.0.starts_with(&sought));
        let found = found.or_else(|| {
            let mut newest = songs.iter().rev();
            newest.find(|song| song.title.to_lowercase().contains(&sought))
        });
        chosen.push(found.ok_or_else(|| Trouble::Usage(anyhow!("no song is called {word:?}")))?);
    }
    Ok(chosen)
}

/// The links go to stdout, and the first to the clipboard; how to reach them to stderr.
fn tell(listening: &Listening) -> io::Result<()> {
    let (link, port) = (listening.link(), listening.port());
    let mut stdout = io::stdout();
    for each in listening.links() {
        writeln!(stdout, "{each}")?;
    }
    if listening.links().len() > 1 {
        writeln!(stdout, "{link}")?;
    }
    if stdout.is_terminal() {
        crossterm::execute!(stdout, CopyToClipboard::to_clipboard_from(&link))?;
    }
    stdout.flush()?;
    writeln!(
        io::stderr(),
        "Open it here, or from elsewhere through a tunnel: ssh -L {port}:127.0.0.1:{port} this-host\n\
         It is served until you press Ctrl-C."
    )
}
