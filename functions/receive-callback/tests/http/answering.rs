//! Answers that are taken.

use callback_bridge::{Answer, Refusal};
use serde_json::{Value, json};

use crate::bench::{ALICE, BOB, Bench, Sent};

fn outputs(bench: &Bench) -> Vec<Value> {
    let answers = bench.callbacks.answers().into_iter();
    answers
        .map(|answer| match answer {
            Answer::Success(output) => serde_json::from_str(output.as_json()).unwrap(),
            Answer::Failure(failure) => panic!("{failure:?}"),
        })
        .collect()
}

#[tokio::test]
async fn a_form_decides_and_the_task_is_answered_at_once() {
    let bench = Bench::new().await;
    let form = format!("choice=approve&comment=Fine+by+me.&shown={}", bench.stored().request.digest());
    let sent = Sent::new("POST", &bench.link_of(ALICE)).with_body("application/x-www-form-urlencoded", &form);
    let sent = sent.with_header("sec-fetch-site", "same-origin").with_header("origin", "null");
    let seen = bench.seen(sent.with_header("accept", "text/html")).await;
    assert_eq!((seen.status, &*seen.headers["content-type"]), (200, "text/html; charset=utf-8"));
    let [output] = &outputs(&bench)[..] else { panic!("one answer") };
    assert_eq!(output["decision"], "approved");
    assert_eq!((&output["answers"][0]["by"], &output["answers"][0]["comment"]), (&json!(ALICE), &json!("Fine by me.")));
    assert!(bench.stored().state.token.is_none());
}

#[tokio::test]
async fn json_decides_and_gets_json() {
    let bench = Bench::new().await;
    bench.seen(bench.post_json(ALICE, "reject")).await;
    let seen = bench.seen(bench.post_json(BOB, "reject")).await;
    assert_eq!((seen.status, &*seen.headers["content-type"]), (200, "application/json"));
    assert_eq!((&seen.json()["status"], &seen.json()["yourAnswer"]["by"]), (&json!("rejected"), &json!(BOB)));
    assert_eq!(outputs(&bench)[0]["decision"], "rejected");
}

#[tokio::test]
async fn an_answer_that_does_not_decide_is_recorded() {
    let bench = Bench::asking_both().await;
    let seen = bench.seen(bench.post_json(ALICE, "approve")).await;
    assert_eq!((seen.status, &seen.json()["status"]), (200, &json!("open")));
    assert_eq!(bench.stored().state.answers.len(), 1);
    assert!(outputs(&bench).is_empty());
}

#[tokio::test]
async fn the_same_answer_twice_is_recorded_once() {
    let bench = Bench::new().await;
    let sent = bench.post_json(ALICE, "approve");
    let first = bench.seen(sent.clone()).await;
    assert_eq!(first.status, 200);
    assert_eq!(bench.seen(sent).await, first);
    assert_eq!(outputs(&bench).len(), 1);
}

/// The page tells of the decision, and not of Step Functions.
#[tokio::test]
async fn an_answer_is_recorded_whatever_step_functions_says() {
    for refusal in [
        Refusal::TaskTimedOut,
        Refusal::Throttled { code: "ThrottlingException".to_owned() },
        Refusal::Denied { code: "AccessDeniedException".to_owned() },
    ] {
        let bench = Bench::new().await;
        let _told = bench.callbacks.clone().answering([Err(refusal)]);
        let seen = bench.seen(bench.post_json(ALICE, "approve")).await;
        assert_eq!((seen.status, &seen.json()["status"]), (200, &json!("approved")));
    }
}
