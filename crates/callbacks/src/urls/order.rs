//! A call that creates URLs.

use std::collections::BTreeSet;

use callback_bridge::{InvalidField, TaskToken};
use jiff::Timestamp;
use serde_json::Value;

use super::{Action, Actions, Base, ErrorName, Expiration, Refused, Switches, TransactionId};
use crate::outcomes::{Fields, invalid};

/// A call that creates URLs, checked.
#[derive(Debug, Clone)]
pub struct Order {
    /// The task that waits.
    pub token: TaskToken,
    /// Where the URLs begin, if the call says so.
    pub base_url: Option<Base>,
    /// What the URLs do: what is stored.
    pub actions: Actions,
}

impl Order {
    /// Reads and checks a call, which gets this name.
    ///
    /// # Errors
    /// When something is wrong with it. Shapes are looked at first, then the expiration, then each action in turn: its name,
    /// the switches, and what it says.
    pub fn read(
        order: &Value,
        transaction_id: TransactionId,
        switches: Switches,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let fields = Fields::of(String::new(), order)?;
        fields.only(&["token", "actions", "expiration", "enable_output_parameters", "base_url"])?;
        let token = TaskToken::new(fields.required("token", Fields::text)?);
        let token = token.map_err(|error| fields.invalid("token", &error.to_string()))?;
        let expiration = fields.text("expiration")?;
        let output_parameters = fields.switch("enable_output_parameters")?.unwrap_or(false);
        let base_url = fields.get("base_url")?.map(|base_url| Base::read("base_url", base_url)).transpose()?;
        let all = shapes(fields.required("actions", Fields::get)?, output_parameters)?;

        let expiration = expiration.map(|text| in_the_future(&text, now)).transpose()?;
        let mut names = BTreeSet::new();
        for (at, action) in all.iter().enumerate() {
            if !names.insert(action.name()) {
                let problem = format!("there is more than one action `{}`", action.name());
                return Err(Refused::new(ErrorName::DuplicateActionName, problem));
            }
            switches.allow(action.action_type(), output_parameters)?;
            action.check(&format!("actions[{at}]"), output_parameters)?;
        }
        Ok(Self { token, base_url, actions: Actions { transaction_id, all, expiration, output_parameters } })
    }
}

/// The actions of a call, each with the shape of one, which may be none that can be done.
fn shapes(list: &Value, output_parameters: bool) -> Result<Vec<Action>, InvalidField> {
    let field = "actions";
    let Value::Array(items) = list else { return Err(invalid(field, "must be a list of actions")) };
    if !(1..=Actions::MOST).contains(&items.len()) {
        return Err(invalid(field, &format!("must be 1 to {} actions", Actions::MOST)));
    }
    match list.to_string().len() {
        bytes if bytes > Actions::MOST_BYTES => {
            Err(invalid(field, &format!("has {bytes} bytes, more than {}", Actions::MOST_BYTES)))
        }
        _ => items
            .iter()
            .enumerate()
            .map(|(at, item)| Action::read(format!("{field}[{at}]"), item, output_parameters))
            .collect(),
    }
}

fn in_the_future(text: &str, now: Timestamp) -> Result<Expiration, Refused> {
    let expiration = Expiration::read(text)?;
    if expiration.at() > now {
        return Ok(expiration);
    }
    Err(Refused::new(ErrorName::InvalidDate, format!("the expiration is past: {expiration}")))
}
