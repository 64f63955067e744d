//! What the local AWS sees.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{LambdaHost, room};

/// Posts to the host and returns the whole answer, headers in lower case.
async fn post(host: &LambdaHost, function: &str, body: &Value) -> String {
    let address = host.url().strip_prefix("http://").unwrap();
    let (path, body) = (format!("/2015-03-31/functions/{function}/invocations"), body.to_string());
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}", body.len());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn an_invocation_answers_as_lambda_does() {
    let room = room().await;
    let fine = post(&room.host, "work-ABC", &json!({"do": "tell"})).await;
    assert!(fine.starts_with("HTTP/1.1 200") && fine.contains("work-ABC"), "{fine}");
    assert!(!fine.contains("x-amz-function-error"), "{fine}");

    let failed = post(&room.host, "work-ABC", &json!({"do": "fail"})).await;
    assert!(failed.starts_with("HTTP/1.1 200") && failed.contains("Own.Error"), "{failed}");
    assert!(failed.contains("x-amz-function-error: Unhandled"), "{failed}");

    let unknown = post(&room.host, "nobody", &json!({})).await;
    assert!(unknown.starts_with("HTTP/1.1 404") && unknown.contains("ResourceNotFoundException"), "{unknown}");
}
