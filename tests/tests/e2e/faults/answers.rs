//! What happens to an answer on its way.

use callback_bridge_local::{CallEvent, CallFault, Fault};
use serde_json::json;

use super::{
    ANSWERED, DROPPED, INQUIRY, QUICK, accepted, deliveries, fails, inject, inject_call, inject_lasting_call,
    inquiries, logged, logged_once, start, succeeds,
};
use crate::bench::{PATIENCE, input, replies, run, stack};

#[test]
fn an_answer_that_is_throttled_is_sent_again_in_place() {
    run(stack("throttled"), QUICK, async |sample| {
        (0..3).for_each(|_| inject_call(sample, "SendTaskSuccess", CallFault::throttle()));
        inject_call(sample, "SendTaskFailure", CallFault::throttle());
        let good = start(sample).await;
        succeeds(sample, &good).await;
        let declined = sample.start_execution(&input("declined")).await.unwrap();
        fails(sample, &declined, "Credit.Declined").await;
        let lines = logged(sample, ANSWERED).await;
        let tries: Vec<_> = lines.iter().map(|line| (&line["task.answer"], &line["settle.tries"])).collect();
        assert_eq!(tries, [(&json!("success"), &json!(4)), (&json!("failure"), &json!(2))]);
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (2, 2), 2));
    });
}

#[test]
fn an_answer_that_is_throttled_to_the_end_is_given_with_the_next_delivery() {
    let stack = stack("throttled-to-the-end").parameter("CheckCreditTimeoutSeconds", "5");
    run(stack, QUICK, async |sample| {
        let throttled = inject_lasting_call(sample, "SendTaskSuccess", CallFault::throttle());
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        let kept = logged(sample, "Step Functions did not take the answer before the function's time ran out").await;
        assert!(kept[0]["settle.tries"].as_u64() > Some(1), "{kept:?}");
        assert_eq!(kept[0]["disposition"], "retry");
        throttled.take_back();
        succeeds(sample, &execution).await;
        assert_eq!((deliveries(sample), accepted(sample)), (2, 1));
        assert_eq!(inquiries(sample), (2, 1), "the work is done again, and the bureau knows that");
    });
}

#[test]
fn an_answer_that_does_not_arrive_is_sent_again_in_place() {
    run(stack("reset-before"), QUICK, async |sample| {
        inject_call(sample, "SendTaskSuccess", CallFault::ResetBeforeCall);
        inject_call(sample, "SendTaskSuccess", CallFault::refuse(500, "InternalServerError"));
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let answered = logged_once(sample, ANSWERED).await;
        assert_eq!((&answered["disposition"], &answered["settle.tries"]), (&json!("settled"), &json!(3)));
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (1, (1, 1), 1));
    });
}

/// The second try is told what somebody is told who comes too late. Here that was we ourselves.
#[test]
fn an_answer_whose_reply_is_lost_is_not_taken_for_late() {
    run(stack("reset-after"), QUICK, async |sample| {
        inject_call(sample, "SendTaskSuccess", CallFault::ResetBeforeReply);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let unknown = logged_once(sample, "nobody waits any more; an earlier, unheard try may have been taken").await;
        assert_eq!((&unknown["disposition"], &unknown["settle.tries"]), (&json!("unknown"), &json!(2)));
        assert_eq!(replies(sample, "SendTaskSuccess"), [None, Some("TaskTimedOut".to_owned())]);
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (1, (1, 1), 1));
    });
}

#[test]
fn an_answer_whose_reply_never_comes_is_found_taken_by_the_next_delivery() {
    let stack = stack("no-reply").parameter("CheckCreditTimeoutSeconds", "5");
    run(stack, QUICK, async |sample| {
        let held = inject_lasting_call(sample, "SendTaskSuccess", CallFault::HoldReply);
        inject(sample, Fault::ComeAgainAtOnce);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        assert_eq!(logged_once(sample, DROPPED).await["disposition"], "closed");
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (2, (1, 1), 1));
        held.take_back();
    });
}

#[test]
fn a_reply_that_is_slow_is_waited_for() {
    run(stack("slow-reply"), QUICK, async |sample| {
        let slow = CallFault::SlowReply(std::time::Duration::from_millis(500));
        inject_call(sample, "SendTaskSuccess", slow);
        let execution = start(sample).await;
        succeeds(sample, &execution).await;
        let answered = logged_once(sample, ANSWERED).await;
        assert_eq!(answered["settle.tries"], 1);
        assert!(answered["duration_ms"].as_u64() >= Some(500), "{answered}");
    });
}

#[test]
fn a_heartbeat_that_is_throttled_does_not_end_the_work() {
    let stack = stack("throttled-beat").parameter("CreditCheckHeartbeatSeconds", "6");
    run(stack, QUICK, async |sample| {
        let working = sample.bureau_proxy.faults().inject_lasting(INQUIRY, CallFault::HoldReply);
        inject_call(sample, "SendTaskHeartbeat", CallFault::throttle());
        let mut calls = sample.bridge.proxy().calls().reader();
        let execution = start(sample).await;
        let beaten = CallEvent::Replied { status: 200, error: None };
        calls.find(PATIENCE, |call| &*call.operation == "SendTaskHeartbeat" && call.what == beaten).await.unwrap();
        working.take_back();
        succeeds(sample, &execution).await;
        let refused = logged_once(sample, "a heartbeat was not accepted; the work goes on").await;
        assert_eq!(refused["disposition"], "retry");
        assert_eq!((deliveries(sample), inquiries(sample), accepted(sample)), (1, (1, 1), 1));
    });
}
