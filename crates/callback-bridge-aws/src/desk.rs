//! The desk of the crate `callbacks`, as the environment of a function says.

use callbacks::{Desk, LinkKeys, Outside, urls::Switches};

use crate::{
    CallbackTable, Error, Lambda, StepFunctions, SystemClock,
    config::{ConfigError, Variables},
    read_secret,
};

/// A desk over the table and Step Functions.
pub type AwsDesk<O> = Desk<CallbackTable, StepFunctions, O, SystemClock>;

/// A desk for this function, which tells people and calls machines by `outside`: over the table `BRIDGE_CALLBACK_TABLE`, with the keys of links
/// in the secret `BRIDGE_LINK_KEYS_SECRET_ARN`.
///
/// # Errors
/// When a variable is not set, or the secret cannot be read or holds no keys; the error names it.
pub async fn desk<O: Outside>(lambda: &Lambda, outside: O) -> Result<AwsDesk<O>, Error> {
    callback_bridge::metrics::describe(&callbacks::metrics::ALL);
    let Settings { table, keys_secret } = Settings::read(lambda.variables())?;
    let keys = keys(&read_secret(lambda.aws_config(), &keys_secret).await?)?;
    let table = CallbackTable::new(lambda.aws_config(), table);
    Ok(Desk::new(table, lambda.step_functions()?, outside, SystemClock, keys))
}

/// A desk on the table `BRIDGE_CALLBACK_TABLE`, with links by the keys in the secret `BRIDGE_LINK_KEYS_SECRET_ARN`, at which tasks
/// are parked, and nobody is told or answered.
///
/// # Errors
/// As those of [`desk`].
pub async fn parking_desk(lambda: &Lambda) -> Result<ParkingDesk, Error> {
    callback_bridge::metrics::describe(&callbacks::metrics::ALL);
    let Settings { table, keys_secret } = Settings::read(lambda.variables())?;
    let keys = keys(&read_secret(lambda.aws_config(), &keys_secret).await?)?;
    Ok(Desk::new(CallbackTable::new(lambda.aws_config(), table), (), (), SystemClock, keys))
}

/// A desk at which tasks are parked.
pub type ParkingDesk = Desk<CallbackTable, (), (), SystemClock>;

/// What URLs may do: `BRIDGE_ENABLE_OUTPUT_PARAMETERS` and `BRIDGE_ENABLE_POST_ACTIONS`. Unless they are set, neither.
///
/// # Errors
/// When one is neither `true` nor `false`; the error names it.
pub fn switches(variables: &Variables) -> Result<Switches, ConfigError> {
    Ok(Switches {
        output_parameters: variables.optional("BRIDGE_ENABLE_OUTPUT_PARAMETERS")?.unwrap_or_default(),
        post_actions: variables.optional("BRIDGE_ENABLE_POST_ACTIONS")?.unwrap_or_default(),
    })
}

const KEYS_SECRET: &str = "BRIDGE_LINK_KEYS_SECRET_ARN";

/// What the environment says.
struct Settings {
    table: String,
    keys_secret: String,
}

impl Settings {
    fn read(variables: &Variables) -> Result<Self, ConfigError> {
        let table = variables.required("BRIDGE_CALLBACK_TABLE")?;
        Ok(Self { table, keys_secret: variables.required(KEYS_SECRET)? })
    }
}

/// The keys in the text of the secret.
fn keys(secret: &str) -> Result<LinkKeys, ConfigError> {
    LinkKeys::read(secret).map_err(|problem| ConfigError::Invalid { name: KEYS_SECRET, problem: problem.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_names_itself() {
        let good = [("BRIDGE_CALLBACK_TABLE", "callbacks"), (KEYS_SECRET, "arn:secret")];
        let settings = Settings::read(&good.into_iter().collect()).unwrap();
        assert_eq!((&*settings.table, &*settings.keys_secret), ("callbacks", "arn:secret"));
        for (name, _) in good {
            let without = good.into_iter().filter(|(other, _)| *other != name).collect();
            assert_eq!(Settings::read(&without).err(), Some(ConfigError::Missing { name }));
        }
    }

    #[test]
    fn a_secret_without_keys_names_its_variable_and_shows_nothing_of_itself() {
        for secret in ["", "short but secret", "a key of at least thirty-two letters\nshort but secret"] {
            let error = keys(secret).unwrap_err().to_string();
            assert!(error.contains(KEYS_SECRET) && !error.contains("but secret"), "{error}");
        }
        assert!(keys("a key of at least thirty-two letters").is_ok());
    }
}
