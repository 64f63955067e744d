//! `callbacks list`: what is not over yet.

use std::io::Write;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Function,
    times::{self, Span},
    without_tokens,
};
use crate::{
    arguments::Format,
    error::{Ended, Error},
    history::shown,
    names,
    session::Session,
    terminal,
};

/// How many the function tells at once, at most.
const PAGE: usize = 100;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only those that wait for people, for a system that is called, or for URLs
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,
    /// Only those about which somebody is asked: an address, or the name of a destination
    #[arg(long, value_name = "WHO")]
    asked: Option<String>,
    /// Only those of an execution, by its ARN or as MACHINE:NAME
    #[arg(long, value_name = "EXECUTION")]
    execution: Option<String>,
    /// Only those of a state machine, by its name, its ARN, or its logical id in a template
    #[arg(long, value_name = "MACHINE")]
    machine: Option<String>,
    /// Only those that wait for an answer, or those that are decided and not told
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// Only those that have waited so long, as in 90s, 15m, 3h or 2d
    #[arg(long, value_name = "TIME")]
    older_than: Option<Span>,
    /// Only those that have to be answered within so long, and those that are decided and not told
    #[arg(long, value_name = "TIME")]
    due_within: Option<Span>,
    /// How many at most
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Where a listing before has ended, as it said
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    page_token: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// People decide
    Approval,
    /// A system that is called answers
    Webhook,
    /// Whoever calls one of its URLs answers
    Urls,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    /// It waits for an answer
    Waiting,
    /// It is decided, and Step Functions has not taken that yet
    Decided,
}

pub(super) async fn run(
    arguments: Arguments,
    function: &Function,
    session: &Session,
    out: &mut impl Write,
) -> Result<Ended, Error> {
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let page_token = arguments.page_token.clone();
    let filters = filters(arguments, session).await?;
    let listed = all(function, filters, page_token, limit).await?;
    match session.format {
        Format::Json => writeln!(out, "{:#}", without_tokens(&listed.to_json()))?,
        Format::Table => write(&listed, crate::times::now(), out)?,
    }
    Ok(Ended::Well)
}

/// What the function is to leave out.
async fn filters(arguments: Arguments, session: &Session) -> Result<Map<String, Value>, Error> {
    let Arguments { kind, asked, execution, machine, status, older_than, due_within, .. } = arguments;
    let mut filters = Map::new();
    let mut filter = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            filters.insert(name.to_owned(), value);
        }
    };
    let kind = kind.map(|kind| match kind {
        Kind::Approval => "approval",
        Kind::Webhook => "webhook",
        Kind::Urls => "urls",
    });
    let status = status.map(|status| match status {
        Status::Waiting => "waiting",
        Status::Decided => "decided",
    });
    filter("kind", kind.map(Value::from));
    filter("asked", asked.map(Value::from));
    filter("status", status.map(Value::from));
    filter("olderThanSeconds", older_than.map(|span| span.seconds().into()));
    filter("dueWithinSeconds", due_within.map(|span| span.seconds().into()));
    if let Some(execution) = execution {
        filter("execution", Some(names::execution(&session.sfn, &execution).await?.into()));
    }
    if let Some(machine) = machine {
        filter("stateMachine", Some(names::state_machine(&session.sfn, &machine).await?.into()));
    }
    Ok(filters)
}

/// Callbacks, and where the next ones begin.
#[derive(Debug, PartialEq)]
struct Listed {
    callbacks: Vec<Value>,
    /// The ids of those that the function could not read.
    unreadable: Vec<Value>,
    next: Option<String>,
}

impl Listed {
    fn to_json(&self) -> Value {
        let mut document = json!({ "callbacks": self.callbacks });
        if !self.unreadable.is_empty() {
            document["unreadable"] = self.unreadable.clone().into();
        }
        if let Some(next) = &self.next {
            document["nextPageToken"] = next.clone().into();
        }
        document
    }
}

