//! Every page, on a phone without scripts, in light and in dark colours.

use callback_bridge_tests::browser::{Browser, Request, TabOptions};

use crate::{
    cases::{Case, Words, pages},
    site::Site,
};

/// The narrowest phone that people still have, and a common one; in CSS pixels.
const WIDTHS: [u32; 2] = [320, 390];

#[tokio::test]
async fn every_page_fits_and_loads_nothing_in_light_colours() {
    every_page(TabOptions::phone().without_scripts(), "light").await;
}

#[tokio::test]
async fn every_page_fits_and_loads_nothing_in_dark_colours() {
    every_page(TabOptions::phone().without_scripts().dark(), "dark").await;
}

async fn every_page(options: TabOptions, scheme: &str) {
    let cases = pages(&Words::everyday());
    let site = Site::of(cases.iter().map(|case| (format!("GET /{}", case.name), case.html.clone()))).await;
    let browser = Browser::launch().await.unwrap();
    for Case { name, status, .. } in &cases {
        let url = site.url(&format!("/{name}"));
        // A tab for each, so that what it has asked for is about this page.
        let tab = browser.tab(options.clone()).await.unwrap();
        tab.open(&url).await.unwrap();
        let elements = tab.elements().await.unwrap();
        let headings = elements.iter().filter(|element| element.role == "heading" && element.level == Some(1));
        assert_eq!(headings.count(), 1, "{name}: {elements:#?}");
        assert_ne!(tab.title().await.unwrap(), "", "{name}");
        for width in WIDTHS {
            tab.resize(width, 844).await.unwrap();
            let (needed, _) = tab.page_size().await.unwrap();
            assert!(needed <= f64::from(width), "{name} needs {needed} pixels of {width}");
        }
        tab.screenshot(&format!("{name}-{scheme}")).await.unwrap();
        assert_eq!(tab.requests(), [Request { method: "GET".to_owned(), url }], "{name}");
        // That the status is one of an error is all that there is to say.
        let mut complaints = tab.complaints();
        complaints.retain(|said| !(said.source == "network" && said.text.contains(&format!("status of {status} "))));
        assert_eq!(complaints, [], "{name}");
        tab.close().await.unwrap();
    }
    assert_eq!(site.asked().len(), cases.len(), "{:#?}", site.asked());
    browser.close().await.unwrap();
}

#[tokio::test]
async fn words_that_do_not_end_fit_too() {
    for (text, called) in
        [("Rindfleischetikettierungsüberwachungsaufgabe".repeat(3), "long"), ("مرحبا ".repeat(20), "rtl")]
    {
        let cases = pages(&Words::all(&text));
        let site = Site::of(cases.iter().map(|case| (format!("GET /{}", case.name), case.html.clone()))).await;
        let browser = Browser::launch().await.unwrap();
        let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
        for Case { name, .. } in &cases {
            tab.resize(WIDTHS[0], 568).await.unwrap();
            tab.open(&site.url(&format!("/{name}"))).await.unwrap();
            let (needed, _) = tab.page_size().await.unwrap();
            assert!(needed <= f64::from(WIDTHS[0]), "{name} needs {needed} pixels");
            tab.screenshot(&format!("{name}-{called}")).await.unwrap();
        }
        browser.close().await.unwrap();
    }
}
