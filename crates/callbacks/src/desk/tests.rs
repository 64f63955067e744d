//! The desk over a table in memory: two at once, lost replies, and handlers that die anywhere.

mod listing;
mod machines;
mod metrics;
mod orders;
mod urls;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use callback_bridge::{Answer, Refusal, TaskContext, TaskToken, test_util::RecordingCallbacks};
use serde_json::{Value, json};

use super::*;
use crate::{
    Approval, Choice, LinkAnswer, Nobody, NotTaken, Outbound, Outcome, Status, Waiting, Withdrawal,
    test_util::{Lost, MemoryStore, RecordingOutside, StoppedClock, TableCall},
};

struct Bench {
    store: MemoryStore,
    callbacks: RecordingCallbacks,
    outside: RecordingOutside,
    clock: StoppedClock,
    desk: Desk<MemoryStore, RecordingCallbacks, RecordingOutside, StoppedClock>,
}

impl Bench {
    fn new(store: MemoryStore, callbacks: RecordingCallbacks) -> Self {
        let (outside, clock) = (RecordingOutside::default(), StoppedClock::at(start()));
        let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
        let desk = Desk::new(store.clone(), callbacks.clone(), outside.clone(), clock.clone(), keys);
        Self { store, callbacks, outside, clock, desk }
    }

    async fn opened(&self, changes: Value) -> Result<CallbackId, OpenError> {
        self.opened_as(token(), changes, None).await
    }

    async fn opened_as(
        &self,
        token: TaskToken,
        changes: Value,
        heartbeat: Option<Duration>,
    ) -> Result<CallbackId, OpenError> {
        let mut approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com", "bob@example.com"] });
        let (Some(fields), Value::Object(changes)) = (approval.as_object_mut(), changes) else { unreachable!() };
        fields.extend(changes);
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext { execution: Some(EXECUTION.to_owned()), ..TaskContext::default() },
            sent_at: start(),
            heartbeat,
            timeout: None,
        };
        self.desk.open(token, waiting, Ask::Approval(Approval::read(approval).unwrap())).await
    }

    fn link_of(&self, address: &str) -> String {
        self.outside.sent().into_iter().find(|sent| sent.address == address).unwrap().link
    }

    async fn answer(&self, address: &str, choice: Choice) -> Result<Answered, AnswerError> {
        let (link, callback) = self.desk.look(&self.link_of(address)).await?.expect("the link leads here");
        self.desk.answer(&link, callback, self.of(choice)).await
    }

    fn of(&self, choice: Choice) -> LinkAnswer {
        let shown = self.store.get(id()).unwrap().request.digest();
        LinkAnswer { choice, comment: None, shown, signed_in_as: None }
    }

    async fn sweep(&self) -> Swept {
        let until = self.clock.now().checked_add(Duration::from_secs(50)).unwrap();
        self.desk.sweep(until).await.unwrap()
    }

    fn state(&self) -> State {
        self.store.get(id()).unwrap().state
    }
}

const EXECUTION: &str = "arn:aws:states:us-east-1:210987654321:execution:loans:42";

fn start() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn token() -> TaskToken {
    TaskToken::new("token").unwrap()
}

fn id() -> CallbackId {
    CallbackId::of(&token().attempt_id())
}

async fn bench() -> Bench {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened(json!({})).await.unwrap();
    bench
}

fn outputs(bench: &Bench) -> Vec<Value> {
    let answers = bench.callbacks.answers().into_iter();
    let outputs = answers.map(|answer| match answer {
        Answer::Success(output) => serde_json::from_str(output.as_json()).unwrap(),
        Answer::Failure(failure) => json!({ "error": failure.error() }),
    });
    outputs.collect()
}

