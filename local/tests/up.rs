//! Sources that change while the bridge is up: the real template, and functions that are stand-ins.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use callback_bridge_local::{
    Build, Event, EventKind, Journal, LocalRegion, Reader, RegionOptions, StackOptions, Transcript, Up, UpOptions,
};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SOON: Duration = Duration::from_secs(90);
/// Builds as Cargo does: what is new takes the place of what was there, also when something else does not compile.
const BUILD: &str = "for new in next/*; do [ -e \"$new\" ] && mv \"$new\" bin/; done
    [ ! -e broken ] || { cat broken >&2; exit 1; }";

/// A workspace in a temporary folder, and the bridge that is up with it.
struct Room {
    workspace: tempfile::TempDir,
    region: std::sync::Arc<LocalRegion>,
    queue: String,
    printed: Transcript,
    told: Journal<String>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Room {
    async fn new() -> Self {
        let workspace = tempfile::tempdir().unwrap();
        let root = workspace.path();
        for folder in ["bin", "next", "crates", "functions", "infra/statemachines"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        fs::copy(repository.join("template.yaml"), root.join("template.yaml")).unwrap();
        for machine in fs::read_dir(repository.join("infra/statemachines")).unwrap() {
            let machine = machine.unwrap();
            fs::copy(machine.path(), root.join("infra/statemachines").join(machine.file_name())).unwrap();
        }
        let functions = [
            "check-credit",
            "create-callback-urls",
            "fail-dead-letters",
            "open-callback",
            "poll-activity",
            "receive-callback",
            "sweep-callbacks",
        ];
        for function in functions {
            add_function(root, function);
            stand_in(&root.join("bin").join(function), "one");
        }
        script(&root.join("build"), BUILD);

        let (printed, told) = (Transcript::new(), Journal::default());
        let stack = StackOptions {
            template: root.join("template.yaml"),
            build_dir: root.join("bin"),
            ..StackOptions::default()
        };
        let options = UpOptions {
            workspace: root.to_owned(),
            build: Build { program: root.join("build").into(), arguments: Vec::new() },
            python: RegionOptions::default().python,
            port: Some(0),
            stack,
        };
        let tell = |told: &Journal<String>| {
            let told = told.clone();
            move |line: &str| told.append(line.to_owned())
        };
        let up = Up::start(options, &printed, tell(&told)).await.unwrap();
        let (region, queue) =
            (up.region().clone(), up.sample().bridge.output("CreditCheckQueueUrl").unwrap().to_owned());
        let (stop, stopping) = oneshot::channel();
        let running = tokio::spawn(up.run(async { drop(stopping.await) }, tell(&told)));
        Self { workspace, region, queue, printed, told, stop, running }
    }

    fn root(&self) -> &Path {
        self.workspace.path()
    }

    /// Has this stage of a function come out of the next build, which then begins.
    fn change_code(&self, function: &str, stage: &str) {
        stand_in(&self.root().join("next").join(function), stage);
        fs::write(self.root().join("functions").join(function).join("main.rs"), stage).unwrap();
    }

    fn change_template(&self, from: &str, to: &str) {
        change(&self.root().join("template.yaml"), from, to);
    }

    async fn send(&self, queue: &str, body: Value) -> String {
        let sent = self.region.aws().sqs().send_message().queue_url(queue).message_body(body.to_string()).send().await;
        sent.unwrap().message_id.unwrap()
    }

    /// Sends a message and waits until a function has told which stage of it got this.
    async fn stage_that_gets(&self, text: &str) -> String {
        let mut printed = self.printed.tail();
        self.send(&self.queue, json!({ "text": text })).await;
        let suffix = format!(" got {text}");
        let line = printed.find(SOON, |line| line.text.ends_with(&suffix)).await.unwrap();
        line.text.strip_suffix(&suffix).unwrap().to_owned()
    }

    /// Sends messages until the function that gets them has this much memory.
    async fn has_memory(&self, megabytes: u32) {
        let (mut printed, wanted) = (self.printed.tail(), format!("has {megabytes} MB"));
        let asked = async {
            loop {
                self.send(&self.queue, json!({ "tell": "memory" })).await;
                if printed.find(SOON, |line| line.text.ends_with(" MB")).await.unwrap().text == wanted {
                    return;
                }
            }
        };
        tokio::time::timeout(SOON, asked).await.unwrap();
    }

    /// Sends a message over which its function works until the connection is closed; the id of the message.
    async fn begin_to_work(&self) -> (tokio::net::TcpStream, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let id = self.send(&self.queue, json!({ "until": listener.local_addr().unwrap().to_string() })).await;
        (tokio::time::timeout(SOON, listener.accept()).await.unwrap().unwrap().0, id)
    }

    /// Waits until a message is deleted; it must have been delivered once.
    async fn is_done(&self, message: &str) {
        let is = |event: &Event| matches!(&event.what, EventKind::Deleted { message_ids, .. } if message_ids.iter().any(|id| id == message));
        self.region.host().events().reader().find(SOON, is).await.unwrap();
        let deliveries = self.region.host().events().items().into_iter().filter(|event| matches!(&event.what, EventKind::Delivered { message_ids, .. } if message_ids.iter().any(|id| id == message)));
        assert_eq!(deliveries.count(), 1, "{message}");
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(SOON, self.running).await.unwrap().unwrap().unwrap();
        let left: Vec<_> = fs::read_dir(self.workspace.path().join("bin/up-code")).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        assert!(TcpStream::connect(self.region.aws().endpoint().strip_prefix("http://").unwrap()).is_err());
    }
}

async fn is_told(told: &mut Reader<String>, text: &str) -> String {
    told.find(SOON, |line| line.contains(text)).await.unwrap()
}

fn change(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replace(from, to)).unwrap();
}

fn add_function(root: &Path, name: &str) {
    fs::create_dir_all(root.join("functions").join(name)).unwrap();
    fs::write(root.join("functions").join(name).join("Cargo.toml"), "[package]").unwrap();
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// A binary that is this very program, as a function.
fn stand_in(path: &Path, stage: &str) {
    let this = std::env::current_exe().unwrap();
    script(path, &format!("STAGE={stage} exec '{}' --exact function --ignored --nocapture", this.display()));
}

#[test]
#[ignore = "is not a test, but the function that the others invoke"]
#[expect(clippy::disallowed_methods, reason = "the configuration of a stand-in, and how it knows that it is one")]
fn function() {
    let Ok(stage) = std::env::var("STAGE") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let work = service_fn(async |event: LambdaEvent<Value>| {
        for record in event.payload["Records"].as_array().unwrap() {
            let body: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
            if let Some(address) = body["until"].as_str() {
                std::io::copy(&mut TcpStream::connect(address).unwrap(), &mut std::io::sink()).unwrap();
            }
            if body["tell"] == "memory" {
                println!("\nhas {} MB", event.context.env_config.memory);
            } else {
                println!("\n{stage} got {}", body["text"].as_str().unwrap_or("it done"));
            }
        }
        Ok::<_, lambda_runtime::Error>(Value::Null)
    });
    runtime.block_on(lambda_runtime::run(work)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_invocation_runs_the_new_code_and_one_under_way_ends_on_the_old() {
    let room = Room::new().await;
    let mut told = room.told.reader();
    assert_eq!(room.stage_that_gets("first").await, "one");
    let (at_work, message) = room.begin_to_work().await;
    room.change_code("check-credit", "two");
    let line = is_told(&mut told, "the next invocation runs the new").await;
    assert!(line.ends_with("the new check-credit"), "the other function has not changed: {line}");
    assert_eq!(room.stage_that_gets("meanwhile").await, "two");
    let mut printed = room.printed.tail();
    drop(at_work);
    let done = printed.find(SOON, |line| line.text.ends_with(" got it done")).await.unwrap();
    assert_eq!(done.text, "one got it done");
    room.is_done(&message).await;
    // What is built again without being another is not started again.
    room.change_code("check-credit", "two");
    is_told(&mut told, "no function has changed").await;
    assert_eq!(room.stage_that_gets("last").await, "two");
    room.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_build_is_shown_and_the_old_code_goes_on() {
    let room = Room::new().await;
    let mut told = room.told.reader();
    fs::write(room.root().join("broken"), "error[E0308]: mismatched types\n").unwrap();
    room.change_code("check-credit", "two");
    is_told(&mut told, "could not be built").await;
    assert_eq!(told.next().await, "error[E0308]: mismatched types");
    // The first process is started only now, when the binary of the failed build is the new one already.
    assert!(fs::read_to_string(room.root().join("bin/check-credit")).unwrap().contains("STAGE=two"));
    assert_eq!(room.stage_that_gets("in spite of it").await, "one");
    stand_in(&room.root().join("next/fail-dead-letters"), "two");
    fs::remove_file(room.root().join("broken")).unwrap();
    fs::write(room.root().join("crates/mended.rs"), "").unwrap();
    let line = is_told(&mut told, "the next invocation runs the new").await;
    assert!(line.ends_with("check-credit, fail-dead-letters"), "{line}");
    assert_eq!(room.stage_that_gets("mended").await, "two");
    room.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_changes_is_deployed_and_no_message_is_lost_or_doubled() {
    let room = Room::new().await;
    let mut told = room.told.reader();
    let (at_work, message) = room.begin_to_work().await;
    // Another function configuration, and another event source.
    room.change_template("MemorySize: 256", "MemorySize: 512");
    room.change_template("BatchSize: 10", "BatchSize: 4");
    room.has_memory(512).await;
    assert_eq!(room.stage_that_gets("while the old event source ends").await, "one");
    drop(at_work);
    room.is_done(&message).await;
    is_told(&mut told, "is deployed (").await;

    // What can't be deployed is shown, and all goes on.
    let definition = room.root().join("infra/statemachines/credit-check.asl.json");
    change(&definition, "\"Next\": \"Approve\"", "\"Next\": \"Nowhere\"");
    is_told(&mut told, "could not be deployed").await;
    is_told(&mut told, "Nowhere").await;
    assert_eq!(room.stage_that_gets("in spite of it").await, "one");
    change(&definition, "\"Next\": \"Nowhere\"", "\"Next\": \"Approve\"");
    is_told(&mut told, "is deployed (").await;
    assert_eq!(room.stage_that_gets("mended").await, "one");
    room.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_function_comes_with_its_resource_before_its_code_and_goes_again() {
    const MORE: &str = "
  MoreWorkQueue: { Type: AWS::SQS::Queue }
  MoreWorkPolicy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: more-work
      Roles: [!Ref CheckCreditRole]
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
            Resource: !GetAtt MoreWorkQueue.Arn
  MoreWorkFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Role: !GetAtt CheckCreditRole.Arn
      Events: { Work: { Type: SQS, Properties: { Queue: !GetAtt MoreWorkQueue.Arn } } }

Outputs:
  MoreWorkQueueUrl: { Value: !Ref MoreWorkQueue }
";
    let room = Room::new().await;
    let mut told = room.told.reader();
    room.change_template("\nOutputs:\n", MORE);
    is_told(&mut told, "could not be deployed").await;
    is_told(&mut told, "needs the binary").await;
    add_function(room.root(), "more-work");
    room.change_code("more-work", "new");
    is_told(&mut told, "the next invocation runs the new more-work").await;
    let export = is_told(&mut told, "export MoreWorkQueueUrl=").await;
    let (_, queue) = export.split_once('=').unwrap();

    let mut printed = room.printed.tail();
    let message = room.send(queue, json!({ "text": "work" })).await;
    printed.find(SOON, |line| &*line.source == "more-work" && line.text == "new got work").await.unwrap();
    room.is_done(&message).await;
    room.change_template(MORE, "\nOutputs:\n");
    is_told(&mut told, "is deployed (").await;
    assert_eq!(room.stage_that_gets("still here").await, "one");
    room.stop().await;
}
