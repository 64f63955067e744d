//! A tab.

use std::path::PathBuf;

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{TabOptions, protocol::Protocol};
use crate::repository;

/// A tab of a browser.
#[derive(Debug)]
pub struct Tab {
    pub(super) protocol: Protocol,
    pub(super) session: String,
    /// The frame that is the page itself.
    pub(super) frame: String,
    phone: bool,
}

impl Tab {
    /// Attaches to a new target, whose frame has the same id.
    pub(super) async fn new(protocol: Protocol, target: &Value, options: TabOptions) -> anyhow::Result<Self> {
        let attach = json!({ "targetId": target, "flatten": true });
        let attached = protocol.call(None, "Target.attachToTarget", attach).await?;
        let name = |id: &Value| id.as_str().map(str::to_owned).context("a tab without a name");
        let (session, frame) = (name(&attached["sessionId"])?, name(target)?);
        let TabOptions { width, height, phone, dark, scripts, user_agent } = options;
        let tab = Self { protocol, session, frame, phone };
        for domain in ["Page.enable", "Network.enable", "Log.enable", "Runtime.enable"] {
            tab.call(domain, json!({})).await?;
        }
        tab.call("Page.setLifecycleEventsEnabled", json!({ "enabled": true })).await?;
        // Several tabs are looked at at once.
        tab.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
        tab.prefer(dark).await?;
        tab.call("Emulation.setScriptExecutionDisabled", json!({ "value": !scripts })).await?;
        tab.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })).await?;
        if let Some(user_agent) = user_agent {
            tab.call("Emulation.setUserAgentOverride", json!({ "userAgent": user_agent })).await?;
        }
        tab.resize(width, height).await?;
        Ok(tab)
    }

    /// Shows the page to somebody who prefers dark colours, or light ones.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn prefer(&self, dark: bool) -> anyhow::Result<()> {
        let scheme = json!({ "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } });
        self.call("Emulation.setEmulatedMedia", json!({ "features": [scheme] })).await?;
        Ok(())
    }

    /// Gives it another size, in CSS pixels.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn resize(&self, width: u32, height: u32) -> anyhow::Result<()> {
        let scale = if self.phone { 2 } else { 1 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": self.phone });
        self.call("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// The size of the whole page in CSS pixels: wider than the window if it has to be scrolled sideways.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn page_size(&self) -> anyhow::Result<(f64, f64)> {
        let metrics = self.call("Page.getLayoutMetrics", json!({})).await?;
        let size = |side: &str| metrics["cssContentSize"][side].as_f64().context("a page without a size");
        Ok((size("width")?, size("height")?))
    }

    /// A picture of the whole page in `target/screenshots/NAME.png`.
    ///
    /// # Errors
    /// If the browser refuses, or the file can't be written.
    pub async fn screenshot(&self, name: &str) -> anyhow::Result<PathBuf> {
        let (width, height) = self.page_size().await?;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let all = json!({ "captureBeyondViewport": true, "clip": clip, "optimizeForSpeed": true });
        let picture = self.call("Page.captureScreenshot", all).await?;
        let picture = STANDARD.decode(picture["data"].as_str().context("no picture")?)?;
        let path = repository().join("target/screenshots").join(format!("{name}.png"));
        tokio::fs::create_dir_all(path.parent().context("no folder")?).await?;
        tokio::fs::write(&path, picture).await?;
        Ok(path)
    }

    /// The title of the page.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn title(&self) -> anyhow::Result<String> {
        self.text_of("document.title").await
    }

    /// The text of the page, as far as it can be seen.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn text(&self) -> anyhow::Result<String> {
        self.text_of("document.body.innerText").await
    }

    /// The address of the page.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn address(&self) -> anyhow::Result<String> {
        self.text_of("location.href").await
    }

    async fn text_of(&self, expression: &str) -> anyhow::Result<String> {
        Ok(self.evaluate(expression).await?.as_str().context("not a text")?.to_owned())
    }

    /// The value of an expression of JavaScript. That is the debugger's doing, so it also works without scripts.
    ///
    /// # Errors
    /// If it throws, or its value is not JSON.
    pub async fn evaluate(&self, expression: &str) -> anyhow::Result<Value> {
        let expression = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut evaluated = self.call("Runtime.evaluate", expression).await?;
        if !evaluated["exceptionDetails"].is_null() {
            bail!("{}", evaluated["exceptionDetails"]);
        }
        Ok(evaluated["result"]["value"].take())
    }

    pub(super) async fn call(&self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.protocol.call(Some(&self.session), method, params).await
    }
}
