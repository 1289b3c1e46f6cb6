//! The API token: found, kept, and never shown.
//!
//! Invariant: nothing prints a token, in whatever state it is.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Config, ConfigError, Environment, Flags, Origin, Paths, variable};

/// The variable that holds a token.
const VARIABLE: &str = "ACEDATACLOUD_API_TOKEN";
/// More than any token is long.
const BYTES_MAX: u64 = 16 * 1024;
/// The most characters of one.
const LENGTH_MAX: usize = 4096;

/// What is wrong with a token that is not there.
const EMPTY: &str = "it is empty";
const TOO_LONG: &str = "it is too long";

/// An API token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// A token and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundToken {
    /// The token.
    pub token: Token,
    /// Where it was found.
    pub origin: Origin,
    /// The file it stands in, where others on this machine can read it: to be told, and mended with [`protect_token`].
    pub exposed: Option<PathBuf>,
}

impl Token {
    /// A token as typed or pasted: spaces around it and a leading `Bearer` are taken off. The error does not show it.
    pub fn parse(text: &str) -> Result<Token, &'static str> {
        let text = text.trim();
        let text = match text.split_once(' ') {
            Some((word, rest)) if word.eq_ignore_ascii_case("bearer") => rest.trim_start(),
            _ => text,
        };
        if text.is_empty() {
            return Err(EMPTY);
        }
        if text.len() > LENGTH_MAX {
            return Err(TOO_LONG);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("it holds a space or a character that no token has");
        }
        Ok(Token(text.to_owned()))
    }

    /// The token itself, to be sent to the API and nowhere else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The token: from `--token-file`, else `ACEDATACLOUD_API_TOKEN`, else the `token` file beside the settings.
///
/// The demo looks at the file of its own profile alone, unless a flag names another.
pub fn token(
    flags: &Flags,
    env: Environment<'_>,
    paths: &Paths,
) -> Result<Option<FoundToken>, ConfigError> {
    if let Some(path) = &flags.token_file {
        let found = read(path, Origin::Flag("--token-file"))?;
        return match found {
            Some(found) => Ok(Some(found)),
            None => Err(unreadable(path, &io::ErrorKind::NotFound.into())),
        };
    }
    if !flags.demo
        && let Some(text) = variable(env, VARIABLE)
    {
        let origin = Origin::Env(VARIABLE);
        // What is not Unicode is no token; the lossy form fails for it below.
        return match Token::parse(&text.to_string_lossy()) {
            Ok(token) => Ok(Some(FoundToken {
                token,
                origin,
                exposed: None,
            })),
            Err(problem) => Err(ConfigError::Token { origin, problem }),
        };
    }
    let origin = Origin::File {
        path: paths.token_file.clone(),
        line: None,
    };
    // An empty file is as good as none: the studio opens and asks for a token when it needs one.
    match read(&paths.token_file, origin) {
        Err(ConfigError::Token { problem: EMPTY, .. }) => Ok(None),
        found => found,
    }
}

/// The token of the host of local files, where the settings name a file for it: then there must be one in it.
pub fn files_token(config: &Config) -> Result<Option<FoundToken>, ConfigError> {
    let Some(path) = &config.files_token_file else {
        return Ok(None);
    };
    let origin = Origin::File {
        path: path.clone(),
        line: None,
    };
    match read(path, origin)? {
        Some(found) => Ok(Some(found)),
        None => Err(unreadable(path, &io::ErrorKind::NotFound.into())),
    }
}

/// Keeps a token in the `token` file beside the settings: mode 0600, whole or not at all.
pub fn store_token(paths: &Paths, text: &str) -> Result<Token, ConfigError> {
    let path = &paths.token_file;
    let token = Token::parse(text).map_err(|problem| ConfigError::Token {
        origin: Origin::File {
            path: path.clone(),
            line: None,
        },
        problem,
    })?;
    replace(path, token.reveal()).map_err(|error| ConfigError::Unwritable {
        path: path.clone(),
        detail: error.to_string(),
    })?;
    Ok(token)
}

/// Takes the right to read a token file from everyone but its owner.
pub fn protect_token(path: &Path) -> Result<(), ConfigError> {
    set_private(path).map_err(|error| ConfigError::Unwritable {
        path: path.to_owned(),
        detail: error.to_string(),
    })
}

/// The token in a file; `None` where there is no such file.
fn read(path: &Path, origin: Origin) -> Result<Option<FoundToken>, ConfigError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| unreadable(path, &error))?,
    };
    let exposed = is_exposed(&file).then(|| path.to_owned());
    let mut text = Vec::new();
    file.take(BYTES_MAX + 1)
        .read_to_end(&mut text)
        .map_err(|error| unreadable(path, &error))?;
    let parsed = if text.len() as u64 > BYTES_MAX {
        Err(TOO_LONG)
    } else {
        Token::parse(&String::from_utf8_lossy(&text))
    };
    match parsed {
        Ok(token) => Ok(Some(FoundToken {
            token,
            origin,
            exposed,
        })),
        Err(problem) => Err(ConfigError::Token { origin, problem }),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    ConfigError::Unreadable {
        path: path.to_owned(),
        detail: error.to_string(),
    }
}

/// Writes a file of its own beside it first, so that a crash leaves the old token or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)?;
    let draft = folder.join(format!(".token-{}", std::process::id()));
    let written = write_private(&draft, text).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // What was written of it goes; that it cannot be taken away changes nothing.
        drop(fs::remove_file(&draft));
    }
    written
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(unix)]
fn is_exposed(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt;
    // A pipe or a device is not a file that others could read later.
    file.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &File) -> bool {
    false
}

#[cfg(unix)]
fn set_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn set_private(_: &Path) -> io::Result<()> {
    Ok(())
}
