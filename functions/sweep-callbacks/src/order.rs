//! What an event wants done.

use std::{error::Error, iter};

use callback_bridge::InvalidField;
use callbacks::{CallbackId, StoreError, SweepError, Withdrawal};
use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::Value;

/// What an event wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// What is due.
    Sweep,
    /// A question is taken back: `{"withdraw": {"callbackId": "..", "by": "..", "reason": ".."}}`.
    Withdraw {
        /// Which.
        callback_id: CallbackId,
        /// By whom, and why.
        withdrawal: Withdrawal,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Withdraw {
    callback_id: CallbackId,
    by: String,
    reason: String,
}

impl Order {
    /// Reads an event. The schedule sends events of its own kind, so everything that orders nothing else is a sweep.
    ///
    /// # Errors
    /// When it orders a withdrawal that is none; the error names the field.
    pub fn read(mut event: Value) -> Result<Self, SweepFailed> {
        let Some(withdraw) = event.get_mut("withdraw").map(Value::take) else { return Ok(Self::Sweep) };
        let invalid = |problem: String| SweepFailed::InvalidWithdrawal { problem };
        let Withdraw { callback_id, by, reason } =
            serde_json::from_value(withdraw).map_err(|error| invalid(error.to_string()))?;
        let withdrawal =
            Withdrawal { by, reason }.checked().map_err(|field: InvalidField| invalid(field.to_string()))?;
        Ok(Self::Withdraw { callback_id, withdrawal })
    }
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailed {
    /// A part of the table could not be swept; the rest was.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The table is in trouble: whether it was withdrawn is not known. It can be ordered again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to withdraw by this id.
    #[error("there is no callback {callback_id}")]
    NoSuchCallback {
        /// The id.
        callback_id: CallbackId,
    },
    /// The order is none.
    #[error("withdraw: {problem}; it is an object with callbackId, by and reason")]
    InvalidWithdrawal {
        /// What is wrong with it.
        problem: String,
    },
}

/// How whoever invoked the function is told.
impl From<SweepFailed> for Diagnostic {
    fn from(failed: SweepFailed) -> Self {
        let error_type = match failed {
            SweepFailed::Sweep(_) | SweepFailed::Store(_) => "Bridge.TableUnavailable",
            SweepFailed::NoSuchCallback { .. } => "Bridge.NoSuchCallback",
            SweepFailed::InvalidWithdrawal { .. } => "Bridge.InvalidInput",
        };
        let chain = iter::successors(Some(&failed as &dyn Error), |error| (*error).source());
        let error_message = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        Self { error_type: error_type.to_owned(), error_message }
    }
}
