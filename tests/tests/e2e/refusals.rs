//! One level below the flows: the runtime with a Step Functions that refuses, the lines that CloudWatch would get of it,
//! and the alarms that they raise.

use std::{
    iter,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use callback_bridge::{
    Refusal, RuntimeSettings, Task, WorkError, Worker, WorkerRuntime,
    test_util::{RecordingCallbacks, RecordingQueue, invocation, sqs_event, sqs_message},
};
use callback_bridge_aws::{config::Variables, metrics::Metrics};
use callback_bridge_tests::{Alarm, Datum, Template, going_on, published};
use serde_json::json;
use tokio::time::sleep;

const FUNCTION: &str = "the-function";

/// What counts is that of the process, so tests take turns.
static METRICS: LazyLock<Mutex<Metrics>> =
    LazyLock::new(|| Mutex::new(Metrics::init(&Variables::from_iter([("AWS_LAMBDA_FUNCTION_NAME", FUNCTION)]))));

struct Slow;

impl Worker for Slow {
    type Input = String;
    type Output = String;
    async fn work(&self, task: Task<String>) -> Result<String, WorkError> {
        sleep(Duration::from_secs(4)).await;
        Ok(task.input)
    }
}

/// What one invocation with one message prints.
fn printed(callbacks: RecordingCallbacks) -> Vec<Datum> {
    let metrics = METRICS.lock().unwrap_or_else(PoisonError::into_inner);
    handle(callbacks);
    String::from_utf8(metrics.take_lines()).unwrap().lines().flat_map(published).collect()
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn handle(callbacks: RecordingCallbacks) {
    let runtime = WorkerRuntime::new(Slow, callbacks, RecordingQueue::default(), RuntimeSettings::default());
    let message = sqs_message("1", &json!({ "taskToken": "t", "input": "Ada", "heartbeatSeconds": 9 }));
    runtime.handle(sqs_event([message]), invocation(Duration::from_secs(30))).await.unwrap();
}

/// The alarms that these lines raise, if this function printed them.
fn raised(function: &str, data: &[Datum]) -> Vec<String> {
    let template = Template::read();
    let alarms = Alarm::all(&template, |id| {
        let name = if id == function { FUNCTION } else { id };
        template.resources.contains_key(id).then(|| name.to_owned())
    });
    // These say of the sweep and of the polls that they are silent, as they are here.
    let alarms = alarms.into_iter().filter(|alarm| !alarm.id.ends_with("AbsentAlarm"));
    alarms.filter(|alarm| alarm.is_raised_by(data)).map(|alarm| alarm.id).collect()
}

const FUNCTIONS: [(&str, &str, &str); 3] = [
    ("CheckCreditFunction", "CheckCreditDeniedAlarm", "CheckCreditThrottledAlarm"),
    ("FailDeadLettersFunction", "FailDeadLettersDeniedAlarm", "FailDeadLettersThrottledAlarm"),
    ("OpenCallbackFunction", "OpenCallbackDeniedAlarm", "OpenCallbackThrottledAlarm"),
];

fn throttled() -> Result<(), Refusal> {
    Err(Refusal::Throttled { code: "ThrottlingException".to_owned() })
}

#[test]
fn a_function_that_is_denied_raises_its_alarm() {
    let denied = |code: &str| [Err(Refusal::Denied { code: code.to_owned() })];
    let answer = printed(RecordingCallbacks::default().answering(denied("AccessDeniedException")));
    let by_kms = printed(RecordingCallbacks::default().answering(denied("KmsAccessDeniedException")));
    let heartbeat = printed(RecordingCallbacks::default().beating(denied("AccessDeniedException")));
    for (function, alarm, _) in FUNCTIONS {
        for data in [&answer, &by_kms, &heartbeat] {
            assert_eq!(raised(function, data), [alarm], "{data:#?}");
        }
    }
}

#[test]
fn a_function_that_is_throttled_for_a_moment_raises_no_alarm() {
    let moment = printed(RecordingCallbacks::default().answering([throttled(), throttled()]));
    let invocation = printed(RecordingCallbacks::default().answering(iter::repeat_with(throttled).take(1000)));
    for (function, _, _) in FUNCTIONS {
        assert_eq!(raised(function, &going_on(60, &moment)), [""; 0], "a try now and then is throttled");
        assert_eq!(raised(function, &invocation), [""; 0], "a bad half minute");
        assert_eq!(raised(function, &going_on(2, &invocation)), [""; 0]);
    }
}

#[test]
fn a_function_that_is_throttled_for_minutes_raises_its_alarm() {
    let invocation = printed(RecordingCallbacks::default().answering(iter::repeat_with(throttled).take(1000)));
    for (function, _, alarm) in FUNCTIONS {
        assert_eq!(raised(function, &going_on(3, &invocation)), [alarm], "{invocation:#?}");
    }
}
