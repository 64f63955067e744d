//! The desk of the crate `callbacks`, as the environment of a function says.

use callbacks::{Clock, Desk, LinkKeys, Notifier};
use jiff::Timestamp;

use crate::{CallbackTable, Error, Lambda, StepFunctions, config::ConfigError, read_secret};

/// A desk over the table and Step Functions.
pub type AwsDesk<N> = Desk<CallbackTable, StepFunctions, N, SystemClock>;

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the time of day is asked for at the edge, which is here")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A desk for this function, which tells people by `notifier`: over the table `BRIDGE_CALLBACK_TABLE`, with the keys of links
/// in the secret `BRIDGE_LINK_KEYS_SECRET_ARN`.
///
/// # Errors
/// When a variable is not set, or the secret cannot be read or holds no keys; the error names it.
pub async fn desk<N: Notifier>(lambda: &Lambda, notifier: N) -> Result<AwsDesk<N>, Error> {
    callback_bridge::metrics::describe(&callbacks::metrics::ALL);
    let table: String = lambda.variables().required("BRIDGE_CALLBACK_TABLE")?;
    let name = "BRIDGE_LINK_KEYS_SECRET_ARN";
    let secret: String = lambda.variables().required(name)?;
    let keys = LinkKeys::read(&read_secret(lambda.aws_config(), &secret).await?);
    let keys = keys.map_err(|problem| ConfigError::Invalid { name, problem: problem.to_string() })?;
    let table = CallbackTable::new(lambda.aws_config(), table);
    Ok(Desk::new(table, StepFunctions::new(lambda.aws_config()), notifier, SystemClock, keys))
}
