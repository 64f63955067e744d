//! One action: what becomes of a task when its URL is called.

use std::fmt;

use callback_bridge::InvalidField;
use serde_json::{Map, Value};
use strum::{EnumString, IntoStaticStr};

use super::{ErrorName, Refused, limits, response::ResponseSpec};
use crate::outcomes::{Fields, Meaning, Outcomes, Unusable};

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
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
#[derive(Clone)]
pub struct Action {
    name: String,
    of_type: ActionType,
    pub(super) kind: Kind,
    pub(super) response: Option<ResponseSpec>,
    /// As it came, without what is passed over.
    written: Value,
}

#[derive(Clone)]
pub(super) enum Kind {
    /// The same for every call, but for what is filled in.
    Fixed(Meaning),
    /// What the body says.
    Post { outcomes: Outcomes, responses: Vec<Option<ResponseSpec>> },
}

/// An action with the shape of one, which may be none that can be done.
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) action_type: ActionType,
    pub(super) action: Result<Action, Refused>,
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

    pub(super) const fn written(&self) -> &Value {
        &self.written
    }

    /// Where whoever has called it is sent, if it is a redirect to another host.
    pub(super) fn redirect_origin(&self) -> Option<&str> {
        self.response.as_ref()?.redirect_origin()
    }

    /// What Step Functions would refuse, or would lead where nobody wanted.
    fn problem(&self, parameters: bool) -> Option<String> {
        match &self.kind {
            Kind::Post { .. } => None,
            Kind::Fixed(_) if parameters => self.response.as_ref().and_then(ResponseSpec::problem_of_template),
            Kind::Fixed(meaning) => limits::problem(meaning, false),
        }
    }
}

impl Draft {
    /// Reads one; `parameters` says whether its texts are filled in when it is called.
    pub(super) fn read(path: String, value: &Value, parameters: bool) -> Result<Self, InvalidField> {
        let fields = Fields::of(path, value)?;
        let name = fields.required("name", Fields::name)?;
        let action_type = fields.required("type", Fields::text)?.parse::<ActionType>();
        let action_type =
            action_type.map_err(|_| fields.invalid("type", "must be success, failure, heartbeat or post"))?;
        let response = response(&fields, parameters && action_type != ActionType::Post)?;
        let (kind, own): (_, &[&str]) = match action_type {
            ActionType::Success => {
                let output = fields.required("output", Fields::get)?.clone();
                (Ok(Kind::Fixed(Meaning::Success { output })), &["output"])
            }
            ActionType::Failure => {
                let (error, cause) = (fields.text("error")?, fields.text("cause")?);
                (Ok(Kind::Fixed(Meaning::Failure { error, cause })), &["error", "cause"])
            }
            ActionType::Heartbeat => (Ok(Kind::Fixed(Meaning::Heartbeat)), &[]),
            ActionType::Post => (post(&fields)?, &["outcomes"]),
        };
        let known = |field: &str| ["name", "type", "response"].contains(&field) || own.contains(&field);
        let kept = fields.fields.iter().filter(|(field, _)| known(field));
        let written: Map<_, _> = kept.map(|(field, value)| (field.clone(), value.clone())).collect();
        let action = kind.and_then(|kind| {
            let action = Action { name: name.clone(), of_type: action_type, kind, response, written: written.into() };
            match action.problem(parameters) {
                None => Ok(action),
                Some(problem) => Err(Refused::new(ErrorName::InvalidAction, format!("{}: {problem}", fields.path))),
            }
        });
        Ok(Self { name, action_type, action })
    }
}

fn response(fields: &Fields<'_>, templates: bool) -> Result<Option<ResponseSpec>, InvalidField> {
    let response = fields.get("response")?;
    response.map(|response| ResponseSpec::read(fields.path_of("response"), response, templates)).transpose()
}

/// Shapes come first, those of responses too.
fn post(fields: &Fields<'_>) -> Result<Result<Kind, Refused>, InvalidField> {
    let list = fields.required("outcomes", Fields::get)?;
    let path = fields.path_of("outcomes");
    let mut responses = Vec::new();
    for (at, outcome) in list.as_array().into_iter().flatten().enumerate() {
        responses.push(response(&Fields::of(format!("{path}[{at}]"), outcome)?, false)?);
    }
    let refused = |error, field: InvalidField| Ok(Err(Refused::new(error, field.to_string())));
    match Outcomes::read_post_action(&path, list.clone()) {
        Ok(outcomes) => Ok(Ok(Kind::Post { outcomes, responses })),
        Err(Unusable::Shape(field)) => Err(field),
        Err(Unusable::Schema(field)) => refused(ErrorName::InvalidPostActionOutcome, field),
        Err(Unusable::Path(field)) => refused(ErrorName::InvalidJsonPath, field),
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Action({} {:?})", self.name, self.of_type)
    }
}
