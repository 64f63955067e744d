//! One local region for all flows, and a stack for each.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::{Arc, LazyLock, Weak},
    time::Duration,
};

use aws_sdk_sqs::types::QueueAttributeName;
use callback_bridge_local::{Call, CallEvent, LocalRegion, RegionOptions, Sample, StackOptions, Transcript};
use callback_bridge_tests::{published, repository};
use serde_json::{Value, json};
use tokio::{
    runtime::Runtime,
    sync::Mutex,
    time::{Instant, sleep},
};

use crate::log;

/// How long a flow may take that takes a second or two on an idle machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// How long a poll for a task of an activity takes that finds none.
pub(crate) const LONG_POLL: Duration = Duration::from_secs(2);

/// What every task token of the local AWS begins with, as those of AWS begin alike. No line of output may hold it.
pub(crate) const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAA";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static REGION: Mutex<Weak<LocalRegion>> = Mutex::const_new(Weak::new());

/// The region that the flows under way share. The first to come starts it, the last to go ends it.
async fn region() -> Arc<LocalRegion> {
    let mut shared = REGION.lock().await;
    if let Some(region) = shared.upgrade() {
        return region;
    }
    let options = RegionOptions { long_poll: Some(LONG_POLL), ..RegionOptions::default() };
    let python = options.python.display().to_string();
    let region = LocalRegion::start(options).await;
    let region =
        Arc::new(region.unwrap_or_else(|error| panic!("run `cargo xtask test`, which prepares {python}: {error:#}")));
    *shared = Arc::downgrade(&region);
    region
}

/// Runs a flow that needs no functions, and then looks whether it showed tokens.
pub(crate) fn in_region(flow: impl AsyncFnOnce(&LocalRegion)) {
    log::begin();
    RUNTIME.block_on(async { flow(&*region().await).await });
    let told = log::text().lines().find(|line| line.contains(TOKEN)).map(ToOwned::to_owned);
    assert_eq!(told, None, "a token was logged");
}

/// Runs a flow on a stack that is alone in its region, so that logical ids find what is meant.
pub(crate) fn in_own_region(stack: StackOptions, flow: impl AsyncFnOnce(&Sample)) {
    RUNTIME.block_on(async {
        let options = RegionOptions { long_poll: Some(LONG_POLL), ..RegionOptions::default() };
        let region = Arc::new(LocalRegion::start(options).await.unwrap());
        let sample = Sample::deploy(&region, stack, Duration::ZERO).await.unwrap();
        flow(&sample).await;
        sample.bridge.stop().await.unwrap();
        region.stop().await.unwrap();
    });
}

/// A stack for one flow, with the name of the test.
pub(crate) fn stack(name: &str) -> StackOptions {
    StackOptions {
        name: name.to_owned(),
        log_level: Some("DEBUG".to_owned()),
        transcript: Some(Transcript::new()),
        ..StackOptions::default()
    }
}

/// The stack of a template whose text is changed.
pub(crate) fn changed(stack: StackOptions, change: impl FnOnce(&str) -> String) -> StackOptions {
    let text = change(&fs::read_to_string(repository().join("template.yaml")).unwrap());
    let text = text.replace("DefinitionUri: infra/", &format!("DefinitionUri: {}/infra/", repository().display()));
    let template = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.yaml", stack.name));
    fs::write(&template, text).unwrap();
    StackOptions { template, ..stack }
}

/// The stack with another definition of one of its state machines, as in `credit-check`.
pub(crate) fn redefined(stack: StackOptions, machine: &str, change: impl FnOnce(&str) -> String) -> StackOptions {
    let file = format!("infra/statemachines/{machine}.asl.json");
    let definition = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{machine}.asl.json", stack.name));
    fs::write(&definition, change(&fs::read_to_string(repository().join(&file)).unwrap())).unwrap();
    changed(stack, |text| {
        let uri = format!("DefinitionUri: {file}\n");
        assert_eq!(text.matches(&uri).count(), 1, "{file} is not deployed");
        text.replace(&uri, &format!("DefinitionUri: {}\n", definition.display()))
    })
}

/// Runs a flow on a stack of its own, and then looks whether it left messages, answered a task twice, showed tokens or
/// links, or printed metrics that nobody has heard of.
pub(crate) fn run(stack: StackOptions, slow: Duration, flow: impl AsyncFnOnce(&Sample)) {
    run_prepared(async |_| stack, slow, flow);
}

/// The same with a stack for which something has to be there before.
pub(crate) fn run_prepared(
    prepare: impl AsyncFnOnce(&LocalRegion) -> StackOptions,
    slow: Duration,
    flow: impl AsyncFnOnce(&Sample),
) {
    RUNTIME.block_on(async {
        let region = region().await;
        let stack = prepare(&region).await;
        let sample = Sample::deploy(&region, stack, slow).await.unwrap();
        flow(&sample).await;
        for queue in sample.bridge.description().outputs.keys().filter(|output| output.ends_with("QueueUrl")) {
            becomes_empty(&sample, queue).await;
        }
        let mut links = links(&region).await;
        links.extend(sample.provider.links());
        let secrets = sample.provider.secrets().map(str::to_owned);
        let transcript = sample.bridge.transcript().clone();
        let calls = sample.bridge.proxy().calls().clone();
        sample.bridge.stop().await.unwrap();
        assert_no_task_was_answered_twice(&calls.items());
        let printed = [transcript.lines(), region.transcript().lines()].concat();
        assert!(printed.iter().any(|line| line.text.contains("DEBUG")), "nothing was printed at DEBUG");
        let told = printed.iter().find(|line| line.text.contains(TOKEN)).map(ToString::to_string);
        assert_eq!(told, None, "a token was printed");
        for line in &printed {
            assert!(!links.iter().any(|link| line.text.contains(link)), "a link was printed: {line}");
            assert!(!secrets.iter().any(|secret| line.text.contains(secret)), "a secret was printed: {line}");
            let _known = published(&line.text); // or it panics
        }
    });
}

