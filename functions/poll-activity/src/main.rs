#![doc = include_str!("../README.md")]

use std::sync::Arc;

use callback_bridge::metrics;
use callback_bridge_aws::{Activity, Error, Lambda, SqsTaskQueue, invocation};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use poll_activity::{Config, PollActivity};
use serde::de::IgnoredAny;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await;
    metrics::describe(&metrics::OF_POLLS);
    let Config { activity_arn, queue, settings } = Config::read(lambda.variables())?;
    let worker = lambda.variables().optional("AWS_LAMBDA_FUNCTION_NAME")?;
    let activity = Activity::new(lambda.aws_config(), activity_arn, worker);
    let queue = SqsTaskQueue::new(lambda.aws_config(), queue);
    let poll = Arc::new(PollActivity::new(activity, queue, lambda.step_functions()?, settings));
    let function = service_fn(move |event: LambdaEvent<IgnoredAny>| {
        let (poll, lambda) = (Arc::clone(&poll), lambda.clone());
        async move { lambda.during(&event.context, poll.handle(invocation(&event.context))).await }
    });
    Runtime::new(function).run().await.map_err(Error::new)
}
