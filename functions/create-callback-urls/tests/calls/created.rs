//! Calls that create URLs: every documented input, and the documented output.

use callbacks::{
    outcomes::Meaning,
    urls::{Action, ActionType, Actions, Invocation, Invoked, PostBody},
};
use serde_json::{Value, json};

use crate::bench::{Bench, ON, TOKEN, order, request, urls, without_ids};

/// What the reply to a call is, which is the same to a request: the body, and 200.
async fn created(bench: &Bench, order: &Value) -> Value {
    let direct = bench.called(order).await;
    let (status, body) = bench.asked(&request(&order.to_string())).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(without_ids(direct.clone()), without_ids(body.clone()));
    assert_ne!(direct["transaction_id"], body["transaction_id"], "each call has a name of its own");
    direct
}

/// What comes of calling the URL of an action.
fn invoked(action: &Action, set: &Actions, body: Option<&str>) -> Invoked {
    let body = body.map(|body| PostBody { content_type: Some("application/json"), bytes: body.as_bytes() });
    let query = [("who".to_owned(), "Ann".to_owned())];
    action.invoked(&Invocation { set, query: &query, body, switches: ON }).unwrap()
}

/// The input of the documentation, and that of its post actions.
fn documented() -> Value {
    let schema = |result: &str| json!({ "type": "object", "properties": { "result": { "const": result } }, "required": ["result"] });
    json!({
        "token": TOKEN,
        "actions": [
            { "name": "approve", "type": "success", "output": { "your": "content" }, "response": {} },
            { "name": "also", "type": "success", "output": "a different output" },
            { "name": "reject", "type": "failure", "error": "your error code", "cause": "your error cause" },
            { "name": "fail", "type": "failure" },
            { "name": "beat", "type": "heartbeat" },
            { "name": "hook", "type": "post", "outcomes": [
                { "name": "good", "type": "success", "schema": schema("good"), "output_body": true },
                { "name": "bad", "type": "failure", "schema": schema("bad"), "error_path": "$.reason" },
            ] },
        ],
    })
}

#[tokio::test]
async fn each_action_of_the_documentation_gets_a_url_of_its_own() {
    let bench = Bench::new();
    let reply = created(&bench, &documented()).await;
    let fields: Vec<&String> = reply.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["transaction_id", "urls"], "an expiration is told only to whoever gave one");
    let urls = urls(&reply);
    let expected = [
        ("also", "success"),
        ("approve", "success"),
        ("beat", "heartbeat"),
        ("fail", "failure"),
        ("hook", "post"),
        ("reject", "failure"),
    ];
    let names: Vec<_> = urls.keys().map(String::as_str).collect();
    assert_eq!(names, expected.map(|(name, _)| name));
    for (name, of_type) in expected {
        let url = &urls[name];
        assert!(url.starts_with("https://decide.example.com/u/"), "{url}");
        assert!(url.ends_with(&format!("?action={name}&type={of_type}")), "{url}");
        assert!(url.len() < 160, "it is short, whatever it means: {url}");
        let (action, set) = bench.leads_to(url).await;
        assert_eq!((action.name(), action.action_type()), (name, of_type.parse::<ActionType>().unwrap()));
        assert_eq!(set.transaction_id().to_string(), reply["transaction_id"]);
    }
}

