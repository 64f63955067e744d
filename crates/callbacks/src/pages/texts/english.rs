//! English.

use std::time::Duration;

use jiff::Timestamp;

use super::{ActionTexts, FormTexts, Labels, NoticeTexts, Outcome, Policy, Said, Texts};
use crate::{
    Approval, Choice, CommentRule, NoticeKind, Then,
    pages::{
        Problem,
        view::{Delivery, Standing},
    },
};

pub(super) static ENGLISH: Texts = Texts {
    lang: "en",
    dir: "ltr",
    moment,
    left,
    policy,
    then,
    answered,
    outcome,
    problem,
    labels: Labels {
        question: "The request",
        details: "Details",
        terms: "How this is decided",
        requested_by: "Requested by",
        you_are: "You are asked as",
        decide_by: "Decide by",
        deadline: "Deadline",
        then: "If not decided",
        policy: "Needed",
        people: "Who is asked",
        others: "Also asked",
        you: "(you)",
        by: "by",
        no_answer: "No answer",
        no_answer_yet: "No answer yet",
        your_answer: "Your answer",
        your_comment: "Your comment",
        decided_at: "Decided",
        ended_at: "Ended",
        withdrawn_at: "Withdrawn",
        withdrawn_by: "Withdrawn by",
        reason: "Reason",
        reference: "Reference",
    },
    form: FormTexts {
        wanted: "Your decision is needed",
        legend: "Your decision",
        approve: "Approve",
        reject: "Reject",
        comment: comment_label,
        comment_hint: |most| format!("Up to {most} characters. It is passed on with your answer."),
        send: "Send your decision",
        once: "Your decision is final: it cannot be changed once it is sent.",
        error: "Error",
        errors: "Your decision is not recorded",
    },
    action: ActionTexts {
        confirm: "Please confirm",
        parameters: "The link says:",
        once: "Nothing has been done yet. What you confirm cannot be taken back.",
        send: "Confirm",
        taken: "Your answer is taken",
        taken_detail: "You can close this page.",
        refused: "Your answer is not taken",
        name: "Answer",
        error: "Reason",
        transaction: "Reference",
    },
    notice: NoticeTexts {
        subject: |kind| match kind {
            NoticeKind::Ask => "Decision needed",
            NoticeKind::Reminder => "Reminder: decision needed",
        },
        heading: |kind| match kind {
            NoticeKind::Ask => "Your decision is needed",
            NoticeKind::Reminder => "Reminder: your decision is still needed",
        },
        open: "Open the request",
        opening_is_safe: "Opening the link changes nothing: you decide on the page.",
        for_you_alone: "This link is for you alone. Do not forward this message: whoever has the link can decide in your name.",
        for_this_channel: "This link is for this channel alone, whose first answer counts. Do not pass it on: whoever has the link can decide in the channel's name.",
        more_on_the_page: "There is more on the page.",
    },
};

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

fn left(left: Duration) -> String {
    let minutes = left.as_secs() / 60;
    match minutes {
        0..2 => "less than two minutes left".to_owned(),
        2..120 => format!("{minutes} minutes left"),
        120..2_880 => format!("{} hours left", minutes / 60),
        _ => format!("{} days left", minutes / 1_440),
    }
}

fn policy(policy: Policy) -> String {
    let Policy { needed, asked, veto } = policy;
    let approvals = match (usize::from(needed), asked) {
        (_, 1) => return "Your decision alone.".to_owned(),
        (1, asked) => format!("The approval of one of the {asked} who are asked."),
        (needed, asked) if needed == asked => format!("The approval of all {asked} who are asked."),
        (needed, asked) => format!("The approval of {needed} of the {asked} who are asked."),
    };
    if veto { format!("{approvals} A single rejection rejects it.") } else { approvals }
}

fn then(then: Then) -> &'static str {
    match then {
        Then::Fail => "The request fails: it is neither approved nor rejected.",
        Then::Approve => "It counts as approved.",
        Then::Reject => "It counts as rejected.",
    }
}

