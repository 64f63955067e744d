//! The worker and the credit bureau of the demo, over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{collections::VecDeque, error::Error, sync::Mutex, time::Duration};

use callback_bridge::{
    Answer, RuntimeSettings, WorkerRuntime,
    test_util::{RecordingCallbacks, RecordingQueue, invocation, sqs_event, sqs_message},
};
use callback_bridge_aws::config::Variables;
use callback_bridge_local::{Bureau, BureauOptions, bureau::applicants};
use check_credit::{CheckCredit, Config, CreditBureau, KeySource};
use serde_json::{Value, json};

const KEY: &str = "key of the tests";

/// Gives one key after the other, and the last one from then on.
struct Keys(Mutex<VecDeque<&'static str>>);

impl Keys {
    fn new(keys: &[&'static str]) -> Self {
        Self(Mutex::new(keys.iter().copied().collect()))
    }
}

impl KeySource for Keys {
    async fn key(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
        let mut keys = self.0.lock().unwrap();
        let key = if keys.len() > 1 { keys.pop_front() } else { keys.front().copied() };
        Ok(key.filter(|key| !key.is_empty()).ok_or("there is no key")?.to_owned())
    }
}

type Runtime = WorkerRuntime<CheckCredit<Keys>, RecordingCallbacks, RecordingQueue>;

/// A bureau, and a worker that asks it with a key.
struct Bench {
    bureau: Bureau,
    callbacks: RecordingCallbacks,
    runtime: Runtime,
}

impl Bench {
    async fn new(keys: &[&'static str]) -> Self {
        let bureau = Bureau::start(BureauOptions { key: KEY.to_owned(), slow: Duration::ZERO }).await.unwrap();
        let callbacks = RecordingCallbacks::default();
        let runtime = runtime(bureau.url(), keys, &callbacks).await;
        Self { bureau, callbacks, runtime }
    }

    /// The one answer about an applicant, or nothing when the message is kept.
    async fn answer(&self, applicant: &str) -> Option<Answer> {
        let application =
            json!({ "applicationId": "loan-1", "applicant": applicant, "amount": 100, "currency": "EUR" });
        let message = json!({ "taskToken": "t", "input": application, "businessKey": "loan-1 / 100% Prüfung" });
        let event = sqs_event([sqs_message("1", &message)]);
        let response = self.runtime.handle(event, invocation(Duration::from_secs(30))).await.unwrap();
        let mut answers = self.callbacks.answers();
        assert_eq!(response.batch_item_failures.len() + answers.len(), 1);
        answers.pop()
    }

    /// The error name and the cause of a failure.
    async fn failure(&self, applicant: &str) -> (String, Value) {
        match self.answer(applicant).await {
            Some(Answer::Failure(failure)) => {
                (failure.error().to_owned(), serde_json::from_str(&failure.cause()).unwrap())
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn runtime(bureau: &str, keys: &[&'static str], callbacks: &RecordingCallbacks) -> Runtime {
    let variables = [
        ("BRIDGE_BUREAU_URL", bureau),
        ("BRIDGE_BUREAU_SECRET_ARN", "a secret"),
        ("BRIDGE_BUREAU_TIMEOUT_SECONDS", "1"),
    ];
    let config = Config::read(&Variables::from_iter(variables)).unwrap();
    let worker = CheckCredit::new(CreditBureau::new(&config, Keys::new(keys)).await.unwrap());
    WorkerRuntime::new(worker, callbacks.clone(), RecordingQueue::default(), RuntimeSettings::default())
}

#[tokio::test]
async fn a_good_applicant_gets_a_report() {
    let bench = Bench::new(&[KEY]).await;
    let Some(Answer::Success(output)) = bench.answer(applicants::GOOD).await else { panic!("no success") };
    assert_eq!(output.as_json(), r#"{"applicationId":"loan-1","score":742,"reference":"cb-742"}"#);
    assert_eq!(bench.bureau.inquiries().items()[0].idempotency_key, "loan-1%20/%20100%25%20Pr%C3%BCfung");
}

#[tokio::test]
async fn a_declined_one_is_a_failure_with_the_reason() {
    let (error, cause) = Bench::new(&[KEY]).await.failure(applicants::DECLINED).await;
    assert_eq!(error, "Credit.Declined");
    assert_eq!((&cause["message"], &cause["score"]), (&json!("the score is below 580"), &json!(512)));
}

#[tokio::test]
async fn trouble_is_asked_again_under_the_same_key() {
    let bench = Bench::new(&[KEY]).await;
    assert!(matches!(bench.answer(applicants::FLAKY).await, Some(Answer::Success(_))));
    let answered: Vec<_> = bench.bureau.inquiries().items().into_iter().filter(|i| i.status.is_some()).collect();
    assert_eq!(answered.iter().filter_map(|inquiry| inquiry.status).collect::<Vec<_>>(), [503, 503, 200]);
    assert!(answered.iter().all(|inquiry| inquiry.idempotency_key == answered[0].idempotency_key));
}

#[tokio::test]
async fn silence_is_asked_again_and_then_left_to_the_next_delivery() {
    let bench = Bench::new(&[KEY]).await;
    assert_eq!(bench.answer(applicants::DEAD).await, None);
    assert_eq!(bench.bureau.inquiries().items().len(), 3);
}

#[tokio::test]
async fn nobody_there_is_left_to_the_next_delivery() {
    let mut bench = Bench::new(&[KEY]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    bench.runtime = runtime(&nobody, &[KEY], &bench.callbacks).await;
    assert_eq!(bench.answer(applicants::GOOD).await, None);
}

#[tokio::test]
async fn what_is_no_report_is_a_failure_that_says_so() {
    assert_eq!(Bench::new(&[KEY]).await.failure(applicants::MALFORMED).await.0, "CreditBureau.Malformed");
}

#[tokio::test]
async fn a_wrong_key_is_a_failure_that_says_where_it_is_from() {
    let bench = Bench::new(&["another key"]).await;
    let (error, cause) = bench.failure(applicants::GOOD).await;
    assert_eq!(error, "CreditBureau.Refused");
    let message = cause["message"].as_str().unwrap();
    assert!(
        message.contains("401") && message.contains("BRIDGE_BUREAU_SECRET_ARN") && !message.contains("another key")
    );
}

/// Ten records are refused at once; the key is read again once, and all of them go on.
#[tokio::test]
async fn a_key_that_was_replaced_is_read_again() {
    let bench = Bench::new(&["the key of last year", KEY, "nobody asks a third time"]).await;
    let application = json!({ "applicationId": "loan-1", "applicant": "Kato Ltd", "amount": 100, "currency": "EUR" });
    let messages = (0..10).map(|id| json!({ "taskToken": format!("token-{id}"), "input": application }));
    let batch = messages.map(|message| sqs_message(message["taskToken"].as_str().unwrap(), &message));
    let response = bench.runtime.handle(sqs_event(batch), invocation(Duration::from_secs(30))).await.unwrap();
    assert!(response.batch_item_failures.is_empty());
    let answers = bench.callbacks.answers();
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Answer::Success(_))).count(), 10, "{answers:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_again_is_left_to_the_next_delivery() {
    let bench = Bench::new(&["the key of last year", ""]).await;
    assert_eq!(bench.answer(applicants::GOOD).await, None);
}

#[tokio::test]
async fn the_key_is_not_shown() {
    #[derive(Debug)]
    struct Hushed;
    impl KeySource for Hushed {
        async fn key(&self) -> Result<String, Box<dyn Error + Send + Sync>> {
            Ok("hush".to_owned())
        }
    }
    let variables = [("BRIDGE_BUREAU_URL", "http://localhost"), ("BRIDGE_BUREAU_SECRET_ARN", "a secret")];
    let config = Config::read(&Variables::from_iter(variables)).unwrap();
    let bureau = CreditBureau::new(&config, Hushed).await.unwrap();
    assert!(!format!("{bureau:?}").contains("hush"), "{bureau:?}");
    assert!(CreditBureau::new(&config, Keys::new(&["two\nlines"])).await.is_err());
}
