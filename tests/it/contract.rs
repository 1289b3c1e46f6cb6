//! The simulator against the recorded answers of the API: the same fields, the same types, the same refusals.

mod actions;
mod archives;
mod clients;
mod edits;
mod errors;
mod files;
mod goods;
mod hosts;
mod music;
mod refusals;
mod restart;
mod shapes;
mod tasks;
mod trouble;
mod uploads;

use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use fuzzbox::sim::{Scenario, SimConfig, Simulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A simulator and a client that shares nothing with the program's own.
struct Api {
    sim: Simulator,
    http: reqwest::Client,
}

/// Short songs at a thousandth of the time.
fn quick() -> SimConfig {
    SimConfig {
        pace: 0.001,
        song_limit: Some(Duration::from_secs(2)),
        ..SimConfig::default()
    }
}

impl Api {
    async fn start(config: SimConfig) -> Self {
        // Already installed by another test: just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            sim: Simulator::start(config).await.expect("a simulator"),
            http,
        }
    }

    async fn quick() -> Self {
        Self::start(quick()).await
    }

    /// Finished as soon as it is rendered, with so many seconds of new music a song and what a scenario says.
    async fn instant(seconds: f64, rules: &str) -> Self {
        Self::start(instant(seconds, rules)).await
    }

    async fn scripted(name: &str) -> Self {
        Self::scripted_at(name, 0.02).await
    }

    async fn scripted_at(name: &str, pace: f64) -> Self {
        let path = format!(
            "{}/tests/fixtures/scenarios/{name}.toml",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).expect("a scenario file");
        let scenario = Some(Scenario::parse(&text).expect("a good scenario"));
        Self::start(SimConfig {
            scenario,
            pace,
            ..SimConfig::default()
        })
        .await
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.sim.url())
    }

    async fn send(
        &self,
        path: &str,
        token: &str,
        body: String,
    ) -> reqwest::Result<reqwest::Response> {
        let request = self
            .http
            .post(self.at(path))
            .header("content-type", "application/json")
            .body(body);
        request
            .header("authorization", format!("Bearer {token}"))
            .send()
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.post_as("test", path, body).await
    }

    async fn post_as(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = self
            .send(path, token, body.to_string())
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).expect("JSON"))
    }

    /// Orders a song and waits for it.
    async fn song(&self, mut order: Value) -> Value {
        order["action"] = json!("generate");
        let (status, answer) = self.post("/producer/audios", &order).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"][0].clone()
    }

    /// Orders something of a song and waits for the one thing that comes of it.
    async fn edit(&self, action: &str, source: &Value, mut order: Value) -> Value {
        order["action"] = json!(action);
        order["audio_id"] = source["id"].clone();
        let (status, answer) = self.post("/producer/audios", &order).await;
        assert_eq!(status, 200, "{action}: {answer}");
        answer["data"][0].clone()
    }

    /// The song's samples, as its wave file has them.
    async fn wav(&self, song: &Value) -> Vec<[i16; 2]> {
        let order = json!({ "audio_id": song["id"] });
        let (status, answer) = self.post("/producer/wav", &order).await;
        assert_eq!(status, 200, "{answer}");
        samples(&self.fetch(&answer["data"][0]["file_url"]).await)
    }

    /// The song's stems: vocals, bass, drums and the rest.
    async fn stems(&self, song: &Value) -> [Vec<[i16; 2]>; 4] {
        let stems = self.edit("stems", song, json!({})).await;
        let file = self.fetch(&stems["stems_url"]).await;
        let mut zip = zip::ZipArchive::new(Cursor::new(file)).expect("an archive");
        assert_eq!(zip.len(), 4);
        ["vocals", "bass", "drums", "other"].map(|name| {
            let mut entry = zip.by_name(&format!("{name}.wav")).expect("a stem");
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("a whole file");
            samples(&bytes)
        })
    }

    /// Orders a song and returns at once with its task's id.
    async fn order(&self, prompt: &str) -> String {
        let order = json!({ "action": "generate", "prompt": prompt, "async": true });
        let (status, answer) = self.post("/producer/audios", &order).await;
        assert_eq!(status, 200, "{answer}");
        answer["task_id"].as_str().expect("a task id").to_owned()
    }

    async fn record(&self, id: &str) -> Value {
        let (status, record) = self
            .post(
                "/producer/tasks",
                &json!({ "action": "retrieve", "id": id }),
            )
            .await;
        assert_eq!(status, 200, "{record}");
        record
    }

    /// Asks for a task until `is_right` says that it is as wished.
    async fn record_when(&self, id: &str, is_right: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let record = self.record(id).await;
            if is_right(&record) {
                return record;
            }
            assert!(Instant::now() < deadline, "never came to pass: {record}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn finished(&self, id: &str) -> Value {
        self.record_when(id, |record| record.get("finished_at").is_some())
            .await
    }

    async fn fetch(&self, url: &Value) -> Vec<u8> {
        let url = url.as_str().expect("a link");
        let answer = self.http.get(url).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{url}");
        answer.bytes().await.expect("a whole file").to_vec()
    }
}

