//! The sample events: each is what its name says, to the code that gets it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{fs, path::Path};

use callback_bridge::{
    TaskMessage,
    test_util::{sqs_event, sqs_text_message},
};
use check_credit::LoanApplication;

/// For each record: whether a task can be answered, and whether its input is a loan application.
fn records(event: &str) -> Vec<(bool, bool)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/check-credit/{event}.json"));
    let event = fs::read_to_string(file).unwrap();
    let batch = serde_json::from_str(&event).unwrap_or_else(|_| sqs_event([sqs_text_message("invocation", &event)]));
    let read = |message| match TaskMessage::read(message, None) {
        Ok(task) => (true, serde_json::from_value::<LoanApplication>(task.into_input()).is_ok()),
        Err(_) => (false, false),
    };
    batch.records.iter().map(read).collect()
}

#[test]
fn every_sample_event_is_what_its_name_says() {
    let good = (true, true);
    let samples = [
        ("eventbridge-event", vec![good]),
        ("invocation", vec![good]),
        ("last-receive", vec![good]),
        ("not-an-application", vec![(true, false)]),
        ("one-malformed-of-three", vec![good, (false, false), good]),
        ("one-task", vec![good]),
        ("sns-notification", vec![good]),
        ("token-in-attribute", vec![good]),
    ];
    for (event, expected) in &samples {
        assert_eq!(&records(event), expected, "{event}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/check-credit");
    assert_eq!(fs::read_dir(folder).unwrap().count(), samples.len(), "a sample event is not in this list");
}
