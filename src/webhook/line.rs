//! The connections before the door: a few at a time, and none for long.
//!
//! Invariant: a connection ends when its time is over, whatever is being sent or not sent on it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// How many may stand before the door at once; who comes then is hung up on.
pub(super) const AT_ONCE: usize = 64;
/// How long one may stay, for everything it has to say.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The listening socket.
pub(super) struct Lines {
    socket: TcpListener,
    places: Arc<Semaphore>,
    patience: Duration,
}

impl Lines {
    pub(super) fn new(socket: TcpListener, patience: Duration) -> Self {
        Lines {
            socket,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            patience,
        }
    }
}

impl Listener for Lines {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            match self.socket.accept().await {
                Ok((stream, address)) => {
                    let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
                        continue;
                    };
                    return (Line::new(stream, place, self.patience), address);
                }
                // Out of file handles, or a caller that left early: neither is a reason to stop.
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// One connection.
pub(super) struct Line {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Line {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit, patience: Duration) -> Self {
        // Answers are small; waiting to fill a packet only adds latency.
        let _ = stream.set_nodelay(true);
        Line {
            stream,
            end: Box::pin(sleep(patience)),
            _place: place,
        }
    }

    fn is_over(&mut self, context: &mut Context) -> bool {
        self.end.as_mut().poll(context).is_ready()
    }
}

fn over<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        if self.is_over(context) {
            return over();
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_over(context) {
            return over();
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