/// Done as soon as it is rendered, with so many seconds of new music a song.
fn instant(seconds: f64, rules: &str) -> SimConfig {
    let scenario = Scenario::parse(rules).expect("a good scenario");
    SimConfig {
        pace: 0.0,
        song_limit: Some(Duration::from_secs_f64(seconds)),
        scenario: Some(scenario),
        ..SimConfig::default()
    }
}

/// Left and right of a plain wave file at 44.1 kHz.
fn samples(file: &[u8]) -> Vec<[i16; 2]> {
    let mut head =
        b"RIFF....WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data"
            .to_vec();
    head[4..8].copy_from_slice(&(file.len() as u32 - 8).to_le_bytes());
    assert_eq!(file[..40], head[..], "a plain head");
    assert_eq!(file[40..44], (file.len() as u32 - 44).to_le_bytes());
    let half = |bytes: &[u8]| i16::from_le_bytes([bytes[0], bytes[1]]);
    file[44..]
        .chunks(4)
        .map(|frame| [half(&frame[..2]), half(&frame[2..])])
        .collect()
}

fn fixture(name: &str) -> Value {
    let path = format!(
        "{}/tests/fixtures/api/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("a fixture");
    serde_json::from_str(&text).expect("JSON")
}

/// Says how `answer` differs from the shape of `model`: other keys, or another type.
fn differences(at: &str, model: &Value, answer: &Value) -> Vec<String> {
    match (model, answer) {
        (Value::Object(model), Value::Object(answer)) => {
            let missing = model
                .keys()
                .filter(|key| !answer.contains_key(*key))
                .map(|key| format!("{at}.{key} missing"));
            let extra = answer
                .keys()
                .filter(|key| !model.contains_key(*key))
                .map(|key| format!("{at}.{key} extra"));
            let inside = model.iter().filter_map(|(key, value)| {
                answer
                    .get(key)
                    .map(|other| differences(&format!("{at}.{key}"), value, other))
            });
            missing.chain(extra).chain(inside.flatten()).collect()
        }
        (Value::Array(model), Value::Array(answer)) => match (model.first(), answer.first()) {
            (Some(model), Some(answer)) => differences(&format!("{at}[0]"), model, answer),
            (None, None) => Vec::new(),
            _ => vec![format!("{at}: one list is empty")],
        },
        _ if std::mem::discriminant(model) == std::mem::discriminant(answer) => Vec::new(),
        _ => vec![format!("{at}: {model} became {answer}")],
    }
}

#[track_caller]
fn assert_shape(model: &Value, answer: &Value) {
    assert_eq!(
        differences("", model, answer),
        Vec::<String>::new(),
        "{answer:#}"
    );
}

/// A receiver of callbacks.
struct Receiver {
    url: String,
    delivered: mpsc::UnboundedReceiver<Value>,
}

impl Receiver {
    async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!(
            "http://{}/hook?secret=1",
            socket.local_addr().expect("an address")
        );
        let (sender, delivered) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                let mut request = Vec::new();
                let body = loop {
                    let mut part = [0; 4096];
                    let count = stream.read(&mut part).await.expect("a request");
                    request.extend_from_slice(&part[..count]);
                    let text = String::from_utf8_lossy(&request);
                    assert!(count > 0 || text.contains("\r\n\r\n"), "cut short: {text}");
                    let body = text
                        .split_once("\r\n\r\n")
                        .and_then(|(_, body)| serde_json::from_str(body).ok());
                    if let Some(body) = body {
                        break body;
                    }
                };
                let head = String::from_utf8_lossy(&request).into_owned();
                assert!(
                    head.starts_with("POST /hook?secret=1 HTTP/1.1\r\n"),
                    "{head}"
                );
                stream
                    .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
                    .await
                    .expect("an answer");
                if sender.send(body).is_err() {
                    return;
                }
            }
        });
        Self { url, delivered }
    }

    async fn next(&mut self) -> Value {
        let waiting = tokio::time::timeout(PATIENCE, self.delivered.recv());
        waiting
            .await
            .expect("a callback in time")
            .expect("a receiver that runs")
    }
}
