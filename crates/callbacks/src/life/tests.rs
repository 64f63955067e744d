//! Every sequence of events: at most one decision, never undone, and what is told is what was decided.

mod machines;
mod orders;

use std::time::Duration;

use callback_bridge::{Answer, TaskContext};
use proptest::prelude::*;
use serde_json::json;
use strum::VariantArray;

use super::*;
use crate::{Approval, Ask, Waiting, Webhook};

/// Something that happens to a callback, some time after what happened before.
#[derive(Debug, Clone)]
enum Happening {
    Answer {
        approver: u8,
        choice: Choice,
        comment: Option<String>,
        shown_rightly: bool,
    },
    Hear(MachineAnswer),
    /// A machine says that it is at work, and this is what the reply of Step Functions means.
    Beat(Disposition),
    Withdraw,
    /// Somebody orders that those who are asked are told again, as of then.
    TellAgain,
    /// Somebody orders that Step Functions is told at once.
    TellNow,
    Sweep {
        replies: Vec<Disposition>,
        notices_go_out: bool,
        call: Call,
    },
    /// URLs are created that can answer the task for so many seconds, or none that can.
    MoreUrls(Option<u64>),
    HandlerDies,
}

/// What comes of a call.
#[derive(Debug, Clone)]
enum Call {
    Taken(Option<MachineAnswer>),
    NotTaken { after: Option<u64> },
    Refused,
}

fn machine_answer() -> impl Strategy<Value = MachineAnswer> {
    prop_oneof![
        (0..2).prop_map(|output| MachineAnswer::Success { output: json!(output) }),
        prop::option::of(Just("Payment.Failed".to_owned()))
            .prop_map(|error| MachineAnswer::Failure { error, cause: None }),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        4 => prop::option::weighted(0.3, machine_answer()).prop_map(Call::Taken),
        4 => prop::option::of(0..100_000_u64).prop_map(|after| Call::NotTaken { after }),
        1 => Just(Call::Refused),
    ]
}

fn disposition() -> impl Strategy<Value = Disposition> {
    prop::sample::select(Disposition::VARIANTS)
}

