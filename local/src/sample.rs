//! The sample application of `template.yaml`, ready to be used: the stack, and the credit bureau that it asks.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use aws_sdk_sesv2::operation::create_email_identity::CreateEmailIdentityError;
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEvent};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{Bureau, BureauOptions, LocalAws, LocalBridge, LocalRegion, Proxy, StackOptions};

/// Who is asked about loans.
pub const APPROVER: &str = "alice@example.com";
/// What mails are sent from; SES has verified it.
pub const SENDER: &str = "no-reply@bridge.example.com";

/// How often an execution is looked at.
pub(crate) const EVERY: Duration = Duration::from_millis(25);

/// The stack of `template.yaml` and its credit bureau.
#[derive(Debug)]
pub struct Sample {
    /// The running stack.
    pub bridge: LocalBridge,
    /// The bureau that its function asks.
    pub bureau: Bureau,
    /// What its inquiries go through.
    pub bureau_proxy: Proxy,
}

/// An execution that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// SUCCEEDED, FAILED, `TIMED_OUT` or ABORTED.
    pub status: ExecutionStatus,
    /// The output of a success.
    pub output: Option<Value>,
    /// The error name of a failure.
    pub error: Option<String>,
    /// The cause of a failure.
    pub cause: Option<String>,
}

impl Sample {
    /// Starts a bureau, deploys the stack, and puts the bureau's key into the stack's secret, as somebody who deploys it
    /// for real does. A stack with a parameter `BureauUrl` asks that one instead.
    ///
    /// # Errors
    /// When the stack cannot be deployed.
    pub async fn deploy(region: &Arc<LocalRegion>, mut stack: StackOptions, slow: Duration) -> anyhow::Result<Self> {
        let key = "the key of the local bureau".to_owned();
        let bureau = Bureau::start(BureauOptions { key: key.clone(), slow }).await?;
        let mut bureau_proxy = Proxy::new(bureau.url())?;
        let url = bureau_proxy.open(None).await?;
        let given = [("BureauUrl", url.as_str()), ("LoanApprovers", APPROVER), ("MailFrom", SENDER)];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        stack.parameters.splice(0..0, given); // of two, the later one counts
        verify_sender(region.aws()).await?;
        let bridge = LocalBridge::deploy(region, stack).await?;
        let secret = bridge.output("BureauKeySecretArn")?;
        bridge.secrets_manager().put_secret_value().secret_id(secret).secret_string(key).send().await?;
        Ok(Self { bridge, bureau, bureau_proxy })
    }

    /// Starts an execution of the credit check and returns its ARN.
    ///
    /// # Errors
    /// When Step Functions refuses the input.
    pub async fn start_execution(&self, input: &Value) -> anyhow::Result<String> {
        self.start("CreditCheckStateMachineArn", input).await
    }

    /// Starts an execution of the state machine whose ARN is this output of the stack, and returns its ARN.
    ///
    /// # Errors
    /// When the stack has no such output, or Step Functions refuses the input.
    pub async fn start(&self, machine_output: &str, input: &Value) -> anyhow::Result<String> {
        let machine = self.bridge.output(machine_output)?;
        let call = self.bridge.sfn().start_execution().state_machine_arn(machine).input(input.to_string());
        Ok(call.send().await.context("the execution could not be started")?.execution_arn)
    }

    /// Waits until an execution has ended.
    ///
    /// # Errors
    /// When it has not within `patience`.
    pub async fn end_of(&self, execution: &str, patience: Duration) -> anyhow::Result<Ended> {
        let give_up = Instant::now() + patience;
        while Instant::now() < give_up {
            let found = self.bridge.sfn().describe_execution().execution_arn(execution).send().await?;
            if found.status != ExecutionStatus::Running {
                let output = found.output.as_deref().map(serde_json::from_str).transpose()?;
                return Ok(Ended { status: found.status, output, error: found.error, cause: found.cause });
            }
            sleep(EVERY).await;
        }
        bail!("{execution} is still running after {} s", patience.as_secs())
    }

    /// How many messages of the credit check's queue, or another one of the stack's outputs, are visible, in flight, and
    /// delayed.
    ///
    /// # Errors
    /// When the stack has no such output.
    pub async fn messages_in(&self, queue_output: &str) -> anyhow::Result<[u32; 3]> {
        use QueueAttributeName::{
            ApproximateNumberOfMessages as Visible, ApproximateNumberOfMessagesDelayed as Delayed,
            ApproximateNumberOfMessagesNotVisible as InFlight,
        };
        let names = [Visible, InFlight, Delayed];
        let call = self.bridge.sqs().get_queue_attributes().queue_url(self.bridge.output(queue_output)?);
        let reply = call.set_attribute_names(Some(names.to_vec())).send().await?;
        let count = |name| reply.attributes()?.get(&name)?.parse().ok();
        Ok(names.map(|name| count(name).unwrap_or_default()))
    }

    /// The history of an execution so far, oldest event first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn history_of(&self, execution: &str) -> anyhow::Result<Vec<HistoryEvent>> {
        let call = self.bridge.sfn().get_execution_history().execution_arn(execution).max_results(1000);
        Ok(call.send().await?.events)
    }
}

/// Has SES know whom mails are sent from, as somebody who deploys the stack for real does.
async fn verify_sender(aws: &LocalAws) -> anyhow::Result<()> {
    let ses = aws_sdk_sesv2::Client::new(aws.sdk_config());
    match ses.create_email_identity().email_identity(SENDER).send().await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(CreateEmailIdentityError::is_already_exists_exception) => {
            Ok(())
        }
        Err(error) => Err(error).context("the sender of mails could not be verified"),
    }
}
