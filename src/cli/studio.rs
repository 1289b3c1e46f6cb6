//! The studio: rooms opened, put together, and handed to the loop.
//!
//! Invariant: what can be wrong with the set-up is said before the terminal is taken over.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow};
use clap::Args;

use super::Trouble;
use super::settings;
use crate::api::{Client, Host, Secret};
use crate::app::App;
use crate::app::settings::Settings;
use crate::audio::OutputChoice;
use crate::config::{self, Config, Flags, Language, Paths, SoundOutput, Theme};
use crate::domain::{Saved, Timestamp};
use crate::i18n;
use crate::logging;
use crate::profile::Profile;
use crate::runtime::company::{Company, Engage};
use crate::runtime::recorder::{Recorder, Takeoff};
use crate::runtime::terminal::{self, Screen};
use crate::runtime::world::{Handles, World};
use crate::runtime::{self, Farewell, Studio};
use crate::sim::{SimConfig, Simulator};
use crate::store::Store;
use crate::webhook;

/// How fast the demo's simulator makes songs: under ten seconds.
const DEMO_PACE: f64 = 0.14;
/// Bytes of songs that the demo's simulator keeps in memory: one or two, until they are downloaded.
const DEMO_SHELF: usize = 4 << 20;
/// The demo's token: the simulator takes any.
const DEMO_TOKEN: &str = "demo";

