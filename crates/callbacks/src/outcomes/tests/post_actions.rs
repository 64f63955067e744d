//! The outcomes of post actions, which are read more leniently.

use super::*;

fn read_post_action(outcome: Value) -> Outcomes {
    Outcomes::read_post_action("o", json!([outcome])).unwrap()
}

#[test]
fn what_no_outcome_of_its_type_has_is_passed_over_in_a_post_action() {
    for (outcome, meaning) in [
        (
            success(json!({ "output": 1, "error": {}, "error_path": 5, "title": null })),
            Meaning::Success { output: json!(1) },
        ),
        (
            failure(json!({ "error": "E", "output": 1, "output_body": "yes", "output_path": "$[" })),
            Meaning::Failure { error: Some("E".to_owned()), cause: None },
        ),
        (outcome("heartbeat", json!({ "output": 1, "cause": 2, "response": "x" })), Meaning::Heartbeat),
    ] {
        let outcomes = read_post_action(outcome);
        assert_eq!(outcomes.meaning(&Value::Null), Ok(Some(meaning)));
        let again: Outcomes = serde_json::from_value(json!(outcomes)).unwrap();
        assert_eq!(again, outcomes);
    }
}

#[test]
fn a_path_of_a_post_action_needs_no_root() {
    let body = json!({ "foo": { "bar": 1 }, "0": 2, "a": ["one", "two"] });
    for (path, found) in [
        ("foo.bar", json!([1])),
        ("$.foo.bar", json!([1])),
        ("foo..bar", json!([1])),
        ("['0']", json!([2])),
        ("a[1]", json!(["two"])),
        ("a[*]", json!(["one", "two"])),
        ("nothing", json!([])),
    ] {
        let outcomes = read_post_action(success(json!({ "output_path": path })));
        assert_eq!(outcomes.meaning(&body), Ok(Some(Meaning::Success { output: found })), "{path}");
    }
    let outcomes = read_post_action(failure(json!({ "error_path": "a[0]", "cause_path": "a[1]" })));
    let both = Meaning::Failure { error: Some("one".to_owned()), cause: Some("two".to_owned()) };
    assert_eq!(outcomes.meaning(&body), Ok(Some(both)));
}

#[test]
fn what_is_wrong_with_a_post_action_is_told_apart_and_shapes_come_first() {
    let bad_schema = || with_schema(json!({ "type": "strin" }));
    let bad_path = || success(json!({ "output_path": "$[" }));
    let refused = |list: Value| Outcomes::read_post_action("o", list).unwrap_err();
    assert!(matches!(refused(json!([bad_schema()])), Unusable::Schema(field) if field.path == "o[0].schema"));
    assert!(matches!(refused(json!([bad_path()])), Unusable::Path(field) if field.path == "o[0].output_path"));
    for list in [
        json!({}),
        json!([]),
        json!(["x"]),
        json!([success(json!({}))]),
        json!([success(json!({ "output_path": ".a" , "output": 1 }))]),
        json!([failure(json!({ "error": "E", "error_path": "a" }))]),
        json!([outcome("post", json!({}))]),
        json!([{ "name": "it", "type": "heartbeat" }]),
    ] {
        let refused = refused(list.clone());
        assert!(matches!(refused, Unusable::Shape(_)), "{list}: {refused:?}");
    }
    for wrong in [bad_schema(), bad_path()] {
        assert!(matches!(refused(json!([wrong, 5])), Unusable::Shape(field) if field.path == "o[1]"));
    }
    assert!(matches!(refused(json!([bad_path(), bad_schema()])), Unusable::Path(_)));
    let mut both = bad_path();
    both["schema"] = json!({ "type": "strin" });
    assert!(matches!(refused(json!([both])), Unusable::Schema(_)));
}

#[test]
fn whose_word_an_error_is() {
    for (fields, from_body) in [
        (json!({ "error_path": "$.a" }), true),
        (json!({ "error": "E", "cause_path": "$.a" }), false),
        (json!({}), false),
    ] {
        let outcomes = read(json!([failure(fields)]));
        assert_eq!(outcomes.matching(&Value::Null).unwrap().takes_error_from_body(), from_body);
    }
    assert!(
        !read(json!([success(json!({ "output_path": "$" }))])).matching(&json!(1)).unwrap().takes_error_from_body()
    );
}
