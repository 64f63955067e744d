use ErrorName as E;
use proptest::prelude::*;

use super::*;

fn post(outcomes: Value) -> Actions {
    set(json!({ "actions": [action("post", json!({ "outcomes": outcomes }))] }))
}

fn call(action: Value, asked: &str) -> Invoked {
    invoke(&set(json!({ "actions": [action] })), asked, None, Switches::default()).unwrap()
}

fn posted(outcomes: Value, body: &str) -> Result<Invoked, Refused> {
    invoke(&post(outcomes), "action=it&type=post", json_body(body), ON)
}

fn outcomes() -> Value {
    json!([
        {
            "name": "good", "type": "success",
            "schema": { "type": "object", "properties": { "result": { "const": "good" } }, "required": ["result"] },
            "output_body": true, "response": { "text": "thanks" },
        },
        {
            "name": "bad", "type": "failure",
            "schema": { "type": "object", "properties": { "result": { "const": "bad" } }, "required": ["result", "reason"] },
            "error_path": "$.reason", "cause": "$reason",
        },
        { "name": "later", "type": "heartbeat", "schema": { "type": "null" } },
    ])
}

#[test]
fn what_an_action_says_becomes_of_the_task() {
    for (action, meaning) in [
        (action("success", json!({ "output": { "a": "$b" } })), success(json!({ "a": "$b" }))),
        (action("success", json!({ "output": null })), success(Value::Null)),
        (action("failure", json!({})), failure(None, None)),
        (action("failure", json!({ "error": "States.X", "cause": "5 $" })), failure(Some("States.X"), Some("5 $"))),
        (action("heartbeat", json!({})), Meaning::Heartbeat),
    ] {
        for asked in ["", "action=it", "action=&type=", "b=c&action=other&action=it"] {
            let invoked = call(action.clone(), asked);
            assert_eq!(
                invoked,
                Invoked { outcome: "it".into(), meaning: meaning.clone(), response: None, parameters: vec![] }
            );
        }
    }
}

#[test]
fn the_query_fills_in_an_error_and_a_cause() {
    let failing = |error: &str, cause: &str| action("failure", json!({ "error": error, "cause": cause }));
    let meaning = filled(failing("Order.$kind", "$who: $action, $type"), "action=it&type=failure&kind=Late&who=me");
    assert_eq!(meaning.unwrap().meaning, failure(Some("Order.Late"), Some("me: it, failure")));
    for (error, cause, asked) in [
        ("$kind", "", "kind=States.Timeout"),
        ("$kind", "", "kind=Bridge.Expired"),
        ("Sta${kind}", "", "kind=tes.ALL"),
        ("$kind", "", ""),
        ("E", "$kind", ""),
        ("$kind$kind", "", &format!("kind={}", "x".repeat(129))),
        ("E", &"$kind".repeat(300), &format!("kind={}", "x".repeat(129))),
    ] {
        let refused = filled(failing(error, cause), asked).unwrap_err();
        assert_eq!(refused.error, E::OutputFormatting, "{error} {asked}");
    }
    for fixed in ["States.Timeout", "Bridge.Expired", "States.$$"] {
        filled(failing(fixed, "States.Timeout $kind"), "kind=States.Timeout").unwrap();
    }
}

#[test]
fn a_response_is_shown_as_it_is_or_filled_in() {
    let custom = |json: Value, html: &str, text: &str| {
        Shown::Bodies(Bodies { json: Some(json), html: Some(html.into()), text: Some(text.into()) })
    };
    let response = json!({ "json": { "$a": "$a" }, "html": "<b>$a</b>", "text": "$a" });
    let with = |response: &Value| action("heartbeat", json!({ "response": response }));
    let fixed = call(with(&response), "a=%3Ci%3E").response;
    assert_eq!(fixed, Some(custom(json!({ "$a": "$a" }), "<b>$a</b>", "$a")));
    let shown = filled(with(&response), "a=%3Ci%3E").unwrap().response;
    assert_eq!(shown, Some(custom(json!({ "<i>": "<i>" }), "<b>&#60;i&#62;</b>", "<i>")));
    assert_eq!(filled(with(&response), "").unwrap_err().error, E::OutputFormatting);

    let nothing = Shown::Bodies(Bodies::default());
    assert_eq!(call(with(&json!({})), "").response, Some(nothing.clone()));
    assert_eq!(filled(with(&json!({})), "").unwrap().response, Some(nothing));
    let both = json!({ "redirect": "https://example.com/?a=$$b", "json": { "never": "$filled_in" } });
    let redirect = |url: &str| Some(Shown::Redirect(url.into()));
    assert_eq!(call(with(&both), "").response, redirect("https://example.com/?a=$$b"));
    assert_eq!(filled(with(&both), "").unwrap().response, redirect("https://example.com/?a=$b"));
}

