//! Notices by mail: SES behind the port `Notifier`.

use std::{sync::Arc, time::Duration};

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_sdk_sesv2::{
    Client,
    config::Builder,
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message},
};
use callbacks::{
    Notifier, NotifyError, OutgoingNotice,
    notices::{BaseUrl, Mail},
};
use tokio::{sync::Semaphore, time::timeout};

/// Mails, by the SDK of SES.
///
/// A mail whose reply is lost is sent again: it may arrive twice, with the same link.
///
/// Only some go out at once: SES takes so many in a second, and refuses the rest. One that does not get its turn in time is left
/// to be tried again, so that all is written down before a lease or a function's time is over.
#[derive(Debug, Clone)]
pub struct SesMail {
    client: Client,
    from: String,
    configuration_set: Option<String>,
    base_url: BaseUrl,
    at_once: Arc<Semaphore>,
}

/// How many mails are sent at once: with a tenth of a second for each, about as many in a second as a new account may send.
const AT_ONCE: usize = 2;
/// How long a mail waits for its turn: with the time for its call, far shorter than any lease.
const TURN: Duration = Duration::from_secs(10);

impl SesMail {
    /// Mails `from` an address that SES has verified, as in `Callback Bridge <no-reply@example.com>`; their links begin with
    /// `base_url`. A call takes ten seconds at most, retries included.
    #[must_use]
    pub fn new(config: &SdkConfig, from: impl Into<String>, base_url: BaseUrl) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(4))
            .operation_timeout(Duration::from_secs(10));
        let config = Builder::from(config).timeout_config(timeouts.build()).build();
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        Self { client: Client::from_conf(config), from: from.into(), configuration_set: None, base_url, at_once }
    }

    /// Sends by this configuration set, instead of the default one of the sender's identity.
    #[must_use]
    pub fn with_configuration_set(self, name: impl Into<String>) -> Self {
        Self { configuration_set: Some(name.into()), ..self }
    }
}

impl Notifier for SesMail {
    async fn send(&self, notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        let _turn = timeout(TURN, self.at_once.acquire()).await.map_err(|_elapsed| crowded())?;
        let content = content(Mail::of(notice, &self.base_url)).map_err(unbuilt)?;
        let destination = Destination::builder().to_addresses(&notice.approver.address).build();
        let call = self.client.send_email().from_email_address(&self.from).destination(destination);
        let call = call.set_configuration_set_name(self.configuration_set.clone()).content(content);
        call.send().await.map(drop).map_err(|error| refused(&error))
    }
}

fn content(mail: Mail) -> Result<EmailContent, BuildError> {
    let text = |text| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().html(text(mail.html)?).text(text(mail.text)?).build();
    let message = Message::builder().subject(text(mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

/// Reads the code of an error, never its message: what it repeats is not known.
fn refused(error: &SdkError<SendEmailError>) -> NotifyError {
    let code = match error {
        SdkError::TimeoutError(_) => "no reply in time",
        SdkError::DispatchFailure(_) => "no connection, or it broke",
        _ => error.code().unwrap_or("no usable reply"),
    };
    NotifyError(match advice(code) {
        Some(advice) => format!("SES did not take the mail ({code}): {advice}"),
        None => format!("SES did not take the mail ({code})"),
    })
}

/// What a person can do about it.
///
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors>
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "MessageRejected" => "verify the address or the domain that it is sent from, and leave the sandbox of SES",
        "MailFromDomainNotVerifiedException" => "verify the MAIL FROM domain of the identity that it is sent from",
        "NotFoundException" => "the configuration set does not exist: create it, or do without",
        "AccountSuspendedException" | "SendingPausedException" => "sending is stopped: look at the reputation in SES",
        "LimitExceededException" | "TooManyRequestsException" | "ThrottlingException" => {
            "the sending quota is used up: ask for a higher one if this is the rule"
        }
        "BadRequestException" => "the address of the approver, or the one that it is sent from, is none",
        "AccessDeniedException" => {
            "grant ses:SendEmail on the identity that it is sent from, and on the configuration set"
        }
        _ => return None,
    })
}

fn crowded() -> NotifyError {
    NotifyError("too many mails are on their way to SES: this one has not had its turn".to_owned())
}