/// The arguments of the studio.
#[derive(Debug, Default, Args)]
pub(crate) struct StudioArguments {
    /// Run offline against a simulator inside the program, with a profile of its own: nothing is charged
    #[arg(long)]
    demo: bool,
    /// Read the token from this file
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The language of the screen: en, zh-TW, zh-CN
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// The colours: auto, dark, light, plain
    #[arg(long, value_name = "THEME")]
    theme: Option<Theme>,
    /// Where the sound goes: auto, silent
    #[arg(long, value_name = "OUTPUT")]
    sound: Option<SoundOutput>,
    /// Record every event to this file, for `fuzzbox replay` (it holds what you type, never the token)
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

/// Opens the studio and runs it until the user leaves.
pub(crate) fn run(arguments: &StudioArguments) -> Result<(), Trouble> {
    if !io::stdout().is_terminal() {
        return Err(Trouble::Usage(anyhow!(
            "the studio needs a terminal, and the output is not one. \
             `fuzzbox simulate` and `fuzzbox replay FILE` work without"
        )));
    }
    let flags = Flags {
        demo: arguments.demo,
        token_file: arguments.token_file.clone(),
        language: arguments.language,
        theme: arguments.theme,
        sound: arguments.sound,
        ..Flags::default()
    };
    let mut opened = set_up(&flags)?;
    let _log = start_log(&opened.config)?;
    let profile = enter(&mut opened)?;
    // Held until everything else of this program has ended.
    let _lock = profile.lock();
    let (store, saved) = Store::open(&opened.config.paths.database)?;
    let farewell = super::runtime()?.block_on(open(
        opened,
        (profile, store, saved),
        arguments.record.as_deref(),
    ))?;
    say_farewell(farewell)
}

/// What is known before anything is opened.
pub(super) struct Opened {
    pub config: Config,
    pub settings: Settings,
    /// The token, where there is one.
    pub secret: Option<Secret>,
    /// The token of the file host, where that has one of its own.
    pub files_token: Option<Secret>,
    /// The user's folder, for paths that begin with `~`.
    pub home: Option<PathBuf>,
}

/// Reads the config and the token, and says what is wrong with them.
pub(super) fn set_up(flags: &Flags) -> Result<Opened, Trouble> {
    let env = |name: &str| -> Option<OsString> { std::env::var_os(name) };
    let usage = |error: config::ConfigError| Trouble::Usage(error.into());
    let config = config::load(flags, &env).map_err(usage)?;
    let token = config::token(flags, &env, &config.paths).map_err(usage)?;
    let settings = settings::from_config(&config, flags, token.as_ref(), &env)?;
    if let Some(exposed) = token.as_ref().and_then(|found| found.exposed.as_deref()) {
        // Ours is made private; another's file is not ours to change.
        if exposed == config.paths.token_file && config::protect_token(exposed).is_err() {
            tracing::warn!("the token file can be read by others");
        }
    }
    let secret = match token {
        Some(found) => Some(Secret::new(found.token.reveal())?),
        None if flags.demo => Some(Secret::new(DEMO_TOKEN)?),
        None => None,
    };
    let files_token = config::files_token(&config).map_err(usage)?;
    let files_token = files_token
        .map(|found| Secret::new(found.token.reveal()))
        .transpose()?;
    Ok(Opened {
        config,
        settings,
        secret,
        files_token,
        home: env("HOME").map(PathBuf::from),
    })
}

/// Begins the log; it goes on for as long as what is given back lives.
pub(super) fn start_log(config: &Config) -> Result<logging::Log, Trouble> {
    let level = std::env::var_os(logging::VARIABLE);
    let level = level.map(|level| level.to_string_lossy().into_owned());
    logging::start(&config.paths.log_file, level.as_deref())
        .map_err(|error| Trouble::Usage(error.into()))
}

/// Enters the profile. Whether this program has the engine, or another that is open already, is in the settings then: two
/// engines on one profile would each send the orders that wait, and both would be charged.
pub(super) fn enter(opened: &mut Opened) -> Result<Profile, Trouble> {
    let folder = &opened.config.paths.data;
    let profile = Profile::open(folder)
        .with_context(|| format!("cannot make or write the folder {}", folder.display()))?;
    let is_owner = profile
        .try_own()
        .with_context(|| format!("cannot lock {}", Profile::lock_file(folder).display()))?;
    opened.settings.is_guest = !is_owner;
    let started = Timestamp::now().as_microsecond();
    opened.settings.program = format!("{}-{started}", std::process::id());
    Ok(profile)
}

async fn open(
    opened: Opened,
    (profile, store, saved): (Profile, Store, Saved),
    record: Option<&Path>,
) -> Result<Farewell, Trouble> {
    let mouse = opened.config.mouse.value;
    let recorder = match record {
        Some(path) => Some(begin_recording(
            path,
            &opened.settings,
            &saved,
            Timestamp::now(),
        )?),
        None => None,
    };
    let (app, world, simulator) = put_together(opened, (profile, store, saved)).await?;
    let studio = Studio {
        app,
        world,
        recorder,
        clock: Timestamp::now,
    };
    terminal::restore_on_panic();
    let mut screen = Screen::enter(mouse).context("cannot take over the terminal")?;
    let input = runtime::input::read();
    let farewell = Box::pin(runtime::run(studio, &mut screen, input)).await;
    drop(screen);
    simulator.stop().await;
    Ok(farewell?)
}

/// Where the demo brings local files.
fn demo_files(url: &str) -> Result<Host, url::ParseError> {
    Ok(Host {
        url: format!("{url}{}", config::FILES_PATH).parse()?,
        token: None,
        is_kin: true,
    })
}

/// Where local files are to be brought, before there is anything to bring them to: enough to tell how large they may be.
pub(super) fn host_of(opened: &Opened) -> Result<Host, Trouble> {
    let nowhere = opened.settings.demo.then_some("http://127.0.0.1");
    files_host(&opened.config, nowhere, None)
}

/// Where local files are brought. The demo brings nothing out of this machine.
fn files_host(
    config: &Config,
    simulator: Option<&str>,
    token: Option<Secret>,
) -> Result<Host, Trouble> {
    Ok(match simulator {
        Some(url) => demo_files(url)?,
        None => Host {
            url: config.files_host.value.clone(),
            token,
            is_kin: config.files_host.origin == config::Origin::Default
                || config.files_host.value.origin() == config.base_url.value.origin(),
        },
    })
}

/// Where the provider can call us. The secret is beside the database: it belongs to the profile.
fn webhook_plan(config: &Config) -> webhook::Plan {
    webhook::Plan {
        listen: config.webhook.as_ref().map(|webhook| webhook.listen),
        public_url: config
            .webhook
            .as_ref()
            .and_then(|webhook| webhook.public_url.clone()),
        key_file: config.paths.data.join("webhook.key"),
    }
}

/// The app as it was left and the world for it, with the simulator where it is the demo.
pub(super) async fn put_together(
    opened: Opened,
    (profile, store, saved): (Profile, Store, Saved),
) -> Result<(App, World, DemoApi), Trouble> {
    let Opened {
        config,
        mut settings,
        secret,
        files_token,
        home,
    } = opened;
    let demo = DemoApi::new(&config.paths.data);
    let simulated = if settings.demo && !settings.is_guest {
        Some(demo.start().await?)
    } else {
        None
    };
    let base: url::Url = match &simulated {
        Some(url) => url.parse()?,
        None => config.base_url.value.clone(),
    };
    let files_host = files_host(&config, simulated.as_deref(), files_token)?;
    settings.base_url = base.to_string();
    let engage = (settings.demo && settings.is_guest).then(|| demo.clone().engage());
    let paths = config.paths.clone();
    let world = World::new(Handles {
        client: Client::new(base),
        store,
        output: match config.sound.value {
            SoundOutput::Auto => OutputChoice::Auto,
            SoundOutput::Silent => OutputChoice::Silent,
        },
        media: config.paths.media.clone(),
        shapes: Some(config.paths.cache.join("shapes")),
        files_host,
        home,
        webhook: webhook_plan(&config),
        token: secret,
        store_token: Arc::new(move |typed| {
            config::store_token(&config.paths, typed)
                .map(drop)
                .map_err(|error| error.to_string())
        }),
    });
    world.keep_company(Company {
        profile,
        is_owner: !settings.is_guest,
        mark: saved.mark,
        paused: saved.paused,
        engage,
        read_token: Arc::new(move || stored_token(&paths)),
    });
    let app = App::new(saved, settings, i18n::command, Timestamp::now());
    Ok((app, world, demo))
}

/// The token that another program has just stored.
fn stored_token(paths: &Paths) -> Option<Secret> {
    let no_variable = |_: &str| None;
    let found = config::token(&Flags::default(), &no_variable, paths);
    Secret::new(found.ok()??.token.reveal()).ok()
}

/// The demo's API, which runs in the program that has the engine. It remembers what was ordered: songs that were being
/// made when the user left are there at the next start.
#[derive(Clone)]
pub(super) struct DemoApi {
    data: PathBuf,
    simulator: Arc<Mutex<Option<Simulator>>>,
}

impl DemoApi {
    fn new(data: &Path) -> DemoApi {
        DemoApi {
            data: data.to_owned(),
            simulator: Arc::default(),
        }
    }

