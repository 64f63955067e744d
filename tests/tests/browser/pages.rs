//! Every page, on a phone without scripts, in light and in dark colours.

use callback_bridge_tests::browser::{Browser, Tab, TabOptions};

use crate::{
    cases::{Case, Words, pages},
    site::Site,
    urls,
};

/// The narrowest phone that people still have, and a common one; in CSS pixels.
const WIDTHS: [u32; 2] = [320, 390];

/// That nothing has to be scrolled sideways.
pub(crate) async fn fits(tab: &Tab, name: &str) {
    for width in WIDTHS {
        tab.resize(width, 844).await.unwrap();
        let (needed, _) = tab.page_size().await.unwrap();
        assert!(needed <= f64::from(width), "{name} needs {needed} pixels of {width}");
    }
}

/// Pictures of the page in both colours; it is left in light ones.
pub(crate) async fn pictures(tab: &Tab, name: &str) {
    for (dark, scheme) in [(true, "dark"), (false, "light")] {
        tab.prefer(dark).await.unwrap();
        tab.screenshot(&format!("{name}-{scheme}")).await.unwrap();
    }
}

#[tokio::test]
async fn every_page_fits_and_loads_nothing_in_light_colours() {
    every_page(TabOptions::phone().without_scripts(), "light").await;
}

#[tokio::test]
async fn every_page_fits_and_loads_nothing_in_dark_colours() {
    every_page(TabOptions::phone().without_scripts().dark(), "dark").await;
}

async fn every_page(options: TabOptions, scheme: &str) {
    let cases = all_pages(&Words::everyday());
    let site = site(&cases).await;
    let browser = Browser::launch().await.unwrap();
    let tab = browser.tab(options).await.unwrap();
    let mut opened = Vec::new();
    for Case { name, .. } in &cases {
        let url = site.url(&format!("/{name}"));
        tab.open(&url).await.unwrap();
        opened.push(url);
        let elements = tab.elements().await.unwrap();
        let headings = elements.iter().filter(|element| element.role == "heading" && element.level == Some(1));
        assert_eq!(headings.count(), 1, "{name}: {elements:#?}");
        assert_ne!(tab.title().await.unwrap(), "", "{name}");
        fits(&tab, name).await;
        tab.screenshot(&format!("{name}-{scheme}")).await.unwrap();
        let asked: Vec<_> = tab.requests().into_iter().map(|request| request.url).collect();
        assert_eq!(asked, opened, "{name}");
        // That the status is one of an error is all that there is to say.
        let mut complaints = tab.complaints();
        complaints.retain(|said| !(said.source == "network" && said.text.contains("responded with a status of")));
        assert_eq!(complaints, [], "{name}");
    }
    assert_eq!(site.asked().len(), cases.len(), "{:#?}", site.asked());
    browser.close().await.unwrap();
}

#[tokio::test]
async fn words_that_do_not_end_and_words_from_right_to_left_fit_too() {
    let long = "Rindfleischetikettierungsüberwachungsaufgabe".repeat(3);
    for (text, kind) in [(long, "long"), ("مرحبا ".repeat(20), "rtl")] {
        let cases = all_pages(&Words::all(&text));
        let site = site(&cases).await;
        let browser = Browser::launch().await.unwrap();
        let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
        for Case { name, .. } in &cases {
            tab.open(&site.url(&format!("/{name}"))).await.unwrap();
            fits(&tab, name).await;
            if ["open", "comment-missing", "decided", "withdrawn", "url-open"].contains(name) {
                tab.screenshot(&format!("{name}-{kind}")).await.unwrap();
            }
        }
        browser.close().await.unwrap();
    }
}

fn all_pages(words: &Words) -> Vec<Case> {
    pages(words).into_iter().chain(urls::pages(words)).collect()
}

async fn site(cases: &[Case]) -> Site {
    Site::of(cases.iter().map(|case| (format!("GET /{}", case.name), case.html.clone()))).await
}