#[tokio::test]
async fn answers_and_heartbeats_name_the_execution_that_waits() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened_as(token(), json!({}), Some(Duration::from_mins(3))).await.unwrap();
    bench.clock.advance(Duration::from_mins(2));
    bench.sweep().await;
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    let calls = bench.callbacks.calls();
    assert_eq!((bench.callbacks.heartbeats(), bench.callbacks.answers().len()), (1, 1));
    assert!(calls.iter().all(|call| call.execution.as_deref() == Some(EXECUTION)), "{calls:?}");
}

#[tokio::test]
async fn everybody_is_asked_and_one_approval_goes_on_at_once() {
    let bench = bench().await;
    assert_eq!(bench.outside.sent().len(), 2);
    bench.answer("bob@example.com", Choice::Approve).await.unwrap();
    let [output] = &outputs(&bench)[..] else { panic!("one answer") };
    assert_eq!((&output["decision"], &output["answers"][0]["by"]), (&json!("approved"), &json!("bob@example.com")));
    assert_eq!(output["callbackId"], json!(id()));
    let state = bench.state();
    assert!(matches!(state.status, Status::Settled { .. }) && state.token.is_none() && state.due_at.is_none());
}

#[tokio::test]
async fn the_same_message_twice_opens_one_callback_and_asks_once() {
    let bench = bench().await;
    bench.opened(json!({})).await.unwrap();
    assert_eq!(bench.outside.sent().len(), 2);
}

#[tokio::test]
async fn an_intake_that_dies_after_its_write_is_finished_by_the_sweep() {
    let bench = Bench::new(MemoryStore::default().losing([Lost::Written]), RecordingCallbacks::default());
    assert!(matches!(bench.opened(json!({})).await, Err(OpenError::Store(_))));
    assert!(bench.outside.sent().is_empty());
    bench.opened(json!({})).await.unwrap(); // the message comes again
    assert_eq!(bench.sweep().await.duties, 2);
    assert_eq!(bench.outside.sent().len(), 2);
}

#[tokio::test]
async fn the_same_answer_again_is_taken_and_another_one_is_not() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened(json!({ "policy": { "approvals": "all" } })).await.unwrap();
    assert!(!bench.answer("alice@example.com", Choice::Approve).await.unwrap().before);
    assert!(bench.answer("alice@example.com", Choice::Approve).await.unwrap().before);
    let refused = bench.answer("alice@example.com", Choice::Reject).await;
    assert!(matches!(refused, Err(AnswerError::NotTaken(NotTaken::AnsweredOtherwise(_), _))));
    assert!(bench.callbacks.answers().is_empty());
    bench.answer("bob@example.com", Choice::Approve).await.unwrap();
    assert_eq!(outputs(&bench).len(), 1);
}

#[tokio::test]
async fn two_who_decide_at_once_make_one_decision() {
    let bench = bench().await;
    let (one, other) = tokio::join!(
        bench.answer("alice@example.com", Choice::Approve),
        bench.answer("bob@example.com", Choice::Approve)
    );
    let late = [one, other].into_iter().filter(Result::is_err).count();
    assert_eq!(late, 1, "one of them was told that it is decided");
    assert_eq!((bench.state().answers.len(), outputs(&bench).len()), (1, 1));
}

/// Whatever it was doing: the sweep finishes, Step Functions takes one answer, and it is the decision.
#[tokio::test]
async fn a_handler_may_die_anywhere() {
    for steps in 0..40 {
        let bench = bench().await;
        let died = {
            let mut handler = pin!(bench.answer("alice@example.com", Choice::Approve));
            let mut left = steps;
            poll_fn(|context| match handler.as_mut().poll(context) {
                Poll::Ready(_) => Poll::Ready(false),
                Poll::Pending if left == 0 => Poll::Ready(true),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            })
            .await
        };
        let decided = bench.state().decision().cloned();
        bench.clock.advance(LEASE);
        bench.sweep().await;
        let state = bench.state();
        assert_eq!(state.decision(), decided.as_ref(), "after {steps} steps");
        assert_eq!(matches!(state.status, Status::Settled { .. }), decided.is_some(), "after {steps} steps");
        // One that died between the call and its write is found taken: the fake takes everything, Step Functions one.
        let outputs = outputs(&bench);
        assert!(outputs.windows(2).all(|pair| pair[0] == pair[1]), "{outputs:?}");
        assert_eq!(outputs.is_empty(), decided.is_none());
        if !died {
            return;
        }
    }
    panic!("the handler never came to its end");
}

