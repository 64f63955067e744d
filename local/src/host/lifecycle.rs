//! The life of one invocation: a sandbox is found or started, gets the event, and answers, dies or takes too long.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Bytes;
use tokio::time::Instant;

use super::events::EventKind;
use super::faults::Fault;
use super::invocation::{Failure, Invocation};
use super::mailbox::{Answer, Work};
use super::running::Running;
use super::sandbox::Sandbox;
use super::state::HostState;

pub(super) async fn run(host: &Arc<HostState>, function: &Arc<Running>, payload: Bytes) -> Invocation {
    let request_id = new_request_id();
    let sandbox = match function.take_idle() {
        Some(sandbox) => {
            sandbox.process.thaw();
            Ok(sandbox)
        }
        None => Sandbox::start(host, function, &request_id).await,
    };
    let begun = Instant::now();
    host.tell(function, EventKind::Invoked { request_id: request_id.clone() });
    let outcome = match sandbox {
        Ok(sandbox) => work(host, function, &sandbox, &request_id, payload).await,
        Err(failure) => Outcome::Failed(failure),
    };
    let duration = begun.elapsed();
    let answered = |error| EventKind::Answered { request_id: request_id.clone(), duration, error };
    let (what, payload, error) = match outcome {
        Outcome::Responded(payload) => (answered(None), payload, None),
        Outcome::Failed(failure) => (answered(Some(failure.error.clone())), failure.payload, Some(failure.error)),
        Outcome::TimedOut { after, failure } => {
            let what = EventKind::TimedOut { request_id: request_id.clone(), after };
            (what, failure.payload, Some(failure.error))
        }
    };
    host.tell(function, what);
    Invocation { request_id, payload, error, duration }
}

enum Outcome {
    Responded(Bytes),
    Failed(Failure),
    TimedOut { after: Duration, failure: Failure },
}

async fn work(
    host: &HostState,
    function: &Running,
    sandbox: &Arc<Sandbox>,
    request_id: &str,
    payload: Bytes,
) -> Outcome {
    let spec = &sandbox.spec;
    let timeout = tokio::time::sleep(spec.timeout);
    tokio::pin!(timeout);
    if host.faults.strikes(&function.name, Fault::KillBeforeWork) {
        sandbox.process.kill();
        return Outcome::Failed(Failure::exited(request_id, sandbox.process.exited().await));
    }
    if host.faults.strikes(&function.name, Fault::StandStill) {
        sandbox.process.freeze().await;
    }
    let asked = sandbox.mailbox.asked();
    let (request, arn) = (request_id.to_owned(), spec.arn.clone());
    let answer =
        sandbox.mailbox.hand_over(Work { request_id: request, payload, deadline_ms: unix_ms_in(spec.timeout), arn });
    let answer = tokio::select! {
        biased;
        Ok(answer) = answer => answer,
        status = sandbox.process.exited() => return Outcome::Failed(Failure::exited(request_id, status)),
        () = &mut timeout => {
            // Lambda gives no warning either: the function had its deadline from the beginning.
            sandbox.process.kill();
            sandbox.process.exited().await;
            return Outcome::TimedOut { after: spec.timeout, failure: Failure::timed_out(request_id, spec.timeout) };
        }
    };
    if host.faults.strikes(&function.name, Fault::KillAfterWork) {
        sandbox.process.kill();
        return Outcome::Failed(Failure::exited(request_id, sandbox.process.exited().await));
    }
    // The invocation is over when the runtime asks for the next one; only then is the process frozen.
    tokio::select! {
        biased;
        () = sandbox.mailbox.asked_again(asked) => function.put_idle(sandbox).await,
        _ = sandbox.process.exited() => {}
        () = timeout => sandbox.process.kill(),
    }
    match answer {
        Answer::Response(payload) => Outcome::Responded(payload),
        Answer::Error(payload) => Outcome::Failed(Failure::reported(payload)),
    }
}

/// A random UUID, as request ids are.
pub(crate) fn new_request_id() -> String {
    let (a, b) = (fastrand::u64(..), fastrand::u64(..));
    let (version, variant) = (4, 8 | (b >> 62));
    format!(
        "{:08x}-{:04x}-{version}{:03x}-{variant:x}{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        (b >> 48) & 0xfff,
        b & 0xffff_ffff_ffff
    )
}

#[expect(clippy::disallowed_methods, reason = "a function's deadline is a time of the wall clock")]
fn unix_ms_in(time: Duration) -> u128 {
    let now = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now + time).as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_uuids() {
        for _ in 0..100 {
            let id = new_request_id();
            let lengths: Vec<_> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert_eq!(&id[14..15], "4");
            assert!("89ab".contains(&id[19..20]), "{id}");
        }
    }
}
