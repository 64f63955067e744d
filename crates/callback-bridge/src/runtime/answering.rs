//! Giving a task its answer, and what that means for its message.

use std::time::Duration;

use tracing::{error, info, warn};

use super::{
    WorkerRuntime,
    delivery::{Delivery, Redelivery, receive_count},
    invoked::Unanswered,
    metrics,
    record::Verdict,
    settle::{Settlement, settle},
};
use crate::{
    Answer, Disposition, MessageQueue, Refusal, TaskCallbacks, TaskFailure, TaskHandle, TaskToken, Worker, names,
};

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    /// Tells Step Functions, and keeps the message where that is to be tried again.
    pub(super) async fn settle(
        &self,
        task: TaskHandle<'_>,
        answer: Answer,
        heartbeat: Option<Duration>,
        delivery: Delivery<'_>,
    ) -> Verdict {
        let mut answer = named(answer, task.token);
        let mut settlement = self.tell(task, &answer, delivery).await;
        if let (Answer::Success(_), Some(refusal @ Refusal::InvalidAnswer { .. })) = (&answer, &settlement.refusal) {
            answer = named(Answer::Failure(TaskFailure::new(names::INVALID_OUTPUT, refusal)), task.token);
            settlement = self.tell(task, &answer, delivery).await;
        }
        let (verdict, to, again) = match settlement.disposition {
            Disposition::Settled | Disposition::Closed | Disposition::Unknown => {
                metrics::delivery(settlement.disposition);
                (Verdict::Acknowledge, None, Redelivery::default())
            }
            Disposition::BadToken => self.give_up_unanswered(delivery, &settlement).await,
            Disposition::Retry | Disposition::Rejected | Disposition::Denied if self.is_exhausted(delivery) => {
                self.give_up_unanswered(delivery, &settlement).await
            }
            Disposition::Retry | Disposition::Rejected | Disposition::Denied => {
                metrics::delivery(settlement.disposition);
                // Somebody has to give a grant that is missing, so there is no hurry, and every delivery counts.
                let wait = match settlement.disposition {
                    Disposition::Denied => self.settings.redelivery.longest(),
                    _ => self.settings.redelivery.random_wait(receive_count(delivery.message)),
                };
                let reason = Unanswered::RetryLater(settlement.reason());
                (Verdict::Keep(reason), None, delivery.retry_after(&self.queue, wait, heartbeat).await)
            }
        };
        report(&answer, &settlement, to, &again, delivery.elapsed_ms());
        verdict
    }

    async fn give_up_unanswered(
        &self,
        delivery: Delivery<'_>,
        settlement: &Settlement,
    ) -> (Verdict, Option<&'static str>, Redelivery) {
        let given_up = self.give_up(delivery, &settlement.reason(), settlement.disposition.into()).await;
        (given_up.verdict, Some(given_up.to), given_up.again)
    }

    async fn tell(&self, task: TaskHandle<'_>, answer: &Answer, delivery: Delivery<'_>) -> Settlement {
        settle(&self.callbacks, task, answer, self.settings.settling, delivery.batch.deadlines.settle).await
    }
}

/// A failure says in its cause which attempt it is about, as the logs do.
fn named(answer: Answer, token: &TaskToken) -> Answer {
    match answer {
        Answer::Failure(failure) => Answer::Failure(failure.with("attempt", token.attempt_id().as_str())),
        success @ Answer::Success(_) => success,
    }
}

/// The one line about an answer.
fn report(answer: &Answer, settlement: &Settlement, to: Option<&str>, again: &Redelivery, duration_ms: u64) {
    macro_rules! line {
        ($level:ident, $text:literal) => {{
            $level!(
                task.answer = answer.kind(),
                task.error = answer.error(),
                disposition = settlement.disposition.as_str(),
                settle.tries = settlement.tries,
                error = settlement.refusal.as_ref().map(tracing::field::display),
                given_up.to = to,
                retry.wait_ms = again.wait_ms,
                queue.error = again.queue_error,
                duration_ms,
                $text
            );
        }};
    }
    match settlement.disposition {
        Disposition::Settled => line!(info, "the task was answered"),
        Disposition::Closed => line!(info, "nobody waits for this answer any more: it came late, or twice"),
        Disposition::Unknown => line!(warn, "nobody waits any more; an earlier, unheard try may have been taken"),
        Disposition::Retry => line!(warn, "Step Functions did not take the answer before the function's time ran out"),
        Disposition::Rejected => line!(error, "Step Functions refuses this answer"),
        Disposition::BadToken => line!(error, "Step Functions does not know this task token"),
        Disposition::Denied => line!(error, "the function may not answer the task"),
    }
}
