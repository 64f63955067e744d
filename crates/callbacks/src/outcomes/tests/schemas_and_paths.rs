//! Which schemas and paths can be used, and what they cost.

use super::*;

#[test]
fn a_path_that_cannot_be_used_is_refused() {
    for field in ["output_path", "error_path", "cause_path"] {
        let of_type = if field == "output_path" { "success" } else { "failure" };
        let second = json!([with_schema(json!({})), outcome(of_type, json!({ field: "$[" }))]);
        let said = refused(second);
        assert!(said.starts_with(&format!("webhook.outcomes[1].{field}: is not a JSONPath of RFC 9535")), "{said}");
    }
    for (path, said) in [
        ("", "is not a JSONPath"),
        ("a.b", "is not a JSONPath"),
        ("$.order-id", "is not a JSONPath"),
        ("$.a ", "is not a JSONPath"),
        ("$[?@.a]", "has a filter"),
        ("$['a?', ?@.a]", "has a filter"),
        ("$..a..b", "has `..` more than once"),
        ("$..['..'][*]..*", "has `..` more than once"),
        ("$[0,1,2,3,4][0,1,2,3,4,5]", "has more than 8 commas"),
        (&format!("$.{}", "a".repeat(255)), "has more than 256 characters"),
    ] {
        let refused = refused(success(json!({ "output_path": path })));
        assert!(refused.starts_with(&format!("webhook.outcomes[0].output_path: {said}")), "{path}: {refused}");
    }
}

#[test]
fn a_name_in_a_path_may_have_any_sign() {
    for name in ["a..b..c", "why?", ",,,,,,,,,", "it's", "\"", "\\", "order-id"] {
        let path = format!("$[{}]", json!(name));
        assert_eq!(output(json!({ "output_path": path }), json!({ name: 1 })), json!([1]), "{path}");
    }
    assert_eq!(output(json!({ "output_path": r"$['it\'s..a..?']" }), json!({ "it's..a..?": 1 })), json!([1]));
    assert_eq!(output(json!({ "output_path": "$..['a..b']" }), json!([{ "a..b": 1 }])), json!([1]));
    read(json!([success(json!({ "output_path": format!("$.{}", "a".repeat(254)) }))]));
}

#[test]
fn what_a_path_finds_is_bounded() {
    let outcomes = read(json!([success(json!({ "output_path": "$..*" }))]));
    let wide = (0..100).fold(json!("x".repeat(60_000)), |below, _| json!([below]));
    let error = outcomes.meaning(&wide).unwrap_err();
    assert_eq!(error.to_string(), "what `output_path` of the outcome `it` finds ($..*) has more than 196608 bytes");
    let most = json!(["x".repeat(TaskOutput::MAX_BYTES - 4)]); // and two quotes and brackets
    assert_eq!(outcomes.meaning(&most), Ok(Some(Meaning::Success { output: most.clone() })));
    assert!(outcomes.meaning(&json!(["x".repeat(TaskOutput::MAX_BYTES - 3)])).is_err());
    for field in ["error_path", "cause_path"] {
        let error = read(json!([failure(json!({ field: "$..*" }))])).meaning(&wide).unwrap_err();
        assert!(matches!(&error, NotMapped::TooLarge { field: at, .. } if *at == field), "{error}");
    }
}

#[test]
fn a_schema_that_cannot_be_used_is_refused() {
    let no_schema = "webhook.outcomes[0].schema: is not a JSON Schema that can be used: ";
    for (schema, said) in [
        (json!({ "properties": { "a": { "type": "strin" } } }), "at /properties/a/type: "),
        (json!({ "minLength": "5" }), "at /minLength: \"5\" is not of type"),
        (json!({ "$ref": "#/definitions/a" }), ""),
        (json!({ "$ref": "http://example.com/x.json" }), "Resource 'http://example.com/x.json' is not present"),
        (json!({ "items": { "$ref": "file:///etc/hostname" } }), "Resource 'file:///etc/hostname' is not present"),
        (json!({ "$schema": "http://example.com/meta" }), ""),
        (json!({ "$schema": 7 }), ""),
        (json!({ "pattern": "(?=look-ahead)" }), "at /pattern: "),
        (json!({ "pattern": r"(a)\1" }), "at /pattern: "),
        (json!({ "patternProperties": { "(": {} } }), ""),
        (json!({ "pattern": "(a{1000}){1000}" }), "at /pattern: "),
    ] {
        let refused = refused(with_schema(schema.clone()));
        assert!(refused.starts_with(&format!("{no_schema}{said}")), "{schema}: {refused}");
    }
    let long = refused(with_schema(json!({ "type": "x".repeat(1_000) })));
    assert!(long.len() < 500, "{long}");
    read(json!([with_schema(nested(63))]));
    assert_eq!(refused(with_schema(nested(64))), "webhook.outcomes[0].schema: has more than 64 levels");
}

