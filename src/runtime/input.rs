//! From what crossterm reads to what the app is told.

use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEventKind};

use crate::app::event::{Gesture, Input, Target};

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
                MouseEventKind::ScrollUp => Gesture::WheelUp,
                MouseEventKind::ScrollDown => Gesture::WheelDown,
                _ => return None,
            };
            let target = target(mouse.column, mouse.row)?;
            Some(Input::Pointed { target, gesture })
        }
        Event::FocusGained | Event::FocusLost => None,
    }
}
