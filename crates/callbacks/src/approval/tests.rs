//! What can be asked, and what is refused by the name of its field.

use serde_json::json;

use super::*;

fn with(changes: Value) -> Value {
    let mut approval = json!({ "title": "Loan 42", "approvers": ["alice@example.com", "bob@example.com"] });
    let (Some(approval_fields), Value::Object(changes)) = (approval.as_object_mut(), changes) else { unreachable!() };
    approval_fields.extend(changes);
    approval
}

fn read(changes: Value) -> Approval {
    Approval::read(with(changes)).unwrap()
}

#[test]
fn the_example_of_the_contract_is_understood() {
    let approval = Approval::read(json!({
        "title": "Loan 42: 25,000 EUR to Kato Ltd", "summary": "plain text,\nline breaks kept",
        "details": [{ "label": "Credit score", "value": "742" }],
        "requestedBy": "carol@example.com",
        "approvers": ["alice@example.com", { "address": "finance", "name": "Finance", "channel": "slack" }],
        "policy": { "approvals": "any", "veto": false },
        "comment": "optional",
        "deadline": { "afterSeconds": 259_200, "then": "fail" },
        "remindAfterSeconds": [86_400, 172_800],
        "onReject": "succeed"
    }));
    let approval = approval.unwrap();
    assert_eq!(approval.approvals_needed, 1);
    assert_eq!(approval.approvers[1].channel, Channel::Slack);
    assert_eq!(
        (approval.approvers[0].display_name(), approval.approvers[1].display_name()),
        ("alice@example.com", "Finance")
    );
    assert_eq!(approval.deadline, Some(Duration::from_hours(72)));
}

#[test]
fn what_is_left_out_has_its_default() {
    let approval = read(json!({}));
    assert_eq!((approval.approvals_needed, approval.veto, approval.comment), (1, false, CommentRule::Optional));
    assert_eq!((approval.then, approval.on_reject, approval.deadline), (Then::Fail, OnReject::Succeed, None));
}

#[test]
fn any_all_and_a_number() {
    for (approvals, needed) in [(json!("any"), 1), (json!("all"), 2), (json!(2), 2), (json!(1), 1)] {
        assert_eq!(read(json!({ "policy": { "approvals": approvals } })).approvals_needed, needed);
    }
}

#[test]
fn nobody_approves_what_they_requested() {
    let approval = read(json!({ "requestedBy": " Alice@Example.com ", "policy": { "approvals": "all" } }));
    assert_eq!(approval.approvers.len(), 1);
    assert_eq!((approval.approvers[0].address.as_str(), approval.approvals_needed), ("bob@example.com", 1));
}

#[test]
fn what_cannot_be_asked_is_refused_by_the_name_of_its_field() {
    let long = |chars: usize| "x".repeat(chars);
    let cases = [
        (json!({ "title": " " }), "approval.title", "empty"),
        (json!({ "title": "one\ntwo" }), "approval.title", "one line"),
        (json!({ "title": long(201) }), "approval.title", "201 characters"),
        (json!({ "summary": long(4001) }), "approval.summary", "4001"),
        (json!({ "details": [{ "label": "a", "value": long(1001) }] }), "approval.details[0].value", "1001"),
        (
            json!({ "details": [{ "label": "a", "value": "b", "url": "c" }] }),
            "approval.details[0].url",
            "unknown field",
        ),
        (json!({ "approvers": [] }), "approval.approvers", "somebody"),
        (json!({ "approvers": ["alice"] }), "approval.approvers[0].address", "e-mail"),
        (json!({ "approvers": ["a@example.com\r\nBcc: m@example.com"] }), "approval.approvers[0].address", "one line"),
        (json!({ "approvers": ["a@b", "A@B"] }), "approval.approvers[1]", "twice"),
        (json!({ "approvers": [3] }), "approval.approvers[0]", "an address, or an object"),
        (json!({ "approvers": ["a@b"], "requestedBy": "A@b" }), "approval.approvers", "besides"),
        (json!({ "policy": { "approvals": 3 } }), "approval.policy.approvals", "from 1 to 2"),
        (json!({ "policy": { "approvals": 0 } }), "approval.policy.approvals", "from 1 to 2"),
        (json!({ "policy": { "approvals": "most" } }), "approval.policy.approvals", "any"),
        (json!({ "policy": { "quorum": 2 } }), "approval.policy.quorum", "unknown field"),
        (json!({ "deadline": { "afterSeconds": 0 } }), "approval.deadline.afterSeconds", "at least 1"),
        (json!({ "remindAfterSeconds": [20, 10] }), "approval.remindAfterSeconds", "ascending"),
        (
            json!({ "remindAfterSeconds": [60], "deadline": { "afterSeconds": 60 } }),
            "approval.remindAfterSeconds",
            "before",
        ),
        (json!({ "aprovers": [] }), "approval.aprovers", "unknown field"),
    ];
    for (changes, field, problem) in cases {
        let error = Approval::read(with(changes.clone())).unwrap_err();
        assert_eq!(error.path, field, "{changes}: {error}");
        assert!(error.problem.contains(problem), "{changes}: {error}");
    }
}

#[test]
fn it_is_stored_as_it_was_read() {
    let approval =
        read(json!({ "requestedBy": "c@example.com", "deadline": { "afterSeconds": 60, "then": "reject" } }));
    let stored = serde_json::to_string(&approval).unwrap();
    assert_eq!(serde_json::from_str::<Approval>(&stored).unwrap(), approval);
}

#[test]
fn a_list_is_not_taken_for_an_object() {
    for (changes, field) in [
        (json!({ "policy": [] }), "approval.policy"),
        (json!({ "deadline": [60] }), "approval.deadline"),
        (json!({ "details": [["Score", "742"]] }), "approval.details[0]"),
        (json!({ "approvers": ["bob@example.com", ["alice@example.com", null]] }), "approval.approvers[1]"),
    ] {
        assert_eq!(Approval::read(with(changes)).unwrap_err().path, field);
    }
    assert_eq!(Approval::read(json!(["Loan 42"])).unwrap_err().path, "approval");
}
