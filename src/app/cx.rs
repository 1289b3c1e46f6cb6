//! The only thing panes are handed: the time, the settings, and a place for effects.

use super::effect::Effect;
use super::notice::{Notice, Notices};
use super::settings::Settings;
use crate::domain::Timestamp;

/// What a pane or the engine may use while it decides.
#[derive(Debug)]
pub struct Cx<'a> {
    /// Now.
    pub now: Timestamp,
    /// The settings.
    pub settings: &'a Settings,
    pub(crate) notices: &'a mut Notices,
    pub(crate) effects: &'a mut Vec<Effect>,
}

impl<'a> Cx<'a> {
    /// Puts together what one update may use.
    pub fn new(
        now: Timestamp,
        settings: &'a Settings,
        notices: &'a mut Notices,
        effects: &'a mut Vec<Effect>,
    ) -> Self {
        Cx {
            now,
            settings,
            notices,
            effects,
        }
    }

    /// Asks the world to do something, after all that was asked before.
    pub fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Tells the user something short.
    pub fn notify(&mut self, notice: Notice) {
        self.notices.push(notice, self.now);
    }
}
