//! The desktop beside the terminal: media keys, where they are built in.
//!
//! Invariant: the desktop hears of us with the first song that is played, not before; without the feature there is
//! nothing here at all.

use tokio::sync::mpsc::UnboundedSender;

use super::perform::News;
use super::world::World;
use crate::app::App;

/// What is shown of the player outside the terminal.
pub(super) struct Desktop {
    #[cfg(all(feature = "mpris", target_os = "linux"))]
    keys: Option<crate::media_keys::MediaKeys>,
    #[cfg(all(feature = "mpris", target_os = "linux"))]
    news: UnboundedSender<News>,
}

#[cfg(all(feature = "mpris", target_os = "linux"))]
impl Desktop {
    /// Nothing is shown yet.
    pub(super) fn new(news: UnboundedSender<News>) -> Self {
        Desktop { keys: None, news }
    }

    /// Shows what plays now.
    pub(super) fn show(&mut self, app: &App, world: &World) {
        use crate::app::event::{Event, Input};
        use crate::media_keys::MediaKeys;

        if self.keys.is_none() && app.player.is_open() {
            let news = self.news.clone();
            let press = move |key| {
                // The loop ended: nobody is there to hear of it.
                let _ = news.send(News::Happened(Event::Input(Input::Media(key))));
            };
            self.keys = Some(MediaKeys::offer(world.media().clone(), press));
        }
        if let Some(keys) = &self.keys {
            keys.show(app.now_playing());
        }
    }
}

#[cfg(not(all(feature = "mpris", target_os = "linux")))]
impl Desktop {
    /// Nothing.
    pub(super) fn new(_: UnboundedSender<News>) -> Self {
        Desktop {}
    }

    /// Shows nothing.
    #[expect(
        clippy::unused_self,
        reason = "with media keys there is something to show with"
    )]
    pub(super) fn show(&mut self, _: &App, _: &World) {}
}
