//! Notices by mail and chat, as the environment of a function says.

use callbacks::notices::BaseUrl;

use crate::{Channels, Error, IncomingWebhooks, Lambda, PlainHttp, SesMail, config::ConfigError, read_secret};

/// What tells people by mail and chat.
pub type Notices = Channels<SesMail, IncomingWebhooks>;

/// The channels that this function has: mail where `BRIDGE_MAIL_FROM` is set, by `BRIDGE_MAIL_CONFIGURATION_SET` where that is
/// set, too; chat where `BRIDGE_CHAT_SECRET_ARN` is. Links begin with `BRIDGE_BASE_URL`.
///
/// # Errors
/// When a variable is wrong, or the secret cannot be read or has another form; the error names it.
pub async fn notices(lambda: &Lambda) -> Result<Notices, Error> {
    let base_url: BaseUrl = lambda.variables().required("BRIDGE_BASE_URL")?;
    Ok(Channels::new(mail(lambda, &base_url)?, chat(lambda, &base_url).await?))
}

fn mail(lambda: &Lambda, base_url: &BaseUrl) -> Result<Option<SesMail>, ConfigError> {
    let Some(from) = lambda.variables().optional::<String>("BRIDGE_MAIL_FROM")? else { return Ok(None) };
    let mail = SesMail::new(lambda.aws_config(), from, base_url.clone());
    let configuration_set: Option<String> = lambda.variables().optional("BRIDGE_MAIL_CONFIGURATION_SET")?;
    Ok(Some(match configuration_set {
        Some(name) => mail.with_configuration_set(name),
        None => mail,
    }))
}

async fn chat(lambda: &Lambda, base_url: &BaseUrl) -> Result<Option<IncomingWebhooks>, Error> {
    let name = "BRIDGE_CHAT_SECRET_ARN";
    let Some(secret) = lambda.variables().optional::<String>(name)? else { return Ok(None) };
    let urls = read_secret(lambda.aws_config(), &secret).await?;
    // Where the pages are on this machine, chat may be, too.
    let plain_http = if base_url.is_plain_http() { PlainHttp::ToLoopback } else { PlainHttp::Never };
    let webhooks = IncomingWebhooks::read(&urls, plain_http, base_url.clone());
    Ok(Some(webhooks.map_err(|problem| ConfigError::Invalid { name, problem: problem.to_string() })?))
}
