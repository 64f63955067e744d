//! Machines that answer in time, early, late, twice, and not at all.

use futures_util::future::{join, maybe_done};
use serde_json::json;

use super::*;
use crate::{
    CallError, CallReply, ExternalId, First, FirstReply, HearError, Inbound, InboundFrom, InboundKey, LateReason,
    MachineAnswer, OrderError, Outcome, Source, Webhook,
};

const PROVIDER: &str = "payment-provider";

/// A task that waits for the payment provider, which says what it has paid, or that it failed.
async fn opened(bench: &Bench) -> Result<CallbackId, OpenError> {
    opened_with(bench, None).await
}

async fn opened_with(bench: &Bench, heartbeat: Option<Duration>) -> Result<CallbackId, OpenError> {
    let schema = |status: &str| json!({ "properties": { "status": { "const": status } }, "required": ["status"] });
    let webhook = json!({
        "destination": PROVIDER, "path": "payments", "body": { "amount": 3 }, "externalIdAt": "/paymentId",
        "deadline": { "afterSeconds": 7200 },
        "outcomes": [
            { "name": "paid", "type": "success", "schema": schema("paid"), "output_body": true },
            { "name": "failed", "type": "failure", "schema": schema("failed"), "error": "Payment.Failed" },
            { "name": "odd", "type": "failure", "schema": schema("odd"), "error_path": "$.error" },
            { "name": "processing", "type": "heartbeat", "schema": schema("processing") },
        ],
    });
    let waiting = Waiting {
        attempt: token().attempt_id(),
        context: TaskContext { execution: Some(EXECUTION.to_owned()), ..TaskContext::default() },
        sent_at: start(),
        heartbeat,
        timeout: None,
    };
    bench.desk.open(token(), waiting, Ask::Webhook(Webhook::read(webhook).unwrap())).await
}

fn bench() -> Bench {
    Bench::new(MemoryStore::default(), RecordingCallbacks::default())
}

fn replied(body: Value) -> CallReply {
    CallReply { body: Some(body) }
}

fn paid() -> MachineAnswer {
    MachineAnswer::Success { output: json!({ "status": "paid" }) }
}

fn event(id: &str, payment: &str, body: Value) -> Inbound {
    Inbound {
        key: InboundKey { from: InboundFrom::Sender(PROVIDER.to_owned()), id: id.to_owned() },
        digest: Inbound::digest_of("", body.to_string().as_bytes()),
        about: Some(external(payment)),
        body: Some(body),
        at: start(),
    }
}

fn external(payment: &str) -> ExternalId {
    ExternalId { sender: PROVIDER.to_owned(), id: payment.to_owned() }
}

async fn hear(bench: &Bench, answer: &MachineAnswer) -> Result<Answered, HearError> {
    let callback = bench.store.get(id()).unwrap();
    bench.desk.hear(callback, answer, &Source::Link).await
}

#[tokio::test]
async fn a_destination_that_is_called_again_by_order_knows_the_call_and_may_answer_it() {
    let bench = bench();
    bench.outside.reply_with(Err(CallError::Again { reason: "it replied with 503".to_owned(), after: None }));
    opened(&bench).await.unwrap();
    bench.outside.reply_with(Ok(replied(json!({ "status": "paid" }))));
    let resent = bench.desk.resend(id()).await.unwrap();
    assert_eq!((resent.told, resent.not_told), (vec![0], vec![]));
    let [first, second] = &bench.outside.calls()[..] else { panic!("it is called twice") };
    assert_eq!((&first.webhook_id, &first.link), (&second.webhook_id, &second.link));
    assert_eq!(outputs(&bench), [json!({ "status": "paid" })]);
    assert!(matches!(resent.callback.state.status, Status::Settled { .. }));
}

/// Whoever has taken a call is promised that it does not come again: a refusal of the second would fail the task that they are
/// at work on.
#[tokio::test]
async fn a_destination_that_has_taken_the_call_is_not_called_again_by_order() {
    let bench = bench();
    opened(&bench).await.unwrap();
    bench.outside.reply_with(Err(CallError::Refused { reason: "it replied with 409".to_owned() }));
    let before = bench.state();
    let refused = bench.desk.resend(id()).await.unwrap_err();
    assert!(matches!(refused, OrderError::CallTaken(taken) if taken == id()), "{refused}");
    assert_eq!((bench.state(), bench.outside.calls().len()), (before, 1), "nothing is written");
    hear(&bench, &paid()).await.unwrap();
    assert!(matches!(bench.desk.resend(id()).await, Err(OrderError::NotOpen(..))), "it is over");
    assert_eq!(outputs(&bench), [json!({ "status": "paid" })]);
}

