//! What can go wrong with an invocation or a delivery, each at one named point.

/// What is to go wrong. Its place is a function, by its name in AWS.
///
/// To kill a process in the middle of its work, see [`LambdaHost::kill_running`](super::LambdaHost::kill_running); to kill
/// it around one of its calls, [`CallFault`](crate::CallFault).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The process is killed before it gets the event.
    KillBeforeWork,
    /// The process is killed when it has done its work and responds: what it did is done, its response is lost.
    KillAfterWork,
    /// The process stands still (SIGSTOP) when it is given the event, until the function's timeout ends it.
    StandStill,
    /// An event source holds a batch back that it has received. It is delivered when the fault is taken back, so that has
    /// to be a lasting one.
    DeliverLate,
    /// An event source delivers a batch again, after the function has responded and before the messages are deleted.
    /// What is deleted is decided by the second response.
    DeliverTwice,
    /// An event source delivers a batch twice at the same time. What is deleted is decided by the response that comes last.
    DeliverTwiceAtOnce,
    /// What a batch leaves in its queue comes again at once, as if the time was over for which it is hidden: the visibility
    /// timeout of the queue, or the one that the function has set.
    ComeAgainAtOnce,
}
