//! A table in memory, an outside that remembers what it was sent, and a clock that stands still, for tests.

mod clock;
mod contract;
mod documented;
mod outside;
mod store;
mod trouble;

pub use clock::StoppedClock;
pub use contract::keeps_the_contract;
pub use documented::{Documented, DocumentedReply};
pub use outside::{MadeCall, RecordingOutside, SentNotice, ToldLate};
pub use store::MemoryStore;
pub use trouble::{Lost, TableCall};
