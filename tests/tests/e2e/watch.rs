//! What CloudWatch would know of a stack, and which alarms it would raise.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_sdk_sqs::types::QueueAttributeName::{
    ApproximateNumberOfMessages as Visible, ApproximateNumberOfMessagesDelayed as Delayed,
    ApproximateNumberOfMessagesNotVisible as InFlight,
};
use callback_bridge_local::{Event, EventKind, Reader, Sample};
use callback_bridge_tests::{Alarm, Datum, Metric, Template, going_on, published};
use tokio::time::{Instant, sleep};

use crate::bench::PATIENCE;

/// Watches the queues and functions of a stack from when it is made.
pub(crate) struct Watch<'a> {
    sample: &'a Sample,
    /// Without what the parameters of the stack leave out.
    template: Template,
    parameters: BTreeMap<&'static str, &'static str>,
    events: Reader<Event>,
    /// Since when a queue has never been seen empty.
    filled: BTreeMap<String, Duration>,
    of_queues: Vec<Datum>,
}

impl<'a> Watch<'a> {
    /// `parameters` are those of the stack that have to do with alarms.
    pub(crate) fn new<const N: usize>(sample: &'a Sample, parameters: [(&'static str, &'static str); N]) -> Self {
        let mut template = Template::read();
        let there = &sample.bridge.description().resources;
        template.resources.retain(|id, resource| resource.condition.is_none() || there.contains_key(id));
        Self {
            sample,
            template,
            parameters: parameters.into(),
            events: sample.bridge.host().events().tail(),
            filled: BTreeMap::new(),
            of_queues: Vec::new(),
        }
    }

    /// Looks at the queues, as SQS does once a minute: how many messages are visible, how many were received, and how old
    /// the oldest is, which is taken to be there since its queue was seen empty.
    pub(crate) async fn look(&mut self) {
        let now = now();
        while let Some(event) = self.events.try_next() {
            if let EventKind::Delivered { queue, message_ids } = event.what {
                for _ in message_ids {
                    self.saw(&queue, "NumberOfMessagesReceived", now, 1.0);
                }
            }
        }
        for url in self.queues() {
            let queue = name_of(&url).to_owned();
            let call = self.sample.bridge.sqs().get_queue_attributes().queue_url(&url);
            let reply = call.set_attribute_names(Some(vec![Visible, InFlight, Delayed])).send().await.unwrap();
            let counts = reply.attributes.unwrap_or_default();
            let count = |name| counts.get(&name).map_or(0.0, |count| count.parse().unwrap());
            self.saw(&queue, "ApproximateNumberOfMessagesVisible", now, count(Visible));
            if count(Visible) + count(InFlight) + count(Delayed) > 0.0 {
                let since = *self.filled.entry(queue.clone()).or_insert(now);
                self.saw(&queue, "ApproximateAgeOfOldestMessage", now, now.saturating_sub(since).as_secs_f64());
            } else {
                self.filled.remove(&queue);
            }
        }
    }

    /// Looks on until an alarm is raised.
    pub(crate) async fn until_raised(&mut self, alarm: &str) {
        let give_up = Instant::now() + PATIENCE;
        while !self.raised().iter().any(|raised| raised == alarm) {
            assert!(Instant::now() < give_up, "{alarm} is not raised by {:#?}", self.data());
            sleep(Duration::from_millis(50)).await;
            self.look().await;
        }
    }

    /// The alarms that were raised up to now.
    pub(crate) fn raised(&self) -> Vec<String> {
        self.raised_by(&self.data())
    }

    /// The alarms that are raised when it goes on as it was up to now, minute after minute.
    pub(crate) fn raised_within(&self, minutes: u64) -> Vec<String> {
        self.raised_by(&going_on(minutes, &self.data()))
    }

    fn raised_by(&self, data: &[Datum]) -> Vec<String> {
        self.alarms().into_iter().filter(|alarm| alarm.is_raised_by(data)).map(|alarm| alarm.id).collect()
    }

    /// What the functions have printed for CloudWatch, what was seen of the queues, and what API Gateway and Lambda would tell
    /// of their replies.
    pub(crate) fn data(&self) -> Vec<Datum> {
        let printed = self.sample.bridge.transcript().lines();
        let printed = printed.iter().flat_map(|line| published(&line.text));
        printed
            .chain(self.of_queues.iter().cloned())
            .chain(self.failed_requests())
            .chain(self.failed_invocations())
            .collect()
    }

    fn failed_invocations(&self) -> Vec<Datum> {
        let at_ms = u64::try_from(now().as_millis()).unwrap();
        let events = self.sample.bridge.host().events().items().into_iter();
        let failed = events.filter(|event| match &event.what {
            EventKind::Answered { error, .. } => error.is_some(),
            EventKind::TimedOut { .. } => true,
            _ => false,
        });
        let metric = |function: &str| Metric {
            namespace: "AWS/Lambda".to_owned(),
            name: "Errors".to_owned(),
            dimensions: BTreeMap::from([("FunctionName".to_owned(), function.to_owned())]),
        };
        failed.map(|event| Datum { metric: metric(&event.function), at_ms, value: 1.0 }).collect()
    }

    fn failed_requests(&self) -> Vec<Datum> {
        let metric = Metric {
            namespace: "AWS/ApiGateway".to_owned(),
            name: "5xx".to_owned(),
            dimensions: BTreeMap::from([("ApiId".to_owned(), self.api("CallbackApi").unwrap())]),
        };
        let failed = self.sample.bridge.api().replies().items().into_iter().filter(|reply| reply.status >= 500);
        let at_ms = u64::try_from(now().as_millis()).unwrap();
        failed.map(|_| Datum { metric: metric.clone(), at_ms, value: 1.0 }).collect()
    }

    fn alarms(&self) -> Vec<Alarm> {
        let description = self.sample.bridge.description();
        Alarm::all(&self.template, |id| {
            let parameter = self.parameters.get(id).map(|value| (*value).to_owned());
            let resource = || description.resources.get(id)?.as_deref().map(|physical| name_of(physical).to_owned());
            parameter.or_else(resource).or_else(|| self.api(id))
        })
    }

    /// The id of an HTTP API, which the host serves, and not the local AWS.
    fn api(&self, logical_id: &str) -> Option<String> {
        let routes = &self.sample.bridge.description().routes;
        routes.iter().find(|route| route.api == logical_id).map(|route| route.api_id.clone())
    }

    fn queues(&self) -> Vec<String> {
        let queues = self.template.all("AWS::SQS::Queue").into_iter();
        queues.map(|(id, _)| self.sample.bridge.description().resources[id].clone().unwrap()).collect()
    }

    fn saw(&mut self, queue: &str, name: &str, at: Duration, value: f64) {
        let metric = Metric {
            namespace: "AWS/SQS".to_owned(),
            name: name.to_owned(),
            dimensions: BTreeMap::from([("QueueName".to_owned(), queue.to_owned())]),
        };
        self.of_queues.push(Datum { metric, at_ms: u64::try_from(at.as_millis()).unwrap(), value });
    }
}

/// The physical id of a queue is its URL, that of a function its name.
fn name_of(physical_id: &str) -> &str {
    physical_id.rsplit('/').next().unwrap_or(physical_id)
}

#[expect(clippy::disallowed_methods, reason = "CloudWatch keeps values by the time of day")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
