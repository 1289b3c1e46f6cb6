//! The token that is typed, as far as the app knows of it.
//!
//! Invariant: only how many characters are typed is known here, never which.

use super::App;
use super::event::TokenEvent;
use super::notice::Notice;
use super::panes::overlay::Overlay;

impl App {
    pub(super) fn on_token(&mut self, event: TokenEvent) {
        match event {
            TokenEvent::Typed(count) => {
                if let Some(Overlay::Token { typed, problem }) = &mut self.overlay {
                    *typed = count;
                    *problem = None;
                }
            }
            TokenEvent::Cancelled => self.overlay = None,
            TokenEvent::Refused(reason) => {
                if let Some(Overlay::Token { typed, problem }) = &mut self.overlay {
                    *typed = 0;
                    *problem = Some(reason);
                }
            }
            TokenEvent::Stored => {
                self.overlay = None;
                self.use_token();
            }
            TokenEvent::Renewed => {
                self.overlay
                    .take_if(|overlay| matches!(overlay, Overlay::Token { .. }));
                self.use_token();
            }
        }
    }

    fn use_token(&mut self) {
        self.settings.has_token = true;
        let outranked = self.settings.token_outranked_by.clone();
        self.notify(Notice::TokenStored(outranked));
        let (tasks, _, mut cx) = self.engine();
        tasks.token_given(&mut cx);
        let (import, mut cx) = self.importer();
        import.token_given(&mut cx);
        self.queue.refresh(&self.tasks);
    }
}