#[tokio::test]
async fn a_destination_that_has_asked_for_time_is_called_by_no_order_before_that() {
    let bench = bench();
    let busy = CallError::Again { reason: "it replied with 429".to_owned(), after: Some(Duration::from_mins(10)) };
    bench.outside.reply_with(Err(busy));
    opened(&bench).await.unwrap();
    bench.clock.advance(Duration::from_mins(9));
    let resent = bench.desk.resend(id()).await.unwrap();
    assert_eq!((resent.told, resent.not_told, bench.outside.calls().len()), (vec![], vec![0], 1));
    bench.clock.advance(Duration::from_mins(1));
    let resent = bench.desk.resend(id()).await.unwrap();
    assert_eq!((resent.told, bench.outside.calls().len()), (vec![0], 2));
}

#[tokio::test]
async fn an_answer_in_the_response_is_told_at_once() {
    let bench = bench();
    bench.outside.reply_with(Ok(replied(json!({ "status": "paid", "paymentId": "p1" }))));
    opened(&bench).await.unwrap();
    assert_eq!(outputs(&bench), [json!({ "status": "paid", "paymentId": "p1" })]);
    let calls = bench.outside.calls();
    assert_eq!((calls.len(), &*calls[0].destination, &calls[0].webhook_id), (1, PROVIDER, &id().to_string()));
    assert!(bench.outside.late().is_empty());
}

#[tokio::test]
async fn who_only_acknowledges_answers_later_by_the_link() {
    let bench = bench();
    opened(&bench).await.unwrap();
    assert!(bench.callbacks.answers().is_empty());
    let link = &bench.outside.calls()[0].link;
    let (_, callback) = bench.desk.look(link).await.unwrap().expect("the link leads here");
    let callback = bench.desk.beat(callback).await.unwrap();
    assert_eq!(bench.callbacks.heartbeats(), 1);
    let answered = bench.desk.hear(callback, &paid(), &Source::Link).await.unwrap();
    assert!(!answered.before);
    assert_eq!(outputs(&bench), [json!({ "status": "paid" })]);
    assert!(hear(&bench, &paid()).await.unwrap().before, "the same again");
    assert_eq!(bench.callbacks.answers().len(), 1);
    assert!(bench.outside.late().is_empty(), "what is said again is not late");
}

#[tokio::test]
async fn a_call_is_made_again_by_the_sweep_with_the_same_id_until_it_is_taken() {
    let bench = bench();
    for _ in 0..3 {
        bench.outside.reply_with(Err(CallError::Again { reason: "it replied with 503".to_owned(), after: None }));
    }
    opened(&bench).await.unwrap();
    for _ in 0..60 {
        bench.clock.advance(Duration::from_mins(1));
        bench.sweep().await;
    }
    let calls = bench.outside.calls();
    assert_eq!(calls.len(), 4, "three that were not taken, and one that was");
    assert!(calls.iter().all(|call| call == &calls[0]), "all alike: {calls:?}");
    assert_eq!(bench.state().notices[&0].problem, None);
}

#[tokio::test]
async fn a_destination_that_fails_until_the_deadline_fails_the_task_with_its_reason() {
    let bench = bench();
    let again = || Err(CallError::Again { reason: "it replied with 500".to_owned(), after: None });
    (0..200).for_each(|_| bench.outside.reply_with(again()));
    opened(&bench).await.unwrap();
    for _ in 0..121 {
        bench.clock.advance(Duration::from_mins(1));
        bench.sweep().await;
    }
    let answers = bench.callbacks.answers();
    assert!(
        matches!(&answers[..], [Answer::Failure(failure)] if failure.error() == "Bridge.WebhookUnreachable"
        && failure.cause().contains("it replied with 500")),
        "{answers:?}"
    );
    let calls = bench.outside.calls().len();
    assert!((5..12).contains(&calls), "{calls} calls in two hours, further and further apart");
}

