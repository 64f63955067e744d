//! Pages about a running stack, for whoever works with it: the mails that were sent, and what waits for people.
//!
//! They show what an administrator may see, links of approvers among it, so they are served on the loopback interface alone
//! and to nobody who calls it by another name. They never show a task token. Programs that accept `application/json` rather
//! than HTML get the same as JSON.

mod inbox;
mod open;
mod server;

pub use server::Pages;
