//! One call and its reply.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use hyper::{Request, Response, body::Incoming, header::CONTENT_TYPE, http::request::Parts};
use serde_json::json;

use super::call::{Call, CallEvent, error_code};
use super::door::Reset;
use super::{CallFault, Caller, Shared, upstream};

/// Passes a call on and its reply back, unless a fault strikes it.
pub(super) async fn exchange(
    shared: &Arc<Shared>,
    caller: Option<&Caller>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Reset> {
    let (head, body) = request.into_parts();
    let body = to_bytes(Body::new(body), usize::MAX).await.map_err(|_cut_off| Reset)?;
    let call = Call::coming(caller.map(Caller::name), &head, &body);
    shared.calls.append(call.clone());
    // Any of them may strike; at which point is below.
    let Some(strike) = shared.faults.strike(&call.operation, |_| true) else {
        return pass_on(shared, call, head, body).await;
    };
    shared.calls.append(call.then(CallEvent::Struck(strike.fault.clone())));
    match strike.fault {
        CallFault::Refuse { status, code } => refusal(&head, status, code),
        CallFault::ResetBeforeCall => Err(Reset),
        CallFault::KillBeforeCall => kill(caller).await,
        CallFault::ResetBeforeReply => {
            pass_on(shared, call, head, body).await?;
            Err(Reset)
        }
        CallFault::KillBeforeReply => {
            pass_on(shared, call, head, body).await?;
            kill(caller).await
        }
        CallFault::SlowReply(time) => {
            let reply = pass_on(shared, call, head, body).await?;
            tokio::time::sleep(time).await;
            Ok(reply)
        }
        CallFault::HoldReply => {
            let reply = pass_on(shared, call.clone(), head, body).await?;
            shared.calls.append(call.then(CallEvent::Held));
            strike.taken_back().await;
            shared.calls.append(call.then(CallEvent::LetGo));
            Ok(reply)
        }
    }
}

/// Passes a call on. That goes on when the caller is gone: the service carries the call out all the same, and the journal
/// has to know.
async fn pass_on(shared: &Arc<Shared>, call: Call, head: Parts, body: Bytes) -> Result<Response<Body>, Reset> {
    let (shared, under_way) = (Arc::clone(shared), shared.under_way.subscribe());
    let passed_on = tokio::spawn(async move {
        let reply = upstream::send(&shared.upstream, Request::from_parts(head, Body::from(body))).await;
        let what = match &reply {
            Ok(reply) if reply.status().is_success() => replied(reply, None),
            Ok(reply) => replied(reply, error_code(reply.body())),
            Err(error) => {
                tracing::warn!(%error, upstream = shared.upstream, "the service behind the proxy did not reply");
                CallEvent::Unanswered
            }
        };
        shared.calls.append(call.then(what));
        drop(under_way);
        reply
    });
    match passed_on.await {
        Ok(Ok(reply)) => Ok(reply.map(Body::from)),
        Ok(Err(_)) | Err(_) => Err(Reset),
    }
}

fn replied(reply: &Response<Bytes>, error: Option<String>) -> CallEvent {
    CallEvent::Replied { status: reply.status().as_u16(), error }
}

/// A killed caller gets no reply, not even the end of its connection: that ends with the caller.
async fn kill(caller: Option<&Caller>) -> Result<Response<Body>, Reset> {
    if caller.is_some_and(|caller| caller.kill() > 0) {
        return std::future::pending().await;
    }
    tracing::warn!("nobody at work is known who could be killed");
    Err(Reset)
}

/// A refusal in the JSON protocol that the call was made in.
fn refusal(head: &Parts, status: u16, code: &str) -> Result<Response<Body>, Reset> {
    let mut reply = Response::builder().status(status);
    if let Some(protocol) = head.headers.get(CONTENT_TYPE) {
        reply = reply.header(CONTENT_TYPE, protocol);
    }
    let body = json!({ "__type": code, "message": "a fault was injected" });
    reply.body(Body::from(body.to_string())).map_err(|_no_status| Reset)
}
