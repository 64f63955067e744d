use ErrorName as E;
use proptest::prelude::*;

use super::*;

fn post(outcome: Value) -> Value {
    json!({ "actions": [action("post", json!({ "outcomes": [outcome] }))] })
}

fn outcome(fields: Value) -> Value {
    let mut outcome = json!({ "name": "o", "type": "success", "schema": {}, "output_body": true });
    outcome.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    outcome
}

/// Every name and message of a refused order.
fn refused(fields: Value) -> (ErrorName, String) {
    let refused = read(fields.clone()).map(drop).expect_err(&fields.to_string());
    (refused.error, refused.message)
}

#[test]
fn the_documented_example_is_taken() {
    let order = Order::read(
        &json!({
            "token": "AQCkAAAAKg",
            "actions": [
                { "name": "yes", "type": "success", "output": { "your": "content" }, "response": {} },
                { "name": "also", "type": "success", "output": "a different output" },
                { "name": "no", "type": "failure", "error": "your error code", "cause": "your error cause" },
                { "name": "go_on", "type": "heartbeat" },
                { "name": "body", "type": "post", "outcomes": [
                    { "name": "good", "type": "success", "schema": { "required": ["result"] }, "output_body": true },
                    { "name": "bad", "type": "failure", "schema": {}, "error_path": "$.reason" },
                ] },
            ],
            "expiration": "2026-11-23T10:00:00",
            "enable_output_parameters": true,
            "base_url": "https://callbacks.example.com/",
        }),
        transaction(),
        ON,
        now(),
    );
    let order = order.unwrap();
    assert_eq!(order.token.expose(), "AQCkAAAAKg");
    assert_eq!(order.base_url.as_ref().unwrap().url("eu-west-1"), "https://callbacks.example.com");
    let actions = order.actions;
    let named: Vec<_> = actions.all().iter().map(|action| (action.name(), action.action_type())).collect();
    let types =
        [ActionType::Success, ActionType::Success, ActionType::Failure, ActionType::Heartbeat, ActionType::Post];
    assert_eq!(named, ["yes", "also", "no", "go_on", "body"].into_iter().zip(types).collect::<Vec<_>>());
    assert_eq!(actions.named("no").unwrap().name(), actions.get(2).unwrap().name());
    assert!(actions.named("nothing").is_none() && actions.get(5).is_none());
    assert_eq!(actions.expiration().unwrap().to_string(), "2026-11-23T10:00:00");
    assert!(actions.output_parameters());
}

#[test]
fn what_may_be_written() {
    for fields in [
        json!({ "actions": [action("success", json!({ "output": null }))] }),
        json!({ "actions": [action("success", json!({ "output": [1, "a", {}] }))] }),
        json!({ "actions": [action("failure", json!({}))] }),
        json!({ "actions": [action("failure", json!({ "error": "é".repeat(256), "cause": "x".repeat(32_768) }))] }),
        json!({ "actions": [action("failure", json!({ "error": "States.Timeout" }))] }),
        json!({ "actions": [action("failure", json!({ "output": 1, "outcomes": 5, "title": null }))] }),
        json!({ "actions": [action("heartbeat", json!({ "error": 5 }))] }),
        json!({ "actions": [action("heartbeat", json!({ "name": "x".repeat(80) }))] }),
        json!({ "actions": [action("heartbeat", json!({ "name": "1_Size" }))] }),
        json!({ "actions": [action("heartbeat", json!({ "response": { "redirect": "myapp://done?a=$$b", "other": 1 } }))] }),
        json!({ "enable_output_parameters": false }),
        json!({ "token": "t".repeat(2_048) }),
        json!({ "base_url": { "api_id": "a1b2", "stage": "prod" } }),
        post(outcome(json!({ "output_body": false, "output_path": "foo.bar", "note": "passed over" }))),
        post(outcome(json!({ "response": { "redirect": "https://example.com" } }))),
    ] {
        read(fields.clone()).unwrap_or_else(|refused| panic!("{fields}: {refused}"));
    }
    let most: Vec<_> = (0..50).map(|at| json!({ "name": format!("a{at}"), "type": "heartbeat" })).collect();
    read(json!({ "actions": most })).unwrap();
}

