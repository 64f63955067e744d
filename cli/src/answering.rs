//! Answering a task, until Step Functions has taken the answer or never will.

use std::time::Duration;

use callback_bridge::{Answer, Backoff, Disposition, Refusal, TaskCallbacks, TaskHandle, TaskToken, is_of_credentials};
use tokio::time::sleep;

use crate::error::Error;

/// How long it is waited between tries.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(10));
/// How often it is tried: for some ten seconds, and what the calls take.
pub(crate) const TRIES: u32 = 6;

/// Why an answer or a heartbeat was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotTaken {
    pub(crate) disposition: Disposition,
    pub(crate) refusal: Refusal,
    /// How often it was tried.
    pub(crate) tries: u32,
}

/// Answers a task, and tries again while that may help.
///
/// # Errors
/// When the answer was not taken, as far as is known.
pub(crate) async fn answer(callbacks: &impl TaskCallbacks, token: &TaskToken, answer: &Answer) -> Result<(), NotTaken> {
    let task = TaskHandle { token, execution: None };
    repeat(|| callbacks.answer(task, answer)).await
}

/// Keeps a task alive, and tries again while that may help.
///
/// # Errors
/// When the heartbeat was not taken, as far as is known.
pub(crate) async fn heartbeat(callbacks: &impl TaskCallbacks, token: &TaskToken) -> Result<(), NotTaken> {
    let task = TaskHandle { token, execution: None };
    repeat(|| callbacks.heartbeat(task)).await
}

async fn repeat<F: Future<Output = Result<(), Refusal>>>(call: impl Fn() -> F) -> Result<(), NotTaken> {
    let mut unheard_before = false;
    let mut tries = 0;
    loop {
        tries += 1;
        let reply = call().await;
        let disposition = Disposition::of(&reply, unheard_before);
        let Err(refusal) = reply else { return Ok(()) };
        // A call that cannot be sent will not be sent later either.
        let again = disposition == Disposition::Retry && !matches!(refusal, Refusal::Unsent { .. });
        if !again || tries == TRIES {
            return Err(NotTaken { disposition, refusal, tries });
        }
        unheard_before |= matches!(refusal, Refusal::Unheard { .. });
        sleep(BACKOFF.random_wait(tries)).await;
    }
}

impl From<NotTaken> for Error {
    fn from(NotTaken { disposition, refusal, tries }: NotTaken) -> Self {
        let message = match (disposition, refusal) {
            (Disposition::Settled, _) => "it was taken".to_owned(),
            (Disposition::Closed, _) => "nobody waits for this token any more: its task was answered already, timed out or \
                                         was retried with a new token, or its execution has ended; \
                                         `callback-bridge history EXECUTION` tells which"
                .to_owned(),
            (Disposition::Unknown, _) => "nobody waits for this token any more, and it may be because an earlier try, whose \
                                          reply was lost, was taken; `callback-bridge history EXECUTION` tells"
                .to_owned(),
            (Disposition::BadToken, _) => "Step Functions does not know this token: check that all of it is there, and \
                                           --region and --profile, for a token is good in its own account and region only"
                .to_owned(),
            (Disposition::Denied, Refusal::Denied { code }) if is_of_credentials(&code) => {
                format!("the credentials are not valid; sign in again, or choose another --profile ({code})")
            }
            (Disposition::Denied, Refusal::Denied { code }) => format!(
                "AWS denies the call ({code}): have states:SendTaskSuccess, states:SendTaskFailure and \
                 states:SendTaskHeartbeat granted to you, and the use of the state machine's KMS key, or choose another \
                 --profile"
            ),
            (Disposition::Denied | Disposition::Rejected, refusal) => {
                format!("Step Functions does not accept it: {refusal}")
            }
            (Disposition::Retry, Refusal::Unsent { .. }) => {
                return Self::Unreachable(
                    "AWS cannot be asked: check the credentials, --profile and --endpoint-url".to_owned(),
                );
            }
            (Disposition::Retry, refusal) => {
                return Self::Unreachable(format!(
                    "AWS did not take it after {tries} tries ({refusal}): check the connection and --endpoint-url, and try \
                     again; an answer is taken once, however often it is given"
                ));
            }
        };
        Self::Refused(message)
    }
}

#[cfg(test)]
mod tests {
    use callback_bridge::{TaskFailure, test_util::RecordingCallbacks};

    use super::*;

    fn token() -> TaskToken {
        TaskToken::new("AQCU+/secret=").unwrap()
    }

    fn failure() -> Answer {
        Answer::Failure(TaskFailure::verbatim(None, None))
    }

    fn unheard() -> Refusal {
        Refusal::Unheard { reason: "no reply in time".to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_throttled_is_tried_again() {
        let throttled = || Err(Refusal::Throttled { code: "ThrottlingException".to_owned() });
        let callbacks = RecordingCallbacks::default().answering([throttled(), throttled()]);
        answer(&callbacks, &token(), &failure()).await.unwrap();
        assert_eq!(callbacks.calls().len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_have_been_taken_is_not_called_closed() {
        let callbacks = RecordingCallbacks::default().answering([Err(unheard()), Err(Refusal::TaskTimedOut)]);
        let not_taken = answer(&callbacks, &token(), &failure()).await.unwrap_err();
        assert_eq!(not_taken.disposition, Disposition::Unknown);
        let callbacks = RecordingCallbacks::default().answering([Err(Refusal::TaskTimedOut)]);
        let not_taken = answer(&callbacks, &token(), &failure()).await.unwrap_err();
        assert_eq!((not_taken.disposition, callbacks.calls().len()), (Disposition::Closed, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn trying_ends() {
        let callbacks = RecordingCallbacks::default().beating((0..20).map(|_| Err(unheard())));
        let not_taken = heartbeat(&callbacks, &token()).await.unwrap_err();
        assert_eq!(callbacks.heartbeats(), 6);
        assert!(matches!(Error::from(not_taken), Error::Unreachable(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_sent_is_not_tried_again() {
        let unsent = Refusal::Unsent { reason: "no credentials".to_owned() };
        let callbacks = RecordingCallbacks::default().beating([Err(unsent)]);
        heartbeat(&callbacks, &token()).await.unwrap_err();
        assert_eq!(callbacks.heartbeats(), 1);
    }
}
