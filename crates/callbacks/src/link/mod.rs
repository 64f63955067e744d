//! Capability links: one recipient's way to one callback.

mod keys;

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use keys::{KeysError, LinkKeys};

use crate::{CallbackId, urls::TransactionId};

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
    /// Which of theirs: raising the generation of a callback revokes the links before.
    generation: u16,
    mac: [u8; MAC_BYTES],
}

/// Whose link it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// The approver at this position.
    Approver(u8),
    /// The destination that was called.
    Destination,
    /// Whoever has the URL of an action.
    Action {
        /// The call that has created it.
        set: TransactionId,
        /// The position of the action among those of the call.
        action: u8,
    },
}

impl CapabilityLink {
    /// The link of one recipient, by the key that is in use.
    #[must_use]
    pub fn new(keys: &LinkKeys, id: CallbackId, recipient: Recipient, generation: u16) -> Self {
        let mut link = Self { id, recipient, generation, mac: [0; MAC_BYTES] };
        let mac = link.full_mac(keys.current()).finalize().into_bytes();
        link.mac.copy_from_slice(&mac[..MAC_BYTES]);
        link
    }

    /// Reads what stands in a URL behind `/c/`, and looks whether it proves itself by one of the keys, in constant time.
    #[must_use]
    pub fn verified(text: &str, keys: &LinkKeys) -> Option<Self> {
        let mut parts = text.split('.');
        let (id, whose, mac) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (recipient, generation) = read_whose(whose)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?.try_into().ok()?;
        let link = Self { id: id.parse().ok()?, recipient, generation, mac };
        let proves = |key: &[u8]| link.full_mac(key).verify_truncated_left(&link.mac).is_ok();
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

    /// Which of theirs, from 0.
    #[must_use]
    pub const fn generation(&self) -> u16 {
        self.generation
    }

    /// What stands in a URL behind `/c/`: for the recipient, and nobody else.
    #[must_use]
    pub fn secret(&self) -> String {
        format!("{}.{}.{}", self.id, whose(self.recipient, self.generation), URL_SAFE_NO_PAD.encode(self.mac))
    }

    /// What is signed has a fixed length and says first what it is, so that no two links sign the same bytes.
    fn full_mac(&self, key: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of every length.
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes every key"));
        match self.recipient {
            Recipient::Approver(approver) => {
                mac.update(b"callback-bridge link 1\0");
                mac.update(self.id.as_bytes());
                mac.update(&[approver]);
            }
            Recipient::Destination => {
                mac.update(b"callback-bridge machine link 1\0");
                mac.update(self.id.as_bytes());
            }
            Recipient::Action { set, action } => {
                mac.update(b"callback-bridge action link 1\0");
                mac.update(self.id.as_bytes());
                mac.update(&set.to_bytes());
                mac.update(&[action]);
            }
        }
        mac.update(&self.generation.to_be_bytes());
        mac
    }
}

impl fmt::Debug for CapabilityLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CapabilityLink({}.{}.…)", self.id, whose(self.recipient, self.generation))
    }
}

/// Of all ways to write a number one is taken, so that a link has one form.
fn read_whose(text: &str) -> Option<(Recipient, u16)> {
    let (recipient, generation) = text.split_once('v').unwrap_or((text, "0"));
    let recipient = match recipient {
        DESTINATION => Recipient::Destination,
        other => match other.split_once('-') {
            Some((action, set)) => {
                Recipient::Action { action: action.strip_prefix(ACTION)?.parse().ok()?, set: set.parse().ok()? }
            }
            None => Recipient::Approver(other.parse().ok()?),
        },
    };
    let generation = generation.parse().ok()?;
    (whose(recipient, generation) == text).then_some((recipient, generation))
}

fn whose(recipient: Recipient, generation: u16) -> String {
    let recipient = match recipient {
        Recipient::Approver(approver) => approver.to_string(),
        Recipient::Destination => DESTINATION.to_owned(),
        Recipient::Action { set, action } => format!("{ACTION}{action}-{set}"),
    };
    match generation {
        0 => recipient,
        generation => format!("{recipient}v{generation}"),
    }
}

const DESTINATION: &str = "m";
const ACTION: &str = "a";

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

    fn link_of(key: &str, recipient: Recipient) -> CapabilityLink {
        CapabilityLink::new(&keys(key), id("t"), recipient, 0)
    }

    fn any_recipient() -> impl Strategy<Value = Recipient> {
        prop_oneof![
            any::<u8>().prop_map(Recipient::Approver),
            Just(Recipient::Destination),
            any::<(u128, u8)>().prop_map(|(set, action)| Recipient::Action { set: TransactionId::new(set), action }),
        ]
    }

    const OLD: &str = "an old key of thirty-two letters";
    const NEW: &str = "a new key of thirty-two letters!";

    static_assertions::assert_not_impl_any!(CapabilityLink: fmt::Display, serde::Serialize);

    #[test]
    fn a_link_is_short_and_can_be_made_again() {
        let longest = link_of(NEW, Recipient::Action { set: TransactionId::new(1), action: u8::MAX });
        assert!("/u/".len() + longest.secret().len() < 90, "{}", longest.secret());
        let link = link_of(NEW, Recipient::Approver(19));
        assert_eq!(link_of(NEW, Recipient::Approver(19)), link);
        assert!(link.secret().chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
        let shown = format!("{link:?}");
        assert!(!shown.contains(link.secret().rsplit('.').next().unwrap()), "{shown}");
    }

    #[test]
    fn links_of_the_key_before_are_taken_and_those_of_older_ones_are_not() {
        let link = link_of(OLD, Recipient::Approver(0)).secret();
        assert!(CapabilityLink::verified(&link, &keys(&format!("{NEW}\n{OLD}"))).is_some());
        assert!(CapabilityLink::verified(&link, &keys(NEW)).is_none());
    }

    /// Links that people have got before keep working.
    #[test]
    fn the_link_of_an_approver_is_what_it_always_was() {
        let link = link_of(NEW, Recipient::Approver(3)).secret();
        assert_eq!(link, "47mKTaMaEn1L3m5DAz9mug.3.s2rEwRqeGW97sHfOKHF1nA");
    }

    proptest! {
        #[test]
        fn a_link_is_taken_as_it_was_made_and_in_no_other_form(
            token in "[a-z]{1,8}", recipient in any_recipient(), generation: u16, at: prop::sample::Index, other: char,
        ) {
            let link = CapabilityLink::new(&keys(NEW), id(&token), recipient, generation);
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
