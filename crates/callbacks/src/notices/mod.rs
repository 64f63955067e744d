//! What people are told by mail and in chat: everything that is needed to decide, and the link to where it is decided.
//!
//! Nothing here decides: what opens links without being asked, as mail scanners do, changes nothing by it.
//!
//! ```
//! use callbacks::notices::{BaseUrl, ChatMessage, Mail};
//! use callbacks::{Channel, OutgoingNotice};
//!
//! fn send(notice: &OutgoingNotice<'_>, base: &BaseUrl) {
//!     match notice.approver.channel {
//!         Channel::Email => {
//!             let Mail { subject, text, html } = Mail::of(notice, base);
//!             // A mail to `notice.approver.address`, with both parts.
//!         }
//!         Channel::Slack => {
//!             let message = ChatMessage::of(notice, base);
//!             // A POST of `message.as_json()` to the webhook that is registered under `notice.approver.address`.
//!         }
//!     }
//! }
//!
//! let base: BaseUrl = "https://decide.example.com".parse()?;
//! # Ok::<(), callbacks::notices::NotABaseUrl>(())
//! ```
//!
//! The text part of a mail is complete in itself; what users typed in several lines is indented in it. In chat it is
//! quoted and cut, and neither a mention nor a link can be made of it. Both have the link, so that neither shows itself
//! in `Debug`.

mod address;
mod chat;
mod mail;

pub(crate) use address::web_host;

pub use address::{BaseUrl, NotABaseUrl};
pub use chat::ChatMessage;
pub use mail::Mail;
