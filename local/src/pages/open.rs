//! What waits for people and other systems, and what they have decided.

use askama::Template;
use callbacks::{
    Approver, Ask, Callback, Channel, Choice, Decision, Duty, MachineAnswer, Notice, NoticeKind, Outcome, Request,
    Source, State, Status, Webhook,
};
use jiff::{SignedDuration, Timestamp, Unit};
use serde::Serialize;

/// The page with the callbacks: those that are still due first.
#[derive(Template, Serialize)]
#[template(path = "open.html")]
pub(super) struct Open {
    callbacks: Vec<Parked>,
}

/// One callback. What is shown of it is picked one by one, so that its token is not.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parked {
    id: String,
    title: String,
    execution: Option<String>,
    state: Option<String>,
    /// `pending`, `decided` or `settled`.
    status: &'static str,
    decision: Option<&'static str>,
    /// What Step Functions made of the decision, once it is settled.
    disposition: Option<&'static str>,
    began_at: Timestamp,
    deadline_at: Timestamp,
    people: Vec<Person>,
    /// The other system that was called, where it is not people who are asked.
    webhook: Option<CalledSystem>,
    next: Option<Next>,
}

/// Another system that was called.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CalledSystem {
    destination: String,
    path: String,
    /// Whether it has taken the call.
    taken: bool,
    /// How often it has not, since it took one.
    failures: u32,
    /// Why it has not taken the last one.
    problem: Option<String>,
    /// How its answer came: in the `response`, by the `link`, or by an `event`.
    answered_by: Option<&'static str>,
    /// Why it failed the task, or refused the call.
    reason: Option<String>,
}

/// Somebody who was asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    address: String,
    name: Option<String>,
    channel: Channel,
    /// How many notices have gone out.
    told: u8,
    answer: Option<Answer>,
}

#[derive(Serialize)]
struct Answer {
    choice: Choice,
    by: String,
    at: Timestamp,
    comment: Option<String>,
}

/// What is due next.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Next {
    at: Timestamp,
    /// From now, for people; what is overdue waits for the sweep.
    #[serde(skip)]
    when: String,
    what: Vec<String>,
}

impl Open {
    pub(super) fn of(callbacks: &[Callback], now: Timestamp) -> Self {
        let mut callbacks: Vec<_> = callbacks.iter().map(|callback| Parked::of(callback, now)).collect();
        callbacks.sort_by_key(|callback| callback.next.is_none());
        Self { callbacks }
    }
}

impl Parked {
    fn of(Callback { request, state }: &Callback, now: Timestamp) -> Self {
        let disposition = match &state.status {
            Status::Pending | Status::Decided(_) => None,
            Status::Settled { disposition, .. } => Some(disposition.as_str()),
        };
        let (title, people, webhook) = match &request.ask {
            Ask::Approval(approval) => {
                let people = (0..).zip(&approval.approvers);
                let people = people.map(|(position, approver)| Person::of(position, approver, state)).collect();
                (approval.title.clone(), people, None)
            }
            Ask::Webhook(webhook) => {
                let title = format!("A call to {}", webhook.destination);
                (title, Vec::new(), Some(CalledSystem::of(webhook, state)))
            }
            Ask::Urls {} => (urls(state), Vec::new(), None),
        };
        Self {
            id: request.id.to_string(),
            title,
            execution: request.execution.clone(),
            state: request.state.clone(),
            status: state.status.as_str(),
            decision: state.decision().map(decided),
            disposition,
            began_at: request.began_at,
            deadline_at: state.deadline_at(request),
            people,
            webhook,
            next: Next::of(request, state, now),
        }
    }
}

impl CalledSystem {
    fn of(webhook: &Webhook, state: &State) -> Self {
        let notice = state.notices.values().next();
        let (answered_by, reason) = match state.decision().map(|decision| &decision.outcome) {
            Some(Outcome::Answered { answer, source }) => (Some(way(source)), cause(answer)),
            Some(Outcome::Refused { reason }) => (None, Some(reason.clone())),
            _ => (None, None),
        };
        Self {
            destination: webhook.destination.clone(),
            path: webhook.path.clone(),
            taken: notice.is_some_and(|notice| notice.sent > 0),
            failures: notice.map_or(0, |notice| notice.failures),
            problem: notice.and_then(|notice| notice.problem.clone()),
            answered_by,
            reason,
        }
    }

