//! Late answers, as whoever owns the process gets them: from a queue, to which a rule of the event bus sends them.

use std::fs;

use aws_sdk_sqs::types::QueueAttributeName;
use callback_bridge_local::{RegionOptions, Sample, command};
use callback_bridge_tests::repository;
use serde_json::Value;
use tokio::time::Instant;

use crate::bench::PATIENCE;

/// The queue of one flow. The bus has the events of all of them.
pub(crate) struct LateAnswers<'a> {
    sample: &'a Sample,
    queue: String,
}

impl<'a> LateAnswers<'a> {
    /// Has them sent to a queue from now on, by the rule of docs/webhooks.md.
    pub(crate) async fn of(sample: &'a Sample) -> Self {
        let (sqs, name) = (sample.bridge.sqs(), format!("late-{}", sample.bridge.description().stack));
        let queue = sqs.create_queue().queue_name(&name).send().await.unwrap().queue_url.unwrap();
        let asked = sqs.get_queue_attributes().queue_url(&queue).attribute_names(QueueAttributeName::QueueArn);
        let arn = asked.send().await.unwrap().attributes.unwrap().remove(&QueueAttributeName::QueueArn).unwrap();
        let endpoint = sample.bridge.region().aws().endpoint();
        for words in documented() {
            let words = words.into_iter().map(|word| word.replace("late-answers", &name).replace("QUEUE_ARN", &arn));
            let mut aws = command(RegionOptions::default().python, Some(endpoint));
            let run = aws.arg(repository().join("tests/tests/e2e/aws.py")).args(words).output().await.unwrap();
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        }
        Self { sample, queue }
    }

    /// The detail of the next event about the task of a callback; waits for it.
    pub(crate) async fn next_about(&self, callback_id: &str) -> Value {
        let give_up = Instant::now() + PATIENCE;
        while Instant::now() < give_up {
            for detail in self.receive(1).await {
                if detail["callbackId"] == callback_id {
                    return detail;
                }
            }
        }
        panic!("nobody was told of a late answer");
    }

    /// Looks whether there is no event about the task of a callback.
    pub(crate) async fn assert_none_about(&self, callback_id: &str) {
        while let details @ [_, ..] = &self.receive(0).await[..] {
            assert!(details.iter().all(|detail| detail["callbackId"] != callback_id), "{details:?}");
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

/// The words of the commands in docs/webhooks.md that make the rule.
fn documented() -> Vec<Vec<String>> {
    let page = fs::read_to_string(repository().join("docs/webhooks.md")).unwrap().replace("\\\n", "");
    let commands = page.lines().filter_map(|line| line.strip_prefix("aws events "));
    let commands: Vec<_> = commands.map(|line| [vec!["events".to_owned()], words(line)].concat()).collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    commands
}

/// The words of a line as a shell has them: what stands between single quotes is one.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(nth, part)| match nth % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}
