//! The payments that were asked for.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value, json};

/// A payment that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// What the provider calls it.
    pub id: String,
    /// What the bridge calls it: the `webhook-id` of the call, the same at every repetition.
    pub callback_id: String,
    /// What the customer calls it.
    pub reference: String,
    /// Who is to be paid.
    pub pay_to: String,
    /// How much.
    pub amount: Number,
    /// Of what.
    pub currency: String,
    /// How often it was asked for so far.
    pub calls: u32,
}

impl Payment {
    /// What the provider says when it is paid.
    #[must_use]
    pub fn paid(&self) -> Value {
        json!({
            "status": "paid",
            "paymentId": self.id,
            "reference": self.reference,
            "payTo": self.pay_to,
            "amount": self.amount,
            "currency": self.currency,
        })
    }

    /// What the provider says when it cannot be paid.
    #[must_use]
    pub fn failed(&self, reason: &str) -> Value {
        json!({ "status": "failed", "paymentId": self.id, "reference": self.reference, "reason": reason })
    }

    /// What the provider says while it is at work.
    #[must_use]
    pub fn processing(&self) -> Value {
        json!({ "status": "processing", "paymentId": self.id, "reference": self.reference })
    }
}

/// What the bridge sends.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    reference: String,
    pay_to: String,
    amount: Number,
    currency: String,
    callback_url: Link,
}

/// Where a task is answered. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Without a slash at the end.
    base: String,
}

const ANSWER: &str = "/answer";

impl Link {
    /// As it stood in the call.
    pub(super) fn answer(&self) -> String {
        format!("{}{ANSWER}", self.base)
    }

    /// Beside that.
    pub(super) fn sibling(&self, name: &str) -> String {
        format!("{}/{name}", self.base)
    }

    /// What stands behind `/c/`.
    fn secret(&self) -> &str {
        self.base.rsplit('/').next().unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_suffix(ANSWER) {
            Some(base) if base.contains("/c/") => Ok(Self { base: base.to_owned() }),
            _ => Err(serde::de::Error::custom("callbackUrl has another form")),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(..)")
    }
}

/// All payments, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(super) struct Payments(Mutex<Vec<(Payment, Link)>>);

impl Payments {
    /// The payment of a call: a new one, or that of a call with the same id before.
    pub(super) fn of_call(&self, callback_id: &str, order: Order) -> Payment {
        let mut payments = self.lock();
        if let Some((payment, _)) = payments.iter_mut().find(|(payment, _)| payment.callback_id == callback_id) {
            payment.calls += 1;
            return payment.clone();
        }
        let Order { reference, pay_to, amount, currency, callback_url } = order;
        let (id, callback_id) = (format!("pay_{}", payments.len() + 1), callback_id.to_owned());
        let payment = Payment { id, callback_id, reference, pay_to, amount, currency, calls: 1 };
        payments.push((payment.clone(), callback_url));
        payment
    }

    pub(super) fn link(&self, id: &str) -> anyhow::Result<Link> {
        let found = self.lock().iter().find(|(payment, _)| payment.id == id).map(|(_, link)| link.clone());
        found.with_context(|| format!("there is no payment {id}"))
    }

    /// What stands behind `/c/` in all links.
    pub(super) fn links(&self) -> Vec<String> {
        self.lock().iter().map(|(_, link)| link.secret().to_owned()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Payment, Link)>> {
        // Payments are added and counted whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
