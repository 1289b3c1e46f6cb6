//! What an order costs, as far as the provider prints it.
//!
//! Invariant: a price that is not printed is not known; nothing is guessed.

use super::action::Action;
use super::request::{Request, Work};

/// Credits for a song made with `generate` (the provider's API description).
const GENERATE_CREDITS: f64 = 0.68;
/// About what that is in US dollars (the provider's pricing page).
const GENERATE_DOLLARS: f64 = 0.065;

/// A price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// In the provider's credits.
    pub credits: f64,
    /// In US dollars, roughly.
    pub dollars: f64,
}

/// What a request costs when it succeeds, where that is printed.
pub fn of(request: &Request) -> Option<Price> {
    // Nobody knows what a word of the config costs.
    let is_ours = !matches!(request, Request::Audios(order) if order.action_name.is_some());
    (is_ours && request.work() == Work::Song(Action::Generate)).then_some(Price {
        credits: GENERATE_CREDITS,
        dollars: GENERATE_DOLLARS,
    })
}

/// What all of them cost together. `None` as soon as one price is not known.
pub fn of_all(requests: &[Request]) -> Option<Price> {
    let nothing = Price {
        credits: 0.0,
        dollars: 0.0,
    };
    requests.iter().try_fold(nothing, |sum, request| {
        let price = of(request)?;
        Some(Price {
            credits: sum.credits + price.credits,
            dollars: sum.dollars + price.dollars,
        })
    })
}
