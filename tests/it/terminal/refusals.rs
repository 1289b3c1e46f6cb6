//! What is wrong with the set-up is said before the terminal is taken over.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{open_demo, quit};
use crate::support::program::{PROGRAM, database, demo, studio};
use crate::support::pty::{Home, Pty, PtyCommand};

/// Runs a studio that does not open; its exit code, and what it says, in one line.
#[track_caller]
fn refused(command: &PtyCommand) -> (u32, String) {
    let pty = Pty::spawn(command);
    let code = pty.wait_exit().exit_code();
    assert_eq!(pty.modes_left_on(), Vec::<String>::new());
    let raw = pty.raw_output();
    let said = String::from_utf8_lossy(&raw).into_owned();
    assert!(!said.contains('\x1b'), "{said:?}");
    let words: Vec<&str> = said.split_whitespace().collect();
    (code, words.join(" "))
}

#[test]
fn an_output_that_is_no_terminal_is_refused() {
    let home = Home::new();
    let output = Command::new(PROGRAM)
        .arg("--demo")
        .env_clear()
        .envs(demo(&home).env)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("needs a terminal"), "{said}");
    assert!(said.contains("fuzzbox replay"), "{said}");
    assert!(!database(&home, "fuzzbox-demo").exists(), "nothing is made");
}

#[test]
fn mistakes_in_the_settings_are_told_with_their_place() {
    let home = Home::new();
    let file = home.config().join("config.toml");
    std::fs::create_dir_all(home.config()).expect("a folder for the settings");
    std::fs::write(
        &file,
        "mouse = false\nlanguag = \"en\"\n\n[keys.global]\n\"f5\" = \"compose:submitt\"\n",
    )
    .expect("a file of settings");
    let (code, said) = refused(&studio(&home));
    assert_eq!(code, 2);
    assert!(said.contains("config.toml:2"), "{said}");
    assert!(
        said.contains("\"language\"") || said.contains("`language`"),
        "{said}"
    );

    let keys = "[keys.global]\n\"f5\" = \"compose:sumbit\"\n";
    std::fs::write(&file, keys).expect("a file of settings");
    let (code, said) = refused(&studio(&home));
    assert_eq!(code, 2);
    assert!(said.contains("config.toml:2"), "{said}");
    assert!(said.contains("Did you mean \"compose:submit\"?"), "{said}");
    assert!(!database(&home, "fuzzbox").exists(), "nothing is made");
}

#[test]
fn a_token_file_that_is_not_there_is_told() {
    let home = Home::new();
    let (code, said) = refused(&studio(&home).args(["--token-file", "nowhere/token"]));
    assert_eq!(code, 2);
    assert!(said.contains("nowhere/token"), "{said}");
}

/// The files of a folder and their bytes.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<(PathBuf, Vec<u8>)> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).expect("a file of ours")))
        .collect();
    files.sort();
    files
}

/// Makes a database, has it spoiled, and checks that it is refused and left alone. Gives back what changed all the same.
#[track_caller]
fn refused_but_for(spoil: impl FnOnce(&Path), reason: &str) -> Vec<String> {
    let home = Home::new();
    quit(&open_demo(&home));
    let database = database(&home, "fuzzbox-demo");
    spoil(&database);
    let folder = database.parent().expect("it is in a folder");
    let before = contents(folder);
    let (code, said) = refused(&demo(&home));
    assert_eq!(code, 1);
    assert!(
        said.contains("fuzzbox.db") && said.contains(reason),
        "{said}"
    );
    let after = contents(folder);
    let names = |files: &[(PathBuf, Vec<u8>)]| -> Vec<PathBuf> {
        files.iter().map(|(path, _)| path.clone()).collect()
    };
    assert_eq!(names(&after), names(&before));
    let changed = after.iter().zip(&before).filter(|(a, b)| a != b);
    changed
        .filter_map(|((path, _), _)| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect()
}

#[track_caller]
fn refused_and_left_alone(spoil: impl FnOnce(&Path), reason: &str) {
    assert_eq!(refused_but_for(spoil, reason), [""; 0], "it was touched");
}

#[test]
fn a_newer_database_is_left_alone() {
    let newer = |database: &Path| {
        let kept = rusqlite::Connection::open(database).expect("our database");
        kept.pragma_update(None, "user_version", 99)
            .expect("a newer version");
    };
    refused_and_left_alone(newer, "newer");
}

#[test]
fn a_damaged_database_is_left_alone() {
    let damaged = |database: &Path| {
        let mut bytes = std::fs::read(database).expect("our database");
        let middle = bytes.len() / 2;
        bytes[100..middle].fill(0x5a);
        std::fs::write(database, bytes).expect("our database");
    };
    // SQLite has to open it to see that, and then makes the index of the log anew: scratch space, not data.
    assert_eq!(refused_but_for(damaged, "damaged"), ["fuzzbox.db-shm"]);
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    let other = |database: &Path| std::fs::write(database, "# a diary\n").expect("our folder");
    refused_and_left_alone(other, "not an SQLite database");
}
