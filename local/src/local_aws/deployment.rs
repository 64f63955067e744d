//! A template becomes a stack in the local AWS.

use std::path::Path;

use anyhow::{Context, bail};

use super::{LocalAws, StackDescription, module};
use crate::children::Process;
use crate::transcript::Transcript;

/// The source of its lines in the transcript.
const SOURCE: &str = "local-aws.deploy";

pub(super) async fn deploy(
    aws: &LocalAws,
    template: &Path,
    stack: &str,
    parameters: &[(String, String)],
    api_endpoint: Option<&str>,
) -> anyhow::Result<StackDescription> {
    let template = std::path::absolute(template)?;
    let folder = tempfile::tempdir()?;
    let output = folder.path().join("stack.json");
    let mut command = module(&aws.python, "local_aws.deploy", Some(&aws.endpoint));
    command.arg(&template).args(["--endpoint", &aws.endpoint, "--stack", stack]).arg("--output").arg(&output);
    if let Some(url) = api_endpoint {
        command.args(["--api-endpoint", url]);
    }
    for (name, value) in parameters {
        command.arg("--parameter").arg(format!("{name}={value}"));
    }
    // It also prints the description, which is long and has the functions' variables in it: only errors are of interest.
    let printed = Transcript::new();
    let status = Process::spawn(command, SOURCE, &printed)?.exited().await;
    if !status.success() {
        let mut last = Vec::new();
        for line in printed.lines() {
            aws.transcript.append_line(line.clone());
            last.push(line.text);
        }
        bail!("{} could not be deployed as {stack} ({status}):\n{}", template.display(), last.join("\n"));
    }
    let text = std::fs::read(&output)?;
    let description = StackDescription::parse(&text).with_context(|| format!("the description of stack {stack}"))?;
    complete(&description)?;
    Ok(description)
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
    use super::*;

    #[test]
    fn a_missing_resource_is_an_error_that_names_it() {
        let text = r#"{"stack": "demo", "region": "us-east-1", "functions": [], "outputs": {}, "resources": {},
            "left_out": ["WorkPermission"], "not_created": ["Dashboard"]}"#;
        let mut description = StackDescription::parse(text.as_bytes()).unwrap();
        let error = complete(&description).unwrap_err().to_string();
        assert!(error.contains("Dashboard"), "{error}");
        description.not_created.clear();
        complete(&description).unwrap();
    }
}