#[tokio::test]
async fn a_destination_that_refuses_fails_the_task_at_once() {
    let bench = bench();
    bench.outside.reply_with(Err(CallError::Refused { reason: "it replied with 410".to_owned() }));
    opened(&bench).await.unwrap();
    let answers = bench.callbacks.answers();
    assert!(matches!(&answers[..], [Answer::Failure(failure)] if failure.error() == "Bridge.WebhookRefused"));
}

#[tokio::test]
async fn a_response_that_cannot_be_understood_does_not_leave_the_task_waiting() {
    let bench = bench();
    bench.outside.reply_with(Ok(replied(json!({ "status": "odd", "error": "States.Timeout" }))));
    opened(&bench).await.unwrap();
    let answers = bench.callbacks.answers();
    assert!(
        matches!(&answers[..], [Answer::Failure(failure)] if failure.error() == "Bridge.WebhookRefused"
        && failure.cause().contains("cannot be understood")),
        "{answers:?}"
    );
}

#[tokio::test]
async fn an_event_that_comes_before_its_task_is_known_is_applied_when_it_is() {
    let bench = bench();
    let early = event("evt_1", "p1", json!({ "status": "failed" }));
    assert_eq!(bench.desk.keep(&early).await.unwrap(), First::New);
    assert_eq!(bench.desk.find(&external("p1")).await.unwrap(), None);
    bench.outside.reply_with(Ok(replied(json!({ "status": "accepted", "paymentId": "p1" }))));
    opened(&bench).await.unwrap();
    let answers = bench.callbacks.answers();
    assert!(matches!(&answers[..], [Answer::Failure(failure)] if failure.error() == "Payment.Failed"), "{answers:?}");
    let by_event = Source::Event { sender: PROVIDER.to_owned(), id: "evt_1".to_owned() };
    assert!(
        matches!(&bench.state().decision().unwrap().outcome, Outcome::Answered { source, .. } if *source == by_event)
    );
}

/// A state that is retried begins anew, and its destination may know the work by the same name.
#[tokio::test]
async fn an_event_about_a_try_before_does_not_answer_this_one() {
    let bench = bench();
    let mut old = event("evt_1", "p1", json!({ "status": "failed" }));
    old.at = start().checked_sub(Duration::from_secs(1)).unwrap();
    bench.desk.keep(&old).await.unwrap();
    bench.outside.reply_with(Ok(replied(json!({ "status": "accepted", "paymentId": "p1" }))));
    opened(&bench).await.unwrap();
    assert_eq!(bench.state().status, Status::Pending);
    assert!(bench.outside.late().is_empty());
}

#[tokio::test]
async fn a_message_that_comes_again_when_its_destination_is_gone_fails_nothing() {
    let bench = bench();
    opened(&bench).await.unwrap();
    bench.outside.unregister(PROVIDER);
    assert_eq!(opened(&bench).await.unwrap(), id());
    assert_eq!((bench.state().status, bench.outside.calls().len()), (Status::Pending, 1));
    let other = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    other.outside.unregister(PROVIDER);
    assert!(matches!(opened(&other).await, Err(OpenError::Invalid(field)) if field.path == "webhook.destination"));
}

#[tokio::test]
async fn an_early_event_that_contradicts_the_response_is_told_as_late() {
    let bench = bench();
    let early = event("evt_1", "p1", json!({ "status": "failed" }));
    bench.desk.keep(&early).await.unwrap();
    bench.outside.reply_with(Ok(replied(json!({ "status": "paid", "paymentId": "p1" }))));
    opened(&bench).await.unwrap();
    assert_eq!(outputs(&bench), [json!({ "status": "paid", "paymentId": "p1" })]);
    let late = bench.outside.late();
    assert!(matches!(&late[..], [late] if matches!(late.answer, MachineAnswer::Failure { .. })), "{late:?}");
}

