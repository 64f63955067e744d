//! The pages about a running stack: the inbox, and what is open.

use std::time::Duration;

use callback_bridge_local::{Pages, Sample};
use reqwest::{Client, StatusCode, header::ACCEPT};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::approvals::bench::{People, stack};
use crate::bench::{PATIENCE, TOKEN, run};

const TITLE: &str = "Loan <b>42</b>: 25,000 EUR";

/// Opens the pages as somebody with a browser does, and as a program.
struct Reader {
    client: Client,
}

impl Reader {
    async fn get(&self, url: &str, accept: &str) -> reqwest::Response {
        self.client.get(url).header(ACCEPT, accept).send().await.unwrap()
    }

    /// A page, which shows no token and runs no script.
    async fn html(&self, url: &str) -> String {
        let reply = self.get(url, "text/html").await;
        assert_eq!(reply.status(), StatusCode::OK);
        let policy = reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
        let html = reply.text().await.unwrap();
        assert!(!html.contains(TOKEN) && !html.contains("<script"), "{html}");
        html
    }

    async fn json(&self, url: &str) -> Value {
        let text = self.get(url, "application/json").await.text().await.unwrap();
        assert!(!text.contains(TOKEN), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The first callback, once it has this status and somebody was told.
    async fn open(&self, pages: &Pages, status: &str) -> Value {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let open = self.json(&pages.open()).await;
            let callback = &open["callbacks"][0];
            if callback["status"] == status && callback["people"][0]["told"] == 1 {
                return callback.clone();
            }
            assert!(Instant::now() < give_up, "{open}");
            sleep(Duration::from_millis(25)).await;
        }
    }
}

async fn ask(sample: &Sample) -> (People<'_>, Pages, Reader) {
    let people = People::of(sample);
    let reader = Reader { client: Client::builder().no_proxy().build().unwrap() };
    (people, Pages::start(0, &sample.bridge).await.unwrap(), reader)
}

#[test]
fn what_is_open_is_shown_until_it_is_settled_and_never_its_token() {
    run(stack("open"), Duration::ZERO, async |sample| {
        let (people, pages, reader) = ask(sample).await;
        assert!(reader.html(&pages.open()).await.contains("Nobody has been asked yet."));
        let asked = json!({ "title": TITLE, "remindAfterSeconds": [600], "policy": { "veto": true } });
        let execution = people.ask(&["alice", "bob"], asked).await;

        let pending = reader.open(&pages, "pending").await;
        assert_eq!((&pending["title"], &pending["execution"]), (&json!(TITLE), &json!(execution)));
        assert_eq!(pending["people"][0]["address"], people.address("alice"));
        assert_eq!(
            (&pending["people"][0]["channel"], &pending["people"][0]["answer"]),
            (&json!("email"), &Value::Null)
        );
        assert!(pending["next"]["at"].is_string(), "{pending}");
        let html = reader.html(&pages.open()).await;
        assert!(html.contains("Loan &#60;b&#62;42&#60;/b&#62;") && html.contains("told once, no answer"), "{html}");
        assert!(html.contains(&execution) && !html.contains("/c/"), "{html}");

        assert_eq!(people.decide("bob", "reject", "too risky").await.status, 200);
        sample.end_of(&execution, PATIENCE).await.unwrap();
        let settled = reader.open(&pages, "settled").await;
        assert_eq!((&settled["decision"], &settled["disposition"]), (&json!("rejected"), &json!("settled")));
        assert_eq!((&settled["people"][1]["answer"]["comment"], &settled["next"]), (&json!("too risky"), &Value::Null));
        assert!(reader.html(&pages.open()).await.contains("too risky"));
    });
}

#[test]
fn the_inbox_has_both_parts_of_a_mail_and_the_html_part_can_do_nothing() {
    run(stack("inbox"), Duration::ZERO, async |sample| {
        let (people, pages, reader) = ask(sample).await;
        let execution = people.ask(&["alice"], json!({ "title": TITLE })).await;
        let link = people.link_of("alice").await;
        let inbox = reader.json(&pages.inbox()).await;
        let of_alice = |mail: &&Value| mail["to"][0] == people.address("alice");
        let mail = inbox["mails"].as_array().unwrap().iter().find(of_alice).unwrap();
        assert!(mail["text"].as_str().unwrap().contains(&link), "{mail}");

        let html = reader.html(&pages.inbox()).await;
        assert!(html.contains(&people.address("alice")) && html.contains(&link), "{html}");
        let part = format!("/inbox/{}", mail["id"].as_str().unwrap());
        assert!(html.contains(&format!("src=\"{part}\" sandbox=\"")) && !html.contains("<b>42</b>"), "{html}");
        let reply = reader.get(&format!("{}{part}", pages.url()), "text/html").await;
        let policy = reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox allow-popups"), "{policy}");
        let shown = reply.text().await.unwrap();
        assert_eq!(shown.replacen("<base target=\"_blank\">", "", 1), mail["html"].as_str().unwrap());

        let unknown = reader.get(&format!("{}/inbox/nobody", pages.url()), "text/html").await;
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
        assert_eq!(people.decide("alice", "approve", "").await.status, 200);
        sample.end_of(&execution, PATIENCE).await.unwrap();
    });
}

/// A page elsewhere may have its own name lead to this machine, and read what comes back; the name is in its requests.
#[test]
fn who_calls_the_pages_by_another_name_sees_nothing() {
    run(stack("names"), Duration::ZERO, async |sample| {
        let (people, pages, reader) = ask(sample).await;
        let execution = people.ask(&["alice"], json!({})).await;
        for path in ["/", "/inbox", "/open", "/style.css"] {
            let call = reader.client.get(format!("{}{path}", pages.url())).header("host", "evil.example.com:80");
            assert_eq!(call.send().await.unwrap().status(), StatusCode::MISDIRECTED_REQUEST, "{path}");
        }
        people.decide("alice", "approve", "").await;
        sample.end_of(&execution, PATIENCE).await.unwrap();
        let url = pages.inbox();
        drop(pages);
        let give_up = Instant::now() + PATIENCE;
        while Client::builder().no_proxy().build().unwrap().get(&url).send().await.is_ok() {
            assert!(Instant::now() < give_up, "the pages outlive their owner");
        }
    });
}
