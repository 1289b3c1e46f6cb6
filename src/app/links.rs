//! Songs that can be heard at a link on this machine, by ears elsewhere.
//!
//! Invariant: nothing is served before the user asks for it, and nothing after they no longer want it.

use std::collections::{BTreeMap, BTreeSet};

use super::App;
use super::command::LinkCommand;
use super::effect::{Effect, Served};
use super::event::ServingEvent;
use super::notice::{Copied, Ear, Notice, Refusal};
use super::panes::PaneId;
use super::panes::overlay::Overlay;
use crate::domain::{Link, Playable, SongId};

/// What can be heard at links.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Links {
    /// Asked for, not answered yet.
    asked: BTreeSet<SongId>,
    links: BTreeMap<SongId, Link>,
}

impl Links {
    /// The link of a song, where it has one.
    pub fn of(&self, song: &SongId) -> Option<&Link> {
        self.links.get(song)
    }

    /// The port that all of them are at, while there are any.
    pub fn port(&self) -> Option<u16> {
        self.links.values().next()?.url()?.port()
    }

    fn are_none(&self) -> bool {
        self.asked.is_empty() && self.links.is_empty()
    }
}

impl App {
    /// Why a command on songs at a link can do nothing now.
    pub(super) fn link_command_refusal(&self, command: LinkCommand) -> Option<Refusal> {
        match (command, self.to_link()) {
            (LinkCommand::End, _) => self.links.are_none().then_some(Refusal::NothingServed),
            (LinkCommand::Open, Some(song)) => self.link_refusal(&song),
            (LinkCommand::Open, None) => Some(Refusal::NoSong),
        }
    }

    /// Why a song cannot be heard at a link now.
    pub(super) fn link_refusal(&self, song: &SongId) -> Option<Refusal> {
        match self.playable(song) {
            None => Some(Refusal::NotFetchedYet),
            // What another program fetches cannot be read here before it is whole.
            Some(Playable::Arriving) if self.settings.is_guest => Some(Refusal::NotFetchedYet),
            Some(_) => None,
        }
    }

    /// The song that is meant: in the library the selected one, elsewhere the one that is on, if any.
    fn to_link(&self) -> Option<SongId> {
        let selected = self.library.selected();
        let on = self.on().map(|song| &song.id);
        let is_over = self.overlay.is_some();
        match self.focus {
            PaneId::Library if !is_over => selected.or(on),
            _ => on.or(selected),
        }
        .cloned()
    }

    pub(super) fn on_link(&mut self, command: LinkCommand) {
        match command {
            LinkCommand::Open => {
                if let Some(song) = self.to_link() {
                    self.open_link(&song);
                }
            }
            LinkCommand::End => {
                self.end_links();
                self.notify(Notice::Ear(Ear::NotServed));
            }
        }
    }

    /// Lets a song be heard at a link, and shows it.
    pub(super) fn open_link(&mut self, id: &SongId) {
        let Some(title) = self.songs.get(id).map(|song| song.title.clone()) else {
            return;
        };
        if self.links.of(id).is_none() && self.links.asked.insert(id.clone()) {
            let Some((song, audio)) = self.made_playable(id) else {
                self.links.asked.remove(id);
                return;
            };
            self.effects
                .push(Effect::Serve(Some(Served { song, title, audio })));
        }
        self.overlay = Some(Overlay::Link(id.clone()));
    }

    fn end_links(&mut self) {
        self.links = Links::default();
        self.overlay
            .take_if(|overlay| matches!(overlay, Overlay::Link(_)));
        self.effects.push(Effect::Serve(None));
    }

    /// The link goes to the clipboard; what else is to be typed stays in sight.
    pub(super) fn copy_link(&mut self, song: SongId) {
        if let Some(link) = self.links.of(&song) {
            let link = link.as_str().to_owned();
            self.copy(link, Copied::Link);
        }
        self.overlay = Some(Overlay::Link(song));
    }

    pub(super) fn on_serving(&mut self, event: ServingEvent) {
        match event {
            ServingEvent::Served { song, link } if self.links.asked.remove(&song) => {
                self.links.links.insert(song, link);
            }
            ServingEvent::NotServed { song, reason } if self.links.asked.remove(&song) => {
                self.overlay
                    .take_if(|overlay| *overlay == Overlay::Link(song));
                self.notify(Notice::Ear(Ear::CannotServe(reason)));
                if self.links.are_none() {
                    self.end_links();
                }
            }
            // It was ended in the meantime.
            ServingEvent::Served { .. } | ServingEvent::NotServed { .. } => {}
        }
    }
}
