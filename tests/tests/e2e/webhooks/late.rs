//! Late answers, as whoever owns the process gets them: from a queue, to which a rule of the event bus sends them.

use aws_sdk_eventbridge::{Client as EventBridge, types::Target};
use aws_sdk_sqs::types::QueueAttributeName;
use callback_bridge_local::Sample;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::bench::Task;
use crate::bench::PATIENCE;

/// The queue of one flow. The bus has the events of all of them.
pub(super) struct LateAnswers<'a> {
    sample: &'a Sample,
    queue: String,
}

impl<'a> LateAnswers<'a> {
    /// Has them sent to a queue from now on, by the rule of docs/webhooks.md.
    pub(super) async fn of(sample: &'a Sample) -> Self {
        let (sqs, name) = (sample.bridge.sqs(), format!("late-{}", sample.bridge.description().stack));
        let queue = sqs.create_queue().queue_name(&name).send().await.unwrap().queue_url.unwrap();
        let asked = sqs.get_queue_attributes().queue_url(&queue).attribute_names(QueueAttributeName::QueueArn);
        let arn = asked.send().await.unwrap().attributes.unwrap().remove(&QueueAttributeName::QueueArn).unwrap();
        let events = EventBridge::new(sample.bridge.region().aws().sdk_config());
        let pattern = json!({ "source": ["callback-bridge"], "detail-type": ["Late Callback Answer"] });
        events.put_rule().name(&name).event_pattern(pattern.to_string()).send().await.unwrap();
        let target = Target::builder().id("queue").arn(arn).build().unwrap();
        events.put_targets().rule(&name).targets(target).send().await.unwrap();
        Self { sample, queue }
    }

    /// The detail of the next event about a task; waits for it.
    pub(super) async fn next_about(&self, task: &Task) -> Value {
        let give_up = Instant::now() + PATIENCE;
        while Instant::now() < give_up {
            for detail in self.receive(1).await {
                if detail["callbackId"] == task.payment.callback_id {
                    assert_eq!(detail["destination"], "payment-provider");
                    return detail;
                }
            }
        }
        panic!("nobody was told of a late answer");
    }

    /// Looks whether there is no event about a task.
    pub(super) async fn assert_none_about(&self, task: &Task) {
        while let details @ [_, ..] = &self.receive(0).await[..] {
            assert!(details.iter().all(|detail| detail["callbackId"] != task.payment.callback_id), "{details:?}");
        }
    }

    /// One event, if one comes within these seconds.
    async fn receive(&self, wait_seconds: i32) -> Vec<Value> {
        let sqs = self.sample.bridge.sqs();
        let call = sqs.receive_message().queue_url(&self.queue).wait_time_seconds(wait_seconds);
        let messages = call.send().await.unwrap().messages.unwrap_or_default();
        let mut details = Vec::new();
        for message in messages {
            let delete = sqs.delete_message().queue_url(&self.queue);
            delete.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
            let mut event: Value = serde_json::from_str(&message.body.unwrap()).unwrap();
            assert_eq!(
                (&event["source"], &event["detail-type"]),
                (&"callback-bridge".into(), &"Late Callback Answer".into())
            );
            details.push(event["detail"].take());
        }
        details
    }
}
