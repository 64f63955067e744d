//! What people order beside withdrawals.

use callbacks::{Choice, LinkAnswer};

use super::*;

impl Bench {
    /// Parks the question of the sample events, to which somebody answers with a comment although all have to.
    async fn answered_by_alice(&self) -> CallbackId {
        let approval = json!({
            "title": "Loan 42", "approvers": ["alice@example.com", { "address": "bob@example.com", "name": "Bob" }],
            "summary": "for a bakery", "policy": { "approvals": "all" }, "remindAfterSeconds": [7200],
            "deadline": { "afterSeconds": 86400, "then": "reject" },
        });
        let id = self.opened_with(TOKEN, None, Ask::Approval(Approval::read(approval).unwrap())).await;
        self.answer("alice@example.com", Some("she is my sister")).await;
        id
    }

    async fn answer(&self, address: &str, comment: Option<&str>) {
        let desk = self.desk(self.outside.clone());
        let sent = self.outside.sent().into_iter().find(|sent| sent.address == address).unwrap();
        let (link, callback) = desk.look(&sent.link).await.unwrap().unwrap();
        let (shown, comment) = (callback.request.digest(), comment.map(str::to_owned));
        let answer = LinkAnswer { choice: Choice::Approve, comment, shown, signed_in_as: None };
        desk.answer(&link, callback, answer).await.unwrap();
    }

    /// What is told, which has no token, and none of the links that were sent.
    async fn ordered(&self, event: Value) -> Value {
        let report = self.handle(event).await.unwrap();
        let text = report.to_string();
        assert!(!text.contains(TOKEN), "{text}");
        for sent in self.outside.sent() {
            let secret = sent.link.rsplit('.').next().unwrap().to_owned();
            assert!(!text.contains(&secret), "{text}");
        }
        report
    }
}

