//! Doing what is due about one callback.

use callback_bridge::{Answer, Disposition, Refusal, TaskCallbacks, TaskHandle, metrics::Reply};
use futures_util::future::join_all;
use jiff::Timestamp;
use tracing::{error, info, warn};

use super::{ChangeError, Desk, LEASE, calling::CallEnd, decision_id};
use crate::{
    CallError, Callback, CallbackStore, CapabilityLink, Clock, Duty, LateReason, MachineAnswer, NoticeKind,
    OutgoingNotice, Outside, Recipient, Request, Source, State, Status, Taken, Untold,
    metrics::{self, Notified, Step},
    ports::{StoreError, Written},
};

/// What was done about a callback.
#[derive(Debug)]
pub struct Worked {
    /// The callback as it is now.
    pub callback: Callback,
    /// How many things were done, whether they went well or not.
    pub duties: usize,
}

/// What of that which is due is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All of it.
    All,
    /// What nobody but Step Functions is asked for.
    Internal,
}

/// A duty that was done.
enum Done {
    Expired,
    Told { disposition: Disposition, maybe_taken: bool },
    Notified(u8),
    NotNotified(u8),
    Called(CallEnd),
    Beaten(Disposition),
    Reported(Untold, bool),
}

impl Done {
    /// What was answered with it.
    fn answers(&self) -> &[(MachineAnswer, Source)] {
        match self {
            Self::Called(CallEnd::Taken(answers)) => answers,
            _ => &[],
        }
    }
}

impl<S: CallbackStore, C: TaskCallbacks, O: Outside, K: Clock> Desk<S, C, O, K> {
    /// Claims a callback and does what is due about it. Where somebody else has claimed it, or nothing is due, nothing is done.
    ///
    /// # Errors
    /// When the table is in trouble; what was done may be done again when the lease ends.
    pub async fn work(&self, callback: Callback) -> Result<Worked, StoreError> {
        self.work_on(callback, Scope::All).await
    }

    pub(super) async fn work_on(&self, callback: Callback, scope: Scope) -> Result<Worked, StoreError> {
        let id = callback.request.id;
        let mut worked = Worked { callback, duties: 0 };
        // What is decided on the way, by the deadline, is told at once.
        while let Some(claim) = worked.callback.state.claim(self.now(), LEASE) {
            let mut duties = worked.callback.state.duties(&worked.callback.request, self.now());
            duties.retain(|duty| scope == Scope::All || duty.is_internal());
            if scope == Scope::Internal && duties.is_empty() {
                break;
            }
            let claimed = State { version: worked.callback.state.version + 1, ..claim.state };
            if self.store.write(id, &claimed).await.inspect_err(|error| told(error, &worked.callback))?
                == Written::Conflict
            {
                break;
            }
            let lease_ends = claimed.due_at;
            worked.callback.state = claimed;
            worked.duties += duties.len();
            // All at once, so that twenty slow notices take no longer than the lease.
            let fulfilled = duties.into_iter().map(|duty| self.fulfil(&worked.callback, duty, claim.maybe_told));
            let done = join_all(fulfilled).await;
            let callback = worked.callback.clone();
            let (decision_id, jitter) = (decision_id(), fastrand::f64());
            let step = |callback: &Callback, now| {
                let after = |state, done| {
                    after(&callback.request, state, done, &Chance { decision_id: &decision_id, jitter }, now)
                };
                Ok(Some(done.iter().fold(callback.state.clone(), after).released(&callback.request, lease_ends)))
            };
            let pending = callback.state.status == Status::Pending;
            worked.callback = match self.change::<std::convert::Infallible>(id, callback, step).await {
                Ok(changed) => changed.callback,
                Err(ChangeError::Refused(never, _)) => match never {},
                Err(ChangeError::Gone) => break,
                Err(ChangeError::Store(error)) => {
                    told(&error, &worked.callback);
                    return Err(error);
                }
            };
            for (answer, source) in done.iter().flat_map(Done::answers) {
                self.tell_at_once(&worked.callback, answer, source).await;
            }
            if pending {
                count(&worked.callback.state, &decision_id);
            }
        }
        Ok(worked)
    }

    async fn fulfil(&self, callback: &Callback, duty: Duty, maybe_told: bool) -> Done {
        match duty {
            Duty::Expire => Done::Expired,
            Duty::Settle(answer) => self.tell(callback, &answer, maybe_told).await,
            Duty::Notify { approver, kind } => self.notify(callback, approver, kind).await,
            Duty::Call => match callback.request.webhook() {
                Some(webhook) => Done::Called(self.call(callback, webhook).await),
                None => Done::Called(CallEnd::Taken(Vec::new())), // nobody is called for people
            },
            Duty::Report(untold) => {
                let told = self.report(callback, &untold).await;
                Done::Reported(untold, told)
            }
            Duty::Beat => Done::Beaten(self.heartbeat(callback).await),
        }
    }

    async fn tell(&self, callback: &Callback, answer: &Answer, maybe_told: bool) -> Done {
        let Some(task) = task(callback) else {
            return Done::Told { disposition: Disposition::Closed, maybe_taken: false };
        };
        let reply = self.callbacks.answer(task, answer).await;
        Reply::count(&reply);
        let disposition = Disposition::of(&reply, maybe_told);
        let age = callback.state.decision().map(|decision| self.now().duration_since(decision.at));
        metrics::settlement(disposition, age.and_then(|age| age.try_into().ok()).unwrap_or_default());
        report(callback, answer, disposition, reply.as_ref().err());
        let maybe_taken = maybe_told || matches!(reply, Err(Refusal::Unheard { .. }));
        Done::Told { disposition, maybe_taken }
    }

