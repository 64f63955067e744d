//! A template becomes a stack in the local AWS.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

use super::{LocalAws, StackDescription, module};
use crate::children::Process;

/// The source of its lines in the transcript.
const SOURCE: &str = "local-aws.deploy";

/// A process that deploys one stack after another: to start Python and to import what it needs takes longer than to deploy.
///
/// It is killed when it is dropped, and ends with its standard input when this process is killed.
pub(super) struct Deployer {
    process: Process,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What is asked of it, in a line.
#[derive(Serialize)]
struct Request<'a> {
    template: &'a Path,
    stack: &'a str,
    parameters: BTreeMap<&'a str, &'a str>,
    api_endpoint: Option<&'a str>,
}

/// What it says to that, in a line.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Description(Box<StackDescription>),
    /// The lines of the error.
    Reasons(Vec<String>),
}

impl Deployer {
    fn start(aws: &LocalAws) -> anyhow::Result<Self> {
        let mut command = module(&aws.python, "local_aws.deployer", Some(&aws.endpoint));
        command.args(["--endpoint", &aws.endpoint]).stdin(Stdio::piped());
        let (mut process, answers) = Process::spawn_answering(command, SOURCE, &aws.transcript)?;
        let requests = process.take_stdin().context("the process that deploys has no standard input")?;
        Ok(Self { process, requests, answers: BufReader::new(answers) })
    }

    /// The line that answers a line; none if the process has ended, which is all that can go wrong with its pipes.
    async fn answer(&mut self, request: &str) -> Option<String> {
        self.requests.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).await.ok()?;
        answer.ends_with('\n').then_some(answer)
    }
}

pub(super) async fn deploy(
    aws: &LocalAws,
    template: &Path,
    stack: &str,
    parameters: &[(String, String)],
    api_endpoint: Option<&str>,
) -> anyhow::Result<StackDescription> {
    let template = &std::path::absolute(template)?;
    let parameters = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let request = serde_json::to_string(&Request { template, stack, parameters, api_endpoint })? + "\n";

    let mut idle = aws.deploying.lock().await;
    let mut printed = aws.transcript.tail();
    // Whoever stops waiting for a deployment drops its process, and not only the answer, which the next one would get.
    let mut deployer = match idle.take().filter(|deployer| !deployer.process.has_exited()) {
        Some(deployer) => deployer,
        None => Deployer::start(aws)?,
    };
    let failed = format!("{} could not be deployed as {stack}", template.display());
    let Some(answer) = deployer.answer(&request).await else {
        let status = deployer.process.exited().await;
        let printed = std::iter::from_fn(|| printed.try_next()).filter(|line| &*line.source == SOURCE);
        let last: Vec<_> = printed.map(|line| line.text).collect();
        bail!("{failed}: the process that deploys has ended ({status}):\n{}", last.join("\n"));
    };
    let answer = serde_json::from_str(&answer).with_context(|| format!("the description of stack {stack}"))?;
    *idle = Some(deployer);
    match answer {
        Answer::Description(description) => {
            complete(&description)?;
            Ok(*description)
        }
        Answer::Reasons(reasons) => {
            for line in &reasons {
                aws.transcript.append(SOURCE, line);
            }
            bail!("{failed}:\n{}", reasons.join("\n"))
        }
    }
}

