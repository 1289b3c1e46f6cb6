//! A song at a link on this machine, for ears that are elsewhere: through a tunnel (`ssh -L`) any player or browser there
//! opens it.
//!
//! Invariant: nothing is served but the songs that were named, under a path that nobody can guess, to nobody but this
//! machine; and nothing of it is changed.

mod answer;

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use answer::Stopped;

/// A song to be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its file.
    pub file: PathBuf,
    /// What it is called.
    pub title: String,
}

/// Songs that can be heard at a link. Ends when dropped.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    shelf: Arc<Shelf>,
    stop: watch::Sender<bool>,
    job: JoinHandle<()>,
}

/// What is served, and where.
#[derive(Debug)]
struct Shelf {
    secret: String,
    songs: Vec<Song>,
}

#[derive(Debug)]
struct Song {
    offer: Offer,
    suffix: &'static str,
    content_type: &'static str,
}

impl Listening {
    /// Serves songs on this machine's own address, at a port of choice, or any (0).
    ///
    /// # Errors
    /// When the port is taken, a file cannot be read, or it holds no sound.
    pub async fn start(offers: Vec<Offer>, port: u16) -> io::Result<Listening> {
        let mut songs = Vec::new();
        for offer in offers {
            songs.push(Song::look_at(offer).await?);
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let shelf = Arc::new(Shelf {
            secret: secret()?,
            songs,
        });
        let (stop, stopped) = watch::channel(false);
        let router = Router::new()
            .fallback(serve)
            .with_state((Arc::clone(&shelf), stopped));
        let job = tokio::spawn(async move {
            // It ends with the one who holds it.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Listening {
            address,
            shelf,
            stop,
            job,
        })
    }

    /// The link of one song, or of the list of them all.
    pub fn link(&self) -> String {
        match &self.shelf.songs[..] {
            [song] => self.link_of(0, song),
            _ => format!("http://{}/{}/songs.m3u", self.address, self.shelf.secret),
        }
    }

    /// The link of each song.
    pub fn links(&self) -> Vec<String> {
        let songs = self.shelf.songs.iter().enumerate();
        songs
            .map(|(number, song)| self.link_of(number, song))
            .collect()
    }

    /// The port on this machine, for the other end of a tunnel.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    fn link_of(&self, number: usize, song: &Song) -> String {
        format!("http://{}{}", self.address, self.shelf.path(number, song))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.job.abort();
    }
}

impl Shelf {
    fn path(&self, number: usize, song: &Song) -> String {
        format!("/{}/{}.{}", self.secret, number + 1, song.suffix)
    }

    fn find(&self, path: &str) -> Option<&Song> {
        let mut songs = self.songs.iter().enumerate();
        songs
            .find(|(number, song)| self.path(*number, song) == path)
            .map(|(_, song)| song)
    }

    /// The songs as a list for players, whose entries lie beside it.
    fn list(&self) -> String {
        let mut list = "#EXTM3U\n".to_owned();
        for (number, song) in self.songs.iter().enumerate() {
            let title: String = song
                .offer
                .title
                .chars()
                .filter(|c| !c.is_control())
                .collect();
            // Text takes all that is written to it.
            let _ = writeln!(list, "#EXTINF:-1,{title}\n{}.{}", number + 1, song.suffix);
        }
        list
    }
}

impl Song {
    async fn look_at(offer: Offer) -> io::Result<Song> {
        use tokio::io::AsyncReadExt;
        let file = tokio::fs::File::open(&offer.file).await?;
        let mut first = Vec::new();
        file.take(4096).read_to_end(&mut first).await?;
        let (suffix, content_type) = kind(&first)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is no song"))?;
        Ok(Song {
            offer,
            suffix,
            content_type,
        })
    }
}

/// Suffix and content type, told from the first bytes.
fn kind(first: &[u8]) -> Option<(&'static str, &'static str)> {
    use crate::audio::AudioFormat;
    Some(match crate::audio::sniff(first)? {
        AudioFormat::M4a => ("m4a", "audio/mp4"),
        AudioFormat::Mp3 => ("mp3", "audio/mpeg"),
        AudioFormat::Wav => ("wav", "audio/wav"),
        AudioFormat::Flac => ("flac", "audio/flac"),
    })
}

/// 128 bits from the system, in hex.
fn secret() -> io::Result<String> {
    let mut bytes = [0u8; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| io::Error::other("the system has no random numbers"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

async fn serve(
    State((shelf, stopped)): State<(Arc<Shelf>, Stopped)>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    if let Some(refused) = answer::refused(request.method()) {
        return refused;
    }
    if path == format!("/{}/songs.m3u", shelf.secret) {
        return answer::list(shelf.list());
    }
    match shelf.find(path) {
        Some(song) => {
            let served = answer::Served {
                file: &song.offer.file,
                title: &song.offer.title,
                suffix: song.suffix,
                content_type: song.content_type,
            };
            answer::file(served, request.method(), request.headers(), stopped).await
        }
        None => answer::nothing(),
    }
}