#[tokio::test]
async fn a_lost_reply_of_the_table_decides_nothing_twice() {
    for lost in [Lost::Written, Lost::NotWritten] {
        let bench = bench().await;
        let store = bench.store.clone().losing([lost]);
        assert!(matches!(bench.answer("alice@example.com", Choice::Approve).await, Err(AnswerError::Store(_))));
        assert_eq!(store.get(id()).unwrap().state.decision().is_some(), lost == Lost::Written);
        bench.answer("alice@example.com", Choice::Approve).await.unwrap();
        bench.sweep().await;
        assert_eq!(outputs(&bench).len(), 1, "{lost:?}");
    }
}

#[tokio::test]
async fn a_throttled_answer_is_told_by_a_later_sweep() {
    let throttled = || Err(Refusal::Throttled { code: "ThrottlingException".into() });
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default().answering([throttled(), throttled()]));
    bench.opened(json!({})).await.unwrap();
    bench.answer("alice@example.com", Choice::Reject).await.unwrap();
    bench.answer("bob@example.com", Choice::Reject).await.unwrap();
    assert!(matches!(bench.state().status, Status::Decided(_)));
    while let Some(due_at) = bench.state().due_at {
        bench.clock.advance(Duration::try_from(due_at.duration_since(bench.clock.now())).unwrap_or_default());
        bench.sweep().await;
    }
    assert_eq!(outputs(&bench).len(), 3, "twice throttled, once taken");
    assert_eq!(outputs(&bench)[2]["decision"], "rejected");
}

#[tokio::test]
async fn an_unheard_answer_that_is_closed_then_is_unknown() {
    let replies = [Err(Refusal::Unheard { reason: "timeout".into() }), Err(Refusal::TaskTimedOut)];
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default().answering(replies));
    bench.opened(json!({})).await.unwrap();
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    bench.clock.advance(Duration::from_mins(1));
    bench.sweep().await;
    let disposition = match bench.state().status {
        Status::Settled { disposition, .. } => disposition,
        other => panic!("{other:?}"),
    };
    assert_eq!(disposition, callback_bridge::Disposition::Unknown);
}

#[tokio::test]
async fn who_has_not_answered_is_reminded_and_a_failing_channel_is_tried_again_alone() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.outside.fail("bob@example.com");
    let question = json!({ "policy": { "approvals": "all" }, "remindAfterSeconds": [3600] });
    bench.opened(question).await.unwrap();
    assert_eq!(bench.outside.sent().len(), 1, "alice was asked");
    bench.outside.recover();
    bench.clock.advance(Duration::from_mins(1));
    bench.sweep().await;
    assert_eq!(bench.outside.sent().len(), 2, "bob was asked, alice not again");
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    bench.clock.advance(Duration::from_hours(1));
    bench.sweep().await;
    let reminded: Vec<_> = bench.outside.sent().into_iter().filter(|sent| sent.reminder).collect();
    assert_eq!(reminded.len(), 1);
    assert_eq!(reminded[0].address, "bob@example.com");
    assert_eq!(reminded[0].link, bench.link_of("bob@example.com"), "the link is the same");
}

