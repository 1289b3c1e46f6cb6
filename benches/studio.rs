//! What a turn costs: update, draw, parse, waveform, replies of the store at the start.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use fuzzbox::app::App;
use fuzzbox::app::event::{Event, Input};
use fuzzbox::app::settings::Settings;
use fuzzbox::domain::time::after;
use fuzzbox::domain::{Draft, Outcome, Record, Saved, Seconds, Song, SongId, Timestamp};
use fuzzbox::{api, audio, i18n, sim, store, ui};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("a moment")
}

fn song(n: u32) -> Song {
    Song {
        id: SongId(format!("6c947f13-a3c5-4b9c-8609-{n:012}")),
        task: None,
        title: format!("在陽光下醒來 {n:04} woke up with the sun"),
        lyric: "[Verse]\nWoke up with the sun in my eyes\n".repeat(20),
        prompt: "warm lo-fi".into(),
        model: "FUZZ-2.0 Pro".into(),
        seed: n.to_string(),
        duration: Some(Seconds(f64::from(n % 180))),
        created_at: after(noon(), f64::from(n)),
        audio: fuzzbox::domain::Media {
            url: "https://cdn.example/a.m4a".parse().ok(),
            file: Some(fuzzbox::domain::MediaFile {
                name: format!("{n}.m4a"),
                bytes: 2_000_000,
            }),
            failure: None,
        },
        cover: fuzzbox::domain::Media::default(),
        more: fuzzbox::domain::More::default(),
    }
}

fn library() -> Saved {
    Saved {
        songs: (0..1000).map(song).collect(),
        draft: Draft {
            custom: true,
            title: "續寫".into(),
            lyric: "[Verse]\n在陽光下醒來\n天空中沒有雲彩\n".repeat(30),
            ..Draft::default()
        },
        ..Saved::default()
    }
}

fn studio() -> App {
    let mut app = App::new(library(), Settings::default(), i18n::command, noon());
    app.start();
    app
}

fn key(code: KeyCode) -> Event {
    Event::Input(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn update(c: &mut Criterion) {
    let mut app = studio();
    app.update(key(KeyCode::Char('4')), noon());
    let mut down = false;
    c.bench_function("update: a row down the library", |b| {
        b.iter(|| {
            down = !down;
            let code = if down { 'j' } else { 'k' };
            black_box(app.update(key(KeyCode::Char(code)), noon()))
        });
    });
    let mut app = studio();
    app.update(key(KeyCode::Char('2')), noon());
    app.update(key(KeyCode::Enter), noon());
    c.bench_function("update: a letter in the lyrics", |b| {
        b.iter(|| {
            app.update(key(KeyCode::Char('x')), noon());
            black_box(app.update(key(KeyCode::Backspace), noon()))
        });
    });
}

fn draw(c: &mut Criterion) {
    for (width, height) in [(80, 24), (200, 60)] {
        let app = studio();
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        c.bench_function(&format!("draw {width}x{height}"), |b| {
            b.iter(|| {
                terminal
                    .draw(|frame| ui::draw(black_box(&app), frame))
                    .expect("drawn");
            });
        });
    }
}

fn parse(c: &mut Criterion) {
    let batch = include_bytes!("../tests/fixtures/api/tasks_retrieve_batch.response.json");
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(batch.len() as u64));
    group.bench_function("retrieve_batch", |b| {
        b.iter(|| api::wire::records(black_box(batch), noon()).expect("records"));
    });
    group.finish();
}

fn open(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fuzzbox.db");
    let (store, _) = store::Store::open(&path).expect("a database");
    let records = library().songs.into_iter();
    let records = records.map(|song| Record::Song(Box::new(song))).collect();
    store.save_blocking(records).expect("saved");
    drop(store);
    c.bench_function("open a library of 1,000 songs", |b| {
        b.iter(|| black_box(store::Store::open(&path).expect("a database").1.songs.len()));
    });
}

/// A whole song of the simulator, decoded to its waveform; the throughput is in seconds of song: real time times so much.
fn waveform(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("song");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(fetch_song(&path));
    let seconds = audio::inspect(&path).expect("a song").duration.0;
    let mut group = c.benchmark_group("waveform");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5))
        .throughput(Throughput::Elements(seconds as u64));
    group.bench_function(format!("{seconds:.0} s of m4a"), |b| {
        b.iter(|| audio::inspect(black_box(&path)).expect("a song"));
    });
    group.bench_function("bare decoding of the same", |b| {
        b.iter(|| decode(black_box(&path)));
    });
    group.finish();
}

/// What symphonia alone takes for it.
fn decode(path: &std::path::Path) -> usize {
    use symphonia::core::codecs::CodecParameters;
    use symphonia::core::codecs::audio::AudioDecoderOptions;
    use symphonia::core::formats::probe::Hint;
    use symphonia::core::formats::{FormatOptions, TrackType};
    use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
    use symphonia::core::meta::MetadataOptions;
    let source = Box::new(std::fs::File::open(path).expect("a file"));
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(
            &Hint::default(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .expect("known");
    let track = reader.default_track(TrackType::Audio).expect("sound");
    let Some(CodecParameters::Audio(params)) = &track.codec_params else {
        panic!("no sound");
    };
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .expect("a decoder");
    let (mut samples, mut count) = (Vec::<f32>::new(), 0);
    while let Ok(Some(packet)) = reader.next_packet() {
        decoder
            .decode(&packet)
            .expect("sound")
            .copy_to_vec_interleaved(&mut samples);
        count += black_box(&samples).len();
    }
    count
}

/// Orders a song at the simulator and fetches it.
async fn fetch_song(path: &std::path::Path) {
    let simulator = sim::Simulator::start(sim::SimConfig {
        pace: 0.0,
        ..sim::SimConfig::default()
    })
    .await
    .expect("a simulator");
    let client = api::Client::new(simulator.url().parse().expect("an address"));
    let token = api::Secret::new("bench").expect("a token");
    let draft = Draft {
        prompt: "a long song about rain".into(),
        ..Draft::default()
    };
    let request = draft.check(None).expect("an order");
    let id = client.submit(&token, &request).await.expect("taken").api_id;
    let url = loop {
        let records = client.retrieve(&token, std::slice::from_ref(&id)).await;
        if let [record] = records.expect("records").as_slice()
            && let Outcome::Succeeded(songs) = &record.outcome
        {
            break songs[0]
                .audio
                .url
                .as_ref()
                .and_then(fuzzbox::domain::Link::url)
                .expect("a link");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let part = path.with_extension("part");
    let order = api::Download {
        url,
        part: part.clone(),
    };
    client.download(&order, |_| {}).await.expect("fetched");
    api::keep(&part, path).await.expect("kept");
    simulator.stop().await;
}

criterion_group!(benches, update, draw, parse, open, waveform);
criterion_main!(benches);