#[tokio::test]
async fn an_event_finds_its_task_by_what_its_sender_calls_it() {
    let bench = bench();
    bench.outside.reply_with(Ok(replied(json!({ "paymentId": 17 }))));
    opened(&bench).await.unwrap();
    let found = bench.desk.find(&external("17")).await.unwrap().expect("the task is known");
    assert_eq!(found.request.id, id());
    let of_another = ExternalId { sender: "another".to_owned(), id: "17".to_owned() };
    assert_eq!(bench.desk.find(&of_another).await.unwrap(), None);
}

/// Whoever keeps an event, and whoever comes to know its task, take turns at every call of the table in every order: the event
/// is applied by one of them.
#[tokio::test]
async fn an_event_and_the_response_that_names_its_task_never_miss_each_other() {
    const TURNS: u32 = 10;
    let mut found = 0;
    for order in 0..1_u32 << TURNS {
        let bench = bench();
        bench.outside.reply_with(Ok(replied(json!({ "status": "accepted", "paymentId": "p1" }))));
        let mut opening = pin!(maybe_done(opened(&bench)));
        let mut coming = pin!(maybe_done(async {
            let early = event("evt_1", "p1", json!({ "status": "paid" }));
            bench.desk.keep(&early).await.unwrap();
            let callback = bench.desk.find(&external("p1")).await.unwrap()?;
            Some(bench.desk.hear(callback, &paid(), &Source::Link).await.unwrap())
        }));
        poll_fn(|context| {
            for turn in 0..TURNS {
                if order & 1 << turn == 0 {
                    let _ = opening.as_mut().poll(context);
                } else {
                    let _ = coming.as_mut().poll(context);
                }
            }
            Poll::Ready(())
        })
        .await;
        join(opening.as_mut(), coming.as_mut()).await;
        opening.as_mut().take_output().unwrap().unwrap();
        found += u32::from(coming.as_mut().take_output().unwrap().is_some());
        assert_eq!(outputs(&bench), [json!({ "status": "paid" })], "in the order {order:b}");
    }
    assert!((1..1 << TURNS).contains(&found), "it was found early and late: {found}");
}

#[tokio::test]
async fn a_late_answer_is_not_taken_and_told_to_whoever_makes_up_for_it() {
    let bench = bench();
    opened(&bench).await.unwrap();
    bench.clock.advance(Duration::from_hours(3));
    assert!(matches!(hear(&bench, &paid()).await, Err(HearError::NotTaken(NotTaken::TooLate, _))));
    bench.sweep().await;
    assert!(matches!(hear(&bench, &paid()).await, Err(HearError::NotTaken(NotTaken::Decided(_), _))));
    let late = bench.outside.late();
    assert_eq!(late.len(), 2);
    assert!(late.iter().all(|late| late.answer == paid()));
    let callback = bench.store.get(id()).unwrap();
    assert!(matches!(bench.desk.beat(callback).await, Err(HearError::NotTaken(..))));
    assert_eq!(bench.outside.late().len(), 2, "a heartbeat is no answer");
}

#[tokio::test]
async fn a_late_answer_that_cannot_be_told_is_to_be_sent_again() {
    let bench = bench();
    opened(&bench).await.unwrap();
    bench.clock.advance(Duration::from_hours(3));
    bench.outside.fail_reports();
    assert!(matches!(hear(&bench, &paid()).await, Err(HearError::NotReported(_))));
    bench.outside.recover();
    assert!(matches!(hear(&bench, &paid()).await, Err(HearError::NotTaken(..))));
    assert_eq!(bench.outside.late().len(), 1);
}

/// It is recorded in time, but the execution has ended in another way.
#[tokio::test]
async fn an_answer_that_nobody_waited_for_is_told_as_late_until_that_is_taken() {
    for refusal in [Refusal::TaskTimedOut, Refusal::InvalidToken] {
        let callbacks = RecordingCallbacks::default().answering([Err(refusal)]);
        let bench = Bench::new(MemoryStore::default(), callbacks);
        opened(&bench).await.unwrap();
        bench.outside.fail_reports();
        hear(&bench, &paid()).await.unwrap();
        assert!(
            matches!(bench.state().status, Status::Settled { .. }),
            "what was decided is told, whoever hears of it"
        );
        assert!(bench.state().token.is_none());
        bench.outside.recover();
        bench.clock.advance(Duration::from_mins(2));
        bench.sweep().await;
        assert_eq!((bench.outside.late().len(), bench.state().due_at), (1, None));
        assert_eq!(bench.callbacks.answers().len(), 1);
    }
}

