//! No reply of the running functions is undocumented, whatever they are sent.

use std::time::Duration;

use callback_bridge_local::provider::PAYMENT_PROVIDER;
use callbacks::signed::SigningSecrets;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::bench::ThirdParty;
use crate::{
    approvals::{People, stack},
    bench::{PATIENCE, run},
};

const WAYS: [&str; 4] = ["answer", "success", "failure", "heartbeat"];

#[expect(clippy::disallowed_methods, reason = "the functions look at the clock of the machine")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn with_json(request: RequestBuilder, body: &str) -> RequestBuilder {
    request.header("content-type", "application/json").body(body.to_owned())
}

#[test]
fn what_a_machine_is_told_by_its_link_is_documented() {
    run(stack("documented-links"), Duration::ZERO, async |sample| {
        let third_party = ThirdParty::of(sample);
        let task = third_party.called("documented").await;
        let told = async |request: RequestBuilder| third_party.told(request).await.in_short();
        let post = |way: &str| third_party.request(Method::POST, &format!("{}/{way}", task.link));
        let is = |status: u16, said: &str| (status, said.to_owned());

        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH] {
            for path in [""].into_iter().chain(WAYS) {
                let url = format!("{}/{path}", task.link);
                let seen = third_party.told(third_party.request(method.clone(), url.trim_end_matches('/'))).await;
                let wanted = if method == Method::GET || method == Method::HEAD { 200 } else { 405 };
                assert_eq!(seen.status, wanted, "{method} {path}");
            }
        }
        for way in WAYS.into_iter().chain(["elsewhere"]) {
            let wrong = format!("{}/c/guess/{way}", sample.bridge.api_url());
            assert_eq!(told(third_party.request(Method::GET, &wrong)).await, is(404, "unknown-link"), "{way}");
        }
        assert_eq!(told(post("elsewhere")).await, is(404, "unknown-link"));
        for way in WAYS {
            let elsewhere = post(way).header("sec-fetch-site", "cross-site");
            assert_eq!(told(elsewhere).await, is(403, "cross-site"), "{way}");
            let large = "1".repeat(65_537);
            assert_eq!(told(with_json(post(way), &large)).await, is(413, "too-large"), "{way}");
        }
        for way in ["answer", "success"] {
            assert_eq!(told(post(way).body("paid")).await, is(415, "not-json"), "{way}");
            assert_eq!(told(with_json(post(way), "{")).await, is(422, "not-understood"), "{way}");
            assert_eq!(told(with_json(post(way), "{}")).await, is(422, "not-understood"), "{way}");
        }
        let by_people = with_json(third_party.request(Method::POST, &task.link), r#"{"choice":"approve","shown":"x"}"#);
        assert_eq!(told(by_people).await, is(405, "method-not-allowed"));
        let beat = |key: &str| post("heartbeat").header("idempotency-key", key.to_owned());
        assert_eq!(told(beat("one")).await, is(200, "open"));
        assert_eq!(told(with_json(beat("one"), "2")).await, is(422, "key-reused"));
        assert_eq!(told(beat(&"x".repeat(257))).await, is(422, "not-understood"));
        assert_eq!(told(with_json(post("success"), r#"{"output":1}"#)).await, is(200, "succeeded"));
        assert_eq!(told(with_json(post("success"), r#"{"output":2}"#)).await, is(409, "decided"));
        sample.end_of(&task.execution, PATIENCE).await.unwrap();
    });
}

#[test]
fn what_a_machine_is_told_that_comes_too_late_is_documented() {
    run(stack("documented-late"), Duration::ZERO, async |sample| {
        let third_party = ThirdParty::of(sample);
        let told = async |link: &str, way: &str| {
            third_party.told(third_party.request(Method::POST, &format!("{link}/{way}"))).await.in_short()
        };
        let stopped = third_party.called("stopped").await;
        sample.bridge.sfn().stop_execution().execution_arn(&stopped.execution).send().await.unwrap();
        for _ in 0..2 {
            assert_eq!(told(&stopped.link, "heartbeat").await, (410, "nobody-waits".to_owned()));
        }
        assert_eq!(told(&stopped.link, "failure").await, (410, "nobody-waits".to_owned()));
        let withdrawn = third_party.called("withdrawn").await;
        let people = People::of(sample);
        people.withdraw(&withdrawn.link, "carol", "paid in cash").await;
        assert_eq!(told(&withdrawn.link, "failure").await, (410, "withdrawn".to_owned()));
        assert_eq!(
            people.fails(&withdrawn.execution, "Bridge.Withdrawn").await["callbackId"],
            withdrawn.payment.callback_id
        );
    });
}

#[test]
fn what_a_sender_is_told_is_documented() {
    run(stack("documented-events"), Duration::ZERO, async |sample| {
        let third_party = ThirdParty::of(sample);
        let task = third_party.called("events").await;
        let secret = sample.provider.senders()[PAYMENT_PROVIDER]["verifyWith"][0].as_str().unwrap().to_owned();
        let secrets = SigningSecrets::new(&[secret]).unwrap();
        let to =
            |sender: &str| third_party.request(Method::POST, &format!("{}/webhooks/{sender}", sample.bridge.api_url()));
        let signed = |id: &str, body: &str, at: Timestamp| {
            let request = to(PAYMENT_PROVIDER).header("webhook-id", id).header("webhook-timestamp", at.as_second());
            with_json(request.header("webhook-signature", secrets.sign(id, at, body)), body)
        };
        let told = async |request: RequestBuilder| third_party.told(request).await.in_short();
        let is = |status: u16, said: &str| (status, said.to_owned());
        let event = |status: &str| json!({ "status": status, "data": { "paymentId": task.payment.id } }).to_string();

        assert_eq!(told(with_json(to("nobody"), "{}")).await, is(404, "unknown-sender"));
        assert_eq!(told(with_json(to(PAYMENT_PROVIDER), "{}")).await, is(401, "bad-signature"));
        let long_ago = now().checked_sub(SignedDuration::from_mins(6)).unwrap();
        assert_eq!(told(signed("evt-1", &event("paid"), long_ago)).await, is(401, "stale"));
        let large = format!("\"{}\"", "x".repeat(65_536));
        assert_eq!(told(signed("evt-2", &large, now())).await, is(413, "too-large"));
        assert_eq!(told(signed("evt-3", "{", now())).await, is(422, "not-understood"));
        let at = now();
        let text = to(PAYMENT_PROVIDER).header("webhook-id", "evt-4").header("webhook-timestamp", at.as_second());
        let text = text.header("webhook-signature", secrets.sign("evt-4", at, "paid")).body("paid");
        assert_eq!(told(text).await, is(415, "not-json"));
        assert_eq!(told(signed("evt-5", "{}", now())).await, is(202, "ignored"));
        let unknown = json!({ "status": "paid", "data": { "paymentId": "pay_unknown" } }).to_string();
        assert_eq!(told(signed("evt-6", &unknown, now())).await, is(202, "kept"));
        assert_eq!(told(signed("evt-7", &event("odd"), now())).await, is(202, "ignored"));
        assert_eq!(told(signed("evt-8", &event("processing"), now())).await, is(200, "open"));
        for _ in 0..2 {
            assert_eq!(told(signed("evt-9", &event("paid"), now())).await, is(200, "succeeded"));
        }
        assert_eq!(told(signed("evt-9", &event("failed"), now())).await, is(422, "key-reused"));
        assert_eq!(told(signed("evt-10", &event("failed"), now())).await, is(409, "decided"));
        sample.end_of(&task.execution, PATIENCE).await.unwrap();
    });
}

#[test]
fn what_a_person_is_told_is_documented() {
    run(stack("documented-people"), Duration::ZERO, async |sample| {
        let (third_party, people) = (ThirdParty::of(sample), People::of(sample));
        let approval = json!({ "comment": "requiredOnReject", "policy": { "approvals": "all" } });
        let execution = people.ask(&["alice", "bob"], approval).await;
        let (alice, bob) = (people.link_of("alice").await, people.link_of("bob").await);
        let shown =
            third_party.told(third_party.request(Method::GET, &alice).header("accept", "application/json")).await;
        let shown = shown.json()["shown"].as_str().unwrap().to_owned();
        let wrong = format!("{}/c/guess", sample.bridge.api_url());
        for accept in ["text/html", "application/json"] {
            let request = |method: Method, url: &str| third_party.request(method, url).header("accept", accept);
            let told = async |request: RequestBuilder| third_party.told(request).await.status;
            let answer = |link: &str, answer: Value| with_json(request(Method::POST, link), &answer.to_string());
            for (method, status) in [(Method::GET, 200), (Method::HEAD, 200), (Method::PUT, 405)] {
                assert_eq!(told(request(method.clone(), &alice)).await, status, "{method}");
            }
            assert_eq!(told(request(Method::GET, &wrong)).await, 404);
            let elsewhere = answer(&alice, json!({})).header("sec-fetch-site", "cross-site");
            assert_eq!(told(elsewhere).await, 403);
            assert_eq!(told(request(Method::POST, &alice).body("x".repeat(65_537))).await, 413);
            assert_eq!(told(request(Method::POST, &alice).body("approve")).await, 415);
            for unusable in [
                json!({ "choice": "maybe" }),
                json!({ "shown": shown }),
                json!({ "choice": "approve", "shown": "another" }),
                json!({ "choice": "reject", "shown": shown }),
                json!({ "choice": "reject", "shown": shown, "comment": "x".repeat(501) }),
            ] {
                let status = told(answer(&bob, unusable.clone())).await;
                assert_eq!(status, 422, "{unusable}");
            }
            assert_eq!(told(answer(&alice, json!({ "choice": "approve", "shown": shown }))).await, 200);
            let otherwise = json!({ "choice": "reject", "shown": shown, "comment": "no" });
            assert_eq!(told(answer(&alice, otherwise)).await, 409);
        }
        let approve = json!({ "choice": "approve", "shown": shown }).to_string();
        let decided = third_party.told(with_json(third_party.request(Method::POST, &bob), &approve)).await;
        assert_eq!(decided.in_short(), (200, "approved".to_owned()));
        assert_eq!(people.succeeds(&execution).await["decision"], "approved");
        let withdrawn = people.ask(&["carol"], json!({})).await;
        let carol = people.link_of("carol").await;
        people.withdraw(&carol, "dave", "a mistake").await;
        let late = third_party.told(with_json(third_party.request(Method::POST, &carol), &approve)).await;
        assert_eq!(late.status, 410);
        people.fails(&withdrawn, "Bridge.Withdrawn").await;
    });
}