fn denied() -> Result<(), Refusal> {
    Err(Refusal::Denied { code: "AccessDeniedException".to_owned() })
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_listed_with_who_is_asked_and_by_when() {
    let bench = Bench::new();
    let id = bench.answered_by_alice().await;
    bench.clock.advance(Duration::from_hours(1));
    let row = json!({
        "callbackId": id, "kind": "approval", "title": "Loan 42", "status": "waiting",
        "asked": [{ "who": "alice@example.com", "choice": "approve" }, { "who": "bob@example.com" }],
        "beganAt": "2026-11-22T10:00:00Z", "deadlineAt": "2026-11-23T10:00:00Z", "nextAt": "2026-11-22T12:00:00Z",
    });
    for order in [json!({ "list": {} }), sample("list")] {
        assert_eq!(bench.ordered(order).await, json!({ "callbacks": [row] }));
    }
    let others = json!({ "list": { "asked": "dora@example.com" } });
    assert_eq!(bench.ordered(others).await, json!({ "callbacks": [] }));
}

#[tokio::test(start_paused = true)]
async fn a_listing_goes_on_where_its_page_ended() {
    let bench = Bench::new();
    for number in 0..3 {
        bench.opened(&format!("token {number}")).await;
    }
    let first = bench.ordered(json!({ "list": { "limit": 2 } })).await;
    assert_eq!(first["callbacks"].as_array().unwrap().len(), 2);
    let next = json!({ "list": { "limit": 2, "pageToken": first["nextPageToken"] } });
    let second = bench.ordered(next).await;
    assert_eq!((second["callbacks"].as_array().unwrap().len(), second.get("nextPageToken")), (1, None));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_told_beside_what_can() {
    let bench = Bench::new();
    let (broken, whole) = (bench.opened("broken").await, bench.opened("whole").await);
    bench.store.spoil(broken);
    let listed = bench.ordered(json!({ "list": {} })).await;
    assert_eq!((&listed["callbacks"][0]["callbackId"], &listed["unreadable"]), (&json!(whole), &json!([broken])));
}

#[tokio::test(start_paused = true)]
async fn all_that_is_known_is_shown_but_for_the_token_and_the_links() {
    let bench = Bench::new();
    bench.answered_by_alice().await;
    let shown = bench.ordered(sample("show")).await;
    assert_eq!(shown["answers"][0]["comment"], "she is my sister");
    assert_eq!((&shown["request"]["summary"], &shown["request"]["then"]), (&json!("for a bakery"), &json!("reject")));
    assert_eq!(shown["request"]["remindAfterSeconds"], json!([7200]));
    assert_eq!(shown["notices"][1]["who"], "bob@example.com");
    assert_eq!((&shown["notices"][1]["sent"], &shown["status"]), (&json!(1), &json!("waiting")));
    bench.answer("bob@example.com", None).await;
    let over = bench.ordered(sample("show")).await;
    assert_eq!((&over["status"], &over["decision"]["outcome"]["kind"]), (&json!("settled"), &json!("approved")));
    assert_eq!((&over["settlement"]["disposition"], &over["tries"]), (&json!("settled"), &json!(1)));
    assert_eq!(bench.ordered(json!({ "list": {} })).await, json!({ "callbacks": [] }), "it is over");
}

#[tokio::test(start_paused = true)]
async fn what_a_destination_is_sent_is_shown_without_a_token_in_it() {
    let bench = Bench::new();
    let body = json!({ "amount": 25000, "careless": [format!("token={TOKEN}")] });
    let webhook = json!({ "destination": "payment-provider", "body": body });
    bench.opened_with(TOKEN, None, Ask::Webhook(Webhook::read(webhook).unwrap())).await;
    let shown = bench.ordered(sample("show")).await;
    assert_eq!(shown["request"]["body"], json!({ "amount": 25000, "careless": ["token=[redacted]"] }));
    assert_eq!(
        (&shown["destination"], &shown["notices"][0]["who"]),
        (&json!("payment-provider"), &json!("payment-provider"))
    );
}

/// Where it is short, or in an answer, as much as in what is sent.
#[tokio::test(start_paused = true)]
async fn a_token_is_told_nowhere_that_somebody_has_put_it() {
    let bench = Bench { callbacks: RecordingCallbacks::default().answering([denied(), denied()]), ..Bench::new() };
    let approval = json!({
        "title": format!("Loan {TOKEN}"), "approvers": ["alice@example.com", "bob@example.com"],
        "details": [{ "label": TOKEN, "value": TOKEN }],
    });
    let id = bench.opened_with(TOKEN, None, Ask::Approval(Approval::read(approval).unwrap())).await;
    bench.answer("alice@example.com", Some(TOKEN)).await;
    let listed = bench.ordered(json!({ "list": {} })).await;
    assert_eq!(listed["callbacks"][0]["title"], "Loan [redacted]");
    let shown = bench.ordered(json!({ "show": { "callbackId": id } })).await;
    assert_eq!((&shown["answers"][0]["comment"], &shown["title"]), (&json!("[redacted]"), &json!("Loan [redacted]")));
    bench.ordered(json!({ "settle": { "callbackId": id } })).await;

    let bench = Bench::new();
    let webhook = json!({ "destination": "payment-provider", "body": { TOKEN: 1 } });
    bench.opened_with(TOKEN, None, Ask::Webhook(Webhook::read(webhook).unwrap())).await;
    let shown = bench.ordered(sample("show")).await;
    assert_eq!(shown["request"]["body"], json!({ "[redacted]": 1 }));
}

#[tokio::test(start_paused = true)]
async fn those_who_have_not_answered_are_told_again() {
    let bench = Bench::new();
    let id = bench.answered_by_alice().await;
    let report = bench.ordered(sample("resend")).await;
    let told = json!({
        "callbackId": id, "decision": null, "settled": false, "told": ["bob@example.com"], "notTold": [],
    });
    assert_eq!(report, told);
    let to_bob = bench.outside.sent().into_iter().filter(|sent| sent.address == "bob@example.com");
    assert_eq!(to_bob.map(|sent| sent.reminder).collect::<Vec<_>>(), [false, true]);
    bench.outside.fail("bob@example.com");
    let report = bench.ordered(sample("resend")).await;
    assert_eq!((&report["told"], &report["notTold"]), (&json!([]), &json!(["bob@example.com"])));
}

#[tokio::test(start_paused = true)]
async fn step_functions_is_told_at_once_by_order() {
    let callbacks = RecordingCallbacks::default().answering([denied(), denied()]);
    let bench = Bench { callbacks, ..Bench::new() };
    let id = bench.opened(TOKEN).await;
    bench.answer("alice@example.com", None).await;
    let decision = json!({ "kind": "approved" });
    let report = bench.ordered(sample("settle")).await;
    assert_eq!((&report["decision"], &report["settled"]), (&decision, &json!(false)));
    assert!(report["toldAt"].as_str().unwrap().starts_with("2026-11-22T10:00:"), "{report}");
    let settled = json!({ "callbackId": id, "decision": decision, "settled": true, "disposition": "settled" });
    assert_eq!(bench.ordered(sample("settle")).await, settled);
    assert_eq!(bench.ordered(json!({ "settle": { "callbackId": id } })).await, settled, "and no more after that");
    assert_eq!(bench.callbacks.answers().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_done_is_told_by_its_name() {
    let bench = Bench::new();
    for order in ["show", "resend", "settle"] {
        let (error_type, message) = told(bench.handle(sample(order)).await.unwrap_err());
        assert_eq!(error_type, "Bridge.NoSuchCallback", "{order}: {message}");
    }
    bench.opened(TOKEN).await;
    let (error_type, message) = told(bench.handle(sample("settle")).await.unwrap_err());
    assert_eq!(error_type, "Bridge.Undecided");
    assert!(message.contains("nothing is decided yet"), "{message}");
    bench.answer("alice@example.com", None).await;
    let (error_type, message) = told(bench.handle(sample("resend")).await.unwrap_err());
    assert_eq!(error_type, "Bridge.NotOpen");
    assert!(message.contains("it has been decided already"), "{message}");
    let urls = bench.opened_with("urls", None, Ask::Urls {}).await;
    let order = json!({ "resend": { "callbackId": urls, "by": "carol@example.com" } });
    assert_eq!(told(bench.handle(order).await.unwrap_err()).0, "Bridge.NobodyIsAsked");
    let webhook = Webhook::read(json!({ "destination": "payment-provider" })).unwrap();
    let called = bench.opened_with("called", None, Ask::Webhook(webhook)).await;
    let order = json!({ "resend": { "callbackId": called, "by": "carol@example.com" } });
    assert_eq!(told(bench.handle(order).await.unwrap_err()).0, "Bridge.CallTaken");
    bench.store.fail_when(|call| matches!(call, TableCall::Upcoming(5)));
    assert_eq!(told(bench.handle(json!({ "list": {} })).await.unwrap_err()).0, "Bridge.TableUnavailable");
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_none_names_its_field() {
    let bench = Bench::new();
    let id = bench.opened(TOKEN).await;
    for (order, named) in [
        (json!({ "list": [] }), "list: is not an object"),
        (json!({ "list": { "limit": 0 } }), "list: limit"),
        (json!({ "list": { "limit": 101 } }), "list: limit"),
        (json!({ "list": { "pageToken": "x" } }), "list: pageToken"),
        (json!({ "list": { "kind": "activity" } }), "list: unknown variant `activity`"),
        (json!({ "list": { "olderThanSeconds": -1 } }), "list: invalid value"),
        (json!({ "list": { "who": "alice@example.com" } }), "`who`"),
        (json!({ "show": { "callbackId": "42" } }), "22 characters"),
        (json!({ "resend": { "callbackId": id } }), "`by`"),
        (json!({ "resend": { "callbackId": id, "by": " " } }), "resend: by"),
        (json!({ "settle": { "callbackId": id, "by": "" } }), "settle: by"),
        (json!({ "settle": null }), "settle: is not an object"),
    ] {
        let (error_type, message) = told(bench.handle(order.clone()).await.unwrap_err());
        assert_eq!(error_type, "Bridge.InvalidInput", "{order}");
        assert!(message.contains(named), "{order}: {message}");
    }
    assert_eq!(bench.outside.sent().len(), 1);
}
