//! What is stored of a call.

use callback_bridge::InvalidField;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{Action, ErrorName, Expiration, Refused, TransactionId, action::Draft};
use crate::outcomes::{Fields, invalid};

/// The actions of one call, and what holds for all of them. There is no token in it.
///
/// It is serialized as one JSON document, and checked again when it is deserialized.
#[derive(Debug, Clone)]
pub struct Actions {
    pub(super) transaction_id: TransactionId,
    pub(super) all: Vec<Action>,
    pub(super) expiration: Option<Expiration>,
    pub(super) output_parameters: bool,
}

impl Actions {
    /// The most actions of one call.
    pub const MOST: usize = 50;
    /// The most bytes that they have together, as JSON.
    pub const MOST_BYTES: usize = 262_144;

    /// The name of the call.
    #[must_use]
    pub const fn transaction_id(&self) -> TransactionId {
        self.transaction_id
    }

    /// When their URLs expire, if they do.
    #[must_use]
    pub const fn expiration(&self) -> Option<&Expiration> {
        self.expiration.as_ref()
    }

    /// Whether their URLs can be called now.
    ///
    /// # Errors
    /// [`ErrorName::ExpiredPayload`] when they have expired.
    pub fn in_time(&self, now: Timestamp) -> Result<(), Refused> {
        let expired =
            |expiration| Refused::new(ErrorName::ExpiredPayload, format!("the URL has expired: {expiration}"));
        self.expiration
            .filter(|expiration| expiration.is_over(now))
            .map_or(Ok(()), |expiration| Err(expired(expiration)))
    }

    /// Whether the queries of their URLs are filled into their texts.
    #[must_use]
    pub const fn output_parameters(&self) -> bool {
        self.output_parameters
    }

    /// All of them, in the order of the call.
    #[must_use]
    pub fn all(&self) -> &[Action] {
        &self.all
    }

    /// The one at a place, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Action> {
        self.all.get(index)
    }

    /// The one with a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Action> {
        self.all.iter().find(|action| action.name() == name)
    }

    /// The document that is stored.
    #[must_use]
    pub fn to_stored(&self) -> Value {
        let written: Vec<_> = self.all.iter().map(Action::written).collect();
        let mut stored = serde_json::json!({ "transactionId": self.transaction_id, "actions": written });
        if let Some(expiration) = self.expiration {
            stored["expiration"] = expiration.to_string().into();
        }
        if self.output_parameters {
            stored["outputParameters"] = true.into();
        }
        stored
    }

    /// Reads a document that was stored. Switches, and whether it has expired, are looked at when an action is called.
    ///
    /// # Errors
    /// When it is something else, or has actions that this version does not take.
    pub fn from_stored(stored: &Value) -> Result<Self, Refused> {
        let fields = Fields::of(String::new(), stored)?;
        fields.only(&["transactionId", "actions", "expiration", "outputParameters"])?;
        let transaction_id = fields.required("transactionId", Fields::text)?;
        let transaction_id = transaction_id
            .parse()
            .map_err(|error: super::NotATransactionId| fields.invalid("transactionId", &error.to_string()))?;
        let output_parameters = fields.switch("outputParameters")?.unwrap_or(false);
        let expiration = fields.text("expiration")?.map(|text| Expiration::read(&text)).transpose()?;
        let mut all: Vec<Action> = Vec::new();
        for draft in drafts(fields.required("actions", Fields::get)?, output_parameters)? {
            no_duplicate(&all, &draft)?;
            all.push(draft.action?);
        }
        Ok(Self { transaction_id, all, expiration, output_parameters })
    }
}

/// The actions of a call, each with the shape of one, which may be none that can be done.
pub(super) fn drafts(list: &Value, output_parameters: bool) -> Result<Vec<Draft>, InvalidField> {
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
            .map(|(at, item)| Draft::read(format!("{field}[{at}]"), item, output_parameters))
            .collect(),
    }
}

pub(super) fn no_duplicate(before: &[Action], draft: &Draft) -> Result<(), Refused> {
    if before.iter().any(|action| action.name() == draft.name) {
        let problem = format!("there is more than one action `{}`", draft.name);
        return Err(Refused::new(ErrorName::DuplicateActionName, problem));
    }
    Ok(())
}

impl Serialize for Actions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_stored().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Actions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_stored(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
