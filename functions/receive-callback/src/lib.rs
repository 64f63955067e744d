#![doc = include_str!("../README.md")]

mod config;
mod door;
mod visitor;

pub use config::Config;
pub use door::Door;
