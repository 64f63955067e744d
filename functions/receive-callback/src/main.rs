#![doc = include_str!("../README.md")]

use std::sync::Arc;

use callback_bridge_aws::{Error, Lambda, desk, late_answers, senders};
use callbacks::{Nobody, Outbound};
use lambda_http::{Adapter, Request, RequestExt, lambda_runtime, service_fn, tower::ServiceBuilder};
use receive_callback::{Config, Door, readable};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await;
    let config = Config::read(lambda.variables())?;
    // Others tell and call.
    let outside = Outbound { people: Nobody, machines: Nobody, late: late_answers(&lambda)? };
    let door = Arc::new(Door::new(desk(&lambda, outside).await?, senders(&lambda).await?, config));
    let function = service_fn(move |request: Request| {
        let (door, lambda) = (Arc::clone(&door), lambda.clone());
        async move {
            let context = request.lambda_context_ref().cloned().unwrap_or_default();
            let work = Box::pin(door.answer(&request));
            Ok::<_, lambda_http::Error>(lambda.during(&context, work).await)
        }
    });
    // As `lambda_http::run`, which panics where a query is none of a URI.
    let function = ServiceBuilder::new().map_request(readable).service(Adapter::from(function));
    lambda_runtime::run(function).await.map_err(Error::new)
}
