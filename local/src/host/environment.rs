//! The variables that a function finds.

use std::ffi::OsString;

use super::FunctionSpec;
use crate::children::isolated_environment;

/// All that a function gets from the machine it runs on: a program needs them to be found and to find things.
///
/// In AWS there is no more than that either: a function must not work because of what happens to be set in a shell.
const FROM_THE_MACHINE: [&str; 8] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "RUST_BACKTRACE",
    // Where a binary that was built for coverage writes what was covered.
    "LLVM_PROFILE_FILE",
];

/// The variables of a function's process:
/// [Lambda's own](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime),
/// those of its stack, and `runtime_api`, where it asks for work.
pub(super) fn environment(
    parent: impl IntoIterator<Item = (OsString, OsString)>,
    spec: &FunctionSpec,
    runtime_api: &str,
) -> Vec<(OsString, OsString)> {
    let machine = parent.into_iter().filter(|(name, _)| FROM_THE_MACHINE.iter().any(|kept| name == kept));
    let stack = spec.environment.iter().map(|(name, value)| (name.into(), value.into()));
    let mut variables = isolated_environment(machine.chain(stack), spec.endpoint.as_deref());
    let root = spec.binary.parent().map_or_else(OsString::new, |folder| folder.as_os_str().to_owned());
    let memory = spec.memory_mb.to_string();
    let log_group = format!("/aws/lambda/{}", spec.name);
    let credentials = &spec.credentials;
    let lambdas = [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key),
        ("AWS_SESSION_TOKEN", &credentials.session_token),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ("AWS_LAMBDA_LOG_LEVEL", &spec.log_level),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("_HANDLER", &spec.handler),
        ("TZ", ":UTC"),
    ];
    variables.extend(lambdas.map(|(name, value)| (name.into(), value.into())));
    variables.push(("LAMBDA_TASK_ROOT".into(), root));
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_gets_what_its_stack_says_and_nothing_from_the_shell() {
        let stack: crate::StackDescription =
            serde_json::from_str(include_str!("../local_aws/description.json")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("worker"), "").unwrap();
        let mut spec = FunctionSpec::new(&stack.functions[0], folder.path(), &crate::Transcript::new()).unwrap();
        spec.endpoint = Some("http://127.0.0.1:4".to_owned());
        spec.environment.insert("AWS_ENDPOINT_URL_SQS".to_owned(), "https://sqs.us-east-1.amazonaws.com".to_owned());

        let parent = [
            ("PATH", "/bin"),
            ("BRIDGE_SECRET", "mine"),
            ("RUST_LOG", "trace"),
            ("AWS_PROFILE", "real"),
            ("AWS_SESSION_TOKEN", "real"),
        ]
        .map(|(name, value)| (name.into(), value.into()));
        let seen: std::collections::BTreeMap<_, _> =
            environment(parent, &spec, "http://127.0.0.1:5/sandbox/1").into_iter().collect();
        let value = |name: &str| seen.get(&OsString::from(name)).and_then(|value| value.to_str());
        assert_eq!(value("PATH"), Some("/bin"));
        assert_eq!(value("STAGE"), Some("test"));
        assert_eq!(value("AWS_ENDPOINT_URL"), Some("http://127.0.0.1:4"));
        assert_eq!(value("AWS_LAMBDA_RUNTIME_API"), Some("http://127.0.0.1:5/sandbox/1"));
        assert_eq!(value("AWS_LAMBDA_LOG_LEVEL"), Some("DEBUG"));
        assert_eq!(value("AWS_ACCESS_KEY_ID"), Some("ASIAQAAAAAAAWORKER00"));
        assert_eq!(value("AWS_SECRET_ACCESS_KEY"), Some("the secret key of Worker"));
        assert_eq!(value("AWS_SESSION_TOKEN"), Some("the session token of Worker"));
        for absent in ["BRIDGE_SECRET", "RUST_LOG", "AWS_PROFILE", "AWS_ENDPOINT_URL_SQS"] {
            assert_eq!(value(absent), None, "{absent}");
        }
    }
}
