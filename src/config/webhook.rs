//! Where the provider can call us, as the file says it.
//!
//! Invariant: a way to be called that cannot work is a mistake with its place, said before anything is opened.

use std::net::{Ipv4Addr, SocketAddr};

use url::{Host, Url};

use super::error::{ConfigError, Located};
use crate::domain::Completion;

/// Where to listen when nothing else is said: on this machine, beside the simulator.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8788);

/// Where the provider can call us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What the provider calls: a tunnel or a reverse proxy that leads to us. `None`: `listen` itself, for a provider on
    /// this machine.
    pub public_url: Option<Url>,
}

impl Webhook {
    /// What the provider calls, without what is added for each task.
    pub fn shown(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None if self.listen.port() == 0 => format!("http://{}", self.listen.ip()),
            None => format!("http://{}", self.listen),
        }
    }
}

/// That of the demo, whose API is on this machine and calls whatever port is free.
pub(super) fn of_demo() -> Webhook {
    Webhook {
        listen: SocketAddr::new(DEFAULT_LISTEN.ip(), 0),
        public_url: None,
    }
}

/// What the file says of it.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub section: Option<Located<()>>,
    pub listen: Option<Located<SocketAddr>>,
    pub public_url: Option<Located<Url>>,
}

impl Said {
    /// What it comes to, for an API at `base_url`.
    pub(super) fn resolve(self, base_url: &Url) -> Result<Option<Webhook>, ConfigError> {
        let Some(section) = self.section else {
            return Ok(None);
        };
        if self.public_url.is_none() && !is_here(base_url) {
            let message = "[webhook] needs a public_url that leads here: the API cannot call an address of this machine";
            return Err(ConfigError::File(vec![
                section.place.mistake(message.to_owned()),
            ]));
        }
        Ok(Some(Webhook {
            listen: self.listen.map_or(DEFAULT_LISTEN, |said| said.value),
            public_url: self.public_url.map(|said| said.value),
        }))
    }
}

/// Being called as the usual way needs a place to be called at.
pub(super) fn check(
    completion: Option<&Located<Completion>>,
    webhook: Option<&Webhook>,
) -> Result<(), ConfigError> {
    match completion {
        Some(said) if said.value == Completion::Webhook && webhook.is_none() => {
            let message = "completion = \"webhook\" needs a [webhook] section with a public_url";
            Err(ConfigError::File(vec![
                said.place.mistake(message.to_owned()),
            ]))
        }
        _ => Ok(()),
    }
}

/// `127.0.0.1:8788`, or what is wrong with it.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.trim().parse().map_err(|_| {
        "not an address to listen on; it should look like \"127.0.0.1:8788\"".to_owned()
    })
}

/// Whether an address is on this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
