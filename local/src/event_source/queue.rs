//! The queue of an event source: receiving and deleting.

use std::time::Duration;

use anyhow::{anyhow, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName,
    QueueAttributeName,
};
use tokio::time::Instant;

/// The most messages of one request, of SQS and not ours.
const REQUEST: usize = 10;
/// How long a request for messages waits for one, in seconds. SQS allows 20; the local AWS keeps a thread busy meanwhile,
/// even when the one who asked is gone.
const LONG_POLL_SECONDS: i32 = 5;

pub(super) struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue with this ARN, of which it asks no more than Lambda does, with the
    /// [permissions](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions) that
    /// a function needs for it: for its attributes, and below, to receive and to delete.
    pub(super) async fn find(client: Client, arn: &str) -> anyhow::Result<Self> {
        let [_, _, _, region, account, name] = arn.split(':').collect::<Vec<_>>()[..] else {
            bail!("{arn} is not the ARN of a queue");
        };
        let url = format!("https://sqs.{region}.amazonaws.com/{account}/{name}");
        let asked = client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All);
        asked.send().await.map_err(|error| anyhow!("queue {name}: {}", DisplayErrorContext(error)))?;
        Ok(Self { client, url })
    }

    /// The next batch: as soon as there is a message without a window, else when it is full or the window is over.
    /// Empty if no message came for a while.
    pub(super) async fn batch(&self, size: usize, window: Duration) -> Result<Vec<Message>, String> {
        let mut batch = self.receive(size, LONG_POLL_SECONDS).await?;
        let end = Instant::now() + window;
        while !batch.is_empty() && batch.len() < size {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            // A request can only wait for whole seconds.
            let seconds = i32::try_from(left.as_secs()).unwrap_or(LONG_POLL_SECONDS).clamp(1, LONG_POLL_SECONDS);
            match self.receive(size - batch.len(), seconds).await {
                Ok(more) => batch.extend(more),
                // What was received is delivered; the next request will tell whether it was more than a moment.
                Err(_) => break,
            }
        }
        Ok(batch)
    }

    async fn receive(&self, most: usize, wait_seconds: i32) -> Result<Vec<Message>, String> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most.min(REQUEST)).unwrap_or(1))
            .wait_time_seconds(wait_seconds)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await
            .map_err(|error| DisplayErrorContext(error).to_string())?;
        Ok(received.messages.unwrap_or_default())
    }

    /// Has messages come again at once.
    pub(super) async fn give_back(&self, messages: &[&Message]) -> Result<(), String> {
        for chunk in messages.chunks(REQUEST) {
            let entries = chunk.iter().enumerate().filter_map(|(index, message)| {
                let handle = message.receipt_handle().unwrap_or_default();
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
                entry.receipt_handle(handle).visibility_timeout(0).build().ok()
            });
            let request = self.client.change_message_visibility_batch().queue_url(&self.url);
            let reply = request.set_entries(Some(entries.collect())).send().await;
            reply.map_err(|error| DisplayErrorContext(error).to_string())?;
        }
        Ok(())
    }

    /// Deletes messages; returns those that could be, and what went wrong with the others.
    pub(super) async fn delete<'a>(&self, messages: &[&'a Message]) -> (Vec<&'a Message>, Option<String>) {
        let (mut deleted, mut problem) = (Vec::new(), None);
        for chunk in messages.chunks(REQUEST) {
            // Ids are only unique within a request: the position will do.
            let entries = chunk.iter().enumerate().filter_map(|(index, message)| {
                let handle = message.receipt_handle().unwrap_or_default();
                DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(handle).build().ok()
            });
            let request = self.client.delete_message_batch().queue_url(&self.url);
            match request.set_entries(Some(entries.collect())).send().await {
                Ok(reply) => {
                    let indices = reply.successful().iter().filter_map(|entry| entry.id().parse::<usize>().ok());
                    deleted.extend(indices.filter_map(|index| chunk.get(index).copied()));
                    if let Some(failed) = reply.failed().first() {
                        problem = Some(format!("{} {}", failed.code(), failed.message().unwrap_or_default()));
                    }
                }
                Err(error) => problem = Some(DisplayErrorContext(error).to_string()),
            }
        }
        (deleted, problem)
    }
}