/// As many as are wanted, of however many pages.
async fn all(
    function: &Function,
    filters: Map<String, Value>,
    page_token: Option<String>,
    limit: usize,
) -> Result<Listed, Error> {
    let mut listed = Listed { callbacks: Vec::new(), unreadable: Vec::new(), next: page_token };
    loop {
        let mut order = filters.clone();
        order.insert("limit".to_owned(), (limit - listed.callbacks.len()).min(PAGE).into());
        order.extend(listed.next.take().map(|token| ("pageToken".to_owned(), token.into())));
        let mut page = function.order("list", Value::Object(order)).await?;
        listed.next = page["nextPageToken"].as_str().map(str::to_owned);
        listed.unreadable.extend(page["unreadable"].as_array().into_iter().flatten().cloned());
        match page["callbacks"].take() {
            Value::Array(callbacks) => listed.callbacks.extend(callbacks),
            _ => return Err(Error::refused("the function does not reply with callbacks: choose another --function")),
        }
        if listed.next.is_none() || listed.callbacks.len() >= limit {
            return Ok(listed);
        }
    }
}

fn write(listed: &Listed, now: Timestamp, out: &mut impl Write) -> Result<(), Error> {
    if listed.callbacks.is_empty() && listed.unreadable.is_empty() {
        writeln!(out, "nothing waits that was asked for here; without filters, all that waits is listed")?;
    }
    if !listed.callbacks.is_empty() {
        let mut table = terminal::table(["id", "waits for", "asked", "age", "due", "next", "status", "execution"]);
        for callback in &listed.callbacks {
            table.add_row(row(callback, now));
        }
        writeln!(out, "{table}")?;
    }
    for id in listed.unreadable.iter().filter_map(Value::as_str) {
        writeln!(out, "{} cannot be read, and may be one of them: the logs of the function say why", shown(id))?;
    }
    if let Some(next) = &listed.next {
        writeln!(out, "there may be more: go on with --page-token {next}")?;
    }
    Ok(())
}

fn row(callback: &Value, now: Timestamp) -> [String; 8] {
    let text = |name: &str| callback[name].as_str().map(shown).unwrap_or_default();
    let waits_for = match callback["kind"].as_str() {
        Some("approval") => text("title"),
        Some("webhook") => format!("webhook {}", text("destination")),
        _ => "a call of its URLs".to_owned(),
    };
    let decided = callback["status"] == "decided";
    [
        text("callbackId"),
        waits_for,
        asked(callback),
        times::age(&callback["beganAt"], now),
        if decided { "now".to_owned() } else { times::due(&callback["deadlineAt"], now) },
        times::due(&callback["nextAt"], now),
        if decided { "decided, not told".to_owned() } else { text("status") },
        callback["execution"].as_str().map(|arn| shown(names::end_of(arn))).unwrap_or_default(),
    ]
}