/// Whoever has heard that nobody waits dies, or is given up, before somebody is told: then nobody can tell whether an unheard try
/// was taken, and somebody is told of that.
#[tokio::test]
async fn an_answer_whose_teller_died_is_told_as_late_as_far_as_is_known() {
    let callbacks = RecordingCallbacks::default().answering([Err(Refusal::TaskTimedOut), Err(Refusal::TaskTimedOut)]);
    let bench = Bench::new(MemoryStore::default(), callbacks);
    opened(&bench).await.unwrap();
    let callback = bench.store.get(id()).unwrap();
    let answer = paid();
    {
        let mut hearing = pin!(bench.desk.hear(callback, &answer, &Source::Link));
        poll_fn(|context| {
            // As far as Step Functions has replied.
            while bench.callbacks.answers().is_empty() {
                assert!(hearing.as_mut().poll(context).is_pending());
            }
            Poll::Ready(())
        })
        .await;
    }
    assert!(matches!(bench.state().status, Status::Decided(_)));
    bench.clock.advance(Duration::from_mins(2));
    bench.sweep().await;
    let late = bench.outside.late();
    assert!(matches!(&late[..], [late] if late.reason == LateReason::Unknown), "{late:?}");
}

#[tokio::test]
async fn a_response_that_contradicts_is_told_until_somebody_has_heard_of_it() {
    let bench = bench();
    let early = event("evt_1", "p1", json!({ "status": "failed" }));
    bench.desk.keep(&early).await.unwrap();
    bench.outside.reply_with(Ok(replied(json!({ "status": "paid", "paymentId": "p1" }))));
    bench.outside.fail_reports();
    opened(&bench).await.unwrap();
    assert_eq!(bench.state().untold.len(), 1);
    bench.outside.recover();
    bench.clock.advance(Duration::from_mins(1));
    bench.sweep().await;
    assert_eq!((bench.outside.late().len(), bench.state().due_at), (1, None));
}

/// A callback has room for two, so that nobody makes it larger than an item may be; the others are told at once.
#[tokio::test]
async fn of_many_early_events_that_contradict_all_are_told_and_two_are_kept_until_then() {
    let by_event = |id: &str| Source::Event { sender: PROVIDER.to_owned(), id: id.to_owned() };
    for bus_is_away in [false, true] {
        let bench = bench();
        let large = json!({ "status": "paid", "text": "x".repeat(80 * 1024) });
        bench.desk.keep(&event("evt_0", "p1", large)).await.unwrap();
        for nth in 1..4 {
            let early = event(&format!("evt_{nth}"), "p1", json!({ "status": "failed" }));
            bench.desk.keep(&early).await.unwrap();
        }
        bench.outside.reply_with(Ok(replied(json!({ "status": "paid", "paymentId": "p1" }))));
        if bus_is_away {
            bench.outside.fail_reports();
        }
        opened(&bench).await.unwrap();
        let kept: Vec<Source> = bench.state().untold.into_iter().map(|untold| untold.source).collect();
        let mut told: Vec<Source> = bench.outside.late().into_iter().map(|late| late.source).collect();
        told.sort_by_key(|source| format!("{source:?}"));
        if bus_is_away {
            assert_eq!((kept, told), (vec![by_event("evt_1"), by_event("evt_2")], vec![]));
        } else {
            assert_eq!((kept, told), (vec![], ["evt_0", "evt_1", "evt_2", "evt_3"].map(by_event).to_vec()));
        }
    }
}

#[tokio::test]
async fn of_two_answers_the_first_counts_and_the_other_is_late() {
    let bench = bench();
    opened(&bench).await.unwrap();
    let callback = bench.store.get(id()).unwrap();
    let (paid, failed) = (paid(), MachineAnswer::failure(None, None).unwrap());
    let one = bench.desk.hear(callback.clone(), &paid, &Source::Link);
    let other = bench.desk.hear(callback, &failed, &Source::Link);
    let (one, other) = Box::pin(join(one, other)).await;
    assert!(one.is_ok() != other.is_ok());
    assert_eq!((bench.callbacks.answers().len(), bench.outside.late().len()), (1, 1));
}

