//! Sweeps and withdrawals over a table in memory.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "sweeping/orders.rs"]
mod orders;

use std::{fs, future::pending, path::Path, time::Duration};

use callback_bridge::{
    Answer, InvalidField, Refusal, TaskContext, TaskToken,
    test_util::{RecordingCallbacks, invocation},
};
use callbacks::{
    Approval, Ask, CallError, CallReply, CallbackId, Clock, Desk, LinkKeys, Nobody, Notifier, NotifyError, Outbound,
    Outcome, OutgoingCall, OutgoingNotice, Outside, State, Status, Waiting, Webhook, Webhooks,
    test_util::{Lost, MemoryStore, RecordingOutside, StoppedClock, TableCall},
};
use lambda_runtime::Diagnostic;
use serde_json::{Value, json};
use sweep_callbacks::{SweepCallbacks, SweepFailed};

/// The token of the sample events.
const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAAAAAAexample+token/1=";

struct Bench {
    store: MemoryStore,
    callbacks: RecordingCallbacks,
    outside: RecordingOutside,
    clock: StoppedClock,
}

impl Bench {
    fn new() -> Self {
        let clock = StoppedClock::at("2026-11-22T10:00:00Z".parse().unwrap());
        let (callbacks, outside) = (RecordingCallbacks::default(), RecordingOutside::default());
        Self { store: MemoryStore::default(), callbacks, outside, clock }
    }

    fn desk<O: Outside>(&self, outside: O) -> Desk<MemoryStore, RecordingCallbacks, O, StoppedClock> {
        let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
        Desk::new(self.store.clone(), self.callbacks.clone(), outside, self.clock.clone(), keys)
    }

    /// Parks a task with a question to Alice, open for a week.
    async fn opened(&self, token: &str) -> CallbackId {
        let approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
        self.opened_with(token, None, Ask::Approval(Approval::read(approval).unwrap())).await
    }

    async fn opened_with(&self, token: &str, heartbeat: Option<Duration>, ask: Ask) -> CallbackId {
        let token = TaskToken::new(token).unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: self.clock.now(),
            heartbeat,
            timeout: None,
        };
        self.desk(self.outside.clone()).open(token, waiting, ask).await.unwrap()
    }

    /// Parks so many that a sweep cannot begin with all of them at once; nobody is told yet.
    async fn opened_many(&self) {
        self.outside.fail("alice@example.com");
        for number in 0..300 {
            self.opened(&format!("token {number}")).await;
        }
        self.clock.advance(Duration::from_hours(1));
    }

    async fn handle(&self, event: Value) -> Result<Value, SweepFailed> {
        let sweep = SweepCallbacks::new(self.desk(self.outside.clone()));
        let report = sweep.handle(event, invocation(Duration::from_secs(90))).await?;
        Ok(serde_json::to_value(report).unwrap())
    }

    fn state(&self, id: CallbackId) -> State {
        self.store.get(id).unwrap().state
    }
}

fn sample(event: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/sweep-callbacks/{event}.json"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn withdraw(order: Value) -> Value {
    json!({ "withdraw": order })
}

fn told(failed: SweepFailed) -> (String, String) {
    let Diagnostic { error_type, error_message } = failed.into();
    (error_type, error_message)
}

