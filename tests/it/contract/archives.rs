//! Archives of stems nobody should unpack without looking.

use std::io::{Cursor, Read};

use serde_json::json;
use zip::ZipArchive;

use super::Api;

/// The archive a trick makes.
async fn archive(trick: &str) -> Vec<u8> {
    let rules = format!("[[on]]\nendpoint = \"audios\"\naction = \"stems\"\nstems = \"{trick}\"");
    let api = Api::instant(1.0, &rules).await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let stems = api.edit("stems", &song, json!({})).await;
    let file = api.fetch(&stems["stems_url"]).await;
    assert!(
        file.len() < 4_000_000,
        "{trick}: {} bytes on the wire",
        file.len()
    );
    file
}

/// The names as they are written.
fn names(zip: &ZipArchive<Cursor<Vec<u8>>>) -> Vec<String> {
    let names = zip
        .file_names()
        .map(|name| name.expect("UTF-8").into_owned());
    names.collect()
}

fn open(file: Vec<u8>) -> ZipArchive<Cursor<Vec<u8>>> {
    ZipArchive::new(Cursor::new(file)).expect("an archive")
}

#[tokio::test]
async fn bombs_are_small_on_the_wire_and_endless_inside() {
    for (trick, told) in [("bomb", 1 << 31), ("liar", 1_024)] {
        let mut zip = open(archive(trick).await);
        assert_eq!(names(&zip)[0], "vocals.wav");
        let entry = zip.by_name("boom.wav").expect("the bomb");
        assert_eq!(entry.size(), told);
        let mut much = Vec::new();
        let read = entry.take(20_000_000).read_to_end(&mut much);
        // A careful reader stops where it was told that the end is.
        assert_eq!(read.is_ok(), trick == "bomb", "{trick}: {read:?}");
        assert!(much.len() >= 1_024 && much.iter().all(|byte| *byte == 0));
    }
}

#[tokio::test]
async fn names_lead_elsewhere() {
    let zip = open(archive("absolute").await);
    assert!(names(&zip).iter().any(|name| name.starts_with('/')));
    let zip = open(archive("parent").await);
    assert!(names(&zip).iter().any(|name| name.starts_with("../")));
    assert!(names(&zip).iter().any(|name| name.starts_with("..\\")));
    let mut zip = open(archive("symlink").await);
    let links = (0..zip.len())
        .filter(|at| zip.by_index(*at).expect("an entry").is_symlink())
        .count();
    assert_eq!(links, 2);
}

#[tokio::test]
async fn names_in_gbk_do_not_say_so() {
    let mut zip = open(archive("gbk").await);
    let entry = zip.by_index(0).expect("a stem");
    assert_eq!(entry.name_raw(), b"\xc8\xcb\xc9\xf9.wav");
    assert!(std::str::from_utf8(entry.name_raw()).is_err());
    drop(entry);
    for at in 0..zip.len() {
        let mut bytes = Vec::new();
        let mut entry = zip.by_index(at).expect("a stem");
        entry
            .read_to_end(&mut bytes)
            .expect("whole, with a right check sum");
        super::samples(&bytes);
    }
}

#[tokio::test]
async fn some_are_no_archives() {
    assert!(archive("html").await.starts_with(b"<html>"));
    let half = archive("truncated").await;
    assert!(half.starts_with(b"PK\x03\x04"));
    assert!(ZipArchive::new(Cursor::new(half)).is_err());
}

#[tokio::test]
async fn tricks_come_in_their_turn_and_stay_after_a_restart() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/scenarios/edits.toml"
    );
    let rules = std::fs::read_to_string(path).expect("a scenario");
    let folder = tempfile::tempdir().expect("a folder");
    let config = super::SimConfig {
        state: Some(folder.path().join("state.jsonl")),
        ..super::instant(1.0, &rules)
    };
    let api = Api::start(config.clone()).await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let mut files = Vec::new();
    for hostile in ["boom.wav", "../../fuzzbox-parent.wav", ""] {
        let stems = api.edit("stems", &song, json!({})).await;
        let file = api.fetch(&stems["stems_url"]).await;
        let names = names(&open(file.clone()));
        assert!(
            hostile.is_empty() || names.iter().any(|name| name == hostile),
            "{names:?}"
        );
        assert_eq!(names.len() > 4, !hostile.is_empty());
        let link = stems["stems_url"].as_str().expect("a link");
        let name = link.rsplit('/').next().expect("a name").to_owned();
        files.push((name, file));
    }
    api.sim.stop().await;
    let api = Api::start(config).await;
    for (name, file) in files {
        assert!(file == api.fetch(&json!(api.at(&format!("/files/{name}")))).await);
    }
}
