//! The mails: the HTML part of the samples, and both parts of what SES is given by the running stack.

use callback_bridge_tests::browser::{Browser, Key, TabOptions};

use crate::{
    approval::{apply, loans, reads},
    approvals::bench::run_on,
    cases::{Words, mails},
    pages::{fits, pictures},
    site::{Site, plain, text},
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

#[test]
fn a_mail_as_ses_gets_it_leads_to_its_page_and_loads_nothing() {
    run_on(loans("browser-mail", &["alice", "bob"]), async |people| {
        apply(people).await;
        let link = people.link_of("alice").await;
        let mail = people.mails_to("alice").await.remove(0);
        assert_eq!(mail.subject, "Decision needed: Loan loan-42: 25000 EUR to Kato Ltd");
        let parts = [plain(mail.html.as_deref().unwrap()), text(mail.text.as_deref().unwrap())];
        let [html, text] = ["/html", "/text"];
        let site = Site::of([html, text].map(|path| format!("GET {path}")).into_iter().zip(parts)).await;
        let browser = Browser::launch().await.unwrap();
        let tab = browser.tab(TabOptions::phone().without_scripts()).await.unwrap();
        for (path, name) in [(text, "ses-mail-text"), (html, "ses-mail-html")] {
            tab.open(&site.url(path)).await.unwrap();
            reads(&tab, &["Loan loan-42: 25000 EUR to Kato Ltd", "Kato Ltd wants to borrow 25000 EUR.", "742"]).await;
            pictures(&tab, name).await;
        }
        fits(&tab, "the mail").await;
        let own = |url: &str| [html, text, "/favicon.ico"].iter().any(|path| url == site.url(path));
        assert!(tab.requests().iter().all(|request| own(&request.url)), "a mail loads something");

        tab.press(Key::Tab).await.unwrap();
        let focused = tab.focused().await.unwrap().unwrap();
        assert_eq!((&*focused.role, &*focused.name), ("link", "Open the request"));
        tab.loads_after(tab.press(Key::Enter)).await.unwrap();
        assert!(tab.address().await.unwrap() == link, "it leads elsewhere");
        reads(&tab, &["Your decision is needed", "Loan loan-42: 25000 EUR to Kato Ltd"]).await;
        browser.close().await.unwrap();
    });
}
