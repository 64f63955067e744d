//! What a tab has asked for, and what it has complained about.

use serde_json::Value;

use super::{Tab, protocol::Event};

/// A request that a tab has sent, or wanted to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method of HTTP.
    pub method: String,
    /// Where to.
    pub url: String,
}

/// Something that a browser has to say about a page, for who develops it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// About what: `security` for what a policy forbids, `network`, `javascript` ..
    pub source: String,
    /// In the browser's words.
    pub text: String,
}

impl Tab {
    /// All requests so far, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.happened("Network.requestWillBeSent", |params| {
            let request = &params["request"];
            Some(Request { method: text(&request["method"]), url: text(&request["url"]) })
        })
    }

    /// All warnings and errors so far: of the browser first, then of scripts.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        let mut complaints = self.happened("Log.entryAdded", |params| {
            let entry = &params["entry"];
            let serious = entry["level"] == "warning" || entry["level"] == "error";
            serious.then(|| Complaint { source: text(&entry["source"]), text: text(&entry["text"]) })
        });
        complaints.extend(self.happened("Runtime.exceptionThrown", |params| {
            let thrown = &params["exceptionDetails"];
            Some(Complaint { source: "javascript".to_owned(), text: thrown.to_string() })
        }));
        complaints.extend(self.happened("Runtime.consoleAPICalled", |params| {
            let serious = params["type"] == "warning" || params["type"] == "error";
            serious.then(|| Complaint { source: "console".to_owned(), text: params["args"].to_string() })
        }));
        complaints
    }

    fn happened<T>(&self, method: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
        let of_this_tab = |event: &Event| event.session.as_deref() == Some(&self.session) && event.method == method;
        let events = self.protocol.events();
        events.iter().filter(|event| of_this_tab(event)).filter_map(|event| read(&event.params)).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
