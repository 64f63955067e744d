//! Workers that put tasks away, for somebody else to answer.

use super::{
    metrics::{Counting, counts},
    *,
};
use crate::Unanswered;

/// Parks what it is told to, and hears the body, and who waits.
struct Parking;

#[derive(serde::Deserialize)]
struct Orders {
    park: Option<bool>,
    input: Option<Value>,
}

impl Worker for Parking {
    type Input = Orders;
    type Output = ();
    const BEATS: bool = false;
    const WHOLE_BODY: bool = true;
    const PARKS: bool = true;

    async fn work(&self, task: Task<Orders>) -> Result<(), WorkError> {
        assert_eq!(task.token.expose(), "t");
        assert_eq!(task.origin.sent_at, invocation(Duration::ZERO).received_at);
        assert_eq!(task.heartbeat, Some(Duration::from_secs(200)));
        match task.input {
            Orders { park: Some(true), input: Some(_) } => Err(WorkError::parked()),
            Orders { park: Some(false), .. } => panic!("after it was stored, perhaps"),
            _ => Err(std::io::Error::other("the table is away").into()),
        }
    }
}

struct Hall {
    callbacks: RecordingCallbacks,
    queue: RecordingQueue,
    settings: RuntimeSettings,
}

impl Hall {
    fn new() -> Self {
        let (callbacks, queue) = (RecordingCallbacks::default(), RecordingQueue::default());
        Self { callbacks, queue, settings: RuntimeSettings::default() }
    }

    fn runtime(&self) -> WorkerRuntime<Parking, RecordingCallbacks, RecordingQueue> {
        WorkerRuntime::new(Parking, self.callbacks.clone(), self.queue.clone(), self.settings.clone())
    }

    async fn keeps(&self, message: SqsMessage) -> bool {
        let response = self.runtime().handle(sqs_event([message]), invocation(Duration::from_mins(1))).await.unwrap();
        !response.batch_item_failures.is_empty()
    }
}

/// What stands beside the token is read, also where there is an input.
fn body(park: Option<bool>) -> Value {
    json!({ "taskToken": "t", "input": { "park": false }, "park": park, "heartbeatSeconds": 200 })
}

fn message(park: Option<bool>) -> SqsMessage {
    sqs_message("1", &body(park))
}

#[tokio::test(start_paused = true)]
async fn a_parked_task_is_acknowledged_and_not_answered() {
    let counting = Counting::new();
    let hall = Hall::new();
    assert!(!hall.keeps(message(Some(true))).await);
    assert_eq!(hall.callbacks.calls(), []);
    assert_eq!(counting.of("Deliveries"), counts([("Parked", 1.0)]));
}

/// It may be parked, so only who finds out that it is not may answer it: whoever reads the dead-letter queue.
#[tokio::test(start_paused = true)]
async fn one_that_may_be_parked_is_not_answered_at_its_last_delivery() {
    for park in [None, Some(false)] {
        let hall = Hall::new();
        for receives in 1..=5 {
            assert!(hall.keeps(received(message(park), receives)).await, "{receives} receives");
        }
        assert_eq!(hall.callbacks.calls(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn when_nobody_can_find_out_the_terminal_queue_gets_it() {
    let terminal = "https://sqs.us-east-1.amazonaws.com/123456789012/terminal".to_owned();
    let settings = RuntimeSettings { terminal_queue_url: Some(terminal), ..RuntimeSettings::default() };
    let hall = Hall { settings, ..Hall::new() };
    assert!(hall.keeps(received(message(None), 9)).await);
    assert!(!hall.keeps(received(message(None), 10)).await);
    let [forwarded] = &hall.queue.forwarded()[..] else { panic!("it is to be sent on") };
    assert_eq!(forwarded.reason, "the table is away");
    assert_eq!(hall.callbacks.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn what_has_the_wrong_shape_is_failed() {
    let hall = Hall::new();
    assert!(!hall.keeps(sqs_message("1", &json!({ "taskToken": "t", "park": "yes" }))).await);
    let answers = hall.callbacks.answers();
    let [Answer::Failure(failure)] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!(failure.error(), "Bridge.InvalidInput");
    assert!(failure.cause().contains("body.park"), "{}", failure.cause());
}

#[tokio::test(start_paused = true)]
async fn whoever_invokes_tries_again_while_nobody_knows_whether_it_is_parked() {
    let unknown = Err(Unanswered::RetryLater("the table is away".to_owned()));
    for (park, told) in [(Some(true), Ok(())), (None, unknown)] {
        let hall = Hall::new();
        assert_eq!(hall.runtime().handle_one(&body(park), invocation(Duration::from_mins(1))).await, told);
        assert_eq!(hall.callbacks.calls(), []);
    }
}
