//! Scanners of mails and previewers of chats open links before people do, and that decides nothing.

use callback_bridge_local::CallEvent;
use reqwest::{Client, Method, redirect::Policy};
use serde_json::json;

use super::bench::{People, run};

/// What those who open links on behalf of others call themselves.
const SCANNERS: [&str; 13] = [
    // Safe Links of Microsoft Defender comes as a browser.
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mozilla/5.0 (compatible; Mimecast URL Protect)",
    "Mozilla/5.0 (compatible; BarracudaCentral/1.0; +http://www.barracudacentral.org)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Twitterbot/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    // The preview of iMessage comes as two of the others at once.
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "curl/8.11.0",
];

/// How often each of them asks.
const TIMES: usize = 10;

#[test]
fn what_only_opens_a_link_decides_nothing() {
    run("scanners", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.asked("alice").await;
        let before = people.items().await;
        assert_eq!(before.len(), 2);

        for scanner in SCANNERS {
            let client = Client::builder().no_proxy().redirect(Policy::none()).user_agent(scanner).build().unwrap();
            for (method, status) in [(Method::HEAD, 200), (Method::GET, 200), (Method::OPTIONS, 405)] {
                for _ in 0..TIMES {
                    let reply = client.request(method.clone(), &link).send().await.unwrap();
                    assert_eq!(reply.status(), status, "{method} by {scanner}");
                    let shown = reply.text().await.unwrap().contains("<form");
                    assert_eq!(shown, method == Method::GET, "{method} by {scanner}");
                }
            }
        }
        let changed = people.items().await != before;
        assert!(!changed, "a scanner has changed something");
        // Nor did the function that shows the page try to.
        let sample = people.sample;
        let shows = &*sample.bridge.function("ReceiveCallbackFunction").unwrap().name;
        let calls = sample.bridge.proxy().calls().items().into_iter();
        let calls = calls.filter(|call| call.caller.as_deref() == Some(shows) && call.what == CallEvent::Came);
        let mut operations: Vec<_> = calls.map(|call| call.operation).collect();
        operations.sort();
        operations.dedup();
        assert_eq!(operations, ["GetSecretValue".into(), "Query".into()]);
        goes_on(people, &execution).await;
    });
}

#[test]
fn what_plays_with_the_form_without_choosing_decides_nothing() {
    run("scanners-form", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.asked("alice").await;
        let before = people.items().await;

        let page = people.browser.open(&link).await.unwrap();
        let form = page.form().unwrap();
        assert_eq!(form.fields.keys().collect::<Vec<_>>(), ["shown"], "nothing is chosen from the beginning");
        for scanner in SCANNERS {
            let client = Client::builder().no_proxy().redirect(Policy::none()).user_agent(scanner).build().unwrap();
            let reply = client.post(&link).form(&form.fields).send().await.unwrap();
            assert_eq!(reply.status(), 422, "the form as it comes, by {scanner}");
            // Some take every form for a search.
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&form.fields).append_pair("choice", "approve").append_pair("comment", "x");
            let reply = client.get(format!("{link}?{}", query.finish())).send().await.unwrap();
            assert_eq!(reply.status(), 200, "an answer that is asked for, by {scanner}");
            for method in [Method::PUT, Method::PATCH, Method::DELETE] {
                let reply = client.request(method.clone(), &link).json(&json!({ "choice": "approve" })).send().await;
                assert_eq!(reply.unwrap().status(), 405, "{method} by {scanner}");
            }
        }
        let changed = people.items().await != before;
        assert!(!changed, "a scanner has changed something");
        goes_on(people, &execution).await;
    });
}

/// That it is still waited for, and that what the person says then counts.
async fn goes_on(people: &People<'_>, execution: &str) {
    assert!(people.is_running(execution).await);
    assert_eq!(people.decide("alice", "approve", "read by a person").await.status, 200);
    let output = people.succeeds(execution).await;
    assert_eq!(
        (&output["decision"], &output["answers"][0]["comment"]),
        (&json!("approved"), &json!("read by a person"))
    );
}
