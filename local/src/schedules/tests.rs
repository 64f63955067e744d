//! Schedules by tokio's clock, and what they invoke: see [`stand_in`].

use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::{AbortHandle, yield_now};

use super::*;
use crate::host::tests::stand_in;
use crate::{FunctionSpec, Transcript};

const SOON: Duration = Duration::from_secs(30);

fn schedule(expression: &str) -> Schedule {
    Schedule {
        id: "EveryMinute".to_owned(),
        arn: "arn:aws:events:us-east-1:123456789012:rule/every-minute".to_owned(),
        expression: expression.to_owned(),
        enabled: true,
        target: Some("arn:aws:lambda:us-east-1:123456789012:function:work-ABC".to_owned()),
        input: None,
    }
}

async fn host(change: impl FnOnce(&mut FunctionSpec), transcript: &Transcript) -> (Arc<LambdaHost>, tempfile::TempDir) {
    let (folder, host) = (tempfile::tempdir().unwrap(), Arc::new(LambdaHost::start().await.unwrap()));
    let mut spec = stand_in::spec(folder.path(), transcript);
    change(&mut spec);
    host.register(spec).unwrap();
    (host, folder)
}

async fn has_ended(task: &AbortHandle) {
    let ended = async {
        while !task.is_finished() {
            yield_now().await;
        }
    };
    tokio::time::timeout(SOON, ended).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_first_time_is_after_one_period_and_so_are_all_others() {
    let (call, mut calls) = unbounded_channel();
    let began = Instant::now();
    let running = tokio::spawn(every(Duration::from_mins(1), move || {
        call.send(began.elapsed().as_secs()).unwrap();
    }));
    for seconds in [60, 120, 180] {
        assert_eq!(calls.recv().await.unwrap(), seconds);
    }
    running.abort();
}

#[test]
fn the_event_is_that_of_its_kind() {
    let at = "2026-11-22T10:00:00.5Z".parse().unwrap();
    let event = |schedule: &Schedule| serde_json::from_str::<Value>(&event::event(schedule, at)).unwrap();
    let rule = event(&schedule("rate(1 minute)"));
    let expected = json!({
        "version": "0",
        "id": rule["id"],
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-22T10:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/every-minute"],
        "detail": {},
    });
    assert_eq!(rule, expected);
    let arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/every-minute".to_owned();
    let scheduler = event(&Schedule { arn, ..schedule("rate(1 minute)") });
    assert_eq!((&scheduler["source"], &scheduler["detail"]), (&json!("aws.scheduler"), &json!("{}")));
    let input = Some(r#"{"sweep": true}"#.to_owned());
    assert_eq!(event(&Schedule { input, ..schedule("rate(1 minute)") }), json!({ "sweep": true }));
}

#[tokio::test]
async fn a_function_is_invoked_with_the_input() {
    let transcript = Transcript::new();
    let (host, _folder) = host(|_| {}, &transcript).await;
    let input = json!({ "do": "print", "text": "swept" }).to_string();
    let swept = Schedule { input: Some(input), ..schedule("rate(1 minute)") };
    invoke(host, "work-ABC".to_owned(), swept).await;
    transcript.reader().find(SOON, |line| line.text == "swept").await.unwrap();
}

#[tokio::test]
async fn what_could_not_be_invoked_is_told() {
    let (host, _folder) = host(|spec| spec.concurrency = 0, &Transcript::new()).await;
    invoke(Arc::clone(&host), "work-ABC".to_owned(), schedule("rate(1 minute)")).await;
    let told: Vec<_> = host.events().items().into_iter().map(|event| event.what).collect();
    let reason = "the function has no capacity left".to_owned();
    assert_eq!(told, [EventKind::NotInvoked { schedule: "EveryMinute".to_owned(), reason }]);
}

#[tokio::test]
async fn what_has_not_changed_goes_on() {
    let host = Arc::new(LambdaHost::start().await.unwrap());
    let mut schedules = Schedules::new(&host);
    let (often, seldom) = (schedule("rate(1 minute)"), schedule("rate(1 hour)"));
    let off = Schedule { enabled: false, ..schedule("cron(0 3 * * ? *)") };
    schedules.set(&[often.clone(), off]).unwrap();
    let first = schedules.running[0].task.abort_handle();
    schedules.set(&[often, seldom.clone()]).unwrap();
    assert_eq!((schedules.running.len(), schedules.running[0].task.id()), (2, first.id()));
    schedules.set(&[seldom]).unwrap();
    has_ended(&first).await;
    let last = schedules.running[0].task.abort_handle();
    drop(schedules);
    has_ended(&last).await;
}

#[tokio::test]
async fn what_can_t_run_is_refused() {
    let mut schedules = Schedules::new(&Arc::new(LambdaHost::start().await.unwrap()));
    let error = schedules.set(&[schedule("cron(0 3 * * ? *)")]).unwrap_err();
    assert!(format!("{error:#}").contains("EveryMinute") && format!("{error:#}").contains("cron"), "{error:#}");
    let target = Some("arn:aws:states:us-east-1:123456789012:stateMachine:nightly".to_owned());
    let error = schedules.set(&[Schedule { target, ..schedule("rate(1 day)") }]).unwrap_err().to_string();
    assert!(error.contains("stateMachine:nightly"), "{error}");
    assert!(schedules.running.is_empty());
}