/// What stands behind `/c/` in all links that were mailed. No line of output may hold it.
pub(crate) async fn links(region: &LocalRegion) -> HashSet<String> {
    let mails = region.aws().mails().await.unwrap();
    mails.iter().filter_map(|mail| Some(mail.link()?.split_once("/c/")?.1.to_owned())).collect()
}

/// Step Functions refuses a second answer, so this looks at both: at us, and at those who stand for it.
pub(crate) fn assert_no_task_was_answered_twice(calls: &[Call]) {
    assert!(!calls.is_empty(), "no function calls by its proxy");
    let mut answered = HashSet::new();
    for call in calls.iter().filter(|call| call.is_accepted_answer()) {
        assert!(answered.insert(call.attempt.clone().unwrap()), "a task was answered twice: {calls:#?}");
    }
}

/// The replies of Step Functions to an operation: the error codes, where they are no successes.
pub(crate) fn replies(sample: &Sample, operation: &str) -> Vec<Option<String>> {
    let calls = sample.bridge.proxy().calls().items().into_iter().filter(|call| &*call.operation == operation);
    let replied =
        calls.filter_map(|call| if let CallEvent::Replied { error, .. } = call.what { Some(error) } else { None });
    replied.collect()
}

/// The sample input of this name for the credit check.
pub(crate) fn input(name: &str) -> Value {
    sample_input(&format!("credit-check/{name}"))
}

/// What the sample payment is given to pay somebody.
pub(crate) fn payment(reference: &str, pay_to: &str) -> Value {
    json!({ "reference": reference, "payTo": pay_to, "amount": 25000, "currency": "EUR" })
}

/// The sample input of this name, as in `credit-check/good`.
pub(crate) fn sample_input(name: &str) -> Value {
    let file = repository().join(format!("events/statemachines/{name}.json"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Waits until nothing is in a queue, neither visible nor being worked on.
pub(crate) async fn becomes_empty(sample: &Sample, queue: &str) {
    holds(sample, queue, [0, 0, 0]).await;
}

/// Waits until a queue holds this many messages: visible, in flight, delayed.
pub(crate) async fn holds(sample: &Sample, queue: &str, wanted: [u32; 3]) {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let counts = sample.messages_in(queue).await.unwrap();
        if counts == wanted {
            return;
        }
        assert!(Instant::now() < give_up, "{queue}: visible, in flight, delayed are {counts:?}, not {wanted:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Sends a message to the queue with this output; to a FIFO queue, in a group of its own.
pub(crate) async fn send(sample: &Sample, queue: &str, body: &str) {
    let group = queue.contains("Fifo").then(|| body.len().to_string());
    let call = sample.bridge.sqs().send_message().queue_url(sample.bridge.output(queue).unwrap()).message_body(body);
    call.set_message_group_id(group.clone()).set_message_deduplication_id(group).send().await.unwrap();
}

/// Lets messages that nobody deals with come again after a second, instead of three minutes.
pub(crate) async fn come_again_at_once(sample: &Sample, queue: &str) {
    let url = sample.bridge.output(queue).unwrap();
    let call = sample.bridge.sqs().set_queue_attributes().queue_url(url);
    call.attributes(QueueAttributeName::VisibilityTimeout, "1").send().await.unwrap();
}

/// Deletes what is in a queue.
pub(crate) async fn purge(sample: &Sample, queue: &str) {
    let url = sample.bridge.output(queue).unwrap();
    sample.bridge.sqs().purge_queue().queue_url(url).send().await.unwrap();
}

/// Takes the next message out of a queue.
pub(crate) async fn take(sample: &Sample, queue_url: &str) -> String {
    let sqs = sample.bridge.sqs();
    let received = sqs.receive_message().queue_url(queue_url).wait_time_seconds(20).send().await.unwrap();
    let message = received.messages.unwrap().remove(0);
    sqs.delete_message().queue_url(queue_url).receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
    message.body.unwrap()
}

/// Waits until there is something to see.
pub(crate) async fn some<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < give_up, "there is nothing to see");
        sleep(Duration::from_millis(25)).await;
    }
}

/// Waits until lines with this text were printed, as often as this: what a function prints comes by another way than what it does.
pub(crate) async fn prints(sample: &Sample, text: &str, times: usize) {
    let give_up = Instant::now() + PATIENCE;
    while count_lines(sample, text) < times && Instant::now() < give_up {
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(count_lines(sample, text), times, "{text}");
}

/// How many lines of the functions' output hold a text.
pub(crate) fn count_lines(sample: &Sample, text: &str) -> usize {
    sample.bridge.transcript().lines().iter().filter(|line| line.text.contains(text)).count()
}
