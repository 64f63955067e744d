//! Why an event was not done.

use std::{error::Error, iter};

use callbacks::{OrderError, StoreError, SweepError};
use lambda_runtime::Diagnostic;

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum SweepFailed {
    /// A part of the table could not be swept; the rest was.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// There is no such callback, it is not as the order needs it, or the table is in trouble: then it can be ordered again.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The order is none.
    #[error("{order}: {problem}")]
    InvalidOrder {
        /// What was ordered.
        order: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl From<StoreError> for SweepFailed {
    fn from(error: StoreError) -> Self {
        Self::Order(error.into())
    }
}

/// How whoever invoked the function is told.
impl From<SweepFailed> for Diagnostic {
    fn from(failed: SweepFailed) -> Self {
        let error_type = match &failed {
            SweepFailed::Sweep(_) | SweepFailed::Order(OrderError::Store(_)) => "Bridge.TableUnavailable",
            SweepFailed::Order(OrderError::NoSuchCallback(_)) => "Bridge.NoSuchCallback",
            SweepFailed::Order(OrderError::NotOpen(..)) => "Bridge.NotOpen",
            SweepFailed::Order(OrderError::NobodyIsAsked(_)) => "Bridge.NobodyIsAsked",
            SweepFailed::Order(OrderError::CallTaken(_)) => "Bridge.CallTaken",
            SweepFailed::Order(OrderError::Undecided(_)) => "Bridge.Undecided",
            SweepFailed::InvalidOrder { .. } => "Bridge.InvalidInput",
        };
        let chain = iter::successors(Some(&failed as &dyn Error), |error| (*error).source());
        let error_message = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        Self { error_type: error_type.to_owned(), error_message }
    }
}
