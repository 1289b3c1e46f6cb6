//! What the world must do.
//!
//! Invariant: the effects of one update are performed in order, and a `Save` is durable before the next one starts:
//! an order is on disk before it is on the wire.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::{
    ApiTaskId, Endpoint, MediaFile, MediaKind, Playable, PlayerCommand, Record, Request, SongId,
    TaskId, Timestamp,
};

/// Something the world must do. At most 16 variants: a new one needs a new device, not a new feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Send an order that is charged. Performed at most once for each time it is emitted.
    Submit {
        /// The task it belongs to.
        task: TaskId,
        /// The order.
        request: Request,
    },
    /// Ask the API for tasks, all in one request.
    Retrieve(Vec<ApiTaskId>),
    /// Look whether the local file of this path, as the user named it, can be brought to the file host.
    Look(String),
    /// Bring a local file to the file host, so that its order can name an address. Nothing is charged for that.
    Host {
        /// The task it belongs to.
        task: TaskId,
        /// The file, as the user named it.
        path: String,
    },
    /// List the account's tasks of a span.
    Search {
        /// The tasks in doubt that are looked for.
        sought: Vec<TaskId>,
        /// Where they were ordered.
        endpoints: Vec<Endpoint>,
        /// Created at or after.
        since: Timestamp,
        /// Created at or before.
        until: Timestamp,
        /// `None`: all of them, to find what is in doubt. Else one page of them, after so many, for an import.
        page: Option<u32>,
    },
    /// Open the place where the provider calls, if it is not open.
    Listen,
    /// Fetch a file of a song into the media folder.
    Download {
        /// The song.
        song: SongId,
        /// Which file.
        kind: MediaKind,
        /// From where.
        url: Url,
    },
    /// Write a mix of a song's stems to a WAV file. A file that is there is not replaced.
    Export {
        /// The song.
        song: SongId,
        /// Its stems, each with the factor for its samples.
        stems: Vec<(MediaFile, f32)>,
        /// The path of the file, as the user named it.
        to: String,
    },
    /// Let a song be heard at a link on this machine, beside those that can be; `None`: none of them any longer.
    Serve(Option<Served>),
    /// Read the whole library, which the first screen does not wait for.
    ReadLibrary,
    /// Keep something.
    Save(Record),
    /// Tell the player something.
    Player(PlayerCommand),
    /// Put text on the clipboard of the terminal (OSC 52).
    Copy(String),
    /// Paint the whole screen anew.
    Repaint,
    /// Stop like any program on Ctrl-Z.
    Suspend,
    /// Leave.
    Quit,
}

/// A song that is to be heard at a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// The song.
    pub song: SongId,
    /// What it is called.
    pub title: String,
    /// What there is of it.
    pub audio: Playable,
}
