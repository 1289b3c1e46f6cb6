//! The walls of the house, read from ARCHITECTURE.md and held against the code.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot read the sources fails, and says where"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The most lines a file may have.
const LONGEST_FILE: usize = 500;

struct Wall {
    rooms: Vec<String>,
    forbidden: Vec<String>,
}

fn words(cell: &str) -> Vec<String> {
    cell.split_whitespace().map(str::to_owned).collect()
}

/// The table between the `walls` marks.
fn walls() -> BTreeMap<String, Wall> {
    let plan = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    let (_, after) = plan.split_once("<!-- walls -->").expect("the table begins");
    let (table, _) = after.split_once("<!-- /walls -->").expect("the table ends");
    table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let wall = Wall {
                rooms: words(cells[1]),
                forbidden: words(cells[2]),
            };
            (cells[0].trim_matches('`').to_owned(), wall)
        })
        .collect()
}

/// Every source file with its room.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(ROOT).join("src");
    let mut folders = vec![src.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(&src).unwrap().to_owned();
                let first = relative
                    .iter()
                    .next()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                let room = first.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push((room, relative, text));
            }
        }
    }
    found
}

/// The code of a line, without its comment.
fn code(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// The identifiers that stand right after `before` in a text.
fn named_after(text: &str, before: &str) -> Vec<String> {
    text.match_indices(before)
        .filter(|(at, _)| {
            !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
        })
        .map(|(at, _)| {
            text[at + before.len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn no_room_reaches_through_a_wall() {
    let walls = walls();
    let mut broken = Vec::new();
    for (room, path, text) in sources() {
        let Some(wall) = walls.get(&room) else {
            assert!(
                room == "lib" || room == "main",
                "{room} has no row in ARCHITECTURE.md"
            );
            continue;
        };
        for line in text.lines().map(code) {
            for named in named_after(line, "crate::") {
                let known = walls.contains_key(&named);
                if known && named != room && !wall.rooms.contains(&named) {
                    broken.push(format!("{}: names {named}", path.display()));
                }
            }
            for crate_name in &wall.forbidden {
                let uses = named_after(line, &format!("{crate_name}::"));
                let imports = line.trim() == format!("use {crate_name};");
                if !uses.is_empty() || imports {
                    broken.push(format!("{}: uses {crate_name}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_walls_are_seen_by_this_test() {
    let walls = walls();
    assert!(walls.len() >= 12, "the table was read");
    assert!(walls["sim"].rooms.is_empty());
    assert!(walls["app"].forbidden.contains(&"tokio".to_owned()));
    assert_eq!(named_after("use crate::api::Client;", "crate::"), ["api"]);
    assert_eq!(named_after("tokio::spawn(x)", "tokio::"), ["spawn"]);
    assert!(named_after("my_tokio::spawn(x)", "tokio::").is_empty());
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for (_, path, text) in sources() {
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{}: does not say what it is for", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_pane_stands_in_all_its_places() {
    for pane in ["compose", "lyrics", "queue", "library", "player", "overlay"] {
        for place in ["src/app/panes", "src/ui/panes", "tests/it"] {
            let file = Path::new(ROOT).join(place).join(format!("{pane}.rs"));
            assert!(file.exists(), "{} is missing", file.display());
        }
    }
}

#[test]
fn the_text_area_is_named_in_one_file_only() {
    let naming: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|(_, _, text)| {
            text.lines()
                .map(code)
                .any(|line| line.contains("tui_textarea"))
        })
        .map(|(_, path, _)| path)
        .collect();
    assert_eq!(naming, [PathBuf::from("app/editor.rs")]);
}
