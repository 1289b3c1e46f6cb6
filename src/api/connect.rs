//! How the studio reaches out: HTTP clients made when they are first needed.
//!
//! Invariant: making one may read proxies from the environment and certificates from the disk, so it happens on a
//! blocking thread and never before the first exchange. No client repeats a request by itself.

use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use tokio::sync::OnceCell;
use tokio::task;
use url::{Host, Url};

use super::error::ApiError;

/// The most redirects a download follows.
const REDIRECTS_MAX: usize = 5;

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Orders and questions: no redirects, and a connection of its own for each.
    Exchange,
    /// Files: redirects are followed.
    Files,
}

/// Where a client reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Everywhere: proxies as the environment says, certificates as the system has them.
    World,
    /// This machine, over TLS: no proxy.
    Near,
    /// This machine without TLS (the simulator): no proxy, and no certificates to be read.
    Plain,
}

/// The clients, each made once.
pub(super) struct Connections {
    connect_within: Duration,
    clients: [OnceCell<reqwest::Client>; 6],
}

impl Connections {
    /// No client yet. Making one connection may take up to `connect_within`.
    pub(super) fn new(connect_within: Duration) -> Self {
        Connections {
            connect_within,
            clients: Default::default(),
        }
    }

    /// The client to reach `url` with.
    pub(super) async fn client(
        &self,
        purpose: Purpose,
        url: &Url,
    ) -> Result<&reqwest::Client, ApiError> {
        let reach = match (is_loopback(url), url.scheme()) {
            (false, _) => Reach::World,
            (true, "http") => Reach::Plain,
            (true, _) => Reach::Near,
        };
        let index = purpose as usize * 3 + reach as usize;
        let connect_within = self.connect_within;
        let made = self.clients[index].get_or_try_init(|| async move {
            task::spawn_blocking(move || make(purpose, reach, connect_within))
                .await
                .map_err(|_| ApiError::NoClient("the HTTP client could not be made".into()))?
        });
        made.await
    }
}

/// Whether `url` names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

fn make(
    purpose: Purpose,
    reach: Reach,
    connect_within: Duration,
) -> Result<reqwest::Client, ApiError> {
    // An error says that a provider is installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("fuzzbox/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect_within)
        .retry(reqwest::retry::never())
        .referer(false);
    builder = match purpose {
        // A kept connection may be closed by the server just when an order is written to it, and nobody could say
        // whether the order was taken: each exchange opens its own, and HTTP/1.1 has no streams that are given up.
        Purpose::Exchange => builder
            .redirect(Policy::none())
            .http1_only()
            .pool_max_idle_per_host(0),
        Purpose::Files => builder.redirect(Policy::custom(move |attempt| follow(attempt, reach))),
    };
    builder = match reach {
        Reach::World => builder,
        Reach::Near => builder.no_proxy(),
        Reach::Plain => builder.no_proxy().tls_certs_only([]),
    };
    builder.build().map_err(ApiError::no_client)
}

fn follow(attempt: Attempt<'_>, reach: Reach) -> reqwest::redirect::Action {
    let goes_on = match (attempt.url().scheme(), reach) {
        ("http" | "https", Reach::World) => true,
        // The client for this machine knows no proxy and perhaps no certificates.
        ("http", Reach::Near | Reach::Plain) | ("https", Reach::Near) => is_loopback(attempt.url()),
        _ => false,
    };
    if attempt.previous().len() > REDIRECTS_MAX {
        attempt.error("too many redirects")
    } else if goes_on {
        attempt.follow()
    } else {
        attempt.error("redirected to an address that is not followed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for (text, expected) in [
            ("http://127.0.0.1:8787", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://localhost", true),
            ("http://LOCALHOST./", true),
            ("http://demo.localhost", true),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("http://192.168.0.1", false),
            ("http://0.0.0.0", false),
        ] {
            let url: Url = text.parse().expect("a URL");
            assert_eq!(is_loopback(&url), expected, "{text}");
        }
    }
}
