//! Another company's system answers: the payment provider in all its moods, called by the real functions.
//!
//! Besides what every flow is searched for at its end, the table is searched for links.

mod again;
mod answers;
mod bench;
mod faults;
mod limits;
mod refusals;
mod repeated;
mod signatures;
mod time;
