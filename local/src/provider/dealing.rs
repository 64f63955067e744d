//! What goes on between the bridge and the provider.

use serde_json::Value;

use super::Payment;

/// Something that went on. No link and no secret is in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Dealing {
    /// Somebody called who could not prove to be the bridge, or what was sent is no order; nothing is paid.
    Refused {
        /// The status of the response.
        status: u16,
        /// What is wrong.
        problem: String,
    },
    /// The bridge has called, for the first time or again.
    Called(Payment),
    /// The provider has responded to a call.
    Responded {
        /// The id of the payment.
        payment_id: String,
        /// The status of the response.
        status: u16,
    },
    /// The provider says something to the bridge.
    Says {
        /// The id of the payment that it is about.
        payment_id: String,
        /// How it is said.
        way: Way,
    },
    /// The bridge has replied to that.
    Said {
        /// The id of the payment that it was about.
        payment_id: String,
        /// How it was said.
        way: Way,
        /// What the bridge replied.
        reply: BridgeReply,
    },
}

/// How something is said to the bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By the link, with a body of the provider's own.
    Answer,
    /// By the link, with an output.
    Success,
    /// By the link, with an error and a cause.
    Failure,
    /// By the link: it is at work.
    Heartbeat,
    /// By a signed event.
    Event,
}

/// What the bridge replied.
#[derive(Debug, Clone, PartialEq)]
pub struct BridgeReply {
    /// The HTTP status.
    pub status: u16,
    /// The body; a text if it is no JSON.
    pub body: Value,
}
