#![doc = include_str!("../README.md")]

use std::sync::Arc;

use callback_bridge_aws::{Error, Lambda, desk, late_answers, senders};
use callbacks::{Nobody, Outbound};
use lambda_http::{Request, RequestExt, service_fn};
use receive_callback::{Config, Door};

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
    lambda_http::run(function).await.map_err(Error::new)
}
