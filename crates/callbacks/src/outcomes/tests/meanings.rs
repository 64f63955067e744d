//! What bodies mean.

use super::*;

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
