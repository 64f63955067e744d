//! What is known of a function before it runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;

use crate::local_aws::{FunctionDescription, SessionCredentials};
use crate::transcript::Transcript;

/// How many invocations of a function run at once, when it has no reserved concurrency.
///
/// AWS allows an account 1,000; each is a process, and a laptop has fewer cores.
const CONCURRENCY: usize = 20;

/// A function as the host runs it.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    /// Its name in AWS.
    pub name: String,
    /// The name of its binary, for people and in the transcript.
    pub label: String,
    /// Its ARN.
    pub arn: String,
    /// The binary.
    pub binary: PathBuf,
    /// How long an invocation may take.
    pub timeout: Duration,
    /// Told to the function, not enforced.
    pub memory_mb: u32,
    /// Told to the function.
    pub handler: String,
    /// The variables that its stack gives it.
    pub environment: BTreeMap<String, String>,
    /// A session of its role.
    pub credentials: SessionCredentials,
    /// The local AWS that it talks to.
    pub endpoint: Option<String>,
    /// `AWS_LAMBDA_LOG_LEVEL`.
    pub log_level: String,
    /// How many invocations run at once; further ones are throttled.
    pub concurrency: usize,
    /// Where its output goes.
    pub transcript: Transcript,
}

impl FunctionSpec {
    /// The function of a stack, with the binary that belongs to its logical id.
    ///
    /// # Errors
    /// If the build directory does not have that binary.
    pub fn new(function: &FunctionDescription, build_dir: &Path, transcript: &Transcript) -> anyhow::Result<Self> {
        let label = binary_name(&function.id);
        let binary = std::path::absolute(build_dir)?.join(&label);
        if !binary.is_file() {
            bail!(
                "function {} needs the binary {}, which is not there: run `cargo build --workspace` first",
                function.id,
                binary.display()
            );
        }
        let log_level = function.logging.application_log_level.clone().unwrap_or_else(|| "INFO".to_owned());
        Ok(Self {
            name: function.name.clone(),
            label,
            arn: function.arn.clone(),
            binary,
            timeout: Duration::from_secs(function.timeout),
            memory_mb: function.memory,
            handler: function.handler.clone().unwrap_or_else(|| "bootstrap".to_owned()),
            environment: function.environment.clone(),
            credentials: function.credentials.clone(),
            endpoint: None,
            log_level,
            concurrency: function.reserved_concurrency.unwrap_or(CONCURRENCY),
            transcript: transcript.clone(),
        })
    }
}

/// The binary of a function by convention: `CheckCreditFunction` is run by `check-credit`.
#[must_use]
pub fn binary_name(logical_id: &str) -> String {
    let stem = logical_id.strip_suffix("Function").filter(|stem| !stem.is_empty()).unwrap_or(logical_id);
    let mut name = String::with_capacity(stem.len() + 4);
    for character in stem.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logical_id_names_the_binary() {
        let names = [
            ("CheckCreditFunction", "check-credit"),
            ("FailDeadLettersFunction", "fail-dead-letters"),
            ("CreateCallbackUrlsFunction", "create-callback-urls"),
            ("Worker", "worker"),
            ("Function", "function"),
        ];
        for (logical_id, binary) in names {
            assert_eq!(binary_name(logical_id), binary);
        }
    }

    #[test]
    fn a_missing_binary_says_what_to_do() {
        let text = include_str!("../local_aws/description.json");
        let stack: crate::StackDescription = serde_json::from_str(text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let error = FunctionSpec::new(&stack.functions[0], folder.path(), &Transcript::new()).unwrap_err().to_string();
        assert!(error.contains("cargo build --workspace") && error.contains("worker"), "{error}");

        std::fs::write(folder.path().join("worker"), "").unwrap();
        let spec = FunctionSpec::new(&stack.functions[0], folder.path(), &Transcript::new()).unwrap();
        assert_eq!((spec.label.as_str(), spec.log_level.as_str(), spec.concurrency), ("worker", "DEBUG", 5));
    }
}
