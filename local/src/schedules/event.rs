//! What a schedule invokes its target with.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::children::{ACCOUNT, REGION};
use crate::host::new_request_id;
use crate::local_aws::Schedule;

/// The schedule's `Input`, or else the event of EventBridge. That of a rule
/// [is documented](https://docs.aws.amazon.com/lambda/latest/dg/with-scheduled-events.html); that of EventBridge
/// Scheduler is [known by sight](https://github.com/aws/aws-lambda-dotnet/issues/1864): its `detail` is a text.
pub(super) fn event(schedule: &Schedule, at: Timestamp) -> String {
    if let Some(input) = &schedule.input {
        return input.clone();
    }
    let (source, detail) = if schedule.arn.starts_with("arn:aws:scheduler:") {
        ("aws.scheduler", Value::from("{}"))
    } else {
        ("aws.events", json!({}))
    };
    let event = json!({
        "version": "0",
        "id": new_request_id(),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [schedule.arn],
        "detail": detail,
    });
    event.to_string()
}
