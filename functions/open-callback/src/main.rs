#![doc = include_str!("../README.md")]

use callback_bridge_aws::{Error, Lambda, desk, outbound};
use open_callback::OpenCallback;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await;
    let desk = desk(&lambda, outbound(&lambda).await?).await?;
    lambda.serve(OpenCallback::new(desk)).await
}
