//! The door for people, as parameters make it: under a name of one's own, and for those who have signed in.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_sfn::types::ExecutionStatus;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callback_bridge_local::people::Page;
use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::{
    approvals::{People, stack},
    bench::{PATIENCE, links, run},
    stored,
};

const ISSUER: &str = "https://login.example.com";
const AUDIENCE: &str = "approvals";

#[test]
fn links_have_the_domain_that_people_trust_and_there_is_no_other_way_in() {
    let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/6a7e8feb-0000-4000-8000-000000000000";
    let stack = stack("domain").parameter("DomainName", "decide.example.com").parameter("CertificateArn", certificate);
    run(stack, Duration::ZERO, async |sample| {
        let people = People::of(sample);
        assert_eq!(sample.bridge.output("LinkUrl").unwrap(), "https://decide.example.com");
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.link_of("alice").await;
        let secret = link.strip_prefix("https://decide.example.com/c/").expect("the domain is in the link");
        // What the name leads to is here; names and certificates are not.
        let page = people.browser.open(&format!("{}/c/{secret}", sample.bridge.api_url())).await.unwrap();
        let form = page.form().unwrap().choose("choice", "approve").unwrap();
        assert_eq!(people.browser.send(&page, &form).await.unwrap().status, 200);
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

/// A token with these claims beside those that are asked for, and nobody's signature, which nobody checks here.
#[expect(clippy::disallowed_methods, reason = "a token is good for an hour of the day")]
fn token(claims: &Value) -> String {
    let mut all = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": Timestamp::now().as_second() + 3600 });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    let [header, payload] = [json!({ "alg": "RS256" }), all].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{payload}.c2lnbmF0dXJl")
}

async fn sent(request: RequestBuilder, claims: &Value) -> Response {
    request.bearer_auth(token(claims)).header("accept", "text/html").send().await.unwrap()
}

async fn approve(client: &Client, link: &str, claims: &Value) -> Response {
    let page = sent(client.get(link), claims).await;
    assert_eq!(page.status(), 200);
    let (url, status, headers) = (link.parse().unwrap(), page.status(), page.headers().clone());
    let page = Page { url, status, headers, html: page.text().await.unwrap() };
    let form = page.form().unwrap().choose("choice", "approve").unwrap();
    sent(client.post(link).form(&form.fields), claims).await
}

#[test]
fn who_has_signed_in_is_who_decides() {
    let stack = stack("signed-in").parameter("JwtIssuer", ISSUER).parameter("JwtAudience", AUDIENCE);
    run(stack, Duration::ZERO, async |sample| {
        let (people, client) = (People::of(sample), Client::builder().no_proxy().build().unwrap());
        let both = json!({ "requestedBy": "carol@example.com", "policy": { "approvals": "all" } });
        let execution = people.ask(&["alice", "bob"], both).await;
        let (link, other_link) = (people.link_of("alice").await, people.link_of("bob").await);
        assert_eq!(people.browser.open(&link).await.unwrap().status, 401, "nobody has signed in");
        let elsewhere = json!({ "email": "alice@example.com", "iss": "https://login.example.net" });
        assert_eq!(sent(client.get(&link), &elsewhere).await.status(), 401);
        let requester = json!({ "email": "Carol@example.com" });
        assert_eq!(approve(&client, &link, &requester).await.status(), 422, "whoever asked does not approve");
        let nameless = json!({ "sub": "1" });
        assert_eq!(approve(&client, &link, &nameless).await.status(), 403, "nobody knows who this is");
        let dave = json!({ "email": "dave@example.com" });
        assert_eq!(approve(&client, &link, &dave).await.status(), 200);
        assert_eq!(approve(&client, &other_link, &dave).await.status(), 409, "one person is not two");
        let erin = json!({ "email": "erin@example.com" });
        assert_eq!(approve(&client, &other_link, &erin).await.status(), 200);
        let output = sample.end_of(&execution, PATIENCE).await.unwrap().output.unwrap();
        let by = [&output["answers"][0]["by"], &output["answers"][1]["by"]];
        assert_eq!(by, ["dave@example.com", "erin@example.com"], "the links were forwarded to them");
    });
}

/// Mail scanners open links, follow what they find, and send what scripts would.
#[test]
fn a_robot_that_follows_every_link_changes_nothing() {
    run(stack("robot"), Duration::ZERO, async |sample| {
        let (people, client) = (People::of(sample), Client::builder().no_proxy().build().unwrap());
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.link_of("alice").await;
        stored::is_at_rest(sample).await;
        let before = stored::states(sample).await;
        for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE] {
            for url in [link.clone(), format!("{link}?choice=approve"), format!("{link}#approve")] {
                let status = client.request(method.clone(), &url).send().await.unwrap().status();
                let wanted = if method == Method::GET || method == Method::HEAD { 200 } else { 405 };
                assert_eq!(status, wanted, "{method}");
            }
        }
        let form = people.browser.open(&link).await.unwrap().form().unwrap();
        for (fields, status) in [
            (BTreeMap::new(), 422),
            ([("choice".to_owned(), "approve".to_owned())].into(), 422), // what was shown is not said
            (form.fields.clone(), 422),                                  // as it comes, nothing is chosen
        ] {
            let post = client.post(&link).header("accept", "text/html").form(&fields);
            assert_eq!(post.send().await.unwrap().status(), status, "{fields:?}");
        }
        let chosen = form.choose("choice", "approve").unwrap();
        let elsewhere = client.post(&link).header("sec-fetch-site", "cross-site").form(&chosen.fields);
        assert_eq!(elsewhere.send().await.unwrap().status(), 403, "a page elsewhere sends the form");
        assert_eq!(stored::states(sample).await, before);
        assert_eq!(client.post(&link).form(&chosen.fields).send().await.unwrap().status(), 200, "a person does");
        assert_eq!(sample.end_of(&execution, PATIENCE).await.unwrap().status, ExecutionStatus::Succeeded);
    });
}

#[test]
fn every_wrong_link_gets_the_same_answer() {
    run(stack("wrong-links"), Duration::ZERO, async |sample| {
        let people = People::of(sample);
        people.ask(&["alice", "bob"], json!({})).await;
        let link = people.link_of("alice").await;
        let (base, secret) = link.split_once("/c/").unwrap();
        let [id, approver, mac] = secret.split('.').collect::<Vec<_>>()[..] else { panic!("the link has other parts") };
        assert_eq!(approver, "0");
        let (nobody, other_mac) = ("A".repeat(id.len()), "A".repeat(mac.len()));
        let mut answers = Vec::new();
        for wrong in [
            format!("{id}.1.{mac}"), // alice's proof for bob's link
            format!("{id}.0v1.{mac}"),
            format!("{id}.0.{other_mac}"),
            format!("{nobody}.0.{mac}"),
            format!("{id}.0"),
            "guess".to_owned(),
        ] {
            let page = people.browser.open(&format!("{base}/c/{wrong}")).await.unwrap();
            assert_eq!(page.status, 404);
            answers.push(page.html);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
    });
}

#[test]
fn what_output_is_searched_for_is_every_link() {
    run(stack("printed-links"), Duration::ZERO, async |sample| {
        let people = People::of(sample);
        people.ask(&["alice"], json!({})).await;
        let link = people.link_of("alice").await;
        let searched_for = links(sample.bridge.region()).await;
        assert!(searched_for.iter().any(|secret| link.ends_with(secret) && secret.len() > 40), "{searched_for:?}");
    });
}
