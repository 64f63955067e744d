//! POST to the URLs of actions: it acts, once.

use callbacks::{LateReason, MachineAnswer, Source, urls::TransactionId};
use serde_json::json;

use crate::{
    bench::{ALICE, Bench, Sent},
    urls::{ACCEPT, BROWSER, Told, Urls, error, sent},
};

#[tokio::test]
async fn post_does_what_the_action_says() {
    for (name, told) in [
        ("approve", Told::Success(json!({ "loan": 42 }))),
        ("reject", Told::failure("Loan.Rejected", "Alice rejected it")),
    ] {
        let urls = Urls::new().await;
        let seen = urls.post(name).await;
        assert_eq!((seen.status, &*seen.headers["content-type"]), (200, "application/json"));
        assert_eq!((seen.json(), urls.told()), (urls.taken(name), vec![told]));
        assert!(urls.bench.stored().state.token.is_none(), "it is settled");
        assert!(urls.bench.outside.late().is_empty());
    }
}

#[tokio::test]
async fn a_failure_may_say_nothing_and_an_output_may_be_null() {
    for (action, told) in [
        (json!({ "name": "it", "type": "failure" }), Told::failure("", "")),
        (json!({ "name": "it", "type": "failure", "error": "E" }), Told::failure("E", "")),
        (json!({ "name": "it", "type": "failure", "cause": "C" }), Told::failure("", "C")),
        (json!({ "name": "it", "type": "failure", "error": "States.Timeout" }), Told::failure("States.Timeout", "")),
        (json!({ "name": "it", "type": "success", "output": null }), Told::Success(json!(null))),
        (json!({ "name": "it", "type": "success", "output": "$who" }), Told::Success(json!("$who"))),
    ] {
        let urls = Urls::of(json!([action])).await;
        assert_eq!((urls.post("it").await.status, urls.told()), (200, vec![told]), "{action}");
    }
}

#[tokio::test]
async fn heartbeats_are_passed_on_as_often_as_they_come_and_end_nothing() {
    let urls = Urls::new().await;
    let before = urls.bench.stored();
    for beats in 1..=3 {
        let seen = urls.post("still_here").await;
        assert_eq!((seen.status, seen.json()), (200, urls.taken("still_here")));
        assert_eq!(urls.bench.callbacks.heartbeats(), beats);
    }
    assert_eq!((urls.bench.stored(), urls.told()), (before, vec![]));
    assert_eq!(urls.post("approve").await.status, 200);
    assert_eq!(error(&urls.post("still_here").await), (400, "StepFunctionsError".to_owned()));
    assert_eq!(urls.bench.callbacks.heartbeats(), 3);
}

#[tokio::test]
async fn the_same_post_again_gets_the_first_answer_again_and_is_told_once() {
    for name in ["approve", "reject"] {
        let urls = Urls::new().await;
        let first = urls.post(name).await;
        let stored = urls.bench.stored();
        for accept in ACCEPT {
            let again = urls.bench.seen(urls.to("POST", name).with_header("accept", accept)).await;
            assert!(again.status == 200 && again.body.contains(name), "{}", again.body);
        }
        assert_eq!(urls.post(name).await, first);
        assert_eq!((urls.bench.stored(), urls.told().len()), (stored, 1));
        assert!(urls.bench.outside.late().is_empty());
    }
}

#[tokio::test]
async fn of_posts_at_once_one_answers_and_the_same_others_are_told_so() {
    let urls = Urls::new().await;
    let (one, two, other) = tokio::join!(urls.post("approve"), urls.post("approve"), urls.post("reject"));
    assert_eq!(one, two);
    let statuses = [one.status, other.status];
    assert!(statuses == [200, 400] || statuses == [400, 200], "{statuses:?}");
    assert_eq!(urls.told().len(), 1);
}

#[tokio::test]
async fn another_action_afterwards_is_too_late_and_that_is_told() {
    let urls = Urls::new().await;
    urls.post("approve").await;
    let seen = urls.post("reject").await;
    assert_eq!(error(&seen), (400, "StepFunctionsError".to_owned()));
    assert_eq!(seen.json()["message"], "TaskTimedOut: it has been decided already");
    let late = urls.bench.outside.late();
    let answer =
        MachineAnswer::Failure { error: Some("Loan.Rejected".to_owned()), cause: Some("Alice rejected it".to_owned()) };
    let source = Source::Url { transaction_id: TransactionId::new(1), outcome: "reject".to_owned() };
    assert_eq!(
        (late.len(), &late[0].answer, &late[0].source, late[0].reason),
        (1, &answer, &source, LateReason::AnsweredOtherwise)
    );
    assert_eq!(urls.told(), [Told::Success(json!({ "loan": 42 }))]);
    for accept in ACCEPT {
        let seen = urls.bench.seen(urls.to("POST", "reject").with_header("accept", accept)).await;
        assert!(seen.status == 400 && seen.body.contains("StepFunctionsError"), "{}", seen.body);
    }
}

