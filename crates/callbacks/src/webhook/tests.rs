//! What can be sent, and what is refused by the name of its field.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(fields: Value) -> Result<Webhook, InvalidField> {
    let mut webhook = json!({ "destination": "payment-provider" });
    webhook.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Webhook::read(webhook)
}

#[test]
fn what_is_left_out_has_a_meaning() {
    let webhook = read(json!({})).unwrap();
    assert_eq!(webhook.body_with("https://x/c/y"), json!({ "callbackUrl": "https://x/c/y" }));
    assert_eq!((&*webhook.path, webhook.outcomes, webhook.external_id_at, webhook.deadline), ("", None, None, None));
}

#[test]
fn the_link_is_put_where_the_message_says() {
    let webhook = read(json!({ "body": { "amount": 3, "meta": { "a/b": null } }, "callbackUrlAt": "/meta/a~1b" }));
    let body = webhook.unwrap().body_with("https://x/c/y");
    assert_eq!(body, json!({ "amount": 3, "meta": { "a/b": "https://x/c/y" } }));
    let list = read(json!({ "body": [{ "id": 1 }], "callbackUrlAt": "/0/url" })).unwrap();
    assert_eq!(list.body_with("u"), json!([{ "id": 1, "url": "u" }]));
}

#[test]
fn what_cannot_be_sent_is_refused_by_the_name_of_its_field() {
    for (fields, field) in [
        (json!({ "destination": "" }), "webhook.destination"),
        (json!({ "destination": "a/b" }), "webhook.destination"),
        (json!({ "destination": 3 }), "webhook.destination"),
        (json!({ "url": "https://example.com" }), "webhook.url"),
        (json!({ "path": "/payments" }), "webhook.path"),
        (json!({ "path": "payments/../admin" }), "webhook.path"),
        (json!({ "path": "payments/%2e%2e/admin" }), "webhook.path"),
        (json!({ "path": "a//b" }), "webhook.path"),
        (json!({ "path": "a\\b" }), "webhook.path"),
        (json!({ "path": "a#b" }), "webhook.path"),
        (json!({ "path": "x".repeat(1_025) }), "webhook.path"),
        (json!({ "body": "text" }), "webhook.callbackUrlAt"),
        (json!({ "body": { "callbackUrl": "https://elsewhere" } }), "webhook.callbackUrlAt"),
        (json!({ "callbackUrlAt": "callbackUrl" }), "webhook.callbackUrlAt"),
        (json!({ "callbackUrlAt": "" }), "webhook.callbackUrlAt"),
        (json!({ "callbackUrlAt": "/meta/url" }), "webhook.callbackUrlAt"),
        (json!({ "callbackUrlAt": "/a~2b" }), "webhook.callbackUrlAt"),
        (json!({ "body": { "text": "x".repeat(Webhook::MOST_BODY_BYTES) } }), "webhook.body"),
        (json!({ "externalIdAt": "payment.id" }), "webhook.externalIdAt"),
        (json!({ "deadline": { "afterSeconds": 0 } }), "webhook.deadline.afterSeconds"),
        (json!({ "deadline": [60] }), "webhook.deadline"),
        (json!({ "deadline": { "afterSeconds": 60, "then": "approve" } }), "webhook.deadline.then"),
        (json!({ "outcomes": [{ "name": "paid", "type": "win", "schema": {} }] }), "webhook.outcomes[0].type"),
    ] {
        let refused = read(fields.clone()).unwrap_err();
        assert_eq!(refused.path, field, "{fields}: {refused}");
    }
    assert_eq!(Webhook::read(json!(["payment-provider"])).unwrap_err().path, "webhook");
}

proptest! {
    /// However a path is read, it stays below the prefix, on the same host.
    #[test]
    fn a_path_that_is_taken_never_leaves_its_prefix(path in "[a-z./?@:;%\\\\#~*-]{0,12}") {
        if let Ok(webhook) = read(json!({ "path": path })) {
            let segments = webhook.path.split('?').next().unwrap();
            prop_assert!(!segments.split('/').any(|segment| segment.trim_start_matches('.').is_empty() && segment.len() > 1 || segment == "."));
            prop_assert!(!webhook.path.starts_with('/') && !webhook.path.contains(['%', '\\', '#']));
        }
    }

    #[test]
    fn no_pointer_upsets_it(pointer: String) {
        let _ = read(json!({ "callbackUrlAt": pointer, "externalIdAt": pointer }));
    }
}
