//! Capability links: one recipient's way to one callback.

mod keys;

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use keys::{KeysError, LinkKeys};

use crate::CallbackId;

/// How many bits of the MAC a link carries: nobody guesses 128.
const MAC_BYTES: usize = 16;

/// A link that proves itself: the callback, whose link it is, and a MAC over both and the key's name.
///
/// Whoever holds it may answer for its recipient, so `Debug` shows no MAC, and [`secret`](Self::secret) is the only way to
/// the text. It holds no token, and it can be made again at any time.
#[derive(Clone, PartialEq, Eq)]
pub struct CapabilityLink {
    id: CallbackId,
    recipient: Recipient,
    mac: [u8; MAC_BYTES],
}

/// Whose link it is, and which of theirs: raising the generation of a callback revokes the links before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient {
    /// The position among the approvers.
    pub approver: u8,
    /// The generation of the callback's links, from 0.
    pub generation: u16,
}

impl CapabilityLink {
    /// The link of one recipient, by the key that is in use.
    #[must_use]
    pub fn new(keys: &LinkKeys, id: CallbackId, recipient: Recipient) -> Self {
        let mut mac = [0; MAC_BYTES];
        mac.copy_from_slice(&full_mac(keys.current(), id, recipient).finalize().into_bytes()[..MAC_BYTES]);
        Self { id, recipient, mac }
    }

    /// Reads what stands in a URL behind `/c/`, and looks whether it proves itself by one of the keys, in constant time.
    #[must_use]
    pub fn verified(text: &str, keys: &LinkKeys) -> Option<Self> {
        let mut parts = text.split('.');
        let (id, recipient, mac) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let link = Self {
            id: id.parse().ok()?,
            recipient: Recipient::read(recipient)?,
            mac: URL_SAFE_NO_PAD.decode(mac).ok()?.try_into().ok()?,
        };
        let proves = |key: &[u8]| full_mac(key, link.id, link.recipient).verify_truncated_left(&link.mac).is_ok();
        keys.all().any(proves).then_some(link)
    }

    /// The callback it leads to.
    #[must_use]
    pub const fn id(&self) -> CallbackId {
        self.id
    }

    /// Whose it is.
    #[must_use]
    pub const fn recipient(&self) -> Recipient {
        self.recipient
    }

    /// What stands in a URL behind `/c/`: for the recipient, and nobody else.
    #[must_use]
    pub fn secret(&self) -> String {
        format!("{}.{}.{}", self.id, self.recipient, URL_SAFE_NO_PAD.encode(self.mac))
    }
}

impl fmt::Debug for CapabilityLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CapabilityLink({}.{}.…)", self.id, self.recipient)
    }
}

impl Recipient {
    /// Of all ways to write a number one is taken, so that a link has one form.
    fn read(text: &str) -> Option<Self> {
        let (approver, generation) = text.split_once('v').unwrap_or((text, "0"));
        let recipient = Self { approver: approver.parse().ok()?, generation: generation.parse().ok()? };
        (recipient.to_string() == text).then_some(recipient)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.generation {
            0 => write!(f, "{}", self.approver),
            generation => write!(f, "{}v{generation}", self.approver),
        }
    }
}

/// What is signed has a fixed length, so that no two links sign the same bytes.
fn full_mac(key: &[u8], id: CallbackId, recipient: Recipient) -> Hmac<Sha256> {
    // HMAC takes keys of every length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes every key"));
    mac.update(b"callback-bridge link 1\0");
    mac.update(id.as_bytes());
    mac.update(&[recipient.approver]);
    mac.update(&recipient.generation.to_be_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use callback_bridge::TaskToken;
    use proptest::prelude::*;

    use super::*;

    fn keys(text: &str) -> LinkKeys {
        LinkKeys::read(text).unwrap()
    }

    fn id(token: &str) -> CallbackId {
        CallbackId::of(&TaskToken::new(token).unwrap().attempt_id())
    }

    fn recipient(approver: u8) -> Recipient {
        Recipient { approver, generation: 0 }
    }

    const OLD: &str = "an old key of thirty-two letters";
    const NEW: &str = "a new key of thirty-two letters!";

    static_assertions::assert_not_impl_any!(CapabilityLink: fmt::Display, serde::Serialize);

    #[test]
    fn a_link_is_short_and_can_be_made_again() {
        let link = CapabilityLink::new(&keys(NEW), id("t"), recipient(19));
        assert!("/c/".len() + link.secret().len() < 80, "{}", link.secret());
        assert_eq!(CapabilityLink::new(&keys(NEW), id("t"), recipient(19)), link);
        assert!(link.secret().chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
        let shown = format!("{link:?}");
        assert!(!shown.contains(link.secret().rsplit('.').next().unwrap()), "{shown}");
    }

    #[test]
    fn links_of_the_key_before_are_taken_and_those_of_older_ones_are_not() {
        let link = CapabilityLink::new(&keys(OLD), id("t"), recipient(0)).secret();
        assert!(CapabilityLink::verified(&link, &keys(&format!("{NEW}\n{OLD}"))).is_some());
        assert!(CapabilityLink::verified(&link, &keys(NEW)).is_none());
    }

    proptest! {
        #[test]
        fn a_link_is_taken_as_it_was_made_and_in_no_other_form(token in "[a-z]{1,8}", approver: u8, generation: u16, at: prop::sample::Index, other: char) {
            let link = CapabilityLink::new(&keys(NEW), id(&token), Recipient { approver, generation });
            let text = link.secret();
            prop_assert_eq!(CapabilityLink::verified(&text, &keys(NEW)), Some(link));
            let mut letters: Vec<char> = text.chars().collect();
            let at = at.index(letters.len());
            if letters[at] != other {
                letters[at] = other;
                let changed: String = letters.into_iter().collect();
                prop_assert_eq!(CapabilityLink::verified(&changed, &keys(NEW)), None);
            }
        }

        #[test]
        fn no_text_upsets_it(text: String) {
            prop_assert_eq!(CapabilityLink::verified(&text, &keys(NEW)), None);
        }
    }
}
