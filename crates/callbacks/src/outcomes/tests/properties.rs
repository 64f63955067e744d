//! Whatever comes.

use super::*;

fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[ab]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, |below| {
        let key = prop_oneof!["[abc]", ".{0,5}"];
        prop_oneof![
            prop::collection::vec(below.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, below), 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

fn a_schema() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({}),
        json!({ "type": "object", "required": ["a"] }),
        json!({ "type": ["string", "null"], "pattern": "^[ab]+$" }),
        json!({ "items": { "type": "integer" }, "uniqueItems": true }),
        json!({ "multipleOf": 0.01, "maxProperties": 2 }),
        json!({ "additionalProperties": { "$ref": "#" }, "not": { "const": 1 } }),
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "unevaluatedProperties": { "type": "null" } }),
    ])
}

fn a_path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["$", "$.a", "$.a.b", "$[0]", "$[-1]", "$[*]", "$..a", "$..*", "$[::2]", "$[1:3,'a',0]"])
}

fn an_outcome() -> impl Strategy<Value = Value> {
    let effect = prop_oneof![
        body().prop_map(|output| success(json!({ "output": output }))),
        Just(success(json!({ "output_body": true }))),
        a_path().prop_map(|path| success(json!({ "output_path": path }))),
        (a_path(), a_path()).prop_map(|(error, cause)| failure(json!({ "error_path": error, "cause_path": cause }))),
        ".{0,20}".prop_map(|error| failure(json!({ "error": error }))),
        Just(outcome("heartbeat", json!({}))),
    ];
    (effect, a_schema()).prop_map(|(mut outcome, schema)| {
        outcome["schema"] = schema;
        outcome
    })
}

proptest! {
    #[test]
    fn no_body_upsets_it_and_what_is_stored_and_read_again_means_the_same(
        outcomes in prop::collection::vec(an_outcome(), 1..4),
        body in body(),
    ) {
        let outcomes = read(Value::from(outcomes));
        let stored = serde_json::to_string(&outcomes).unwrap();
        let again: Outcomes = serde_json::from_str(&stored).unwrap();
        let meaning = outcomes.meaning(&body);
        prop_assert_eq!(&again.meaning(&body), &meaning);
        let matching = outcomes.matching(&body).map(|outcome| outcome.meaning(&body)).transpose();
        prop_assert_eq!(matching, meaning);
    }

    #[test]
    fn whatever_is_written_is_read_or_refused(
        outcome in prop::collection::hash_map(
            prop::sample::select(vec!["name", "type", "schema", "output", "output_path", "error_path", "cause", "x"]),
            prop_oneof![body(), prop::sample::select(vec![json!("success"), json!("failure"), json!({})])],
            0..6,
        ),
        value in body(),
    ) {
        let outcome = outcome.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>();
        for written in [value.clone(), json!([value]), json!([outcome])] {
            match Outcomes::read("webhook.outcomes", written.clone()) {
                Ok(outcomes) => drop(outcomes.meaning(&value)),
                Err(error) => prop_assert!(error.path.starts_with("webhook.outcomes"), "{error}"),
            }
            // What is taken as it stands is taken as a post action, and means the same.
            match (Outcomes::read("o", written.clone()), Outcomes::read_post_action("o", written)) {
                (Ok(strict), post_action) => prop_assert_eq!(strict, post_action.unwrap()),
                (Err(_), Ok(outcomes)) => drop(serde_json::from_value::<Outcomes>(json!(outcomes)).unwrap()),
                (Err(_), Err(_)) => {}
            }
        }
    }

    #[test]
    fn no_path_upsets_it(path in r#"\$([.\[\]*,:?@'"a-c0-9-]|\.\.|\\){0,20}"#, body in body()) {
        if let Ok(outcomes) = Outcomes::read("o", json!([success(json!({ "output_path": path }))])) {
            drop(outcomes.meaning(&body));
        }
    }
}
