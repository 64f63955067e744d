//! URLs of one task, as a call has created them, and requests to them.

use callback_bridge::{Answer, TaskToken};
use callbacks::{
    CapabilityLink,
    signed::Senders,
    urls::{Actions, Order, Switches, TransactionId, action_url},
};
use receive_callback::Config;
use serde_json::{Value, json};

use crate::bench::{Bench, Seen, Sent, TOKEN};

pub(crate) const ON: Switches = Switches { output_parameters: true, post_actions: true };
pub(crate) const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// What callers want to have: a page, JSON by name or by default, and text.
pub(crate) const ACCEPT: [&str; 4] = [BROWSER, "application/json", "*/*", "text/plain"];

/// URLs of the task of a bench.
pub(crate) struct Urls {
    pub(crate) bench: Bench,
    set: Actions,
    links: Vec<CapabilityLink>,
}

impl Urls {
    /// One to approve, one to reject, and one to beat by.
    pub(crate) async fn new() -> Self {
        Self::of(json!([
            { "name": "approve", "type": "success", "output": { "loan": 42 } },
            { "name": "reject", "type": "failure", "error": "Loan.Rejected", "cause": "Alice rejected it" },
            { "name": "still_here", "type": "heartbeat" },
        ]))
        .await
    }

    /// Those of these actions, with everything switched on.
    pub(crate) async fn of(actions: Value) -> Self {
        Self::ordered(json!({ "actions": actions })).await
    }

    /// Those of a call with these fields.
    pub(crate) async fn ordered(fields: Value) -> Self {
        Self::on(Bench::empty(Senders::default(), Config { switches: ON, ..Config::default() }), 1, fields).await
    }

    /// Those of another call for the same task.
    pub(crate) async fn more(self, fields: Value) -> Self {
        Self::on(self.bench, 2, fields).await
    }

    async fn on(bench: Bench, nth: u128, mut order: Value) -> Self {
        order["token"] = json!(TOKEN);
        let set = Order::read(&order, TransactionId::new(nth), ON, bench.desk.now()).unwrap().actions;
        let links = bench.desk.create_urls(TaskToken::new(TOKEN).unwrap(), &set).await.unwrap();
        Self { bench, set, links }
    }

    /// The function is configured anew.
    pub(crate) fn switched(self, switches: Switches) -> Self {
        Self { bench: self.bench.configured(Config { switches, ..Config::default() }), ..self }
    }

    /// The link in the URL of an action.
    pub(crate) fn link(&self, name: &str) -> String {
        let at = self.set.all().iter().position(|action| action.name() == name).unwrap();
        self.links[at].secret()
    }

    /// A request to the URL of an action, as it was created.
    pub(crate) fn to(&self, method: &str, name: &str) -> Sent {
        let link = self.link(name);
        let url = action_url("", &link, name, self.set.named(name).unwrap().action_type());
        sent(method, &link).with_query(url.split_once('?').unwrap().1)
    }

    /// The same, with parameters behind it.
    pub(crate) fn with_parameters(&self, method: &str, name: &str, parameters: &str) -> Sent {
        let of_type: &str = self.set.named(name).unwrap().action_type().into();
        self.to(method, name).with_query(&format!("action={name}&type={of_type}&{parameters}"))
    }

    /// POST by somebody who takes everything.
    pub(crate) async fn post(&self, name: &str) -> Seen {
        self.bench.seen(self.to("POST", name)).await
    }

    /// JSON that is posted to the URL of an action.
    pub(crate) async fn post_json(&self, name: &str, body: &Value) -> Seen {
        self.bench.seen(self.to("POST", name).with_body("application/json", &body.to_string())).await
    }

    /// The usual reply to the call of an action.
    pub(crate) fn taken(&self, name: &str) -> Value {
        let of_type: &str = self.set.named(name).unwrap().action_type().into();
        json!({ "transaction_id": self.set.transaction_id(), "action": { "name": name, "type": of_type } })
    }

    /// What Step Functions was told.
    pub(crate) fn told(&self) -> Vec<Told> {
        let told = |answer| match answer {
            Answer::Success(output) => Told::Success(serde_json::from_str(output.as_json()).unwrap()),
            Answer::Failure(failure) => Told::Failure(failure.error().to_owned(), failure.cause()),
        };
        self.bench.callbacks.answers().into_iter().map(told).collect()
    }
}

/// An answer to Step Functions: the output, or the error and the cause.
#[derive(Debug, PartialEq)]
pub(crate) enum Told {
    Success(Value),
    Failure(String, String),
}

impl Told {
    pub(crate) fn failure(error: &str, cause: &str) -> Self {
        Self::Failure(error.to_owned(), cause.to_owned())
    }
}

/// A request to the URL with this link.
pub(crate) fn sent(method: &str, link: &str) -> Sent {
    Sent::to(method, "ANY /u/{link}", &format!("/u/{link}"), json!({ "link": link }))
}

/// The name of a documented error; its status and form are looked at, too.
pub(crate) fn error(seen: &Seen) -> (u16, String) {
    assert_eq!(seen.headers["content-type"], "application/json", "{}", seen.body);
    let json = seen.json();
    let fields: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["error", "message"], "{json}");
    (seen.status, json["error"].as_str().unwrap().to_owned())
}
