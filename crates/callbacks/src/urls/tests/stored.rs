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
    assert_eq!(serde_json::to_value(whole()).unwrap(), stored);
    assert_eq!(serde_json::from_str::<Actions>(STORED).unwrap(), whole());
    let least =
        r#"{"actions":[{"name":"go_on","type":"heartbeat"}],"transactionId":"0000000000000000000000000000001f"}"#;
    assert_eq!(serde_json::to_value(set(json!({}))).unwrap(), serde_json::from_str::<Value>(least).unwrap());
    let least: Actions = serde_json::from_str(least).unwrap();
    assert!(!least.output_parameters() && least.expiration().is_none());
}

#[test]
fn what_is_read_again_means_the_same() {
    let (set, again) = (whole(), Actions::from_stored(&whole().to_stored()).unwrap());
    assert_eq!(again, set);
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
    let stored = serde_json::to_value(whole()).unwrap();
    for (field, value) in [
        ("transactionId", json!("x")),
        ("transactionId", json!("0000000000000000000000000000001F")),
        ("transactionId", json!("+000000000000000000000000000001f")),
        ("actions", json!({})),
        ("actions", json!([{ "type": "heartbeat" }])),
        ("actions", json!([{ "name": "a", "type": "cancel" }])),
        ("expiration", json!("soon")),
        ("outputParameters", json!(1)),
        ("more", json!(1)),
    ] {
        let mut changed = stored.clone();
        changed[field] = value;
        assert!(serde_json::from_value::<Actions>(changed.clone()).is_err(), "{changed}");
    }
    assert!(serde_json::from_str::<Actions>("{}").is_err());
}

/// There may be 50 with 20 schemas each.
#[test]
fn what_an_action_says_is_looked_at_when_it_is_called_and_not_before() {
    let mut stored = serde_json::to_value(whole()).unwrap();
    stored["actions"][2]["outcomes"][0]["schema"] = json!({ "type": 5 });
    let set: Actions = serde_json::from_value(stored).unwrap();
    let invoked = |name| {
        let query = query("b=c");
        let invocation = Invocation { set: &set, query: &query, body: json_body("{}"), switches: ON };
        set.named(name).unwrap().invoked(&invocation).map(drop).map_err(|refused| refused.error)
    };
    assert_eq!((invoked("no"), invoked("p")), (Ok(()), Err(ErrorName::InvalidPostActionOutcome)));
}
