//! A mix of a song's stems, written to a file of the user's.
//!
//! Invariant: a file that is there is not replaced, and what is half written does not stand under the name asked for.

use std::path::PathBuf;

use tokio::task::spawn_blocking;

use super::world::World;
use crate::app::event::SongEvent;
use crate::audio;
use crate::domain::{MediaFile, SongId};

/// Writes the mix.
pub(super) async fn mix(
    world: &World,
    song: SongId,
    stems: Vec<(MediaFile, f32)>,
    to: String,
) -> SongEvent {
    let path = world.local(&to);
    let stems: Vec<(PathBuf, f32)> = stems
        .into_iter()
        .map(|(stem, gain)| (world.media().join(stem.name), gain))
        .collect();
    let written =
        spawn_blocking(move || audio::export_mix(&stems, &path, false, &mut |_| {})).await;
    let reason = match written {
        Ok(Ok(_)) => return SongEvent::Exported { song, to },
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the program broke inside".to_owned(),
    };
    SongEvent::NotExported { song, reason }
}
