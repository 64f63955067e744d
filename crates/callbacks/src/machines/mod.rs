#![doc = include_str!("README.md")]

mod posted;
mod reply;

pub use posted::{Posted, Way};
pub use reply::Reply;