/// Nothing that a template asks for may silently be missing. (What has no effect here is not in this list.)
fn complete(description: &StackDescription) -> anyhow::Result<()> {
    let missing = &description.not_created;
    if !missing.is_empty() {
        bail!(
            "stack {} lacks resources whose types moto's CloudFormation does not know: {}",
            description.stack,
            missing.join(", ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::local_aws::tests::stand_in;
    use crate::transcript::Transcript;

    const SOON: Duration = Duration::from_secs(10);

    /// A local AWS that does nothing; `script` is the process that deploys, in which `answer NAME` answers with a description.
    async fn local_aws(folder: &Path, script: &str, transcript: &Transcript) -> LocalAws {
        let script = format!(
            r#"cd {folder}
            if [ "$2" = local_aws ]; then
                echo "{{\"endpoint\": \"http://127.0.0.1:9\", \"pid\": $$}}"; trap 'exit 0' TERM; cat; exit 0
            fi
            echo "$@" > arguments
            answer() {{
                echo "{{\"description\": {{\"stack\": \"$1\", \"region\": \"here\", \"functions\": [], \"outputs\": {{}}, \"resources\": {{}}}}}}"
            }}
            {script}"#,
            folder = folder.display()
        );
        LocalAws::start(&stand_in(folder, &script), 0, None, None, transcript).await.unwrap()
    }

    async fn deployed(aws: &LocalAws, stack: &str) -> anyhow::Result<String> {
        let parameters = [("Stage".to_owned(), "trial".to_owned())];
        let deployment = aws.deploy(Path::new("/t.yaml"), stack, &parameters, Some("http://127.0.0.1:8"));
        tokio::time::timeout(SOON, deployment).await.expect("an answer").map(|description| description.stack)
    }

    #[tokio::test]
    async fn one_process_deploys_all_stacks_until_the_local_aws_stops() {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"while read -r request; do printf '%s\n' "$request" >> requests; answer $$; done"#;
        let aws = local_aws(folder.path(), script, &Transcript::new()).await;
        let first = deployed(&aws, "one").await.unwrap();
        assert_eq!(deployed(&aws, "two").await.unwrap(), first);
        let written = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(written("arguments"), "-m local_aws.deployer --endpoint http://127.0.0.1:9\n");
        let requests: Vec<serde_json::Value> =
            written("requests").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let request = |stack| {
            serde_json::json!({"template": "/t.yaml", "stack": stack, "parameters": {"Stage": "trial"},
                "api_endpoint": "http://127.0.0.1:8"})
        };
        assert_eq!(requests, [request("one"), request("two")]);
        aws.stop().await.unwrap();
        assert!(aws.deploying.lock().await.is_none());
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_template_is_told_and_the_process_stays() {
        let folder = tempfile::tempdir().unwrap();
        let script = r#"read -r request; echo '{"reasons": ["a line", "another"]}'; read -r request; answer fine"#;
        let transcript = Transcript::new();
        let aws = local_aws(folder.path(), script, &transcript).await;
        let error = deployed(&aws, "demo").await.unwrap_err().to_string();
        assert_eq!(error, "/t.yaml could not be deployed as demo:\na line\nanother");
        let told = transcript.lines().into_iter().map(|line| line.to_string()).filter(|line| line.starts_with(SOURCE));
        assert_eq!(told.collect::<Vec<_>>(), ["local-aws.deploy | a line", "local-aws.deploy | another"]);
        assert_eq!(deployed(&aws, "demo").await.unwrap(), "fine");
    }

    #[tokio::test]
    async fn a_process_that_ended_is_told_with_its_last_words_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let script = "read -r request; [ -e ended ] && answer fine && exec cat
            touch ended; echo some of an answer | tr -d '\\n'; echo no memory left >&2; exit 3";
        let transcript = Transcript::new();
        let aws = local_aws(folder.path(), script, &transcript).await;
        let error = deployed(&aws, "demo").await.unwrap_err().to_string();
        let expected = "/t.yaml could not be deployed as demo: the process that deploys has ended (exit status: 3):\n";
        assert_eq!(error, format!("{expected}no memory left"));
        assert!(transcript.contains("no memory left"));
        assert_eq!(deployed(&aws, "demo").await.unwrap(), "fine");
    }

    #[tokio::test]
    async fn the_answer_to_a_deployment_that_was_given_up_is_not_taken_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let script = "read -r request; [ -e begun ] && answer second && exec cat
            touch begun; echo begun >&2; read -r request; answer first; exec cat";
        let transcript = Transcript::new();
        let aws = local_aws(folder.path(), script, &transcript).await;
        let mut told = transcript.reader();
        tokio::select! {
            deployed = deployed(&aws, "first") => panic!("{deployed:?}"),
            begun = told.find(SOON, |line| line.text == "begun") => begun.unwrap(),
        };
        assert_eq!(deployed(&aws, "second").await.unwrap(), "second");
    }

    #[test]
    fn a_missing_resource_is_an_error_that_names_it() {
        let text = r#"{"stack": "demo", "region": "us-east-1", "functions": [], "outputs": {}, "resources": {},
            "left_out": ["WorkPermission"], "not_created": ["Dashboard"]}"#;
        let mut description: StackDescription = serde_json::from_str(text).unwrap();
        let error = complete(&description).unwrap_err().to_string();
        assert!(error.contains("Dashboard"), "{error}");
        description.not_created.clear();
        complete(&description).unwrap();
    }
}
