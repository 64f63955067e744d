//! Alarms of approvals: of those who ask, those who look after what is asked, and the door.

use std::time::Duration;

use aws_sdk_sfn::types::ExecutionStatus;
use callback_bridge_local::{CallFault, Fault};
use serde_json::json;

use super::{AGAIN, QUICK, sweep};
use crate::{
    approvals::{People, stack},
    bench::{PATIENCE, run},
    mails::SENDING,
    stored::{is_at_rest, pass},
    watch::Watch,
};

/// What `SweepAgeAlarmSeconds` is by default, and a little more.
const LATE: Duration = Duration::from_secs(330);

/// Asks alice, and waits until nobody works on it any more.
async fn ask_alice(people: &People<'_>) -> String {
    let execution = people.ask(&["alice"], json!({})).await;
    is_at_rest(people.sample).await;
    execution
}

#[test]
fn a_good_approval_raises_no_alarm() {
    run(stack("no-alarm-approval"), QUICK, async |sample| {
        let (mut watch, people) = (Watch::new(sample, []), People::of(sample));
        let execution = ask_alice(&people).await;
        watch.look().await;
        assert_eq!(sweep(sample).await.error, None);
        people.decide("alice", "approve", "").await;
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
        assert_eq!(sweep(sample).await.error, None);
        watch.look().await;
        assert_eq!(watch.raised(), [""; 0]);
        assert_eq!(watch.raised_within(5), [""; 0], "the sweep comes every minute");
    });
}

#[test]
fn a_question_that_nobody_receives_raises_the_alarm_of_its_age() {
    let threshold = ("MessageAgeAlarmSeconds", "1");
    run(stack("old-question").held().parameter(threshold.0, threshold.1), QUICK, async |sample| {
        let (mut watch, people) = (Watch::new(sample, [threshold]), People::of(sample));
        people.ask(&["alice"], json!({})).await;
        watch.until_raised("OpenCallbackAgeAlarm").await;
        assert_eq!(watch.raised(), ["OpenCallbackAgeAlarm"], "nobody is asked");
        sample.bridge.receive().await.unwrap();
        people.link_of("alice").await;
    });
}

/// A decision is kept, and told again; it is told when the key is there again.
#[test]
fn a_decision_that_step_functions_does_not_take_raises_alarms_and_is_told_in_the_end() {
    run(stack("untold"), QUICK, async |sample| {
        let (watch, people) = (Watch::new(sample, []), People::of(sample));
        let execution = ask_alice(&people).await;
        let denied = CallFault::refuse(400, "KmsInvalidStateException");
        let denied = sample.bridge.proxy().faults().inject_lasting("SendTaskSuccess", denied);
        assert_eq!(people.decide("alice", "approve", "").await.status, 200);
        assert_eq!(watch.raised(), [""; 0], "the sweep will tell it");
        pass(sample, AGAIN).await;
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(watch.raised(), ["SweepCallbacksDeniedAlarm"], "it is young");
        pass(sample, LATE).await;
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(watch.raised(), ["SettleFailingAlarm", "SweepCallbacksDeniedAlarm"]);
        denied.take_back();
        pass(sample, AGAIN).await;
        assert_eq!(sweep(sample).await.error, None);
        let ended = sample.end_of(&execution, PATIENCE).await.unwrap();
        assert_eq!(ended.output.unwrap()["decision"], "approved");
    });
}

#[test]
fn a_notice_that_does_not_go_out_again_raises_the_alarm_of_notices() {
    run(stack("unsent"), QUICK, async |sample| {
        let (watch, people) = (Watch::new(sample, []), People::of(sample));
        let refused = CallFault::refuse(400, "MessageRejected");
        let refused = sample.bridge.proxy().faults().inject_lasting(SENDING, refused);
        ask_alice(&people).await;
        assert_eq!(watch.raised(), [""; 0], "it is tried again first");
        pass(sample, AGAIN).await;
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(watch.raised(), ["NotifyFailingAlarm"]);
        assert!(people.mails_to("alice").await.is_empty());
        refused.take_back();
        pass(sample, AGAIN * 2).await;
        assert_eq!(sweep(sample).await.error, None);
        people.link_of("alice").await;
    });
}