/// Those who are asked, one a line, with what they have answered.
fn asked(callback: &Value) -> String {
    let people = callback["asked"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |person: &Value| {
        let who = shown(person["who"].as_str().unwrap_or_default());
        person["choice"].as_str().map_or_else(|| who.clone(), |choice| format!("{who}: {choice}"))
    };
    people.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_sdk_lambda::{Client, operation::invoke::InvokeOutput, primitives::Blob};
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;

    /// A function that has so many, in pages of its own with one each that it cannot read, and what it was ordered.
    fn function(there: usize, most: usize) -> (Function, Arc<Mutex<Vec<Value>>>) {
        let orders = Arc::new(Mutex::new(Vec::new()));
        let (noted, replied) = (Arc::clone(&orders), Arc::clone(&orders));
        let rule = mock!(Client::invoke)
            .match_requests(move |input| {
                let order: Value = serde_json::from_slice(input.payload().unwrap().as_ref()).unwrap();
                noted.lock().unwrap().push(order["list"].clone());
                true
            })
            .then_output(move || {
                let order = replied.lock().unwrap().last().unwrap().clone();
                let start: usize = order["pageToken"].as_str().map_or(0, |token| token.parse().unwrap());
                let end = there.min(start + most.min(usize::try_from(order["limit"].as_u64().unwrap()).unwrap()));
                let mut page = json!({ "callbacks": (start..end).collect::<Vec<_>>(), "unreadable": [start] });
                if end < there {
                    page["nextPageToken"] = end.to_string().into();
                }
                InvokeOutput::builder().payload(Blob::new(page.to_string())).build()
            });
        (Function::of_tests(mock_client!(aws_sdk_lambda, RuleMode::MatchAny, [&rule])), orders)
    }

    #[tokio::test]
    async fn a_listing_goes_on_by_itself_up_to_the_limit() {
        for (there, most, limit, listed, calls) in [
            (250, 100, 250, 250, 3),
            (250, 100, 120, 120, 2),
            (30, 100, 100, 30, 1),
            (0, 100, 5, 0, 1),
            (90, 7, 20, 20, 3),
        ] {
            let (function, orders) = function(there, most);
            let filters = Map::from_iter([("asked".to_owned(), json!("alice@example.com"))]);
            let got = all(&function, filters, None, limit).await.unwrap();
            assert_eq!(got.callbacks, (0..listed).map(Value::from).collect::<Vec<_>>());
            assert_eq!(got.unreadable.len(), calls);
            assert_eq!(got.next.is_some(), listed < there, "{there} {limit}");
            let orders = orders.lock().unwrap().clone();
            assert_eq!(orders.len(), calls);
            assert!(orders.iter().all(|order| order["asked"] == "alice@example.com"), "{orders:?}");
        }
    }

    #[tokio::test]
    async fn a_listing_goes_on_where_one_before_has_ended() {
        let (function, _) = function(30, 100);
        let got = all(&function, Map::new(), Some("28".to_owned()), 100).await.unwrap();
        assert_eq!(got, Listed { callbacks: vec![json!(28), json!(29)], unreadable: vec![json!(28)], next: None });
    }

    #[test]
    fn a_row_tells_who_is_asked_since_when_and_by_when() {
        let callback = json!({
            "callbackId": "aTcvP3UjhKTPRTw6jeNnGg", "kind": "approval", "title": "Loan 42", "status": "waiting",
            "asked": [{ "who": "alice@example.com", "choice": "approve" }, { "who": "bob@example.com" }],
            "execution": "arn:aws:states:us-east-1:123456789012:execution:loans:42",
            "beganAt": "2026-11-22T07:00:00Z", "deadlineAt": "2026-11-24T10:00:00Z", "nextAt": "2026-11-22T09:55:00Z",
        });
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let told = [
            "aTcvP3UjhKTPRTw6jeNnGg",
            "Loan 42",
            "alice@example.com: approve\nbob@example.com",
            "3 h",
            "in 2 d",
            "overdue 5 min",
            "waiting",
            "loans:42",
        ];
        assert_eq!(row(&callback, now), told);
        let decided = json!({ "kind": "webhook", "destination": "payments", "status": "decided", "asked": [] });
        let [_, waits_for, asked, _, due, _, status, _] = row(&decided, now);
        assert_eq!([waits_for, asked, due, status], ["webhook payments", "", "now", "decided, not told"]);
    }

    #[test]
    fn what_is_left_is_told_with_how_to_go_on() {
        let mut out = Vec::new();
        let none = Listed { callbacks: vec![], unreadable: vec![], next: None };
        write(&none, Timestamp::UNIX_EPOCH, &mut out).unwrap();
        let (callbacks, unreadable) = (vec![json!({ "callbackId": "x" })], vec![json!("broken")]);
        let some = Listed { callbacks, unreadable, next: Some("abc".to_owned()) };
        assert_eq!(some.to_json()["unreadable"], json!(["broken"]));
        write(&some, Timestamp::UNIX_EPOCH, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\nbroken cannot be read"), "{text}");
        assert!(text.starts_with("nothing waits") && text.ends_with("go on with --page-token abc\n"), "{text}");
    }
}
