//! The secret that makes addresses nobody can guess: one for each task.
//!
//! Invariant: the secret leaves its file for memory only. An address holds a proof made with it, so one that leaks
//! betrays one task and no other.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq;
use url::Url;

use crate::domain::TaskId;

/// Bytes of the secret.
const LENGTH: usize = 32;

/// The secret. It has no `Debug`, so that no message can show it.
pub struct Key(hmac::Key);

impl Key {
    /// The key of its file; `None` where there is none, or none that is whole.
    pub fn read(path: &Path) -> io::Result<Option<Key>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        protect(path)?;
        Ok(bytes(text.trim()).map(|secret| Key(hmac::Key::new(hmac::HMAC_SHA256, &secret))))
    }

    /// The key of its file, which is made where there is none: readable by its owner only, and whole or not there.
    pub fn read_or_make(path: &Path) -> io::Result<Key> {
        if let Some(key) = Key::read(path)? {
            return Ok(key);
        }
        let mut secret = [0; LENGTH];
        SystemRandom::new()
            .fill(&mut secret)
            .map_err(|_| io::Error::other("the system has no random numbers"))?;
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        writeln!(file, "{}", hex(&secret))?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        Ok(Key(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// What proves an address for a task, as it stands there.
    pub fn proof(&self, task: TaskId) -> String {
        hex(self.sign(task).as_ref())
    }

    /// The end of the address for a task.
    pub fn path(&self, task: TaskId) -> String {
        format!("{}/{}", task.0, self.proof(task))
    }

    /// The task a path stands for, if it ends in an address of ours; what stands before it is the business of whoever
    /// forwards to us. How long the answer takes tells nothing about the proof.
    pub fn open(&self, path: &str) -> Option<TaskId> {
        let mut ends = path.rsplit('/');
        let (proof, task) = (ends.next()?, ends.next()?);
        let shown = bytes(proof)?;
        let task = TaskId(task.parse().ok()?);
        let is_ours: bool = self.sign(task).as_ref().ct_eq(&shown).into();
        is_ours.then_some(task)
    }

    /// The task an address stands for, if it is one of ours, wherever the door was when it was made.
    pub fn recognise(&self, address: &str) -> Option<TaskId> {
        self.open(Url::parse(address).ok()?.path())
    }

    fn sign(&self, task: TaskId) -> hmac::Tag {
        hmac::sign(&self.0, &task.0.to_le_bytes())
    }
}

/// What was made too open is closed.
fn protect(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = fs::metadata(path)?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o600);
            fs::set_permissions(path, permissions)?;
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all");
        text
    })
}

fn bytes(text: &str) -> Option<[u8; LENGTH]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    (digits.len() == 2 * LENGTH).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(folder: &tempfile::TempDir) -> Key {
        Key::read_or_make(&folder.path().join("webhook.key")).expect("a key")
    }

    #[test]
    fn an_address_opens_for_its_task_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = key(&folder);
        let path = key.path(TaskId(7));
        assert_eq!(key.open(&path), Some(TaskId(7)));
        assert_eq!(
            key.open(&format!("/behind/a/proxy/{path}")),
            Some(TaskId(7))
        );
        let other = format!("8/{}", key.proof(TaskId(7)));
        assert_eq!(key.open(&other), None);
        for wrong in ["", "/", "7", "7/", "7/00", "x/y", "7/é"] {
            assert_eq!(key.open(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("webhook.key");
        let made = key(&folder).proof(TaskId(1));
        assert_eq!(key(&folder).proof(TaskId(1)), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode();
            assert_eq!(mode(&path) & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("ours");
            assert_eq!(key(&folder).proof(TaskId(1)), made);
            assert_eq!(mode(&path) & 0o777, 0o600);
        }
        fs::write(&path, "cut off").expect("ours");
        assert!(Key::read(&path).expect("readable").is_none());
        assert_ne!(
            key(&folder).proof(TaskId(1)),
            made,
            "a spoilt one is made anew"
        );
    }
}