/// The link is answered while the call is still under way, and then the response says something else.
#[tokio::test]
async fn a_response_that_comes_after_another_answer_is_told_as_late() {
    let bench = bench();
    opened(&bench).await.unwrap();
    let state = bench.state();
    let mut due = state.clone();
    due.version += 1;
    due.due_at = Some(start());
    due.notices.get_mut(&0).unwrap().next_at = Some(start());
    bench.store.write(id(), &due).await.unwrap();
    bench.outside.reply_with(Ok(replied(json!({ "status": "failed" }))));
    let callback = bench.store.get(id()).unwrap();
    let mut working = pin!(bench.desk.work(callback));
    poll_fn(|context| {
        // As far as the claim is written and the call is under way.
        for _ in 0..2 {
            assert!(working.as_mut().poll(context).is_pending());
        }
        Poll::Ready(())
    })
    .await;
    hear(&bench, &paid()).await.unwrap();
    working.await.unwrap();
    assert_eq!(outputs(&bench), [json!({ "status": "paid" })]);
    let late = bench.outside.late();
    assert!(matches!(&late[..], [late] if matches!(late.answer, MachineAnswer::Failure { .. })), "{late:?}");
}

#[tokio::test]
async fn a_heartbeat_that_finds_nobody_ends_the_callback() {
    let callbacks = RecordingCallbacks::default().beating([Err(Refusal::TaskTimedOut)]);
    let bench = Bench::new(MemoryStore::default(), callbacks);
    opened(&bench).await.unwrap();
    let callback = bench.store.get(id()).unwrap();
    let ended = bench.desk.beat(callback).await;
    assert!(matches!(ended, Err(HearError::NotTaken(NotTaken::NobodyWaits, _))), "{ended:?}");
    assert!(matches!(bench.state().status, Status::Settled { decision: None, .. }));
}

#[tokio::test]
async fn a_heartbeat_that_is_throttled_is_to_be_sent_again() {
    let throttled = Refusal::Throttled { code: "ThrottlingException".to_owned() };
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default().beating([Err(throttled)]));
    opened(&bench).await.unwrap();
    let callback = bench.store.get(id()).unwrap();
    assert!(matches!(bench.desk.beat(callback).await, Err(HearError::NotBeaten)));
    assert_eq!(bench.state().status, Status::Pending);
}

#[tokio::test]
async fn a_machine_beats_for_itself_unless_the_message_says_that_the_bridge_does() {
    for (heartbeat, beats) in [(None, 0), (Some(Duration::from_mins(3)), 1)] {
        let bench = bench();
        opened_with(&bench, heartbeat).await.unwrap();
        bench.clock.advance(Duration::from_mins(2));
        bench.sweep().await;
        assert_eq!(bench.callbacks.heartbeats(), beats);
    }
}

#[tokio::test]
async fn what_comes_again_gets_the_first_reply_and_another_thing_by_its_key_none() {
    let bench = bench();
    let first = event("evt_1", "p1", json!({ "status": "paid" }));
    assert_eq!(bench.desk.keep(&first).await.unwrap(), First::New);
    assert_eq!(bench.desk.keep(&first).await.unwrap(), First::New, "nobody has replied yet");
    let reply = FirstReply { status: 202, body: "{}".to_owned() };
    bench.desk.replied(&first.key, &reply).await;
    assert_eq!(bench.desk.keep(&first).await.unwrap(), First::Again(reply));
    let other = event("evt_1", "p2", json!({ "status": "failed" }));
    assert_eq!(bench.desk.keep(&other).await.unwrap(), First::Other);
}

#[tokio::test]
async fn links_of_people_and_of_machines_lead_to_their_own_tasks() {
    let bench = bench();
    opened(&bench).await.unwrap();
    let of_approver = CapabilityLink::new(&bench.desk.keys, id(), Recipient::Approver(0), 0);
    assert_eq!(bench.desk.look(&of_approver.secret()).await.unwrap(), None);
    let people = super::bench().await;
    let of_machine = CapabilityLink::new(&people.desk.keys, id(), Recipient::Destination, 0);
    assert_eq!(people.desk.look(&of_machine.secret()).await.unwrap(), None);
}
