//! What the desktop can ask and press, by the words of MPRIS.
//!
//! Invariant: a question is answered from what was told last, and a press is handed on; neither waits for the studio.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mpris_server::zbus::{self, fdo};
use mpris_server::{
    LoopStatus, Metadata, PlaybackRate, PlaybackStatus, PlayerInterface, RootInterface, Time,
    TrackId,
};

use super::{Shared, lock, seconds, time, track, unsupported};
use crate::domain::saved::Repeat;
use crate::domain::{MediaKey, NowPlaying, Seconds, Volume};

/// What answers on the bus.
#[derive(Debug)]
pub(super) struct Controls<F> {
    pub(super) told: Shared,
    pub(super) media: PathBuf,
    pub(super) press: Arc<F>,
}

impl<F: Fn(MediaKey)> Controls<F> {
    fn press(&self, key: MediaKey) {
        (self.press)(key);
    }

    fn now(&self) -> NowPlaying {
        lock(&self.told).now.clone()
    }
}

/// Whether it plays.
pub(super) fn status(now: &NowPlaying) -> PlaybackStatus {
    match (&now.song, now.is_playing) {
        (None, _) => PlaybackStatus::Stopped,
        (Some(_), true) => PlaybackStatus::Playing,
        (Some(_), false) => PlaybackStatus::Paused,
    }
}

/// Whether it goes round.
pub(super) fn round(now: &NowPlaying) -> LoopStatus {
    match now.repeat {
        Repeat::Off => LoopStatus::None,
        Repeat::All => LoopStatus::Playlist,
        Repeat::One => LoopStatus::Track,
    }
}

/// The volume as a share.
pub(super) fn volume(now: &NowPlaying) -> f64 {
    f64::from(now.volume.percent()) / 100.0
}

/// What is known of the song.
pub(super) fn metadata(now: &NowPlaying, media: &Path) -> Metadata {
    let mut metadata = Metadata::new();
    metadata.set_trackid(Some(track(now)));
    if now.song.is_none() {
        return metadata;
    }
    metadata.set_title(Some(now.title.clone()));
    metadata.set_length(now.length.map(time));
    let cover = now.cover.as_ref().map(|file| media.join(&file.name));
    let cover = cover.and_then(|path| url::Url::from_file_path(path).ok());
    metadata.set_art_url(cover.map(String::from));
    metadata
}

impl<F: Fn(MediaKey) + Send + Sync> RootInterface for Controls<F> {
    async fn raise(&self) -> fdo::Result<()> {
        Err(unsupported("a terminal cannot be raised"))
    }

    /// Leaving may ask a question, which only the terminal can answer.
    async fn quit(&self) -> fdo::Result<()> {
        Err(unsupported("fuzzbox is left in its terminal"))
    }

    async fn can_quit(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn fullscreen(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn set_fullscreen(&self, _: bool) -> zbus::Result<()> {
        Err(unsupported("a terminal has its own size").into())
    }

    async fn can_set_fullscreen(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn can_raise(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn has_track_list(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn identity(&self) -> fdo::Result<String> {
        Ok("fuzzbox".to_owned())
    }

    async fn desktop_entry(&self) -> fdo::Result<String> {
        Ok("fuzzbox".to_owned())
    }

    async fn supported_uri_schemes(&self) -> fdo::Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn supported_mime_types(&self) -> fdo::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

impl<F: Fn(MediaKey) + Send + Sync> PlayerInterface for Controls<F> {
    async fn next(&self) -> fdo::Result<()> {
        self.press(MediaKey::Next);
        Ok(())
    }

    async fn previous(&self) -> fdo::Result<()> {
        self.press(MediaKey::Previous);
        Ok(())
    }

    async fn pause(&self) -> fdo::Result<()> {
        self.press(MediaKey::Pause);
        Ok(())
    }

    async fn play_pause(&self) -> fdo::Result<()> {
        self.press(MediaKey::Toggle);
        Ok(())
    }

    async fn stop(&self) -> fdo::Result<()> {
        self.press(MediaKey::Stop);
        Ok(())
    }

    async fn play(&self) -> fdo::Result<()> {
        self.press(MediaKey::Play);
        Ok(())
    }

    async fn seek(&self, offset: Time) -> fdo::Result<()> {
        self.press(MediaKey::SeekBy(seconds(offset)));
        Ok(())
    }

    /// Of a song that is no longer on, or outside of it: nothing, as the words of MPRIS have it.
    async fn set_position(&self, id: TrackId, position: Time) -> fdo::Result<()> {
        let (on, length) = {
            let told = lock(&self.told);
            (told.track(), told.now.length)
        };
        let to = seconds(position);
        let is_inside = to >= 0.0 && length.is_none_or(|length| to <= length.0);
        if id == on && is_inside {
            self.press(MediaKey::SeekTo(Seconds(to)));
        }
        Ok(())
    }

    async fn open_uri(&self, _: String) -> fdo::Result<()> {
        Err(unsupported("songs are brought in in the terminal"))
    }

    async fn playback_status(&self) -> fdo::Result<PlaybackStatus> {
        Ok(status(&self.now()))
    }

    async fn loop_status(&self) -> fdo::Result<LoopStatus> {
        Ok(round(&self.now()))
    }

    async fn set_loop_status(&self, status: LoopStatus) -> zbus::Result<()> {
        let repeat = match status {
            LoopStatus::None => Repeat::Off,
            LoopStatus::Track => Repeat::One,
            LoopStatus::Playlist => Repeat::All,
        };
        self.press(MediaKey::SetRepeat(repeat));
        Ok(())
    }

    async fn rate(&self) -> fdo::Result<PlaybackRate> {
        Ok(1.0)
    }

    async fn set_rate(&self, _: PlaybackRate) -> zbus::Result<()> {
        Err(unsupported("there is one rate").into())
    }

    async fn shuffle(&self) -> fdo::Result<bool> {
        Ok(false)
    }

    async fn set_shuffle(&self, _: bool) -> zbus::Result<()> {
        Err(unsupported("songs play in their order").into())
    }

    async fn metadata(&self) -> fdo::Result<Metadata> {
        Ok(metadata(&self.now(), &self.media))
    }

    async fn volume(&self) -> fdo::Result<mpris_server::Volume> {
        Ok(volume(&self.now()))
    }

    async fn set_volume(&self, volume: mpris_server::Volume) -> zbus::Result<()> {
        let percent = (volume.clamp(0.0, 1.0) * 100.0).round() as u8;
        self.press(MediaKey::SetVolume(Volume::new(percent)));
        Ok(())
    }

    async fn position(&self) -> fdo::Result<Time> {
        Ok(time(lock(&self.told).position()))
    }

    async fn minimum_rate(&self) -> fdo::Result<PlaybackRate> {
        Ok(1.0)
    }

    async fn maximum_rate(&self) -> fdo::Result<PlaybackRate> {
        Ok(1.0)
    }

    async fn can_go_next(&self) -> fdo::Result<bool> {
        Ok(self.now().has_next)
    }

    async fn can_go_previous(&self) -> fdo::Result<bool> {
        Ok(self.now().has_previous)
    }

    async fn can_play(&self) -> fdo::Result<bool> {
        Ok(true)
    }

    async fn can_pause(&self) -> fdo::Result<bool> {
        Ok(self.now().song.is_some())
    }

    async fn can_seek(&self) -> fdo::Result<bool> {
        Ok(self.now().song.is_some())
    }

    async fn can_control(&self) -> fdo::Result<bool> {
        Ok(true)
    }
}
