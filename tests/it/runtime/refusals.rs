//! Each documented error, from the wire to the screen: what happened, what it costs, the trace id, what to do.

use crossterm::event::KeyCode;
use serde_json::{Value, json};

use super::desk::{Desk, Parts, sit};
use crate::support::canned::{self, Act, Canned};

const TRACE: &str = "2efa9340-b21b-4e26-9e14-4aac95f343ab";

fn errors() -> Vec<Value> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/api/errors.json"
    );
    let text = std::fs::read_to_string(path).expect("a fixture");
    serde_json::from_str(&text).expect("JSON")
}

/// Orders a song from a server that refuses it like this, and looks at the details of the task.
async fn assert_shown(status: u16, body: &Value, shown: [&str; 3]) {
    let server = Canned::start((0..20).map(|_| Act::Say(canned::json(status, body)))).await;
    let parts = Parts::new(server.url().as_str());
    let (studio, screen) = parts.open();
    sit(studio, screen, async |desk: &Desk| {
        desk.prompt("rain").await;
        desk.press('g');
        desk.key(KeyCode::Char('3'));
        desk.key(KeyCode::Enter);
        for text in shown {
            desk.until(text).await;
        }
        if let Some(trace) = body["trace_id"].as_str() {
            desk.until(trace).await;
        }
        desk.key(KeyCode::Esc);
        desk.quit();
        // An order that is on the wire again at this moment.
        desk.key(KeyCode::Char('y'));
    })
    .await;
}

#[tokio::test]
async fn every_documented_error_is_explained_on_the_screen() {
    let free = "nothing was charged";
    let expected = [
        ["This token is for another API", free, "^t takes one"],
        [
            "This server does not know this action",
            free,
            "Choose another action",
        ],
        [
            "The application of this token is disabled",
            free,
            "the provider's support",
        ],
        [
            "The API refused a value of this order",
            free,
            "Change the draft",
        ],
        ["The API was sent no token", free, "^t takes one"],
        ["The API does not know this token", free, "^t takes one"],
        ["The token has expired", free, "Make a new token"],
        [
            "The token and this API do not belong together",
            free,
            "^t takes one",
        ],
        ["The credit of this account is used up", free, "top up"],
        [
            "There is no Producer API at this address",
            free,
            "address of the API",
        ],
        [
            "Too many requests: the API took nothing",
            free,
            "tried again by itself",
        ],
        [
            "The API broke down while it had the order",
            "it may have been charged",
            "sends it again",
        ],
    ];
    let errors = errors();
    assert_eq!(errors.len(), expected.len());
    for (error, shown) in errors.iter().zip(expected) {
        let status = u16::try_from(error["status"].as_u64().expect("a status")).expect("small");
        assert_eq!(error["body"]["trace_id"], TRACE);
        assert_shown(status, &error["body"], shown).await;
    }
}

#[tokio::test]
async fn further_refusals_are_explained_too() {
    let error =
        |code: &str| json!({ "error": { "code": code, "message": "no" }, "trace_id": TRACE });
    for (status, body, shown) in [
        (
            410,
            error("gone"),
            [
                "The API no longer does this",
                "nothing was charged",
                "It was retired",
            ],
        ),
        (
            403,
            error("forbidden"),
            [
                "The API forbids this order",
                "nothing was charged",
                "Moderation",
            ],
        ),
        (
            200,
            json!({ "success": false, "error": { "code": "moderated", "message": "bad words" }, "trace_id": TRACE }),
            [
                "The API could not make this song",
                "bad words",
                "\"success\":false",
            ],
        ),
    ] {
        assert_shown(status, &body, shown).await;
    }
}
