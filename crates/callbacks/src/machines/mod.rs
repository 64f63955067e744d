#![doc = include_str!("README.md")]

mod posted;
mod reply;

pub use posted::{NotSaid, Posted, Said, Way, is_json};
pub use reply::Reply;
