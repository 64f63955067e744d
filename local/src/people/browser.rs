//! A browser without a screen: it opens pages, and sends their forms as a browser does.

use std::time::Duration;

use anyhow::Context;
use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{ACCEPT, HeaderMap},
    redirect::Policy,
};

use super::Form;

/// What a browser asks for.
const DOCUMENT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Opens pages on this machine.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
}

/// A page that was opened.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is; it may be a secret.
    pub url: Url,
    /// Its HTTP status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// The document.
    pub html: String,
}

impl Browser {
    /// A browser.
    ///
    /// # Errors
    /// When there is no HTTP client.
    pub fn new() -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_mins(1)).build()?;
        Ok(Self { client })
    }

    /// Follows a link.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn open(&self, link: &str) -> anyhow::Result<Page> {
        let url = Url::parse(link).context("a link is no address")?;
        let sent = self.client.request(Method::GET, url.clone()).header(ACCEPT, DOCUMENT).send().await;
        Page::read(url, sent).await
    }

    /// Sends the form of a page, to where the page came from unless the form says otherwise.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn send(&self, page: &Page, form: &Form) -> anyhow::Result<Page> {
        let url = match &form.action {
            Some(action) => page.url.join(action)?,
            None => page.url.clone(),
        };
        let post = self.client.request(Method::POST, url.clone()).header(ACCEPT, DOCUMENT);
        let post = post.header("sec-fetch-site", "same-origin").header("origin", "null");
        Page::read(url, post.form(&form.fields).send().await).await
    }
}

impl Page {
    async fn read(url: Url, sent: reqwest::Result<Response>) -> anyhow::Result<Self> {
        // The text of the error would repeat the address.
        let reply = sent.map_err(reqwest::Error::without_url).context("the page could not be opened")?;
        let (status, headers) = (reply.status(), reply.headers().clone());
        let html = reply.text().await.map_err(reqwest::Error::without_url)?;
        Ok(Self { url, status, headers, html })
    }

    /// Its form, filled in as it comes.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        Form::read(&self.html)
    }
}
