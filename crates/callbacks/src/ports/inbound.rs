//! What machines send, as it is kept: so that it is known when it comes again, and found when it came too early.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{CallbackId, Source};

/// Something that a machine has sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbound {
    /// How it is known.
    pub key: InboundKey,
    /// SHA-256 of all of it, in URL-safe Base64: the same key with another digest is something else.
    pub digest: String,
    /// Which task it is about, by the name that the sender has for it; nothing where a link says so.
    pub about: Option<ExternalId>,
    /// The body, of up to 64 KiB, where it is about a task that may not be known yet; else nothing.
    pub body: Option<Value>,
    /// When it came.
    pub at: Timestamp,
}

impl Inbound {
    /// The digest of what came: of a body, and of what it was sent to.
    #[must_use]
    pub fn digest_of(what: &str, body: &[u8]) -> String {
        let hash = Sha256::new().chain_update(what).chain_update([0]).chain_update(body);
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }

    /// How it came, if it is an event.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        match &self.key.from {
            InboundFrom::Sender(sender) => Some(Source::Event { sender: sender.clone(), id: self.key.id.clone() }),
            InboundFrom::Link(_) => None,
        }
    }
}

/// How something is known when it comes again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InboundKey {
    /// Who sent it.
    pub from: InboundFrom,
    /// What they call it, in 1 to 256 characters: a `webhook-id`, or an `Idempotency-Key`.
    pub id: String,
}

/// Who has sent something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InboundFrom {
    /// A registered sender.
    Sender(String),
    /// Whoever has the link of this callback.
    Link(CallbackId),
}

/// What somebody else calls a task.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExternalId {
    /// Who calls it so: a registered sender, and the destination of the same name.
    pub sender: String,
    /// What they call it, in 1 to 256 characters.
    pub id: String,
}

impl ExternalId {
    /// The longest one, in bytes.
    const MOST: usize = 256;

    /// What stands where the JSON Pointer leads, if that can be a name. A number counts as the text that it is written by.
    #[must_use]
    pub fn at(sender: &str, body: &Value, pointer: &str) -> Option<Self> {
        let id = match body.pointer(pointer)? {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        (1..=Self::MOST).contains(&id.len()).then(|| Self { sender: sender.to_owned(), id })
    }
}

/// What became of something that was to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It is kept now.
    New,
    /// Something of its key was kept before.
    Before {
        /// The digest of that.
        digest: String,
        /// What it was answered by, if that is known.
        reply: Option<FirstReply>,
    },
}

/// What something was answered by when it came for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstReply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}
