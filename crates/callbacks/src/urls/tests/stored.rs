use super::*;

static_assertions::assert_impl_all!(Actions: Send, Sync);

fn whole() -> Actions {
    set(json!({
        "actions": [
            { "name": "yes", "type": "success", "output": { "a": "$b" }, "error": "passed over", "response": { "text": "$b" } },
            { "name": "no", "type": "failure", "error": "E" },
            { "name": "p", "type": "post", "outcomes": [
                { "name": "o", "type": "success", "schema": {}, "output_path": "a.b", "more": 1, "response": { "html": "$b" } },
            ] },
        ],
        "expiration": "2026-11-22T12:00:00.5+02:00",
        "enable_output_parameters": true,
    }))
}

/// What was stored stays readable: this document never changes.
const STORED: &str = r#"{"actions":[{"name":"yes","output":{"a":"$b"},"response":{"text":"$b"},"type":"success"},{"error":"E","name":"no","type":"failure"},{"name":"p","outcomes":[{"more":1,"name":"o","output_path":"a.b","response":{"html":"$b"},"schema":{},"type":"success"}],"type":"post"}],"expiration":"2026-11-22T12:00:00.500000+02:00","outputParameters":true,"transactionId":"0000000000000000000000000000001f"}"#;

#[test]
fn the_stored_form_is_what_it_always_was() {
    // In which order the fields stand is no matter.
    let stored: Value = serde_json::from_str(STORED).unwrap();
    assert_eq!(whole().to_stored(), stored);
    let again: Actions = serde_json::from_str(STORED).unwrap();
    assert_eq!(again.to_stored(), stored);
    let least =
        r#"{"actions":[{"name":"go_on","type":"heartbeat"}],"transactionId":"0000000000000000000000000000001f"}"#;
    assert_eq!(set(json!({})).to_stored(), serde_json::from_str::<Value>(least).unwrap());
    let least: Actions = serde_json::from_str(least).unwrap();
    assert!(!least.output_parameters() && least.expiration().is_none());
}

#[test]
fn what_is_read_again_means_the_same() {
    let (set, again) = (whole(), Actions::from_stored(&whole().to_stored()).unwrap());
    assert_eq!(again.transaction_id(), set.transaction_id());
    assert_eq!(again.expiration(), set.expiration());
    assert_eq!(again.output_parameters(), set.output_parameters());
    let query = query("b=c");
    for (action, stored) in set.all().iter().zip(again.all()) {
        let invoked = |set, action: &Action| {
            action.invoked(&Invocation { set, query: &query, body: json_body("{}"), switches: ON }).unwrap()
        };
        assert_eq!(invoked(&set, action), invoked(&again, stored));
    }
    // It is read after it has expired, too, and whatever is switched off then.
    assert!(set.expiration().unwrap().is_over("2030-01-01T00:00:00Z".parse().unwrap()));
}

#[test]
fn what_was_changed_is_refused() {
    let stored = whole().to_stored();
    let changed = |field: &str, value: Value| {
        let mut stored = stored.clone();
        stored[field] = value;
        Actions::from_stored(&stored).map(drop).map_err(|refused| refused.error)
    };
    for (field, value, error) in [
        ("transactionId", json!("x"), ErrorName::InvalidJson),
        ("transactionId", json!("0000000000000000000000000000001F"), ErrorName::InvalidJson),
        ("transactionId", json!("+000000000000000000000000000001f"), ErrorName::InvalidJson),
        ("actions", json!([]), ErrorName::InvalidJson),
        (
            "actions",
            json!([{ "name": "a", "type": "heartbeat" }, { "name": "a", "type": "heartbeat" }]),
            ErrorName::DuplicateActionName,
        ),
        (
            "actions",
            json!([{ "name": "a", "type": "post", "outcomes": [{ "name": "o", "type": "heartbeat", "schema": { "type": 5 } }] }]),
            ErrorName::InvalidPostActionOutcome,
        ),
        ("expiration", json!("soon"), ErrorName::InvalidDate),
        ("outputParameters", json!(1), ErrorName::InvalidJson),
        ("more", json!(1), ErrorName::InvalidJson),
    ] {
        assert_eq!(changed(field, value.clone()), Err(error), "{field} {value}");
    }
    assert!(Actions::from_stored(&json!([])).is_err());
    assert!(serde_json::from_str::<Actions>("{}").is_err());
}
