//! What is in no response and in no log line: tokens, and what makes a link.

use callback_bridge::{Refusal, test_util::log};
use callbacks::test_util::Lost;
use serde_json::json;

use crate::{
    bench::{ALICE, BOB, Bench, Sent, TOKEN},
    provider::{NEW, behind, called, link, payment, posts, signed},
    urls::{ACCEPT, Urls},
};

#[tokio::test]
async fn no_response_and_no_log_line_has_a_token_or_a_link() {
    let bench = Bench::asking_both().await;
    let _throttled =
        bench.callbacks.clone().answering([Err(Refusal::Throttled { code: "ThrottlingException".to_owned() })]);
    let forged = format!("{}x", bench.link_of(ALICE));
    let mut responses = Vec::new();
    for accept in ["text/html", "application/json"] {
        for sent in [
            bench.get(ALICE),
            bench.get(ALICE).with_method("HEAD"),
            bench.get(ALICE).with_method("DELETE"),
            Sent::new("GET", &forged),
            bench.post(ALICE, ""),
            bench.post(ALICE, "approve").with_header("sec-fetch-site", "cross-site"),
        ] {
            responses.push(bench.seen(sent.with_header("accept", accept)).await);
        }
    }
    bench.lose([Lost::NotWritten]);
    for (address, choice) in
        [(ALICE, "approve"), (ALICE, "approve"), (ALICE, "reject"), (BOB, "approve"), (BOB, "approve")]
    {
        responses.push(bench.seen(bench.post(address, choice)).await);
    }
    let sent = bench.get(ALICE);
    bench.table.fail_when(|_| true);
    responses.push(bench.seen(sent).await);
    let log = log::lines();
    for told in ["a request was answered", "an answer is recorded", "an answer was not taken", "not known", "followed"]
    {
        assert!(log.contains(told), "{told}: {log}");
    }
    let mac = |address: &str| bench.link_of(address).rsplit('.').next().unwrap().to_owned();
    let responses = format!("{responses:?}");
    for secret in [TOKEN.to_owned(), mac(ALICE), mac(BOB)] {
        assert!(!log.contains(&secret), "{log}");
        assert!(!responses.contains(&secret), "{responses}");
    }
    assert!(!responses.contains("/c/"), "a page does not know its own link");
}

#[tokio::test]
async fn no_reply_to_a_machine_and_no_log_line_has_a_token_a_link_or_a_signature() {
    let bench = called().await;
    let (link, key) = (link(&bench), "the idempotency key of this test");
    let event = signed(&bench, NEW, "evt_1", &payment("p1", "paid"));
    let signature = event.header("webhook-signature").to_owned();
    let mut replies = Vec::new();
    for sent in [
        Sent::new("GET", &link),
        behind("GET", &link, "answer"),
        behind("GET", &link, "elsewhere"),
        behind("DELETE", &link, "answer"),
        behind("POST", &format!("{link}x"), "heartbeat"),
        behind("POST", &link, "heartbeat").with_header("idempotency-key", key),
        posts(&bench, "answer", &json!({ "status": "unheard of" })),
        signed(&bench, NEW, "evt_0", &payment("p2", "paid")),
        event.clone().with_header("webhook-id", "evt_2"),
        event,
        posts(&bench, "success", &json!({ "output": "the output of this test" })),
    ] {
        replies.push(bench.seen(sent).await);
    }
    bench.table.fail_when(|_| true);
    replies.push(bench.seen(behind("GET", &link, "answer")).await);
    let log = log::lines();
    for told in ["a machine was heard", "a machine came too late", "an event was refused", "followed"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    let replies = format!("{replies:?}");
    let mac = link.rsplit('.').next().unwrap();
    for secret in [TOKEN, mac, &signature, signature.trim_start_matches("v1,"), NEW, key, "the output of this test"] {
        assert!(!log.contains(secret), "{secret}");
        assert!(!replies.contains(secret), "{replies}");
    }
}

#[tokio::test]
async fn no_reply_to_the_call_of_a_url_and_no_log_line_has_a_token_a_link_or_what_was_answered() {
    let urls = Urls::ordered(json!({
        "actions": [
            { "name": "pay", "type": "success", "output": { "by": "$who", "more": "the output of this url" } },
            { "name": "stop", "type": "failure", "cause": "the cause of this url" },
            { "name": "beat", "type": "heartbeat" },
        ],
        "enable_output_parameters": true,
    }))
    .await;
    let mut replies = Vec::new();
    for accept in ACCEPT {
        for sent in [
            urls.with_parameters("GET", "pay", "who=the+caller+of+this+url"),
            urls.to("HEAD", "stop"),
            urls.to("DELETE", "stop"),
            urls.to("POST", "pay"),
            urls.to("POST", "stop").with_query("action=pay"),
            urls.to("POST", "beat"),
        ] {
            replies.push(urls.bench.seen(sent.with_header("accept", accept)).await);
        }
    }
    for sent in [
        urls.with_parameters("POST", "pay", "who=the+caller+of+this+url"),
        urls.with_parameters("POST", "pay", "who=the+caller+of+this+url"),
        urls.to("POST", "stop"),
        crate::urls::sent("POST", &format!("{}x", urls.link("stop"))),
    ] {
        replies.push(urls.bench.seen(sent).await);
    }
    urls.bench.table.fail_when(|_| true);
    replies.push(urls.bench.seen(urls.to("POST", "stop")).await);
    let log = log::lines();
    for told in ["a URL was called", "a URL was called too late", "a URL cannot be followed"] {
        assert!(log.contains(told), "{told}: {log}");
    }
    let replies = format!("{replies:?}");
    let mac = |name: &str| urls.link(name).rsplit('.').next().unwrap().to_owned();
    let said = ["the output of this url", "the cause of this url"].map(str::to_owned);
    for secret in [TOKEN.to_owned(), mac("pay"), mac("stop"), mac("beat")].into_iter().chain(said) {
        assert!(!log.contains(&secret), "{secret}");
        assert!(!replies.contains(&secret), "{replies}");
    }
    // Who is asked whether that is to be sent sees what it is.
    let caller = "the caller of this url";
    assert!(!log.contains(caller) && replies.matches(caller).count() == 1, "{replies}");
    assert!(!replies.contains("/u/"), "a page does not know its own link");
}