#[test]
fn a_redirect_goes_where_whoever_wrote_it_wanted() {
    let to = |redirect: &str, asked: &str| {
        let invoked = filled(action("success", json!({ "output": 1, "response": { "redirect": redirect } })), asked);
        invoked.map(|invoked| invoked.response.unwrap()).map_err(|refused| refused.error)
    };
    for (redirect, asked, location) in [
        (
            "https://a.example/$p/x?q=$p#$p",
            "p=//evil.example",
            "https://a.example/%2F%2Fevil.example/x?q=%2F%2Fevil.example#%2F%2Fevil.example",
        ),
        ("https://a.example/${p}", "p=a%0d%0ab", "https://a.example/a%0D%0Ab"),
        ("https://a.example/?q=$p", "p=..", "https://a.example/?q=.."),
        ("https://a.example/x$p", "p=..", "https://a.example/x.."),
        ("https://a.example/$p", "p=%252e%252e", "https://a.example/%252e%252e"),
    ] {
        assert_eq!(to(redirect, asked), Ok(Shown::Redirect(location.into())), "{redirect} {asked}");
    }
    for (redirect, asked) in [
        ("https://a.example/b/$p", "p=.."),
        ("https://a.example/b/$p$p/c", "p=."),
        ("https://a.example/b/$p/c", "p=."),
        ("https://a.example/%2e$p", "p=."),
        ("https://a.example/$p", "q=a"),
        ("https://a.example/?q=$p", &format!("p={}", "x".repeat(4_080))),
    ] {
        assert_eq!(to(redirect, asked), Err(E::OutputFormatting), "{redirect} {asked}");
    }
}

