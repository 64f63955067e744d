//! The desk over the real table: callbacks are opened, answered and swept as they are over the one in memory.

use std::{
    sync::{Arc, atomic::AtomicUsize, atomic::Ordering::SeqCst},
    time::Duration,
};

use callback_bridge::{Answer, TaskContext, TaskToken, test_util::RecordingCallbacks};
use callback_bridge_aws::CallbackTable;
use callback_bridge_local::LocalRegion;
use callbacks::{
    AnswerError, Answered, Approval, Ask, Callback, CallbackId, CallbackStore, Choice, Clock, Desk, LinkAnswer,
    LinkKeys, NotTaken, OpenError, Request, State, Status, Swept, Waiting,
    test_util::{RecordingOutside, StoppedClock},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{bench, bench::in_region, store};

pub(crate) const TOKEN: &str = bench::TOKEN;

pub(crate) fn now() -> Timestamp {
    "2026-11-22T10:00:00.123456789Z".parse().unwrap()
}

fn waiting() -> Waiting {
    let attempt = TaskToken::new(TOKEN).unwrap().attempt_id();
    Waiting { attempt, context: TaskContext::default(), sent_at: now(), heartbeat: None, timeout: None }
}

fn approval(changes: Value) -> Ask {
    let mut approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com", "bob@example.com"] });
    approval.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Ask::Approval(Approval::read(approval).unwrap())
}

pub(crate) fn callback() -> Callback {
    let request = Request::new(waiting(), approval(json!({}))).unwrap();
    let state = State::new(&request, TaskToken::new(TOKEN).unwrap(), now());
    Callback { request, state }
}

/// A desk with a table of its own, and a way to it that may lose replies.
struct Bench {
    table: CallbackTable,
    losses: Arc<AtomicUsize>,
    callbacks: RecordingCallbacks,
    outside: RecordingOutside,
    clock: StoppedClock,
    desk: Desk<CallbackTable, RecordingCallbacks, RecordingOutside, StoppedClock>,
}

impl Bench {
    async fn new(region: &LocalRegion, name: &str) -> Self {
        let (config, losses) = store::lossy(region.aws().sdk_config());
        let table = CallbackTable::new(&config, store::table(region, name).await);
        let (callbacks, outside) = (RecordingCallbacks::default(), RecordingOutside::default());
        let (clock, keys) = (StoppedClock::at(now()), LinkKeys::read("a key of at least thirty-two letters").unwrap());
        let desk = Desk::new(table.clone(), callbacks.clone(), outside.clone(), clock.clone(), keys);
        Self { table, losses, callbacks, outside, clock, desk }
    }

    async fn open(&self, changes: Value) -> Result<CallbackId, OpenError> {
        self.desk.open(TaskToken::new(TOKEN).unwrap(), waiting(), approval(changes)).await
    }

    async fn callback(&self) -> Callback {
        self.table.load(CallbackId::of(&waiting().attempt)).await.unwrap().unwrap()
    }

    async fn answer(&self, address: &str, choice: Choice) -> Result<Answered, AnswerError> {
        let link = self.outside.sent().into_iter().find(|sent| sent.address == address).unwrap().link;
        let shown = self.callback().await.request.digest();
        let (link, callback) = self.desk.look(&link).await?.expect("the link leads here");
        self.desk.answer(&link, callback, LinkAnswer { choice, comment: None, shown, signed_in_as: None }).await
    }

    async fn sweep(&self, later: Duration) -> Swept {
        self.clock.advance(later);
        self.desk.sweep(self.clock.now().checked_add(Duration::from_secs(50)).unwrap()).await.unwrap()
    }

    fn outputs(&self) -> Vec<Value> {
        let answers = self.callbacks.answers().into_iter();
        let outputs = answers.map(|answer| match answer {
            Answer::Success(output) => serde_json::from_str(output.as_json()).unwrap(),
            Answer::Failure(failure) => json!({ "error": failure.error() }),
        });
        outputs.collect()
    }
}

fn is_settled(callback: &Callback) -> bool {
    matches!(callback.state.status, Status::Settled { .. }) && callback.state.token.is_none()
}

#[test]
fn over_the_table_a_message_that_comes_twice_asks_once_and_one_answer_settles() {
    in_region(async |region| {
        let bench = Bench::new(region, "desk-answer").await;
        bench.open(json!({})).await.unwrap();
        bench.open(json!({})).await.unwrap();
        assert_eq!(bench.outside.sent().len(), 2);
        bench.answer("bob@example.com", Choice::Approve).await.unwrap();
        let [output] = &bench.outputs()[..] else { panic!("one answer") };
        assert_eq!((&output["decision"], &output["answers"][0]["by"]), (&json!("approved"), &json!("bob@example.com")));
        assert!(is_settled(&bench.callback().await));
        assert_eq!(bench.sweep(Duration::from_hours(24 * 365)).await.callbacks, 0);
    });
}

#[test]
fn over_the_table_two_who_decide_at_once_make_one_decision() {
    in_region(async |region| {
        let bench = Bench::new(region, "desk-race").await;
        bench.open(json!({})).await.unwrap();
        let (one, other) = tokio::join!(
            bench.answer("alice@example.com", Choice::Approve),
            bench.answer("bob@example.com", Choice::Approve)
        );
        let late = [one, other].into_iter().find_map(Result::err).expect("one of them is told that it is decided");
        assert!(matches!(late, AnswerError::NotTaken(NotTaken::Decided(_), _)), "{late:?}");
        assert_eq!((bench.callback().await.state.answers.len(), bench.outputs().len()), (1, 1));
    });
}

/// All three tries of the SDK go unheard, though the first of them was carried out.
#[test]
fn over_the_table_an_intake_that_dies_after_its_write_is_finished_by_the_sweep() {
    in_region(async |region| {
        let bench = Bench::new(region, "desk-intake").await;
        bench.losses.store(3, SeqCst);
        assert!(matches!(bench.open(json!({})).await, Err(OpenError::Store(_))));
        bench.open(json!({})).await.unwrap(); // the message comes again
        assert!(bench.outside.sent().is_empty(), "it does not know whether the first one lives");
        assert_eq!(bench.sweep(Duration::ZERO).await.duties, 2);
        assert_eq!(bench.outside.sent().len(), 2);
    });
}

#[test]
fn over_the_table_the_sweep_reminds_expires_and_tells() {
    in_region(async |region| {
        let bench = Bench::new(region, "desk-sweep").await;
        let question = json!({ "deadline": { "afterSeconds": 7200 }, "remindAfterSeconds": [3600] });
        bench.open(question).await.unwrap();
        assert_eq!(bench.sweep(Duration::from_mins(59)).await.callbacks, 0);
        assert_eq!(bench.sweep(Duration::from_mins(1)).await.duties, 2);
        assert_eq!(bench.outside.sent().iter().filter(|sent| sent.reminder).count(), 2);
        bench.sweep(Duration::from_hours(1)).await;
        assert_eq!(bench.outputs(), [json!({ "error": "Bridge.Expired" })]);
        assert!(is_settled(&bench.callback().await));
    });
}

#[test]
fn over_the_table_a_handler_that_dies_after_its_decision_is_finished_by_the_sweep() {
    in_region(async |region| {
        let bench = Bench::new(region, "desk-death").await;
        bench.open(json!({})).await.unwrap();
        let handler = bench.answer("alice@example.com", Choice::Approve);
        let watcher = async { while bench.callback().await.state.decision().is_none() {} };
        tokio::select! {
            biased;
            () = watcher => {}
            _ = handler => {}
        }
        bench.sweep(Duration::from_mins(2)).await;
        assert!(is_settled(&bench.callback().await));
        let outputs = bench.outputs();
        assert!(!outputs.is_empty() && outputs.iter().all(|output| output["decision"] == "approved"), "{outputs:?}");
    });
}
