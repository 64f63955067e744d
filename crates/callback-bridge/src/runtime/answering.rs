//! Giving a task its answer, and what that means for its message.

use std::time::Duration;

use tracing::{error, info, warn};

use super::{
    WorkerRuntime,
    delivery::Delivery,
    record::Verdict,
    settle::{Settlement, settle},
};
use crate::{Answer, Disposition, MessageQueue, TaskCallbacks, TaskFailure, TaskToken, Worker, names};

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    pub(super) async fn settle(
        &self,
        token: &TaskToken,
        answer: Answer,
        heartbeat: Option<Duration>,
        delivery: Delivery<'_>,
    ) -> Verdict {
        let mut settlement = self.tell(token, &answer, delivery).await;
        if let (Answer::Success(_), Disposition::Rejected, Some(refusal)) =
            (&answer, settlement.disposition, &settlement.refusal)
        {
            let failure = Answer::Failure(TaskFailure::new(names::INVALID_OUTPUT, refusal));
            settlement = self.tell(token, &failure, delivery).await;
        }
        match settlement.disposition {
            Disposition::Settled | Disposition::Closed | Disposition::Unknown | Disposition::BadToken => {
                Verdict::Acknowledge
            }
            Disposition::Retry | Disposition::Denied | Disposition::Rejected => {
                self.retry_later("Step Functions did not take the answer", heartbeat, delivery).await
            }
        }
    }

    async fn tell(&self, token: &TaskToken, answer: &Answer, delivery: Delivery<'_>) -> Settlement {
        let answer = match answer.clone() {
            Answer::Failure(failure) => Answer::Failure(failure.with("attempt", token.attempt_id().as_str())),
            success @ Answer::Success(_) => success,
        };
        let settlement =
            settle(&self.callbacks, token, &answer, self.settings.settling, delivery.deadlines.settle).await;
        report(&answer, &settlement, delivery.elapsed_ms());
        settlement
    }
}

/// The one line about an answer.
fn report(answer: &Answer, settlement: &Settlement, duration_ms: u64) {
    macro_rules! line {
        ($level:ident, $text:literal) => {{
            $level!(
                task.answer = answer.kind(),
                task.error = answer.error(),
                disposition = settlement.disposition.as_str(),
                settle.tries = settlement.tries,
                error = settlement.refusal.as_ref().map(tracing::field::display),
                duration_ms,
                $text
            );
        }};
    }
    match settlement.disposition {
        Disposition::Settled => line!(info, "the task was answered"),
        Disposition::Closed => line!(info, "nobody waits for this answer any more: it came late, or twice"),
        Disposition::Unknown => {
            line!(warn, "nobody waits any more; an earlier try, whose reply was lost, may have been taken")
        }
        Disposition::Retry => line!(warn, "Step Functions did not take the answer before the function's time ran out"),
        Disposition::Rejected => line!(error, "Step Functions refuses this answer"),
        Disposition::BadToken => line!(error, "Step Functions does not know the token, so its task cannot be answered"),
        Disposition::Denied => line!(error, "the function may not answer the task; the message is kept"),
    }
}
