//! Jobs in containers. None is run here: the local AWS has one of Batch succeed, and whoever tests plays the one of ECS.

use aws_sdk_sfn::types::StateEnteredEventDetails;
use callback_bridge_local::{LocalRegion, Sample, StackOptions};
use serde_json::{Value, json};

use super::{failure, output, start};
use crate::{
    bench::{sample_input, some},
    cli::{aws, paste},
};

/// With a network for jobs: that of the account.
pub(super) async fn with_a_network(region: &LocalRegion, stack: StackOptions) -> StackOptions {
    let subnet = text(region, &["ec2", "describe-subnets", "--query", "Subnets[0].SubnetId"]).await;
    let group = text(region, &["ec2", "describe-security-groups", "--query", "SecurityGroups[0].GroupId"]).await;
    let stack = stack.parameter("JobSubnetIds", subnet).parameter("JobSecurityGroupIds", group);
    stack.parameter("JobTimeoutSeconds", "600")
}

async fn text(region: &LocalRegion, words: &[&str]) -> String {
    aws(region, &[words, &["--output", "text"]].concat()).await.trim().to_owned()
}

/// The local AWS says of every job that it has succeeded, so what it was given is looked at, and its command is run here.
pub(super) async fn a_job_of_batch_has_an_end(sample: &Sample) {
    let output = output(sample, &start(sample, "run-batch-job/good").await).await;
    assert_eq!(output["job"]["status"], "SUCCEEDED", "{output}");
    let job = output["job"]["jobId"].as_str().unwrap();
    let found = aws(sample.bridge.region(), &["batch", "describe-jobs", "--jobs", job, "--query", "jobs[0]"]).await;
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["jobQueue"], resource(sample, "CountJobQueue"));
    assert_eq!(found["jobDefinition"], resource(sample, "CountJobDefinition"));
    assert_eq!(found["timeout"], json!({ "attemptDurationSeconds": 480 }), "it is two minutes less than the state's");

    let container = &found["container"];
    let given = container["environment"].as_array().unwrap().iter().find(|variable| variable["name"] == "APPLICATION");
    let application = given.unwrap()["value"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(application).unwrap(), sample_input("run-batch-job/good"));
    let [shell, flags, command] = &container["command"].as_array().unwrap()[..] else { panic!("{container}") };
    assert_eq!((shell, flags), (&json!("sh"), &json!("-euc")));
    let counted = paste(sample, command.as_str().unwrap(), &[("APPLICATION", application)]).await;
    assert_eq!(counted, application.len().to_string());
}

/// No job fails here by itself, but one whose queue is gone cannot be submitted.
pub(super) async fn a_job_that_batch_refuses_fails_the_execution(sample: &Sample) {
    let (region, queue) = (sample.bridge.region(), resource(sample, "CountJobQueue"));
    aws(region, &["batch", "update-job-queue", "--job-queue", queue, "--state", "DISABLED"]).await;
    aws(region, &["batch", "delete-job-queue", "--job-queue", queue]).await;
    let execution = start(sample, "run-batch-job/good").await;
    let (error, cause) = failure(sample, &execution).await;
    assert_eq!(error, "Batch.ClientException");
    assert!(cause.contains("does not exist"), "{cause}");
    let history = sample.history_of(&execution).await.unwrap();
    let entered = history.iter().filter_map(|event| event.state_entered_event_details());
    assert_eq!(entered.map(StateEnteredEventDetails::name).collect::<Vec<_>>(), ["Run the job", "The job failed"]);
}

pub(super) async fn a_container_answers(sample: &Sample) {
    let execution = start(sample, "run-ecs-task/good").await;
    let counting = Container::beside(sample, None).await;
    counting.run("").await;
    let (_, application) = counting.environment.iter().find(|(name, _)| name == "APPLICATION").unwrap();
    assert_eq!(output(sample, &execution).await["counted"], json!({ "bytes": application.len() }));

    let execution = start(sample, "run-ecs-task/good").await;
    Container::beside(sample, Some(&counting.task)).await.run("wc() { return 1; }").await;
    let failure = failure(sample, &execution).await;
    assert_eq!((&*failure.0, &*failure.1), ("Count.Failed", "See the logs of the container"));
}

/// A container that was started, as far as its environment goes.
struct Container<'a> {
    sample: &'a Sample,
    task: String,
    environment: Vec<(String, String)>,
}

impl<'a> Container<'a> {
    /// The one that runs beside this one.
    async fn beside(sample: &'a Sample, other: Option<&str>) -> Self {
        let (region, cluster) = (sample.bridge.region(), resource(sample, "CountCluster"));
        let task = some(async || {
            let tasks = text(region, &["ecs", "list-tasks", "--cluster", cluster, "--query", "taskArns"]).await;
            tasks.split_whitespace().find(|task| Some(*task) != other).map(str::to_owned)
        });
        let task = task.await;
        let given = "tasks[0].overrides.containerOverrides[0].environment[].[name, value]";
        let words = ["ecs", "describe-tasks", "--cluster", cluster, "--tasks", &task, "--query", given];
        let environment = text(region, &words).await;
        let variable = |line: &str| line.split_once('\t').map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { sample, task, environment: environment.lines().filter_map(variable).collect() }
    }

    /// Runs its command behind these lines, in a shell with the same environment.
    async fn run(&self, before: &str) {
        let definition = resource(self.sample, "CountTask");
        let command = "taskDefinition.containerDefinitions[0].command[0]";
        let words = ["ecs", "describe-task-definition", "--task-definition", definition, "--query", command];
        let command = text(self.sample.bridge.region(), &words).await;
        let folder = tempfile::tempdir().unwrap();
        let command = command.replace("/tmp/", &format!("{}/", folder.path().display()));
        let environment: Vec<_> = self.environment.iter().map(|(name, value)| (&**name, &**value)).collect();
        paste(self.sample, &format!("{before}\n{command}"), &environment).await;
    }
}

fn resource<'a>(sample: &'a Sample, logical_id: &str) -> &'a str {
    sample.bridge.description().resources[logical_id].as_deref().unwrap()
}
