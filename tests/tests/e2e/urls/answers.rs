//! What URLs do: nothing by GET, and what their actions say by POST.

use aws_sdk_sfn::types::ExecutionStatus;
use serde_json::json;

use super::bench::{run, stack};

#[test]
fn to_open_a_url_does_nothing_and_to_post_to_it_answers_the_task() {
    run(stack("urls-success"), async |urls| {
        let actions = json!([{ "name": "approve", "type": "success", "output": { "by": "Ann", "list": [1, null] } }]);
        let (waiting, created) = urls.created(actions).await;
        let url = &created["urls"]["approve"];
        for accept in ["text/html", "application/json", "text/plain", "*/*"] {
            for _ in 0..2 {
                let opened = urls.sent(urls.client.get(url.as_str().unwrap()).header("accept", accept)).await;
                assert!(opened.status == 200 && opened.body.contains("approve"), "{opened:?}");
            }
            let head = urls.sent(urls.client.head(url.as_str().unwrap()).header("accept", accept)).await;
            assert_eq!((head.status, &*head.body), (200, ""));
        }
        assert!(urls.is_running(&waiting).await);
        let posted = urls.post(url).await;
        let expected = json!({
            "transaction_id": created["transaction_id"], "action": { "name": "approve", "type": "success" },
        });
        assert_eq!((posted.status, posted.json()), (200, expected));
        let ended = urls.end_of(&waiting).await;
        assert_eq!(
            (ended.status, ended.output),
            (ExecutionStatus::Succeeded, Some(json!({ "by": "Ann", "list": [1, null] })))
        );
    });
}

#[test]
fn a_failure_has_the_error_and_the_cause_that_its_action_says_or_none() {
    run(stack("urls-failure"), async |urls| {
        for (action, error, cause) in [
            (json!({ "error": "rejected", "cause": "Ann rejected it" }), Some("rejected"), Some("Ann rejected it")),
            (json!({ "error": "States.Timeout" }), Some("States.Timeout"), None),
            (json!({}), None, None),
        ] {
            let mut action = action;
            action["name"] = "reject".into();
            action["type"] = "failure".into();
            let (waiting, created) = urls.created(json!([action])).await;
            assert_eq!(urls.post(&created["urls"]["reject"]).await.status, 200);
            let ended = urls.end_of(&waiting).await;
            assert_eq!(ended.status, ExecutionStatus::Failed);
            assert_eq!((ended.error.as_deref(), ended.cause.as_deref()), (error, cause), "{action}");
        }
    });
}

#[test]
fn a_heartbeat_keeps_the_task_alive_as_often_as_it_is_sent() {
    run(stack("urls-heartbeat"), async |urls| {
        let actions = json!([
            { "name": "alive", "type": "heartbeat", "response": { "json": { "ekg": "thump" } } },
            { "name": "done", "type": "success", "output": "done" },
        ]);
        let (waiting, created) = urls.created(actions).await;
        for _ in 0..3 {
            let beaten = urls.post(&created["urls"]["alive"]).await;
            assert_eq!((beaten.status, beaten.json()), (200, json!({ "ekg": "thump" })));
        }
        assert_eq!(urls.beats(), [None, None, None], "Step Functions has taken each");
        assert!(urls.is_running(&waiting).await);
        assert_eq!(urls.post(&created["urls"]["done"]).await.status, 200);
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!("done")));
        assert_eq!(urls.post(&created["urls"]["alive"]).await.error(), (400, "StepFunctionsError".to_owned()));
    });
}

#[test]
fn an_execution_that_has_ended_in_another_way_is_told() {
    run(stack("urls-ended"), async |urls| {
        let actions = json!([
            { "name": "approve", "type": "success", "output": 1 }, { "name": "alive", "type": "heartbeat" },
        ]);
        let (waiting, created) = urls.created(actions).await;
        urls.stop(&waiting).await;
        let posted = urls.post(&created["urls"]["approve"]).await;
        assert_eq!(posted.error(), (400, "StepFunctionsError".to_owned()));
        assert!(posted.json()["message"].as_str().unwrap().starts_with("TaskTimedOut"), "{posted:?}");
        assert_eq!(urls.post(&created["urls"]["alive"]).await.error(), (400, "StepFunctionsError".to_owned()));
    });
}