fn answered(choice: Choice) -> &'static str {
    match choice {
        Choice::Approve => "Approved",
        Choice::Reject => "Rejected",
    }
}

fn comment_label(rule: CommentRule) -> &'static str {
    match rule {
        CommentRule::Optional => "Comment (optional)",
        CommentRule::Required => "Comment (required)",
        CommentRule::RequiredOnReject => "Comment (required if you reject)",
    }
}

fn outcome(outcome: &Outcome<'_>) -> Said {
    let (heading, line) = match outcome.standing {
        Standing::Open => ("Your decision is needed", String::new()),
        Standing::Waiting => {
            let (approvals, needed) = (outcome.approvals, outcome.needed);
            ("Your answer is recorded", format!("{approvals} of {needed} approvals so far. Others can still decide."))
        }
        Standing::Decided { choice, delivery, .. } => {
            let (heading, decided) = match choice {
                Choice::Approve => ("Already approved", "The request is approved."),
                Choice::Reject => ("Already rejected", "The request is rejected."),
            };
            let heading = if outcome.your_choice.is_some() { "Your answer is recorded" } else { heading };
            (heading, format!("{decided} {}", delivered(delivery)))
        }
        Standing::Expired { .. } => ("The time to decide is over", expired(outcome.then).to_owned()),
        Standing::Withdrawn { .. } => ("This request was withdrawn", "Nothing is left for you to do.".to_owned()),
        Standing::NobodyWaits { .. } => (
            "Nobody waits for this decision any more",
            "What asked for it has ended without it. Nothing is left for you to do.".to_owned(),
        ),
    };
    let (heading, first) = match (outcome.problem, outcome.your_choice) {
        (Some(Problem::AnsweredOtherwise), _) => {
            ("You have answered before", Some("Your first answer counts, and cannot be changed."))
        }
        (Some(Problem::Decided), _) => (heading, Some("Your answer was not counted: it came after the decision.")),
        (_, Some(Choice::Approve)) => (heading, Some("You approved this request.")),
        (_, Some(Choice::Reject)) => (heading, Some("You rejected this request.")),
        (_, None) => (heading, None),
    };
    Said { heading, lines: first.map(str::to_owned).into_iter().chain([line]).collect() }
}

fn delivered(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Pending => "The process that waits for it is being told.",
        Delivery::Delivered => "The process that waited for it goes on.",
        Delivery::TooLate => {
            "But the decision came too late to matter: the process that asked for it had stopped waiting."
        }
        Delivery::Failed => {
            "But the process that asked for it cannot be told; whoever operates it has to look into that."
        }
    }
}

fn expired(then: Then) -> &'static str {
    match then {
        Then::Fail => "It was not decided in time, so the request failed.",
        Then::Approve => "It was not decided in time, which counts as approved.",
        Then::Reject => "It was not decided in time, which counts as rejected.",
    }
}

