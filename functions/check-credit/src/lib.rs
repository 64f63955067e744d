#![doc = include_str!("../README.md")]

mod bureau;
mod config;
mod key;
mod worker;

pub use bureau::{Assessment, BureauError, CreditBureau};
pub use config::Config;
pub use key::{KeySource, SecretKey, UnusableKey};
pub use worker::{CheckCredit, CreditReport, LoanApplication};
