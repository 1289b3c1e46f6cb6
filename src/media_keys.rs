//! Media keys and the desktop's controls, through MPRIS on the session bus: keys in, what plays out.
//!
//! Invariant: where there is no session bus nothing happens at all, and nothing is sent while nothing changes.

mod controls;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use mpris_server::zbus::{Error, fdo};
use mpris_server::{Property, Server, Signal, Time, TrackId};
use tokio::sync::watch;

use crate::domain::{MediaKey, NowPlaying, Seconds};
use controls::{Controls, metadata, round, status, volume};

/// Our name on the bus, after that of all players.
const NAME: &str = "fuzzbox";
/// A position that is further from where it should be by now was jumped to, in seconds.
const JUMP: f64 = 0.7;

/// Our place among the desktop's players; it is given up when this is dropped.
#[derive(Debug)]
pub struct MediaKeys {
    shown: watch::Sender<NowPlaying>,
}

/// What the desktop was told last, and when.
#[derive(Debug, Clone)]
struct Told {
    now: NowPlaying,
    at: Instant,
}

/// What the desktop asks for is answered from here.
type Shared = Arc<Mutex<Told>>;

impl MediaKeys {
    /// Offers the player on the session bus; what is pressed there comes through `press`. Must be called within a tokio
    /// runtime, and does not wait. `media`: where the pictures are.
    pub fn offer(media: PathBuf, press: impl Fn(MediaKey) + Send + Sync + 'static) -> Self {
        let (shown, to_show) = watch::channel(NowPlaying::default());
        tokio::spawn(serve(media, press, to_show));
        MediaKeys { shown }
    }

    /// Shows what plays now.
    pub fn show(&self, now: NowPlaying) {
        self.shown.send_if_modified(|shown| {
            let is_new = *shown != now;
            *shown = now;
            is_new
        });
    }
}

async fn serve(
    media: PathBuf,
    press: impl Fn(MediaKey) + Send + Sync + 'static,
    mut to_show: watch::Receiver<NowPlaying>,
) {
    let told = Arc::new(Mutex::new(Told {
        now: to_show.borrow_and_update().clone(),
        at: Instant::now(),
    }));
    let press = Arc::new(press);
    let controls = || Controls {
        told: Arc::clone(&told),
        media: media.clone(),
        press: Arc::clone(&press),
    };
    let server = match Server::new(NAME, controls()).await {
        // Another studio, such as the demo beside the real one, has the plain name.
        Err(Error::NameTaken) => {
            let name = format!("{NAME}.instance{}", std::process::id());
            Server::new(&name, controls()).await
        }
        outcome => outcome,
    };
    let server = match server {
        Ok(server) => server,
        Err(error) => {
            tracing::debug!(%error, "no session bus for media keys");
            return;
        }
    };
    tracing::info!(name = %server.bus_name(), "media keys");
    while to_show.changed().await.is_ok() {
        let now = to_show.borrow_and_update().clone();
        if let Err(error) = tell(&server, &told, &media, now).await {
            tracing::warn!(%error, "the session bus is gone: no media keys any more");
            return;
        }
    }
}

/// Tells the desktop what changed. The position moves by itself there: only a jump is told.
async fn tell<F: Fn(MediaKey) + Send + Sync + 'static>(
    server: &Server<Controls<F>>,
    told: &Shared,
    media: &std::path::Path,
    now: NowPlaying,
) -> Result<(), Error> {
    let was = {
        let mut told = lock(told);
        let next = Told {
            now: now.clone(),
            at: Instant::now(),
        };
        std::mem::replace(&mut *told, next)
    };
    let changed = changes(&was.now, &now, media);
    if !changed.is_empty() {
        server.properties_changed(changed).await?;
    }
    let is_jump = (now.position.0 - was.position().0).abs() > JUMP;
    if was.now.song == now.song && is_jump {
        let position = time(now.position);
        server.emit(Signal::Seeked { position }).await?;
    }
    Ok(())
}

