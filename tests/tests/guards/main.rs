//! Guards: what must stay true of this repository, read from its files.

mod documents;
mod events;
mod state_machines;
mod structure;
mod template;
mod translated;
