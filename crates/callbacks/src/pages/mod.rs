//! What somebody who opens a link sees: pages for people, and the same as JSON for programs.
//!
//! Everything here is a pure function of a callback, whose link it is, and now. Whoever speaks HTTP asks the
//! [`Desk`](crate::Desk) and sends the [`Response`] of a [`Page`]. The README of this crate shows how.

mod accept;
mod facts;
mod html;
mod json;
mod page;
mod problem;
mod response;
mod submission;
mod texts;
mod user_text;
mod view;

pub(crate) use facts::{Facts, name};
pub(crate) use texts::{Texts, texts};
pub(crate) use user_text::UserText;

pub use accept::Format;
pub use page::Page;
pub use problem::Problem;
pub use response::{Response, headers};
pub use submission::Submission;