#[test]
fn the_draft_is_the_named_one_and_draft_7_without_a_name() {
    let latest = "https://json-schema.org/draft/2020-12/schema";
    assert!(!fits(json!({ "items": [{ "type": "null" }] }), json!([1])));
    assert!(!fits(
        json!({ "$schema": "http://json-schema.org/draft-07/schema#", "items": [{ "type": "null" }] }),
        json!([1])
    ));
    assert!(refused(with_schema(json!({ "$schema": latest, "items": [{ "type": "null" }] }))).contains("at /items: "));
    assert!(!fits(json!({ "$schema": latest, "prefixItems": [{ "type": "null" }] }), json!([1])));
    assert!(fits(json!({ "prefixItems": [{ "type": "null" }] }), json!([1])));
    for draft in ["http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#"] {
        assert!(!fits(json!({ "$schema": draft, "required": ["a"] }), json!({})));
    }
    assert!(!fits(
        json!({ "$schema": "https://json-schema.org/draft/2019-09/schema", "dependentRequired": { "a": ["b"] } }),
        json!({ "a": 1 })
    ));
}

#[test]
fn a_format_is_a_remark() {
    assert!(fits(json!({ "format": "date-time" }), json!("yesterday")));
    let latest = "https://json-schema.org/draft/2020-12/schema";
    assert!(fits(json!({ "$schema": latest, "format": "email" }), json!("nobody")));
}

#[test]
fn a_schema_may_refer_to_itself() {
    let tree = json!({ "type": "object", "properties": { "a": { "$ref": "#" } } });
    assert!(fits(tree.clone(), nested(100)));
    assert!(!fits(tree, json!({ "a": { "a": 5 } })));
    for circle in [
        json!({ "$ref": "#" }),
        json!({ "allOf": [{ "$ref": "#" }] }),
        json!({ "not": { "$ref": "#" } }),
        json!({ "$ref": "#/definitions/a",
                "definitions": { "a": { "$ref": "#/definitions/b" }, "b": { "$ref": "#/definitions/a" } } }),
    ] {
        drop(read(json!([with_schema(circle)])).meaning(&json!({ "a": 1 })));
    }
}

/// As many levels as a body read from JSON can have, in a schema that goes its 64 levels down at each of them.
#[test]
fn the_deepest_body_in_the_deepest_schema_is_no_overflow() {
    let below = (0..29).fold(json!({ "properties": { "a": { "$ref": "#" } } }), |below, _| json!({ "allOf": [below] }));
    assert!(fits(below, nested(126)));
}

/// Each would go on for longer than anybody waits if its cost were not bounded by the size of the body.
#[test]
fn no_body_keeps_it_busy() {
    let doubled = |reference: &str| {
        let either = |name| json!({ "required": ["a", name], "properties": { "a": { "$ref": reference } } });
        json!({ "anyOf": [either("x"), either("y"), { "properties": { "a": { "$ref": reference } }, "required": ["a"] }] })
    };
    assert!(!fits(doubled("#"), nested(100)));
    let mut closed = doubled("#");
    closed["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    closed["unevaluatedProperties"] = json!(false);
    assert!(!fits(closed, nested(100)));
    assert!(!fits(
        json!({ "$ref": "#/definitions/n", "definitions": { "n": doubled("#/definitions/n") } }),
        nested(100)
    ));
    assert!(!fits(json!({ "pattern": "^(a+)+$" }), json!(format!("{}!", "a".repeat(60_000)))));
    let numbers: Value = (0..30_000).collect();
    assert!(fits(json!({ "uniqueItems": true }), numbers.clone()));
    assert_eq!(output(json!({ "output_path": "$..[*][*,*,*,*,*,*,*,*,*]" }), numbers), json!([]));
}

#[test]
fn a_refusal_and_a_failed_mapping_do_not_repeat_the_body() {
    let outcomes = read(json!([success(json!({ "output_path": "$..*" }))]));
    let body = (0..50).fold(json!("secret".repeat(10_000)), |below, _| json!([below]));
    let error = outcomes.meaning(&body).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[test]
fn what_was_stored_is_checked_when_it_is_read_again() {
    let written = json!([success(json!({ "output_path": "$.a" })), with_schema(json!({ "type": "null" }))]);
    let outcomes = read(written.clone());
    assert_eq!(serde_json::to_value(&outcomes).unwrap(), written);
    assert_eq!(serde_json::from_value::<Outcomes>(written).unwrap(), outcomes);
    assert_ne!(read(json!([with_schema(json!({}))])), outcomes);
    let error = serde_json::from_value::<Outcomes>(json!([{ "name": "it" }])).unwrap_err();
    assert_eq!(error.to_string(), "outcomes[0].schema: is missing");
}