    fn how_it_went(&self) -> String {
        let times = |count: u32| if count == 1 { "once".to_owned() } else { format!("{count} times") };
        match (self.answered_by, self.taken, self.failures) {
            (Some("response"), ..) => "answered in its response".to_owned(),
            (Some("link"), ..) => "answered by its link".to_owned(),
            (Some(_), ..) => "answered by a signed event".to_owned(),
            (None, true, _) => "has taken the call, no answer".to_owned(),
            (None, false, 0) => "not called yet".to_owned(),
            (None, false, failures) => format!("called {}, has not taken the call", times(failures)),
        }
    }
}

/// How an answer came, in one word.
fn way(source: &Source) -> &'static str {
    match source {
        Source::Response => "response",
        Source::Link => "link",
        Source::Event { .. } => "event",
        Source::Url { .. } => "url",
    }
}

/// What was called, if anything was.
fn urls(state: &State) -> String {
    match state.decision().map(|decision| &decision.outcome) {
        Some(Outcome::Answered { source: Source::Url { outcome, .. }, .. }) => format!("URLs: {outcome} was called"),
        _ => "URLs".to_owned(),
    }
}

/// What a failure is called, and why it is one.
fn cause(answer: &MachineAnswer) -> Option<String> {
    match answer {
        MachineAnswer::Success { .. } => None,
        MachineAnswer::Failure { error, cause } => {
            let texts: Vec<_> = [error, cause].into_iter().flatten().map(String::as_str).collect();
            Some(texts.join(": ")).filter(|text| !text.is_empty())
        }
    }
}

impl Person {
    fn of(position: u8, approver: &Approver, state: &State) -> Self {
        let Approver { address, name, channel } = approver.clone();
        let told = state.notices.get(&position).map_or(0, |notice: &Notice| notice.sent);
        let answer = state.answers.get(&position).cloned();
        let answer = answer.map(|answer| Answer {
            choice: answer.choice,
            by: answer.by,
            at: answer.at,
            comment: answer.comment,
        });
        Self { address, name, channel, told, answer }
    }

    fn channel_name(&self) -> &'static str {
        match self.channel {
            Channel::Email => "mail",
            Channel::Slack => "chat",
        }
    }
}

impl Answer {
    fn word(&self) -> &'static str {
        match self.choice {
            Choice::Approve => "approved",
            Choice::Reject => "rejected",
        }
    }
}

impl Next {
    fn of(request: &Request, state: &State, now: Timestamp) -> Option<Self> {
        let at = state.due_at?;
        let approvers = request.approval().map_or(&[][..], |approval| &approval.approvers);
        let asked = |approver: u8| match approvers.get(usize::from(approver)) {
            Some(approver) => approver.display_name().to_owned(),
            None => approver.to_string(),
        };
        let destination = request.webhook().map_or("the destination", |webhook| &webhook.destination);
        let duties = state.duties(request, at).into_iter().map(|duty| match duty {
            Duty::Expire => "close the question at its deadline".to_owned(),
            Duty::Settle(_) => "tell Step Functions the decision".to_owned(),
            Duty::Notify { approver, kind: NoticeKind::Ask } => format!("ask {}", asked(approver)),
            Duty::Notify { approver, kind: NoticeKind::Reminder } => format!("remind {}", asked(approver)),
            Duty::Call => format!("call {destination}"),
            Duty::Beat => "send a heartbeat".to_owned(),
            Duty::Report(_) => "tell of an answer that came too late".to_owned(),
        });
        Some(Self { at, when: from_now(at, now), what: duties.collect() })
    }
}

fn decided(decision: &Decision) -> &'static str {
    match &decision.outcome {
        Outcome::Approved => "approved",
        Outcome::Rejected => "rejected",
        Outcome::Answered { answer: MachineAnswer::Success { .. }, .. } => "succeeded",
        Outcome::Answered { answer: MachineAnswer::Failure { .. }, .. } => "failed",
        Outcome::Refused { .. } => "refused",
        Outcome::Expired => "expired",
        Outcome::Withdrawn(_) => "withdrawn",
    }
}

