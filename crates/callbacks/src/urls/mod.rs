#![doc = include_str!("README.md")]

mod action;
mod actions;
mod error;
mod expiration;
mod invocation;
mod limits;
mod order;
mod reply;
mod response;
mod switches;
mod template;
#[cfg(test)]
mod tests;
mod transaction;
mod uri;

pub use action::{Action, ActionType};
pub use actions::Actions;
pub use error::{ErrorName, Refused};
pub use expiration::Expiration;
pub use invocation::{Invocation, Invoked, PostBody};
pub use order::Order;
pub use reply::{PageOf, Reply};
pub use response::FormattedResponse;
pub use switches::Switches;
pub use transaction::{NotATransactionId, TransactionId};
pub use uri::{BaseUrl, action_url};
