//! What is parked and not over, the most urgent first.

use std::collections::BTreeSet;

use callback_bridge::{AttemptId, Disposition};
use proptest::prelude::*;

use super::*;
use crate::{Filter, Kind, LateReason, MachineAnswer, NotAPosition, Position, Source, Standing, Webhook};

/// Parks one of each kind, and each its own way urgent.
async fn of_all_kinds() -> (Bench, [CallbackId; 3]) {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    let loan = bench.opened(json!({ "deadline": { "afterSeconds": 7200 } })).await.unwrap();
    let webhook = json!({ "destination": "payment-provider", "deadline": { "afterSeconds": 3600 } });
    let payment = parked(&bench, "payment", Ask::Webhook(Webhook::read(webhook).unwrap())).await;
    let urls = parked(&bench, "urls", Ask::Urls {}).await;
    (bench, [loan, payment, urls])
}

async fn parked(bench: &Bench, token: &str, ask: Ask) -> CallbackId {
    let token = TaskToken::new(token).unwrap();
    let (attempt, context): (AttemptId, _) = (token.attempt_id(), TaskContext::default());
    let waiting = Waiting { attempt, context, sent_at: start(), heartbeat: None, timeout: None };
    bench.desk.open(token, waiting, ask).await.unwrap()
}

async fn ids(bench: &Bench, filter: Filter) -> Vec<CallbackId> {
    let listed = bench.desk.list(&filter, Position::default(), 100).await.unwrap();
    assert_eq!(listed.next, None);
    listed.callbacks.into_iter().map(|callback| callback.request.id).collect()
}

#[tokio::test]
async fn what_is_to_be_done_first_comes_first_and_what_is_over_does_not_come() {
    let (bench, [loan, payment, urls]) = of_all_kinds().await;
    assert_eq!(ids(&bench, Filter::default()).await, [payment, loan, urls]);
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    assert_eq!(ids(&bench, Filter::default()).await, [payment, urls]);
}

#[tokio::test]
async fn what_is_not_wanted_is_left_out() {
    let (bench, [loan, payment, urls]) = of_all_kinds().await;
    let some = |text: &str| Some(text.to_owned());
    let none = Filter::default;
    bench.clock.advance(Duration::from_mins(30));
    for (filter, wanted) in [
        (Filter { kind: Some(Kind::Approval), ..none() }, vec![loan]),
        (Filter { kind: Some(Kind::Webhook), ..none() }, vec![payment]),
        (Filter { kind: Some(Kind::Urls), ..none() }, vec![urls]),
        (Filter { asked: some("Bob@Example.com"), ..none() }, vec![loan]),
        (Filter { asked: some("payment-provider"), ..none() }, vec![payment]),
        (Filter { asked: some("dora@example.com"), ..none() }, vec![]),
        (Filter { execution: some(EXECUTION), ..none() }, vec![loan]),
        (Filter { execution: some("arn:aws:states:us-east-1:210987654321:execution:loans:4"), ..none() }, vec![]),
        (
            Filter { state_machine: some("arn:aws:states:us-east-1:210987654321:stateMachine:loans"), ..none() },
            vec![loan],
        ),
        (
            Filter { state_machine: some("arn:aws:states:us-east-1:210987654321:stateMachine:loans:PROD"), ..none() },
            vec![loan],
        ),
        (Filter { state_machine: some("arn:aws:states:us-east-1:210987654321:stateMachine:loan"), ..none() }, vec![]),
        (Filter { status: Some(Standing::Waiting), ..none() }, vec![payment, loan, urls]),
        (Filter { status: Some(Standing::Decided), ..none() }, vec![]),
        (Filter { older_than: Some(Duration::from_mins(30)), ..none() }, vec![payment, loan, urls]),
        (Filter { older_than: Some(Duration::from_mins(31)), ..none() }, vec![]),
        (Filter { due_within: Some(Duration::from_mins(30)), ..none() }, vec![payment]),
        (Filter { due_within: Some(Duration::from_mins(90)), ..none() }, vec![payment, loan]),
        (
            Filter { due_within: Some(Duration::from_mins(90)), status: Some(Standing::Waiting), ..none() },
            vec![payment, loan],
        ),
        (Filter { due_within: Some(Duration::from_mins(90)), kind: Some(Kind::Approval), ..none() }, vec![loan]),
    ] {
        assert_eq!(ids(&bench, filter.clone()).await, wanted, "{filter:?}");
    }
}

#[tokio::test]
async fn what_is_decided_and_not_told_is_due() {
    let denied = Err(Refusal::Denied { code: "AccessDeniedException".to_owned() });
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default().answering([denied]));
    bench.opened(json!({})).await.unwrap();
    bench.answer("alice@example.com", Choice::Approve).await.unwrap();
    let due = Filter { due_within: Some(Duration::ZERO), ..Filter::default() };
    assert_eq!(ids(&bench, due).await, [id()]);
    assert_eq!(ids(&bench, Filter { status: Some(Standing::Decided), ..Filter::default() }).await, [id()]);
    assert_eq!(ids(&bench, Filter { status: Some(Standing::Waiting), ..Filter::default() }).await, []);
}

