//! How answers are taken, and what those see who come with the wrong one, the same one, or too late.

use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::bench::{People, run, shows};

#[test]
fn what_was_typed_is_kept_when_something_is_missing() {
    run("comments", async |people| {
        let required = people.ask(&["alice"], json!({ "comment": "required" })).await;
        let on_reject = people.ask(&["bob"], json!({ "comment": "requiredOnReject" })).await;

        shows(
            &people.decide("alice", "approve", " ").await,
            422,
            &["Say why in a comment", "value=\"approve\" required checked"],
        );
        shows(
            &people.decide("bob", "reject", "").await,
            422,
            &["Say why in a comment", "value=\"reject\" required checked"],
        );

        let page = people.open("alice").await;
        let nothing_chosen = page.form().unwrap().write("comment", "a <good> customer").unwrap();
        let again = people.browser.send(&page, &nothing_chosen).await.unwrap();
        shows(&again, 422, &["Choose whether to approve or to reject", "a &#60;good&#62; customer</textarea>"]);

        people.fill_in(&again, "approve", "a <good> customer").await;
        assert_eq!(people.succeeds(&required).await["answers"][0]["comment"], "a <good> customer");
        people.decide("bob", "approve", "").await;
        assert_eq!(people.succeeds(&on_reject).await["decision"], "approved");
    });
}

#[test]
fn an_answer_counts_once_and_the_first_one() {
    run("again", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({ "policy": { "approvals": "all" } })).await;
        let form = people.open("alice").await;
        let first = people.fill_in(&form, "approve", "fine").await;
        let same = people.fill_in(&form, "approve", "fine").await;
        assert_eq!((same.status, same.html), (first.status, first.html));
        let other = people.fill_in(&form, "reject", "no").await;
        shows(&other, 409, &["You have answered before", "Your first answer counts, and cannot be changed."]);
        assert!(people.is_running(&execution).await);
        people.decide("bob", "approve", "").await;
        assert_eq!(people.succeeds(&execution).await["answers"].as_array().unwrap().len(), 2);
        shows(&people.fill_in(&form, "approve", "fine").await, 200, &["Your answer is recorded"]);
    });
}

#[test]
fn who_comes_after_the_decision_sees_by_whom_and_when_it_was_made() {
    run("afterwards", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({})).await;
        let form = people.open("bob").await;
        people.decide("alice", "approve", "").await;
        let output = people.succeeds(&execution).await;
        let when = format!("datetime=\"{}\"", output["answers"][0]["at"].as_str().unwrap());
        let (alice, when) = (people.address("alice"), when.as_str());
        shows(&people.open("bob").await, 200, &["Already approved", &alice, when]);
        let late = people.fill_in(&form, "reject", "").await;
        shows(&late, 409, &["Your answer was not counted: it came after the decision.", &alice, when]);
        assert_eq!(late.form(), None);
    });
}

/// Somebody's link for a program.
struct Program<'a> {
    people: &'a People<'a>,
    client: Client,
}

impl Program<'_> {
    async fn get(&self, name: &str) -> Response {
        let get = self.client.get(self.people.link_of(name).await).header("accept", "application/json");
        get.send().await.unwrap()
    }

    async fn post(&self, name: &str, answer: &Value) -> Response {
        let post = self.client.post(self.people.link_of(name).await).header("accept", "application/json");
        post.json(answer).send().await.unwrap()
    }
}

/// The status, the media type, and the body.
async fn read(response: Response) -> (u16, String, Value) {
    let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), media_type, response.json().await.unwrap())
}

#[test]
fn programs_answer_by_json() {
    run("json", async |people| {
        let execution = people.ask(&["alice", "bob"], json!({})).await;
        let program = Program { people, client: Client::builder().no_proxy().build().unwrap() };

        let (status, media_type, shown) = read(program.get("alice").await).await;
        assert_eq!((status, &*media_type, &shown["status"]), (200, "application/json", &json!("open")));
        assert_eq!(shown["title"], "Loan 42: 25,000 EUR to Kato Ltd");

        let answer = json!({ "choice": "approve", "comment": "by a program", "shown": shown["shown"] });
        let (status, _, decided) = read(program.post("alice", &answer).await).await;
        assert_eq!(
            (status, &decided["status"], &decided["decision"]["delivery"]),
            (200, &json!("approved"), &json!("delivered"))
        );
        assert_eq!(people.succeeds(&execution).await["answers"][0]["comment"], "by a program");

        let (status, media_type, problem) = read(program.post("bob", &answer).await).await;
        assert_eq!((status, &*media_type), (409, "application/problem+json"));
        assert_eq!(problem["type"], "urn:callback-bridge:problem:decided");
        assert_eq!(problem["callback"]["approvers"][0]["choice"], "approve");
    });
}
