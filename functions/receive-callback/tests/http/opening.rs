//! Opening links: nothing is changed by it, and whoever holds none sees nothing.

use std::time::Duration;

use callbacks::{CapabilityLink, LinkKeys, Recipient, pages::headers};
use serde_json::json;

use crate::bench::{ALICE, BOB, Bench, KEYS, Sent};

#[tokio::test]
async fn a_link_shows_the_question_as_a_page_or_as_json() {
    let bench = Bench::new().await;
    let page = bench.seen(bench.get(ALICE).with_header("accept", "text/html,*/*;q=0.8")).await;
    assert_eq!((page.status, &*page.headers["content-type"]), (200, "text/html; charset=utf-8"));
    assert!(page.body.contains("Loan 42") && page.body.contains("<form"), "{}", page.body);
    let json = bench.seen(bench.get(ALICE).with_header("accept", "application/json")).await;
    assert_eq!((json.status, &*json.headers["content-type"]), (200, "application/json"));
    assert_eq!((&json.json()["status"], &json.json()["you"]), (&json!("open"), &json!(ALICE)));
    assert_eq!(json.json()["shown"], bench.stored().request.digest());
    assert_eq!(bench.seen(bench.get(ALICE)).await, page, "a page for whoever does not say what they want");
}

/// What opens links without being asked may do so as often as it likes, by any method, before and after the decision.
#[tokio::test]
async fn nothing_but_post_changes_anything_however_often() {
    let bench = Bench::new().await;
    let answer = bench.post(ALICE, "approve");
    for decided in [false, true] {
        if decided {
            assert_eq!(bench.seen(answer.clone()).await.status, 200);
        }
        let (before, calls) = (bench.stored(), bench.callbacks.calls());
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"] {
            for _ in 0..3 {
                let status = bench.seen(answer.clone().with_method(method)).await.status;
                assert_eq!(status, if matches!(method, "GET" | "HEAD") { 200 } else { 405 }, "{method}");
            }
        }
        assert_eq!((bench.stored(), bench.callbacks.calls()), (before, calls));
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let bench = Bench::new().await;
    for accept in ["text/html", "application/json"] {
        for sent in [bench.get(ALICE), Sent::new("GET", "nothing")] {
            let sent = sent.with_header("accept", accept);
            let get = bench.seen(sent.clone()).await;
            let head = bench.seen(sent.with_method("HEAD")).await;
            assert_eq!((head.status, &head.headers), (get.status, &get.headers));
            assert_eq!((head.body.is_empty(), get.body.is_empty()), (true, false));
        }
    }
}

#[tokio::test]
async fn every_response_has_the_headers_that_keep_it_private() {
    let bench = Bench::new().await;
    let form = "application/x-www-form-urlencoded";
    let link = bench.link_of(ALICE);
    let post = |body: &str| Sent::new("POST", &link).with_body(form, body);
    let responses = [
        (200, bench.get(ALICE)),
        (200, bench.get(ALICE).with_method("HEAD")),
        (404, Sent::new("GET", "nothing")),
        (404, Sent::new("POST", "nothing").with_body(form, "choice=approve")),
        (405, bench.get(ALICE).with_method("DELETE")),
        (403, post("").with_header("sec-fetch-site", "cross-site")),
        (413, post(&"x".repeat(65_537))),
        (415, post("").with_header("content-type", "text/plain")),
        (422, post("")),
        (200, bench.post(ALICE, "approve")),
        (409, bench.post(BOB, "reject")),
    ];
    for (status, sent) in responses {
        let seen = bench.seen(sent.with_header("accept", "application/json")).await;
        assert_eq!(seen.status, status, "{}", seen.body);
        for (name, value) in headers() {
            assert_eq!(seen.headers.get(*name).map(String::as_str), Some(*value), "{name} of a {status}");
        }
        assert_eq!(seen.headers.get("allow").map(String::as_str), (status == 405).then_some("GET, HEAD, POST"));
        assert!(!seen.headers.contains_key("set-cookie") && !seen.headers.contains_key("location"));
    }
}

/// Links that lead nowhere, each for a reason of its own.
fn wrong_links(bench: &Bench) -> Vec<String> {
    let keys = LinkKeys::read(KEYS).unwrap();
    let others = LinkKeys::read("another key of thirty-two letters!").unwrap();
    let link = |keys: &LinkKeys, id, approver, generation| {
        CapabilityLink::new(keys, id, Recipient::Approver(approver), generation).secret()
    };
    let elsewhere = "ungWv48Bz-pBQUDeXa4iIw".parse().unwrap();
    let right = bench.link_of(ALICE);
    vec![
        String::new(),
        "x".to_owned(),
        "..".to_owned(),
        right[1..].to_owned(),
        format!("{right}x"),
        format!("{right}."),
        right.to_uppercase(),
        link(&others, Bench::id(), 0, 0),
        link(&keys, Bench::id(), 2, 0),
        link(&keys, Bench::id(), 0, 1),
        link(&keys, elsewhere, 0, 0),
    ]
}

#[tokio::test]
async fn every_wrong_link_gets_the_same_404() {
    let bench = Bench::new().await;
    let form = "application/x-www-form-urlencoded";
    let body = format!("choice=approve&shown={}", bench.stored().request.digest());
    for accept in ["text/html", "application/json"] {
        let mut seen = Vec::new();
        for link in wrong_links(&bench) {
            for sent in [Sent::new("GET", &link), Sent::new("POST", &link).with_body(form, &body)] {
                seen.push(bench.seen(sent.with_header("accept", accept)).await);
            }
        }
        assert_eq!(seen[0].status, 404);
        assert!(seen.iter().all(|response| *response == seen[0]));
    }
    assert!(bench.stored().state.answers.is_empty());
}

#[tokio::test]
async fn a_request_without_the_parameter_of_the_route_leads_nowhere() {
    let bench = Bench::new().await;
    let mut request = bench.get(ALICE).request();
    let wrong = bench.seen(Sent::new("GET", "nothing")).await;
    assert_eq!(bench.answered(&request).await.status, 200);
    request.extensions_mut().clear();
    assert_eq!(bench.answered(&request).await, wrong);
}

#[tokio::test]
async fn whoever_comes_late_is_told_that_it_is_closed() {
    let bench = Bench::new().await;
    bench.pass(Duration::from_hours(7 * 24));
    let before = bench.stored();
    let seen = bench.seen(bench.get(ALICE).with_header("accept", "application/json")).await;
    assert_eq!((seen.status, &*seen.problem()), (410, "expired"));
    assert_eq!(bench.stored(), before, "the sweep closes it");
}