    /// Tells of an answer that came too late; whether somebody was told.
    async fn report(&self, callback: &Callback, untold: &Untold) -> bool {
        match callback.state.answer_untold(untold) {
            Some(answer) => self.late(callback, answer, &untold.source, untold.reason, untold.at).await.is_ok(),
            None => true, // there is nothing to tell
        }
    }

    /// Tells that an answer came too late, if that is too much to be kept: now or never.
    async fn tell_at_once(&self, callback: &Callback, answer: &MachineAnswer, source: &Source) {
        let Callback { request, state } = callback;
        if let Err(not_taken) = state.hear(request, answer, source, "", self.now())
            && !state.keeps(answer, source)
        {
            // That it could not be told is told where it happened.
            drop(self.late(callback, answer, source, LateReason::of(&not_taken), self.now()).await);
        }
    }

    async fn notify(&self, callback: &Callback, approver: u8, kind: NoticeKind) -> Done {
        let request = &callback.request;
        let asked =
            request.approval().and_then(|approval| Some((approval, approval.approvers.get(usize::from(approver))?)));
        let Some((approval, recipient)) = asked else { return Done::NotNotified(approver) };
        let link =
            CapabilityLink::new(&self.keys, request.id, Recipient::Approver(approver), callback.state.generation);
        let notice = OutgoingNotice { request, approval, approver: recipient, kind, link };
        match self.outside.send(&notice).await {
            Ok(()) => {
                metrics::notice(Notified::Sent);
                info!(callback.id = %callback.request.id, callback.approver = approver, "a notice has gone out");
                Done::Notified(approver)
            }
            Err(error) => {
                metrics::notice(Notified::NotSent);
                warn!(callback.id = %callback.request.id, callback.approver = approver, %error, "a notice did not go out; it is tried again");
                Done::NotNotified(approver)
            }
        }
    }
}

/// The task that waits, until the callback is settled.
pub(super) fn task(callback: &Callback) -> Option<TaskHandle<'_>> {
    let token = callback.state.token.as_ref()?;
    Some(TaskHandle { token, execution: callback.request.execution.as_deref() })
}

/// What is drawn by lot for what follows.
struct Chance<'a> {
    /// The name of the decision that may be made.
    decision_id: &'a str,
    /// How much longer than it must what failed waits, from 0 to 1.
    jitter: f64,
}

/// What follows of a duty that was done, whatever else has happened to the callback since.
fn after(request: &Request, state: State, done: &Done, chance: &Chance<'_>, now: Timestamp) -> State {
    let Chance { decision_id, jitter } = *chance;
    match done {
        Done::Expired => state.expire(request, decision_id, now).unwrap_or(state),
        Done::Told { disposition, maybe_taken } => state.told(*disposition, *maybe_taken, now),
        Done::Notified(approver) => state.notified(request, *approver, now),
        Done::NotNotified(approver) => state.not_notified(request, *approver, jitter, now),
        Done::Called(CallEnd::Taken(answers)) => {
            let heard = |state, said: &(MachineAnswer, Source)| heard(request, state, said, decision_id, now);
            answers.iter().fold(state.called(request, now), heard)
        }
        Done::Called(CallEnd::NotTaken(error)) => {
            let after = match error {
                CallError::Again { after, .. } => *after,
                CallError::Refused { .. } => None,
            };
            state.not_called(request, &error.to_string(), after, jitter, now)
        }
        Done::Called(CallEnd::Refused(reason)) => state.refused(reason, decision_id, now).unwrap_or(state),
        Done::Beaten(disposition) => state.beaten(request, *disposition, now),
        Done::Reported(untold, told) => state.reported(untold, *told, now),
    }
}

/// What follows of an answer that came with a call: if it is not taken, somebody is to be told that it came too late.
fn heard(
    request: &Request,
    state: State,
    (answer, source): &(MachineAnswer, Source),
    decision_id: &str,
    now: Timestamp,
) -> State {
    match state.hear(request, answer, source, decision_id, now) {
        Ok(Taken::New(next)) => *next,
        Ok(Taken::Before) => state,
        Err(not_taken) => state.came_late(answer, source, LateReason::of(&not_taken), now),
    }
}

/// Counts what this has ended.
fn count(state: &State, decision_id: &str) {
    match &state.status {
        Status::Decided(decision) if decision.id == decision_id => metrics::step(&decision.outcome),
        Status::Settled { decision: None, .. } => metrics::step(Step::Abandoned),
        _ => {}
    }
}

/// The one line about an answer.
fn report(callback: &Callback, answer: &Answer, disposition: Disposition, refusal: Option<&Refusal>) {
    macro_rules! line {
        ($level:ident, $text:literal) => {
            $level!(
                callback.id = %callback.request.id,
                task.answer = answer.kind(),
                task.error = answer.error(),
                disposition = disposition.as_str(),
                settle.tries = callback.state.settle_tries,
                error = refusal.map(tracing::field::display),
                $text
            )
        };
    }
    match disposition {
        Disposition::Settled => line!(info, "the decision was told"),
        Disposition::Closed => line!(info, "nobody waits for the decision any more"),
        Disposition::Unknown => line!(warn, "nobody waits any more; an earlier, unheard try may have been taken"),
        Disposition::Retry => line!(warn, "the decision was not taken; it is told again"),
        Disposition::Rejected | Disposition::BadToken | Disposition::Denied => {
            line!(error, "the decision could not be told");
        }
    }
}

fn told(error: &StoreError, callback: &Callback) {
    error!(callback.id = %callback.request.id, %error, "a callback could not be written; it is taken up again when its lease ends");
}
