//! One record of a batch: from the message to the verdict whether it is kept.

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsMessage;
use tracing::{Instrument, Span, error, field::Empty, info, info_span, warn};

use super::{
    WorkerRuntime,
    attempt::{Outcome, attempt},
    deadlines::Deadlines,
    delivery::{Delivery, Redelivery},
};
use crate::{
    Answer, InvalidField, MessageError, MessageQueue, Task, TaskCallbacks, TaskFailure, TaskMessage, TaskToken, Worker,
    names,
};

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is deleted: its task was answered, or can never be answered differently.
    Acknowledge,
    /// It comes again, in the end to the dead-letter queue.
    Keep,
}

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    pub(super) async fn record(&self, message: &SqsMessage, deadlines: Deadlines) -> Verdict {
        let delivery = Delivery::new(message, deadlines);
        let span = info_span!(
            "task",
            message.id = message.message_id,
            message.receive_count = delivery.receive_count(),
            task.attempt_id = Empty,
            task.execution = Empty,
            task.state = Empty,
        );
        self.read_and_handle(delivery).instrument(span).await
    }

    async fn read_and_handle(&self, delivery: Delivery<'_>) -> Verdict {
        match TaskMessage::read(delivery.message, self.settings.token_pointer.as_deref()) {
            Ok(task) => {
                name_in_logs(&task.token);
                Span::current()
                    .record("task.execution", task.context.execution.as_deref())
                    .record("task.state", task.context.state.as_deref());
                self.handle_task(task, delivery).await
            }
            Err(MessageError::Invalid { token, field }) => {
                name_in_logs(&token);
                self.settle(&token, wrong_shape(names::INVALID_MESSAGE, &field), None, delivery).await
            }
            Err(MessageError::Unanswerable(reason)) => {
                // Waiting would not mend it, so it is with those who can look at it as soon as the queue gives it up.
                let again = delivery.redeliver(&self.queue, Duration::ZERO).await;
                let queue_error = again.queue_error;
                error!(error = %reason, queue.error = queue_error, "the message names no task to answer; it goes on to the dead-letter queue");
                Verdict::Keep
            }
        }
    }

    async fn handle_task(&self, message: TaskMessage, delivery: Delivery<'_>) -> Verdict {
        let TaskMessage { token, input, context, heartbeat, timeout, business_key } = message;
        let input = match serde_path_to_error::deserialize(input) {
            Ok(input) => input,
            Err(error) => {
                let answer = wrong_shape(names::INVALID_INPUT, &InvalidField::within("input", &error));
                return self.settle(&token, answer, heartbeat, delivery).await;
            }
        };
        let attempt_id = token.attempt_id();
        let receive_count = delivery.receive_count();
        let task = Task { input, attempt_id, business_key, context, timeout, receive_count };
        let beats = heartbeat.map(|heartbeat| delivery.beats(heartbeat));
        match attempt(&self.worker, task, &self.callbacks, &token, beats, delivery.deadlines.work).await {
            Outcome::Answer(answer) => self.settle(&token, answer, heartbeat, delivery).await,
            Outcome::NobodyWaits(disposition) => {
                let (disposition, duration_ms) = (disposition.as_str(), delivery.elapsed_ms());
                info!(disposition, duration_ms, "nobody waits for this task any more; its work was dropped");
                Verdict::Acknowledge
            }
            Outcome::RetryLater(reason) if receive_count >= self.settings.max_receives.get() => {
                let failure = TaskFailure::new(names::RETRIES_EXHAUSTED, &reason).with("receives", receive_count);
                self.settle(&token, Answer::Failure(failure), heartbeat, delivery).await
            }
            Outcome::RetryLater(reason) => {
                let again = self.retry_later(heartbeat, delivery).await;
                warn!(
                    error = reason,
                    retry.wait_ms = again.wait_ms,
                    queue.error = again.queue_error,
                    duration_ms = delivery.elapsed_ms(),
                    "the task will be tried again"
                );
                Verdict::Keep
            }
        }
    }

    /// Has the message come again after a backoff of its own.
    pub(super) async fn retry_later(&self, heartbeat: Option<Duration>, delivery: Delivery<'_>) -> Redelivery {
        let wait = self.settings.redelivery.random_wait(delivery.receive_count());
        let wait = heartbeat.map_or(wait, |heartbeat| wait.min(heartbeat / 3)); // nobody beats while it waits
        delivery.redeliver(&self.queue, wait).await
    }
}

fn wrong_shape(name: &str, field: &InvalidField) -> Answer {
    Answer::Failure(TaskFailure::new(name, field).with("field", field.path.as_str()))
}

fn name_in_logs(token: &TaskToken) {
    Span::current().record("task.attempt_id", token.attempt_id().as_str());
}
