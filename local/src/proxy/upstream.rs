//! How a call reaches the service.

use axum::body::{Body, Bytes, to_bytes};
use hyper::{Request, Response, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

/// Sends a call and reads the whole reply. It has a connection of its own: a service that closes one after its reply can't
/// fail the next call by that.
pub(super) async fn send(upstream: &str, call: Request<Body>) -> anyhow::Result<Response<Bytes>> {
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // The connection ends with this set when the reply is there.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let (head, body) = sender.send_request(call).await?.into_parts();
    Ok(Response::from_parts(head, to_bytes(Body::new(body), usize::MAX).await?))
}