#[tokio::test]
async fn what_somebody_is_at_work_on_comes_although_its_index_says_later() {
    let (bench, [_, payment, _]) = of_all_kinds().await;
    bench.clock.advance(Duration::from_hours(1));
    let claim = bench.store.get(payment).unwrap().state.claim(bench.clock.now(), LEASE).unwrap();
    bench.store.write(payment, &State { version: claim.state.version + 1, ..claim.state }).await.unwrap();
    let due = Filter { due_within: Some(Duration::ZERO), status: Some(Standing::Waiting), ..Filter::default() };
    assert_eq!(ids(&bench, due).await, [payment]);
}

#[tokio::test]
async fn what_is_over_for_its_task_does_not_come_although_somebody_is_to_be_told_of_it() {
    let (bench, [loan, payment, urls]) = of_all_kinds().await;
    let Callback { request, state } = bench.store.get(payment).unwrap();
    let answer = MachineAnswer::Failure { error: None, cause: None };
    let settled = state.beaten(&request, Disposition::Closed, bench.clock.now());
    let late = settled.came_late(&answer, &Source::Link, LateReason::NobodyWaits, bench.clock.now());
    assert_eq!(late.due_at, Some(bench.clock.now()));
    bench.store.write(payment, &State { version: state.version + 1, ..late }).await.unwrap();
    assert_eq!(ids(&bench, Filter::default()).await, [loan, urls]);
}

#[tokio::test]
async fn one_that_cannot_be_read_hides_no_other() {
    let (bench, [loan, payment, urls]) = of_all_kinds().await;
    bench.store.spoil(loan);
    let listed = bench.desk.list(&Filter::default(), Position::default(), 2).await.unwrap();
    let ids: Vec<_> = listed.callbacks.iter().map(|callback| callback.request.id).collect();
    assert_eq!((ids, listed.unreadable, listed.next), (vec![payment, urls], vec![loan], None));
}

/// It would be left out for good, although it waits.
#[tokio::test]
async fn one_that_cannot_be_read_now_ends_the_listing() {
    let (bench, [_, payment, _]) = of_all_kinds().await;
    bench.store.fail_when(move |call| call == TableCall::Load(payment));
    let listed = bench.desk.list(&Filter::default(), Position::default(), 3).await;
    assert!(matches!(listed, Err(StoreError::Unavailable(_))), "{listed:?}");
}

#[tokio::test]
async fn whoever_wants_few_of_many_gets_a_page_and_its_end() {
    let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
    for number in 0..1100 {
        parked(&bench, &format!("token {number}"), Ask::Urls {}).await;
    }
    bench.opened(json!({ "deadline": { "afterSeconds": 400 * 24 * 3600 } })).await.unwrap();
    let people = Filter { kind: Some(Kind::Approval), ..Filter::default() };
    let none = bench.desk.list(&people, Position::default(), 10).await.unwrap();
    assert!(none.callbacks.is_empty(), "a thousand were read");
    let one = bench.desk.list(&people, none.next.unwrap(), 10).await.unwrap();
    assert_eq!((one.callbacks.len(), one.next), (1, None));
}

#[test]
fn a_position_that_is_none_is_told() {
    for text in ["", "x", "AAAA", "MjAyNi0xMS0yMlQxMDowMDowMFogeA"] {
        assert_eq!(text.parse::<Position>(), Err(NotAPosition), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However many wait, also for the same moment, and however long a page is.
    #[test]
    fn page_by_page_everything_comes_once_and_in_order(
        seconds in prop::collection::vec(0..4_u64, 0..60),
        most in 1..20_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new(MemoryStore::default(), RecordingCallbacks::default());
            let mut parked_ids = BTreeSet::new();
            for (number, seconds) in seconds.iter().enumerate() {
                let deadline = json!({ "destination": "payment-provider", "deadline": { "afterSeconds": 60 + seconds } });
                let ask = Ask::Webhook(Webhook::read(deadline).unwrap());
                parked_ids.insert(parked(&bench, &format!("token {number}"), ask).await);
            }
            let (mut listed, mut after) = (Vec::new(), Position::default());
            loop {
                let page = bench.desk.list(&Filter::default(), after, most).await.unwrap();
                assert!(page.callbacks.len() <= most);
                listed.extend(page.callbacks);
                let Some(next) = page.next else { break };
                after = next.to_string().parse().unwrap(); // as it comes back from whoever was told
            }
            assert!(listed.is_sorted_by_key(|callback| callback.state.due_at));
            let ids: Vec<CallbackId> = listed.iter().map(|callback| callback.request.id).collect();
            assert_eq!(ids.len(), parked_ids.len(), "one came twice, or not at all");
            assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), parked_ids);
        });
    }
}
