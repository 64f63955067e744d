//! Opening pages, and waiting for what a page does.

use anyhow::{Context, bail};
use callback_bridge_local::Reader;
use serde_json::json;

use super::{DEADLINE, Tab, protocol::Event};

impl Tab {
    /// Opens an address and waits until the page is loaded and shown, whatever its status.
    ///
    /// # Errors
    /// If nobody answers there.
    pub async fn open(&self, url: &str) -> anyhow::Result<()> {
        let events = self.protocol.tail();
        let navigated = self.call("Page.navigate", json!({ "url": url })).await?;
        if let Some(error) = navigated["errorText"].as_str() {
            bail!("{error}");
        }
        let loader = navigated["loaderId"].as_str().context("that is on the page that is open already")?;
        self.shown(events, |loaded| loaded == loader).await
    }

    /// Does something that leads to another page, and waits until that is loaded and shown.
    ///
    /// # Errors
    /// If it fails, or no other page is loaded.
    pub async fn loads_after(&self, action: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        let before = self.loader().await?;
        let events = self.protocol.tail();
        action.await?;
        self.shown(events, |loaded| loaded != before).await
    }

    /// Loads the page again; if a form led to it, that is sent again.
    ///
    /// # Errors
    /// If nobody answers there.
    pub async fn reload(&self) -> anyhow::Result<()> {
        let reload = async {
            self.call("Page.reload", json!({})).await?;
            Ok(())
        };
        self.loads_after(reload).await
    }

    /// Does something that leads to another place on the same page, and waits until it is there.
    ///
    /// # Errors
    /// If it fails, or leads nowhere.
    pub async fn moves_after(&self, action: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        let mut events = self.protocol.tail();
        action.await?;
        events.find(DEADLINE, |event| self.owns(event, "Page.navigatedWithinDocument")).await?;
        Ok(())
    }

    /// Waits until the page is loaded and has asked for nothing more for half a second, by the browser's own clock.
    ///
    /// # Errors
    /// If it never rests.
    pub async fn settled(&self) -> anyhow::Result<()> {
        let mut loader = self.loader().await?;
        loop {
            self.wait(self.protocol.reader(), "networkIdle", |idle| idle == loader).await?;
            let now = self.loader().await?;
            if now == loader {
                return Ok(());
            }
            loader = now; // a script has led to another page
        }
    }

    /// What loaded the page that is shown: another for each page.
    async fn loader(&self) -> anyhow::Result<String> {
        let tree = self.call("Page.getFrameTree", json!({})).await?;
        Ok(tree["frameTree"]["frame"]["loaderId"].as_str().context("a page that nothing loaded")?.to_owned())
    }

    /// Waits until a page is loaded, and shown once since: only then is `autofocus` obeyed.
    async fn shown(&self, events: Reader<Event>, is_it: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        self.wait(events, "load", is_it).await?;
        self.call("Page.captureScreenshot", json!({ "optimizeForSpeed": true })).await?;
        Ok(())
    }

    /// Waits for a step in the life of a page.
    async fn wait(&self, mut events: Reader<Event>, step: &str, is_it: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        let wanted = |event: &Event| {
            self.owns(event, "Page.lifecycleEvent")
                && event.params["name"] == step
                && event.params["loaderId"].as_str().is_some_and(&is_it)
        };
        events.find(DEADLINE, wanted).await?;
        Ok(())
    }

    /// Whether an event of this kind is about the page itself, and not about a frame in it.
    fn owns(&self, event: &Event, method: &str) -> bool {
        let Event { session, method: happened, params } = event;
        session.as_deref() == Some(&self.session) && happened == method && params["frameId"] == self.frame.as_str()
    }
}
