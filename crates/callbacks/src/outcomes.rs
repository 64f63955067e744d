//! stub
use callback_bridge::InvalidField;
use serde::{Deserialize, Serialize};
use serde_json::Value;
/// x
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcomes(Value);
/// x
pub enum Meaning {
    /// x
    Success {
        /// x
        output: Value,
    },
    /// x
    Failure {
        /// x
        error: Option<String>,
        /// x
        cause: Option<String>,
    },
    /// x
    Heartbeat,
}
/// x
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct NotMapped;
impl Outcomes {
    /// x
    pub fn read(_at: &str, value: Value) -> Result<Self, InvalidField> {
        Ok(Self(value))
    }
    /// x
    pub fn meaning(&self, _body: &Value) -> Result<Option<Meaning>, NotMapped> {
        Ok(None)
    }
}
