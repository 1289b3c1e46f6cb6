//! A file of a song, from its link to its place in the media folder.
//!
//! A song can be heard while it comes in: what has come is noted in [`Growing`], and what its listener waits for is fetched
//! first. The same pass over the sound that proves it whole finds its shape.
//!
//! Invariant: a file stands under its final name only when it is whole and was read for what it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use url::Url;

use super::perform::News;
use super::unpack;
use super::world::World;
use crate::api::{self, Arrival, Download, Fetched, Wanted};
use crate::app::event::{Event, SongEvent};
use crate::audio::{self, AudioError, AudioFormat, Growing, Inspecting, Inspection, Survey};
use crate::domain::{Failure, FailureKind, MediaFile, MediaKind, Seconds, SongId};

/// How often progress is told at most.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// A connection that was lost is made again at once where the last one brought so much.
const WORTH_IT: u64 = 64 << 10;

/// A file that is to be fetched.
pub(super) struct Errand {
    song: SongId,
    kind: MediaKind,
    url: Url,
    part: PathBuf,
    /// What has come of it, where somebody may listen.
    growing: Option<Arc<Growing>>,
}

impl Errand {
    /// A file that comes in from now on.
    pub(super) fn begin(world: &World, (song, kind): (SongId, MediaKind), url: Url) -> Errand {
        let part = world.media().join(format!("{}.part", name(&song, kind)));
        let growing =
            (kind == MediaKind::Audio).then(|| world.shelf().arrivals.begin(&song, &part));
        Errand {
            song,
            kind,
            url,
            part,
            growing,
        }
    }

    /// Fetches it, checks it, and puts it in its place under a name of ours.
    pub(super) async fn run(self, world: &World, news: &UnboundedSender<News>) -> SongEvent {
        let fetched = match self.fetch(world, news).await {
            Ok(_) if self.kind == MediaKind::Stems => {
                unpacked(world, &self.song, self.part.clone()).await
            }
            Ok(inspecting) => self.placed(world, inspecting).await,
            Err(failure) => Err(failure),
        };
        self.tell_listeners(world, fetched.as_ref().err());
        fetched.unwrap_or_else(|failure| SongEvent::NotFetched {
            song: self.song,
            kind: self.kind,
            failure,
        })
    }

    /// Who listens goes on with the file that is here now, waits for another try, or hears why there is none.
    fn tell_listeners(&self, world: &World, failure: Option<&Failure>) {
        let Some(growing) = &self.growing else { return };
        let may_pass = failure.is_some_and(|failure| {
            matches!(
                failure.kind,
                FailureKind::Unreachable | FailureKind::Unknown | FailureKind::RateLimited
            )
        });
        if !may_pass {
            if let Some(failure) = failure {
                growing.fail(&failure.message);
            }
            world.shelf().arrivals.end(&self.song);
        }
    }

    /// Brings everything into the part file. A connection that brought something is worth another at once.
    async fn fetch(
        &self,
        world: &World,
        news: &UnboundedSender<News>,
    ) -> Result<Option<Inspecting>, Failure> {
        tokio::fs::create_dir_all(world.media())
            .await
            .map_err(|error| disk(&error))?;
        let (wish, wanted) = watch::channel(None);
        let mut inspecting = None;
        if let Some(growing) = &self.growing {
            growing.on_want(Box::new(move |want| {
                wish.send_replace(want);
            }));
            inspecting = Inspecting::along(growing).ok();
        }
        loop {
            let mut came = None;
            match self.exchange(world, news, wanted.clone(), &mut came).await {
                Ok(fetched) => {
                    if let Some(growing) = &self.growing {
                        growing.complete(fetched.bytes);
                    }
                    return Ok(inspecting);
                }
                Err(failure) => {
                    let (before, now) = came.unwrap_or_default();
                    let is_worth_it = now >= before + WORTH_IT;
                    if failure.kind != FailureKind::Unreachable || !is_worth_it {
                        return Err(failure);
                    }
                }
            }
        }
    }