#[tokio::test]
async fn another_action_that_says_the_same_is_not_the_one_that_was_taken() {
    let cancelled = json!({ "json": { "order": "cancelled" } });
    let urls = Urls::of(json!([
        { "name": "reject", "type": "failure", "error": "No" },
        { "name": "cancel", "type": "failure", "error": "No", "response": cancelled },
    ]))
    .await;
    urls.post("reject").await;
    for method in ["POST", "GET"] {
        let seen = urls.bench.seen(urls.to(method, "cancel")).await;
        assert_eq!(error(&seen), (400, "StepFunctionsError".to_owned()), "{method}");
    }
    assert_eq!((urls.told().len(), urls.bench.outside.late().len()), (1, 1));
}

/// Whoever has lost the reply to a call makes it again, and then both of its URLs are sent around.
#[tokio::test]
async fn the_same_answer_by_the_same_action_of_another_call_is_what_was_taken() {
    let actions = json!({ "actions": [{ "name": "approve", "type": "success", "output": 1 }] });
    let first = Urls::ordered(actions.clone()).await;
    let (get, post) = (first.to("GET", "approve"), first.to("POST", "approve"));
    let urls = first.more(actions).await;
    urls.post("approve").await;
    for sent in [get, post] {
        assert_eq!(urls.bench.seen(sent).await.status, 200);
    }
    assert_eq!((urls.told().len(), urls.bench.outside.late().len()), (1, 0));
}

#[tokio::test]
async fn a_second_call_adds_urls_of_which_the_first_to_be_called_answers() {
    let first = Urls::new().await;
    let approve = first.to("POST", "approve");
    let urls = first
        .more(json!({ "actions": [{ "name": "approve", "type": "success", "output": "by the second call" }] }))
        .await;
    let seen = urls.post("approve").await;
    assert_eq!(seen.json(), urls.taken("approve"), "with the name of the second call");
    assert_eq!(error(&urls.bench.seen(approve).await), (400, "StepFunctionsError".to_owned()));
    assert_eq!(urls.told(), [Told::Success(json!("by the second call"))]);
}

/// The URL is the secret: whoever has it may act, by a form on a page of their own, too.
#[tokio::test]
async fn a_post_from_a_page_elsewhere_is_taken_on_purpose_as_callers_have_forms_of_their_own() {
    for site in ["cross-site", "same-site", "same-origin", "none"] {
        let urls = Urls::new().await;
        let form = urls.to("POST", "approve").with_body("application/x-www-form-urlencoded", "comment=fine");
        let form = form.with_header("sec-fetch-site", site).with_header("origin", "https://intranet.example.com");
        let page = urls.bench.seen(form.with_header("accept", BROWSER)).await;
        assert_eq!((page.status, &*page.headers["content-type"]), (200, "text/html; charset=utf-8"), "{site}");
        assert!(page.body.contains("Your answer is taken") && page.body.contains("approve"), "{}", page.body);
        assert_eq!(urls.told(), [Told::Success(json!({ "loan": 42 }))]);
    }
}

#[tokio::test]
async fn what_is_posted_to_an_action_without_outcomes_is_passed_over() {
    for (content_type, body) in [("application/json", "{"), ("text/plain", "whatever"), ("image/png", ""), ("", "x")] {
        let urls = Urls::new().await;
        let seen = urls.bench.seen(urls.to("POST", "approve").with_body(content_type, body)).await;
        assert_eq!((seen.status, urls.told()), (200, vec![Told::Success(json!({ "loan": 42 }))]));
    }
}

/// What stands behind the link is for people.
#[tokio::test]
async fn a_url_may_be_called_without_its_query() {
    let urls = Urls::new().await;
    let seen = urls.bench.seen(sent("POST", &urls.link("approve"))).await;
    assert_eq!((seen.status, seen.json()), (200, urls.taken("approve")));
}

/// A call may name an API and its stage as where its URLs begin.
#[tokio::test]
async fn a_url_may_begin_with_a_stage() {
    for stage in ["", "/prod", "/u", "/a/b"] {
        let urls = Urls::new().await;
        let link = urls.link("approve");
        let sent = Sent::to("POST", "ANY /u/{link}", &format!("{stage}/u/{link}"), json!({ "link": link }));
        assert_eq!(urls.bench.seen(sent).await.status, 200, "{stage:?}");
        let people = Bench::new().await;
        let link = people.link_of(ALICE);
        let sent = Sent::to("GET", "ANY /c/{link}", &format!("{stage}/c/{link}"), json!({ "link": link }));
        assert_eq!(people.seen(sent).await.status, 200, "{stage:?}");
    }
}
