//! Notices by mail and chat, as the environment of a function says.

use callbacks::notices::BaseUrl;

use crate::{
    Channels, Error, IncomingWebhooks, Lambda, PlainHttp, SesMail,
    config::{ConfigError, Variables},
    read_secret,
};

/// What tells people by mail and chat.
pub type Notices = Channels<SesMail, IncomingWebhooks>;

/// The channels that this function has: mail where `BRIDGE_MAIL_FROM` is set, by `BRIDGE_MAIL_CONFIGURATION_SET` where that is
/// set, too; chat where `BRIDGE_CHAT_SECRET_ARN` is. Links begin with `BRIDGE_BASE_URL`.
///
/// # Errors
/// When a variable is wrong, or the secret cannot be read; the error names it. A secret of another form is logged: then there
/// is no chat.
pub async fn notices(lambda: &Lambda) -> Result<Notices, Error> {
    let Settings { base_url, mail_from, configuration_set, chat_secret } = Settings::read(lambda.variables())?;
    let mail = mail_from.map(|from| {
        let mail = SesMail::new(lambda.aws_config(), from, base_url.clone());
        match configuration_set {
            Some(name) => mail.with_configuration_set(name),
            None => mail,
        }
    });
    let chat = match chat_secret {
        Some(secret) => {
            let webhooks = webhooks(&read_secret(lambda.aws_config(), &secret).await?, base_url);
            // Decisions, deadlines and mails do not wait until it is mended; each notice by chat says that there is none.
            webhooks.inspect_err(|error| tracing::error!(%error, "nobody can be told by chat")).ok()
        }
        None => None,
    };
    Ok(Channels::new(mail, chat))
}

const CHAT_SECRET: &str = "BRIDGE_CHAT_SECRET_ARN";

/// What the environment says.
#[derive(Debug, PartialEq)]
struct Settings {
    base_url: BaseUrl,
    mail_from: Option<String>,
    configuration_set: Option<String>,
    chat_secret: Option<String>,
}

impl Settings {
    fn read(variables: &Variables) -> Result<Self, ConfigError> {
        Ok(Self {
            base_url: variables.required("BRIDGE_BASE_URL")?,
            mail_from: variables.optional("BRIDGE_MAIL_FROM")?,
            configuration_set: variables.optional("BRIDGE_MAIL_CONFIGURATION_SET")?,
            chat_secret: variables.optional(CHAT_SECRET)?,
        })
    }
}

/// The webhooks in the text of the secret.
fn webhooks(secret: &str, base_url: BaseUrl) -> Result<IncomingWebhooks, ConfigError> {
    let webhooks = IncomingWebhooks::read(secret, PlainHttp::from(&base_url), base_url);
    webhooks.map_err(|problem| ConfigError::Invalid { name: CHAT_SECRET, problem: problem.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE_URL: (&str, &str) = ("BRIDGE_BASE_URL", "https://decide.example.com");

    #[test]
    fn what_is_not_set_is_no_channel() {
        let settings = Settings::read(&[BASE_URL].into_iter().collect()).unwrap();
        let base_url = BASE_URL.1.parse().unwrap();
        let none = Settings { base_url, mail_from: None, configuration_set: None, chat_secret: None };
        assert_eq!(settings, none);
        let all = [BASE_URL, ("BRIDGE_MAIL_FROM", "no-reply@example.com"), (CHAT_SECRET, "arn:secret")];
        let all = all.into_iter().chain([("BRIDGE_MAIL_CONFIGURATION_SET", "approvals")]).collect();
        let settings = Settings::read(&all).unwrap();
        assert_eq!(settings.mail_from.as_deref(), Some("no-reply@example.com"));
        assert_eq!(settings.configuration_set.as_deref(), Some("approvals"));
        assert_eq!(settings.chat_secret.as_deref(), Some("arn:secret"));
    }

    #[test]
    fn a_wrong_address_of_the_pages_names_itself() {
        for value in ["", "decide.example.com", "http://decide.example.com"] {
            let error = Settings::read(&[(BASE_URL.0, value)].into_iter().collect()).unwrap_err().to_string();
            assert!(error.contains(BASE_URL.0), "{value}: {error}");
        }
    }

    #[test]
    fn a_secret_without_webhooks_names_its_variable_and_shows_no_url() {
        let read = |secret: &str, base_url: &str| webhooks(secret, base_url.parse().unwrap()).map(drop);
        let here = r#"{ "finance": "http://127.0.0.1:4000/secret" }"#;
        for secret in ["", "https://hooks.example.com/secret", here] {
            let error = read(secret, BASE_URL.1).unwrap_err().to_string();
            assert!(error.contains(CHAT_SECRET) && !error.contains("/secret"), "{error}");
        }
        assert_eq!(read(r#"{ "finance": "https://hooks.example.com/secret" }"#, BASE_URL.1), Ok(()));
        assert_eq!(read(here, "http://127.0.0.1:3000"), Ok(()), "where the pages are on this machine");
    }
}
