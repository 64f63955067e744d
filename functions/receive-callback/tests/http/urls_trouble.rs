//! URLs that are called while something else is in trouble: nobody is told what is not so.

use std::time::Duration;

use callback_bridge::Refusal;
use callbacks::{LateReason, test_util::Lost};
use serde_json::json;

use crate::urls::{ACCEPT, Told, Urls, error};

fn throttled() -> Refusal {
    Refusal::Throttled { code: "ThrottlingException".to_owned() }
}

fn approved() -> Vec<Told> {
    vec![Told::Success(json!({ "loan": 42 }))]
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_an_error_as_often_as_it_comes_and_is_told() {
    for (refusal, message) in [
        (Refusal::TaskTimedOut, "TaskTimedOut: "),
        (Refusal::TaskDoesNotExist, "TaskTimedOut: "),
        (Refusal::InvalidToken, "InvalidToken: "),
    ] {
        let urls = Urls::new().await;
        let _callbacks = urls.bench.callbacks.clone().answering([Err(refusal.clone())]);
        let first = urls.post("approve").await;
        assert_eq!(error(&first), (400, "StepFunctionsError".to_owned()));
        assert!(first.json()["message"].as_str().unwrap().starts_with(message), "{}", first.body);
        for method in ["POST", "GET"] {
            assert_eq!(urls.bench.seen(urls.to(method, "approve")).await, first, "{method} again");
        }
        for accept in ACCEPT {
            let seen = urls.bench.seen(urls.to("POST", "approve").with_header("accept", accept)).await;
            assert!(seen.status == 400 && seen.body.contains("StepFunctionsError"), "{}", seen.body);
        }
        let late: Vec<LateReason> = urls.bench.outside.late().into_iter().map(|late| late.reason).collect();
        assert_eq!(late, [LateReason::NobodyWaits], "{refusal}");
        assert_eq!(urls.told().len(), 1);
    }
}

#[tokio::test]
async fn a_heartbeat_that_nobody_waits_for_ends_the_callback() {
    for (refusal, message) in [
        (Refusal::TaskTimedOut, "TaskTimedOut: "),
        (Refusal::TaskDoesNotExist, "TaskTimedOut: "),
        (Refusal::InvalidToken, "InvalidToken: "),
    ] {
        let urls = Urls::new().await;
        let _callbacks = urls.bench.callbacks.clone().beating([Err(refusal)]);
        for name in ["still_here", "still_here", "approve"] {
            let seen = urls.post(name).await;
            assert_eq!(error(&seen), (400, "StepFunctionsError".to_owned()), "{name}");
            assert!(seen.json()["message"].as_str().unwrap().starts_with(message), "{}", seen.body);
        }
        assert_eq!((urls.bench.callbacks.heartbeats(), urls.told()), (1, vec![]));
        assert_eq!(urls.bench.outside.late().len(), 1, "the answer was late, and a heartbeat is none");
    }
}

/// Whoever has called has done their part.
#[tokio::test]
async fn an_answer_that_step_functions_does_not_take_yet_is_taken_and_the_sweep_tells_it() {
    for refusal in [
        throttled(),
        Refusal::Denied { code: "AccessDeniedException".to_owned() },
        Refusal::Unheard { reason: "no reply in time".to_owned() },
    ] {
        let urls = Urls::new().await;
        let _callbacks = urls.bench.callbacks.clone().answering([Err(refusal)]);
        let seen = urls.post("approve").await;
        assert_eq!((seen.status, seen.json()), (200, urls.taken("approve")));
        assert_eq!(urls.post("approve").await, seen);
        assert_eq!(error(&urls.post("reject").await).1, "StepFunctionsError");
        urls.bench.pass(Duration::from_mins(2));
        urls.bench.sweep().await;
        assert_eq!(urls.told(), [approved(), approved()].map(|mut told| told.remove(0)));
        assert_eq!(urls.post("approve").await, seen);
    }
}

#[tokio::test]
async fn a_heartbeat_that_step_functions_does_not_take_is_to_be_sent_again() {
    let urls = Urls::new().await;
    let before = urls.bench.stored();
    let _callbacks = urls.bench.callbacks.clone().beating([Err(throttled())]);
    let seen = urls.post("still_here").await;
    assert_eq!(error(&seen), (500, "ServiceError".to_owned()));
    assert!(seen.json()["message"].as_str().unwrap().ends_with("send it again"), "{}", seen.body);
    assert_eq!((urls.post("still_here").await.status, urls.bench.stored()), (200, before));
}

#[tokio::test]
async fn while_the_table_is_away_every_url_is_to_be_called_again() {
    let urls = Urls::new().await;
    let before = urls.bench.stored();
    urls.bench.table.fail_when(|_| true);
    for method in ["GET", "POST"] {
        for name in ["approve", "still_here"] {
            let seen = urls.bench.seen(urls.to(method, name)).await;
            assert_eq!(error(&seen), (500, "ServiceError".to_owned()), "{method} {name}");
        }
    }
    urls.bench.table.recover();
    assert_eq!((urls.bench.stored(), urls.bench.callbacks.calls()), (before, vec![]));
    assert_eq!(urls.post("approve").await.status, 200);
}

/// The callback and what its URL means are read, the answer is written, and then Step Functions is told, which is written, too.
#[tokio::test]
async fn wherever_the_table_goes_away_nobody_is_told_what_is_not_so() {
    for away_after in 0..8 {
        let urls = Urls::new().await;
        urls.bench.table.go_away_after(away_after);
        let seen = urls.post("approve").await;
        let recorded = urls.bench.stored().state.decision().is_some();
        match away_after {
            0..=2 => assert_eq!((error(&seen), recorded), ((500, "ServiceError".to_owned()), false)),
            _ => assert_eq!((seen.status, seen.json(), recorded), (200, urls.taken("approve"), true)),
        }
        urls.bench.table.recover();
        assert_eq!(urls.post("approve").await.json(), urls.taken("approve"), "away after {away_after} calls");
        // What the table was away for is told by the sweep.
        urls.bench.pass(Duration::from_mins(2));
        urls.bench.sweep().await;
        let told = urls.told();
        assert!(!told.is_empty() && told.iter().all(|told| *told == approved()[0]), "{told:?}");
        assert!(urls.bench.stored().state.token.is_none(), "away after {away_after} calls");
        assert!(urls.bench.outside.late().is_empty());
    }
}

#[tokio::test]
async fn whether_an_answer_is_there_is_not_known_when_the_reply_to_its_write_is_lost() {
    for lost in [Lost::Written, Lost::NotWritten] {
        let urls = Urls::new().await;
        urls.bench.lose([lost]);
        let seen = urls.post("approve").await;
        assert_eq!(error(&seen), (500, "ServiceError".to_owned()));
        assert_eq!(seen.json()["message"], "whether it is recorded is not known: try again");
        assert_eq!(urls.post("approve").await.status, 200, "{lost:?}");
        urls.bench.pass(Duration::from_mins(2));
        urls.bench.sweep().await;
        assert_eq!(urls.told(), approved());
    }
}

#[tokio::test]
async fn a_late_answer_that_cannot_be_told_is_to_be_sent_again() {
    let urls = Urls::new().await;
    urls.post("approve").await;
    urls.bench.outside.fail_reports();
    assert_eq!(error(&urls.post("reject").await), (500, "ServiceError".to_owned()));
    urls.bench.outside.recover();
    assert_eq!(error(&urls.post("reject").await), (400, "StepFunctionsError".to_owned()));
    assert_eq!(urls.bench.outside.late().len(), 1);
}
