//! The function that knows the callbacks, and does what is ordered.

use std::time::Duration;

use aws_sdk_lambda::{
    Client,
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    primitives::Blob,
};
use clap::Args;
use serde_json::{Value, json};

use crate::{error::Error, names, redacted, session::Session};

/// What the function is called in the template.
const LOGICAL_ID: &str = "SweepCallbacksFunction";
/// How long a reply may take: longer than the function may.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where the callbacks are.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The function sweep-callbacks, by its name or ARN [default: the one that CloudFormation has made of
    /// `SweepCallbacksFunction`]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Callbacks")]
    function: Option<String>,
    /// The stack that the function is of, where there are several
    #[arg(long, global = true, value_name = "NAME", help_heading = "Callbacks", conflicts_with = "function")]
    stack: Option<String>,
}

/// The function sweep-callbacks of a stack.
pub(super) struct Function {
    lambda: Client,
    name: String,
}

impl Function {
    /// Looks for it, unless it is said which it is.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub(super) async fn find(session: &Session, place: &Place) -> Result<Self, Error> {
        let name = match &place.function {
            Some(name) => name.clone(),
            None => names::function(&session.lambda(), LOGICAL_ID, place.stack.as_deref()).await?,
        };
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build();
        // An order that is carried out twice tells people twice.
        let config = Builder::from(&session.config).timeout_config(timeouts).retry_config(RetryConfig::disabled());
        Ok(Self { lambda: Client::from_conf(config.build()), name })
    }

    #[cfg(test)]
    pub(super) fn of_tests(lambda: Client) -> Self {
        Self { lambda, name: "sweep".to_owned() }
    }

    /// Orders something, and returns what the function replies.
    ///
    /// # Errors
    /// When it is not carried out; the error says what to do.
    pub(super) async fn order(&self, name: &str, order: Value) -> Result<Value, Error> {
        let payload = json!({ name: order }).to_string();
        let call = self.lambda.invoke().function_name(&self.name).payload(Blob::new(payload)).send();
        let reply = call.await.map_err(|error| Error::of_call("lambda:InvokeFunction", &error))?;
        let payload = reply.payload.unwrap_or_else(|| Blob::new([]));
        let value: Value = serde_json::from_slice(payload.as_ref()).unwrap_or_default();
        match reply.function_error {
            Some(_) => Err(failed(&self.name, &value)),
            None if value.get("duties").is_some() => Err(Error::refused(format!(
                "{} does not know the order {name}: deploy a newer version of the bridge, or choose another --function",
                self.name
            ))),
            None => Ok(value),
        }
    }
}

/// What the function says about why it has not done what was ordered.
fn failed(function: &str, error: &Value) -> Error {
    let field = |name: &str| error[name].as_str().map(redacted::text);
    let message = field("errorMessage").unwrap_or_else(|| "no reason is given".to_owned());
    let error_type = field("errorType").unwrap_or_default();
    let advice = match &*error_type {
        "Bridge.NoSuchCallback" => {
            "`callback-bridge callbacks list` tells what waits; --stack and --region choose another place"
        }
        "Bridge.NotOpen" => "`callback-bridge callbacks show` tells what became of it",
        "Bridge.Undecided" => "`callback-bridge callbacks show` tells who is asked, and `resend` tells them again",
        "Bridge.NobodyIsAsked" => "`callback-bridge callbacks withdraw` takes it back",
        "Bridge.CallTaken" => {
            "ask whoever runs it what became of the call; `callback-bridge callbacks withdraw` takes it back"
        }
        "Bridge.InvalidInput" => "see --help",
        "Bridge.TableUnavailable" => {
            return Error::Unreachable(format!("{message}; try again in a minute ({error_type})"));
        }
        _ => "its logs say more",
    };
    let broken = if error_type.starts_with("Bridge.") { String::new() } else { format!("{function} has failed: ") };
    Error::refused(format!("{broken}{message}; {advice} ({error_type})"))
}