/// Of two links that one person has, by forwarding or by mistake, one counts.
#[tokio::test]
async fn one_person_who_signs_in_by_two_links_counts_once() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened(json!({ "policy": { "approvals": "all" } })).await.unwrap();
    let mut results = Vec::new();
    for (address, person) in [("alice@example.com", "dora@example.com"), ("bob@example.com", " Dora@Example.com")] {
        let (link, callback) = bench.desk.look(&bench.link_of(address)).await.unwrap().expect("the link leads here");
        let signed_in = LinkAnswer { signed_in_as: Some(person.to_owned()), ..bench.of(Choice::Approve) };
        results.push(bench.desk.answer(&link, callback, signed_in).await);
    }
    let [Ok(_), Err(AnswerError::NotTaken(NotTaken::AnsweredByAnotherLink, _))] = &results[..] else {
        panic!("{results:?}")
    };
    let answers = bench.state().answers;
    assert_eq!(answers.values().map(|answer| &*answer.by).collect::<Vec<_>>(), ["dora@example.com"]);
    assert!(bench.callbacks.answers().is_empty(), "it takes two");
}

/// Nobody is called, and nothing is late.
fn outbound<N>(people: N) -> Outbound<N, Nobody, RecordingOutside> {
    Outbound { people, machines: Nobody, late: RecordingOutside::default() }
}

/// Each notice takes a minute, of those who wait for it and of the clock.
struct SlowClockNotifier(StoppedClock);

impl crate::Notifier for SlowClockNotifier {
    async fn send(&self, _notice: &crate::OutgoingNotice<'_>) -> Result<(), crate::NotifyError> {
        self.0.advance(Duration::from_mins(1));
        Ok(())
    }
}

#[tokio::test]
async fn a_sweep_takes_up_nothing_when_its_time_is_over() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.outside.fail("alice@example.com");
    for number in 0..200 {
        let token = TaskToken::new(format!("token {number}")).unwrap();
        bench.opened_as(token, json!({ "approvers": ["alice@example.com"] }), None).await.unwrap();
    }
    bench.clock.advance(Duration::from_hours(1));
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    let outside = outbound(SlowClockNotifier(bench.clock.clone()));
    let desk = Desk::new(bench.store.clone(), bench.callbacks.clone(), outside, bench.clock.clone(), keys);
    let until = bench.clock.now().checked_add(Duration::from_secs(50)).unwrap();
    let swept = desk.sweep(until).await.unwrap();
    assert!(swept.unfinished);
    assert!((1..=128).contains(&swept.callbacks), "more than were begun at once: {}", swept.callbacks);
    assert_eq!(bench.sweep().await.callbacks, 200 - swept.callbacks, "the next one goes on");
}

/// Takes half a minute for each notice.
struct SlowNotifier;

impl crate::Notifier for SlowNotifier {
    async fn send(&self, _notice: &crate::OutgoingNotice<'_>) -> Result<(), crate::NotifyError> {
        tokio::time::sleep(Duration::from_secs(30)).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_slow_notices_are_sent_before_the_lease_ends() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    let desk =
        Desk::new(bench.store.clone(), bench.callbacks.clone(), outbound(SlowNotifier), bench.clock.clone(), keys);
    let approvers: Vec<_> = (0..20).map(|nth| format!("approver-{nth}@example.com")).collect();
    let approval = Approval::read(json!({ "title": "Loan 42", "approvers": approvers })).unwrap();
    let (attempt, context) = (token().attempt_id(), TaskContext::default());
    let waiting = Waiting { attempt, context, sent_at: start(), heartbeat: None, timeout: None };
    let began = tokio::time::Instant::now();
    desk.open(token(), waiting, Ask::Approval(approval)).await.unwrap();
    assert!(began.elapsed() < LEASE, "{:?}", began.elapsed());
    assert!(bench.state().notices.values().all(|notice| notice.sent == 1));
}

/// As callbacks that a newer version of the bridge has stored.
#[tokio::test]
async fn callbacks_that_cannot_be_read_do_not_keep_the_others_waiting() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    let question = json!({ "title": "Loan 42", "approvers": ["alice@example.com"] });
    let question = || Ask::Approval(Approval::read(question.clone()).unwrap());
    let tokens = (0..).map(|nth: u32| TaskToken::new(nth.to_string()).unwrap());
    let same_shard = tokens.filter(|token| CallbackId::of(&token.attempt_id()).shard() == 0).take(60);
    let mut ids = Vec::new();
    bench.outside.fail("alice@example.com"); // so that something is left to do
    for token in same_shard {
        let (attempt, context) = (token.attempt_id(), TaskContext::default());
        let waiting = Waiting { attempt, context, sent_at: start(), heartbeat: None, timeout: None };
        ids.push(bench.desk.open(token, waiting, question()).await.unwrap());
        bench.clock.advance(Duration::from_secs(1));
    }
    bench.outside.recover();
    let readable = ids.split_off(59);
    bench.store.fail_when(move |call| matches!(call, TableCall::Load(id) if ids.contains(&id)));
    bench.clock.advance(Duration::from_mins(1));
    let until = bench.clock.now().checked_add(Duration::from_secs(50)).unwrap();
    let failed = bench.desk.sweep(until).await.unwrap_err();
    assert_eq!((failed.failed, failed.first.to_string()), (1, "the table of callbacks: no reply in time".to_owned()));
    assert_eq!(bench.store.get(readable[0]).unwrap().state.notices[&0].sent, 1);
}