fn happening() -> impl Strategy<Value = Happening> {
    let choice = prop::sample::select(vec![Choice::Approve, Choice::Reject]);
    let comment = prop::option::of("[a-z]{0,3}");
    prop_oneof![
        4 => (0..5_u8, choice, comment, prop::bool::weighted(0.9)).prop_map(|(approver, choice, comment, shown_rightly)| {
            Happening::Answer { approver, choice, comment, shown_rightly }
        }),
        2 => machine_answer().prop_map(Happening::Hear),
        1 => disposition().prop_map(Happening::Beat),
        1 => Just(Happening::Withdraw),
        1 => Just(Happening::TellAgain),
        1 => Just(Happening::TellNow),
        4 => (prop::collection::vec(disposition(), 3), any::<bool>(), call())
            .prop_map(|(replies, notices_go_out, call)| Happening::Sweep { replies, notices_go_out, call }),
        2 => prop::option::weighted(0.8, 0..7200_u64).prop_map(Happening::MoreUrls),
        1 => Just(Happening::HandlerDies),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let webhook = (60..7200_u64).prop_map(|deadline| {
        let webhook = json!({ "destination": "payment-provider", "deadline": { "afterSeconds": deadline } });
        Ask::Webhook(Webhook::read(webhook).unwrap())
    });
    let ask = prop_oneof![2 => approval(), 1 => webhook, 1 => Just(Ask::Urls {})];
    (ask, prop::option::of(180..600_u64)).prop_map(|(ask, heartbeat)| {
        // Whoever creates URLs says nothing about heartbeats.
        let heartbeat = heartbeat.filter(|_| ask != Ask::Urls {});
        let waiting = Waiting {
            attempt: TaskToken::new("t").unwrap().attempt_id(),
            context: TaskContext::default(),
            sent_at: start(),
            heartbeat: heartbeat.map(Duration::from_secs),
            timeout: None,
        };
        Request::new(waiting, ask).unwrap()
    })
}

prop_compose! {
    fn approval()(
        approvers in 1..4_usize,
        needed in 1..4_u64,
        veto: bool,
        comment in prop::sample::select(vec!["optional", "required", "requiredOnReject"]),
        then in prop::sample::select(vec!["fail", "approve", "reject"]),
        on_reject in prop::sample::select(vec!["succeed", "fail"]),
        deadline in 60..7200_u64,
    ) -> Ask {
        let approvers: Vec<String> = (0..approvers).map(|at| format!("approver-{at}@example.com")).collect();
        let approval = Approval::read(json!({
            "title": "Loan 42", "policy": { "approvals": needed.min(approvers.len() as u64), "veto": veto },
            "approvers": approvers, "comment": comment, "onReject": on_reject,
            "deadline": { "afterSeconds": deadline, "then": then }, "remindAfterSeconds": [deadline / 2],
        }));
        Ask::Approval(approval.unwrap())
    }
}

const LEASE: Duration = Duration::from_mins(1);

fn start() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// A callback, and what Step Functions was told about it and took.
struct World {
    request: Request,
    state: State,
    now: Timestamp,
    told: Vec<Answer>,
    decision_number: u32,
}

impl World {
    fn happens(&mut self, happening: &Happening) {
        self.decision_number += 1;
        let id = self.decision_number.to_string();
        match happening {
            Happening::Answer { approver, choice, comment, shown_rightly } => {
                let shown = if *shown_rightly { self.request.digest() } else { "another".to_owned() };
                let given = GivenAnswer {
                    approver: *approver,
                    signed_in_as: None,
                    choice: *choice,
                    comment: comment.clone(),
                    shown,
                };
                if let Ok(Taken::New(next)) = self.state.answer(&self.request, given, &id, self.now) {
                    self.state = *next;
                }
            }
            Happening::Withdraw => {
                let withdrawal = Withdrawal { by: "carol".to_owned(), reason: "a mistake".to_owned() };
                self.state = self.state.withdraw(&withdrawal, &id, self.now).unwrap_or(self.state.clone());
            }
            Happening::Hear(answer) => {
                if let Ok(Taken::New(next)) = self.state.hear(&self.request, answer, &Source::Link, &id, self.now) {
                    self.state = *next;
                }
            }
            Happening::Beat(disposition) => {
                if self.state.waits(&self.request, self.now).is_ok() {
                    self.state = self.state.beaten(&self.request, *disposition, self.now);
                }
            }
            Happening::TellAgain => {
                if let Ok(Some(next)) = self.state.tell_again(&self.request, &self.state, self.now) {
                    self.state = next;
                }
            }
            Happening::TellNow => {
                self.state = self.state.tell_now(LEASE, self.now).unwrap_or(self.state.clone());
            }
            Happening::Sweep { replies, notices_go_out, call } => self.sweep(replies, *notices_go_out, call, &id),
            Happening::MoreUrls(seconds) if self.request.ask == Ask::Urls {} => {
                let until = seconds.map(|seconds| self.now.checked_add(Duration::from_secs(seconds)).unwrap());
                self.state = self.state.with_urls(&self.request, until);
            }
            Happening::MoreUrls(_) => {}
            Happening::HandlerDies => {
                if let Some(claim) = self.state.claim(self.now, LEASE) {
                    self.state = claim.state;
                }
            }
        }
    }

    fn sweep(&mut self, replies: &[Disposition], notices_go_out: bool, call: &Call, id: &str) {
        let Some(claim) = self.state.claim(self.now, LEASE) else { return };
        let lease_ends = claim.state.due_at;
        self.state = claim.state;
        let mut replies = replies.iter().copied().cycle();
        for duty in self.state.duties(&self.request, self.now) {
            let next = match duty {
                Duty::Expire => self.state.expire(&self.request, id, self.now),
                Duty::Settle(answer) => {
                    let disposition = replies.next().unwrap();
                    if disposition == Disposition::Settled {
                        self.told.push(answer);
                    }
                    Some(self.state.told(disposition, false, self.now))
                }
                Duty::Notify { approver, .. } if notices_go_out => {
                    Some(self.state.notified(&self.request, approver, self.now))
                }
                Duty::Notify { approver, .. } => Some(self.state.not_notified(&self.request, approver, 0.0, self.now)),
                Duty::Call => Some(self.call(call, id)),
                Duty::Report(untold) => Some(self.state.reported(&untold, notices_go_out, self.now)),
                Duty::Beat => Some(self.state.beaten(&self.request, replies.next().unwrap(), self.now)),
            };
            self.state = next.unwrap_or(self.state.clone());
        }
        self.state = self.state.clone().released(&self.request, lease_ends);
    }

    fn call(&self, call: &Call, id: &str) -> State {
        match call {
            Call::Taken(answer) => {
                let called = self.state.called(&self.request, self.now);
                let Some(answer) = answer else { return called };
                match called.hear(&self.request, answer, &Source::Response, id, self.now) {
                    Ok(Taken::New(next)) => *next,
                    Ok(Taken::Before) => called,
                    Err(why) => called.came_late(answer, &Source::Response, LateReason::of(&why), self.now),
                }
            }
            Call::NotTaken { after } => {
                let after = after.map(Duration::from_secs);
                self.state.not_called(&self.request, "no reply in time", after, 0.5, self.now)
            }
            Call::Refused => self.state.refused("410", id, self.now).unwrap_or(self.state.clone()),
        }
    }
}

#[test]
fn the_first_heartbeat_is_spread_between_a_sixth_and_a_third_by_the_id() {
    let first_beat = |number: u32, heartbeat: Option<u64>| {
        let token = TaskToken::new(format!("token {number}")).unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: start(),
            heartbeat: heartbeat.map(Duration::from_secs),
            timeout: None,
        };
        let approval = Approval::read(json!({ "title": "Loan 42", "approvers": ["alice@example.com"] })).unwrap();
        let request = Request::new(waiting, Ask::Approval(approval)).unwrap();
        // Long after the task began: it counts from there, as the state does.
        let received = start().checked_add(Duration::from_hours(1)).unwrap();
        State::new(&request, token, received).heartbeat_at.map(|at| at.duration_since(start()).as_secs())
    };
    let beats: Vec<i64> = (0..500).filter_map(|number| first_beat(number, Some(600))).collect();
    assert_eq!(beats.len(), 500);
    assert!(beats.iter().all(|seconds| (100..200).contains(seconds)), "{beats:?}");
    for minute in [100..120, 120..160, 160..200] {
        assert!(beats.iter().any(|seconds| minute.contains(seconds)), "none in {minute:?}");
    }
    assert_eq!(first_beat(7, Some(600)), first_beat(7, Some(600)), "the same task, the same beat");
    assert_eq!(first_beat(7, None), None);
}