#[tokio::test]
async fn what_the_actions_say_is_what_is_stored() {
    let bench = Bench::new();
    let urls = urls(&created(&bench, &documented()).await);
    let failure = |error: Option<&str>, cause: Option<&str>| Meaning::Failure {
        error: error.map(str::to_owned),
        cause: cause.map(str::to_owned),
    };
    for (name, body, meaning) in [
        ("approve", None, Meaning::Success { output: json!({ "your": "content" }) }),
        ("also", None, Meaning::Success { output: json!("a different output") }),
        ("reject", None, failure(Some("your error code"), Some("your error cause"))),
        ("fail", None, failure(None, None)),
        ("beat", None, Meaning::Heartbeat),
        ("hook", Some(r#"{"result":"good"}"#), Meaning::Success { output: json!({ "result": "good" }) }),
        ("hook", Some(r#"{"result":"bad","reason":"rain"}"#), failure(Some("rain"), None)),
    ] {
        let (action, set) = bench.leads_to(&urls[name]).await;
        assert_eq!(invoked(&action, &set, body).meaning, meaning, "{name}");
    }
}

#[tokio::test]
async fn an_output_may_be_any_json() {
    let bench = Bench::new();
    for output in [json!(null), json!(false), json!(0), json!(""), json!([1, { "a": null }]), json!({})] {
        let action = json!({ "name": "it", "type": "success", "output": output });
        let urls = urls(&created(&bench, &order(json!({ "actions": [action] }))).await);
        let (action, set) = bench.leads_to(&urls["it"]).await;
        assert_eq!(invoked(&action, &set, None).meaning, Meaning::Success { output });
    }
}

#[tokio::test]
async fn the_urls_are_told_in_the_order_of_the_call() {
    let bench = Bench::new();
    let actions = ["z", "a", "m"].map(|name| json!({ "name": name, "type": "heartbeat" }));
    let order = order(json!({ "actions": actions })).to_string();
    let direct = bench.raw(&order).await;
    let request: Value = serde_json::from_str(&bench.raw(&request(&order).to_string()).await).unwrap();
    for told in [direct.as_str(), request["body"].as_str().unwrap()] {
        let at = ["z", "a", "m"].map(|name| told.find(&format!("\"{name}\":")).unwrap());
        assert!(at.is_sorted() && told.find("\"transaction_id\"").unwrap() < at[0], "{told}");
    }
}

#[tokio::test]
async fn an_expiration_is_told_as_it_was_written_and_is_of_utc_without_an_offset() {
    for (written, told, at) in [
        ("2026-11-22T12:00:00", "2026-11-22T12:00:00", "2026-11-22T12:00:00Z"),
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"),
        ("2026-11-22T12:00:00+01:00", "2026-11-22T12:00:00+01:00", "2026-11-22T11:00:00Z"),
        ("2026-11-22T03:00:00.5-08:00", "2026-11-22T03:00:00.500000-08:00", "2026-11-22T11:00:00.5Z"),
        ("2026-11-23", "2026-11-23T00:00:00", "2026-11-23T00:00:00Z"),
    ] {
        let bench = Bench::new();
        let reply = created(&bench, &order(json!({ "expiration": written }))).await;
        assert_eq!(reply["expiration"], told);
        let (_, set) = bench.leads_to(&urls(&reply)["go_on"]).await;
        assert_eq!(set.expiration().unwrap().at(), at.parse().unwrap(), "{written}");
        assert_eq!(bench.table.actions_kept_until(), [at.parse().unwrap(); 2]);
    }
}

#[tokio::test]
async fn the_urls_begin_where_the_call_says() {
    for (base_url, begin) in [
        (json!("https://other.example.com"), "https://other.example.com/u/"),
        (json!("https://other.example.com/stage/"), "https://other.example.com/stage/u/"),
        (json!("http://localhost:8080"), "http://localhost:8080/u/"),
        (json!({ "api_id": "a1b2", "stage": "prod" }), "https://a1b2.execute-api.eu-west-1.amazonaws.com/prod/u/"),
        (
            json!({ "api_id": "a1b2", "stage": "prod", "region": "us-east-2" }),
            "https://a1b2.execute-api.us-east-2.amazonaws.com/prod/u/",
        ),
    ] {
        let bench = Bench::new();
        let urls = urls(&created(&bench, &order(json!({ "base_url": base_url }))).await);
        assert!(urls["go_on"].starts_with(begin), "{urls:?}");
        bench.leads_to(&urls["go_on"]).await;
    }
}

#[tokio::test]
async fn output_parameters_are_filled_in_where_the_call_wants_it() {
    for (enable, who) in [(json!({ "enable_output_parameters": true }), "Ann"), (json!({}), "$who")] {
        let bench = Bench::new();
        let action = json!({
            "name": "it", "type": "success", "output": { "by": "$who" }, "response": { "redirect": "https://example.com/$$" },
        });
        let mut fields = json!({ "actions": [action] });
        fields.as_object_mut().unwrap().extend(enable.as_object().unwrap().clone());
        let urls = urls(&created(&bench, &order(fields)).await);
        let (action, set) = bench.leads_to(&urls["it"]).await;
        assert_eq!(invoked(&action, &set, None).meaning, Meaning::Success { output: json!({ "by": who }) });
    }
}

#[tokio::test]
async fn a_second_call_for_the_same_task_adds_urls_to_the_same_callback() {
    let bench = Bench::new();
    let first = bench.called(&order(json!({ "expiration": "2026-11-22T11:00:00Z" }))).await;
    let second = bench.called(&order(json!({ "actions": [{ "name": "stop", "type": "failure" }] }))).await;
    let (first, second) = (urls(&first)["go_on"].clone(), urls(&second)["stop"].clone());
    assert_eq!(bench.leads_to(&first).await.0.action_type(), ActionType::Heartbeat);
    assert_eq!(bench.leads_to(&second).await.0.action_type(), ActionType::Failure);
    assert_eq!(bench.table.actions_kept_until().len(), 2);
}

/// Calls at once each get URLs, and none of them those of another.
#[tokio::test]
async fn calls_at_once_for_the_same_task_do_not_mix() {
    let bench = Bench::new();
    let orders =
        ["a", "b", "c"].map(|name| order(json!({ "actions": [{ "name": name, "type": "failure", "error": name }] })));
    let [a, b, c] = orders.each_ref().map(|order| bench.called(order));
    let replies = tokio::join!(a, b, c);
    for (reply, name) in [(replies.0, "a"), (replies.1, "b"), (replies.2, "c")] {
        let (action, set) = bench.leads_to(&urls(&reply)[name]).await;
        assert_eq!(set.transaction_id().to_string(), reply["transaction_id"]);
        assert_eq!(
            invoked(&action, &set, None).meaning,
            Meaning::Failure { error: Some(name.to_owned()), cause: None }
        );
    }
    assert_eq!(bench.table.actions_kept_until().len(), 3);
}
