//! What people are told by mail and in chat: everything that is needed to decide, and the link to where it is decided.
//!
//! Nothing here decides: what opens links without being asked, as mail scanners do, changes nothing by it.

mod address;
mod chat;
mod mail;

pub use address::{BaseUrl, NotABaseUrl};
pub use chat::ChatMessage;
pub use mail::Mail;