    /// One try. `came`: how many bytes were here before and are now.
    async fn exchange(
        &self,
        world: &World,
        news: &UnboundedSender<News>,
        wanted: Wanted,
        came: &mut Option<(u64, u64)>,
    ) -> Result<Fetched, Failure> {
        let order = Download {
            url: self.url.clone(),
            part: self.part.clone(),
        };
        let mut told: Option<Instant> = None;
        let tell = |arrival: Arrival<'_>| {
            let done = arrival.here.count();
            came.get_or_insert((done, done)).1 = done;
            if let Some(growing) = &self.growing {
                growing.note(arrival.here, arrival.total);
            }
            if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
                told = Some(Instant::now());
                let _ = news.send(News::Happened(Event::Song(SongEvent::Progressed {
                    song: self.song.clone(),
                    kind: self.kind,
                    done,
                    total: arrival.total,
                })));
            }
        };
        world.client().download_along(&order, wanted, tell).await
    }

    /// A whole file that is what it should be goes to its place.
    async fn placed(
        &self,
        world: &World,
        inspecting: Option<Inspecting>,
    ) -> Result<SongEvent, Failure> {
        let (kind, part) = (self.kind, &self.part);
        let found = checked(part, kind, inspecting).await?;
        // An uploaded song may be a WAV file itself.
        let stem = match kind {
            MediaKind::Wav => name(&self.song, kind),
            _ => self.song.file_stem(),
        };
        let name = format!("{stem}.{}", found.suffix);
        let file = world.media().join(&name);
        if let Some(growing) = &self.growing {
            growing.moves_to(&file);
        }
        let bytes = api::keep(part, &file).await.map_err(|error| disk(&error))?;
        if let Some(survey) = found.survey {
            let shelf = world.shelf().clone();
            let _ = spawn_blocking(move || shelf.keep(&file, &survey)).await; // made again where it is missing
        }
        Ok(SongEvent::Fetched {
            song: self.song.clone(),
            kind,
            file: MediaFile { name, bytes },
            duration: found.duration,
        })
    }
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

/// What a whole file turned out to be.
struct Found {
    suffix: &'static str,
    duration: Option<Seconds>,
    survey: Option<Survey>,
}

impl Found {
    fn plain(suffix: &'static str) -> Found {
        Found {
            suffix,
            duration: None,
            survey: None,
        }
    }

    fn sound(sound: Inspection) -> Found {
        Found {
            suffix: sound.format.suffix(),
            duration: Some(sound.duration),
            survey: Some(sound.survey),
        }
    }
}

/// Looks at a whole file. What is no good is thrown away: the next attempt begins anew.
async fn checked(
    part: &Path,
    kind: MediaKind,
    inspecting: Option<Inspecting>,
) -> Result<Found, Failure> {
    let path = part.to_owned();
    let checked = spawn_blocking(move || check(&path, kind, inspecting)).await;
    let checked = checked.unwrap_or_else(|_| Err(bad("the file cannot be read")));
    if checked.is_err() {
        let _ = api::discard(part).await;
    }
    checked
}

/// Reads a file for what it is: sound must decode to its end, a film must have pictures, a picture must be one.
fn check(part: &Path, kind: MediaKind, inspecting: Option<Inspecting>) -> Result<Found, Failure> {
    let unfit = |error: AudioError| bad(&error.to_string());
    match kind {
        MediaKind::Audio => {
            let heard = inspecting.and_then(|inspecting| {
                let is_certain = inspecting.heard_one_file();
                inspecting.result().ok().filter(|_| is_certain)
            });
            // What was heard while it came may have been disturbed: the file itself has the last word.
            let sound = heard.map_or_else(|| audio::inspect(part), Ok);
            sound.map(Found::sound).map_err(unfit)
        }
        MediaKind::Wav => {
            let sound = audio::inspect(part).map_err(unfit)?;
            let is_lossless = matches!(sound.format, AudioFormat::Wav | AudioFormat::Flac);
            is_lossless
                .then(|| Found::sound(sound))
                .ok_or_else(|| bad("this is sound, but not without loss"))
        }
        MediaKind::Video => audio::inspect_film(part)
            .map(|()| Found::plain("mp4"))
            .map_err(unfit),
        MediaKind::Cover => picture_suffix(part).map(Found::plain),
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
