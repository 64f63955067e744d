//! What bodies mean, and which outcomes are refused by the name of their field.

use proptest::prelude::*;
use serde_json::json;

use super::*;

static_assertions::assert_impl_all!(Outcomes: Send, Sync);

fn read(outcomes: Value) -> Outcomes {
    Outcomes::read("webhook.outcomes", outcomes).unwrap()
}

/// What is said about a list of this outcome, or about the list.
fn refused(outcomes: Value) -> String {
    let outcomes = if outcomes.is_object() { json!([outcomes]) } else { outcomes };
    Outcomes::read("webhook.outcomes", outcomes).unwrap_err().to_string()
}

fn outcome(of_type: &str, fields: Value) -> Value {
    let mut outcome = json!({ "name": "it", "type": of_type, "schema": {} });
    let (Value::Object(known), Value::Object(fields)) = (&mut outcome, fields) else { unreachable!() };
    known.extend(fields);
    outcome
}

fn success(fields: Value) -> Value {
    outcome("success", fields)
}

fn failure(fields: Value) -> Value {
    outcome("failure", fields)
}

fn with_schema(schema: Value) -> Value {
    json!({ "name": "it", "type": "heartbeat", "schema": schema })
}

fn meaning(outcome: Value, body: Value) -> Meaning {
    read(json!([outcome])).meaning(&body).unwrap().unwrap()
}

fn output(fields: Value, body: Value) -> Value {
    match meaning(success(fields), body) {
        Meaning::Success { output } => output,
        other => panic!("{other:?}"),
    }
}

fn error_and_cause(fields: Value, body: Value) -> (Option<String>, Option<String>) {
    match meaning(failure(fields), body) {
        Meaning::Failure { error, cause } => (error, cause),
        other => panic!("{other:?}"),
    }
}

fn fits(schema: Value, body: Value) -> bool {
    read(json!([with_schema(schema)])).meaning(&body).unwrap().is_some()
}

fn nested(levels: usize) -> Value {
    (0..levels).fold(json!({}), |below, _| json!({ "a": below }))
}

#[test]
fn the_first_outcome_that_fits_is_taken() {
    let outcomes = read(json!([
        { "name": "number", "type": "success", "schema": { "type": "number" }, "output": 1 },
        { "name": "small", "type": "success", "schema": { "maximum": 9 }, "output": 2 },
        { "name": "never", "type": "heartbeat", "schema": { "maximum": 9 } },
    ]));
    for (body, name, output) in [(json!(4), "number", 1), (json!("4"), "small", 2)] {
        assert_eq!(outcomes.matching(&body).unwrap().name(), name);
        assert_eq!(outcomes.meaning(&body), Ok(Some(Meaning::Success { output: json!(output) })));
    }
}

#[test]
fn what_fits_no_outcome_means_nothing() {
    let outcomes = read(json!([with_schema(json!({ "required": ["status"] }))]));
    assert_eq!(outcomes.meaning(&json!({})), Ok(None));
    assert_eq!(outcomes.meaning(&json!({ "status": null })), Ok(Some(Meaning::Heartbeat)));
}

#[test]
fn an_output_is_fixed_or_the_body_or_what_a_path_finds() {
    let body = json!({ "foo": { "bar": "baz" } });
    assert_eq!(output(json!({ "output": { "bar": "foo" } }), body.clone()), json!({ "bar": "foo" }));
    assert_eq!(output(json!({ "output": null }), body.clone()), Value::Null);
    assert_eq!(output(json!({ "output_body": true }), body.clone()), body);
    assert_eq!(output(json!({ "output_body": false, "output": 1 }), body.clone()), json!(1));
    assert_eq!(output(json!({ "output_body": false, "output_path": "$.foo" }), body), json!([{ "bar": "baz" }]));
}

#[test]
fn the_output_of_a_path_is_always_a_list() {
    let body = json!({ "items": [{ "id": 1 }, { "id": 2 }], "list": [] });
    let found = |path: &str| output(json!({ "output_path": path }), body.clone());
    assert_eq!(found("$.items[0].id"), json!([1]));
    assert_eq!(found("$.items[*].id"), json!([1, 2]));
    assert_eq!(found("$..id"), json!([1, 2]));
    assert_eq!(found("$.list"), json!([[]]));
    assert_eq!(found("$.nothing"), json!([]));
    assert_eq!(output(json!({ "output_path": "$" }), Value::Null), json!([null]));
    assert_eq!(output(json!({ "output_path": "$.a" }), Value::Null), json!([]));
}

#[test]
fn error_and_cause_are_fixed_or_what_a_path_finds() {
    let none = (None, None);
    assert_eq!(error_and_cause(json!({}), json!({})), none);
    let both = (Some("E".to_owned()), Some("why".to_owned()));
    assert_eq!(error_and_cause(json!({ "error": "E", "cause": "why" }), json!({ "error": "other" })), both);
    let paths = json!({ "error_path": "$.code", "cause_path": "$.why" });
    assert_eq!(error_and_cause(paths.clone(), json!({ "code": "E", "why": "why" })), both);
    assert_eq!(error_and_cause(paths, json!({})), none);
    let mixed = json!({ "error": "E", "cause_path": "$.why" });
    assert_eq!(error_and_cause(mixed, json!({ "why": "why" })), both);
}

