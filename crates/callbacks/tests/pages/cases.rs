//! Every page there is, and every notice, about one question: for the tests, and for the gallery.

use std::time::Duration;

use callback_bridge::{Disposition, TaskContext, TaskToken};
use callbacks::{
    Approval, Approver, Ask, Callback, CapabilityLink, Channel, Choice, CommentRule, Detail, GivenAnswer, LinkKeys,
    NoticeKind, OnReject, OutgoingNotice, Recipient, Request, State, Taken, Then, Waiting, Withdrawal,
    notices::{BaseUrl, ChatMessage, Mail},
    pages::{Format, Page, Problem, Response, Submission},
};
use jiff::Timestamp;

/// What people typed.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) requester: String,
    pub(crate) name: String,
    pub(crate) comment: String,
    pub(crate) reason: String,
}

impl Words {
    pub(crate) fn everyday() -> Self {
        Self {
            title: "Loan 42: 25,000 EUR to Kato Ltd".into(),
            summary: "Kato Ltd wants to buy a second delivery van.\nThe first one is paid off.\n\nRepayment over 36 months, 812.40 EUR each.".into(),
            label: "Credit score".into(),
            value: "742\n(bureau, 20 November 2026)".into(),
            requester: "Carol Ito <carol@example.com>".into(),
            name: "Bob Marsh".into(),
            comment: "Within the limits for this year.".into(),
            reason: "Kato Ltd has found another lender.".into(),
        }
    }

    /// The same text everywhere.
    pub(crate) fn all(text: &str) -> Self {
        let [title, summary, label, value, requester, name, comment, reason] = std::array::from_fn(|_| text.to_owned());
        Self { title, summary, label, value, requester, name, comment, reason }
    }
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) status: u16,
    pub(crate) html: Response,
    pub(crate) json: Response,
}

pub(crate) const TOKEN: &str = "AQCUAAAAKgAAAAMAAAAAexampleOfATaskToken";
const KEY: &str = "a key of at least thirty-two letters";

/// The three who are asked: one by a plain address, one with a name, and a channel.
const ALICE: u8 = 0;
const BOB: u8 = 1;
const FINANCE: u8 = 2;

fn start() -> Timestamp {
    at(0)
}

/// So many hours after it was asked.
fn at(hours: u64) -> Timestamp {
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    start.checked_add(Duration::from_hours(hours)).unwrap()
}

pub(crate) fn approval(words: &Words) -> Approval {
    let fact = |label: &str, value: &str| Detail { label: label.to_owned(), value: value.to_owned() };
    Approval {
        title: words.title.clone(),
        summary: words.summary.clone(),
        details: vec![fact(&words.label, &words.value), fact("Purpose", "vehicle"), fact("Term", "36 months")],
        requested_by: Some(words.requester.clone()),
        approvers: vec![
            Approver { address: "alice@example.com".into(), name: None, channel: Channel::Email },
            Approver { address: "bob@example.com".into(), name: Some(words.name.clone()), channel: Channel::Email },
            Approver { address: "finance".into(), name: Some("Finance".into()), channel: Channel::Slack },
        ],
        approvals_needed: 2,
        veto: false,
        comment: CommentRule::RequiredOnReject,
        deadline: Some(Duration::from_hours(72)),
        then: Then::Fail,
        reminders: Vec::new(),
        on_reject: OnReject::Succeed,
    }
}

/// A question, and the steps of its life.
pub(crate) struct Question(pub(crate) Callback);

impl Question {
    pub(crate) fn new(approval: Approval) -> Self {
        let token = TaskToken::new(TOKEN).unwrap();
        let waiting = Waiting {
            attempt: token.attempt_id(),
            context: TaskContext::default(),
            sent_at: start(),
            heartbeat: Some(Duration::from_mins(10)),
            timeout: None,
        };
        let request = Request::new(waiting, Ask::Approval(approval)).unwrap();
        let state = State::new(&request, token, start());
        Self(Callback { request, state })
    }

    fn answered(mut self, approver: u8, choice: Choice, comment: &str, hours: u64) -> Self {
        let signed_in_as = (approver == FINANCE).then(|| "dora@example.com".to_owned());
        let shown = self.0.request.digest();
        let given = GivenAnswer { approver, signed_in_as, choice, comment: Some(comment.to_owned()), shown };
        match self.0.state.answer(&self.0.request, given, "decision", at(hours)) {
            Ok(Taken::New(state)) => self.0.state = *state,
            other => panic!("{other:?}"),
        }
        self
    }