fn problem(problem: Problem) -> (&'static str, String) {
    let most = Approval::MOST_COMMENT;
    let (title, detail) = match problem {
        Problem::UnknownLink => (
            "This link leads nowhere",
            "It may be incomplete, or no longer be valid. Open it again from the message that you got, in full. If that does not help, ask whoever sent the request.",
        ),
        Problem::ChoiceMissing => ("Choose whether to approve or to reject", "Nothing was chosen."),
        Problem::CommentMissing => ("Say why in a comment", "This decision needs a comment."),
        Problem::CommentTooLong { chars } => {
            let detail = format!("It has {chars} characters, and {most} are the most.");
            return ("Shorten your comment", detail);
        }
        Problem::OutOfDate => (
            "Read the request again, and send your decision again",
            "What was sent belongs to another request, or to an older form of this one. This page shows the request as it is now.",
        ),
        Problem::OwnRequest => (
            "You cannot decide about your own request",
            "You are signed in as the person who requested it. Somebody else who is asked has to decide.",
        ),
        Problem::UnknownPerson => (
            "Sign in with an account that says who you are",
            "You are signed in, but your account has no name that could be recorded with a decision.",
        ),
        Problem::AnsweredByAnotherLink => (
            "You have answered by another link",
            "You are signed in as somebody who has answered this request by a link of their own. Everybody counts once.",
        ),
        Problem::AnsweredOtherwise => ("You have answered before", "Your first answer counts, and cannot be changed."),
        Problem::Decided => ("It was decided before", "Your answer was not counted: it came after the decision."),
        Problem::Expired => ("The time to decide is over", "It can no longer be answered."),
        Problem::Withdrawn => ("This request was withdrawn", "It can no longer be answered."),
        Problem::NobodyWaits => ("Nobody waits for this decision any more", "What asked for it has ended without it."),
        Problem::NotRecorded => (
            "Send your decision again",
            "Something went wrong on our side before it was recorded. What you typed is still here.",
        ),
        Problem::MaybeRecorded => (
            "Open the link again in a minute",
            "Something went wrong on our side, and whether your decision is recorded cannot be told right now. The page will show it. Sending the same decision twice does no harm.",
        ),
        Problem::Unavailable => ("Try again in a minute", "Something went wrong on our side. Nothing was changed."),
        Problem::CrossSite => (
            "Open the link from the message that you got",
            "This answer was sent by a page elsewhere, and was not recorded.",
        ),
        Problem::MethodNotAllowed => ("This cannot be done here", "A link can be opened (GET) and answered (POST)."),
        Problem::TooLarge => ("This is too long", "It has more bytes than an answer needs, and was not recorded."),
        Problem::UnsupportedMediaType => {
            ("This is no answer", "An answer is a form (application/x-www-form-urlencoded) or JSON (application/json).")
        }
        Problem::Unreadable => (
            "This is no answer",
            "An answer is an object with \"choice\" (\"approve\" or \"reject\"), \"shown\" and perhaps \"comment\".",
        ),
        Problem::NotJson => ("This is no JSON", "Send it as JSON, and say so in the header content-type."),
        Problem::NotUnderstood => ("This says nothing about the task", "Nothing was recorded."),
        Problem::KeyReused => (
            "Something else came by this key before",
            "A key stands for one thing that is sent, however often it is sent. Nothing was recorded.",
        ),
        Problem::UnknownSender => ("Nobody is registered by this name", "Nothing was recorded."),
        Problem::BadSignature => (
            "The signature is wrong",
            "Sign webhook-id, webhook-timestamp and the very bytes of the body, as Standard Webhooks says, with a secret that is registered.",
        ),
        Problem::Stale => (
            "This was signed too long ago, or in the future",
            "Sign it again with the time of now; the id stays what it is.",
        ),
        Problem::NotBeaten => ("Try again in a minute", "The heartbeat could not be passed on."),
    };
    (title, detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_say_their_zone() {
        assert_eq!(moment("2026-11-02T09:05:00Z".parse().unwrap()), "2 November 2026, 09:05 UTC");
    }

    #[test]
    fn time_left_is_never_overstated() {
        for (seconds, said) in [
            (0, "less than two minutes left"),
            (119, "less than two minutes left"),
            (7_199, "119 minutes left"),
            (7_200, "2 hours left"),
            (172_799, "47 hours left"),
            (172_800, "2 days left"),
            (259_199, "2 days left"),
        ] {
            assert_eq!(left(Duration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn what_is_needed_is_said_for_every_number() {
        let said = |needed, asked, veto| policy(Policy { needed, asked, veto });
        assert_eq!(said(1, 1, true), "Your decision alone.");
        assert_eq!(said(1, 3, false), "The approval of one of the 3 who are asked.");
        assert_eq!(said(2, 3, true), "The approval of 2 of the 3 who are asked. A single rejection rejects it.");
        assert_eq!(said(3, 3, false), "The approval of all 3 who are asked.");
    }
}