#[test]
fn what_is_not_one_text_is_written_as_json() {
    let cause = |body| error_and_cause(json!({ "cause_path": "$.why[*]" }), json!({ "why": body })).1.unwrap();
    assert_eq!(cause(json!(["one"])), "one");
    assert_eq!(cause(json!([""])), "");
    assert_eq!(cause(json!(["one", "two"])), r#"["one","two"]"#);
    assert_eq!(cause(json!([{ "bar": "baz" }])), r#"[{"bar":"baz"}]"#);
    assert_eq!(cause(json!([null])), "[null]");
}

#[test]
fn the_list_itself() {
    for (outcomes, said) in [
        (json!(null), "webhook.outcomes: must be a list of outcomes"),
        (json!("x"), "webhook.outcomes: must be a list of outcomes"),
        (json!([]), "webhook.outcomes: must be 1 to 20 outcomes"),
        (json!(vec![with_schema(json!({})); 21]), "webhook.outcomes: must be 1 to 20 outcomes"),
        (json!([with_schema(json!({})), 5]), "webhook.outcomes[1]: must be an object"),
        (json!([["a"]]), "webhook.outcomes[0]: must be an object"),
        (
            json!([success(json!({ "output": "x".repeat(65_536) }))]),
            "webhook.outcomes: has 65592 bytes, more than 65536",
        ),
    ] {
        assert_eq!(refused(outcomes), said);
    }
    read(json!(vec![with_schema(json!({})); 20]));
}

#[test]
fn every_outcome_has_a_name_a_type_and_a_schema() {
    for (outcome, said) in [
        (json!({ "type": "heartbeat", "schema": {} }), "name: is missing"),
        (json!({ "name": "it", "schema": {} }), "type: is missing"),
        (json!({ "name": "it", "type": "heartbeat" }), "schema: is missing"),
        (json!({ "name": 5, "type": "heartbeat", "schema": {} }), "name: must be a text"),
        (outcome("post", json!({})), "type: must be success, failure or heartbeat"),
        (outcome("Success", json!({})), "type: must be success, failure or heartbeat"),
        (with_schema(json!(true)), "schema: must be an object, a JSON Schema"),
    ] {
        assert_eq!(refused(outcome), format!("webhook.outcomes[0].{said}"));
    }
    let named = |name: &str| json!([{ "name": name, "type": "heartbeat", "schema": {} }]);
    for name in ["it_1", "1_bar", "Payment_received", &"x".repeat(80)] {
        read(named(name));
    }
    for name in ["", "$foo", "two words", "a-b", "line\n", "Größe", &"x".repeat(81)] {
        let said = "webhook.outcomes[0].name: must be 1 to 80 letters, digits and underscores";
        assert_eq!(refused(named(name)), said, "{name:?}");
    }
}

#[test]
fn a_success_has_exactly_one_output() {
    let one = "webhook.outcomes[0]: must have one of output, output_body (true) and output_path";
    for fields in [
        json!({}),
        json!({ "output_body": false }),
        json!({ "output": 1, "output_body": true }),
        json!({ "output": 1, "output_path": "$" }),
        json!({ "output_body": true, "output_path": "$" }),
        json!({ "output": 1, "output_body": true, "output_path": "$" }),
    ] {
        assert_eq!(refused(success(fields.clone())), one, "{fields}");
    }
    let not_a_switch = refused(success(json!({ "output_body": "yes" })));
    assert_eq!(not_a_switch, "webhook.outcomes[0].output_body: must be true or false");
    assert_eq!(refused(success(json!({ "output_path": null }))), "webhook.outcomes[0].output_path: must be a text");
}

#[test]
fn a_failure_has_each_text_once() {
    for (fields, said) in [
        (json!({ "error": "E", "error_path": "$" }), "error_path: must not be there beside error"),
        (json!({ "cause": "c", "cause_path": "$" }), "cause_path: must not be there beside cause"),
        (json!({ "error": {} }), "error: must be a text"),
        (json!({ "cause": null }), "cause: must be a text"),
        (json!({ "error": "é".repeat(257) }), "error: has more than 256 characters"),
        (json!({ "cause": "x".repeat(32_769) }), "cause: has more than 32768 characters"),
    ] {
        assert_eq!(refused(failure(fields)), format!("webhook.outcomes[0].{said}"));
    }
    read(json!([failure(json!({ "error": "é".repeat(256), "cause": "x".repeat(32_768) }))]));
}

#[test]
fn only_what_belongs_to_the_type() {
    let fields = [
        ("output", json!(1)),
        ("output_body", json!(true)),
        ("output_path", json!("$")),
        ("error", json!("E")),
        ("error_path", json!("$")),
        ("cause", json!("c")),
        ("cause_path", json!("$")),
        ("outputPath", json!("$")),
        ("response", json!({ "text": "thanks" })),
    ];
    for (of_type, own) in [("success", 0..3), ("failure", 3..7), ("heartbeat", 0..0)] {
        for (at, (name, value)) in fields.iter().enumerate() {
            let mut known = if of_type == "success" && !own.contains(&at) { json!({ "output": 1 }) } else { json!({}) };
            known[name] = value.clone();
            let read = Outcomes::read("o", json!([outcome(of_type, known)])).map_err(|error| error.to_string());
            let foreign = format!("o[0].{name}: is not a field of an outcome of this type");
            assert_eq!(read.err(), (!own.contains(&at)).then_some(foreign), "{of_type} {name}");
        }
    }
}

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
