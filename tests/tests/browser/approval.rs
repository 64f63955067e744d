//! The loan application from end to end: the mail, its link, the page on a phone, and what the execution gets. There is no
//! mouse, and there are no scripts.

use callback_bridge_local::StackOptions;
use callback_bridge_tests::browser::{Browser, Key, Tab, TabOptions};
use serde_json::json;

use crate::{
    approvals::bench::{People, run, run_on, stack},
    bench::sample_input,
    keyboard::{at, is},
    pages::{fits, pictures},
};

/// A stack whose loans are decided by any one of these.
pub(crate) fn loans(name: &str, approvers: &[&str]) -> StackOptions {
    let approvers: Vec<_> = approvers.iter().map(|person| format!("{person}@{name}.example.com")).collect();
    stack(name).parameter("LoanApprovers", approvers.join(","))
}

/// Starts the sample execution, whose credit check is done when somebody is asked.
pub(crate) async fn apply(people: &People<'_>) -> String {
    let input = sample_input("loan-application/good");
    people.sample.start("LoanApplicationStateMachineArn", &input).await.unwrap()
}

async fn phone(browser: &Browser) -> Tab {
    browser.tab(TabOptions::phone().without_scripts()).await.unwrap()
}

/// That all of this can be read on the page.
pub(crate) async fn reads(tab: &Tab, said: &[&str]) {
    let text = tab.text().await.unwrap();
    for said in said {
        assert!(text.contains(said), "{said:?} is not on the page: {text}");
    }
}

/// Goes from the top of an open page to the radio buttons and chooses.
async fn choose(tab: &Tab, choice: &str) {
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(tab).await, is("radio", "Approve"));
    tab.press(Key::Space).await.unwrap();
    if choice == "Reject" {
        tab.press(Key::Down).await.unwrap();
    }
    assert_eq!(at(tab).await, is("radio", choice));
    assert_eq!(tab.focused().await.unwrap().unwrap().checked, Some(true));
}

/// Goes on to the comment and types.
async fn comment(tab: &Tab, text: &str) {
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(tab).await.0, "textbox");
    tab.type_text(text).await.unwrap();
}

/// Goes on to the button.
async fn to_the_button(tab: &Tab) {
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(tab).await, is("button", "Send your decision"));
}

/// Presses the button that has the focus, and waits for the next page.
pub(crate) async fn send(tab: &Tab) {
    tab.loads_after(tab.press(Key::Enter)).await.unwrap();
}

#[test]
fn a_loan_is_approved_and_the_other_approver_sees_by_whom() {
    run_on(loans("browser-approve", &["alice", "bob"]), async |people| {
        let execution = apply(people).await;
        let link = people.link_of("alice").await;
        let browser = Browser::launch().await.unwrap();
        let (tab, of_bob) = (phone(&browser).await, phone(&browser).await);
        tab.open(&link).await.unwrap();
        of_bob.open(&people.link_of("bob").await).await.unwrap();
        reads(&tab, &["Loan loan-42: 25000 EUR to Kato Ltd", "25000 EUR", "742", "cb-742", "No answer yet"]).await;
        assert_eq!(tab.title().await.unwrap(), "Your decision is needed: Loan loan-42: 25000 EUR to Kato Ltd");
        fits(&tab, "the open page").await;
        pictures(&tab, "loan-open").await;

        choose(&tab, "Approve").await;
        comment(&tab, "A good customer,\nfor years: é < 7").await;
        to_the_button(&tab).await;
        pictures(&tab, "loan-filled-in").await;
        send(&tab).await;
        let recorded = ["Your answer is recorded", "You approved this request.", "for years: é < 7"];
        reads(&tab, &recorded).await;
        fits(&tab, "the recorded page").await;
        pictures(&tab, "loan-recorded").await;

        let output = people.succeeds(&execution).await;
        assert_eq!((&output["decision"], &output["approval"]["decision"]), (&json!("approved"), &json!("approved")));
        let answers = output["approval"]["answers"].as_array().unwrap();
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0]["by"], people.address("alice"));
        assert_eq!(answers[0]["comment"], "A good customer,\nfor years: é < 7");

        // To load the page again sends the form again; to follow the link again does not. Neither changes anything.
        let before = people.items().await;
        tab.reload().await.unwrap();
        reads(&tab, &recorded).await;
        tab.open(&link).await.unwrap();
        reads(&tab, &recorded).await;
        let methods: Vec<_> = tab.requests().into_iter().map(|request| request.method).collect();
        assert_eq!(methods, ["GET", "POST", "POST", "GET"]);
        assert!(tab.requests().iter().all(|request| request.url == link), "something else was asked for");

        // Bob has read the question in time, and answers too late.
        choose(&of_bob, "Reject").await;
        comment(&of_bob, "No.").await;
        to_the_button(&of_bob).await;
        send(&of_bob).await;
        let decided = ["Already approved", "Your answer was not counted: it came after the decision."];
        reads(&of_bob, &decided).await;
        of_bob.open(&people.link_of("bob").await).await.unwrap();
        let year = answers[0]["at"].as_str().unwrap()[..4].to_owned();
        let by = people.address("alice");
        let text = of_bob.text().await.unwrap();
        let answered = text.lines().skip_while(|line| !line.contains(&by)).take(2).collect::<String>();
        assert!(answered.contains("Approved") && answered.contains(&year) && answered.contains("UTC"), "{text}");
        reads(&of_bob, &["Already approved", "The process that waited for it goes on.", "No answer"]).await;
        fits(&of_bob, "the page of who comes too late").await;
        pictures(&of_bob, "loan-decided-by-alice").await;
        let changed = people.items().await != before;
        assert!(!changed, "what came after the decision has changed something");
        browser.close().await.unwrap();
    });
}

