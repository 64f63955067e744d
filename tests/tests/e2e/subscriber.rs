//! Topics, as whoever has subscribed gets what they tell.

use aws_sdk_sqs::types::QueueAttributeName;
use callback_bridge_local::Sample;
use serde_json::Value;
use tokio::time::Instant;

use crate::{bench::PATIENCE, cli::aws};

/// A queue that has subscribed to a topic.
pub(crate) struct Subscriber<'a> {
    sample: &'a Sample,
    queue: String,
}

impl<'a> Subscriber<'a> {
    /// Subscribes to the topic that is this output of the stack.
    pub(crate) async fn of(sample: &'a Sample, topic: &str) -> Self {
        let (bridge, name) = (&sample.bridge, format!("told-{:08x}", fastrand::u32(..)));
        let queue = bridge.sqs().create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap();
        let asked = bridge.sqs().get_queue_attributes().queue_url(&queue).attribute_names(QueueAttributeName::QueueArn);
        let arn = asked.send().await.unwrap().attributes.unwrap().remove(&QueueAttributeName::QueueArn).unwrap();
        let topic = bridge.output(topic).unwrap();
        let words = ["sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", &arn];
        aws(bridge.region(), &words).await;
        Self { sample, queue }
    }

    /// The next message; waits for it.
    pub(crate) async fn next(&self) -> String {
        let sqs = self.sample.bridge.sqs();
        let give_up = Instant::now() + PATIENCE;
        while Instant::now() < give_up {
            let received = sqs.receive_message().queue_url(&self.queue).wait_time_seconds(1).send().await.unwrap();
            if let [message] = received.messages() {
                let delete = sqs.delete_message().queue_url(&self.queue);
                delete.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
                let told: Value = serde_json::from_str(message.body().unwrap()).unwrap();
                return told["Message"].as_str().unwrap().to_owned();
            }
        }
        panic!("the topic tells nothing");
    }
}
