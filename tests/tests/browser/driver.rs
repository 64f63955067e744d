//! The driver sees what the other tests say is not there.

use callback_bridge_tests::browser::{Browser, Key, TabOptions};

use crate::site::{Site, plain, strict};

const SCRIPTED: &str = "<!doctype html><title>before</title><link rel=icon href=data:,><h1>Hi</h1><script>
    document.title = `after ${navigator.userAgent}`;
    fetch('/more').then(() => fetch('/and-more')).then(() => document.querySelector('h1').textContent = 'Ready');
</script>";

#[tokio::test]
async fn scripts_run_or_do_not_and_what_they_ask_for_is_seen() {
    let pages = [("GET /".to_owned(), plain(SCRIPTED)), ("GET /more".to_owned(), plain(""))];
    let site = Site::of(pages).await;
    let browser = Browser::launch().await.unwrap();

    let tab = browser.tab(TabOptions::desk().user_agent("Scanner/1.0")).await.unwrap();
    tab.open(&site.url("/")).await.unwrap();
    tab.settled().await.unwrap();
    assert_eq!(tab.title().await.unwrap(), "after Scanner/1.0");
    assert_eq!(tab.text().await.unwrap(), "Ready");
    let urls: Vec<_> = tab.requests().into_iter().map(|request| request.url).collect();
    assert_eq!(urls, ["/", "/more", "/and-more"].map(|path| site.url(path)));

    let tab = browser.tab(TabOptions::desk().without_scripts()).await.unwrap();
    tab.open(&site.url("/")).await.unwrap();
    tab.settled().await.unwrap();
    assert_eq!(tab.title().await.unwrap(), "before");
    assert_eq!(tab.text().await.unwrap(), "Hi");
    assert_eq!(tab.requests().len(), 1);
    browser.close().await.unwrap();
}

#[tokio::test]
async fn what_a_policy_forbids_is_a_complaint() {
    let forbidden = strict("<!doctype html><title>x</title><style>p { color: red }</style><img src='/x.png'><p>x");
    let site = Site::of([("GET /".to_owned(), forbidden)]).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
    tab.open(&site.url("/")).await.unwrap();
    let complaints = tab.complaints();
    assert_eq!(complaints.iter().filter(|complaint| complaint.source == "security").count(), 2, "{complaints:#?}");
    browser.close().await.unwrap();
}

#[tokio::test]
async fn colours_and_sizes_are_what_was_asked_for() {
    let wide = "<!doctype html><meta name=viewport content='width=device-width'><title>x</title>
        <style>body { margin: 0 } div { width: 400px }
        @media (prefers-color-scheme: dark) { div { width: 800px } }</style><div>x</div>";
    let site = Site::of([("GET /".to_owned(), plain(wide))]).await;
    let browser = Browser::launch().await.unwrap();
    for (options, width) in
        [(TabOptions::phone(), 400.0), (TabOptions::phone().dark(), 800.0), (TabOptions::desk().dark(), 1280.0)]
    {
        let tab = browser.tab(options.clone()).await.unwrap();
        tab.open(&site.url("/")).await.unwrap();
        assert!((tab.page_size().await.unwrap().0 - width).abs() < 1.0, "{options:?}");
    }
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_key_may_lead_to_another_page() {
    let link = "<!doctype html><title>one</title><a href='/two'>Go</a>";
    let two = "<!doctype html><title>two</title>";
    let site = Site::of([("GET /".to_owned(), plain(link)), ("GET /two".to_owned(), plain(two))]).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::desk()).await.unwrap();
    tab.open(&site.url("/")).await.unwrap();
    assert_eq!(tab.focused().await.unwrap(), None);
    tab.press(Key::Tab).await.unwrap();
    assert_eq!(tab.focused().await.unwrap().unwrap().name, "Go");
    tab.loads_after(tab.press(Key::Enter)).await.unwrap();
    assert_eq!((tab.title().await.unwrap(), tab.address().await.unwrap()), ("two".to_owned(), site.url("/two")));
    browser.close().await.unwrap();
}

#[tokio::test]
async fn a_browser_that_is_dropped_is_gone() {
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(TabOptions::desk()).await.unwrap();
    let never = tab.evaluate("new Promise(() => {})");
    let (ended, ()) = tokio::join!(never, async {
        assert_eq!(tab.evaluate("6 * 7").await.unwrap(), 42, "it is alive");
        drop(browser);
    });
    let error = ended.unwrap_err().to_string();
    assert!(error.contains("the browser went away"), "{error}");
}
