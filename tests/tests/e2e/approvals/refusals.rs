//! What cannot be asked fails its task, and says which field is wrong.

use serde_json::json;

use super::bench::run;

#[test]
fn a_question_that_cannot_be_asked_fails_the_task_by_the_name_of_its_field() {
    run("invalid", async |people| {
        let question = |approval| people.question(&["alice"], approval);
        let too_long = question(json!({ "deadline": { "afterSeconds": 3421 } }));
        let elsewhere = json!({ "input": { "approval": question(json!({})) } });
        for (message, field) in [
            (json!({ "approval": question(json!({ "colour": "red" })) }), "approval.colour"),
            (json!({ "approval": question(json!({ "approvers": [] })) }), "approval.approvers"),
            (json!({ "approval": too_long, "timeoutSeconds": 3600 }), "approval.deadline.afterSeconds"),
            (json!({ "approval": question(json!({})), "heartbeatSeconds": 60 }), "heartbeatSeconds"),
            // What the user of a worker says is no question.
            (elsewhere, "approval"),
        ] {
            let execution = people.send(message).await;
            let cause = people.fails(&execution, "Bridge.InvalidInput").await;
            assert_eq!(cause["field"], field, "{cause}");
            assert!(cause["message"].as_str().unwrap().contains(field), "{cause}");
        }
        assert_eq!((people.mails().await, people.items().await), (vec![], vec![]));
    });
}
