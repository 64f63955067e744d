//! What people order about a callback that is parked.

use super::*;
use crate::{OrderError, Resent, test_util::SentNotice};

/// Both have to approve.
async fn of_both() -> Bench {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened(json!({ "policy": { "approvals": "all" } })).await.unwrap();
    bench
}

fn reminded(bench: &Bench) -> Vec<String> {
    let reminders = bench.outside.sent().into_iter().filter(|sent| sent.reminder);
    reminders.map(|SentNotice { address, .. }| address).collect()
}

#[tokio::test]
async fn who_has_not_answered_is_told_again_by_the_same_link() {
    let bench = of_both().await;
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    let Resent { callback, told, not_told } = bench.desk.resend(id()).await.unwrap();
    assert_eq!((told, not_told), (vec![1], vec![]));
    assert_eq!(reminded(&bench), ["bob@example.com"]);
    let links: Vec<String> = bench
        .outside
        .sent()
        .into_iter()
        .filter(|sent| sent.address == "bob@example.com")
        .map(|sent| sent.link)
        .collect();
    assert_eq!(links[0], links[1]);
    assert_eq!(callback.state.notices[&1].sent, 2, "it is on record");
}

#[tokio::test]
async fn a_notice_that_did_not_go_out_is_tried_again_now_as_what_it_is() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.outside.fail("bob@example.com");
    bench.opened(json!({})).await.unwrap();
    let Resent { told, not_told, .. } = bench.desk.resend(id()).await.unwrap();
    assert_eq!((told, not_told), (vec![0], vec![1]));
    bench.outside.recover();
    let Resent { told, .. } = bench.desk.resend(id()).await.unwrap();
    assert_eq!(told, [0, 1]);
    let last = bench.outside.sent().pop().unwrap();
    assert_eq!((&*last.address, last.reminder), ("bob@example.com", false), "he is asked");
}

#[tokio::test]
async fn two_orders_at_once_tell_everybody_once() {
    for _ in 0..20 {
        let bench = of_both().await;
        let (one, other) = tokio::join!(bench.desk.resend(id()), bench.desk.resend(id()));
        let told = [one, other].into_iter().map(|resent| resent.unwrap().told.len()).max();
        assert_eq!(told, Some(2), "one of them tells both");
        bench.sweep().await;
        assert_eq!(reminded(&bench).len(), 2, "{:?}", reminded(&bench));
    }
}

/// Whoever is slow has looked at the callback before somebody else told everybody.
#[tokio::test]
async fn an_order_that_is_overtaken_by_another_tells_nobody_twice() {
    let mut overtaken = 0;
    // The second time it is polled, it has looked.
    for polls in 2..40 {
        let bench = of_both().await;
        let mut order = pin!(bench.desk.resend(id()));
        let mut left = polls;
        let over = poll_fn(|context| {
            while left > 0 {
                left -= 1;
                if order.as_mut().poll(context).is_ready() {
                    return Poll::Ready(true);
                }
            }
            Poll::Ready(false)
        });
        if over.await || bench.state().notices.values().all(|notice| notice.sent == 2) {
            break; // the next order is another one
        }
        bench.desk.resend(id()).await.unwrap();
        order.await.unwrap();
        bench.sweep().await;
        assert_eq!(reminded(&bench).len(), 2, "after {polls} polls: {:?}", reminded(&bench));
        overtaken += 1;
    }
    assert!(overtaken > 2, "only {overtaken}");
}

#[tokio::test]
async fn an_order_beside_a_sweep_tells_everybody_once() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    bench.opened(json!({ "policy": { "approvals": "all" }, "remindAfterSeconds": [3600] })).await.unwrap();
    bench.clock.advance(Duration::from_hours(1));
    let (_, resent) = tokio::join!(bench.sweep(), bench.desk.resend(id()));
    resent.unwrap();
    bench.sweep().await;
    assert_eq!(reminded(&bench).len(), 2, "{:?}", reminded(&bench));
}

#[tokio::test]
async fn whoever_dies_after_the_order_is_made_up_for_by_the_sweep() {
    for calls in 1..6 {
        let bench = of_both().await;
        bench.store.go_away_after(calls);
        let _died = bench.desk.resend(id()).await;
        bench.store.recover();
        bench.clock.advance(LEASE);
        bench.sweep().await;
        let told = reminded(&bench);
        let never_written = bench.state().notices.values().all(|notice| notice.sent == 1);
        assert!(told.len() == 4 || told.len() == 2 || never_written, "after {calls} calls: {told:?}");
    }
}

#[tokio::test]
async fn what_is_decided_is_not_asked_again() {
    let bench = bench().await;
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    let refused = bench.desk.resend(id()).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("the callback {} is not open any more: it has been decided already", id()));
    assert!(reminded(&bench).is_empty());
}

#[tokio::test]
async fn what_is_not_there_cannot_be_shown_told_or_settled() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    for refused in [
        bench.desk.show(id()).await.unwrap_err(),
        bench.desk.resend(id()).await.unwrap_err(),
        bench.desk.settle(id()).await.unwrap_err(),
    ] {
        assert!(matches!(refused, OrderError::NoSuchCallback(missing) if missing == id()), "{refused}");
    }
}

#[tokio::test]
async fn what_was_denied_is_told_at_once_and_once() {
    let denied = || Err(Refusal::Denied { code: "AccessDeniedException".to_owned() });
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default().answering([denied(), denied()]));
    bench.opened(json!({})).await.unwrap();
    assert!(matches!(bench.desk.settle(id()).await, Err(OrderError::Undecided(_))));
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    let still = bench.desk.settle(id()).await.unwrap();
    assert!(matches!(still.state.status, Status::Decided(_)) && still.state.due_at > Some(bench.clock.now()));
    let settled = bench.desk.settle(id()).await.unwrap();
    assert!(matches!(settled.state.status, Status::Settled { .. }), "{:?}", settled.state.status);
    let tries = bench.callbacks.answers().len();
    let again = bench.desk.settle(id()).await.unwrap();
    assert_eq!((again.state, bench.callbacks.answers().len()), (settled.state, tries), "it is over");
}

#[tokio::test]
async fn two_orders_at_once_tell_step_functions_once() {
    let denied = Err(Refusal::Denied { code: "AccessDeniedException".to_owned() });
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default().answering([denied]));
    bench.opened(json!({})).await.unwrap();
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    let tries = bench.callbacks.answers().len();
    let (one, other) = tokio::join!(bench.desk.settle(id()), bench.desk.settle(id()));
    one.unwrap();
    other.unwrap();
    assert_eq!(bench.callbacks.answers().len(), tries + 1);
    assert!(matches!(bench.state().status, Status::Settled { .. }));
}
