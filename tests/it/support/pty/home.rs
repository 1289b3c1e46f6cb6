//! A home of its own for each test, so that no test meets another or the person who runs it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// An empty home folder, removed when dropped.
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// A fresh home with its XDG folders.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("fuzzbox-home-")
            .tempdir()
            .expect("a folder for temporary files");
        let home = Self { folder };
        for (_, name) in FOLDERS {
            let path = home.path().join(name);
            std::fs::create_dir_all(&path).expect("a folder in the new home");
            // A run-time folder that others can enter is refused by those who keep sockets there.
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700))
                .expect("a folder of ours");
        }
        home
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program's settings folder, which need not exist yet.
    pub fn config(&self) -> PathBuf {
        self.path().join("config/fuzzbox")
    }

    /// The program's data folder, which need not exist yet.
    pub fn data(&self) -> PathBuf {
        self.path().join("data/fuzzbox")
    }

    /// The whole environment for a program that lives here. Nothing is inherited but `PATH`.
    pub fn environment(&self) -> BTreeMap<String, OsString> {
        let mut environment: BTreeMap<String, OsString> = FOLDERS
            .iter()
            .map(|&(name, folder)| (name.to_owned(), self.path().join(folder).into()))
            .collect();
        environment.insert("HOME".to_owned(), self.path().into());
        environment.extend(
            [
                ("TERM", "xterm-256color"),
                ("LANG", "C.UTF-8"),
                ("TZ", "UTC"),
                ("SHELL", "/bin/sh"),
                ("PS1", "> "),
            ]
            .map(|(name, value)| (name.to_owned(), value.into())),
        );
        if let Some(path) = std::env::var_os("PATH") {
            environment.insert("PATH".to_owned(), path);
        }
        environment
    }
}

const FOLDERS: [(&str, &str); 6] = [
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_RUNTIME_DIR", "run"),
    ("TMPDIR", "tmp"),
];
