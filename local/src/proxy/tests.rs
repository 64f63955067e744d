//! A proxy in front of a small service, called byte by byte.

use std::{io, time::Duration};

use axum::{Router, extract::Request, response::IntoResponse};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

const SOON: Duration = Duration::from_secs(10);

struct Room {
    proxy: Proxy,
    door: String,
    /// What came to the service: the head of a call in `Debug`, and its body.
    seen: Journal<String>,
    service: tokio::task::JoinHandle<()>,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.service.abort();
    }
}

/// The service sees each call and then waits as long as its path says, in seconds. `/refuse` it refuses.
async fn room() -> Room {
    let seen: Journal<String> = Journal::default();
    let journal = seen.clone();
    let service = Router::new().fallback(async move |call: Request| {
        let (head, body) = call.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        journal.append(format!("{} {} {:?} {}", head.method, head.uri, head.headers, str::from_utf8(&body).unwrap()));
        if head.uri.path() == "/refuse" {
            let refusal = r#"{"__type": "com.amazonaws.swf.service.v2.model#TaskTimedOut"}"#;
            return (axum::http::StatusCode::BAD_REQUEST, refusal).into_response();
        }
        let seconds = head.uri.path()[1..].parse().unwrap_or(0);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        ([("x-of-the-service", "yes")], "as you say").into_response()
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut proxy = Proxy::new(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let service = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    let door = proxy.open(None).await.unwrap();
    Room { proxy, door: door.strip_prefix("http://").unwrap().to_owned(), seen, service }
}

impl Room {
    async fn send(&self, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.door).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n{headers}", body.len());
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        stream
    }

    /// Calls with a task token, in Step Functions' protocol.
    async fn answer(&self, token: &str) -> TcpStream {
        let headers = "host: x\r\nx-amz-target: AWSStepFunctions.SendTaskSuccess\r\n\
                       content-type: application/x-amz-json-1.0\r\n";
        self.send("/", headers, &format!(r#"{{"taskToken": "{token}"}}"#)).await
    }

    fn events(&self) -> Vec<CallEvent> {
        self.proxy.calls().items().into_iter().map(|call| call.what).collect()
    }

    async fn wait_for(&self, what: CallEvent) {
        self.proxy.calls().reader().find(SOON, |call| call.what == what).await.unwrap();
    }
}

/// The whole reply, or how the connection broke.
async fn reply(mut stream: TcpStream) -> io::Result<String> {
    let mut reply = String::new();
    tokio::time::timeout(SOON, stream.read_to_string(&mut reply)).await.expect("a reply, or the end")?;
    Ok(reply)
}

const OK: CallEvent = CallEvent::Replied { status: 200, error: None };

#[tokio::test]
async fn a_call_and_its_reply_go_through_unchanged() {
    let room = room().await;
    let headers = "host: sqs.us-east-1.amazonaws.com\r\nauthorization: AWS4-HMAC-SHA256 Signature=abc\r\n";
    let reply = reply(room.send("/a/../b%20c?d=e&f", headers, "a body").await).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n") && reply.ends_with("\r\n\r\nas you say"), "{reply}");
    assert!(reply.contains("x-of-the-service: yes"), "{reply}");
    let seen = room.seen.items().remove(0);
    assert!(seen.starts_with("POST /a/../b%20c?d=e&f ") && seen.ends_with(" a body"), "{seen}");
    for kept in ["\"sqs.us-east-1.amazonaws.com\"", "\"AWS4-HMAC-SHA256 Signature=abc\"", "\"content-length\": \"6\""] {
        assert!(seen.contains(kept), "{kept} in {seen}");
    }
}

#[tokio::test]
async fn a_call_is_named_and_its_token_is_not() {
    let room = room().await;
    reply(room.answer("abc").await).await.unwrap();
    let form = "host: x\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    reply(room.send("/", form, "Version=2012-11-05&Action=SendMessage").await).await.unwrap();
    reply(room.send("/refuse", "host: x\r\n", "").await).await.unwrap();
    let calls = room.proxy.calls().items();
    let operations: Vec<_> = calls.iter().map(|call| &*call.operation).collect();
    assert_eq!(operations, ["SendTaskSuccess", "SendTaskSuccess", "SendMessage", "SendMessage", "/refuse", "/refuse"]);
    let known = callback_bridge::TaskToken::new("abc").unwrap().attempt_id();
    assert_eq!(calls[0].attempt, Some(known));
    assert_eq!(
        calls.iter().map(Call::is_accepted_answer).collect::<Vec<_>>(),
        [false, true, false, false, false, false]
    );
    assert_eq!(calls[5].what, CallEvent::Replied { status: 400, error: Some("TaskTimedOut".to_owned()) });
    assert!(!format!("{calls:?}").contains("\"abc\""), "{calls:?}");
}

#[tokio::test]
async fn a_refused_call_is_not_carried_out_and_says_why_in_its_own_protocol() {
    let room = room().await;
    room.proxy.faults().inject("SendTaskSuccess", CallFault::throttle());
    let refused = reply(room.answer("abc").await).await.unwrap();
    assert!(refused.starts_with("HTTP/1.1 400") && refused.contains("#ThrottlingException\""), "{refused}");
    assert!(refused.contains("content-type: application/x-amz-json-1.0"), "{refused}");
    assert_eq!(room.events(), [CallEvent::Came, CallEvent::Struck(CallFault::throttle())]);
    assert!(room.seen.items().is_empty());
    assert!(reply(room.answer("abc").await).await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_reset_loses_the_call_or_the_reply() {
    let room = room().await;
    for (fault, carried_out) in [(CallFault::ResetBeforeCall, 0), (CallFault::ResetBeforeReply, 1)] {
        room.proxy.faults().inject("SendTaskSuccess", fault.clone());
        let broken = reply(room.answer("abc").await).await.unwrap_err();
        assert_eq!(broken.kind(), io::ErrorKind::ConnectionReset, "{fault:?}");
        assert_eq!(room.seen.items().len(), carried_out, "{fault:?}");
    }
    assert_eq!(room.events().last(), Some(&OK));
}

#[tokio::test]
async fn a_reply_is_held_back_until_the_fault_is_taken_back() {
    let room = room().await;
    let held = room.proxy.faults().inject_lasting("SendTaskSuccess", CallFault::HoldReply);
    let caller = room.answer("abc").await;
    room.wait_for(CallEvent::Held).await;
    assert_eq!(room.events().last(), Some(&CallEvent::Held));
    held.take_back();
    assert!(reply(caller).await.unwrap().ends_with("as you say"));
    assert_eq!(room.events().last(), Some(&CallEvent::LetGo));
}

#[tokio::test]
async fn a_call_is_carried_out_and_told_of_when_its_caller_is_gone() {
    let mut room = room().await;
    let caller = room.send("/1", "host: x\r\n", "").await;
    room.seen.reader().find(SOON, |_| true).await.unwrap();
    drop(caller);
    room.proxy.stop().await.unwrap();
    assert_eq!(room.events(), [CallEvent::Came, OK]);
}

#[tokio::test]
async fn without_a_service_a_call_ends_with_a_reset() {
    let room = room().await;
    room.service.abort();
    let mut unanswered = reply(room.answer("abc").await).await;
    while unanswered.is_ok() {
        unanswered = reply(room.answer("abc").await).await; // until the service has gone
    }
    assert_eq!(unanswered.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(room.events().last(), Some(&CallEvent::Unanswered));
}

#[test]
fn what_is_no_whole_service_is_refused() {
    for url in ["https://127.0.0.1:1/", "http://127.0.0.1:1/path", "127.0.0.1:1"] {
        assert!(Proxy::new(url).is_err(), "{url}");
    }
}
