//! Every state has its page, its status and its JSON.

use std::collections::BTreeSet;

use callbacks::pages::headers;
use serde_json::{Value, json};

use crate::{
    cases::{Case, Words, pages},
    document::Document,
};

fn find(name: &str) -> Case {
    pages(&Words::everyday()).into_iter().find(|case| case.name == name).unwrap_or_else(|| panic!("{name}"))
}

fn json_of(name: &str) -> Value {
    serde_json::from_str(&find(name).json.body).unwrap()
}

/// What stands under the heading, and what says so itself.
fn text_of(name: &str) -> String {
    Document::read(&find(name).html.body).text
}

#[test]
fn every_state_has_a_page_with_its_status_and_all_headers() {
    let cases = pages(&Words::everyday());
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert!(names.len() == cases.len() && cases.len() > 35, "{} cases", cases.len());
    for Case { name, status, html, json } in cases {
        let page = Document::read(&html.body);
        assert_eq!(page.errors, Vec::<String>::new(), "{name}");
        assert!(page.the("h1").text.len() > 10, "{name}");
        for (response, content_type) in [
            (&html, "text/html; charset=utf-8"),
            (&json, if status == 200 { "application/json" } else { "application/problem+json" }),
        ] {
            assert_eq!(response.status, status, "{name}");
            let has =
                |name: &str, value: &str| response.headers.iter().any(|header| header.0 == name && header.1 == value);
            assert!(headers().iter().all(|(header, value)| has(header, value)), "{name}");
            assert!(has("content-type", content_type), "{name}: {:?}", response.headers);
            let retry = has("retry-after", "30");
            assert_eq!(retry, status == 503, "{name}");
            let names: BTreeSet<_> = response.headers.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), response.headers.len(), "{name}: a header is there twice");
        }
    }
}

#[test]
fn a_form_is_shown_exactly_where_the_question_can_be_answered() {
    for Case { name, html, json, .. } in pages(&Words::everyday()) {
        let json: Value = serde_json::from_str(&json.body).unwrap();
        let callback = json.get("callback").unwrap_or(&json);
        let open = callback["status"] == "open" && callback.get("yourAnswer").is_none();
        assert_eq!(Document::read(&html.body).all("form").count(), usize::from(open), "{name}");
    }
}

#[test]
fn a_question_shows_everything_that_is_needed_to_decide() {
    let text = text_of("open-one-approved");
    for shown in [
        "Loan 42: 25,000 EUR to Kato Ltd",
        "The first one is paid off.",
        "Credit score",
        "742",
        "Carol Ito <carol@example.com>",
        "25 November 2026, 10:00 UTC",
        "(2 days left)",
        "The request fails",
        "2 of the 3",
        "alice@example.com",
        "Approved",
        "22 November 2026, 11:00 UTC",
        "(you)",
        "No answer yet",
        "Finance",
    ] {
        assert!(text.contains(shown), "{shown}");
    }
    let signed_in = Document::read(&find("open-signed-in").html.body);
    assert!(signed_in.all("bdi").any(|by| by.text == "dora@example.com"), "who answered for a channel");
}

#[test]
fn line_breaks_stay_without_a_stylesheet() {
    let page = find("open").html.body;
    assert!(
        page.contains(">Kato Ltd wants to buy a second delivery van.<br>The first one is paid off.<br><br>Repayment")
    );
}

#[test]
fn what_was_typed_is_kept() {
    let words = Words::everyday();
    for (name, checked) in
        [("choice-missing", None), ("comment-too-long", Some("approve")), ("comment-missing", Some("reject"))]
    {
        let page = Document::read(&find(name).html.body);
        let is_checked = |choice: &str| page.by_id(choice).get("checked").is_some();
        for choice in ["approve", "reject"] {
            assert_eq!(is_checked(choice), checked == Some(choice), "{name}");
        }
        // The line feed behind the tag is no part of the content.
        let kept = page.the("textarea").text.strip_prefix('\n').unwrap();
        assert_eq!(kept, if name == "comment-missing" { "" } else { &words.comment }, "{name}");
    }
}

#[test]
fn a_recorded_answer_is_never_an_error_and_says_what_came_of_it() {
    for (name, said) in [
        ("recorded-waiting", "1 of 2 approvals so far."),
        ("recorded-telling", "The process that waits for it is being told."),
        ("recorded-approved", "The request is approved. The process that waited for it goes on."),
        ("recorded-rejected", "The request is rejected."),
        ("recorded-too-late", "came too late to matter"),
        ("recorded-untold", "cannot be told"),
        ("recorded-after-trouble", "1 of 2 approvals so far."),
    ] {
        let page = Document::read(&find(name).html.body);
        assert_eq!(page.the("h1").text, "Your answer is recorded", "{name}");
        assert!(page.text.contains(said), "{name}: {}", page.text);
        assert_eq!(find(name).status, 200, "{name}");
    }
}

