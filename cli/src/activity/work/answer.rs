//! The answer of a task that was worked on, which is given until it is taken: the work is not to be done again.

use std::time::Duration;

use callback_bridge::{Answer, Backoff, Disposition, Refusal, TaskCallbacks, TaskHandle};
use tokio::time::{Instant, sleep_until};

use super::beats::Beats;
use crate::{
    activity::{result, stop::Stopping},
    answering::{NotTaken, TRIES},
};

/// How long it is waited between tries.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));

/// Answers a task for as long as somebody waits for it, also while a grant or valid credentials are missing; a worker that
/// was told twice to stop tries no more often than [`TRIES`]. An output that Step Functions does not accept fails the task.
/// Returns the answer that was taken.
///
/// # Errors
/// When none was taken, as far as is known.
pub(super) async fn give<C: TaskCallbacks>(
    mut beats: Beats<'_, C>,
    mut answer: Answer,
    stopping: &Stopping,
) -> Result<Answer, NotTaken> {
    let task = TaskHandle { token: beats.token, execution: None };
    let (mut tries, mut unheard_before) = (0, false);
    loop {
        tries += 1;
        let reply = beats.callbacks.answer(task, &answer).await;
        let disposition = Disposition::of(&reply, unheard_before);
        let Err(refusal) = reply else { return Ok(answer) };
        unheard_before |= matches!(refusal, Refusal::Unheard { .. });
        match disposition {
            Disposition::Rejected if matches!(answer, Answer::Success(_)) => answer = result::invalid_output(&refusal),
            Disposition::Retry | Disposition::Denied if tries < TRIES || !stopping.is_commands() => {
                beats.report.answered_again(&beats.token.attempt_id(), &refusal);
                let next = Instant::now() + BACKOFF.random_wait(tries);
                wait(&mut beats, next, unheard_before, stopping).await?;
            }
            _ => return Err(NotTaken { disposition, refusal, tries }),
        }
    }
}

/// Waits until then, or until the worker is told twice to stop, and beats meanwhile.
async fn wait<C: TaskCallbacks>(
    beats: &mut Beats<'_, C>,
    next: Instant,
    unheard_before: bool,
    stopping: &Stopping,
) -> Result<(), NotTaken> {
    let is_patient = !stopping.is_commands();
    loop {
        tokio::select! {
            () = beats.due() => beats.beat(unheard_before).await?,
            () = sleep_until(next) => return Ok(()),
            () = stopping.commands(), if is_patient => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use callback_bridge::{TaskFailure, TaskOutput, TaskToken, test_util::RecordingCallbacks};

    use super::*;
    use crate::{activity::report::Report, arguments::Format};

    async fn give_to(
        callbacks: &RecordingCallbacks,
        heartbeat: Option<u64>,
        stopping: &Stopping,
    ) -> Result<Answer, NotTaken> {
        let report = Report::new(Format::Table, io::stdout(), io::stderr());
        let token = TaskToken::new("AQCU").unwrap();
        let beats = Beats::new(callbacks, &report, &token, heartbeat.map(Duration::from_secs));
        give(beats, Answer::Success(TaskOutput::of(&"done").unwrap()), stopping).await
    }

    fn denied() -> Result<(), Refusal> {
        Err(Refusal::Denied { code: "ExpiredTokenException".to_owned() })
    }

    fn unheard() -> Result<(), Refusal> {
        Err(Refusal::Unheard { reason: "no reply in time".to_owned() })
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_waited_for_and_the_task_kept_alive_meanwhile() {
        let unsent = || Err(Refusal::Unsent { reason: "no credentials".to_owned() });
        let throttled = || Err(Refusal::Throttled { code: "ThrottlingException".to_owned() });
        let replies = (0..10).flat_map(|_| [denied(), unheard(), unsent(), throttled()]);
        let callbacks = RecordingCallbacks::default().answering(replies).beating([denied(), unheard()]);
        let began = Instant::now();
        give_to(&callbacks, Some(10), &Stopping::new()).await.unwrap();
        assert_eq!(callbacks.answers().len(), 41);
        let seconds = began.elapsed().as_secs();
        assert!(seconds > 300, "{seconds} s");
        let beats = u64::try_from(callbacks.heartbeats()).unwrap();
        assert!((seconds / 10 - 1..=seconds / 10).contains(&beats), "{beats} heartbeats in {seconds} s");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_answered_who_waits_no_more() {
        let callbacks = RecordingCallbacks::default().answering([denied(), Err(Refusal::TaskTimedOut)]);
        let not_taken = give_to(&callbacks, None, &Stopping::new()).await.unwrap_err();
        assert_eq!((not_taken.disposition, not_taken.tries), (Disposition::Closed, 2));

        let callbacks = RecordingCallbacks::default().answering([unheard(), Err(Refusal::TaskTimedOut)]);
        let not_taken = give_to(&callbacks, None, &Stopping::new()).await.unwrap_err();
        assert_eq!(not_taken.disposition, Disposition::Unknown);

        let callbacks = RecordingCallbacks::default().answering((0..100).map(|_| denied()));
        let callbacks = callbacks.beating([Ok(()), Err(Refusal::TaskTimedOut)]);
        let not_taken = give_to(&callbacks, Some(10), &Stopping::new()).await.unwrap_err();
        assert_eq!((not_taken.disposition, callbacks.heartbeats()), (Disposition::Closed, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_told_twice_to_stop_tries_for_a_while_only() {
        let stopping = Stopping::new();
        stopping.further();
        stopping.further();
        let callbacks = RecordingCallbacks::default().answering((0..100).map(|_| denied()));
        give_to(&callbacks, None, &stopping).await.unwrap_err();
        assert_eq!(callbacks.answers().len(), 6);

        let stopping = Stopping::new();
        let callbacks = RecordingCallbacks::default().answering((0..100).map(|_| denied()));
        let told = async {
            while callbacks.answers().len() < 10 {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            stopping.further();
            stopping.further();
        };
        let (given, ()) = tokio::join!(give_to(&callbacks, None, &stopping), told);
        given.unwrap_err();
        assert_eq!(callbacks.answers().len(), 11);
    }

    #[tokio::test(start_paused = true)]
    async fn an_output_that_is_not_accepted_fails_the_task() {
        let invalid = || Err(Refusal::InvalidAnswer { code: "InvalidOutput".to_owned() });
        let callbacks = RecordingCallbacks::default().answering([unheard(), invalid()]);
        let given = give_to(&callbacks, None, &Stopping::new()).await.unwrap();
        let cause = Some("what was sent is not valid (InvalidOutput)");
        assert_eq!(given, Answer::Failure(TaskFailure::verbatim(Some("Bridge.InvalidOutput"), cause)));
        let callbacks = RecordingCallbacks::default().answering([invalid(), invalid()]);
        let not_taken = give_to(&callbacks, None, &Stopping::new()).await.unwrap_err();
        assert_eq!((not_taken.disposition, callbacks.answers().len()), (Disposition::Rejected, 2));
    }
}
