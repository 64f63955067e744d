//! People who have to sign in: an answer is of whoever did, by a claim of their token.

use receive_callback::Config;
use serde_json::json;

use crate::bench::{ALICE, BOB, Bench};

async fn bench(approvals: &str) -> Bench {
    let config = Config { person_claim: Some("email".to_owned()), ..Config::default() };
    Bench::asking(json!({ "policy": { "approvals": approvals } }), config).await
}

#[tokio::test]
async fn an_answer_is_of_whoever_signed_in() {
    let bench = bench("any").await;
    let sent = bench.post_json(ALICE, "approve").with_claims(json!({ "email": " dora@example.com ", "sub": "42" }));
    assert_eq!(bench.seen(sent).await.status, 200);
    assert_eq!(bench.stored().state.answers[&0].by, "dora@example.com");
}

#[tokio::test]
async fn claims_are_nothing_where_nobody_has_to_sign_in() {
    let bench = Bench::new().await;
    let sent = bench.post_json(ALICE, "approve").with_claims(json!({ "email": "dora@example.com" }));
    assert_eq!(bench.seen(sent).await.status, 200);
    assert_eq!(bench.stored().state.answers[&0].by, ALICE);
}

#[tokio::test]
async fn without_a_usable_claim_nothing_is_taken_and_the_table_is_not_asked() {
    let bench = bench("any").await;
    let sent = bench.post_json(ALICE, "approve");
    let calls = bench.table.calls();
    for sent in [
        sent.clone(),
        sent.clone().with_claims(json!({})),
        sent.clone().with_claims(json!({ "sub": "dora@example.com" })),
        sent.clone().with_claims(json!({ "email": "" })),
        sent.clone().with_claims(json!({ "email": "dora@example.com", "email_verified": "false" })),
        sent.clone().with_claims(json!({ "email": "  " })),
        sent.clone().with_claims(json!({ "email": "x".repeat(255) })),
        // Only what API Gateway has verified counts.
        sent.clone().with_header("email", "dora@example.com").with_header("authorization", "Bearer dora@example.com"),
    ] {
        let seen = bench.seen(sent).await;
        assert_eq!((seen.status, &*seen.problem()), (403, "unknown-person"));
        assert_eq!(bench.table.calls(), calls);
    }
    let longest = bench.seen(sent.with_claims(json!({ "email": "é".repeat(254) }))).await;
    assert_eq!(longest.status, 200, "{}", longest.body);
}

#[tokio::test]
async fn whoever_requested_it_decides_nothing_by_the_link_of_another() {
    let bench = bench("any").await;
    let sent = bench.post_json(ALICE, "approve").with_claims(json!({ "email": "Carol@Example.com" }));
    let seen = bench.seen(sent).await;
    assert_eq!((seen.status, &*seen.problem()), (422, "own-request"));
    assert!(bench.stored().state.answers.is_empty());
}

#[tokio::test]
async fn one_person_counts_once_by_however_many_links() {
    let bench = bench("all").await;
    let claims = json!({ "email": "dora@example.com" });
    assert_eq!(bench.seen(bench.post_json(ALICE, "approve").with_claims(claims.clone())).await.status, 200);
    let seen = bench.seen(bench.post_json(BOB, "approve").with_claims(claims)).await;
    assert_eq!((seen.status, &*seen.problem()), (409, "answered-by-another-link"));
    assert_eq!(bench.stored().state.answers.len(), 1);
    assert!(bench.callbacks.answers().is_empty());
}

#[tokio::test]
async fn a_page_is_shown_to_whoever_has_the_link() {
    let bench = bench("any").await;
    assert_eq!(bench.seen(bench.get(ALICE)).await.status, 200, "API Gateway lets nobody in who has not signed in");
}
