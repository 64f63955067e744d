//! What an event wants done.

use std::time::Duration;

use callback_bridge::InvalidField;
use callbacks::{CallbackId, Filter, Kind, Position, Standing, Withdrawal};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::SweepFailed;

/// What an event wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// What is due.
    Sweep,
    /// Callbacks that are not over are listed: `{"list": {}}`.
    List {
        /// Which.
        filter: Filter,
        /// Behind which of them.
        after: Position,
        /// How many at most.
        limit: usize,
    },
    /// All that is known of one is told: `{"show": {"callbackId": ".."}}`.
    Show {
        /// Which.
        callback_id: CallbackId,
    },
    /// Those who are asked are told again: `{"resend": {"callbackId": "..", "by": ".."}}`.
    Resend {
        /// About which.
        callback_id: CallbackId,
        /// By whom it is ordered.
        by: String,
    },
    /// A question is taken back: `{"withdraw": {"callbackId": "..", "by": "..", "reason": ".."}}`.
    Withdraw {
        /// Which.
        callback_id: CallbackId,
        /// By whom, and why.
        withdrawal: Withdrawal,
    },
    /// Step Functions is told now what was decided: `{"settle": {"callbackId": "..", "by": ".."}}`.
    Settle {
        /// About which.
        callback_id: CallbackId,
        /// By whom it is ordered, if that is said.
        by: Option<String>,
    },
}

/// How many callbacks a page has, unless the order says otherwise, and at most.
const PAGE: u16 = 50;
const LONGEST_PAGE: u16 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct List {
    kind: Option<Kind>,
    asked: Option<String>,
    execution: Option<String>,
    state_machine: Option<String>,
    status: Option<Standing>,
    older_than_seconds: Option<u32>,
    due_within_seconds: Option<u32>,
    limit: Option<u16>,
    page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Show {
    callback_id: CallbackId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Resend {
    callback_id: CallbackId,
    by: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Withdraw {
    callback_id: CallbackId,
    by: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Settle {
    callback_id: CallbackId,
    by: Option<String>,
}

impl Order {
    /// Reads an event. The schedule sends events of its own kind, so everything that orders nothing else is a sweep.
    ///
    /// # Errors
    /// When it orders something in another form; the error names the order and the field.
    pub fn read(event: Value) -> Result<Self, SweepFailed> {
        let Value::Object(mut fields) = event else { return Ok(Self::Sweep) };
        let ordered = ORDERS.iter().find_map(|(name, read)| Some((name, read, fields.remove(*name)?)));
        let Some((name, read, order)) = ordered else { return Ok(Self::Sweep) };
        read(order).map_err(|problem| SweepFailed::InvalidOrder { order: name, problem })
    }
}

/// Reads an order of one name, or says what is wrong with it.
type Read = fn(Value) -> Result<Order, String>;

const ORDERS: [(&str, Read); 5] =
    [("list", list), ("show", show), ("resend", resend), ("withdraw", withdraw), ("settle", settle)];

fn list(order: Value) -> Result<Order, String> {
    let List {
        kind,
        asked,
        execution,
        state_machine,
        status,
        older_than_seconds,
        due_within_seconds,
        limit,
        page_token,
    } = object(order)?;
    let limit = limit.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(format!("limit: must be 1 to {LONGEST_PAGE}"));
    }
    let seconds = |seconds: Option<u32>| seconds.map(|seconds| Duration::from_secs(seconds.into()));
    let (older_than, due_within) = (seconds(older_than_seconds), seconds(due_within_seconds));
    let after = page_token.map(|token| token.parse().map_err(|error| format!("pageToken: {error}"))).transpose()?;
    Ok(Order::List {
        filter: Filter { kind, asked, execution, state_machine, status, older_than, due_within },
        after: after.unwrap_or_default(),
        limit: limit.into(),
    })
}

fn show(order: Value) -> Result<Order, String> {
    object(order).map(|Show { callback_id }| Order::Show { callback_id })
}

fn resend(order: Value) -> Result<Order, String> {
    let Resend { callback_id, by } = object(order)?;
    Ok(Order::Resend { callback_id, by: name(by)? })
}

fn withdraw(order: Value) -> Result<Order, String> {
    let Withdraw { callback_id, by, reason } = object(order)?;
    let withdrawal = Withdrawal { by, reason }.checked().map_err(|field: InvalidField| field.to_string())?;
    Ok(Order::Withdraw { callback_id, withdrawal })
}

fn settle(order: Value) -> Result<Order, String> {
    let Settle { callback_id, by } = object(order)?;
    Ok(Order::Settle { callback_id, by: by.map(name).transpose()? })
}

fn object<T: DeserializeOwned>(order: Value) -> Result<T, String> {
    // Whatever reads structs takes arrays for them.
    if !order.is_object() {
        return Err("is not an object".to_owned());
    }
    serde_json::from_value(order).map_err(|error| error.to_string())
}

/// Who orders something, as logs have it.
fn name(by: String) -> Result<String, String> {
    let chars = by.trim().chars().count();
    let fits = (1..=Withdrawal::MOST_CHARS).contains(&chars);
    fits.then_some(by).ok_or_else(|| format!("by: must be a text of 1 to {} characters", Withdrawal::MOST_CHARS))
}
