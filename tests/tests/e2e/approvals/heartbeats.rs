//! A task that waits for people is kept alive by the sweep.

use std::time::Duration;

use callback_bridge::Disposition;
use callbacks::Status;
use serde_json::json;

use super::bench::{People, run, shows};
use crate::bench::replies;

/// A state with this heartbeat, which its message repeats.
async fn ask(people: &People<'_>, name: &str) -> String {
    let message = json!({ "heartbeatSeconds": 180, "approval": people.question(&[name], json!({})) });
    people.send_in(json!({ "HeartbeatSeconds": 180 }), message).await
}

/// How Step Functions has replied to heartbeats: the error codes, where they are no successes.
fn beats(people: &People<'_>) -> Vec<Option<String>> {
    replies(people.sample, "SendTaskHeartbeat")
}

#[test]
fn the_sweep_beats_every_third_of_the_heartbeat() {
    run("heartbeat", async |people| {
        let execution = ask(people, "alice").await;
        let link = people.asked("alice").await;
        let minute = Duration::from_mins(1);
        assert_eq!((people.sweep().await, beats(people).len()), (0, 0), "it is too early");
        for beat in 1..=2 {
            people.time_passes(&link, minute).await;
            assert_eq!([people.sweep().await, people.sweep().await], [1, 0]);
            assert_eq!(beats(people), vec![None; beat]);
        }
        people.decide("alice", "approve", "").await;
        people.succeeds(&execution).await;
        assert_eq!((people.sweep().await, beats(people).len()), (0, 2));
    });
}

#[test]
fn a_heartbeat_that_nobody_waits_for_closes_the_question() {
    run("heartbeat-closed", async |people| {
        let execution = ask(people, "alice").await;
        let link = people.asked("alice").await;
        let form = people.open("alice").await;
        people.sample.bridge.sfn().stop_execution().execution_arn(&execution).send().await.unwrap();
        people.time_passes(&link, Duration::from_mins(1)).await;
        assert_eq!(people.sweep().await, 1);
        assert_eq!(beats(people).len(), 1);
        assert!(beats(people)[0].is_some(), "it is refused");
        let status = people.callback(&link).await.state.status;
        assert!(
            matches!(status, Status::Settled { decision: None, disposition: Disposition::Closed, .. }),
            "{status:?}"
        );
        shows(&people.open("alice").await, 410, &["Nobody waits for this decision any more"]);
        shows(&people.fill_in(&form, "approve", "").await, 410, &["Nobody waits for this decision any more"]);
    });
}