    fn told(mut self, disposition: Disposition) -> Self {
        self.0.state = self.0.state.told(disposition, false, at(9));
        self
    }

    fn expired(mut self) -> Self {
        self.0.state = self.0.state.expire(&self.0.request, "decision", at(72)).unwrap();
        self
    }

    fn withdrawn(mut self, words: &Words) -> Self {
        let withdrawal = Withdrawal { by: words.requester.clone(), reason: words.reason.clone() };
        self.0.state = self.0.state.withdraw(&withdrawal, "decision", at(5)).unwrap();
        self
    }

    fn closed(mut self) -> Self {
        self.0.state = self.0.state.beaten(&self.0.request, Disposition::Closed, at(5));
        self
    }

    fn sent(&self, choice: Option<Choice>, comment: &str) -> Submission {
        Submission { choice, comment: comment.to_owned(), shown: self.0.request.digest() }
    }
}

fn case(name: &'static str, status: u16, page: &Page<'_>) -> Case {
    Case { name, status, html: page.response(Format::Html), json: page.response(Format::Json) }
}

/// Every page, by its name.
pub(crate) fn pages(words: &Words) -> Vec<Case> {
    let mut cases = open_pages(words);
    cases.extend(recorded_pages(words));
    cases.extend(ended_pages(words));
    let bare = [
        ("unknown-link", Problem::UnknownLink),
        ("unavailable", Problem::Unavailable),
        ("maybe-recorded", Problem::MaybeRecorded),
        ("cross-site", Problem::CrossSite),
        ("method-not-allowed", Problem::MethodNotAllowed),
        ("too-large", Problem::TooLarge),
        ("unsupported-media-type", Problem::UnsupportedMediaType),
        ("unreadable", Problem::Unreadable),
    ];
    cases.extend(bare.map(|(name, problem)| case(name, problem.status(), &Page::from(problem))));
    cases
}

fn open_pages(words: &Words) -> Vec<Case> {
    let question = || Question::new(approval(words));
    let with = |change: &dyn Fn(&mut Approval)| {
        let mut approval = approval(words);
        change(&mut approval);
        Question::new(approval)
    };
    let opened = |name, question: &Question| case(name, 200, &Page::opened(&question.0, BOB, at(1)));
    let alone = with(&|approval| {
        approval.approvers.drain(2..);
        approval.approvers.remove(0);
        approval.approvals_needed = 1;
        approval.comment = CommentRule::Required;
        approval.then = Then::Approve;
        approval.details.clear();
        approval.summary.clear();
    });
    let mut cases = vec![
        opened("open", &question()),
        opened("open-one-approved", &question().answered(ALICE, Choice::Approve, &words.comment, 1)),
        opened("open-signed-in", &question().answered(FINANCE, Choice::Approve, &words.comment, 1)),
        opened("open-veto", &with(&|approval| approval.veto = true)),
        case("open-alone", 200, &Page::opened(&alone.0, 0, at(70))),
    ];
    let asked = question();
    for (name, status, problem, sent) in [
        ("choice-missing", 422, Problem::ChoiceMissing, asked.sent(None, &words.comment)),
        ("comment-missing", 422, Problem::CommentMissing, asked.sent(Some(Choice::Reject), "")),
        (
            "comment-too-long",
            422,
            Problem::CommentTooLong { chars: 501 },
            asked.sent(Some(Choice::Approve), &words.comment),
        ),
        ("out-of-date", 422, Problem::OutOfDate, asked.sent(Some(Choice::Approve), &words.comment)),
        ("own-request", 422, Problem::OwnRequest, asked.sent(Some(Choice::Approve), &words.comment)),
        ("not-recorded", 503, Problem::NotRecorded, asked.sent(Some(Choice::Reject), &words.comment)),
    ] {
        cases.push(case(name, status, &Page::refused(problem, &asked.0, BOB, at(1), &sent)));
    }
    cases
}

