//! The time of day, in one place.

use jiff::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "what AWS would stamp is stamped with the time of day")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
