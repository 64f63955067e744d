#![doc = include_str!("README.md")]

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

pub(crate) use accept::{media_type, preferred};
pub(crate) use facts::{Facts, name};
pub(crate) use html::STYLE;
pub(crate) use texts::{Texts, texts};
pub(crate) use user_text::UserText;

pub use accept::Format;
pub use page::Page;
pub use problem::Problem;
pub use response::{Response, headers};
pub use submission::Submission;
