//! A file of a song, from its link to its place in the media folder.
//!
//! Invariant: a file stands under its final name only when it is whole and was read for what it is.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::spawn_blocking;
use url::Url;

use super::perform::News;
use super::unpack;
use super::world::World;
use crate::api::{self, Download};
use crate::app::event::{Event, SongEvent};
use crate::audio::{self, AudioError, AudioFormat};
use crate::domain::{Failure, FailureKind, MediaFile, MediaKind, Seconds, SongId};

/// Fetches a file, checks it, and puts it in its place under a name of ours.
pub(super) async fn download(
    world: &World,
    news: &UnboundedSender<News>,
    (song, kind): (SongId, MediaKind),
    url: Url,
) -> SongEvent {
    let fetched = match fetch(world, news, (&song, kind), url).await {
        Ok(part) if kind == MediaKind::Stems => unpacked(world, &song, part).await,
        Ok(part) => placed(world, (&song, kind), part).await,
        Err(failure) => Err(failure),
    };
    fetched.unwrap_or_else(|failure| SongEvent::NotFetched {
        song,
        kind,
        failure,
    })
}

/// The part file, with everything in it.
async fn fetch(
    world: &World,
    news: &UnboundedSender<News>,
    (song, kind): (&SongId, MediaKind),
    url: Url,
) -> Result<PathBuf, Failure> {
    let part = world.media().join(format!("{}.part", name(song, kind)));
    tokio::fs::create_dir_all(world.media())
        .await
        .map_err(|error| disk(&error))?;
    let order = Download {
        url,
        part: part.clone(),
    };
    let progress = |progress: api::Progress| {
        let _ = news.send(News::Happened(Event::Song(SongEvent::Progressed {
            song: song.clone(),
            kind,
            done: progress.done,
            total: progress.total,
        })));
    };
    world.client().download(&order, progress).await?;
    Ok(part)
}

/// What a file is called before it is known what is in it.
fn name(song: &SongId, kind: MediaKind) -> String {
    let word = match kind {
        MediaKind::Audio => "audio",
        MediaKind::Cover => "cover",
        MediaKind::Wav => "lossless",
        MediaKind::Video => "video",
        MediaKind::Stems => "stems",
    };
    format!("{}.{word}", song.file_stem())
}

/// A whole file that is what it should be goes to its place.
async fn placed(
    world: &World,
    (song, kind): (&SongId, MediaKind),
    part: PathBuf,
) -> Result<SongEvent, Failure> {
    let (suffix, duration) = checked(&part, kind).await?;
    // An uploaded song may be a WAV file itself.
    let stem = match kind {
        MediaKind::Wav => name(song, kind),
        _ => song.file_stem(),
    };
    let name = format!("{stem}.{suffix}");
    let bytes = api::keep(&part, &world.media().join(&name))
        .await
        .map_err(|error| disk(&error))?;
    Ok(SongEvent::Fetched {
        song: song.clone(),
        kind,
        file: MediaFile { name, bytes },
        duration,
    })
}

/// An archive of stems becomes a folder. It is not kept itself: its link lives longer than it is needed.
async fn unpacked(world: &World, song: &SongId, part: PathBuf) -> Result<SongEvent, Failure> {
    let (archive, media) = (part.clone(), world.media().clone());
    let folder = name(song, MediaKind::Stems);
    let unpacked = spawn_blocking(move || unpack::unpack(&archive, &media, &folder)).await;
    let unpacked = unpacked.unwrap_or_else(|_| Err(bad("the archive cannot be read")));
    // Unpacked, or of no use: only a disk in trouble makes it worth keeping.
    if !matches!(&unpacked, Err(failure) if failure.kind == FailureKind::Disk) {
        let _ = api::discard(&part).await;
    }
    let (folder, stems) = unpacked?;
    Ok(SongEvent::Unpacked {
        song: song.clone(),
        folder,
        stems,
    })
}

/// The suffix of a whole file, and how long it plays. What is no good is thrown away: the next attempt begins anew.
async fn checked(part: &Path, kind: MediaKind) -> Result<(&'static str, Option<Seconds>), Failure> {
    let path = part.to_owned();
    let checked = spawn_blocking(move || check(&path, kind)).await;
    let checked = checked.unwrap_or_else(|_| Err(bad("the file cannot be read")));
    if checked.is_err() {
        let _ = api::discard(part).await;
    }
    checked
}

/// Reads a file for what it is: sound must decode to its end, a film must have pictures, a picture must be one.
fn check(part: &Path, kind: MediaKind) -> Result<(&'static str, Option<Seconds>), Failure> {
    let unfit = |error: AudioError| bad(&error.to_string());
    match kind {
        MediaKind::Audio => {
            let sound = audio::inspect(part).map_err(unfit)?;
            Ok((sound.format.suffix(), Some(sound.duration)))
        }
        MediaKind::Wav => {
            let sound = audio::inspect(part).map_err(unfit)?;
            let is_lossless = matches!(sound.format, AudioFormat::Wav | AudioFormat::Flac);
            is_lossless
                .then_some((sound.format.suffix(), Some(sound.duration)))
                .ok_or_else(|| bad("this is sound, but not without loss"))
        }
        MediaKind::Video => audio::inspect_film(part)
            .map(|()| ("mp4", None))
            .map_err(unfit),
        MediaKind::Cover => picture_suffix(part).map(|suffix| (suffix, None)),
        MediaKind::Stems => Err(bad("an archive is unpacked, not kept")),
    }
}

/// The kind of a picture by its first bytes.
fn picture_suffix(part: &Path) -> Result<&'static str, Failure> {
    use std::io::Read;
    let mut first = Vec::new();
    std::fs::File::open(part)
        .and_then(|file| file.take(16).read_to_end(&mut first))
        .map_err(|error| disk(&error))?;
    match first.as_slice() {
        [0xff, 0xd8, 0xff, ..] => Ok("jpg"),
        [0x89, b'P', b'N', b'G', ..] => Ok("png"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok("webp"),
        _ => Err(bad("this is not a picture")),
    }
}

fn bad(why: &str) -> Failure {
    Failure::new(FailureKind::BadFile, why)
}

fn disk(error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Disk, error.to_string())
}