#[tokio::test(start_paused = true)]
async fn the_schedule_has_what_is_due_done() {
    let bench = Bench::new();
    bench.outside.fail("alice@example.com");
    let id = bench.opened(TOKEN).await;
    bench.outside.recover();
    bench.clock.advance(Duration::from_mins(1));
    let report = bench.handle(sample("schedule")).await.unwrap();
    assert_eq!(report, json!({ "callbacks": 1, "duties": 1, "finished": true }));
    assert_eq!(bench.outside.sent().len(), 1);
    assert_eq!(bench.state(id).status, Status::Pending);
    assert_eq!(bench.handle(sample("schedule")).await.unwrap()["callbacks"], 0, "now nothing is due");
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_sweep_answers_the_task() {
    let bench = Bench::new();
    let id = bench.opened(TOKEN).await;
    bench.clock.advance(Duration::from_hours(7 * 24));
    bench.handle(json!({})).await.unwrap();
    let answers = bench.callbacks.answers();
    let [Answer::Failure(failure)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(failure.error(), "Bridge.Expired");
    assert!(bench.state(id).token.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_not_taken_is_made_again_and_a_machine_that_never_takes_it_fails_the_task() {
    let bench = Bench::new();
    for _ in 0..100 {
        bench.outside.reply_with(Err(CallError::Again { reason: "it replied with 503".to_owned(), after: None }));
    }
    let webhook = json!({ "destination": "payment-provider", "deadline": { "afterSeconds": 3600 } });
    let id = bench.opened_with(TOKEN, None, Ask::Webhook(Webhook::read(webhook).unwrap())).await;
    for _ in 0..60 {
        assert_eq!(bench.state(id).status, Status::Pending);
        bench.clock.advance(Duration::from_mins(1));
        bench.handle(sample("schedule")).await.unwrap();
    }
    assert!(bench.outside.calls().len() > 3, "{:?}", bench.outside.calls());
    let answers = bench.callbacks.answers();
    let [Answer::Failure(failure)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(failure.error(), "Bridge.WebhookUnreachable");
    assert!(failure.cause().contains("it replied with 503"), "{}", failure.cause());
}

#[tokio::test(start_paused = true)]
async fn a_machine_is_beaten_for_where_the_message_has_a_heartbeat() {
    let bench = Bench::new();
    let webhook = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
    bench.opened_with(TOKEN, Some(Duration::from_mins(10)), Ask::Webhook(webhook)).await;
    bench.clock.advance(Duration::from_mins(10));
    bench.handle(sample("schedule")).await.unwrap();
    assert_eq!(bench.callbacks.heartbeats(), 1);
    assert_eq!(bench.outside.calls().len(), 1, "it was called when the task was parked");
}

#[tokio::test(start_paused = true)]
async fn whatever_orders_nothing_else_is_a_sweep() {
    let bench = Bench::new();
    for event in [json!(null), json!([]), json!("withdraw"), json!({ "detail": { "withdraw": {} } })] {
        let report = bench.handle(event.clone()).await.unwrap();
        assert_eq!(report, json!({ "callbacks": 0, "duties": 0, "finished": true }), "{event}");
    }
}

/// A destination that never replies.
struct Silent;

impl Webhooks for Silent {
    fn check(&self, _: &Webhook) -> Result<(), InvalidField> {
        Ok(())
    }

    async fn call(&self, _: &OutgoingCall<'_>) -> Result<CallReply, CallError> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_slow_destination_keeps_nothing_else_waiting() {
    let bench = Bench::new();
    for nth in 0..400 {
        bench.outside.reply_with(Err(CallError::Again { reason: "it replied with 503".to_owned(), after: None }));
        let webhook = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
        bench.opened_with(&format!("slow {nth}"), None, Ask::Webhook(webhook)).await;
    }
    bench.clock.advance(Duration::from_mins(1));
    let ends = json!({ "destination": "payment-provider", "deadline": { "afterSeconds": 3600 } });
    let ended = bench.opened_with("ends", None, Ask::Webhook(Webhook::read(ends).unwrap())).await;
    for nth in 0..400 {
        bench.outside.reply_with(Err(CallError::Again { reason: "it replied with 503".to_owned(), after: None }));
        let beats = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
        bench.opened_with(&format!("beats {nth}"), Some(Duration::from_mins(90)), Ask::Webhook(beats)).await;
    }
    bench.clock.advance(Duration::from_hours(1));
    let outside = Outbound { people: bench.outside.clone(), machines: Silent, late: bench.outside.clone() };
    let sweep = SweepCallbacks::new(bench.desk(outside));
    let swept = sweep.handle(json!({}), invocation(Duration::from_secs(90)));
    tokio::time::timeout(Duration::from_secs(1), swept).await.expect_err("the calls are under way");
    assert_eq!(bench.callbacks.heartbeats(), 400, "also for those whose destination is to be called");
    assert!(matches!(bench.state(ended).decision().unwrap().outcome, Outcome::Expired));
    assert_eq!(bench.callbacks.answers().len(), 1);
}

/// Each notice puts the clock forward.
struct Slow(StoppedClock, Duration);

impl Notifier for Slow {
    async fn send(&self, _: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        self.0.advance(self.1);
        Ok(())
    }
}

/// How many callbacks a sweep takes up, of three hundred, when each takes `each` and the invocation has `time`.
async fn taken_up(each: Duration, time: Duration) -> (u64, bool) {
    let bench = Bench::new();
    bench.opened_many().await;
    let sweep = SweepCallbacks::new(bench.desk(Outbound {
        people: Slow(bench.clock.clone(), each),
        machines: Nobody,
        late: bench.outside.clone(),
    }));
    let report = sweep.handle(json!({}), invocation(time)).await.unwrap();
    let report = serde_json::to_value(report).unwrap();
    (report["callbacks"].as_u64().unwrap(), report["finished"].as_bool().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_sweep_takes_up_what_is_due_for_45_seconds_and_the_next_one_goes_on() {
    let all = taken_up(Duration::from_millis(149), Duration::from_mins(15)).await;
    assert_eq!(all, (300, true), "three hundred in 44.7 seconds");
    let (some, finished) = taken_up(Duration::from_secs(1), Duration::from_mins(15)).await;
    assert!((45..=173).contains(&some) && !finished, "45, and those that were begun: {some}");
}

#[tokio::test(start_paused = true)]
async fn a_sweep_keeps_35_seconds_of_its_invocation() {
    let (some, finished) = taken_up(Duration::from_secs(1), Duration::from_secs(55)).await;
    assert!((20..=148).contains(&some) && !finished, "twenty, and those that were begun: {some}");
    for time in [Duration::from_secs(35), Duration::from_secs(1)] {
        assert_eq!(taken_up(Duration::from_secs(1), time).await, (0, false), "{time:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_fails_the_task_and_reports_the_callback() {
    let bench = Bench::new();
    let id = bench.opened(TOKEN).await;
    let report = bench.handle(sample("withdraw")).await.unwrap();
    let decision = json!({
        "kind": "withdrawn", "by": "carol@example.com", "reason": "The applicant has found another lender.",
    });
    assert_eq!(report, json!({ "callbackId": id, "decision": decision, "settled": true, "disposition": "settled" }));
    let answers = bench.callbacks.answers();
    let [Answer::Failure(failure)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(failure.error(), "Bridge.Withdrawn");
    assert!(failure.cause().contains("withdrawn by carol@example.com"), "{}", failure.cause());
    let Status::Settled { decision: Some(decision), .. } = bench.state(id).status else { panic!("not settled") };
    assert!(matches!(decision.outcome, Outcome::Withdrawn(_)));
}

#[tokio::test(start_paused = true)]
async fn one_that_step_functions_has_not_taken_yet_is_not_settled() {
    let throttled = Err(Refusal::Throttled { code: "ThrottlingException".to_owned() });
    let bench = Bench { callbacks: RecordingCallbacks::default().answering([throttled]), ..Bench::new() };
    bench.opened(TOKEN).await;
    let report = bench.handle(sample("withdraw")).await.unwrap();
    assert_eq!((&report["decision"]["kind"], &report["settled"]), (&json!("withdrawn"), &json!(false)));
}

#[tokio::test(start_paused = true)]
async fn of_what_is_decided_already_the_first_decision_is_reported() {
    let bench = Bench::new();
    let id = bench.opened(TOKEN).await;
    let order = |by: &str| withdraw(json!({ "callbackId": id, "by": by, "reason": "a mistake" }));
    bench.handle(order("carol@example.com")).await.unwrap();
    let again = bench.handle(order("dora@example.com")).await.unwrap();
    assert_eq!(again["decision"]["by"], "carol@example.com");
    assert_eq!(bench.callbacks.answers().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ended_in_another_way_has_no_decision_to_report() {
    let callbacks = RecordingCallbacks::default().beating([Err(Refusal::TaskTimedOut)]);
    let bench = Bench { callbacks, ..Bench::new() };
    let approval = Approval::read(json!({ "title": "Loan 42", "approvers": ["alice@example.com"] })).unwrap();
    let id = bench.opened_with(TOKEN, Some(Duration::from_mins(10)), Ask::Approval(approval)).await;
    bench.clock.advance(Duration::from_mins(10));
    bench.handle(sample("schedule")).await.unwrap();
    let report = bench.handle(sample("withdraw")).await.unwrap();
    assert_eq!(report, json!({ "callbackId": id, "decision": null, "settled": true, "disposition": "closed" }));
    assert!(bench.callbacks.answers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_cannot_be_withdrawn() {
    let failed = told(Bench::new().handle(sample("withdraw")).await.unwrap_err());
    let id = sample("withdraw")["withdraw"]["callbackId"].as_str().unwrap().to_owned();
    assert_eq!(failed.0, "Bridge.NoSuchCallback");
    assert!(failed.1.starts_with(&format!("there is no callback {id}")), "{}", failed.1);
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_that_is_none_changes_nothing_and_names_its_field() {
    let bench = Bench::new();
    let id = bench.opened(TOKEN).await;
    let good = json!({ "callbackId": id, "by": "carol@example.com", "reason": "a mistake" });
    let with = |field: &str, value: Value| {
        let mut order = good.clone();
        order[field] = value;
        order
    };
    let without = |field: &str| {
        let mut order = good.clone();
        order.as_object_mut().unwrap().remove(field);
        order
    };
    for (order, named) in [
        (without("by"), "`by`"),
        (without("reason"), "`reason`"),
        (without("callbackId"), "`callbackId`"),
        (with("reason", json!("")), "reason"),
        (with("by", json!(" ")), "by"),
        (with("reason", json!("x".repeat(501))), "1 to 500 characters"),
        (with("callbackId", json!("42")), "22 characters"),
        (with("comment", json!("x")), "`comment`"),
        (json!(null), "withdraw"),
        (json!(id), "withdraw"),
    ] {
        let before = bench.state(id);
        let (error_type, message) = told(bench.handle(withdraw(order.clone())).await.unwrap_err());
        assert_eq!(error_type, "Bridge.InvalidInput", "{order}");
        assert!(message.starts_with("withdraw: ") && message.contains(named), "{order}: {message}");
        assert_eq!(bench.state(id), before, "{order}");
    }
    assert!(bench.callbacks.answers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_whose_reply_was_lost_can_be_ordered_again() {
    for lost in [Lost::Written, Lost::NotWritten] {
        let bench = Bench::new();
        bench.opened(TOKEN).await;
        drop(bench.store.clone().losing([lost]));
        let (error_type, message) = told(bench.handle(sample("withdraw")).await.unwrap_err());
        assert_eq!(
            (&*error_type, &*message),
            ("Bridge.TableUnavailable", "the table of callbacks: the reply was lost")
        );
        let report = bench.handle(sample("withdraw")).await.unwrap();
        assert_eq!(report["decision"]["by"], "carol@example.com", "{lost:?}");
        bench.clock.advance(Duration::from_mins(2));
        bench.handle(sample("schedule")).await.unwrap();
        assert_eq!(bench.callbacks.answers().len(), 1, "{lost:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_be_read_is_swept_and_the_error_says_why_the_rest_was_not() {
    let bench = Bench::new();
    bench.opened_many().await;
    bench.outside.recover();
    bench.store.fail_when(|call| matches!(call, TableCall::Due(0 | 1)));
    let (error_type, message) = told(bench.handle(json!({})).await.unwrap_err());
    assert_eq!(error_type, "Bridge.TableUnavailable");
    assert_eq!(message, "2 of 8 shards could not be swept as a whole: the table of callbacks: no reply in time");
    assert!((1..300).contains(&bench.outside.sent().len()));
}

/// The index of a shard is read in pages, and is gone when the second one is read.
#[tokio::test(start_paused = true)]
async fn what_was_read_is_done_even_if_the_rest_cannot_be_read() {
    let bench = Bench::new();
    bench.opened_many().await;
    bench.outside.recover();
    let mut reads = 0;
    bench.store.fail_when(move |call| {
        reads += usize::from(matches!(call, TableCall::Due(_)));
        matches!(call, TableCall::Due(_)) && reads > 8
    });
    let (error_type, _) = told(bench.handle(json!({})).await.unwrap_err());
    assert_eq!((&*error_type, bench.outside.sent().len()), ("Bridge.TableUnavailable", 300));
}

#[test]
fn every_sample_event_is_in_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/sweep-callbacks");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 6, "list, resend, schedule, settle, show, withdraw");
}
