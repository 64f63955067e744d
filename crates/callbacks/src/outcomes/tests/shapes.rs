//! Which outcomes are refused, by the name of their field.

use super::*;

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
