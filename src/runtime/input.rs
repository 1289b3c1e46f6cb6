//! From what the terminal sends to what the app is told.
//!
//! Invariant: nothing that was sent waits unread for the next key, and a terminal that is gone is noticed.

use std::io;
use std::thread;

use crossterm::event::{Event, EventStream, KeyEventKind, MouseButton, MouseEventKind};
use futures_util::{Stream, TryStreamExt, stream};
use tokio::sync::mpsc::{Sender, channel};

use crate::app::event::{Gesture, Input, Target};

/// What the terminal sends; an error: it is gone. Reading begins, with threads of its own, when this is first asked: the
/// first frame waits for neither.
pub fn read() -> impl Stream<Item = io::Result<Event>> + Unpin {
    Box::pin(stream::once(async { begin() }).try_flatten())
}

fn begin() -> io::Result<impl Stream<Item = io::Result<Event>> + Unpin> {
    let (sender, mut receiver) = channel(1);
    watch(sender)?;
    let gone = stream::poll_fn(move |context| receiver.poll_recv(context));
    Ok(stream::select(EventStream::new(), gone))
}

/// Tells when the terminal hangs up. Crossterm would not: a terminal that is gone has always something to read, and that is
/// nothing. Whoever leads the session gets a signal, but need not pass it on.
#[cfg(unix)]
fn watch(sender: Sender<io::Result<Event>>) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let watch = move || {
        // The input may come from elsewhere; what we draw on is a terminal. Asked for nothing, it answers when it is gone.
        let mut asked = [PollFd::from_borrowed_fd(
            rustix::stdio::stdout(),
            PollFlags::empty(),
        )];
        while poll(&mut asked, None) == Err(rustix::io::Errno::INTR) {}
        if asked[0].revents().contains(PollFlags::HUP) {
            // Whoever is not there any more knows.
            let _ = sender.blocking_send(Err(io::ErrorKind::BrokenPipe.into()));
        }
    };
    thread::Builder::new()
        .name("hang-up".into())
        .spawn(watch)
        .map(drop)
}

/// Consoles do not hang up.
#[cfg(not(unix))]
fn watch(_: Sender<io::Result<Event>>) -> io::Result<()> {
    Ok(())
}

/// What the app is told of a terminal event; `target` finds what a place on the screen shows. `None`: nothing of
/// interest, such as a key let go or the mouse moved.
pub fn from_terminal(event: Event, target: impl Fn(u16, u16) -> Option<Target>) -> Option<Input> {
    match event {
        Event::Key(key) => (key.kind != KeyEventKind::Release).then_some(Input::Key(key)),
        Event::Paste(text) => Some(Input::Pasted(text)),
        Event::Resize(width, height) => Some(Input::Resized { width, height }),
        Event::Mouse(mouse) => {
            let gesture = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Gesture::Click,
                MouseEventKind::Up(MouseButton::Left) => Gesture::Release,
                MouseEventKind::ScrollUp => Gesture::WheelUp,
                MouseEventKind::ScrollDown => Gesture::WheelDown,
                _ => return None,
            };
            let target = target(mouse.column, mouse.row)?;
            Some(Input::Pointed { target, gesture })
        }
        Event::FocusGained => Some(Input::Focused(true)),
        Event::FocusLost => Some(Input::Focused(false)),
    }
}
