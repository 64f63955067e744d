//! URLs that answer tasks, by the contract of [sfn-callback-urls](https://github.com/benkehoe/sfn-callback-urls), over the
//! running stack: what is documented there of inputs, outputs and errors, by its API and by direct calls.

mod answers;
mod bench;
mod button;
mod creating;
mod errors;
mod expiring;
mod late;
mod parameters;
mod posts;
mod readme;
mod refusals;
mod repeated;
mod responses;
mod switches;
