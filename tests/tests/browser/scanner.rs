//! A scanner of mails that opens links in a browser, runs the scripts of the page, follows its links and presses its
//! buttons, decides nothing.

use callback_bridge_tests::browser::{Browser, Key, Tab, TabOptions};
use serde_json::json;

use crate::{
    approval::reads,
    approvals::bench::run,
    keyboard::{at, is},
};

/// Loads the page until it rests, as whoever looks for scripts in it.
async fn look(tab: &Tab, link: &str) {
    tab.open(link).await.unwrap();
    tab.settled().await.unwrap();
}

/// Follows every link of the page, one after the other.
async fn follow_links(tab: &Tab, link: &str) {
    let links = tab.evaluate("[...document.links].map(link => link.href)").await.unwrap();
    for index in 0..links.as_array().unwrap().len() {
        tab.evaluate(&format!("document.links[{index}].click()")).await.unwrap();
        tab.settled().await.unwrap();
        let here = tab.address().await.unwrap();
        assert!(here.starts_with(link), "a link leads elsewhere");
    }
}

#[test]
fn a_scanner_with_a_browser_decides_nothing() {
    run("browser-scanner", async |people| {
        let execution = people.ask(&["alice"], json!({})).await;
        let link = people.asked("alice").await;
        let before = people.items().await;
        let browser = Browser::launch().await.unwrap();
        for options in [
            TabOptions::desk(),
            TabOptions::desk().user_agent("Mozilla/5.0 (compatible; Proofpoint URL Defense)"),
            TabOptions::phone(),
        ] {
            let tab = browser.tab(options).await.unwrap();
            look(&tab, &link).await;
            follow_links(&tab, &link).await;

            // The button, by a click and by keys: the browser wants something chosen first.
            tab.evaluate("document.querySelector('button').click()").await.unwrap();
            look(&tab, &link).await;
            for _ in 0..3 {
                tab.press(Key::Tab).await.unwrap();
            }
            assert_eq!(at(&tab).await, is("button", "Send your decision"));
            tab.press(Key::Enter).await.unwrap();
            assert_eq!(at(&tab).await, is("radio", "Approve"));
            tab.settled().await.unwrap();
            assert!(tab.requests().iter().all(|request| request.method == "GET"), "a form without a choice was sent");

            // The form as it comes, past what the browser wants.
            let submit = async { tab.evaluate("document.forms[0].submit()").await.map(drop) };
            tab.loads_after(submit).await.unwrap();
            tab.settled().await.unwrap();
            reads(&tab, &["Your decision is not recorded", "Choose whether to approve or to reject"]).await;
            follow_links(&tab, &link).await;
            tab.reload().await.unwrap();
            assert_eq!(tab.requests().iter().filter(|request| request.method == "POST").count(), 2);
            assert!(tab.requests().iter().all(|request| request.url == link), "something else was asked for");
        }
        browser.close().await.unwrap();
        let changed = people.items().await != before;
        assert!(!changed, "a scanner has changed something");
        assert!(people.is_running(&execution).await);

        assert_eq!(people.decide("alice", "approve", "read by a person").await.status, 200);
        let output = people.succeeds(&execution).await;
        assert_eq!(
            (&output["decision"], &output["answers"][0]["comment"]),
            (&json!("approved"), &json!("read by a person"))
        );
    });
}