#[test]
fn a_withdrawal_says_who_and_why_in_up_to_500_characters() {
    let withdrawal = |by: &str, reason: &str| Withdrawal { by: by.to_owned(), reason: reason.to_owned() };
    let longest = "é".repeat(500);
    assert_eq!(withdrawal(&longest, &longest).checked(), Ok(withdrawal(&longest, &longest)));
    let too_long = "é".repeat(501);
    for (wrong, field) in [
        (withdrawal("", "a mistake"), "by"),
        (withdrawal(" ", "a mistake"), "by"),
        (withdrawal(&too_long, "a mistake"), "by"),
        (withdrawal("carol", "\n"), "reason"),
        (withdrawal("carol", &too_long), "reason"),
    ] {
        assert_eq!(wrong.checked().unwrap_err().path, field);
    }
}

fn rank(status: &Status) -> u8 {
    match status {
        Status::Pending => 0,
        Status::Decided(_) => 1,
        Status::Settled { .. } => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn at_most_one_decision_never_undone_and_told_as_it_was_made(
        request in request(),
        happenings in prop::collection::vec((0..1200_i64, happening()), 0..40),
    ) {
        let token = TaskToken::new("t").unwrap();
        let state = State::new(&request, token, start());
        let mut world = World { request, state, now: start(), told: Vec::new(), decision_number: 0 };
        for (seconds, happening) in happenings {
            world.now = world.now.checked_add(Duration::from_secs(seconds.unsigned_abs())).unwrap();
            let before = world.state.clone();
            world.happens(&happening);
            let after = &world.state;
            prop_assert!(rank(&before.status) <= rank(&after.status), "life went back");
            if let Some(decision) = before.decision() {
                prop_assert_eq!(after.decision(), Some(decision), "a decision was changed");
                let told = |state: &State| state.answer_of(&world.request, decision);
                prop_assert_eq!(told(after), told(&before), "what is told about it was changed");
            }
            if matches!(before.status, Status::Settled { .. }) {
                let as_before = |state: &State| State { untold: Vec::new(), due_at: None, ..state.clone() };
                prop_assert_eq!(as_before(&before), as_before(after), "a settled callback was changed");
            }
            for (approver, answer) in &before.answers {
                prop_assert_eq!(after.answers.get(approver), Some(answer), "an answer was changed");
            }
            let settled = matches!(after.status, Status::Settled { .. });
            let over = settled && after.untold.is_empty();
            prop_assert_eq!(after.due_at.is_none(), over, "exactly what is settled, and told, is never due again");
            prop_assert_eq!(after.token.is_none(), settled, "exactly what is settled has lost its token");
            if after.status == Status::Pending {
                let lease_ends = world.now.checked_add(LEASE).unwrap();
                prop_assert!(after.due_at <= Some(after.deadline_at(&world.request).max(lease_ends)), "a deadline is forgotten");
            }
        }
        prop_assert!(world.told.len() <= 1, "Step Functions took two answers");
        if let Some(told) = world.told.first() {
            let decision = world.state.decision().expect("what was told was decided");
            prop_assert_eq!(told, &world.state.answer_of(&world.request, decision));
        }
    }

    /// Whatever has happened, sweeps alone bring every callback to its end.
    #[test]
    fn every_callback_ends(
        request in request(),
        happenings in prop::collection::vec((0..600_i64, happening()), 0..10),
    ) {
        let state = State::new(&request, TaskToken::new("t").unwrap(), start());
        let mut world = World { request, state, now: start(), told: Vec::new(), decision_number: 0 };
        for (seconds, happening) in happenings {
            world.now = world.now.checked_add(Duration::from_secs(seconds.unsigned_abs())).unwrap();
            world.happens(&happening);
        }
        let mut sweeps = 0;
        while let Some(due_at) = world.state.due_at {
            world.now = world.now.max(due_at);
            world.happens(&Happening::Sweep {
                replies: vec![Disposition::Settled],
                notices_go_out: sweeps % 2 == 0,
                call: Call::NotTaken { after: None },
            });
            sweeps += 1;
            prop_assert!(sweeps < 1000, "it is due again and again");
        }
        let settled = matches!(world.state.status, Status::Settled { .. });
        prop_assert!(settled);
    }
}
