//! People decide: tasks that are parked, asked about by mail, and answered by links.
//!
//! Besides what every flow is searched for at its end, these are searched for the secrets of links: see [`secrets`].

mod answering;
pub(crate) mod bench;
mod deciding;
mod faults;
mod heartbeats;
mod opening;
mod racing;
mod refusals;
mod scanner;
pub(crate) mod secrets;
mod stored;
mod time;

pub(crate) use bench::{People, shows, stack};
