//! What to start in a terminal.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use portable_pty::CommandBuilder;

use super::Home;

/// What to start, and where.
#[derive(Clone)]
pub struct PtyCommand {
    /// A path, or a name to be found on the environment's `PATH`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment.
    pub env: BTreeMap<String, OsString>,
    /// The folder it starts in.
    pub cwd: PathBuf,
    /// Columns and rows.
    pub size: (u16, u16),
}

impl PtyCommand {
    /// `program` in `home`, on 80×24.
    pub fn new(program: impl Into<OsString>, home: &Home) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: home.environment(),
            cwd: home.path().to_owned(),
            size: (80, 24),
        }
    }

    /// With these arguments after those it has.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// With one more variable.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// On so many columns and rows.
    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    /// Ready for `portable-pty`.
    pub fn builder(&self) -> CommandBuilder {
        let mut builder = CommandBuilder::new(&self.program);
        builder.args(&self.args);
        builder.env_clear();
        for (name, value) in &self.env {
            builder.env(name, value);
        }
        builder.cwd(&self.cwd);
        builder
    }
}
