#![doc = include_str!("../README.md")]

mod bureau;
mod config;
mod worker;

pub use bureau::{Assessment, BureauError, CreditBureau, UnusableKey};
pub use config::Config;
pub use worker::{CheckCredit, CreditReport, LoanApplication};
