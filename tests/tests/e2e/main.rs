//! End-to-end: the real function binaries and the real template over the local AWS.
//!
//! Every flow runs at log level DEBUG, and ends only when no message is left and no line of output holds a token.

mod bench;
mod credit_check;
mod deliveries;
mod demo;
mod isolation;
