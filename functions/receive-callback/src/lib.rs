#![doc = include_str!("../README.md")]

mod config;
mod door;
mod events;
mod machines;
mod people;
mod query;
mod urls;
mod visitor;

pub use config::Config;
pub use door::Door;
pub use query::readable;
