//! How a callback is named.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callback_bridge::AttemptId;
use serde::{Deserialize, Serialize};

/// The name of a parked task: the first 128 bits of its attempt id, as 22 characters of URL-safe Base64.
///
/// The same task always has the same name, so a message that is delivered twice parks one task. Nobody gets from it to the
/// token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CallbackId([u8; 16]);

impl CallbackId {
    /// The name of the task with this attempt id.
    #[must_use]
    pub fn of(attempt: &AttemptId) -> Self {
        let digits = attempt.as_str().as_bytes();
        // An attempt id is 64 hexadecimal digits.
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let byte = |at: usize| Some(value(*digits.get(2 * at)?)? << 4 | value(*digits.get(2 * at + 1)?)?);
        Self(std::array::from_fn(|at| byte(at).unwrap_or_default()))
    }

    /// The shard of the index of what is due that it is in, from 0 to [`SHARDS`](crate::SHARDS) - 1.
    #[must_use]
    pub const fn shard(&self) -> u8 {
        self.0[0] % crate::SHARDS
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// As people know it, who look for it in the logs.
impl fmt::Debug for CallbackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackId({self})")
    }
}

impl fmt::Display for CallbackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl From<CallbackId> for String {
    fn from(id: CallbackId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for CallbackId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl FromStr for CallbackId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAnId)?;
        bytes.try_into().map(Self).map_err(|_| NotAnId)
    }
}

/// A text that names no callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a callback: it has 22 characters of URL-safe Base64")]
pub struct NotAnId;

#[cfg(test)]
mod tests {
    use callback_bridge::TaskToken;

    use super::*;

    #[test]
    fn it_is_the_first_half_of_the_attempt_id() {
        let attempt = TaskToken::new("abc").unwrap().attempt_id();
        let id = CallbackId::of(&attempt);
        assert_eq!(attempt.as_str().len(), 64);
        assert_eq!(id.as_bytes()[..4], [0xba, 0x78, 0x16, 0xbf], "{attempt}");
        assert_eq!(id.to_string().len(), 22);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "abc", "ungWv48Bz-pBQUDeXa4iIw==", "ungWv48Bz+pBQUDeXa4iIw", "ungWv48Bz-pBQUDeXa4iIwAA"] {
            assert_eq!(text.parse::<CallbackId>(), Err(NotAnId), "{text}");
        }
    }
}
