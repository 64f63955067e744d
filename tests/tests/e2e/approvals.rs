//! People decide: tasks that are parked, asked about by mail, and answered by links.

mod bench;
mod deciding;
mod scanner;
mod table;