#[test]
fn another_shape_is_refused() {
    let beat = action("heartbeat", json!({}));
    let many: Vec<_> = (0..51).map(|at| json!({ "name": format!("a{at}"), "type": "heartbeat" })).collect();
    for (fields, said) in [
        (json!({ "token": 1 }), "token: must be a text"),
        (json!({ "token": "" }), "token: the task token is empty"),
        (json!({ "token": "t".repeat(2_049) }), "token: the task token has 2049 characters"),
        (json!({ "tokens": [] }), "tokens: is not known"),
        (json!({ "actions": {} }), "actions: must be a list of actions"),
        (json!({ "actions": [] }), "actions: must be 1 to 50 actions"),
        (json!({ "actions": many }), "actions: must be 1 to 50 actions"),
        (json!({ "actions": [beat, 5] }), "actions[1]: must be an object"),
        (json!({ "actions": [{ "type": "heartbeat" }] }), "actions[0].name: is missing"),
        (json!({ "actions": [{ "name": "it" }] }), "actions[0].type: is missing"),
        (
            json!({ "actions": [action("Success", json!({ "output": 1 }))] }),
            "actions[0].type: must be success, failure",
        ),
        (json!({ "actions": [action("success", json!({}))] }), "actions[0].output: is missing"),
        (json!({ "actions": [action("failure", json!({ "error": {} }))] }), "actions[0].error: must be a text"),
        (json!({ "actions": [action("failure", json!({ "cause": null }))] }), "actions[0].cause: must be a text"),
        (json!({ "actions": [action("post", json!({}))] }), "actions[0].outcomes: is missing"),
        (json!({ "actions": [action("post", json!({ "outcomes": [] }))] }), "actions[0].outcomes: must be 1 to 20"),
        (json!({ "expiration": 5 }), "expiration: must be a text"),
        (json!({ "expiration": null }), "expiration: must be a text"),
        (json!({ "enable_output_parameters": "yes" }), "enable_output_parameters: must be true or false"),
        (json!({ "base_url": 5 }), "base_url: must be a URL or an object"),
        (json!({ "base_url": { "api_id": "a" } }), "base_url.stage: is missing"),
        (json!({ "base_url": { "stage": "s" } }), "base_url.api_id: is missing"),
        (
            json!({ "actions": [action("success", json!({ "output": "x".repeat(262_144) }))] }),
            "actions: has 262188 bytes, more than 262144",
        ),
    ] {
        let (error, message) = refused(fields.clone());
        assert_eq!(error, E::InvalidJson, "{message}");
        assert!(message.starts_with(said), "{message}, and not {said}");
    }
    for name in ["", "$foo", "two words", "a-b", "line\n", "Größe", &"x".repeat(81)] {
        let (error, message) = refused(json!({ "actions": [action("heartbeat", json!({ "name": name }))] }));
        assert_eq!(error, E::InvalidJson, "{message}");
        assert!(message.starts_with("actions[0].name: must be 1 to 80 letters"), "{message}");
    }
    for value in [json!(null), json!([]), json!("x"), json!({}), json!({ "token": "t" }), json!({ "actions": [] })] {
        let refused = Order::read(&value, transaction(), ON, now()).unwrap_err();
        assert_eq!(refused.error, E::InvalidJson, "{value}: {refused}");
    }
    assert_eq!(Order::read(&json!([]), transaction(), ON, now()).unwrap_err().message, "must be an object");
}