#[test]
fn what_was_due_for_long_raises_the_alarm_of_its_age_when_it_goes_on() {
    run(stack("late-sweep"), QUICK, async |sample| {
        let (watch, people) = (Watch::new(sample, []), People::of(sample));
        let busy = sample.bridge.proxy().faults().inject_lasting(SENDING, CallFault::refuse(400, "MessageRejected"));
        ask_alice(&people).await;
        busy.take_back();
        pass(sample, LATE + AGAIN).await;
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(watch.raised(), [""; 0], "once may be by chance");
        assert_eq!(watch.raised_within(2), ["OldestDueAlarm"]);
    });
}

#[test]
fn without_a_sweep_for_five_minutes_an_alarm_is_raised_and_failed_ones_do_not_count() {
    run(stack("no-sweep"), QUICK, async |sample| {
        let (mut watch, people) = (Watch::new(sample, []), People::of(sample));
        ask_alice(&people).await;
        watch.look().await;
        assert_eq!(watch.raised_within(4), [""; 0]);
        assert_eq!(watch.raised_within(5), ["SweepAbsentAlarm"], "nobody sweeps");
        let trouble = CallFault::refuse(400, "AccessDeniedException");
        let trouble = sample.bridge.proxy().faults().inject_lasting("Query", trouble);
        assert_eq!(sweep(sample).await.error.unwrap().error_type, "Bridge.TableUnavailable");
        assert_eq!(watch.raised_within(5), ["SweepAbsentAlarm"], "every sweep fails");
        trouble.take_back();
        assert_eq!(sweep(sample).await.error, None);
        assert_eq!(watch.raised_within(5), [""; 0]);
    });
}

#[test]
fn a_table_in_trouble_behind_the_door_raises_an_alarm() {
    run(stack("door-trouble"), QUICK, async |sample| {
        let (watch, people) = (Watch::new(sample, []), People::of(sample));
        ask_alice(&people).await;
        let link = people.link_of("alice").await;
        sample.bridge.proxy().faults().inject("Query", CallFault::refuse(400, "AccessDeniedException"));
        assert_eq!(people.browser.open(&link).await.unwrap().status, 503);
        assert_eq!(watch.raised(), ["LinkFailingAlarm", "ReceiveCallbackTroubleAlarm"]);
        assert_eq!(people.browser.open(&link).await.unwrap().status, 200);
    });
}

/// It cannot tell by itself that it was killed, or that it could not start.
#[test]
fn a_door_that_is_dead_raises_an_alarm() {
    run(stack("door-dead"), QUICK, async |sample| {
        let (watch, people) = (Watch::new(sample, []), People::of(sample));
        ask_alice(&people).await;
        let link = people.link_of("alice").await;
        let door = &sample.bridge.function("ReceiveCallbackFunction").unwrap().name;
        sample.bridge.host().faults().inject(door, Fault::KillBeforeWork);
        assert_eq!(people.browser.open(&link).await.unwrap().status, 500);
        assert_eq!(watch.raised(), ["LinkFailingAlarm"]);
        assert_eq!(people.browser.open(&link).await.unwrap().status, 200);
    });
}

#[test]
fn many_links_that_lead_nowhere_raise_an_alarm_and_one_does_not() {
    let threshold = ("UnknownLinkAlarmCount", "2");
    run(stack("guesses").parameter(threshold.0, threshold.1), QUICK, async |sample| {
        let (watch, people) = (Watch::new(sample, [threshold]), People::of(sample));
        let guess = format!("{}/c/AAAAAAAAAAAAAAAAAAAAAA.0.AAAAAAAAAAAAAAAAAAAAAA", sample.bridge.api_url());
        assert_eq!(people.browser.open(&guess).await.unwrap().status, 404);
        assert_eq!(watch.raised(), [""; 0]);
        // So many that they are enough in one of two periods, if one ends meanwhile.
        for _ in 0..5 {
            assert_eq!(people.browser.open(&guess).await.unwrap().status, 404);
        }
        assert_eq!(watch.raised(), ["UnknownLinkAlarm"]);
    });
}
