//! The HTML part of the mails.

use callback_bridge_tests::browser::{Browser, TabOptions};

use crate::{
    cases::{Words, mails},
    site::{Site, plain},
};

#[tokio::test]
async fn a_mail_fits_and_loads_nothing() {
    let mails = mails(&Words::everyday());
    let site = Site::of(mails.iter().map(|(name, mail)| (format!("GET /{name}"), plain(&mail.html)))).await;
    let browser = Browser::launch().await.unwrap();
    let phone = TabOptions::phone().without_scripts();
    for (options, scheme) in [(phone.clone(), "light"), (phone.dark(), "dark")] {
        for (name, _) in &mails {
            let tab = browser.tab(options.clone()).await.unwrap();
            tab.open(&site.url(&format!("/{name}"))).await.unwrap();
            for width in [320, 390] {
                tab.resize(width, 844).await.unwrap();
                let (needed, _) = tab.page_size().await.unwrap();
                assert!(needed <= f64::from(width), "{name} needs {needed} pixels of {width}");
            }
            tab.screenshot(&format!("{name}-{scheme}")).await.unwrap();
            // What a browser asks every site for is not the mail's doing.
            let asked: Vec<_> =
                tab.requests().into_iter().filter(|asked| !asked.url.ends_with("/favicon.ico")).collect();
            assert_eq!(asked.len(), 1, "{name}: {asked:#?}");
            let mut complaints = tab.complaints();
            complaints.retain(|said| !(said.source == "network" && said.text.contains("status of 404 ")));
            assert_eq!(complaints, [], "{name}");
            tab.close().await.unwrap();
        }
    }
    browser.close().await.unwrap();
}
