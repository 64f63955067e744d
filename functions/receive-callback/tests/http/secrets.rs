//! What is in no response and in no log line: tokens, and what makes a link.

use callback_bridge::Refusal;
use callbacks::test_util::Lost;

use crate::{
    bench::{ALICE, BOB, Bench, Sent, TOKEN},
    log,
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
    bench.table.go_away();
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
