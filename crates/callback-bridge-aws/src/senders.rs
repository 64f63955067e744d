//! Who may send events, as the environment of a function says.

use callbacks::signed::Senders;

use crate::{Error, Lambda, read_secret};

const SENDERS_SECRET: &str = "BRIDGE_SENDERS_SECRET_ARN";

/// The senders that are registered in the secret `BRIDGE_SENDERS_SECRET_ARN`; none where that is not set.
///
/// # Errors
/// When the secret cannot be read; the error names it. A secret of another form is logged: then nobody may send events, and
/// links are opened and answered as ever.
pub async fn senders(lambda: &Lambda) -> Result<Senders, Error> {
    Ok(match lambda.variables().optional::<String>(SENDERS_SECRET)? {
        Some(secret) => registered(&read_secret(lambda.aws_config(), &secret).await?),
        None => Senders::default(),
    })
}

/// The senders in the text of the secret.
fn registered(secret: &str) -> Senders {
    Senders::read(secret).unwrap_or_else(|error| {
        tracing::error!(%error, variable = SENDERS_SECRET, "nobody may send events");
        Senders::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_another_form_lets_nobody_in() {
        let good = r#""bank": { "verifyWith": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "externalIdAt": "/id" }"#;
        assert!(registered(&format!("{{ {good} }}")).get("bank").is_some());
        for secret in ["", "[]", &format!(r#"{{ {good}, "shop": {{}} }}"#)] {
            assert!(registered(secret).get("bank").is_none(), "{secret}");
        }
    }
}
