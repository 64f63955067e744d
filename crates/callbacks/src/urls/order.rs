//! A call that creates URLs.

use callback_bridge::TaskToken;
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Action, ActionType, Actions, BaseUrl, ErrorName, Expiration, Refused, Switches, TransactionId,
    action::Draft,
    actions::{drafts, no_duplicate},
};
use crate::outcomes::Fields;

/// A call that creates URLs, checked.
#[derive(Debug, Clone)]
pub struct Order {
    /// The task that waits.
    pub token: TaskToken,
    /// Where the URLs begin, if the call says so.
    pub base_url: Option<BaseUrl>,
    /// What the URLs do, in the order of the call.
    pub actions: Vec<Action>,
    /// When the URLs expire, if they do.
    pub expiration: Option<Expiration>,
    /// Whether the queries of the URLs are filled into the texts of the actions.
    pub output_parameters: bool,
}

impl Order {
    /// Reads and checks a call.
    ///
    /// # Errors
    /// When something is wrong with it. Shapes are looked at first, then the expiration, then each action in turn: its name,
    /// the switches, and what it says.
    pub fn read(order: &Value, switches: Switches, now: Timestamp) -> Result<Self, Refused> {
        let fields = Fields::of(String::new(), order)?;
        fields.only(&["token", "actions", "expiration", "enable_output_parameters", "base_url"])?;
        let token = TaskToken::new(fields.required("token", Fields::text)?);
        let token = token.map_err(|error| fields.invalid("token", &error.to_string()))?;
        let expiration = fields.text("expiration")?;
        let output_parameters = fields.switch("enable_output_parameters")?.unwrap_or(false);
        let base_url = fields.get("base_url")?.map(|base_url| BaseUrl::read("base_url", base_url)).transpose()?;
        let drafts = drafts(fields.required("actions", Fields::get)?, output_parameters)?;

        let expiration = expiration.map(|text| in_the_future(&text, now)).transpose()?;
        let mut actions = Vec::new();
        for draft in drafts {
            no_duplicate(&actions, &draft)?;
            switches.allow(&draft, output_parameters)?;
            actions.push(draft.action?);
        }
        Ok(Self { token, base_url, actions, expiration, output_parameters })
    }

    /// What is stored of it: all but the token and the base URL.
    #[must_use]
    pub fn actions(&self, transaction_id: TransactionId) -> Actions {
        Actions {
            transaction_id,
            all: self.actions.clone(),
            expiration: self.expiration,
            output_parameters: self.output_parameters,
        }
    }
}

impl Switches {
    fn allow(self, draft: &Draft, output_parameters: bool) -> Result<(), Refused> {
        match draft.action_type {
            ActionType::Post => self.allow_post_actions(),
            _ if output_parameters => self.allow_output_parameters(),
            _ => Ok(()),
        }
    }
}

fn in_the_future(text: &str, now: Timestamp) -> Result<Expiration, Refused> {
    let expiration = Expiration::read(text)?;
    if expiration.at() > now {
        return Ok(expiration);
    }
    Err(Refused::new(ErrorName::InvalidDate, format!("the expiration is past: {expiration}")))
}
