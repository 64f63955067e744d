//! Calls of URLs that are not taken: of wrong links, too late, of another action than the URL says, or switched off meanwhile.

use std::time::Duration;

use callbacks::{
    CapabilityLink, LinkKeys, Recipient, Withdrawal,
    urls::{Switches, TransactionId},
};
use serde_json::json;

use crate::{
    bench::{ALICE, Bench, KEYS, Seen, Sent},
    provider,
    urls::{ACCEPT, BROWSER, ON, Told, Urls, error, sent},
};

fn link_of(recipient: Recipient, generation: u16) -> String {
    CapabilityLink::new(&LinkKeys::read(KEYS).unwrap(), Bench::id(), recipient, generation).secret()
}

#[tokio::test]
async fn every_wrong_link_gets_the_same_404() {
    let urls = Urls::new().await;
    let others = LinkKeys::read("another key of thirty-two letters!").unwrap();
    let elsewhere = "ungWv48Bz-pBQUDeXa4iIw".parse().unwrap();
    let (set, other_set) = (TransactionId::new(1), TransactionId::new(2));
    let first = Recipient::Action { set, action: 0 };
    let right = urls.link("approve");
    assert_eq!(right, link_of(first, 0));
    let wrong = [
        String::new(),
        "x".to_owned(),
        "..".to_owned(),
        right[1..].to_owned(),
        format!("{right}x"),
        format!("{right}."),
        right.replace(".a0-", ".a1-"),
        right.replace(".a0-", ".a00-"),
        CapabilityLink::new(&others, Bench::id(), first, 0).secret(),
        CapabilityLink::new(&LinkKeys::read(KEYS).unwrap(), elsewhere, first, 0).secret(),
        link_of(first, 1),
        link_of(Recipient::Action { set, action: 3 }, 0),
        link_of(Recipient::Action { set: other_set, action: 0 }, 0),
        link_of(Recipient::Approver(0), 0),
        link_of(Recipient::Destination, 0),
    ];
    for accept in [BROWSER, "application/json"] {
        let mut seen = Vec::new();
        for link in &wrong {
            for method in ["GET", "POST"] {
                seen.push(urls.bench.seen(sent(method, link).with_header("accept", accept)).await);
            }
        }
        assert!(seen[0].status == 404 && seen[0].body.contains("InvalidPayload"), "{seen:?}");
        assert!(seen.iter().all(|response| *response == seen[0]), "{seen:?}");
    }
    assert_eq!(urls.bench.callbacks.calls(), []);
}

