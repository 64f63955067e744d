//! The bytes of the response that names the messages to keep.
//!
//! After a response without the right key, Lambda deletes the whole batch; after an item without the right id, it keeps
//! all of it. <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use super::*;
use crate::test_util::sqs_text_message;

async fn response(messages: impl IntoIterator<Item = SqsMessage>) -> String {
    let bench = Bench::new(RecordingCallbacks::default());
    serde_json::to_string(&bench.handle(messages).await.unwrap()).unwrap()
}

fn good(id: &str) -> SqsMessage {
    task(id, json!({ "do": "succeed" }))
}

/// One whose work is to be tried again.
fn bad(id: &str) -> SqsMessage {
    task(id, json!({ "do": "retry" }))
}

fn garbage(id: &str) -> SqsMessage {
    sqs_text_message(id, "?")
}

#[tokio::test(start_paused = true)]
async fn the_response_has_the_documented_bytes() {
    assert_eq!(response([]).await, r#"{"batchItemFailures":[]}"#, "an event without records");
    assert_eq!(response([good("a")]).await, r#"{"batchItemFailures":[]}"#, "all is done");
    assert_eq!(response([good("a"), bad("b")]).await, r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#);
    assert_eq!(
        response([bad("c"), good("b"), garbage("a")]).await,
        r#"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}"#,
        "in the order of the event"
    );
    assert_eq!(
        response([bad("a"), garbage("b"), bad("c")]).await,
        r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"},{"itemIdentifier":"c"}]}"#,
        "nothing is done"
    );
}

/// Of five messages, the second and the fourth have failed.
#[tokio::test(start_paused = true)]
async fn the_example_of_the_guide_is_answered_as_the_guide_does() {
    let documented = r#"
        {
          "batchItemFailures": [
                {
                    "itemIdentifier": "id2"
                },
                {
                    "itemIdentifier": "id4"
                }
            ]
        }
    "#;
    let batch = [good("id1"), bad("id2"), good("id3"), bad("id4"), good("id5")];
    assert_eq!(response(batch).await, documented.replace([' ', '\n'], ""));
}

/// Of a FIFO queue, a failure and all behind it in its group are returned.
#[tokio::test(start_paused = true)]
async fn the_rest_of_a_group_is_returned_with_its_first_failure() {
    let batch = [
        in_group("a", good("a1")),
        in_group("b", bad("b1")),
        in_group("a", bad("a2")),
        in_group("c", good("c1")),
        in_group("b", good("b2")),
        in_group("a", garbage("a3")),
    ];
    assert_eq!(
        response(batch).await,
        concat!(
            r#"{"batchItemFailures":[{"itemIdentifier":"a2"},{"itemIdentifier":"a3"},"#,
            r#"{"itemIdentifier":"b1"},{"itemIdentifier":"b2"}]}"#
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_message_to_keep_without_an_id_fails_the_batch() {
    for id in [None, Some(String::new())] {
        let nameless = |mut message: SqsMessage| {
            message.message_id.clone_from(&id);
            message
        };
        let bench = Bench::new(RecordingCallbacks::default());
        assert_eq!(bench.handle([nameless(bad("1")), good("2")]).await, Err(Unreturnable));
        assert_eq!(response([nameless(good("1"))]).await, r#"{"batchItemFailures":[]}"#);
    }
}