#[tokio::test]
async fn at_the_deadline_the_sweep_closes_the_question_and_tells_in_one_pass() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened(json!({ "deadline": { "afterSeconds": 60 } })).await.unwrap();
    bench.clock.advance(Duration::from_mins(1));
    let late = bench.answer("alice@example.com", Choice::Approve).await;
    assert!(matches!(late, Err(AnswerError::NotTaken(NotTaken::TooLate, _))));
    bench.sweep().await;
    assert_eq!(outputs(&bench), [json!({ "error": "Bridge.Expired" })]);
}

#[tokio::test]
async fn a_withdrawn_question_fails_the_task_and_cannot_be_answered() {
    let bench = bench().await;
    assert!(bench.desk.withdraw(id(), &withdrawal("a mistake")).await.unwrap().is_some());
    assert_eq!(outputs(&bench), [json!({ "error": "Bridge.Withdrawn" })]);
    let late = bench.answer("alice@example.com", Choice::Approve).await;
    let Err(AnswerError::NotTaken(NotTaken::Decided(decision), _)) = late else { panic!("{late:?}") };
    assert!(matches!(decision.outcome, Outcome::Withdrawn(_)));
    let again = bench.desk.withdraw(id(), &withdrawal("again")).await.unwrap().unwrap();
    assert_eq!(again.state.decision(), Some(&*decision), "the first one counts");
    let elsewhere = CallbackId::of(&TaskToken::new("another").unwrap().attempt_id());
    assert!(bench.desk.withdraw(elsewhere, &withdrawal("a mistake")).await.unwrap().is_none());
}

fn withdrawal(reason: &str) -> Withdrawal {
    Withdrawal { by: "carol".to_owned(), reason: reason.to_owned() }
}

#[tokio::test]
async fn every_wrong_link_leads_to_the_same_nothing() {
    let bench = bench().await;
    let link = bench.link_of("alice@example.com");
    let other_keys = LinkKeys::read("another key of thirty-two letters!").unwrap();
    let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
    let nobody = CapabilityLink::new(&keys, id(), Recipient::Approver(2), 0).secret();
    let revoked = CapabilityLink::new(&keys, id(), Recipient::Approver(0), 1).secret();
    let forged = CapabilityLink::new(&other_keys, id(), Recipient::Approver(0), 0).secret();
    let elsewhere = CallbackId::of(&TaskToken::new("another").unwrap().attempt_id());
    let absent = CapabilityLink::new(&keys, elsewhere, Recipient::Approver(0), 0).secret();
    for wrong in ["", "x", &link[1..], &nobody, &revoked, &forged, &absent] {
        assert!(bench.desk.look(wrong).await.unwrap().is_none(), "{wrong}");
    }
    assert!(bench.desk.look(&link).await.unwrap().is_some());
}
