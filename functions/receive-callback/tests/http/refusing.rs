//! Answers that are not taken, and what is refused before the table is asked.

use callbacks::Withdrawal;
use serde_json::json;

use crate::bench::{ALICE, BOB, Bench, Sent};
use receive_callback::Config;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn what_can_be_refused_without_the_table_is() {
    let bench = Bench::new().await;
    let link = bench.link_of(ALICE);
    let good = bench.post(ALICE, "approve");
    let post = |content_type: &str, body: &str| Sent::new("POST", &link).with_body(content_type, body);
    let (before, calls) = (bench.stored(), bench.table.calls());
    for (sent, status, problem) in [
        (good.clone().with_header("sec-fetch-site", "cross-site"), 403, "cross-site"),
        (good.clone().with_method("PUT"), 405, "method-not-allowed"),
        (post(FORM, &"x".repeat(65_537)), 413, "too-large"),
        (post("text/plain", "choice=approve"), 415, "unsupported-media-type"),
        (post("multipart/form-data; boundary=x", "choice=approve"), 415, "unsupported-media-type"),
        (Sent::new("POST", &link), 415, "unsupported-media-type"),
        (post("application/json", "{"), 422, "unreadable"),
        (post("application/json", r#"{ "choice": "maybe" }"#), 422, "unreadable"),
    ] {
        let seen = bench.seen(sent.with_header("accept", "application/problem+json")).await;
        assert_eq!((seen.status, &*seen.problem()), (status, problem));
        assert_eq!(bench.table.calls(), calls, "{problem}");
    }
    assert_eq!(bench.stored(), before);
    for site in ["same-origin", "same-site", "none"] {
        let seen = bench.seen(good.clone().with_header("sec-fetch-site", site)).await;
        assert_eq!(seen.status, 200, "{site}");
    }
}

#[tokio::test]
async fn an_answer_without_a_choice_gets_the_form_again_with_what_was_typed() {
    let bench = Bench::new().await;
    let form = format!("comment=too+risky&shown={}", bench.stored().request.digest());
    let sent = Sent::new("POST", &bench.link_of(ALICE)).with_body(FORM, &form);
    let page = bench.seen(sent.clone().with_header("accept", "text/html")).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("<form") && page.body.contains("too risky"), "{}", page.body);
    let json = bench.seen(sent.with_header("accept", "application/json")).await;
    assert_eq!((json.status, &*json.problem()), (422, "choice-missing"));
    assert_eq!(json.json()["callback"]["status"], "open");
    assert!(bench.stored().state.answers.is_empty());
}

#[tokio::test]
async fn an_answer_that_is_not_as_asked_is_not_taken() {
    let bench = Bench::asking(json!({ "comment": "required" }), Config::default()).await;
    let shown = bench.stored().request.digest();
    let link = bench.link_of(ALICE);
    for (body, problem) in [
        (json!({ "choice": "approve", "shown": shown }), "comment-missing"),
        (json!({ "choice": "approve", "shown": shown, "comment": "x".repeat(501) }), "comment-too-long"),
        (json!({ "choice": "approve", "shown": "another", "comment": "x" }), "out-of-date"),
        (json!({ "choice": "approve", "comment": "x" }), "out-of-date"),
    ] {
        let sent = Sent::new("POST", &link).with_body("application/json", &body.to_string());
        let seen = bench.seen(sent).await;
        assert_eq!((seen.status, &*seen.problem()), (422, problem));
        assert!(bench.stored().state.answers.is_empty(), "{problem}");
    }
}

#[tokio::test]
async fn who_changes_their_mind_or_comes_late_is_told_what_stands() {
    let bench = Bench::asking_both().await;
    bench.seen(bench.post_json(ALICE, "approve")).await;
    let otherwise = bench.seen(bench.post_json(ALICE, "reject")).await;
    assert_eq!((otherwise.status, &*otherwise.problem()), (409, "answered-otherwise"));
    assert_eq!(otherwise.json()["callback"]["yourAnswer"]["choice"], "approve");
    let bench = Bench::new().await;
    bench.seen(bench.post_json(ALICE, "approve")).await;
    let late = bench.seen(bench.post_json(BOB, "approve")).await;
    assert_eq!((late.status, &*late.problem()), (409, "decided"));
    assert_eq!(bench.callbacks.answers().len(), 1);
}

#[tokio::test]
async fn what_was_withdrawn_cannot_be_answered() {
    let bench = Bench::new().await;
    let sent = bench.post_json(ALICE, "approve");
    let withdrawal = Withdrawal { by: "carol@example.com".to_owned(), reason: "a mistake".to_owned() };
    bench.desk.withdraw(Bench::id(), &withdrawal).await.unwrap();
    let seen = bench.seen(sent).await;
    assert_eq!((seen.status, &*seen.problem()), (410, "withdrawn"));
    assert_eq!(bench.callbacks.answers().len(), 1);
}