fn unbuilt(error: BuildError) -> NotifyError {
    NotifyError(format!("the mail could not be made: {error}"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::{
        config::retry::RetryConfig,
        error::ErrorMetadata,
        operation::send_email::SendEmailOutput,
        types::error::{BadRequestException, MessageRejected, NotFoundException, TooManyRequestsException},
    };
    use aws_smithy_mocks::{RuleMode, mock, mock_client};
    use callbacks::Channel;

    use super::*;
    use crate::test_notices::{BASE_URL, to};

    fn mail_by(client: Client) -> SesMail {
        let from = "Callback Bridge <no-reply@example.com>".to_owned();
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        SesMail { client, from, configuration_set: None, base_url: BASE_URL.parse().unwrap(), at_once }
    }

    #[tokio::test]
    async fn a_mail_has_an_html_and_a_text_part_with_the_link() {
        let rule = mock!(Client::send_email)
            .match_requests(|input| {
                let message = input.content().unwrap().simple().unwrap();
                let body = message.body().unwrap();
                let parts = [body.html().unwrap(), body.text().unwrap()];
                input.from_email_address() == Some("Callback Bridge <no-reply@example.com>")
                    && input.destination().unwrap().to_addresses() == ["alice@example.com"]
                    && input.configuration_set_name() == Some("approvals")
                    && message.subject().unwrap().data().contains("Loan 42")
                    && parts.iter().all(|part| part.data().contains("https://approve.example.com/c/"))
                    && parts.iter().all(|part| part.charset() == Some("UTF-8"))
            })
            .then_output(|| SendEmailOutput::builder().message_id("1").build());
        let mail = mail_by(mock_client!(aws_sdk_sesv2, [&rule])).with_configuration_set("approvals");
        to("alice@example.com", Channel::Email, async |notice| mail.send(notice).await.unwrap()).await;
        assert_eq!(rule.num_calls(), 1);
    }

    /// Whoever waits longer than the lease is sent twice.
    #[tokio::test(start_paused = true)]
    async fn a_mail_that_does_not_get_its_turn_in_time_is_left_to_be_tried_again() {
        let rule = mock!(Client::send_email).then_output(|| SendEmailOutput::builder().message_id("1").build());
        let mail = mail_by(mock_client!(aws_sdk_sesv2, [&rule]));
        let others = mail.at_once.clone().acquire_many_owned(AT_ONCE.try_into().unwrap()).await.unwrap();
        let began = tokio::time::Instant::now();
        let refused =
            to("alice@example.com", Channel::Email, async |notice| mail.send(notice).await.unwrap_err()).await;
        assert!(refused.to_string().contains("turn"), "{refused}");
        assert_eq!((began.elapsed(), rule.num_calls()), (TURN, 0));
        drop(others);
        to("alice@example.com", Channel::Email, async |notice| mail.send(notice).await.unwrap()).await;
        assert_eq!(rule.num_calls(), 1);
    }

    async fn refusal(error: fn() -> SendEmailError) -> String {
        let rule = mock!(Client::send_email).then_error(error);
        let at_once = |config: Builder| config.retry_config(RetryConfig::disabled());
        let mail = mail_by(mock_client!(aws_sdk_sesv2, RuleMode::MatchAny, [&rule], at_once));
        to("alice@example.com", Channel::Email, async |notice| mail.send(notice).await.unwrap_err()).await.to_string()
    }

    fn meta(code: &str) -> ErrorMetadata {
        ErrorMetadata::builder().code(code).message("alice@example.com at https://approve.example.com/c/").build()
    }

    #[tokio::test]
    async fn a_refusal_names_its_code_and_what_to_do_and_repeats_nothing() {
        let refusals = [
            refusal(|| {
                SendEmailError::MessageRejected(MessageRejected::builder().meta(meta("MessageRejected")).build())
            })
            .await,
            refusal(|| {
                SendEmailError::NotFoundException(NotFoundException::builder().meta(meta("NotFoundException")).build())
            })
            .await,
            refusal(|| {
                SendEmailError::TooManyRequestsException(
                    TooManyRequestsException::builder().meta(meta("TooManyRequestsException")).build(),
                )
            })
            .await,
            refusal(|| {
                SendEmailError::BadRequestException(
                    BadRequestException::builder().meta(meta("BadRequestException")).build(),
                )
            })
            .await,
            refusal(|| SendEmailError::generic(meta("AccessDeniedException"))).await,
            refusal(|| SendEmailError::generic(meta("SomethingNew"))).await,
        ];
        let told =
            ["verify the address", "configuration set", "quota", "is none", "grant ses:SendEmail", "SomethingNew"];
        for (refusal, told) in refusals.iter().zip(told) {
            assert!(refusal.starts_with("SES did not take the mail (") && refusal.contains(told), "{refusal}");
            assert!(!refusal.contains("example.com"), "{refusal}");
        }
    }
}
