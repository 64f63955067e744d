//! What people order: nobody who has claimed a callback is disturbed, and no reminder is lost or sent twice.

use callback_bridge::TaskToken;

use super::*;

/// Two are asked, and reminded after an hour and after a day.
fn asked() -> (Request, State) {
    let approval = json!({
        "title": "Loan 42", "approvers": ["alice@example.com", "bob@example.com"], "policy": { "approvals": "all" },
        "remindAfterSeconds": [3600, 86400],
    });
    let token = TaskToken::new("t").unwrap();
    let waiting = Waiting {
        attempt: token.attempt_id(),
        context: TaskContext::default(),
        sent_at: start(),
        heartbeat: None,
        timeout: None,
    };
    let request = Request::new(waiting, Ask::Approval(Approval::read(approval).unwrap())).unwrap();
    let state = State::new(&request, token, start());
    let told = state.notified(&request, 0, start()).notified(&request, 1, start());
    (request, told)
}

fn after(seconds: u64) -> Timestamp {
    start().checked_add(Duration::from_secs(seconds)).unwrap()
}

#[test]
fn whoever_is_told_again_by_order_gets_their_reminders_all_the_same() {
    let (request, told) = asked();
    let ordered = told.tell_again(&request, &told, after(600)).unwrap().unwrap();
    assert_eq!((ordered.due_at, ordered.duties(&request, after(600)).len()), (Some(after(600)), 2));
    let told_again = ordered.notified(&request, 0, after(600)).notified(&request, 1, after(601));
    assert!(told_again.notices.values().all(|notice| notice.sent == 2 && notice.next_at == Some(after(3600))));
    let reminded = told_again.notified(&request, 0, after(3601));
    assert_eq!((reminded.notices[&0].sent, reminded.notices[&0].next_at), (3, Some(after(86_400))));
    let last = reminded.notified(&request, 0, after(86_400));
    assert_eq!((last.notices[&0].sent, last.notices[&0].next_at), (4, None));
}

#[test]
fn whoever_is_being_told_or_was_meanwhile_is_not_told_again() {
    let (request, told) = asked();
    let claimed = told.claim(after(3600), LEASE).unwrap().state;
    let ordered = claimed.tell_again(&request, &told, after(3601)).unwrap();
    assert_eq!(ordered, None, "both are being reminded");
    let alice = claimed.notified(&request, 0, after(3602));
    assert_eq!(alice.tell_again(&request, &told, after(3603)).unwrap(), None, "she was told since it was seen");
    let ordered = alice.tell_again(&request, &alice, after(3603)).unwrap().unwrap();
    assert_eq!(ordered.notices[&0].next_at, Some(after(3603)), "a later order is another one");
}

#[test]
fn whoever_has_claimed_it_is_left_to_it_and_finds_out_afterwards() {
    let (request, told) = asked();
    let beaten = State { heartbeat_at: Some(after(60)), due_at: Some(after(60)), ..told };
    let claimed = beaten.claim(after(60), LEASE).unwrap().state;
    let ordered = claimed.tell_again(&request, &claimed, after(61)).unwrap().unwrap();
    assert_eq!(ordered.due_at, claimed.due_at);
    assert_eq!(ordered.claim(after(62), LEASE), None);
    let released = State { heartbeat_at: None, ..ordered }.released(&request, claimed.due_at);
    assert_eq!(released.due_at, Some(after(61)));
}

#[test]
fn who_has_answered_is_not_told_again_and_after_the_deadline_nobody_is() {
    let (request, told) = asked();
    let (shown, signed_in_as, comment) = (request.digest(), None, None);
    let given = GivenAnswer { approver: 0, signed_in_as, choice: Choice::Approve, comment, shown };
    let Ok(Taken::New(answered)) = told.answer(&request, given, "1", after(1)) else { panic!("it is taken") };
    let ordered = answered.tell_again(&request, &answered, after(2)).unwrap().unwrap();
    assert_eq!((ordered.notices[&0].next_at, ordered.notices[&1].next_at), (Some(after(3600)), Some(after(2))));
    let week = after(7 * 24 * 3600);
    assert_eq!(told.tell_again(&request, &told, week), Err(NotTaken::TooLate));
    let withdrawal = Withdrawal { by: "carol".to_owned(), reason: "a mistake".to_owned() };
    let decided = told.withdraw(&withdrawal, "1", after(3)).unwrap();
    assert!(matches!(decided.tell_again(&request, &decided, after(4)), Err(NotTaken::Decided(_))));
    let over = told.beaten(&request, Disposition::Closed, after(3));
    assert_eq!(over.tell_again(&request, &over, after(4)), Err(NotTaken::NobodyWaits));
}

#[test]
fn what_was_decided_is_told_at_once_unless_somebody_may_be_telling_it() {
    let (_, told) = asked();
    assert_eq!(told.tell_now(LEASE, after(1)), None, "nothing is decided");
    let withdrawal = Withdrawal { by: "carol".to_owned(), reason: "a mistake".to_owned() };
    let decided = told.withdraw(&withdrawal, "1", after(1)).unwrap();
    assert_eq!(decided.tell_now(LEASE, after(1)), None, "it is due anyway");
    let claimed = decided.claim(after(1), LEASE).unwrap().state;
    assert_eq!(claimed.tell_now(LEASE, after(2)), None, "somebody is telling it");
    let denied = claimed.told(Disposition::Denied, false, after(2));
    let now = denied.tell_now(LEASE, after(3)).unwrap();
    assert_eq!((denied.due_at > Some(after(3)), now.due_at), (true, Some(after(3))));
    // An unheard try looks like one that is under way, until its next one is further away than that could be.
    let unheard = claimed.told(Disposition::Retry, true, after(2));
    assert_eq!(unheard.tell_now(LEASE, after(3)), None);
    let often = State { settle_tries: 9, ..unheard }.told(Disposition::Retry, true, after(2));
    assert_eq!(often.tell_now(LEASE, after(3)).unwrap().due_at, Some(after(3)));
    let settled = claimed.told(Disposition::Settled, false, after(2));
    assert_eq!(settled.tell_now(LEASE, after(3)), None);
}
