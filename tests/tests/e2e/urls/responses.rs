//! What whoever calls a URL is shown: what its action says, else the usual; for an error always the usual.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

use super::bench::{run, stack, text};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

#[test]
fn the_accept_header_chooses_among_the_responses_of_an_action() {
    run(stack("urls-responses"), async |urls| {
        let response = json!({ "json": { "hello": "world" }, "html": "<b>hello</b>", "text": "hello" });
        let actions = json!([{ "name": "go", "type": "success", "output": 1, "response": response }]);
        let (waiting, created) = urls.created(actions).await;
        let url = &created["urls"]["go"];
        for (accept, content_type, body) in [
            ("application/json", JSON, r#"{"hello":"world"}"#),
            ("text/html,application/xhtml+xml,*/*;q=0.8", HTML, "<b>hello</b>"),
            ("text/plain", TEXT, "hello"),
            ("text/plain;q=0.5, text/html;q=0.4", TEXT, "hello"),
            ("text/*", HTML, "<b>hello</b>"),
            ("*/*", JSON, r#"{"hello":"world"}"#),
            ("image/png", JSON, r#"{"hello":"world"}"#),
        ] {
            let posted = urls.post_as(accept, url).await;
            assert_eq!((posted.status, &*posted.headers["content-type"], &*posted.body), (200, content_type, body));
        }
        assert!(posted_without_accept(text(url)).ends_with(r#"{"hello":"world"}"#));
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!(1)));
    });
}

/// What a caller gets that says nothing about what it wants, as no HTTP client of a library does.
fn posted_without_accept(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "POST /{path} HTTP/1.0\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn the_usual_reply_names_the_transaction_and_the_action_in_every_form() {
    run(stack("urls-usual"), async |urls| {
        let actions = json!([
            { "name": "plain", "type": "success", "output": 1 },
            { "name": "partly", "type": "heartbeat", "response": { "text": "thump" } },
        ]);
        let (waiting, created) = urls.created(actions).await;
        let id = &created["transaction_id"];
        for (action, of_type) in [("partly", "heartbeat"), ("plain", "success")] {
            let usual = json!({ "transaction_id": id, "action": { "name": action, "type": of_type } });
            let url = &created["urls"][action];
            for accept in ["application/json", "image/png"] {
                let posted = urls.post_as(accept, url).await;
                assert_eq!((&*posted.headers["content-type"], posted.json()), (JSON, usual.clone()));
            }
            let html = urls.post_as("text/html", url).await;
            assert_eq!(html.headers["content-type"], HTML);
            assert!(html.body.contains(id.as_str().unwrap()) && html.body.contains(action), "{}", html.body);
            let plain = urls.post_as("text/plain", url).await;
            assert_eq!(plain.headers["content-type"], TEXT);
            if action == "plain" {
                assert_eq!(serde_json::from_str::<Value>(&plain.body).unwrap(), usual);
            } else {
                assert_eq!(plain.body, "thump");
            }
        }
        assert_eq!(urls.end_of(&waiting).await.output, Some(json!(1)));
    });
}

#[test]
fn errors_are_shown_in_the_usual_way_whatever_the_action_says() {
    run(stack("urls-errors"), async |urls| {
        let responses = [
            json!({ "json": { "mine": true }, "html": "<b>mine</b>", "text": "mine" }),
            json!({ "redirect": "https://mine.example.com/" }),
        ];
        for response in responses {
            let actions = json!([
                { "name": "go", "type": "success", "output": 1, "response": response },
                { "name": "hook", "type": "post", "response": response, "outcomes": [
                    { "name": "never", "type": "heartbeat", "schema": { "not": {} }, "response": response },
                ] },
            ]);
            let (waiting, created) = urls.created(actions).await;
            let mismatched = Value::from(text(&created["urls"]["go"]).replace("type=success", "type=failure"));
            let error = urls.post_as("application/json", &mismatched).await;
            assert_eq!((error.error(), &*error.headers["content-type"]), ((400, "ActionMismatched".to_owned()), JSON));
            let fields: Vec<_> = error.json().as_object().unwrap().keys().cloned().collect();
            assert_eq!(fields, ["error", "message"]);
            let html = urls.post_as("text/html", &mismatched).await;
            assert_eq!((html.status, &*html.headers["content-type"]), (400, HTML));
            assert!(html.body.contains("ActionMismatched") && !html.body.contains("mine"), "{}", html.body);
            let plain = urls.post_as("text/plain", &mismatched).await;
            assert_eq!((plain.status, &*plain.headers["content-type"]), (400, TEXT));
            assert_eq!(plain.error().1, "ActionMismatched");
            let unfit = urls.post_json(&created["urls"]["hook"], &json!({})).await;
            assert_eq!(unfit.error(), (400, "InvalidPostActionBody".to_owned()));
            urls.stop(&waiting).await;
        }
    });
}

#[test]
fn a_redirect_counts_before_the_other_responses() {
    run(stack("urls-redirect"), async |urls| {
        let response = json!({ "redirect": "https://shop.example.com/thanks", "text": "not this" });
        let actions = json!([{ "name": "go", "type": "failure", "response": response }]);
        let (waiting, created) = urls.created(actions).await;
        let opened = urls.get(&created["urls"]["go"]).await;
        assert_eq!((opened.status, opened.headers.get("location")), (200, None), "nothing is done yet");
        let posted = urls.post(&created["urls"]["go"]).await;
        assert_eq!((posted.status, &*posted.headers["location"]), (303, "https://shop.example.com/thanks"));
        urls.end_of(&waiting).await;
    });
}
