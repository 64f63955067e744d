//! The sample application of `template.yaml`, ready to be used: the stack, and the others' services that it asks.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use aws_sdk_sesv2::operation::create_email_identity::CreateEmailIdentityError;
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEvent};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{
    Bureau, BureauOptions, LocalAws, LocalBridge, LocalRegion, Provider, ProviderOptions, Proxy, StackOptions,
};

/// Who is asked about loans.
pub const APPROVER: &str = "alice@example.com";
/// What mails are sent from; SES has verified it.
pub const SENDER: &str = "no-reply@bridge.example.com";

/// How often an execution is looked at.
pub(crate) const EVERY: Duration = Duration::from_millis(25);

/// The stack of `template.yaml`, its credit bureau and its payment provider.
#[derive(Debug)]
pub struct Sample {
    /// The running stack.
    pub bridge: LocalBridge,
    /// The bureau that its function asks.
    pub bureau: Bureau,
    /// What its inquiries go through.
    pub bureau_proxy: Proxy,
    /// The payment provider that its tasks call.
    pub provider: Provider,
    /// What calls to it go through.
    pub provider_proxy: Proxy,
}

/// How fast others are. A [`Duration`] alone is how long the slow ones take.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// How long the bureau takes over its slow applicant, and the provider over its slow payee.
    pub slow: Duration,
    /// How long the provider rests before each thing that it says by itself.
    pub rest: Duration,
}

impl From<Duration> for Pace {
    fn from(slow: Duration) -> Self {
        Self { slow, rest: Duration::ZERO }
    }
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
    /// Starts a bureau and a payment provider, registers the provider with the bridge, deploys the stack, and puts the
    /// bureau's key into the stack's secret, as somebody who deploys it for real does. A stack with a parameter `BureauUrl`,
    /// `DestinationsSecretArn` or `SendersSecretArn` has that instead.
    ///
    /// # Errors
    /// When the stack cannot be deployed.
    pub async fn deploy(
        region: &Arc<LocalRegion>,
        mut stack: StackOptions,
        pace: impl Into<Pace>,
    ) -> anyhow::Result<Self> {
        let Pace { slow, rest } = pace.into();
        let key = "the key of the local bureau".to_owned();
        let bureau = Bureau::start(BureauOptions { key: key.clone(), slow }).await?;
        let (bureau_proxy, bureau_url) = behind_a_proxy(bureau.url()).await?;
        let provider = Provider::start(ProviderOptions { slow, pace: rest }).await?;
        let (provider_proxy, provider_url) = behind_a_proxy(provider.url()).await?;
        // A stack may be deployed again by its name, and a secret outlives it.
        let prefix = format!("{}-{:08x}", stack.name, fastrand::u32(..));
        let secret =
            async |what: &str, text: &Value| create_secret(region.aws(), &format!("{prefix}-{what}"), text).await;
        let given = [
            ("BureauUrl", bureau_url),
            ("LoanApprovers", APPROVER.to_owned()),
            ("MailFrom", SENDER.to_owned()),
            ("DestinationsSecretArn", secret("destinations", &provider.destinations(&provider_url)).await?),
            ("SendersSecretArn", secret("senders", &provider.senders()).await?),
        ];
        let given = given.map(|(name, value)| (name.to_owned(), value));
        stack.parameters.splice(0..0, given); // of two, the later one counts
        verify_sender(region.aws()).await?;
        let bridge = LocalBridge::deploy(region, stack).await?;
        provider.send_events_to(bridge.api_url());
        let secret = bridge.output("BureauKeySecretArn")?;
        bridge.secrets_manager().put_secret_value().secret_id(secret).secret_string(key).send().await?;
        Ok(Self { bridge, bureau, bureau_proxy, provider, provider_proxy })
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

/// A proxy in front of a service, and its URL.
async fn behind_a_proxy(service: &str) -> anyhow::Result<(Proxy, String)> {
    let mut proxy = Proxy::new(service)?;
    let url = proxy.open(None).await?;
    Ok((proxy, url))
}

/// Creates a secret, as somebody who deploys the stack for real does before, and returns its ARN.
async fn create_secret(aws: &LocalAws, name: &str, text: &Value) -> anyhow::Result<String> {
    let secrets = aws_sdk_secretsmanager::Client::new(aws.sdk_config());
    let created = secrets.create_secret().name(name).secret_string(text.to_string()).send().await;
    let created = created.with_context(|| format!("the secret {name} could not be created"))?;
    created.arn.context("a secret has no ARN")
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
