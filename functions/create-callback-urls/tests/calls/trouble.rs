//! A table in trouble: whoever calls is told to call again, and no more.

use callbacks::test_util::Lost;
use serde_json::json;

use crate::bench::{Bench, TOKEN, order, request, urls};

#[tokio::test]
async fn while_the_table_is_away_the_call_is_to_be_made_again_and_nothing_leaks() {
    let event = order(json!({}));
    // What the URLs mean is written, and then a new task is parked, or one that is there is read.
    for (there, away_after) in [(false, 0), (false, 1), (true, 0), (true, 1), (true, 2)] {
        for by_request in [false, true] {
            let bench = Bench::new();
            if there {
                bench.called(&event).await;
            }
            bench.table.go_away_after(away_after);
            let body = if by_request {
                let (status, body) = bench.asked(&request(&event.to_string())).await;
                assert_eq!(status, 500);
                body
            } else {
                bench.called(&event).await
            };
            let message = "the table of callbacks is in trouble: call again";
            assert_eq!(body, json!({ "error": "ServiceError", "message": message }), "{there} {away_after}");
            bench.table.recover();
            let reply = bench.called(&event).await;
            bench.leads_to(&urls(&reply)["go_on"]).await;
        }
    }
}

#[tokio::test]
async fn a_call_whose_write_was_not_heard_of_can_be_made_again() {
    for lost in [Lost::Written, Lost::NotWritten] {
        let bench = Bench::new();
        drop(bench.table.clone().losing([lost]));
        let reply = bench.called(&order(json!({}))).await;
        assert_eq!(reply["error"], "ServiceError");
        assert!(!reply.to_string().contains(TOKEN), "{reply}");
        let reply = bench.called(&order(json!({}))).await;
        bench.leads_to(&urls(&reply)["go_on"]).await;
    }
}
