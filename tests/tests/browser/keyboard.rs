//! A person without a mouse and without scripts decides.

use std::collections::HashMap;

use callback_bridge_tests::browser::{Browser, Key, Tab, TabOptions};

use crate::{
    cases::{Case, Words, pages},
    site::{Asked, Site},
};

fn page(name: &str) -> Case {
    pages(&Words::everyday()).into_iter().find(|case| case.name == name).unwrap()
}

/// The role and the name of what has the focus, which can be seen.
pub(crate) async fn at(tab: &Tab) -> (String, String) {
    let focused = tab.focused().await.unwrap().expect("something has the focus");
    assert!(tab.focus_is_visible().await.unwrap(), "{focused:?}");
    (focused.role, focused.name)
}

pub(crate) fn is(role: &str, name: &str) -> (String, String) {
    (role.to_owned(), name.to_owned())
}

#[tokio::test]
async fn a_question_is_answered_with_the_keyboard_alone() {
    let (open, recorded) = (page("open"), page("recorded-waiting"));
    let site = Site::of([("GET /c".to_owned(), open.html), ("POST /c".to_owned(), recorded.html)]).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
    tab.open(&site.url("/c")).await.unwrap();

    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(&tab).await, is("radio", "Approve"));
    assert_eq!(tab.focused().await.unwrap().unwrap().checked, Some(false), "nothing is chosen by coming here");
    tab.press(Key::Space).await.unwrap();
    assert_eq!(tab.focused().await.unwrap().unwrap().checked, Some(true));
    tab.press(Key::Down).await.unwrap();
    assert_eq!(at(&tab).await, is("radio", "Reject"));
    assert_eq!(tab.focused().await.unwrap().unwrap().checked, Some(true));
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(&tab).await, is("textbox", "Comment (required if you reject)"));
    tab.type_text("No van,\nbut two bikes: 5 < 7 & é").await.unwrap();
    assert_eq!(tab.focused().await.unwrap().unwrap().value, "No van,\nbut two bikes: 5 < 7 & é");
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(&tab).await, is("button", "Send your decision"));
    tab.press(Key::ShiftTab).await.unwrap();
    assert_eq!(at(&tab).await.0, "textbox", "and back");
    tab.screenshot("keyboard").await.unwrap();
    tab.press(Key::Tab).await.unwrap();
    tab.loads_after(tab.press(Key::Enter)).await.unwrap();

    assert!(tab.text().await.unwrap().contains("Your answer"), "{}", tab.text().await.unwrap());
    let [opened, sent] = &site.asked()[..] else { panic!("{:#?}", site.asked()) };
    assert_eq!(*opened, Asked { method: "GET".to_owned(), path: "/c".to_owned(), body: String::new() });
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/c"));
    let form: HashMap<_, _> = form_urlencoded::parse(sent.body.as_bytes()).into_owned().collect();
    assert_eq!(form.len(), 3, "{form:?}");
    assert_eq!(form["choice"], "reject");
    assert_eq!(form["comment"], "No van,\r\nbut two bikes: 5 < 7 & é");
    let shown = format!("name=\"shown\" value=\"{}\"", form["shown"]);
    assert!(page("open").html.body.contains(&shown), "{form:?}");
    browser.close().await.unwrap();
}

#[tokio::test]
async fn enter_alone_decides_nothing() {
    let site = Site::of([("GET /c".to_owned(), page("open").html)]).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
    tab.open(&site.url("/c")).await.unwrap();
    for _ in 0..3 {
        tab.press(Key::Tab).await.unwrap();
    }
    assert_eq!(at(&tab).await, is("button", "Send your decision"));
    tab.press(Key::Enter).await.unwrap();
    assert_eq!(at(&tab).await, is("radio", "Approve"), "what lacks is shown");
    assert_eq!(site.asked().len(), 1, "nothing was sent");
    browser.close().await.unwrap();
}

#[tokio::test]
async fn an_error_has_the_focus_and_leads_to_its_field() {
    let site = Site::of([("GET /c".to_owned(), page("comment-missing").html)]).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
    tab.open(&site.url("/c")).await.unwrap();
    assert_eq!(tab.focused().await.unwrap().unwrap().role, "alert");
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(at(&tab).await.0, "link");
    tab.moves_after(tab.press(Key::Enter)).await.unwrap();
    assert_eq!(at(&tab).await.0, "textbox");
    browser.close().await.unwrap();
}
