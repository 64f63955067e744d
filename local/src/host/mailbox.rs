//! Where a sandbox and the host meet: work goes in, an answer comes out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

/// An event for a function.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    /// When the invocation times out, in milliseconds of Unix time.
    pub(super) deadline_ms: u128,
    pub(super) arn: String,
}

/// What the function makes of it.
#[derive(Debug)]
pub(super) enum Answer {
    Response(Bytes),
    Error(Bytes),
}

/// The mailbox of one sandbox; the handlers of the Runtime API are on one side, the invocation on the other.
#[derive(Debug)]
pub(super) struct Mailbox {
    put: mpsc::UnboundedSender<Work>,
    work: tokio::sync::Mutex<mpsc::UnboundedReceiver<Work>>,
    /// How often the runtime has asked for work.
    asked: watch::Sender<u64>,
    pending: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    init_error: Mutex<Option<Bytes>>,
}

impl Mailbox {
    pub(super) fn new() -> Self {
        let (put, work) = mpsc::unbounded_channel();
        Self {
            put,
            work: tokio::sync::Mutex::new(work),
            asked: watch::Sender::new(0),
            pending: Mutex::default(),
            init_error: Mutex::default(),
        }
    }

    /// The runtime asks for work and waits for it. Giving up waiting loses no work.
    pub(super) async fn next(&self) -> Option<Work> {
        self.asked.send_modify(|asked| *asked += 1);
        self.work.lock().await.recv().await
    }

    /// How often the runtime has asked so far; with [`asked_again`](Mailbox::asked_again) it tells when work is over.
    pub(super) fn asked(&self) -> u64 {
        *self.asked.borrow()
    }

    /// Waits until the runtime has asked more often than this.
    pub(super) async fn asked_again(&self, than: u64) {
        // The sender is ours and lives as long as the wait.
        let _ = self.asked.subscribe().wait_for(|asked| *asked > than).await;
    }

    /// Hands over work; the answer comes through what is returned, or never.
    pub(super) fn hand_over(&self, work: Work) -> oneshot::Receiver<Answer> {
        let (tell, answer) = oneshot::channel();
        *lock(&self.pending) = Some((work.request_id.clone(), tell));
        // The receiver is ours, so it can't be closed.
        let _ = self.put.send(work);
        answer
    }

    /// The runtime's answer; false if nobody waits for one with this id.
    pub(super) fn answer(&self, request_id: &str, answer: Answer) -> bool {
        let mut pending = lock(&self.pending);
        match pending.take_if(|(id, _)| id == request_id) {
            Some((_, tell)) => tell.send(answer).is_ok(),
            None => false,
        }
    }

    /// The runtime could not be initialised; it says why.
    pub(super) fn fail_init(&self, error: Bytes) {
        *lock(&self.init_error) = Some(error);
    }

    pub(super) fn init_error(&self) -> Option<Bytes> {
        lock(&self.init_error).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(request_id: &str) -> Work {
        Work { request_id: request_id.to_owned(), payload: Bytes::new(), deadline_ms: 0, arn: String::new() }
    }

    #[tokio::test]
    async fn an_answer_finds_its_question_and_only_that() {
        let mailbox = Mailbox::new();
        let answer = mailbox.hand_over(work("a"));
        assert_eq!(mailbox.next().await.unwrap().request_id, "a");
        assert!(!mailbox.answer("b", Answer::Response(Bytes::new())));
        assert!(mailbox.answer("a", Answer::Response(Bytes::from_static(b"1"))));
        assert!(!mailbox.answer("a", Answer::Response(Bytes::from_static(b"2"))), "the second answer is refused");
        assert!(matches!(answer.await.unwrap(), Answer::Response(bytes) if bytes == "1"));
    }

    #[tokio::test]
    async fn a_runtime_that_gives_up_asking_loses_no_work() {
        let mailbox = Mailbox::new();
        tokio::select! {
            biased;
            _ = mailbox.next() => panic!("there is no work yet"),
            () = std::future::ready(()) => {}
        }
        let _answer = mailbox.hand_over(work("a"));
        assert_eq!(mailbox.next().await.unwrap().request_id, "a");
        assert_eq!(mailbox.asked(), 2);
    }
}
