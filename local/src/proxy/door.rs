//! Where calls come in.

use std::{fmt, sync::Arc};

use axum::serve::Listener;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{Caller, Shared, exchange::exchange};

/// What a call ends with that gets no reply: its connection is reset.
#[derive(Debug)]
pub(super) struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is reset")
    }
}

impl std::error::Error for Reset {}

/// Serves a door until it is dropped, and all connections with it.
pub(super) async fn serve(mut listener: TcpListener, shared: Arc<Shared>, caller: Option<Caller>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = Listener::accept(&mut listener).await;
        connections.spawn(connection(stream, Arc::clone(&shared), caller.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, caller: Option<Caller>) {
    let service = service_fn(|request| exchange(&shared, caller.as_ref(), request));
    // The date is a header that the service has to set.
    let mut connection = http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
    if (&mut connection).await.is_err() {
        // Without this, the end of the connection would look as if the service had closed it in order. If it can't be set,
        // the caller is gone already.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}
