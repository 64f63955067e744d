//! The HTML part of the mails.

use callback_bridge_tests::browser::{Browser, TabOptions};

use crate::{
    cases::{Words, mails},
    pages::fits,
    site::{Site, plain},
};

#[tokio::test]
async fn a_mail_fits_and_loads_nothing() {
    let mails = mails(&Words::everyday());
    let site = Site::of(mails.iter().map(|(name, mail)| (format!("GET /{name}"), plain(&mail.html)))).await;
    let browser = Browser::launch().await.unwrap();
    let phone = TabOptions::phone().without_scripts();
    for (options, scheme) in [(phone.clone(), "light"), (phone.dark(), "dark")] {
        let tab = browser.tab(options).await.unwrap();
        let mut opened = Vec::new();
        for (name, _) in &mails {
            let url = site.url(&format!("/{name}"));
            tab.open(&url).await.unwrap();
            opened.push(url);
            fits(&tab, name).await;
            tab.screenshot(&format!("{name}-{scheme}")).await.unwrap();
        }
        // What a browser asks every site for is not the mails' doing.
        let asked = tab.requests().into_iter().map(|request| request.url);
        let asked: Vec<_> = asked.filter(|url| *url != site.url("/favicon.ico")).collect();
        assert_eq!(asked, opened);
        let mut complaints = tab.complaints();
        complaints.retain(|said| !(said.source == "network" && said.text.contains("status of 404")));
        assert_eq!(complaints, []);
    }
    browser.close().await.unwrap();
}
