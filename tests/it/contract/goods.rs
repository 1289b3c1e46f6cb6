//! Words and films.

use serde_json::json;

use super::Api;

/// The content of each atom of this name among the outermost of `file`.
fn atoms<'a>(file: &'a [u8], name: &str) -> Vec<&'a [u8]> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < file.len() {
        let length = number(file, at) as usize;
        assert!(
            length >= 8 && at + length <= file.len(),
            "an atom that fits"
        );
        if &file[at + 4..at + 8] == name.as_bytes() {
            found.push(&file[at + 8..at + length]);
        }
        at += length;
    }
    found
}

/// The content of the only atom at the end of a path.
fn atom<'a>(file: &'a [u8], path: &[&str]) -> &'a [u8] {
    path.iter().fold(file, |inside, name| {
        let found = atoms(inside, name);
        assert_eq!(found.len(), 1, "{name} of {path:?}");
        found[0]
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

#[tokio::test]
async fn a_film_shows_the_cover_while_the_song_plays() {
    let api = Api::instant(2.0, "").await;
    let song = api.song(json!({ "prompt": "waves", "seed": "3" })).await;
    let (status, answer) = api
        .post("/producer/videos", &json!({ "audio_id": song["id"] }))
        .await;
    assert_eq!(status, 200, "{answer}");
    let film = api.fetch(&answer["data"]["video_url"]).await;
    let cover = api.fetch(&song["image_url"]).await;
    let length = 2 * 44_100;
    assert_eq!(number(atom(&film, &["moov", "mvhd"]), 16), length);
    let tracks = atoms(atom(&film, &["moov"]), "trak");
    let media: Vec<&[u8]> = tracks.iter().map(|track| atom(track, &["mdia"])).collect();
    let kinds: Vec<&[u8]> = media
        .iter()
        .map(|media| &atom(media, &["hdlr"])[8..12])
        .collect();
    assert_eq!(kinds, [b"vide", b"soun"]);
    for (number_of, track) in tracks.iter().enumerate() {
        let head = atom(track, &["tkhd"]);
        assert_eq!(number(head, 12), number_of as u32 + 1, "tracks are counted");
        assert_eq!(number(head, 20), length);
    }
    assert_eq!(
        number(atom(tracks[0], &["tkhd"]), 76) >> 16,
        512,
        "its width"
    );
    let table = atom(media[0], &["minf", "stbl"]);
    let entry = atom(table, &["stsd"]);
    assert_eq!(&entry[12..16], b"mp4v");
    let kind = entry
        .windows(4)
        .position(|four| four == b"esds")
        .expect("a descriptor");
    assert!(entry[kind..].contains(&0x6c), "JPEG by its number");
    let (size, place) = (
        number(atom(table, &["stsz"]), 12),
        number(atom(table, &["stco"]), 8),
    );
    assert!(
        film[place as usize..(place + size) as usize] == cover,
        "the cover itself"
    );
    let times = atom(table, &["stts"]);
    assert_eq!(
        [number(times, 8), number(times, 12)],
        [1, length],
        "all the time"
    );
    // The sound is what the song's own file has.
    let own = api.fetch(&song["audio_url"]).await;
    assert!(film.ends_with(atom(&own, &["mdat"])));
    let heard = syom::decode_with(&own, &syom::DecodeOptions::audio()).expect("sound");
    let seen = syom::decode_with(&film, &syom::DecodeOptions::audio()).expect("sound");
    assert!(heard.channels == seen.channels);
}

#[tokio::test]
async fn words_are_written_for_an_idea() {
    let api = Api::instant(2.0, "").await;
    let (_, answer) = api
        .post(
            "/producer/lyrics",
            &json!({ "prompt": "a song about winter rain" }),
        )
        .await;
    assert_eq!(answer["data"]["title"], "A Song About Winter Rain");
    assert!(
        answer["data"]["lyrics"]
            .as_str()
            .is_some_and(|words| words.contains("rain"))
    );
    assert_eq!(api.sim.orders(), 1);
}
