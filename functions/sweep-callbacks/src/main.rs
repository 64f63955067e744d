#![doc = include_str!("../README.md")]

use std::sync::Arc;

use callback_bridge_aws::{Error, Lambda, desk, invocation, outbound};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;
use sweep_callbacks::SweepCallbacks;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await;
    let sweep = Arc::new(SweepCallbacks::new(desk(&lambda, outbound(&lambda).await?).await?));
    let function = service_fn(move |event: LambdaEvent<Value>| {
        let (sweep, lambda) = (Arc::clone(&sweep), lambda.clone());
        async move {
            let work = Box::pin(sweep.handle(event.payload, invocation(&event.context)));
            lambda.during(&event.context, work).await
        }
    });
    Runtime::new(function).run().await.map_err(Error::new)
}
