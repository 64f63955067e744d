//! Everything together: a region, and stacks that run in it.

mod bridge;
mod options;
mod region;
mod update;

pub use bridge::LocalBridge;
pub use options::{LocalOptions, RegionOptions, StackOptions};
pub use region::LocalRegion;
