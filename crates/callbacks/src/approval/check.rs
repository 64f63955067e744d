//! Whether what is asked can be shown, asked and decided.

use std::{collections::HashSet, time::Duration};

use callback_bridge::InvalidField;
use serde_json::Value;

use super::{
    Approval, Approver, Detail,
    raw::{self, Approvals, Named},
};

const MOST_TITLE: usize = 200;
const MOST_SUMMARY: usize = 4_000;
const MOST_DETAILS: usize = 30;
const MOST_LABEL: usize = 100;
const MOST_VALUE: usize = 1_000;
const MOST_APPROVERS: usize = 20;
/// The longest e-mail address there can be (RFC 5321, 4.5.3.1).
const MOST_ADDRESS: usize = 254;
const MOST_REMINDERS: usize = 5;

/// Whether no list stands where an object belongs: it would be read as the object's fields, in an order nobody knows.
pub(super) fn objects(approval: &Value) -> Result<(), InvalidField> {
    let list = |value: &Value| value.is_array();
    if list(approval) {
        return Err(InvalidField { path: "approval".to_owned(), problem: "must be an object".to_owned() });
    }
    for field in ["policy", "deadline"] {
        if approval.get(field).is_some_and(list) {
            return Err(invalid(field, "must be an object"));
        }
    }
    for field in ["details", "approvers"] {
        let items = approval.get(field).and_then(Value::as_array);
        if let Some(at) = items.and_then(|items| items.iter().position(list)) {
            return Err(invalid(&format!("{field}[{at}]"), "must not be a list"));
        }
    }
    Ok(())
}

pub(super) fn checked(raw: raw::Approval) -> Result<Approval, InvalidField> {
    let requested_by = raw.requested_by.as_deref().map(|by| line("requestedBy", by, MOST_ADDRESS)).transpose()?;
    let approvers = approvers(raw.approvers, requested_by.as_deref())?;
    let approvals_needed = needed(raw.policy.approvals, approvers.len())?;
    let deadline = raw.deadline.as_ref().map(|deadline| Duration::from_secs(deadline.after_seconds));
    if deadline.is_some_and(|deadline| deadline.is_zero()) {
        return Err(invalid("deadline.afterSeconds", "must be at least 1"));
    }
    Ok(Approval {
        title: line("title", &raw.title, MOST_TITLE)?,
        summary: text("summary", raw.summary, MOST_SUMMARY)?,
        details: details(raw.details)?,
        requested_by,
        approvers,
        approvals_needed,
        veto: raw.policy.veto,
        comment: raw.comment,
        deadline,
        then: raw.deadline.map(|deadline| deadline.then).unwrap_or_default(),
        reminders: reminders(&raw.remind_after_seconds, deadline)?,
        on_reject: raw.on_reject,
    })
}

/// Who is left to be asked: nobody approves what they requested.
fn approvers(raw: Vec<raw::Approver>, requested_by: Option<&str>) -> Result<Vec<Approver>, InvalidField> {
    let mut seen = HashSet::new();
    let mut approvers = Vec::new();
    for (at, approver) in raw.into_iter().enumerate() {
        let field = format!("approvers[{at}]");
        let approver = match approver {
            raw::Approver::Address(address) => raw::Described { address, name: None, channel: super::Channel::Email },
            raw::Approver::Described(described) => described,
        };
        let address = line(&format!("{field}.address"), &approver.address, MOST_ADDRESS)?;
        if approver.channel == super::Channel::Email && !is_an_address(&address) {
            return Err(invalid(&format!("{field}.address"), "is not an e-mail address"));
        }
        if !seen.insert((approver.channel, address.to_lowercase())) {
            return Err(invalid(&field, "is there twice, and everybody counts once"));
        }
        let name = approver.name.map(|name| line(&format!("{field}.name"), &name, MOST_LABEL)).transpose()?;
        if requested_by.is_none_or(|by| !same_person(by, &address)) {
            approvers.push(Approver { address, name, channel: approver.channel });
        }
    }
    match approvers.len() {
        0 => Err(invalid("approvers", "must name somebody besides the one who requested it")),
        1..=MOST_APPROVERS => Ok(approvers),
        more => Err(invalid("approvers", &format!("are {more}, more than {MOST_APPROVERS}"))),
    }
}

/// Addresses are compared without regard to case, as the mail systems of today do.
pub(crate) fn same_person(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Rough on purpose: only a mail that arrives shows that an address is one. No spaces and no control characters get into a
/// mail's header.
fn is_an_address(address: &str) -> bool {
    let visible = address.chars().all(|letter| !letter.is_whitespace() && !matches!(letter, ',' | ';' | '<' | '>'));
    visible && address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

fn needed(approvals: Approvals, approvers: usize) -> Result<u8, InvalidField> {
    let needed = match approvals {
        Approvals::Named(Named::Any) => 1,
        Approvals::Named(Named::All) => approvers,
        Approvals::Number(number) => usize::try_from(number).unwrap_or(usize::MAX),
    };
    let within = (1..=approvers).contains(&needed);
    let needed = u8::try_from(needed).ok().filter(|_| within);
    needed.ok_or_else(|| {
        invalid("policy.approvals", &format!("must be from 1 to {approvers}, the number of people asked"))
    })
}

fn details(details: Vec<Detail>) -> Result<Vec<Detail>, InvalidField> {
    if details.len() > MOST_DETAILS {
        return Err(invalid("details", &format!("are {}, more than {MOST_DETAILS}", details.len())));
    }
    let checked = details.into_iter().enumerate().map(|(at, detail)| {
        let label = line(&format!("details[{at}].label"), &detail.label, MOST_LABEL)?;
        Ok(Detail { label, value: text(&format!("details[{at}].value"), detail.value, MOST_VALUE)? })
    });
    checked.collect()
}

fn reminders(after_seconds: &[u64], deadline: Option<Duration>) -> Result<Vec<Duration>, InvalidField> {
    let reminders: Vec<Duration> = after_seconds.iter().copied().map(Duration::from_secs).collect();
    let problem = if reminders.len() > MOST_REMINDERS {
        format!("are {}, more than {MOST_REMINDERS}", reminders.len())
    } else if !reminders.is_sorted_by(|one, next| one < next) || reminders.first().is_some_and(Duration::is_zero) {
        "must be above 0 and in ascending order".to_owned()
    } else if deadline.is_some_and(|deadline| reminders.last().is_some_and(|last| *last >= deadline)) {
        "must be before the deadline".to_owned()
    } else {
        return Ok(reminders);
    };
    Err(invalid("remindAfterSeconds", &problem))
}

/// A text of one line that says something.
fn line(field: &str, value: &str, most: usize) -> Result<String, InvalidField> {
    let value = value.trim();
    if value.is_empty() {
        return Err(invalid(field, "must not be empty"));
    }
    if value.chars().any(char::is_control) {
        return Err(invalid(field, "must be one line without control characters"));
    }
    text(field, value.to_owned(), most)
}

fn text(field: &str, value: String, most: usize) -> Result<String, InvalidField> {
    match value.chars().count() {
        chars if chars > most => Err(invalid(field, &format!("has {chars} characters, more than {most}"))),
        _ => Ok(value),
    }
}

fn invalid(field: &str, problem: &str) -> InvalidField {
    InvalidField { path: format!("approval.{field}"), problem: problem.to_owned() }
}
