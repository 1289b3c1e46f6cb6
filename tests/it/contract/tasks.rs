//! Questions about tasks: one, several, and by what they were.

use fuzzbox::sim::SimConfig;
use serde_json::{Value, json};

use super::{Api, assert_shape, fixture, quick};

async fn batch(api: &Api, filters: Value) -> Value {
    let mut body = filters;
    body["action"] = json!("retrieve_batch");
    let (status, answer) = api.post("/producer/tasks", &body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn ids(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().expect("a list");
    items
        .iter()
        .map(|item| item["id"].as_str().expect("an id"))
        .collect()
}

#[tokio::test]
async fn unknown_tasks_are_an_empty_object() {
    let api = Api::quick().await;
    let request = fixture("tasks_retrieve.request");
    let (status, answer) = api.post("/producer/tasks", &request).await;
    assert_eq!((status, answer), (200, fixture("tasks_retrieve.unknown")));
    let answer = batch(&api, fixture("tasks_retrieve_batch.request")).await;
    assert_eq!(answer, json!({ "items": [], "count": 0 }));
}

#[tokio::test]
async fn a_batch_comes_in_the_order_asked_for() {
    let api = Api::quick().await;
    let one = api.order("one").await;
    let two = api.order("two").await;
    api.finished(&one).await;
    api.finished(&two).await;
    let answer = batch(&api, json!({ "ids": [two, "unknown", one] })).await;
    assert_eq!(ids(&answer), [&two, &one]);
    assert_eq!(answer["count"], 2);
    let mut shaped = answer.clone();
    for item in shaped["items"].as_array_mut().expect("a list") {
        item["request"] = fixture("tasks_retrieve.response")["request"].clone();
    }
    assert_shape(&fixture("tasks_retrieve_batch.response"), &shaped);
}

#[tokio::test]
async fn what_an_account_made_can_be_looked_for() {
    let api = Api::start(SimConfig {
        pace: 0.0,
        ..quick()
    })
    .await;
    let mut made = Vec::new();
    for number in 0..3 {
        let id = api.order(&format!("song {number}")).await;
        api.finished(&id).await;
        made.push(id);
    }
    let newest: Vec<&str> = made.iter().rev().map(String::as_str).collect();
    let all = batch(&api, json!({ "type": "audios" })).await;
    assert_eq!(ids(&all), newest);
    let user = all["items"][0]["user_id"].clone();
    let application = all["items"][0]["application_id"].clone();
    let mine = batch(
        &api,
        json!({ "user_id": user, "application_id": application }),
    )
    .await;
    assert_eq!(mine["count"], 3);
    assert_eq!(
        batch(&api, json!({ "user_id": "someone" })).await["count"],
        0
    );
    assert_eq!(
        batch(&api, json!({ "application_id": "something" })).await["count"],
        0
    );
    assert_eq!(batch(&api, json!({ "type": "lyrics" })).await["count"], 0);
    let page = batch(&api, json!({ "limit": 1, "offset": 1 })).await;
    assert_eq!(
        (ids(&page), page["count"].clone()),
        (vec![newest[1]], json!(3))
    );
    let middle = api.record(&made[1]).await["created_at"].clone();
    let since = batch(&api, json!({ "created_at_min": middle })).await;
    assert_eq!(ids(&since), &newest[..2]);
    let until = batch(&api, json!({ "created_at_max": middle })).await;
    assert_eq!(ids(&until), &newest[1..]);
    let both = batch(&api, json!({ "ids": made, "created_at_min": 4e9 })).await;
    assert_eq!(both["count"], 0);
}

#[tokio::test]
async fn accounts_see_only_their_own() {
    let api = Api::quick().await;
    let id = api.order("mine").await;
    let question = json!({ "action": "retrieve", "id": id });
    assert_eq!(
        api.post_as("other", "/producer/tasks", &question).await.1,
        json!({})
    );
    let all = json!({ "action": "retrieve_batch" });
    assert_eq!(
        api.post_as("other", "/producer/tasks", &all).await.1["count"],
        0
    );
    let again = Api::quick().await;
    let other_run = again.order("mine").await;
    let (here, there) = (api.record(&id).await, again.record(&other_run).await);
    assert_eq!(
        here["user_id"], there["user_id"],
        "a token is the same account in each run"
    );
    assert_ne!(id, other_run, "ids are new in each run");
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let api = Api::quick().await;
    for question in [
        json!({}),
        json!({ "action": "list" }),
        json!({ "action": "retrieve" }),
        json!({ "action": "retrieve", "id": 7 }),
        json!({ "action": "retrieve_batch", "ids": "x" }),
        json!({ "action": "retrieve_batch", "ids": [1] }),
        json!({ "action": "retrieve_batch", "limit": -1 }),
        json!({ "action": "retrieve_batch", "created_at_min": "yesterday" }),
    ] {
        let (status, answer) = api.post("/producer/tasks", &question).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!("bad_request")),
            "{question}"
        );
    }
}

#[tokio::test]
async fn work_is_counted_and_requests_are_remembered() {
    let api = Api::quick().await;
    let count = async || {
        api.http
            .get(api.at("/_sim/orders"))
            .send()
            .await
            .expect("an answer")
            .json::<Value>()
            .await
    };
    assert_eq!(count().await.expect("JSON"), json!({ "orders": 0 }));
    let id = api.order("counted").await;
    api.record(&id).await;
    assert_eq!(count().await.expect("JSON"), json!({ "orders": 1 }));
    let seen = api.sim.requests();
    let orders: Vec<_> = seen
        .iter()
        .filter(|request| request.path == "/producer/audios")
        .collect();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].method, "POST");
    assert_eq!(orders[0].body.as_ref().expect("JSON")["prompt"], "counted");
    assert!(
        !format!("{seen:?}").contains("Bearer"),
        "headers are not kept"
    );
    let about = api
        .http
        .get(api.at("/"))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(about.contains("Producer API"), "{about}");
}

#[tokio::test]
async fn a_stopped_simulator_is_gone() {
    let api = Api::start(SimConfig {
        pace: 1_000.0,
        ..quick()
    })
    .await;
    let waiting = json!({ "action": "generate", "prompt": "never heard" }).to_string();
    let request = api
        .http
        .post(api.at("/producer/audios"))
        .header("authorization", "Bearer x")
        .body(waiting);
    let answer = tokio::spawn(request.send());
    while api.sim.orders() == 0 {
        tokio::task::yield_now().await;
    }
    let url = api.at("/");
    api.sim.stop().await;
    let answer = tokio::time::timeout(super::PATIENCE, answer)
        .await
        .expect("an end in time")
        .expect("a job that runs");
    assert!(answer.is_err(), "the open request was cut");
    assert!(api.http.get(url).send().await.is_err());
}