#[test]
fn a_body_means_what_the_first_outcome_says_that_it_fits() {
    let text = |text: &str| Shown::Bodies(Bodies { text: Some(text.into()), ..Bodies::default() });
    for (body, outcome, meaning, response) in [
        (r#"{"result":"good","x":1}"#, "it.good", success(json!({ "result": "good", "x": 1 })), Some(text("thanks"))),
        (r#"{"result":"bad","reason":"late"}"#, "it.bad", failure(Some("late"), Some("$reason")), None),
        (r#"{"result":"bad","reason":5}"#, "it.bad", failure(Some("[5]"), Some("$reason")), None),
        ("null", "it.later", Meaning::Heartbeat, None),
    ] {
        let invoked = posted(outcomes(), body).unwrap();
        assert_eq!(invoked, Invoked { outcome: outcome.into(), meaning, response, parameters: vec![] }, "{body}");
    }
    let mut own = action("post", json!({ "outcomes": outcomes() }));
    own["response"] = json!({ "text": "$noted" });
    let own = set(json!({ "actions": [own], "enable_output_parameters": true }));
    for (body, shown) in [(r#"{"result":"good"}"#, "thanks"), ("null", "$noted")] {
        assert_eq!(invoke(&own, "", json_body(body), ON).unwrap().response, Some(text(shown)));
    }
}

#[test]
fn every_form_of_output_of_a_post_action() {
    let body = r#"{"foo":{"bar":"baz"}}"#;
    for (fields, output) in [
        (json!({ "output": { "$bar": "$foo" } }), json!({ "$bar": "$foo" })),
        (json!({ "output_body": true }), json!({ "foo": { "bar": "baz" } })),
        (json!({ "output_path": "$.foo" }), json!([{ "bar": "baz" }])),
        (json!({ "output_path": "foo.bar" }), json!(["baz"])),
        (json!({ "output_path": "$.nothing" }), json!([])),
    ] {
        let mut outcome = json!({ "name": "o", "type": "success", "schema": {} });
        outcome.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        assert_eq!(posted(json!([outcome]), body).unwrap().meaning, success(output), "{fields}");
    }
}

#[test]
fn a_body_of_which_nothing_follows_is_refused() {
    let form = PostBody { content_type: Some("application/x-www-form-urlencoded"), bytes: b"result=good" };
    let untyped = PostBody { content_type: None, bytes: b"{}" };
    let other_json = PostBody { content_type: Some("application/problem+json"), bytes: b"{}" };
    let typed = PostBody { content_type: Some("Application/JSON ; charset=utf-8"), bytes: b"null" };
    let deep = "[".repeat(200);
    for (body, refused) in [
        (None, Some((E::PostActionNotPosted, 405))),
        (Some(form), Some((E::PostActionBodyNotJson, 415))),
        (Some(untyped), Some((E::PostActionBodyNotJson, 415))),
        (Some(other_json), Some((E::PostActionBodyNotJson, 415))),
        (json_body(""), Some((E::InvalidJson, 400))),
        (json_body("{"), Some((E::InvalidJson, 400))),
        (json_body(&deep), Some((E::InvalidJson, 400))),
        (json_body("{}"), Some((E::InvalidPostActionBody, 400))),
        (json_body(r#"{"result":"bad"}"#), Some((E::InvalidPostActionBody, 400))),
        (json_body(r#"{"result":"bad","reason":"States.Timeout"}"#), Some((E::InvalidPostActionBody, 400))),
        (json_body(r#"{"result":"bad","reason":"Bridge.Expired"}"#), Some((E::InvalidPostActionBody, 400))),
        (Some(typed), None),
    ] {
        let error = invoke(&post(outcomes()), "", body, ON).err().map(|refused| refused.error);
        assert_eq!(error.map(|error| (error, error.status())), refused);
    }
    let outcome = |fields: Value| {
        let mut outcome = json!({ "name": "o", "type": "failure", "schema": {} });
        outcome.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!([outcome])
    };
    for (fields, body) in [
        (json!({ "error_path": "$" }), json!("x".repeat(257))),
        (json!({ "cause_path": "$" }), json!("x".repeat(32_769))),
        (json!({ "cause_path": "$..*" }), (0..50).fold(json!("x".repeat(10_000)), |below, _| json!([below]))),
        (json!({ "type": "success", "output_body": true }), json!("x".repeat(196_607))),
    ] {
        let refused = posted(outcome(fields.clone()), &body.to_string()).unwrap_err();
        assert_eq!(refused.error, E::InvalidPostActionBody, "{fields}");
    }
    let named = posted(outcome(json!({ "error": "States.Timeout", "cause_path": "$" })), r#""Bridge.Expired""#);
    assert_eq!(named.unwrap().meaning, failure(Some("States.Timeout"), Some("Bridge.Expired")));
}

#[test]
fn a_url_that_says_something_else_is_refused() {
    let set = set(json!({ "actions": [action("heartbeat", json!({}))] }));
    for (asked, refused) in [
        ("action=it&type=heartbeat", false),
        ("type=heartbeat", false),
        ("action=It", true),
        ("type=success", true),
        ("action=it&type=Heartbeat", true),
        ("action=it&action=other", true),
    ] {
        let error = invoke(&set, asked, None, ON).err().map(|refused| refused.error);
        assert_eq!(error, refused.then_some(E::ActionMismatched), "{asked}");
    }
}

#[test]
fn what_is_switched_off_meanwhile_is_refused() {
    let outcome = json!({ "name": "o", "type": "heartbeat", "schema": {} });
    let actions = || json!([action("heartbeat", json!({})), { "name": "p", "type": "post", "outcomes": [outcome] }]);
    let plain = set(json!({ "actions": actions() }));
    let filled_in = set(json!({ "actions": actions(), "enable_output_parameters": true }));
    let posts = Switches { output_parameters: false, post_actions: true };
    let parameters = Switches { output_parameters: true, post_actions: false };
    for (set, action, switches, error) in [
        (&plain, "it", Switches::default(), None),
        (&plain, "p", Switches::default(), Some(E::PostActionsDisabled)),
        (&plain, "p", parameters, Some(E::PostActionsDisabled)),
        (&filled_in, "it", posts, Some(E::ParametersDisabled)),
        (&filled_in, "it", parameters, None),
        (&filled_in, "p", posts, None),
    ] {
        let invocation = Invocation { set, query: &[], body: json_body("{}"), switches };
        let refused = set.named(action).unwrap().invoked(&invocation).err().map(|refused| refused.error);
        assert_eq!(refused, error, "{action} {switches:?}");
    }
}

#[test]
fn of_two_reasons_the_one_that_is_looked_for_first_is_told() {
    let order = json!({
        "actions": [action("success", json!({ "output": "$missing" })), { "name": "p", "type": "post", "outcomes": outcomes() }],
        "enable_output_parameters": true,
    });
    let set = set(order);
    let off = Switches::default();
    for (action, asked, body, switches, error) in [
        ("it", "action=x", None, off, E::ActionMismatched),
        ("it", "", None, off, E::ParametersDisabled),
        ("it", "", None, ON, E::OutputFormatting),
        ("p", "type=x", None, off, E::ActionMismatched),
        ("p", "", None, off, E::PostActionsDisabled),
        ("p", "", None, ON, E::PostActionNotPosted),
        ("p", "", json_body("{"), ON, E::InvalidJson),
    ] {
        let query = query(asked);
        let invocation = Invocation { set: &set, query: &query, body, switches };
        assert_eq!(set.named(action).unwrap().invoked(&invocation).unwrap_err().error, error, "{action} {asked}");
    }
}

#[test]
fn a_url_expires_when_its_set_does() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let expiring = set(json!({ "expiration": "2026-11-22T10:00:01" }));
    expiring.in_time(now()).unwrap();
    let expired = expiring.in_time(at("2026-11-22T10:00:02Z")).unwrap_err();
    assert_eq!((expired.error, &*expired.message), (E::ExpiredPayload, "the URL has expired: 2026-11-22T10:00:01"));
    set(json!({})).in_time(at("2999-01-01T00:00:00Z")).unwrap();
}

proptest! {
    #[test]
    fn no_call_upsets_it(
        output in any_json(),
        text in "[$a{}/.?#b ]{0,12}",
        asked in prop::collection::vec(("(action|type|[ab]{1,2})", "\\PC{0,8}"), 0..4),
        content_type in prop::option::of("(application/json|\\PC{0,8})"),
        bytes: Vec<u8>,
        parameters: bool,
    ) {
        let order = json!({
            "actions": [
                action("success", json!({ "output": output, "response": { "json": { "a": output }, "html": text, "text": text } })),
                { "name": "f", "type": "failure", "error": text, "cause": text,
                  "response": { "redirect": format!("https://a.example/{}", text.replace(' ', "")) } },
                { "name": "p", "type": "post", "outcomes": outcomes() },
            ],
            "enable_output_parameters": parameters,
        });
        let json = output.to_string();
        if let Ok(order) = read(order) {
            let set = order.actions;
            for bytes in [&bytes[..], json.as_bytes()] {
                let body = Some(PostBody { content_type: content_type.as_deref(), bytes });
                let invocation = Invocation { set: &set, query: &asked, body, switches: ON };
                for action in set.all() {
                    if let Ok(Invoked { response: Some(Shown::Redirect(to)), .. }) = action.invoked(&invocation) {
                        prop_assert!(to.starts_with("https://a.example/") && !to.contains(char::is_whitespace), "{to}");
                    }
                }
            }
        }
    }
}