#[tokio::test]
async fn a_link_leads_nowhere_behind_the_path_of_another_kind() {
    let (urls, people, machine) = (Urls::new().await, Bench::new().await, provider::called().await);
    let (approve, alice, destination) = (urls.link("approve"), people.link_of(ALICE), provider::link(&machine));
    let with = |sent: Sent, body: &str| sent.with_body("application/json", body);
    let mut seen: Vec<Seen> = Vec::new();
    for method in ["GET", "POST"] {
        seen.push(urls.bench.seen(with(Sent::new(method, &approve), r#"{ "choice": "approve" }"#)).await);
        seen.push(urls.bench.seen(with(provider::behind(method, &approve, "success"), r#"{ "output": 1 }"#)).await);
        seen.push(people.seen(with(sent(method, &alice), r#"{ "choice": "approve" }"#)).await);
        seen.push(machine.seen(with(sent(method, &destination), r#"{ "output": 1 }"#)).await);
    }
    for seen in seen {
        assert_eq!(seen.status, 404);
        assert!(["InvalidPayload", "unknown-link"].iter().any(|name| seen.body.contains(name)), "{}", seen.body);
    }
    for bench in [urls.bench, people, machine] {
        assert_eq!(bench.callbacks.calls(), []);
    }
}

#[tokio::test]
async fn what_can_be_refused_without_the_table_is() {
    let urls = Urls::new().await;
    let (before, calls) = (urls.bench.stored(), urls.bench.table.calls());
    let large = urls.to("POST", "approve").with_body("application/json", &"x".repeat(65_537));
    for (sent, status, name) in [
        (urls.to("PUT", "approve"), 405, "MethodNotAllowed"),
        (urls.to("DELETE", "approve"), 405, "MethodNotAllowed"),
        (urls.to("OPTIONS", "approve"), 405, "MethodNotAllowed"),
        (large, 413, "PayloadTooLarge"),
        (sent("GET", "x"), 404, "InvalidPayload"),
        (sent("POST", &format!("{}x", urls.link("approve"))), 404, "InvalidPayload"),
        (sent("POST", &link_of(Recipient::Destination, 0)), 404, "InvalidPayload"),
    ] {
        let seen = urls.bench.seen(sent.with_header("accept", "application/json")).await;
        assert_eq!(error(&seen), (status, name.to_owned()));
        assert_eq!(seen.headers.get("allow").map(String::as_str), (status == 405).then_some("GET, HEAD, POST"));
        assert_eq!(urls.bench.table.calls(), calls, "{name}");
    }
    assert_eq!((urls.bench.stored(), urls.bench.callbacks.calls()), (before, vec![]));
    let largest = urls.to("POST", "approve").with_body("text/plain", &"x".repeat(65_536));
    assert_eq!(urls.bench.seen(largest).await.status, 200);
}

#[tokio::test]
async fn a_url_that_says_something_else_than_its_action_is_refused() {
    let urls = Urls::new().await;
    let before = urls.bench.stored();
    for query in ["action=reject&type=success", "action=approve&type=failure", "type=heartbeat", "action=Approve"] {
        for method in ["GET", "POST"] {
            let seen = urls.bench.seen(urls.to(method, "approve").with_query(query)).await;
            assert_eq!(error(&seen), (400, "ActionMismatched".to_owned()), "{method} {query}");
        }
    }
    assert_eq!((urls.bench.stored(), urls.bench.callbacks.calls()), (before, vec![]));
}

#[tokio::test]
async fn after_the_expiration_urls_are_refused_before_and_after_the_sweep() {
    let actions = json!([{ "name": "it", "type": "success", "output": 1 }, { "name": "beat", "type": "heartbeat" }]);
    let urls = Urls::ordered(json!({ "actions": actions, "expiration": "2026-11-22T12:00:00+01:00" })).await;
    urls.bench.pass(Duration::from_secs(3_599));
    assert_eq!(urls.bench.seen(urls.to("GET", "it")).await.status, 200);
    assert_eq!(urls.post("beat").await.status, 200);
    urls.bench.pass(Duration::from_secs(1));
    for swept in [false, true] {
        if swept {
            urls.bench.sweep().await;
        }
        let before = urls.bench.stored();
        for name in ["it", "beat"] {
            for method in ["GET", "POST"] {
                let seen = urls.bench.seen(urls.to(method, name)).await;
                assert_eq!(error(&seen), (400, "ExpiredPayload".to_owned()), "{method} {name}, swept: {swept}");
            }
        }
        assert_eq!(urls.bench.stored(), before, "looking closes nothing");
    }
    let [Told::Failure(name, cause)] = &urls.told()[..] else { panic!("{:?}", urls.told()) };
    assert!(name == "Bridge.Expired" && cause.contains("2026-11-22T11:00:00Z"), "{name}: {cause}");
    assert_eq!(urls.bench.callbacks.heartbeats(), 1);
}

#[tokio::test]
async fn who_has_answered_in_time_is_told_so_again_after_the_expiration() {
    let actions = json!([{ "name": "it", "type": "success", "output": 1 }, { "name": "other", "type": "failure" }]);
    let urls = Urls::ordered(json!({ "actions": actions, "expiration": "2026-11-22T11:00:00Z" })).await;
    let first = urls.post("it").await;
    assert_eq!((first.status, first.json()), (200, urls.taken("it")));
    urls.bench.pass(Duration::from_hours(2));
    for method in ["POST", "GET"] {
        assert_eq!(urls.bench.seen(urls.to(method, "it")).await, first, "{method}");
        let seen = urls.bench.seen(urls.to(method, "other")).await;
        assert_eq!(error(&seen), (400, "ExpiredPayload".to_owned()), "{method}");
    }
    assert_eq!(urls.told().len(), 1);
}

#[tokio::test]
async fn the_urls_of_one_call_expire_while_those_of_another_go_on() {
    let action = |output: &str| json!([{ "name": "it", "type": "success", "output": output }]);
    let first = Urls::ordered(json!({ "actions": action("first"), "expiration": "2026-11-22T11:00:00Z" })).await;
    let (get, post) = (first.to("GET", "it"), first.to("POST", "it"));
    let urls = first.more(json!({ "actions": action("second") })).await;
    urls.bench.pass(Duration::from_hours(2));
    urls.bench.sweep().await;
    for sent in [get, post] {
        let seen = urls.bench.seen(sent).await;
        assert_eq!(error(&seen), (400, "ExpiredPayload".to_owned()));
        assert_eq!(seen.json()["message"], "the URL has expired: 2026-11-22T11:00:00Z");
    }
    assert_eq!(urls.post("it").await.status, 200);
    assert_eq!(urls.told(), [Told::Success(json!("second"))]);
}

#[tokio::test]
async fn a_task_whose_time_is_over_is_answered_by_no_url_that_never_expires() {
    let urls = Urls::new().await;
    urls.bench.pass(Duration::from_hours(365 * 24));
    for swept in [false, true] {
        if swept {
            urls.bench.sweep().await;
        }
        for accept in ACCEPT {
            let seen = urls.bench.seen(urls.to("POST", "approve").with_header("accept", accept)).await;
            assert!(seen.status == 400 && seen.body.contains("ExpiredPayload"), "{swept} {}", seen.body);
        }
    }
    let [Told::Failure(name, _)] = &urls.told()[..] else { panic!("{:?}", urls.told()) };
    assert_eq!(name, "Bridge.Expired");
}

#[tokio::test]
async fn what_is_switched_off_meanwhile_is_refused_and_works_when_it_is_on_again() {
    let outcome = json!({ "name": "o", "type": "heartbeat", "schema": {} });
    let urls = Urls::ordered(json!({
        "actions": [
            { "name": "hook", "type": "post", "outcomes": [outcome] },
            { "name": "beat", "type": "heartbeat" },
        ],
        "enable_output_parameters": true,
    }))
    .await
    .switched(Switches::default());
    let before = urls.bench.stored();
    for method in ["GET", "POST"] {
        for (name, off) in [("hook", "PostActionsDisabled"), ("beat", "ParametersDisabled")] {
            let sent = urls.to(method, name).with_body("application/json", "{}");
            assert_eq!(error(&urls.bench.seen(sent).await), (400, off.to_owned()), "{method} {name}");
        }
    }
    assert_eq!((urls.bench.stored(), urls.bench.callbacks.calls()), (before, vec![]));
    let urls = urls.switched(ON);
    assert_eq!((urls.post_json("hook", &json!({})).await.status, urls.post("beat").await.status), (200, 200));
}

#[tokio::test]
async fn what_was_withdrawn_is_answered_by_nobody() {
    let urls = Urls::new().await;
    let withdrawal = Withdrawal { by: "carol@example.com".to_owned(), reason: "a mistake".to_owned() };
    urls.bench.desk.withdraw(Bench::id(), &withdrawal).await.unwrap();
    for name in ["approve", "still_here"] {
        for method in ["GET", "POST"] {
            let seen = urls.bench.seen(urls.to(method, name)).await;
            assert_eq!(error(&seen), (400, "StepFunctionsError".to_owned()), "{method} {name}");
            assert!(!seen.body.contains("carol"), "who withdrew it is nobody else's business: {}", seen.body);
        }
    }
    assert_eq!(urls.bench.outside.late().len(), 1, "an answer was late, and a heartbeat is none");
}
