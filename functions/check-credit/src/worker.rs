//! The worker: a loan application in, a credit report out.

use callback_bridge::{Task, TaskFailure, WorkError, Worker};
use serde::{Deserialize, Serialize};

use crate::{Assessment, BureauError, CreditBureau, KeySource};

/// Who wants to borrow how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoanApplication {
    /// The name of the application, as in `loan-42`.
    pub application_id: String,
    /// Who wants to borrow.
    pub applicant: String,
    /// How much, in whole units of the currency.
    pub amount: u64,
    /// The currency, as in `EUR` (ISO 4217).
    pub currency: String,
}

/// The output of the task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditReport {
    /// The name of the application.
    pub application_id: String,
    /// From 300 to 850; higher is better.
    pub score: u16,
    /// The bureau's name for this check.
    pub reference: String,
}

/// Answers with what a credit bureau says: its report, or `Credit.Declined`.
#[derive(Debug)]
pub struct CheckCredit<K> {
    bureau: CreditBureau<K>,
}

impl<K> CheckCredit<K> {
    /// A worker that asks this bureau.
    #[must_use]
    pub fn new(bureau: CreditBureau<K>) -> Self {
        Self { bureau }
    }
}

impl<K: KeySource> Worker for CheckCredit<K> {
    type Input = LoanApplication;
    type Output = CreditReport;

    async fn work(&self, task: Task<LoanApplication>) -> Result<CreditReport, WorkError> {
        let application = task.input;
        match self.bureau.assess(&application, &task.business_key, task.deadline).await {
            Ok(Assessment::Accepted { score, reference }) => {
                Ok(CreditReport { application_id: application.application_id, score, reference })
            }
            Ok(Assessment::Declined { score, reference, reason }) => {
                let failure = TaskFailure::new("Credit.Declined", reason).with("score", score);
                Err(failure.with("reference", reference).into())
            }
            Err(error @ (BureauError::Unreachable(_) | BureauError::Trouble(_) | BureauError::NoKey(_))) => {
                Err(error.into())
            }
            Err(error @ BureauError::Refused { .. }) => Err(TaskFailure::new("CreditBureau.Refused", error).into()),
            Err(error @ BureauError::Malformed(_)) => Err(TaskFailure::new("CreditBureau.Malformed", error).into()),
        }
    }
}