/// As whom AWS knows whoever uses this: what it notes down about every call, without the account, as in
/// `assumed-role/Administrator/carol@example.com`.
pub(super) async fn caller(session: &Session) -> Result<String, Error> {
    let identity = session.sts().get_caller_identity().send().await;
    let identity = identity.map_err(|error| Error::of_call("sts:GetCallerIdentity", &error))?;
    let arn = identity.arn.unwrap_or_default();
    let name = name_of(&arn);
    name.ok_or_else(|| Error::usage("AWS does not say who you are: give --by")).map(str::to_owned)
}

/// What stands behind the account in an ARN.
fn name_of(arn: &str) -> Option<&str> {
    arn.splitn(6, ':').nth(5).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::operation::invoke::InvokeOutput;
    use aws_smithy_mocks::{mock, mock_client};

    use super::*;

    async fn ordered(error: Option<&'static str>, payload: Value) -> Result<Value, Error> {
        let rule = mock!(Client::invoke)
            .match_requests(|input| {
                input.function_name() == Some("sweep")
                    && input.payload().map(AsRef::as_ref) == Some(br#"{"show":{"callbackId":"x"}}"#.as_slice())
            })
            .then_output(move || {
                let payload = Blob::new(payload.to_string());
                InvokeOutput::builder().set_function_error(error.map(Into::into)).payload(payload).build()
            });
        let function = Function::of_tests(mock_client!(aws_sdk_lambda, [&rule]));
        function.order("show", json!({ "callbackId": "x" })).await
    }

    #[tokio::test]
    async fn an_order_is_an_object_under_its_name() {
        assert_eq!(ordered(None, json!({ "kind": "urls" })).await.unwrap(), json!({ "kind": "urls" }));
    }

    #[tokio::test]
    async fn what_the_function_refuses_says_what_to_do() {
        for (error_type, advice) in [
            ("Bridge.NoSuchCallback", "callbacks list"),
            ("Bridge.NotOpen", "callbacks show"),
            ("Bridge.Undecided", "resend"),
            ("Bridge.NobodyIsAsked", "withdraw"),
            ("Bridge.CallTaken", "ask whoever runs it"),
            ("Bridge.InvalidInput", "--help"),
        ] {
            let payload = json!({ "errorType": error_type, "errorMessage": "there is none" });
            let refused = ordered(Some("Unhandled"), payload).await.unwrap_err();
            assert!(matches!(refused, Error::Refused(_)), "{refused:?}");
            let text = refused.to_string();
            assert!(text.starts_with("there is none; ") && text.contains(advice), "{text}");
            assert!(text.ends_with(&format!("({error_type})")), "{text}");
        }
    }

    #[tokio::test]
    async fn a_table_in_trouble_can_be_asked_again() {
        let payload = json!({ "errorType": "Bridge.TableUnavailable", "errorMessage": "no reply in time" });
        assert!(matches!(ordered(Some("Unhandled"), payload).await, Err(Error::Unreachable(_))));
    }

    #[tokio::test]
    async fn a_function_that_breaks_is_named() {
        let payload = json!({ "errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 80 seconds" });
        let refused = ordered(Some("Unhandled"), payload).await.unwrap_err().to_string();
        assert_eq!(refused, "sweep has failed: Task timed out after 80 seconds; its logs say more (Sandbox.Timedout)");
    }

    /// One of before sweeps, whatever it is ordered.
    #[tokio::test]
    async fn a_function_that_does_not_know_the_order_is_told_from_one_that_does() {
        let swept = json!({ "callbacks": 0, "duties": 0, "finished": true });
        let refused = ordered(None, swept).await.unwrap_err().to_string();
        assert!(refused.contains("does not know the order show: deploy a newer version"), "{refused}");
    }

    #[test]
    fn who_orders_is_named_without_the_account() {
        let role = "arn:aws:sts::123456789012:assumed-role/Administrator/carol@example.com";
        assert_eq!(name_of(role), Some("assumed-role/Administrator/carol@example.com"));
        assert_eq!(name_of("arn:aws:iam::123456789012:root"), Some("root"));
        assert_eq!((name_of("arn:aws:iam::123456789012:"), name_of("")), (None, None));
    }
}
