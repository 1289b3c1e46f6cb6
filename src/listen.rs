//! A song at a link on this machine, for ears that are elsewhere: through a tunnel (`ssh -L`) any player or browser there
//! opens it.
//!
//! Invariant: nothing is served but the songs that were named, under a path that nobody can guess, to nobody but this
//! machine; and nothing of it is changed.

mod answer;
mod source;

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::watch;

use answer::Stopped;
pub use source::Source;

/// A song to be heard.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its file, whole or still growing.
    pub source: Source,
    /// What it is called.
    pub title: String,
}

/// Songs that can be heard at a link, served from a thread of their own. Ends when dropped.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    shelf: Arc<Shelf>,
    stop: watch::Sender<bool>,
}

/// What is served, and where.
#[derive(Debug)]
struct Shelf {
    secret: String,
    songs: RwLock<Vec<Arc<Song>>>,
}

#[derive(Debug)]
struct Song {
    offer: Offer,
    suffix: &'static str,
    content_type: &'static str,
}

impl Listening {
    /// Opens a place on this machine's own address, at a port of choice, or any (0), with nothing in it yet.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn open(port: u16) -> io::Result<Listening> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let shelf = Arc::new(Shelf {
            secret: secret()?,
            songs: RwLock::default(),
        });
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let served = run(socket, Arc::clone(&shelf), stopped);
        std::thread::Builder::new()
            .name("listen".into())
            .spawn(move || runtime.block_on(served))?;
        Ok(Listening {
            address,
            shelf,
            stop,
        })
    }

    /// Serves one more song, and tells its link. One that is served already keeps the link it has. Waits for the first bytes
    /// of one that is still growing.
    ///
    /// # Errors
    /// When its file cannot be read or holds no sound.
    pub async fn add(&self, offer: Offer) -> io::Result<String> {
        let song = Arc::new(Song::look_at(offer).await?);
        let mut songs = self
            .shelf
            .songs
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let known = songs
            .iter()
            .position(|known| known.offer.source.is(&song.offer.source));
        let number = known.unwrap_or(songs.len());
        match songs.get_mut(number) {
            Some(known) => *known = Arc::clone(&song),
            None => songs.push(Arc::clone(&song)),
        }
        Ok(self.link_of(number, &song))
    }

    /// The link of one song, or of the list of them all.
    pub fn link(&self) -> String {
        match &self.shelf.songs()[..] {
            [song] => self.link_of(0, song),
            _ => format!("http://{}/{}/songs.m3u", self.address, self.shelf.secret),
        }
    }

    /// The link of each song.
    pub fn links(&self) -> Vec<String> {
        let songs = self.shelf.songs();
        let links = songs.iter().enumerate();
        links
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
    }
}

/// Serves until it is told to stop. What is being answered then ends with the thread.
async fn run(socket: TcpListener, shelf: Arc<Shelf>, mut stopped: Stopped) {
    // Fails only without a reactor, which this thread has.
    let Ok(socket) = tokio::net::TcpListener::from_std(socket) else {
        return;
    };
    let router = Router::new()
        .fallback(serve)
        .with_state((shelf, stopped.clone()));
    tokio::select! {
        // It never ends by itself; its only result is of no use.
        _ = axum::serve(socket, router) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

impl Shelf {
    /// The songs as they stand. A panic elsewhere leaves them whole: one is put there in a single step.
    fn songs(&self) -> Vec<Arc<Song>> {
        let songs = self.songs.read();
        songs.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn path(&self, number: usize, song: &Song) -> String {
        format!("/{}/{}.{}", self.secret, number + 1, song.suffix)
    }

    fn find(&self, path: &str) -> Option<Arc<Song>> {
        let mut songs = self.songs().into_iter().enumerate();
        songs
            .find(|(number, song)| self.path(*number, song) == path)
            .map(|(_, song)| song)
    }

    /// The songs as a list for players, whose entries lie beside it.
    fn list(&self) -> String {
        let mut list = "#EXTM3U\n".to_owned();
        for (number, song) in self.songs().iter().enumerate() {
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
        let first = offer.source.beginning().await?;
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
                source: &song.offer.source,
                title: &song.offer.title,
                suffix: song.suffix,
                content_type: song.content_type,
            };
            answer::file(served, request.method(), request.headers(), stopped).await
        }
        None => answer::nothing(),
    }
}