#[test]
fn what_ended_says_how_and_when() {
    for (name, heading, said) in [
        ("decided-by-others", "Already approved", "22 November 2026, 13:00 UTC"),
        ("decided", "Already approved", "Your answer was not counted"),
        ("answered-otherwise", "You have answered before", "Your first answer counts"),
        ("expired", "The time to decide is over", "so the request failed"),
        ("expired-approved", "The time to decide is over", "which counts as approved"),
        ("expired-rejected", "The time to decide is over", "which counts as rejected"),
        ("expired-unnoticed", "The time to decide is over", "25 November 2026, 10:00 UTC"),
        ("expired-after-your-answer", "The time to decide is over", "You approved this request."),
        ("too-late", "The time to decide is over", "so the request failed"),
        ("withdrawn", "This request was withdrawn", "Kato Ltd has found another lender."),
        ("nobody-waits", "Nobody waits for this decision any more", "ended without it"),
    ] {
        let page = Document::read(&find(name).html.body);
        assert_eq!(page.the("h1").text, heading, "{name}");
        assert!(page.text.contains(said), "{name}: {}", page.text);
    }
}

#[test]
fn json_says_what_a_page_shows() {
    let mut open = json_of("open-one-approved");
    let shown = open.as_object_mut().unwrap().remove("shown").unwrap();
    assert_eq!(
        Document::read(&find("open-one-approved").html.body).all("input").next().unwrap().get("value"),
        shown.as_str()
    );
    open.as_object_mut().unwrap().remove("callbackId").unwrap();
    assert_eq!(
        open,
        json!({
            "status": "open",
            "title": "Loan 42: 25,000 EUR to Kato Ltd",
            "summary": Words::everyday().summary,
            "details": [
                { "label": "Credit score", "value": "742\n(bureau, 20 November 2026)" },
                { "label": "Purpose", "value": "vehicle" },
                { "label": "Term", "value": "36 months" },
            ],
            "requestedBy": "Carol Ito <carol@example.com>",
            "askedAt": "2026-11-22T10:00:00Z",
            "deadlineAt": "2026-11-25T10:00:00Z",
            "atDeadline": "fail",
            "approvalsNeeded": 2,
            "veto": false,
            "comment": "requiredOnReject",
            "you": "Bob Marsh",
            "approvals": 1,
            "rejections": 0,
            "approvers": [
                { "name": "alice@example.com", "choice": "approve", "at": "2026-11-22T11:00:00Z" },
                { "name": "Bob Marsh" },
                { "name": "Finance" },
            ],
        })
    );
}

#[test]
fn json_says_what_was_decided() {
    let approved = json_of("recorded-too-late");
    assert_eq!(approved["status"], "approved");
    assert_eq!(approved["decision"], json!({ "at": "2026-11-22T13:00:00Z", "delivery": "tooLate" }));
    assert_eq!(
        approved["yourAnswer"],
        json!({ "by": "bob@example.com", "at": "2026-11-22T12:00:00Z", "choice": "approve", "comment": "Within the limits for this year." })
    );
    let withdrawn = &json_of("withdrawn")["callback"];
    assert_eq!(withdrawn["status"], "withdrawn");
    assert_eq!(withdrawn["decision"]["reason"], "Kato Ltd has found another lender.");
    for (name, status) in [("expired", "expired"), ("nobody-waits", "nobodyWaits"), ("expired-unnoticed", "expired")] {
        assert_eq!(json_of(name)["callback"]["status"], status, "{name}");
    }
}

#[test]
fn problems_follow_the_standard() {
    for Case { name, status, json, .. } in pages(&Words::everyday()) {
        let problem: Value = serde_json::from_str(&json.body).unwrap();
        if status == 200 {
            assert_eq!(problem.get("type"), None, "{name}");
            continue;
        }
        assert_eq!(problem["status"], status, "{name}");
        assert!(problem["type"].as_str().unwrap().starts_with("urn:callback-bridge:problem:"), "{name}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{name}");
    }
    assert_eq!(json_of("comment-too-long")["detail"], "It has 501 characters, and 500 are the most.");
}

#[test]
fn a_wrong_link_says_nothing_about_any_callback() {
    let unknown = json_of("unknown-link");
    let fields: BTreeSet<_> = unknown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, BTreeSet::from(["detail", "status", "title", "type"]));
}
