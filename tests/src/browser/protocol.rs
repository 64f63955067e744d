//! The [protocol](https://chromedevtools.github.io/devtools-protocol/) of the browser over its debugging pipe: JSON in
//! both directions, each message ended by a zero byte.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context, bail};
use callback_bridge_local::{Journal, Reader};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::oneshot,
    time::timeout,
};

use super::DEADLINE;

/// Something that happened in the browser.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// In which tab; that of a tab is its session.
    pub(super) session: Option<String>,
    /// What, such as `Page.lifecycleEvent`.
    pub(super) method: String,
    pub(super) params: Value,
}

/// A connection to a browser; clones share it. It ends when the last of them is dropped.
#[derive(Debug, Clone)]
pub(super) struct Protocol {
    writer: Arc<tokio::sync::Mutex<OwnedWriteHalf>>,
    last_id: Arc<AtomicU64>,
    calls: Calls,
    events: Journal<Event>,
}

/// Calls without an answer so far; none any more when the browser has gone.
#[derive(Debug, Clone)]
struct Calls(Arc<Mutex<Option<Waiting>>>);

/// Who waits for an answer, by the ids of the calls.
type Waiting = HashMap<u64, oneshot::Sender<Value>>;

impl Protocol {
    pub(super) fn over(socket: UnixStream) -> Self {
        let (reader, writer) = socket.into_split();
        let calls = Calls(Arc::new(Mutex::new(Some(HashMap::new()))));
        let events = Journal::default();
        tokio::spawn(read(reader, calls.clone(), events.clone()));
        Self { writer: Arc::new(writer.into()), last_id: Arc::default(), calls, events }
    }

    /// Calls a method of a session, or of the browser, and waits for its result.
    pub(super) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> anyhow::Result<Value> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let answer = self.calls.register(id).context("the browser has gone")?;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let bytes = format!("{message}\0");
        self.writer.lock().await.write_all(bytes.as_bytes()).await.context("the browser has gone")?;
        let answer = timeout(DEADLINE, answer).await.with_context(|| format!("{method} takes too long"))?;
        let mut answer = answer.with_context(|| format!("the browser went away during {method}"))?;
        if !answer["error"].is_null() {
            bail!("{method}: {}", answer["error"]);
        }
        Ok(answer["result"].take())
    }

    /// Everything that has happened so far.
    pub(super) fn events(&self) -> Vec<Event> {
        self.events.items()
    }

    /// Everything that happens, from the beginning.
    pub(super) fn reader(&self) -> Reader<Event> {
        self.events.reader()
    }

    /// Everything that happens from now on.
    pub(super) fn tail(&self) -> Reader<Event> {
        self.events.tail()
    }
}

impl Calls {
    fn register(&self, id: u64) -> Option<oneshot::Receiver<Value>> {
        let (answer, answered) = oneshot::channel();
        self.lock().as_mut()?.insert(id, answer);
        Some(answered)
    }

    fn answer(&self, id: u64, message: Value) {
        if let Some(waiting) = self.lock().as_mut().and_then(|calls| calls.remove(&id)) {
            let _nobody_waits_any_more = waiting.send(message);
        }
    }

    fn end(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands answers to who waits for them and keeps the events, until the browser goes away.
async fn read(reader: OwnedReadHalf, calls: Calls, events: Journal<Event>) {
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(0, &mut bytes).await.is_ok_and(|length| length > 0) {
        let message = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
        let Ok(mut message) = serde_json::from_slice::<Value>(message) else { break };
        bytes.clear();
        if let Some(id) = message["id"].as_u64() {
            calls.answer(id, message);
        } else if let Some(method) = message["method"].as_str().map(str::to_owned) {
            let session = message["sessionId"].as_str().map(str::to_owned);
            events.append(Event { session, method, params: message["params"].take() });
        }
    }
    calls.end();
}