#[test]
fn another_shape_of_a_response_is_refused() {
    let long = format!("https://example.com/{}", "x".repeat(4_077));
    for (response, said) in [
        (json!(null), ": must be an object"),
        (json!({ "json": [] }), ".json: must be an object"),
        (json!({ "html": 5 }), ".html: must be a text"),
        (json!({ "text": {} }), ".text: must be a text"),
        (json!({ "redirect": null }), ".redirect: must be a text"),
        (json!({ "redirect": "/thanks" }), ".redirect: must be a URI"),
        (json!({ "redirect": "//example.com" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https://example.com/a b" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https://example.com/\r\nset-cookie: a=b" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https://example.com\\@evil.example" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https://example.com/é" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https://example.com/{id}" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https://alice@example.com" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https://a;sandbox" }), ".redirect: must be a URI"),
        (json!({ "redirect": "https:///example.com" }), ".redirect: must be a URI"),
        (json!({ "redirect": "http:example.com" }), ".redirect: must be a URI"),
        (json!({ "redirect": "JavaScript:alert(1)" }), ".redirect: must be a URI"),
        (json!({ "redirect": "data:text/html,x" }), ".redirect: must be a URI"),
        (json!({ "redirect": long }), ".redirect: has more than 4096 characters"),
    ] {
        for (fields, at) in [
            (json!({ "actions": [action("heartbeat", json!({ "response": response }))] }), "actions[0].response"),
            (post(outcome(json!({ "response": response }))), "actions[0].outcomes[0].response"),
        ] {
            let (error, message) = refused(fields);
            assert_eq!(error, E::InvalidJson);
            assert!(message.starts_with(&format!("{at}{said}")), "{response}: {message}");
        }
    }
}

#[test]
fn every_other_error_of_the_contract() {
    let of = |action: Value| json!({ "actions": [action] });
    let large = "x".repeat(196_607);
    for (fields, error) in [
        (json!({ "actions": [action("heartbeat", json!({})), action("failure", json!({}))] }), E::DuplicateActionName),
        (json!({ "expiration": "tomorrow" }), E::InvalidDate),
        (json!({ "expiration": "2026-11-22T10:00:00" }), E::InvalidDate),
        (json!({ "expiration": "2026-11-22T09:59:59.999999Z" }), E::InvalidDate),
        (of(action("success", json!({ "output": large }))), E::InvalidAction),
        (of(action("failure", json!({ "error": "x".repeat(257) }))), E::InvalidAction),
        (of(action("failure", json!({ "cause": "x".repeat(32_769) }))), E::InvalidAction),
        (post(outcome(json!({ "schema": { "type": "strin" } }))), E::InvalidPostActionOutcome),
        (post(outcome(json!({ "schema": { "$ref": "https://example.com/x" } }))), E::InvalidPostActionOutcome),
        (post(outcome(json!({ "output_body": false, "output_path": "$[" }))), E::InvalidJsonPath),
        (post(outcome(json!({ "type": "failure", "error_path": "a..b..c" }))), E::InvalidJsonPath),
        (post(outcome(json!({ "type": "failure", "cause_path": "" }))), E::InvalidJsonPath),
        (post(outcome(json!({ "output_path": "$" }))), E::InvalidJson),
        (post(outcome(json!({ "output_body": false }))), E::InvalidJson),
        (post(outcome(json!({ "type": "post" }))), E::InvalidJson),
        (post(outcome(json!({ "schema": true }))), E::InvalidJson),
        (post(outcome(json!({ "type": "failure", "error": "E", "error_path": "a" }))), E::InvalidJson),
    ] {
        let (refused, message) = refused(fields.clone());
        assert_eq!(refused, error, "{message}");
    }
    let most = "x".repeat(196_606);
    read(of(action("success", json!({ "output": most })))).unwrap();
}

/// What no call could do is told to whoever creates it, and not to whoever calls.
#[test]
fn what_can_never_be_filled_in_is_refused() {
    let of = |action: Value| json!({ "actions": [action], "enable_output_parameters": true });
    let responding = |response: Value| of(action("heartbeat", json!({ "response": response })));
    let success = |output: Value| of(action("success", json!({ "output": output })));
    let failure = |fields: Value| of(action("failure", fields));
    let redirecting = |redirect: &str| responding(json!({ "redirect": redirect }));
    let stray = "actions[0]: a `$` stands before no name of a parameter; write `$$` for a `$`";
    let host = "actions[0]: parameters may not stand in the scheme or the host of a redirect: put a / before them";
    let no_uri = "actions[0]: the redirect is no URI with a host";
    for (fields, said) in [
        (success(json!("costs $5")), stray),
        (success(json!([{ "$": 1 }])), stray),
        (failure(json!({ "cause": "${reason" })), stray),
        (responding(json!({ "json": { "a": "$" } })), stray),
        (responding(json!({ "html": "$ 5" })), stray),
        (responding(json!({ "text": "5 $" })), stray),
        (redirecting("https://example.com/?a=$"), stray),
        (failure(json!({ "error": "x".repeat(300) })), "actions[0]: error: has 300 characters"),
        (failure(json!({ "error": format!("${{e}}{}", "x".repeat(256)) })), "actions[0]: error: has 257 characters"),
        (failure(json!({ "cause": "x".repeat(32_769) })), "actions[0]: cause: has 32769 characters"),
        (failure(json!({ "error": "States.$x" })), "actions[0]: error: may not begin with"),
        (success(json!("x".repeat(196_607))), "actions[0]: the output has 196609 bytes"),
        (redirecting("https://example.com/a/./$b"), "actions[0]: the redirect has `.` or `..` in its path"),
        (redirecting("https://example.com/%2E./"), "actions[0]: the redirect has `.` or `..` in its path"),
        (redirecting("https://$host/"), host),
        (redirecting("$app:path"), host),
        (redirecting("a$app:path"), host),
        (redirecting("https://example.com$path"), host),
        (redirecting("https://a$host.example.com/"), host),
        (redirecting("myapp://${host}/"), host),
        (redirecting("https://example.com:$port/"), no_uri),
        (redirecting("https://$$/"), no_uri),
        (redirecting("https:$p"), no_uri),
        (redirecting("http:$p"), no_uri),
        (redirecting("https:/$p"), no_uri),
        (redirecting("https:///$p"), no_uri),
        (redirecting("https://$user@example.com/"), no_uri),
        (redirecting("javascript:$p"), no_uri),
        (redirecting("$scheme://example.com/"), host),
        (redirecting("https://example.com/{p}"), no_uri),
        (redirecting("/thanks"), no_uri),
    ] {
        let (error, message) = refused(fields);
        assert_eq!(error, E::InvalidAction, "{message}");
        assert!(message.starts_with(said), "{message}, and not {said}");
    }
    for fields in [
        success(json!({ "$a": 1, "$b": 2, "costs": "$$5" })),
        failure(json!({ "error": "$e", "cause": "States.$x" })),
        failure(json!({ "error": format!("${{name}}{}", "x".repeat(255)) })),
        redirecting("https://example.com/$path"),
        redirecting("https://example.com?a=${b}"),
        redirecting("https://example.com#$b"),
        redirecting("HTTPS://example.com:8443/$p"),
        redirecting("myapp:$p"),
        redirecting("myapp:///$p"),
        redirecting("mailto:$whom"),
    ] {
        read(fields.clone()).unwrap_or_else(|refused| panic!("{fields}: {refused}"));
    }
}

#[test]
fn what_is_switched_off_is_refused() {
    let post = || action("post", json!({ "outcomes": [outcome(json!({}))] }));
    let beat = || json!({ "name": "beat", "type": "heartbeat" });
    let parameters = Switches { output_parameters: true, post_actions: false };
    let posts = Switches { output_parameters: false, post_actions: true };
    for (switches, enable, actions, error) in [
        (Switches::default(), false, json!([beat()]), None),
        (Switches::default(), true, json!([beat()]), Some(E::ParametersDisabled)),
        (Switches::default(), false, json!([post()]), Some(E::PostActionsDisabled)),
        (parameters, true, json!([beat()]), None),
        (parameters, true, json!([beat(), post()]), Some(E::PostActionsDisabled)),
        (posts, false, json!([beat(), post()]), None),
        // Post actions have no parameters.
        (posts, true, json!([post()]), None),
        (posts, true, json!([post(), beat()]), Some(E::ParametersDisabled)),
        (ON, true, json!([beat(), post()]), None),
    ] {
        let order = order(json!({ "actions": actions, "enable_output_parameters": enable }));
        let refused = Order::read(&order, transaction(), switches, now()).err().map(|refused| refused.error);
        assert_eq!(refused, error, "{switches:?} {order}");
    }
}

#[test]
fn of_two_errors_the_one_that_is_looked_for_first_is_told() {
    let bad_schema = || action("post", json!({ "outcomes": [outcome(json!({ "schema": { "type": 5 } }))] }));
    let beat = || action("heartbeat", json!({}));
    let large = || json!({ "name": "large", "type": "failure", "error": "x".repeat(257) });
    let nameless = || json!({ "type": "heartbeat" });
    let past = "2020-01-01";
    for (switches, fields, error) in [
        (ON, json!({ "actions": [bad_schema(), nameless()], "expiration": past }), E::InvalidJson),
        (ON, json!({ "actions": [beat(), beat()], "more": 1 }), E::InvalidJson),
        (ON, json!({ "actions": [bad_schema()], "expiration": past }), E::InvalidDate),
        (ON, json!({ "actions": [beat(), bad_schema()] }), E::DuplicateActionName),
        (ON, json!({ "actions": [bad_schema(), beat()] }), E::InvalidPostActionOutcome),
        (ON, json!({ "actions": [large(), bad_schema()] }), E::InvalidAction),
        (ON, json!({ "actions": [bad_schema(), large()] }), E::InvalidPostActionOutcome),
        (Switches::default(), json!({ "actions": [bad_schema()] }), E::PostActionsDisabled),
        (Switches::default(), json!({ "actions": [beat(), bad_schema()] }), E::DuplicateActionName),
        (Switches::default(), json!({ "actions": [large()], "enable_output_parameters": true }), E::ParametersDisabled),
    ] {
        let refused = Order::read(&order(fields.clone()), transaction(), switches, now()).unwrap_err();
        assert_eq!(refused.error, error, "{fields}");
    }
    let wrong_response = json!({ "name": "late", "type": "heartbeat", "schema": {}, "response": 5 });
    let mut both = bad_schema();
    both["outcomes"].as_array_mut().unwrap().push(wrong_response);
    assert_eq!(refused(json!({ "actions": [both] })).0, E::InvalidJson);
}

#[test]
fn a_base_url_is_one_of_the_bridge_or_of_an_api() {
    for (url, taken) in [
        ("https://callbacks.example.com:8443/a/b//", Some("https://callbacks.example.com:8443/a/b")),
        ("http://127.0.0.1:3000", Some("http://127.0.0.1:3000")),
        ("http://example.com", None),
    ] {
        let read = read(json!({ "base_url": url }));
        let url_read = read.as_ref().ok().map(|order| order.base_url.as_ref().unwrap().url("r"));
        assert_eq!(url_read.as_deref(), taken, "{url}");
        assert!(read.err().is_none_or(|refused| refused.error == E::InvalidJson));
    }
    for (spec, taken) in [
        (json!({ "api_id": "a1", "stage": "Prod" }), Some("https://a1.execute-api.eu-west-1.amazonaws.com/Prod")),
        (
            json!({ "api_id": "a1", "stage": "s_1", "region": "us-east-2" }),
            Some("https://a1.execute-api.us-east-2.amazonaws.com/s_1"),
        ),
        (json!({ "api_id": "a1", "stage": "$default" }), Some("https://a1.execute-api.eu-west-1.amazonaws.com")),
        (json!({ "api_id": "a1", "stage": "$other" }), None),
        (json!({ "api_id": "evil.example/", "stage": "s" }), None),
        (json!({ "api_id": "a", "stage": "../s" }), None),
        (json!({ "api_id": "a", "stage": "" }), None),
        (json!({ "api_id": "a", "stage": "s", "region": "x.evil.example/" }), None),
        (json!({ "api_id": "a", "stage": "s", "region": null }), None),
        (json!({ "api_id": 5, "stage": "s" }), None),
        (json!({ "api_id": "a", "stage": "s", "more": 1 }), None),
    ] {
        let url = read(json!({ "base_url": spec })).ok().map(|order| order.base_url.unwrap().url("eu-west-1"));
        assert_eq!(url.as_deref(), taken, "{spec}");
    }
}

#[test]
fn the_url_of_an_action_takes_more_parameters() {
    let url = action_url("https://x.example/prod", "abc.u1.def", "approve", ActionType::Success);
    assert_eq!(url, "https://x.example/prod/u/abc.u1.def?action=approve&type=success");
    let name = "size_1";
    let url = action_url("https://x.example/", "abc", name, ActionType::Post);
    assert_eq!(url, "https://x.example/u/abc?action=size_1&type=post");
    let (_, asked) = url.split_once('?').unwrap();
    let expected = [("action", name), ("type", "post"), ("name", "a b")];
    assert_eq!(query(&format!("{asked}&name=a%20b")), expected.map(|(name, value)| (name.into(), value.into())));
}

#[test]
fn nothing_shows_what_is_secret() {
    let secret = "hunter2";
    let order = Order::read(
        &json!({
            "token": secret,
            "actions": [
                { "name": "a", "type": "success", "output": secret, "response": { "text": secret } },
                { "name": "b", "type": "failure", "cause": secret },
                { "name": "c", "type": "post", "outcomes": [outcome(json!({ "output_body": false, "output": secret }))] },
            ],
        }),
        transaction(),
        ON,
        now(),
    );
    let order = order.unwrap();
    let shown = format!("{order:?}");
    assert!(!shown.contains(secret) && shown.contains("Action(a Success)"), "{shown}");
    let unread = Order::read(&json!({ "token": secret, "actions": [], "x": 1 }), transaction(), ON, now()).unwrap_err();
    assert!(!format!("{unread:?}").contains(secret));
}

proptest! {
    #[test]
    fn whatever_is_sent_is_read_or_refused(
        value in any_json(),
        fields in prop::collection::hash_map(
            prop::sample::select(vec![
                "name", "type", "output", "error", "cause", "response", "outcomes", "schema", "redirect", "api_id", "stage",
            ]),
            prop_oneof![any_json(), prop::sample::select(vec![json!("success"), json!("post"), json!("a"), json!([{}])])],
            0..6,
        ),
        text: String,
        parameters: bool,
    ) {
        let fields: Value = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for order in [
            value.clone(),
            order(json!({ "actions": [fields], "enable_output_parameters": parameters })),
            order(json!({ "actions": [action("post", json!({ "outcomes": [fields] }))] })),
            order(json!({ "actions": [action("success", json!({ "output": value, "response": fields }))] })),
            order(json!({ "actions": value })),
            order(json!({ "base_url": fields })),
            order(json!({ "base_url": text })),
            order(json!({ "expiration": text })),
            order(json!({ "token": text })),
        ] {
            if let Ok(read) = Order::read(&order, transaction(), ON, now()) {
                prop_assert_eq!(Actions::from_stored(&read.actions.to_stored()), Ok(read.actions));
            }
        }
    }
}

#[test]
fn what_only_beats_cannot_answer() {
    let heartbeat = json!({ "name": "h", "type": "heartbeat" });
    let outcome = |of_type: &str| json!({ "name": of_type, "type": of_type, "schema": {}, "output": 1 });
    let post = |outcomes: Value| json!({ "name": "p", "type": "post", "outcomes": outcomes });
    for (actions, can) in [
        (json!([heartbeat]), false),
        (json!([heartbeat, post(json!([outcome("heartbeat")]))]), false),
        (json!([post(json!([outcome("heartbeat"), outcome("success")]))]), true),
        (json!([heartbeat, { "name": "s", "type": "success", "output": 1 }]), true),
        (json!([{ "name": "f", "type": "failure" }]), true),
    ] {
        assert_eq!(set(json!({ "actions": actions })).can_answer(), can, "{actions}");
    }
}
