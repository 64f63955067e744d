//! What becomes of functions when the process that hosts them is killed.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::stand_in::{script, variable};
use super::{SOON, answer, room};
use crate::{Process, Transcript, command};

#[tokio::test]
async fn a_stopped_process_does_not_outlive_a_host_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut host = command(script(folder.path(), "host", "after_us::host"), None);
    host.env("HOLD", listener.local_addr().unwrap().to_string());
    let transcript = Transcript::new();
    let host = Process::spawn(host, "host", &transcript).unwrap();
    transcript.reader().find(SOON, |line| line.text == "the function is stopped").await.unwrap();

    let (mut held, _) = tokio::time::timeout(SOON, listener.accept()).await.unwrap().unwrap();
    host.signal(Signal::KILL);
    let end = tokio::time::timeout(SOON, held.read(&mut [0])).await.unwrap();
    assert!(matches!(end, Ok(0) | Err(_)), "the function's process has ended");
}

#[test]
#[ignore = "is not a test, but the host that the other test kills"]
fn host() {
    let Some(address) = variable("HOLD") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let room = room().await;
        answer(&room.invoke(json!({"do": "hold", "address": address})).await);
        println!("\nthe function is stopped");
        tokio::time::sleep(Duration::from_mins(10)).await;
    });
}
