//! What people do: they read their mails, open the links in them, and send the forms of the pages.

mod browser;
mod form;
mod mail;

pub use browser::{Browser, Page};
pub use form::Form;
pub use mail::Mail;
