//! Links: whole files, parts of files, and files that are not there.

use fuzzbox::sim::SimConfig;
use reqwest::Method;
use serde_json::{Value, json};

use super::Api;

async fn part(api: &Api, url: &Value, headers: &[(&str, &str)]) -> (u16, Option<String>, Vec<u8>) {
    let mut request = api.http.get(url.as_str().expect("a link"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.expect("an answer");
    let range = answer
        .headers()
        .get("content-range")
        .map(|range| range.to_str().expect("text").to_owned());
    (
        answer.status().as_u16(),
        range,
        answer.bytes().await.expect("a body").to_vec(),
    )
}

#[tokio::test]
async fn ranges_are_served_as_http_says() {
    let api = Api::quick().await;
    let song = api.song(json!({ "prompt": "x", "seed": "1" })).await;
    let url = &song["audio_url"];
    let whole = api.fetch(url).await;
    let size = whole.len();
    let total = |from: usize, to: usize| Some(format!("bytes {from}-{to}/{size}"));
    let cases: [(&str, u16, Option<String>, &[u8]); 10] = [
        ("bytes=0-99", 206, total(0, 99), &whole[..100]),
        ("bytes=100-", 206, total(100, size - 1), &whole[100..]),
        (
            "bytes=-50",
            206,
            total(size - 50, size - 1),
            &whole[size - 50..],
        ),
        ("bytes=10-999999999", 206, total(10, size - 1), &whole[10..]),
        ("bytes=-999999999", 206, total(0, size - 1), &whole),
        ("bytes=0-0", 206, total(0, 0), &whole[..1]),
        ("bytes=5-2", 200, None, &whole),
        ("bytes=1-2,4-5", 200, None, &whole),
        ("lines=1-2", 200, None, &whole),
        (
            "bytes=999999999-",
            416,
            Some(format!("bytes */{size}")),
            &[],
        ),
    ];
    for (range, status, content_range, bytes) in cases {
        let answer = part(&api, url, &[("range", range)]).await;
        assert_eq!((answer.0, answer.1), (status, content_range), "{range}");
        assert!(answer.2 == bytes, "{range}: other bytes");
    }
}

#[tokio::test]
async fn a_changed_file_is_not_resumed() {
    let api = Api::quick().await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let url = song["audio_url"].as_str().expect("a link");
    let head = api
        .http
        .request(Method::HEAD, url)
        .send()
        .await
        .expect("an answer");
    let header = |name: &str| head.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(head.status(), 200);
    assert_eq!(header("content-type"), "audio/mp4");
    assert_eq!(header("accept-ranges"), "bytes");
    let tag = header("etag");
    let size: usize = header("content-length").parse().expect("a number");
    let whole = api.fetch(&song["audio_url"]).await;
    assert_eq!(whole.len(), size);
    let same = part(
        &api,
        &song["audio_url"],
        &[("range", "bytes=9-"), ("if-range", &tag)],
    )
    .await;
    assert_eq!((same.0, same.2.len()), (206, size - 9));
    let other = part(
        &api,
        &song["audio_url"],
        &[("range", "bytes=9-"), ("if-range", "\"other\"")],
    )
    .await;
    assert_eq!((other.0, other.2.len()), (200, size));
}

#[tokio::test]
async fn covers_are_pictures_of_their_song() {
    let api = Api::quick().await;
    let one = api.song(json!({ "prompt": "x", "seed": "1" })).await;
    let same = api.song(json!({ "prompt": "x", "seed": "1" })).await;
    let other = api.song(json!({ "prompt": "x", "seed": "2" })).await;
    let picture = api.fetch(&one["image_url"]).await;
    let decoded = image::load_from_memory(&picture).expect("a picture");
    assert_eq!((decoded.width(), decoded.height()), (512, 512));
    assert!(picture.len() < 200_000, "{} bytes", picture.len());
    assert!(picture == api.fetch(&same["image_url"]).await);
    assert!(picture != api.fetch(&other["image_url"]).await);
    let head = api
        .http
        .head(one["image_url"].as_str().expect("a link"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.headers()["content-type"], "image/jpeg");
}

#[tokio::test]
async fn other_names_are_not_found() {
    let api = Api::quick().await;
    let song = api.song(json!({ "prompt": "x" })).await;
    let id = song["id"].as_str().expect("an id");
    for name in [
        "",
        "nothing.m4a",
        &format!("{id}.wav"),
        &format!("{id}-preview.jpg"),
        id,
    ] {
        let answer = api
            .http
            .get(api.at(&format!("/files/{name}")))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 404, "{name}");
    }
}

#[tokio::test]
async fn files_that_left_memory_are_made_again() {
    let api = Api::start(SimConfig {
        shelf: 0,
        ..super::quick()
    })
    .await;
    let one = api.song(json!({ "prompt": "one" })).await;
    let file = api.fetch(&one["audio_url"]).await;
    let two = api.song(json!({ "prompt": "two" })).await;
    assert!(file != api.fetch(&two["audio_url"]).await);
    assert!(file == api.fetch(&one["audio_url"]).await, "byte for byte");
}
