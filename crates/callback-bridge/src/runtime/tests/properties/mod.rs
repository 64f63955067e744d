//! What holds for any batch in any world.
//!
//! A scenario says what is in a batch, and what the worker, Step Functions and the queue do about it. It is played on a
//! paused clock, and everything that the runtime asks of that world is written down. No property computes what the
//! runtime should do: each looks at what was seen.

mod calls;
mod clock;
mod generator;
mod journal;
mod lanes;
mod logs;
mod scenario;
mod seen;
mod verdicts;
mod world;
