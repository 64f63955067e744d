//! One action: what becomes of a task when its URL is called.

use std::fmt;

use callback_bridge::InvalidField;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strum::{EnumString, IntoStaticStr};

use super::{ErrorName, Refused, Shown, template::Parameters};
use crate::outcomes::{Fields, Meaning, Outcomes, Unusable};

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ActionType {
    /// The task succeeds.
    Success,
    /// The task fails.
    Failure,
    /// The task goes on.
    Heartbeat,
    /// What the body says.
    Post,
}

/// What becomes of a task when a URL is called. `Debug` shows its name and its type only.
///
/// It is serialized as it came, without what is passed over. What it says is read when it is called.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    name: String,
    #[serde(rename = "type")]
    of_type: ActionType,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// What an action says, with the shape of that.
pub(super) enum Deed<'a> {
    /// The same for every call, but for what is filled in.
    Fixed(Meaning),
    /// What the body says by these outcomes, which may be none that can be used, each with what it shows.
    Post { outcomes: &'a Value, shown: Vec<Option<Shown>> },
}

impl Action {
    /// Its name, of letters, digits and underscores.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    #[must_use]
    pub const fn action_type(&self) -> ActionType {
        self.of_type
    }

    /// Whether it can end the task: a heartbeat cannot, nor a post action whose outcomes are all heartbeats.
    pub(super) fn can_answer(&self) -> bool {
        let outcomes = || self.other.get("outcomes").and_then(Value::as_array);
        match self.of_type {
            ActionType::Success | ActionType::Failure => true,
            ActionType::Heartbeat => false,
            ActionType::Post => outcomes().is_none_or(|all| all.iter().any(|outcome| outcome["type"] != "heartbeat")),
        }
    }

    /// Reads one that has the shape of one; `parameters` says whether its texts are filled in when it is called.
    pub(super) fn read(path: String, value: &Value, parameters: bool) -> Result<Self, InvalidField> {
        let fields = Fields::of(path, value)?;
        let name = fields.required("name", Fields::name)?;
        let of_type = fields.required("type", Fields::text)?.parse::<ActionType>();
        let of_type = of_type.map_err(|_| fields.invalid("type", "must be success, failure, heartbeat or post"))?;
        let own: &[&str] = match of_type {
            ActionType::Success => &["response", "output"],
            ActionType::Failure => &["response", "error", "cause"],
            ActionType::Heartbeat => &["response"],
            ActionType::Post => &["response", "outcomes"],
        };
        let other = fields.fields.iter().filter(|(field, _)| own.contains(&field.as_str()));
        let other = other.map(|(field, value)| (field.clone(), value.clone())).collect();
        let action = Self { name, of_type, other };
        action.shown(&fields.path, parameters)?;
        action.deed(&fields.path)?;
        Ok(action)
    }

    /// Whether it can be done by some call.
    pub(super) fn check(&self, path: &str, parameters: bool) -> Result<(), Refused> {
        match self.deed(path)? {
            Deed::Post { outcomes, .. } => post_outcomes(path, outcomes).map(drop),
            Deed::Fixed(meaning) => {
                let parameters = parameters.then_some(Parameters::Letters);
                let filled = meaning.filled(self.shown(path, parameters.is_some())?, parameters.as_ref());
                let cannot_be_done =
                    |refused: Refused| Refused::new(ErrorName::InvalidAction, format!("{path}: {}", refused.message));
                filled.map(drop).map_err(cannot_be_done)
            }
        }
    }

    pub(super) fn deed(&self, path: &str) -> Result<Deed<'_>, InvalidField> {
        let fields = self.fields(path);
        Ok(match self.of_type {
            ActionType::Success => {
                Deed::Fixed(Meaning::Success { output: fields.required("output", Fields::get)?.clone() })
            }
            ActionType::Failure => {
                Deed::Fixed(Meaning::Failure { error: fields.text("error")?, cause: fields.text("cause")? })
            }
            ActionType::Heartbeat => Deed::Fixed(Meaning::Heartbeat),
            ActionType::Post => {
                let outcomes = fields.required("outcomes", Fields::get)?;
                let path = fields.path_of("outcomes");
                Outcomes::check_post_action(&path, outcomes)?;
                let items = outcomes.as_array().into_iter().flatten().enumerate();
                let shown = items.map(|(at, item)| Shown::read(&Fields::of(format!("{path}[{at}]"), item)?, false));
                Deed::Post { shown: shown.collect::<Result<_, _>>()?, outcomes }
            }
        })
    }

    /// What whoever has called it is shown, if it says so.
    pub(super) fn shown(&self, path: &str, parameters: bool) -> Result<Option<Shown>, InvalidField> {
        Shown::read(&self.fields(path), parameters && self.of_type != ActionType::Post)
    }

    /// All texts of it, in one.
    pub(super) fn texts(&self) -> String {
        Value::Object(self.other.clone()).to_string()
    }

    fn fields(&self, path: &str) -> Fields<'_> {
        Fields { path: path.to_owned(), fields: &self.other }
    }
}

/// The outcomes of a post action, which can be used.
pub(super) fn post_outcomes(path: &str, outcomes: &Value) -> Result<Outcomes, Refused> {
    let refused = |error, field: InvalidField| Refused::new(error, field.to_string());
    Outcomes::read_post_action(&format!("{path}.outcomes"), outcomes.clone()).map_err(|unusable| match unusable {
        Unusable::Shape(field) => field.into(),
        Unusable::Schema(field) => refused(ErrorName::InvalidPostActionOutcome, field),
        Unusable::Path(field) => refused(ErrorName::InvalidJsonPath, field),
    })
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Action({} {:?})", self.name, self.of_type)
    }
}
