//! Where things live: the XDG base directories, on every system.
//!
//! Invariant: a path is found from the environment alone; nothing is made or looked at.

use std::path::{Path, PathBuf};

use super::{ConfigError, Environment, variable};

/// The profile without a name.
const MAIN: &str = "fuzzbox";
/// The profile of `--demo`.
const DEMO: &str = "fuzzbox-demo";

/// Where things of one profile live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The settings, `config.toml`.
    pub config_file: PathBuf,
    /// The token, beside the settings.
    pub token_file: PathBuf,
    /// What must not be lost: the database and the songs' files.
    pub data: PathBuf,
    /// The database.
    pub database: PathBuf,
    /// The songs' files.
    pub media: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
    /// What is of interest for a while.
    pub state: PathBuf,
    /// The log.
    pub log_file: PathBuf,
}

impl Paths {
    /// The paths of the real profile.
    pub fn find(env: Environment<'_>) -> Result<Paths, ConfigError> {
        Paths::of_profile(MAIN, env)
    }

    /// The paths of the demo: folders of its own.
    pub fn demo(env: Environment<'_>) -> Result<Paths, ConfigError> {
        Paths::of_profile(DEMO, env)
    }

    /// A path as the settings name it: `~/` is the user's folder, and what is not absolute stands beside the settings.
    pub(super) fn named(&self, text: &str, env: Environment<'_>) -> Result<PathBuf, ConfigError> {
        if let Some(rest) = text.strip_prefix("~/") {
            return home(env).map(|home| home.join(rest));
        }
        let folder = self.config_file.parent().unwrap_or(Path::new(""));
        Ok(folder.join(text))
    }

    fn of_profile(profile: &str, env: Environment<'_>) -> Result<Paths, ConfigError> {
        let folder = |name: &str, within_home: &str| {
            // The specification has relative values ignored.
            match absolute(env, name) {
                Some(folder) => Ok(folder.join(profile)),
                None => home(env).map(|home| home.join(within_home).join(profile)),
            }
        };
        let config = folder("XDG_CONFIG_HOME", ".config")?;
        let data = folder("XDG_DATA_HOME", ".local/share")?;
        let state = folder("XDG_STATE_HOME", ".local/state")?;
        Ok(Paths {
            config_file: config.join("config.toml"),
            token_file: config.join("token"),
            database: data.join("fuzzbox.db"),
            media: data.join("media"),
            cache: folder("XDG_CACHE_HOME", ".cache")?,
            log_file: state.join("fuzzbox.log"),
            data,
            state,
        })
    }
}

fn home(env: Environment<'_>) -> Result<PathBuf, ConfigError> {
    absolute(env, "HOME")
        .or_else(|| etcetera::home_dir().ok())
        .ok_or(ConfigError::NoHome)
}

fn absolute(env: Environment<'_>, name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(variable(env, name)?);
    Path::is_absolute(&path).then_some(path)
}
