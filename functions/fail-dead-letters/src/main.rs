#![doc = include_str!("../README.md")]

use callback_bridge_aws::Error;
use fail_dead_letters::FailDeadLetters;

#[tokio::main]
async fn main() -> Result<(), Error> {
    callback_bridge_aws::run(FailDeadLetters).await
}