/// Such as `in 2 d 23 h`, to two units.
fn from_now(at: Timestamp, now: Timestamp) -> String {
    let left = at.duration_since(now);
    if left <= SignedDuration::ZERO {
        return "by the next sweep".to_owned();
    }
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = left.as_secs();
    let parts = units.iter().filter_map(|(length, name)| {
        let (count, after) = (rest / length, rest % length);
        rest = after;
        (count > 0).then(|| format!("{count} {name}"))
    });
    let parts: Vec<_> = parts.take(2).collect();
    if parts.is_empty() { "in less than a second".to_owned() } else { format!("in {}", parts.join(" ")) }
}

/// A time of day for people, in UTC and to the second.
fn shown(at: &Timestamp) -> String {
    let at = at.round(Unit::Second).unwrap_or(*at);
    at.strftime("%-d %B %Y, %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use callback_bridge::{TaskContext, TaskToken};
    use callbacks::{Taken, Waiting};
    use serde_json::{Value, json};

    use super::*;

    const TOKEN: &str = "the token of a task";

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    /// A task that calls the payment provider.
    fn called() -> (Request, State) {
        let token = TaskToken::new(TOKEN).unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: now(),
            heartbeat: None,
            timeout: None,
        };
        let webhook = Webhook::read(json!({ "destination": "payment-provider", "path": "payments" })).unwrap();
        let request = Request::new(waiting, Ask::Webhook(webhook)).unwrap();
        let state = State::new(&request, token, now());
        (request, state)
    }

    fn shown_of(request: &Request, state: State) -> (String, Value) {
        let page = Open::of(&[Callback { request: request.clone(), state }], now());
        let (html, json) = (page.render().unwrap(), serde_json::to_value(&page).unwrap());
        assert!(!html.contains(TOKEN) && !json.to_string().contains(TOKEN), "{html}");
        (html, json["callbacks"][0].clone())
    }

    #[test]
    fn a_call_is_shown_with_what_went_wrong_and_what_came_of_it() {
        let (request, state) = called();
        let (html, json) = shown_of(&request, state.clone());
        assert!(html.contains("payment-provider, payments") && html.contains("not called yet"), "{html}");
        assert_eq!(json["next"]["what"], json!(["call payment-provider"]));

        let failed = state.not_called(&request, "it replied with <503>", Some(Duration::from_mins(5)), 0.0, now());
        let (html, json) = shown_of(&request, failed.clone());
        assert!(html.contains("called once, has not taken the call") && html.contains("with &#60;503&#62;"), "{html}");
        assert_eq!((&json["webhook"]["failures"], &json["webhook"]["taken"]), (&json!(1), &json!(false)));
        assert!(html.contains("call payment-provider: in 5 min,"), "{html}");

        let taken = failed.called(&request, now());
        let (html, json) = shown_of(&request, taken.clone());
        assert!(html.contains("has taken the call, no answer"), "{html}");
        assert_eq!((&json["webhook"]["problem"], &json["people"]), (&Value::Null, &json!([])));

        let answer = MachineAnswer::Failure { error: Some("Payment.Failed".to_owned()), cause: Some("why".to_owned()) };
        let Taken::New(answered) = taken.hear(&request, &answer, &Source::Link, "d", now()).unwrap() else { panic!() };
        let (html, json) = shown_of(&request, *answered);
        assert!(html.contains("answered by its link") && html.contains("Payment.Failed: why"), "{html}");
        assert_eq!((&json["status"], &json["decision"]), (&json!("decided"), &json!("failed")));
    }

    #[test]
    fn how_long_it_is_until_then_is_said_in_two_units() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        for (seconds, said) in [
            (0, "by the next sweep"),
            (-5, "by the next sweep"),
            (59, "in 59 s"),
            (90, "in 1 min 30 s"),
            (258_900, "in 2 d 23 h"),
            (86_460, "in 1 d 1 min"),
        ] {
            assert_eq!(from_now(now + SignedDuration::from_secs(seconds), now), said);
        }
        assert_eq!(shown(&now), "22 November 2026, 10:00:00 UTC");
    }
}