fn recorded_pages(words: &Words) -> Vec<Case> {
    let one = || Question::new(approval(words)).answered(BOB, Choice::Approve, &words.comment, 2);
    let two = || one().answered(ALICE, Choice::Approve, &words.comment, 3);
    let others = || {
        let alice = Question::new(approval(words)).answered(ALICE, Choice::Approve, &words.comment, 2);
        alice.answered(FINANCE, Choice::Approve, &words.comment, 3)
    };
    let rejected = || {
        let bob = Question::new(approval(words)).answered(BOB, Choice::Reject, &words.comment, 2);
        bob.answered(ALICE, Choice::Reject, &words.comment, 3)
    };
    let mut cases = Vec::new();
    for (name, question) in [
        ("recorded-waiting", one()),
        ("recorded-telling", two()),
        ("recorded-approved", two().told(Disposition::Settled)),
        ("recorded-rejected", rejected().told(Disposition::Settled)),
        ("recorded-too-late", two().told(Disposition::Closed)),
        ("recorded-untold", two().told(Disposition::BadToken)),
    ] {
        cases.push(case(name, 200, &Page::answered(&question.0, BOB, at(9))));
    }
    let decided = others().told(Disposition::Settled);
    cases.push(case("decided-by-others", 200, &Page::opened(&decided.0, BOB, at(9))));
    let rejected = rejected().told(Disposition::Settled);
    cases.push(case("rejected-by-others", 200, &Page::opened(&rejected.0, FINANCE, at(9))));
    let late = decided.sent(Some(Choice::Reject), &words.comment);
    cases.push(case("decided", 409, &Page::refused(Problem::Decided, &decided.0, BOB, at(9), &late)));
    let again = one();
    let otherwise = again.sent(Some(Choice::Reject), &words.comment);
    cases.push(case(
        "answered-otherwise",
        409,
        &Page::refused(Problem::AnsweredOtherwise, &again.0, BOB, at(9), &otherwise),
    ));
    let same = again.sent(Some(Choice::Approve), &words.comment);
    cases.push(case("recorded-after-trouble", 200, &Page::refused(Problem::NotRecorded, &again.0, BOB, at(9), &same)));
    cases
}

fn ended_pages(words: &Words) -> Vec<Case> {
    let question = |then| Question::new(Approval { then, ..approval(words) });
    let mut cases = Vec::new();
    for (name, question) in [
        ("expired", question(Then::Fail).expired()),
        ("expired-approved", question(Then::Approve).expired()),
        ("expired-rejected", question(Then::Reject).expired().told(Disposition::Settled)),
        ("expired-unnoticed", question(Then::Fail)),
        ("expired-after-your-answer", question(Then::Fail).answered(BOB, Choice::Approve, &words.comment, 2).expired()),
        ("withdrawn", question(Then::Fail).withdrawn(words)),
        ("nobody-waits", question(Then::Fail).closed()),
    ] {
        cases.push(case(name, 410, &Page::opened(&question.0, BOB, at(72))));
    }
    let late = question(Then::Fail);
    let sent = late.sent(Some(Choice::Approve), &words.comment);
    cases.push(case("too-late", 410, &Page::refused(Problem::Expired, &late.0, BOB, at(71), &sent)));
    cases
}

pub(crate) fn base() -> BaseUrl {
    "https://decide.example.com/".parse().unwrap()
}

/// The link of everybody who is asked.
pub(crate) fn links(request: &Request) -> Vec<CapabilityLink> {
    let keys = LinkKeys::read(KEY).unwrap();
    let link = |approver| CapabilityLink::new(&keys, request.id, Recipient::Approver(approver), 0);
    (0..3).map(link).collect()
}

/// The mails, by their names.
pub(crate) fn mails(words: &Words) -> Vec<(&'static str, Mail)> {
    let request = Question::new(approval(words)).0.request;
    let mail = |kind| Mail::of(&notice(&request, BOB, kind), &base());
    vec![("mail", mail(NoticeKind::Ask)), ("mail-reminder", mail(NoticeKind::Reminder))]
}

/// The messages for a channel, by their names.
pub(crate) fn chats(words: &Words) -> Vec<(&'static str, ChatMessage)> {
    let request = Question::new(approval(words)).0.request;
    let chat = |kind| ChatMessage::of(&notice(&request, FINANCE, kind), &base());
    vec![("chat", chat(NoticeKind::Ask)), ("chat-reminder", chat(NoticeKind::Reminder))]
}

fn notice(request: &Request, approver: u8, kind: NoticeKind) -> OutgoingNotice<'_> {
    let link = links(request).swap_remove(usize::from(approver));
    let approval = request.approval().unwrap();
    OutgoingNotice { request, approval, approver: &approval.approvers[usize::from(approver)], kind, link }
}
