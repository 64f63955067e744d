//! Notices by mail: what SES is given arrives with both its parts.

use callback_bridge_aws::{Channels, IncomingWebhooks, SesMail};
use callbacks::{CapabilityLink, LinkKeys, NoticeKind, Notifier, OutgoingNotice, Recipient};
use serde_json::Value;

use crate::{bench::in_region, desk::callback};

/// What a proxy calls the sending of a mail.
pub(crate) const SENDING: &str = "/v2/email/outbound-emails";

#[test]
fn a_mail_arrives_with_its_link_once_its_sender_is_verified() {
    in_region(async |region| {
        let callback = callback();
        let keys = LinkKeys::read("a key of at least thirty-two letters").unwrap();
        let link = CapabilityLink::new(&keys, callback.request.id, Recipient::Approver(0), 0);
        let secret = link.secret();
        let approval = callback.request.approval().unwrap();
        let (request, approver) = (&callback.request, &approval.approvers[0]);
        let notice = OutgoingNotice { request, approval, approver, kind: NoticeKind::Ask, link };
        let config = region.aws().sdk_config();
        let mail =
            SesMail::new(config, "Bridge <bridge@mails.example.com>", "https://approve.example.com".parse().unwrap());
        let channels = Channels::new(Some(mail), None::<IncomingWebhooks>);
        let refused = channels.send(&notice).await.unwrap_err().to_string();
        assert!(refused.contains("MessageRejected") && refused.contains("verify"), "{refused}");
        let ses = aws_sdk_sesv2::Client::new(config);
        ses.create_email_identity().email_identity("mails.example.com").send().await.unwrap();
        channels.send(&notice).await.unwrap();
        let inbox = reqwest::get(format!("{}/moto-api/mails", region.aws().endpoint())).await.unwrap();
        let inbox: Value = inbox.json().await.unwrap();
        let sent = inbox["mails"].as_array().unwrap().iter();
        let mails: Vec<&Value> = sent.filter(|mail| mail["from"] == "Bridge <bridge@mails.example.com>").collect();
        let [mail] = mails[..] else { panic!("{mails:?}") };
        assert_eq!(mail["to"][0], "alice@example.com");
        assert!(mail["subject"].as_str().unwrap().contains("Loan 42"), "{mail}");
        for part in ["html", "text"] {
            let link = format!("https://approve.example.com/c/{secret}");
            assert!(mail[part].as_str().unwrap().contains(&link), "{part}: {mail}");
        }
    });
}
