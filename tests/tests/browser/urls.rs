//! The pages of callback URLs: they fit, a keyboard presses the one button that there is, and it leads on.

use callback_bridge_tests::browser::{Browser, Key, TabOptions};
use callbacks::{
    pages::Response,
    urls::{Actions, ErrorName, Invocation, Order, Refused, Reply, Switches, TransactionId},
};
use serde_json::json;

use crate::{
    cases::{Case, TOKEN, Words},
    keyboard::{at, is},
    site::{Asked, Site, strict},
};

const TRANSACTION: TransactionId = TransactionId::new(42);
const ON: Switches = Switches { output_parameters: true, post_actions: true };

/// A call with one action that has the query filled in, and redirects there.
fn set(redirect: Option<&str>) -> Actions {
    let mut pay = json!({ "name": "pay", "type": "success", "output": { "by": "$who", "why": "$why" } });
    if let Some(redirect) = redirect {
        pay["response"] = json!({ "redirect": redirect });
    }
    let order = json!({ "token": TOKEN, "actions": [pay], "enable_output_parameters": true });
    let now = "2026-11-22T10:00:00Z".parse().unwrap();
    Order::read(&order, TRANSACTION, ON, now).unwrap().actions
}

/// What is shown before it is called and after, by somebody who takes this.
fn replies(set: &Actions, words: &Words, accept: &str) -> [Reply; 2] {
    let query = [("who", &words.name), ("why", &words.comment)].map(|(name, value)| (name.to_owned(), value.clone()));
    let action = set.get(0).unwrap();
    let invocation = Invocation { set, query: &query, body: None, switches: ON };
    let invoked = action.invoked(&invocation).unwrap();
    let confirm = Reply::confirm(TRANSACTION, action, &invoked, Some(accept));
    [confirm, Reply::taken(TRANSACTION, action, invoked.response.as_ref(), Some(accept))]
}

/// Every page of URLs, by its name.
pub(crate) fn pages(words: &Words) -> Vec<Case> {
    let shown = |accept: &str| {
        let [confirm, taken] = replies(&set(None), words, accept);
        let refused = Reply::refused(&Refused::new(ErrorName::InvalidPostActionBody, &*words.reason), Some(accept));
        [("url-open", confirm), ("url-called", taken), ("url-refused", refused)]
    };
    let pairs = shown("text/html").into_iter().zip(shown("application/json"));
    let case = |((name, html), (_, json)): ((&'static str, Reply), (&str, Reply))| Case {
        name,
        status: html.status,
        html: Response::of_url(html),
        json: Response::of_url(json),
    };
    pairs.map(case).collect()
}

#[tokio::test]
async fn a_url_is_called_with_the_keyboard_alone() {
    let [confirm, taken] = replies(&set(None), &Words::everyday(), "text/html").map(Response::of_url);
    let site = Site::of([("GET /u".to_owned(), confirm), ("POST /u".to_owned(), taken)]).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
    tab.open(&site.url("/u?action=pay&who=Bob")).await.unwrap();
    let shown = tab.text().await.unwrap();
    for said in ["pay", "who", "Bob Marsh", "why", "Within the limits for this year."] {
        assert!(shown.contains(said), "{said} is not on the page: {shown}");
    }
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(&tab).await, is("button", "Confirm"));
    assert_eq!(site.asked().len(), 1, "opening it asks for nothing else, and does nothing");
    tab.loads_after(tab.press(Key::Enter)).await.unwrap();
    let [_, sent] = &site.asked()[..] else { panic!("{:#?}", site.asked()) };
    assert_eq!(*sent, Asked { method: "POST".to_owned(), path: "/u".to_owned(), body: String::new() });
    assert!(tab.address().await.unwrap().ends_with("/u?action=pay&who=Bob"), "the query goes along");
    browser.close().await.unwrap();
}

/// Browsers hold every address that a form leads to against the policy of its page.
#[tokio::test]
async fn the_button_leads_on_over_every_hop_of_a_redirect() {
    let thanks = Site::of([("GET /thanks".to_owned(), strict("<h1>Thanks</h1>"))]).await;
    let moved =
        Response { status: 302, headers: vec![("location", thanks.url("/thanks").into())], body: String::new() };
    let shop = Site::of([("GET /".to_owned(), moved)]).await;
    let set = set(Some(&shop.url("/")));
    let [confirm, taken] = replies(&set, &Words::everyday(), "text/html").map(Response::of_url);
    assert_eq!(taken.status, 303);
    let site = Site::of([("GET /u".to_owned(), confirm), ("POST /u".to_owned(), taken)]).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
    tab.open(&site.url("/u")).await.unwrap();
    tab.press(Key::Tab).await.unwrap();
    tab.loads_after(tab.press(Key::Enter)).await.unwrap();
    assert_eq!(tab.address().await.unwrap(), thanks.url("/thanks"));
    assert_eq!((shop.asked().len(), thanks.asked().len()), (1, 1));
    browser.close().await.unwrap();
}