    fn simulator(&self) -> std::sync::MutexGuard<'_, Option<Simulator>> {
        // Set in one step: whole, whatever panicked meanwhile.
        self.simulator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts it; its address.
    async fn start(&self) -> Result<String, Trouble> {
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("cannot make the folder {}", self.data.display()))?;
        let config = SimConfig {
            pace: DEMO_PACE,
            state: Some(self.data.join("simulator.jsonl")),
            shelf: DEMO_SHELF,
            ..SimConfig::default()
        };
        let simulator = Simulator::start(config).await?;
        let url = simulator.url();
        *self.simulator() = Some(simulator);
        Ok(url)
    }

    /// How it is started later, by a program that takes over the engine.
    fn engage(self) -> Engage {
        Arc::new(move || {
            let demo = self.clone();
            Box::pin(async move {
                let broken = |why: String| format!("the demo's API ({why})");
                let url = demo.start().await;
                let url = url.map_err(|_| broken("it does not start".into()))?;
                let base: url::Url = url.parse().map_err(|error| broken(format!("{error}")))?;
                let files_host = demo_files(&url).map_err(|error| broken(format!("{error}")))?;
                Ok((Client::new(base), files_host))
            })
        })
    }

    /// Stops it, where it runs.
    pub(super) async fn stop(self) {
        let simulator = self.simulator().take();
        if let Some(simulator) = simulator {
            simulator.stop().await;
        }
    }
}

fn begin_recording(
    path: &Path,
    settings: &Settings,
    saved: &Saved,
    at: Timestamp,
) -> Result<Recorder, Trouble> {
    let takeoff = Takeoff {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at,
        size: crossterm::terminal::size().unwrap_or((80, 24)),
        settings: settings.clone(),
        saved: saved.clone(),
    };
    let recorder = Recorder::start(path, &takeoff)
        .with_context(|| format!("cannot record to {}", path.display()))
        .map_err(Trouble::Usage)?;
    Ok(recorder)
}

/// What could not be kept goes to the terminal, where it can be copied from.
fn say_farewell(farewell: Farewell) -> Result<(), Trouble> {
    let Some((reason, draft)) = farewell.unsaved else {
        return Ok(());
    };
    let mut stderr = io::stderr();
    if !draft.trim().is_empty() {
        writeln!(stderr, "The draft as it stood:\n\n{draft}\n")?;
    }
    Err(Trouble::Failed(anyhow!(
        "the last changes could not be kept: {reason}"
    )))
}
