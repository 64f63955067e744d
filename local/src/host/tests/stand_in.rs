//! The function of the tests: this very test binary, started by a script that selects one ignored test.
//!
//! So nothing has to be built beside the tests, and what speaks to the host is the runtime that functions use.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};

use crate::{FunctionSpec, SessionCredentials, Transcript};

/// Writes a script that runs one ignored test of this binary.
pub(super) fn script(folder: &Path, name: &str, test: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    let this = std::env::current_exe().unwrap();
    let run = format!("#!/bin/sh\nexec '{}' --exact host::tests::{test} --ignored --nocapture\n", this.display());
    std::fs::write(&path, run).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    path
}

/// The function `work-ABC` that runs [`function`].
pub(crate) fn spec(folder: &Path, transcript: &Transcript) -> FunctionSpec {
    FunctionSpec {
        name: "work-ABC".to_owned(),
        label: "work".to_owned(),
        arn: "arn:aws:lambda:us-east-1:123456789012:function:work-ABC".to_owned(),
        binary: script(folder, "work", "stand_in::function"),
        timeout: Duration::from_mins(1),
        memory_mb: 128,
        handler: "bootstrap".to_owned(),
        environment: BTreeMap::new(),
        credentials: SessionCredentials {
            access_key_id: "ASIAQAAAAAAAWORK0000".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: "session".to_owned(),
        },
        endpoint: None,
        log_level: "INFO".to_owned(),
        concurrency: 5,
        transcript: transcript.clone(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the configuration of a stand-in, and how it knows that it is one")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[test]
#[ignore = "is not a test, but the function that the others invoke"]
fn function() {
    let Some(runtime_api) = variable("AWS_LAMBDA_RUNTIME_API") else { return };
    match variable("STAND_IN").as_deref() {
        Some("exit") => std::process::exit(3),
        Some("init-error") => report_init_error(&runtime_api),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(lambda_runtime::run(service_fn(handle))).unwrap();
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let (event, context) = event.into_parts();
    // A request to an API has it in its query.
    match event["do"].as_str().or(event["queryStringParameters"]["do"].as_str()) {
        Some("fail") => Err(Diagnostic { error_type: "Own.Error".to_owned(), error_message: "as asked".to_owned() }),
        Some("exit") => std::process::exit(7),
        Some("hang") => {
            println!("\nhanging");
            std::future::pending().await
        }
        Some("print") => {
            println!("{}", event["text"].as_str().unwrap());
            Ok(Value::Null)
        }
        Some("echo") => Ok(json!({
            "statusCode": 202,
            "headers": { "content-type": "application/json", "x-method": event["requestContext"]["http"]["method"] },
            "cookies": ["seen=1", "by=us"],
            "body": event.to_string(),
        })),
        Some("misspeak") => Ok(json!({ "statusCode": "fine" })),
        Some("hold") => {
            // Whoever listens there learns from the end of the connection that this process has ended.
            std::mem::forget(TcpStream::connect(event["address"].as_str().unwrap()).unwrap());
            Ok(Value::Null)
        }
        Some("wait") => {
            // Until whoever listens there closes the connection.
            let mut stream = TcpStream::connect(event["address"].as_str().unwrap()).unwrap();
            std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
            Ok(json!({ "stage": variable("STAGE") }))
        }
        _ => Ok(json!({
            "stage": variable("STAGE"),
            "process": std::process::id(),
            "request_id": context.request_id,
            "function": context.env_config.function_name,
            "arn": context.invoked_function_arn,
            "left_ms": u64::try_from(context.deadline().elapsed().unwrap_err().duration().as_millis()).unwrap(),
        })),
    }
}

fn report_init_error(runtime_api: &str) {
    let (address, prefix) = runtime_api.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let body = r#"{"errorType": "Config.Missing", "errorMessage": "BRIDGE_TABLE is missing"}"#;
    let mut stream = TcpStream::connect(address).unwrap();
    let path = format!("/{prefix}/2018-06-01/runtime/init/error");
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .unwrap();
    std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
    std::process::exit(1);
}
