use proptest::prelude::*;

use super::*;

fn taken(response: Option<&Shown>, accept: Option<&str>) -> Reply {
    let set = set(json!({}));
    Reply::taken(set.transaction_id(), set.get(0).unwrap(), response, accept)
}

#[test]
fn urls_are_told_in_the_order_of_the_call() {
    let urls = [("z".to_owned(), "https://x/1".to_owned()), ("a".to_owned(), "https://x/2".to_owned())];
    let reply = CreateReply::created(&set(json!({})), &urls);
    let body = r#"{"transaction_id":"0000000000000000000000000000001f","urls":{"z":"https://x/1","a":"https://x/2"}}"#;
    assert_eq!((reply.status, reply.body.as_str()), (200, body));
    let reply = CreateReply::created(&set(json!({ "expiration": "2026-11-23" })), &urls);
    assert!(reply.body.ends_with(r#","expiration":"2026-11-23T00:00:00"}"#), "{}", reply.body);
}

#[test]
fn a_call_that_is_understood_is_named_when_it_is_refused() {
    for (error, status, body) in [
        (ErrorName::InvalidJson, 400, r#"{"error":"InvalidJSON","message":"why"}"#),
        (ErrorName::ServiceError, 500, r#"{"error":"ServiceError","message":"why"}"#),
        (
            ErrorName::InvalidDate,
            400,
            r#"{"transaction_id":"0000000000000000000000000000001f","error":"InvalidDate","message":"why"}"#,
        ),
    ] {
        let reply = CreateReply::refused(&Refused::new(error, "why"), transaction());
        assert_eq!((reply.status, reply.body.as_str()), (status, body));
    }
}

#[test]
fn the_usual_reply_has_the_form_that_is_wanted() {
    let json = r#"{"transaction_id":"0000000000000000000000000000001f","action":{"name":"go_on","type":"heartbeat"}}"#;
    let text = "{\n  \"transaction_id\": \"0000000000000000000000000000001f\",\n  \"action\": {\n    \"name\": \"go_on\",\n    \"type\": \"heartbeat\"\n  }\n}";
    for (accept, content_type, body) in [
        (None, "application/json", json),
        (Some("*/*"), "application/json", json),
        (Some("image/png"), "application/json", json),
        (Some("application/json"), "application/json", json),
        (Some("text/plain"), "text/plain", text),
        (Some("text/plain, application/json"), "text/plain", text),
        (Some("text/plain;q=0.1, application/json"), "application/json", json),
    ] {
        let reply = taken(None, accept);
        assert_eq!(
            (reply.status, reply.content_type, reply.body.as_str()),
            (200, Some(content_type), body),
            "{accept:?}"
        );
    }
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let reply = taken(None, Some(browser));
    assert_eq!(reply.content_type, Some("text/html"));
    assert!(reply.body.contains("<h1>Your answer is taken</h1>") && reply.body.contains("go_on"), "{}", reply.body);
}

#[test]
fn what_the_action_says_is_shown_instead() {
    let response = Shown::Bodies(Bodies {
        json: Some(json!({ "hello": "world" })),
        html: Some("<html>hello</html>".into()),
        text: None,
    });
    for (accept, content_type, body) in [
        (None, "application/json", Some(r#"{"hello":"world"}"#)),
        (Some("text/html, application/json"), "text/html", Some("<html>hello</html>")),
        (Some("text/plain"), "text/plain", None),
    ] {
        let reply = taken(Some(&response), accept);
        assert_eq!((reply.status, reply.content_type), (200, Some(content_type)));
        let usual = taken(None, accept).body;
        assert_eq!(reply.body, body.unwrap_or(&usual), "{accept:?}");
        let theirs = content_type == "text/html";
        assert_eq!(reply.page, if theirs { PageOf::Theirs } else { PageOf::Ours });
    }
    let redirect = Shown::Redirect("https://example.com".into());
    for accept in [None, Some("text/html"), Some("application/json")] {
        let sent = Reply {
            status: 303,
            content_type: None,
            body: String::new(),
            location: Some("https://example.com".into()),
            allow: None,
            page: PageOf::Ours,
        };
        assert_eq!(taken(Some(&redirect), accept), sent);
    }
}

/// The page or the JSON that asks whoever opens the URL of the action at this place.
fn confirm(set: &Actions, at: usize, asked: &str, accept: Option<&str>) -> Reply {
    let (action, query) = (set.get(at).unwrap(), query(asked));
    let invoked = action.invoked(&Invocation { set, query: &query, body: None, switches: ON }).unwrap();
    Reply::confirm(set.transaction_id(), action, &invoked, accept)
}

#[test]
fn a_page_asks_before_anything_is_done() {
    let set = set(json!({}));
    let page = confirm(&set, 0, "who=me", Some("text/html"));
    assert_eq!((page.status, page.content_type, &page.page), (200, Some("text/html"), &PageOf::Ours));
    assert!(page.body.contains(">go_on</h1>") && page.body.contains("<form method=\"post\">"), "{}", page.body);
    assert!(!page.body.contains("action=") && !page.body.contains("<dl>"), "{}", page.body);
    let json: Value = serde_json::from_str(&confirm(&set, 0, "", None).body).unwrap();
    assert_eq!((&json["status"], &json["action"]["name"]), (&json!("open"), &json!("go_on")));
}

/// Browsers hold each address to which a redirect leads against `form-action`, and where it leads at last nobody knows.
#[test]
fn a_form_may_lead_wherever_a_redirect_does() {
    let set = set(json!({ "actions": [
        { "name": "stay", "type": "heartbeat", "response": { "html": "thanks" } },
        { "name": "leave", "type": "heartbeat", "response": { "redirect": "https://example.com" } },
    ] }));
    let policy = |at: usize| {
        let response = crate::pages::Response::of_url(confirm(&set, at, "", Some("text/html")));
        let (_, policy) = response.headers.iter().find(|(name, _)| *name == "content-security-policy").unwrap();
        policy.to_string()
    };
    let (stay, leave) = (policy(0), policy(1));
    assert_eq!(leave, stay.replace(" form-action 'self';", ""));
    assert!(stay.contains("form-action 'self';") && !leave.contains("form-action"), "{leave}");
}

#[test]
fn a_page_shows_what_the_url_fills_in() {
    let actions = json!([
        { "name": "pay", "type": "success", "output": { "$what": ["$$5 for ${who}", "$who"] }, "response": { "text": "$note" } },
        { "name": "fail", "type": "failure", "cause": "$who" },
    ]);
    let filled_in = json!({ "actions": actions, "enable_output_parameters": true });
    let asked = "what=loan&who=%3Cb%3EMallory%0a%e2%80%ae&who=%3Ci%3E&note=&other=praise";
    let page = confirm(&set(filled_in.clone()), 0, asked, Some("text/html")).body;
    for (name, value) in [("what", "loan"), ("who", "&#60;i&#62;"), ("note", "")] {
        let row = format!(">{name}</dt><dd class=\"typed\" dir=\"auto\">{value}</dd>");
        assert_eq!(page.matches(&row).count(), 1, "{row} {page}");
    }
    assert!(!page.contains("praise") && !page.contains("Mallory"), "{page}");
    let misleading = confirm(&set(filled_in), 1, "who=a%0ab%e2%80%aec", Some("text/html")).body;
    assert!(misleading.contains(">a<br>b[U+202E]c</dd>") && !misleading.contains('\u{202e}'), "{misleading}");
    let fixed = confirm(&set(json!({ "actions": actions })), 1, asked, Some("text/html")).body;
    assert!(!fixed.contains("<dl>"), "{fixed}");
}

#[test]
fn what_others_have_written_runs_nothing() {
    let response = Shown::Bodies(Bodies { html: Some("<script>".to_owned()), ..Bodies::default() });
    let sent = crate::pages::Response::of_url(taken(Some(&response), Some("text/html")));
    let header = |name: &str| sent.headers.iter().find(|(there, _)| *there == name).map(|(_, value)| value.as_ref());
    assert!(header("content-security-policy").unwrap().starts_with("sandbox "), "{sent:?}");
    assert_eq!(header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(header("cross-origin-embedder-policy"), None);
    let moved = Shown::Redirect("https://example.com".to_owned());
    let moved = crate::pages::Response::of_url(taken(Some(&moved), None));
    assert!(moved.headers.contains(&("location", "https://example.com".into())) && moved.status == 303, "{moved:?}");
    assert!(!moved.headers.iter().any(|(name, _)| *name == "content-type"));
}

#[test]
fn every_error_has_its_name_and_its_status_and_a_row_of_the_table() {
    use ErrorName as E;
    let rows: Vec<&str> = include_str!("../README.md").lines().filter(|line| line.contains("` | ")).collect();
    let errors = [
        (E::InvalidJson, "InvalidJSON", 400),
        (E::DuplicateActionName, "DuplicateActionName", 400),
        (E::InvalidAction, "InvalidAction", 400),
        (E::InvalidDate, "InvalidDate", 400),
        (E::ParametersDisabled, "ParametersDisabled", 400),
        (E::PostActionsDisabled, "PostActionsDisabled", 400),
        (E::InvalidPostActionOutcome, "InvalidPostActionOutcome", 400),
        (E::InvalidJsonPath, "InvalidJsonPath", 400),
        (E::ActionMismatched, "ActionMismatched", 400),
        (E::ExpiredPayload, "ExpiredPayload", 400),
        (E::OutputFormatting, "OutputFormatting", 400),
        (E::InvalidPostActionBody, "InvalidPostActionBody", 400),
        (E::PostActionBodyNotJson, "InvalidPostActionBody", 415),
        (E::PostActionNotPosted, "PostActionNotPosted", 405),
        (E::InvalidPayload, "InvalidPayload", 404),
        (E::MethodNotAllowed, "MethodNotAllowed", 405),
        (E::PayloadTooLarge, "PayloadTooLarge", 413),
        (E::TokenInUse, "TokenInUse", 400),
        (E::StepFunctionsError, "StepFunctionsError", 400),
        (E::ServiceError, "ServiceError", 500),
    ];
    assert_eq!(errors.len(), ErrorName::NAMES.len());
    for (error, name, status) in errors {
        let reply = Reply::refused(&Refused::new(error, "a \"reason\""), None);
        let body = format!(r#"{{"error":"{name}","message":"a \"reason\""}}"#);
        assert_eq!((reply.status, reply.content_type, reply.body), (status, Some("application/json"), body));
        let row = format!("| `{name}` | {status} |");
        assert_eq!(rows.iter().filter(|line| line.starts_with(&row)).count(), 1, "{row}");
    }
}

#[test]
fn an_error_is_escaped_in_a_page() {
    let refused = Refused::new(ErrorName::OutputFormatting, "no <script>alert('&')</script>");
    let page = Reply::refused(&refused, Some("text/html"));
    assert_eq!((page.status, page.content_type), (400, Some("text/html")));
    assert!(page.body.contains("<h1>Your answer is not taken</h1>"), "{}", page.body);
    assert!(!page.body.contains("<script") && page.body.contains("&#60;script&#62;alert("), "{}", page.body);
    let text = Reply::refused(&refused, Some("text/plain"));
    assert!(text.body.contains("no <script>") && text.body.contains("\n  \"error\""), "{}", text.body);
}

proptest! {
    #[test]
    fn no_header_upsets_it(accept: String, message: String) {
        let reply = Reply::refused(&Refused::new(ErrorName::ServiceError, message), Some(&accept));
        prop_assert!(reply.status == 500 && reply.location.is_none() && !reply.body.is_empty());
    }
}