#[test]
fn a_loan_is_rejected_once_it_is_said_why() {
    run_on(loans("browser-reject", &["bob"]), async |people| {
        let execution = apply(people).await;
        let browser = Browser::launch().await.unwrap();
        let tab = phone(&browser).await;
        tab.open(&people.link_of("bob").await).await.unwrap();
        choose(&tab, "Reject").await;
        tab.press(Key::Tab).await.unwrap();
        assert_eq!(at(&tab).await, is("textbox", "Comment (required if you reject)"));
        to_the_button(&tab).await;
        send(&tab).await;
        assert!(tab.title().await.unwrap().starts_with("Error: "));
        reads(&tab, &["Your decision is not recorded", "Say why in a comment"]).await;
        fits(&tab, "the page with an error").await;
        pictures(&tab, "loan-comment-missing").await;
        assert!(people.is_running(&execution).await);

        // What lacks is said first, and a key away.
        assert_eq!(tab.focused().await.unwrap().unwrap().role, "alert");
        tab.press(Key::Tab).await.unwrap();
        assert_eq!(at(&tab).await, is("link", "Say why in a comment"));
        tab.moves_after(tab.press(Key::Enter)).await.unwrap();
        assert_eq!(at(&tab).await.0, "textbox");
        tab.type_text("Too much for a company of that size.").await.unwrap();
        to_the_button(&tab).await;
        let elements = tab.elements().await.unwrap();
        let chosen = elements.iter().filter(|element| element.checked == Some(true));
        assert_eq!(chosen.map(|element| element.name.as_str()).collect::<Vec<_>>(), ["Reject"]);
        send(&tab).await;
        reads(&tab, &["Your answer is recorded", "You rejected this request."]).await;
        pictures(&tab, "loan-rejected").await;

        let output = people.succeeds(&execution).await;
        assert_eq!((&output["decision"], &output["approval"]["decision"]), (&json!("rejected"), &json!("rejected")));
        let answer = &output["approval"]["answers"][0];
        assert_eq!(answer["by"], people.address("bob"));
        assert_eq!(answer["comment"], "Too much for a company of that size.");
        browser.close().await.unwrap();
    });
}

#[test]
fn a_comment_that_is_always_needed_is_asked_for_by_the_browser() {
    run("browser-comment", async |people| {
        let execution = people.ask(&["carol"], json!({ "comment": "required" })).await;
        let browser = Browser::launch().await.unwrap();
        let tab = phone(&browser).await;
        tab.open(&people.link_of("carol").await).await.unwrap();
        choose(&tab, "Approve").await;
        tab.press(Key::Tab).await.unwrap();
        to_the_button(&tab).await;
        tab.press(Key::Enter).await.unwrap();
        assert_eq!(at(&tab).await, is("textbox", "Comment (required)"), "what lacks is shown");
        assert_eq!(tab.requests().len(), 1, "nothing was sent");
        tab.type_text("Fine.").await.unwrap();
        to_the_button(&tab).await;
        send(&tab).await;
        reads(&tab, &["Your answer is recorded"]).await;
        let output = people.succeeds(&execution).await;
        assert_eq!((&output["decision"], &output["answers"][0]["comment"]), (&json!("approved"), &json!("Fine.")));
        browser.close().await.unwrap();
    });
}
