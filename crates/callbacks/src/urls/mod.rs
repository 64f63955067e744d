#![doc = include_str!("README.md")]

mod action;
mod actions;
mod created;
mod error;
mod expiration;
mod invocation;
mod limits;
mod order;
mod reply;
mod shown;
mod switches;
mod template;
#[cfg(test)]
mod tests;
mod transaction;
mod uri;

pub use action::{Action, ActionType};
pub use actions::Actions;
pub use created::CreateReply;
pub use error::{ErrorName, Refused};
pub use expiration::Expiration;
pub use invocation::{Invocation, Invoked, PostBody, json};
pub use order::Order;
pub use reply::{PageOf, Reply};
pub use shown::{Bodies, Shown};
pub use switches::Switches;
pub use transaction::{NotATransactionId, TransactionId};
pub use uri::{Base, action_url};
