//! The port `Notifier`, by whatever channel somebody is reached.

use callbacks::{Channel, Notifier, NotifyError, OutgoingNotice};

/// Brings each notice by the channel of its approver, as far as there is one.
#[derive(Debug, Clone)]
pub struct Channels<M, C> {
    mail: Option<M>,
    chat: Option<C>,
}

impl<M: Notifier, C: Notifier> Channels<M, C> {
    /// Approvers with the channel `email` are told by `mail`, those with `slack` by `chat`.
    #[must_use]
    pub const fn new(mail: Option<M>, chat: Option<C>) -> Self {
        Self { mail, chat }
    }
}

impl<M: Notifier, C: Notifier> Notifier for Channels<M, C> {
    async fn send(&self, notice: &OutgoingNotice<'_>) -> Result<(), NotifyError> {
        match (notice.approver.channel, &self.mail, &self.chat) {
            (Channel::Email, Some(mail), _) => mail.send(notice).await,
            (Channel::Slack, _, Some(chat)) => chat.send(notice).await,
            (Channel::Email, None, _) => Err(not_set_up("mail: give this function an address to send from")),
            (Channel::Slack, _, None) => Err(not_set_up("chat: give this function a secret with incoming webhooks")),
        }
    }
}

fn not_set_up(what: &str) -> NotifyError {
    NotifyError(format!("nobody can be told by {what}"))
}

#[cfg(test)]
mod tests {
    use callbacks::test_util::RecordingOutside;

    use super::*;
    use crate::test_notices::to;

    #[tokio::test]
    async fn each_notice_goes_by_the_channel_of_its_approver() {
        let (mail, chat) = (RecordingOutside::default(), RecordingOutside::default());
        let channels = Channels::new(Some(mail.clone()), Some(chat.clone()));
        to("alice@example.com", Channel::Email, async |notice| channels.send(notice).await.unwrap()).await;
        to("finance", Channel::Slack, async |notice| channels.send(notice).await.unwrap()).await;
        let addresses = |notifier: RecordingOutside| notifier.sent().into_iter().map(|sent| sent.address).collect();
        let (mailed, posted): (Vec<String>, Vec<String>) = (addresses(mail), addresses(chat));
        assert_eq!((&mailed[..], &posted[..]), (&["alice@example.com".to_owned()][..], &["finance".to_owned()][..]));
    }

    #[tokio::test]
    async fn a_channel_that_is_not_set_up_says_what_to_do() {
        let channels = Channels::<RecordingOutside, RecordingOutside>::new(None, None);
        for (channel, advice) in [
            (Channel::Email, "nobody can be told by mail: give this function an address to send from"),
            (Channel::Slack, "nobody can be told by chat: give this function a secret with incoming webhooks"),
        ] {
            let refused = to("x", channel, async |notice| channels.send(notice).await.unwrap_err()).await;
            assert_eq!(refused.to_string(), advice);
        }
    }
}
