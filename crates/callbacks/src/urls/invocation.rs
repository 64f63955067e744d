//! A URL that is called, and what that means for the task.

use serde_json::Value;

use super::{
    Action, Actions, ErrorName, FormattedResponse, Refused, Switches,
    action::Kind,
    limits::problem,
    response::ResponseSpec,
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
    pub response: Option<FormattedResponse>,
}

impl Action {
    /// What it means that its URL is called, whenever that is: whether it [has expired](Actions::in_time) is another question.
    ///
    /// # Errors
    /// When nothing follows of it, in this order: the URL says something else, a switch is off, the body of a post action is no
    /// JSON or fits no outcome, or the parameters do not fit.
    pub fn invoked(&self, invocation: &Invocation<'_>) -> Result<Invoked, Refused> {
        let Invocation { set, query, switches, .. } = invocation;
        self.matches(query)?;
        match &self.kind {
            Kind::Post { outcomes, responses } => {
                switches.allow_post_actions()?;
                let response = |at: usize| responses.get(at).and_then(Option::as_ref).or(self.response.as_ref());
                self.posted(outcomes, response, invocation.body)
            }
            Kind::Fixed(meaning) => {
                if set.output_parameters {
                    switches.allow_output_parameters()?;
                }
                let parameters = set.output_parameters.then(|| Parameters::of(query));
                let parameters = parameters.as_ref();
                Ok(Invoked {
                    outcome: self.name().to_owned(),
                    meaning: parameters
                        .map_or_else(|| Ok(meaning.clone()), |parameters| filled(meaning, parameters))?,
                    response: self.response.as_ref().map(|response| response.formatted(parameters)).transpose()?,
                })
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

    fn posted<'a>(
        &self,
        outcomes: &Outcomes,
        response: impl Fn(usize) -> Option<&'a ResponseSpec>,
        body: Option<PostBody<'_>>,
    ) -> Result<Invoked, Refused> {
        let not_posted = || Refused::new(ErrorName::PostActionNotPosted, "a post action is called by POST");
        let body = body.ok_or_else(not_posted)?.json()?;
        let no_outcome = || invalid_body("the body fits no outcome");
        let (at, outcome) = outcomes.matching_at(&body).ok_or_else(no_outcome)?;
        let meaning = outcome.meaning(&body).map_err(|error: NotMapped| invalid_body(&error.to_string()))?;
        let from_outside = outcome.takes_error_from_body();
        problem(&meaning, from_outside).map_or(Ok(()), |problem| Err(invalid_body(&problem)))?;
        let response = response(at).map(|response| response.formatted(None)).transpose()?;
        Ok(Invoked { outcome: format!("{}.{}", self.name(), outcome.name()), meaning, response })
    }
}

impl PostBody<'_> {
    fn json(&self) -> Result<Value, Refused> {
        if media_type(self.content_type.unwrap_or_default()) != "application/json" {
            let problem = "send the body with content-type: application/json";
            return Err(Refused::new(ErrorName::PostActionBodyNotJson, problem));
        }
        // The error names a place, and repeats nothing of what stands there.
        serde_json::from_slice(self.bytes)
            .map_err(|error| Refused::new(ErrorName::InvalidJson, format!("the body is no JSON: {error}")))
    }
}

fn filled(meaning: &Meaning, parameters: &Parameters<'_>) -> Result<Meaning, Refused> {
    let text = |text: &Option<String>| text.as_ref().map(|text| parameters.text(text, Place::Text)).transpose();
    let (filled, from_outside) = match meaning {
        Meaning::Success { output } => (Meaning::Success { output: parameters.value(output)? }, false),
        Meaning::Failure { error, cause } => {
            let filled = Meaning::Failure { error: text(error)?, cause: text(cause)? };
            (filled, error.as_deref().is_some_and(is_filled_in))
        }
        Meaning::Heartbeat => (Meaning::Heartbeat, false),
    };
    problem(&filled, from_outside).map_or(Ok(filled), |problem| Err(refused(&problem)))
}

fn invalid_body(problem: &str) -> Refused {
    Refused::new(ErrorName::InvalidPostActionBody, problem)
}
