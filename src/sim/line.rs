//! Connections that can be cut: the scripted accident in which a client never learns what became of its request.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The listening socket; its connections end when the simulator does.
pub struct Lines {
    socket: TcpListener,
    closing: watch::Receiver<bool>,
}

impl Lines {
    /// Lines accepted from `socket`, all cut once `closing` says true.
    pub fn new(socket: TcpListener, closing: watch::Receiver<bool>) -> Self {
        Self { socket, closing }
    }
}

impl Listener for Lines {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            match self.socket.accept().await {
                Ok((stream, address)) => return (Line::new(stream, self.closing.clone()), address),
                // Out of file handles, or a client that left early: neither is a reason to stop.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// One connection.
pub struct Line {
    stream: TcpStream,
    cord: Cord,
    closed: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
}

impl Line {
    fn new(stream: TcpStream, mut closing: watch::Receiver<bool>) -> Self {
        // Answers are small; waiting to fill a packet only adds latency.
        let _ = stream.set_nodelay(true);
        let closed = async move {
            // A sender that is gone means the same as one that says so.
            let _ = closing.wait_for(|is_closing| *is_closing).await;
        };
        Self {
            stream,
            cord: Cord::default(),
            closed: Box::pin(closed),
        }
    }

    fn is_cut(&mut self, context: &mut Context) -> bool {
        self.cord.is_pulled() || self.closed.as_mut().poll(context).is_ready()
    }
}

/// Cuts the connection a request came on.
#[derive(Clone, Debug, Default)]
pub struct Cord(Arc<AtomicBool>);

impl Cord {
    /// From now on nothing more is written: the client sees the connection end without an answer.
    pub fn pull(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_pulled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Lines>> for Cord {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().cord.clone()
    }
}

fn cut<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        if self.is_cut(context) {
            return cut();
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
        if self.is_cut(context) {
            return cut();
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
