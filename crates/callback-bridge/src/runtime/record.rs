//! One message: from its delivery to the verdict whether it is kept.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::event::sqs::SqsMessage;
use futures_util::FutureExt;
use tracing::{Instrument, Span, error, error_span, field::Empty, info, warn};

use super::{
    WorkerRuntime,
    attempt::{Outcome, attempt},
    delivery::{Delivery, receive_count},
    giving_up::GivenUp,
    invocation::{Batch, Source},
    invoked::Unanswered,
    metrics,
};
use crate::{
    Answer, Disposition, InvalidField, MessageError, MessageQueue, Refusal, Task, TaskCallbacks, TaskFailure,
    TaskHandle, TaskMessage, TaskToken, Worker, message::input_of, names,
};

/// What happens to a message.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It is deleted: its task was answered, can never be answered differently, or is parked; or the terminal queue has it.
    Acknowledge,
    /// It comes again, in the end to the dead-letter queue; or whoever invoked the function with it is told why.
    Keep(Unanswered),
}

impl<W: Worker, C: TaskCallbacks, Q: MessageQueue> WorkerRuntime<W, C, Q> {
    /// Handles a message. A panic of the runtime itself is an error of this one message.
    pub(super) async fn record(&self, message: &SqsMessage, batch: Batch) -> Verdict {
        let verdict = AssertUnwindSafe(self.deliver(message, batch)).catch_unwind().await;
        verdict.unwrap_or_else(|_panic| {
            metrics::delivery(metrics::Outcome::Panicked);
            error!(message.id = message.message_id, "the runtime panicked over a message, which is kept");
            Verdict::Keep(Unanswered::RetryLater("the runtime panicked over the message".to_owned()))
        })
    }

    async fn deliver(&self, message: &SqsMessage, batch: Batch) -> Verdict {
        let delivery = Delivery::new(message, batch);
        if let Some(age) = delivery.age() {
            metrics::message_age(age);
        }
        // Of the highest level, so that a line keeps its names whatever the log level is.
        let span = error_span!(
            "task",
            message.id = message.message_id,
            message.receive_count = receive_count(message),
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
            Err(MessageError::Invalid { token, execution, field }) => {
                name_in_logs(&token);
                Span::current().record("task.execution", execution.as_deref());
                let answer = wrong_shape(names::INVALID_MESSAGE, &field);
                let task = TaskHandle { token: &token, execution: execution.as_deref() };
                self.settle(task, answer, self.settings.heartbeat, delivery).await
            }
            Err(MessageError::Unanswerable(reason)) => {
                let GivenUp { verdict, to, again } = self.give_up(delivery, &reason, metrics::Outcome::NoTask).await;
                error!(
                    error = %reason,
                    given_up.to = to,
                    retry.wait_ms = again.wait_ms,
                    queue.error = again.queue_error,
                    "the message names no task to answer"
                );
                verdict
            }
        }
    }

    async fn handle_task(&self, message: TaskMessage, delivery: Delivery<'_>) -> Verdict {
        let TaskMessage { token, body, context, heartbeat, timeout, business_key } = message;
        let heartbeat = heartbeat.or(self.settings.heartbeat);
        let execution = context.execution.clone();
        let handle = TaskHandle { token: &token, execution: execution.as_deref() };
        let (place, input) = if W::WHOLE_BODY { ("body", body) } else { ("input", input_of(body)) };
        let input = match serde_path_to_error::deserialize(input) {
            Ok(input) => input,
            Err(error) => {
                let answer = wrong_shape(names::INVALID_INPUT, &InvalidField::within(place, &error));
                return self.settle(handle, answer, heartbeat, delivery).await;
            }
        };
        let attempt_id = token.attempt_id();
        let receive_count = receive_count(delivery.message);
        let (origin, deadline) = (delivery.origin(), delivery.batch.deadlines.work);
        let task = Task {
            input,
            attempt_id,
            business_key,
            context,
            heartbeat,
            timeout,
            origin,
            receive_count,
            deadline,
            token: token.clone(),
        };
        let beats = if W::BEATS { delivery.beats(heartbeat) } else { None };
        match attempt(&self.worker, task, &self.callbacks, handle, beats, deadline).await {
            Outcome::Answer(answer) => self.settle(handle, answer, heartbeat, delivery).await,
            Outcome::NobodyWaits => {
                metrics::delivery(metrics::Outcome::Dropped);
                let (disposition, duration_ms) = (Disposition::Closed.as_str(), delivery.elapsed_ms());
                info!(disposition, duration_ms, "nobody waits for this task any more; its work was dropped");
                Verdict::Acknowledge
            }
            Outcome::BadToken => {
                let GivenUp { verdict, to, again } =
                    self.give_up(delivery, &Refusal::InvalidToken, metrics::Outcome::BadToken).await;
                error!(
                    given_up.to = to,
                    retry.wait_ms = again.wait_ms,
                    queue.error = again.queue_error,
                    "Step Functions does not know this task token; the work was dropped"
                );
                verdict
            }
            Outcome::Parked => {
                metrics::delivery(metrics::Outcome::Parked);
                info!(duration_ms = delivery.elapsed_ms(), "the task is parked: somebody else answers it");
                Verdict::Acknowledge
            }
            Outcome::RetryLater(reason) if W::PARKS && self.is_exhausted(delivery) => {
                let GivenUp { verdict, to, again } =
                    self.give_up(delivery, &reason, metrics::Outcome::RetryLater).await;
                error!(
                    error = reason,
                    given_up.to = to,
                    retry.wait_ms = again.wait_ms,
                    queue.error = again.queue_error,
                    "whether the task is parked could not be found out"
                );
                verdict
            }
            Outcome::RetryLater(reason)
                if !W::PARKS && delivery.batch.source == Source::Queue && self.is_last_delivery(delivery.message) =>
            {
                let failure = TaskFailure::new(names::RETRIES_EXHAUSTED, &reason).with("receives", receive_count);
                self.settle(handle, Answer::Failure(failure), heartbeat, delivery).await
            }
            Outcome::RetryLater(reason) => {
                let wait = self.settings.redelivery.random_wait(receive_count);
                let again = delivery.retry_after(&self.queue, wait, heartbeat).await;
                metrics::delivery(metrics::Outcome::RetryLater);
                warn!(
                    error = reason,
                    retry.wait_ms = again.wait_ms,
                    queue.error = again.queue_error,
                    duration_ms = delivery.elapsed_ms(),
                    "the task will be tried again"
                );
                Verdict::Keep(Unanswered::RetryLater(reason))
            }
        }
    }

    /// Whether the queue of the message delivers it no more.
    pub(super) fn is_last_delivery(&self, message: &SqsMessage) -> bool {
        receive_count(message) >= self.settings.max_receives.get()
    }
}

fn wrong_shape(name: &str, field: &InvalidField) -> Answer {
    Answer::Failure(TaskFailure::new(name, field).with("field", field.path.as_str()))
}

fn name_in_logs(token: &TaskToken) {
    Span::current().record("task.attempt_id", token.attempt_id().as_str());
}
