//! A URL that is called, and what that means for the task.

use serde_json::Value;

use super::{
    Action, Actions, ErrorName, Refused, Shown, Switches,
    action::{Deed, post_outcomes},
    limits::problem,
    template::{Parameters, Place, is_filled_in, refused},
};
use crate::{
    outcomes::{Meaning, NotMapped, Outcomes},
    pages::media_type,
};

/// The URL of an action, as it is called.
#[derive(Clone, Copy)]
pub struct Invocation<'a> {
    /// The set that the action belongs to.
    pub set: &'a Actions,
    /// The query, decoded, in its order.
    pub query: &'a [(String, String)],
    /// What was posted; nothing where the method is another.
    pub body: Option<PostBody<'a>>,
    /// What is switched on now.
    pub switches: Switches,
}

/// The body of a POST.
#[derive(Clone, Copy)]
pub struct PostBody<'a> {
    /// Its `Content-Type`.
    pub content_type: Option<&'a str>,
    /// All of it.
    pub bytes: &'a [u8],
}

/// What the call of a URL means.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// What was taken: the name of the action, and behind a dot that of the outcome of a post action.
    pub outcome: String,
    /// What becomes of the task.
    pub meaning: Meaning,
    /// What whoever has called is shown, if the action says so.
    pub response: Option<Shown>,
    /// The parameters of the URL that are filled in, by name.
    pub parameters: Vec<(String, String)>,
}

impl Action {
    /// What it means that its URL is called, whenever that is: whether it [has expired](Actions::in_time) is another question.
    ///
    /// # Errors
    /// When nothing follows of it, in this order: the URL says something else, a switch is off, the body of a post action is no
    /// JSON or fits no outcome, or the parameters do not fit.
    pub fn invoked(&self, invocation: &Invocation<'_>) -> Result<Invoked, Refused> {
        let Invocation { set, query, body, switches } = invocation;
        self.matches(query)?;
        switches.allow(self.action_type(), set.output_parameters)?;
        let shown = self.shown(self.name(), set.output_parameters)?;
        match self.deed(self.name())? {
            Deed::Post { outcomes, shown: of_outcomes } => {
                let not_posted = || Refused::new(ErrorName::PostActionNotPosted, "a post action is called by POST");
                let body = body.ok_or_else(not_posted)?.json()?;
                let outcomes = post_outcomes(self.name(), outcomes)?;
                let (at, outcome, meaning) = posted(&outcomes, &body)?;
                let response = of_outcomes.into_iter().nth(at).flatten().or(shown);
                let outcome = format!("{}.{outcome}", self.name());
                Ok(Invoked { outcome, meaning, response, parameters: Vec::new() })
            }
            Deed::Fixed(meaning) => {
                let parameters = set.output_parameters.then(|| Parameters::of(query));
                let (meaning, response) = meaning.filled(shown, parameters.as_ref())?;
                let parameters = parameters.map_or_else(Vec::new, |parameters| parameters.within(&self.texts()));
                Ok(Invoked { outcome: self.name().to_owned(), meaning, response, parameters })
            }
        }
    }

    /// What a URL says beside its link is for people, and wrong if it says something else.
    fn matches(&self, query: &[(String, String)]) -> Result<(), Refused> {
        for (name, expected) in [("action", self.name()), ("type", self.action_type().into())] {
            let said = query.iter().rfind(|(said, _)| said == name).map(|(_, value)| value.as_str());
            if said.is_some_and(|said| !said.is_empty() && said != expected) {
                let problem = format!("the URL says another `{name}` than the action has, which is {expected}");
                return Err(Refused::new(ErrorName::ActionMismatched, problem));
            }
        }
        Ok(())
    }
}

impl PostBody<'_> {
    /// The JSON that it is announced as.
    ///
    /// # Errors
    /// [`ErrorName::PostActionBodyNotJson`] when it is announced as something else, and [`ErrorName::InvalidJson`] when it is
    /// something else.
    pub fn json(&self) -> Result<Value, Refused> {
        if media_type(self.content_type.unwrap_or_default()) != "application/json" {
            let problem = "send the body with content-type: application/json";
            return Err(Refused::new(ErrorName::PostActionBodyNotJson, problem));
        }
        json(self.bytes)
    }
}

/// Reads JSON that was sent.
///
/// # Errors
/// [`ErrorName::InvalidJson`] when it is none, or one that is too deep or has numbers that are too large.
pub fn json(sent: &[u8]) -> Result<Value, Refused> {
    // The error names a place, and repeats nothing of what stands there.
    serde_json::from_slice(sent)
        .map_err(|error| Refused::new(ErrorName::InvalidJson, format!("the body is no JSON: {error}")))
}

/// The place and the name of the outcome that a body fits, and what it means.
fn posted<'a>(outcomes: &'a Outcomes, body: &Value) -> Result<(usize, &'a str, Meaning), Refused> {
    let invalid = |problem: &str| Refused::new(ErrorName::InvalidPostActionBody, problem);
    let (at, outcome) = outcomes.matching_at(body).ok_or_else(|| invalid("the body fits no outcome"))?;
    let meaning = outcome.meaning(body).map_err(|error: NotMapped| invalid(&error.to_string()))?;
    let problem = problem(&meaning, outcome.takes_error_from_body());
    problem.map_or(Ok((at, outcome.name(), meaning)), |problem| Err(invalid(&problem)))
}

impl Meaning {
    /// It and what is shown, with the parameters in them, if there are any; such as can be told to Step Functions.
    pub(super) fn filled(
        self,
        shown: Option<Shown>,
        parameters: Option<&Parameters<'_>>,
    ) -> Result<(Self, Option<Shown>), Refused> {
        let Some(parameters) = parameters else {
            return problem(&self, false).map_or(Ok((self, shown)), |problem| Err(refused(&problem)));
        };
        let text = |text: &Option<String>| text.as_ref().map(|text| parameters.text(text, Place::Text)).transpose();
        let (filled, from_outside) = match &self {
            Self::Success { output } => (Self::Success { output: parameters.value(output)? }, false),
            Self::Failure { error, cause } => {
                let filled = Self::Failure { error: text(error)?, cause: text(cause)? };
                (filled, error.as_deref().is_some_and(is_filled_in))
            }
            Self::Heartbeat => (Self::Heartbeat, false),
        };
        match problem(&filled, from_outside) {
            Some(problem) => Err(refused(&problem)),
            None => Ok((filled, shown.map(|shown| shown.filled(parameters)).transpose()?)),
        }
    }
}