fn changes(was: &NowPlaying, now: &NowPlaying, media: &std::path::Path) -> Vec<Property> {
    let mut changed = Vec::new();
    let told = |now: &NowPlaying| (now.song.clone(), now.title.clone(), now.cover.clone());
    if told(was) != told(now) || was.length != now.length {
        changed.push(Property::Metadata(metadata(now, media)));
    }
    if status(was) != status(now) {
        changed.push(Property::PlaybackStatus(status(now)));
    }
    if was.volume != now.volume {
        changed.push(Property::Volume(volume(now)));
    }
    if was.repeat != now.repeat {
        changed.push(Property::LoopStatus(round(now)));
    }
    if was.has_next != now.has_next {
        changed.push(Property::CanGoNext(now.has_next));
    }
    if was.has_previous != now.has_previous {
        changed.push(Property::CanGoPrevious(now.has_previous));
    }
    if was.song.is_some() != now.song.is_some() {
        let is_on = now.song.is_some();
        changed.extend([Property::CanPause(is_on), Property::CanSeek(is_on)]);
    }
    changed
}

impl Told {
    /// Where it is by now.
    fn position(&self) -> Seconds {
        let since = if self.now.is_playing {
            self.at.elapsed().as_secs_f64()
        } else {
            0.0
        };
        let end = self.now.length.unwrap_or(Seconds(f64::MAX));
        Seconds(self.now.position.0 + since).clamp_to(end)
    }

    /// The song as the bus names it: a path of letters, digits and `_`.
    fn track(&self) -> TrackId {
        track(&self.now)
    }
}

fn track(now: &NowPlaying) -> TrackId {
    let path = |id: &crate::domain::SongId| {
        let name = id.file_stem().replace('-', "_");
        TrackId::try_from(format!("/fuzzbox/song/{name}")).ok()
    };
    let track = now.song.as_ref().and_then(path);
    track.unwrap_or(TrackId::NO_TRACK)
}

fn time(seconds: Seconds) -> Time {
    Time::from_micros((seconds.0 * 1e6) as i64)
}

fn seconds(time: Time) -> f64 {
    time.as_micros() as f64 / 1e6
}

/// A panic elsewhere leaves what was told whole.
fn lock(told: &Shared) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What cannot be done through the bus.
fn unsupported(what: &str) -> fdo::Error {
    fdo::Error::NotSupported(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SongId;

    fn on(song: &str) -> NowPlaying {
        NowPlaying {
            song: Some(SongId(song.into())),
            title: "Woke up".into(),
            length: Some(Seconds(100.0)),
            is_playing: true,
            ..NowPlaying::default()
        }
    }

    #[test]
    fn only_what_changed_is_told_and_a_position_never() {
        let media = std::path::Path::new("/media");
        let moved = NowPlaying {
            position: Seconds(12.0),
            ..on("a")
        };
        assert_eq!(changes(&on("a"), &moved, media), []);
        let names = |changed: &[Property]| {
            let name = |property: &Property| format!("{property:?}");
            let short = |name: String| name.split('(').next().map(str::to_owned);
            changed
                .iter()
                .map(name)
                .filter_map(short)
                .collect::<Vec<_>>()
        };
        let begun = changes(&NowPlaying::default(), &on("a"), media);
        assert_eq!(
            names(&begun),
            ["Metadata", "PlaybackStatus", "CanPause", "CanSeek"]
        );
        let paused = NowPlaying {
            is_playing: false,
            ..on("a")
        };
        assert_eq!(
            names(&changes(&on("a"), &paused, media)),
            ["PlaybackStatus"]
        );
    }

    #[test]
    fn a_song_of_any_id_has_a_path_and_stays_within_its_length() {
        for id in ["6c947f13-a3c5-4b9c-8609-5639c37cdc2d", "../歌\0", ""] {
            assert!(
                track(&on(id)).as_str().starts_with("/fuzzbox/song/"),
                "{id}"
            );
        }
        assert_eq!(track(&NowPlaying::default()), TrackId::NO_TRACK);
        let told = Told {
            now: NowPlaying {
                position: Seconds(400.0),
                ..on("a")
            },
            at: Instant::now(),
        };
        assert_eq!(told.position(), Seconds(100.0));
    }
}
