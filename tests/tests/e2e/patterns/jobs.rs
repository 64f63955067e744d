//! Jobs in containers. None is run here: the local AWS has one of Batch succeed, and whoever tests plays the one of ECS.

use callback_bridge_local::{LocalRegion, Sample, StackOptions};
use serde_json::json;

use super::{failure, output, start};
use crate::{
    bench::some,
    cli::{aws, paste},
};

/// With a network for jobs: that of the account.
pub(super) async fn with_a_network(region: &LocalRegion, stack: StackOptions) -> StackOptions {
    let subnet = text(region, &["ec2", "describe-subnets", "--query", "Subnets[0].SubnetId"]).await;
    let group = text(region, &["ec2", "describe-security-groups", "--query", "SecurityGroups[0].GroupId"]).await;
    stack.parameter("JobSubnetIds", subnet).parameter("JobSecurityGroupIds", group)
}

async fn text(region: &LocalRegion, words: &[&str]) -> String {
    aws(region, &[words, &["--output", "text"]].concat()).await.trim().to_owned()
}

pub(super) async fn a_job_of_batch_has_an_end(sample: &Sample) {
    let output = output(sample, &start(sample, "run-batch-job/good").await).await;
    assert_eq!(output["job"]["status"], "SUCCEEDED", "{output}");
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
