#![doc = include_str!("../README.md")]

use callback_bridge_aws::{CallbackTable, Error, Lambda};
use fail_dead_letters::FailDeadLetters;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await;
    let table: String = lambda.variables().required("BRIDGE_CALLBACK_TABLE")?;
    let parked = CallbackTable::new(lambda.aws_config(), table);
    lambda.serve(FailDeadLetters::new(parked)).await
}
