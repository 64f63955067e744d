//! People decide: tasks that are parked, asked about by mail, and answered by links.

pub(crate) mod bench;
mod deciding;
