#![doc = include_str!("../README.md")]

use std::sync::Arc;

use callback_bridge_aws::{Error, Lambda, parking_desk};
use create_callback_urls::{Config, CreateCallbackUrls};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await;
    let config = Config::read(lambda.variables(), lambda.aws_config().region().map(AsRef::as_ref))?;
    let create = Arc::new(CreateCallbackUrls::new(parking_desk(&lambda).await?, config));
    // What is no call is refused, and no error of the function: a number out of range, say.
    let function = service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let (create, lambda) = (Arc::clone(&create), lambda.clone());
        async move {
            let work = Box::pin(create.handle(event.payload.get()));
            Ok::<_, lambda_runtime::Error>(lambda.during(&event.context, work).await)
        }
    });
    Runtime::new(function).run().await.map_err(Error::new)
}
