//! A headless Chromium, driven as a person or a machine would drive it: by addresses and keys.
//!
//! ```no_run
//! # use callback_bridge_tests::browser::{Browser, Key, TabOptions};
//! # async fn example() -> anyhow::Result<()> {
//! let browser = Browser::launch().await?;
//! let tab = browser.tab(TabOptions::phone().dark().without_scripts()).await?;
//! tab.open("http://127.0.0.1:4000/").await?;
//! tab.press(Key::Tab).await?;
//! println!("{:?}", tab.focused().await?);
//! browser.close().await?;
//! # Ok(())
//! # }
//! ```

mod elements;
mod keyboard;
mod loading;
mod options;
mod program;
mod protocol;
mod records;
mod tab;

use std::{
    os::{fd::OwnedFd, unix::net::UnixStream},
    time::Duration,
};

use anyhow::Context;
use callback_bridge_local::{Process, Transcript, command};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use elements::Element;
pub use keyboard::Key;
pub use options::TabOptions;
pub use program::{MISSING, VARIABLE, find};
use protocol::Protocol;
pub use records::{Complaint, Request};
pub use tab::Tab;

/// How long anything may take that a browser is asked for.
const DEADLINE: Duration = Duration::from_secs(30);

/// A browser with a profile of its own. Dropping it kills it with all its processes; it also ends when this process does,
/// however that ends.
#[derive(Debug)]
pub struct Browser {
    // In this order: who writes into the profile goes before the profile does.
    protocol: Protocol,
    process: Process,
    profile: TempDir,
}

/// Opens no window and asks nobody anything; reaches this machine only.
const FLAGS: [&str; 12] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    // Containers have little shared memory.
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--lang=en",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

impl Browser {
    /// Starts the browser that [`find`] finds.
    ///
    /// # Errors
    /// If there is none, or it does not start; what it printed is in the error.
    pub async fn launch() -> anyhow::Result<Self> {
        let profile = tempfile::tempdir()?;
        // The browser wants its end to block.
        let (ours, its) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        // The shell hands the socket on as descriptors 3 and 4, on which the browser expects the protocol.
        let mut shell = command("sh", None);
        shell.args(["-c", r#"exec "$@" 3<&0 4>&0 </dev/null"#, "sh"]).arg(find()?).args(FLAGS);
        shell.arg(format!("--user-data-dir={}", profile.path().display())).env("HOME", profile.path());
        if rustix::process::geteuid().is_root() {
            shell.arg("--no-sandbox"); // it refuses to run as root with it
        }
        shell.stdin(OwnedFd::from(its));
        let transcript = Transcript::new();
        let process = Process::spawn(shell, "browser", &transcript).context("the browser can't be started")?;
        let protocol = Protocol::over(tokio::net::UnixStream::from_std(ours)?);
        let browser = Self { protocol, process, profile };
        let version = browser.protocol.call(None, "Browser.getVersion", json!({})).await;
        version.with_context(|| format!("the browser does not answer; it said {:#?}", transcript.lines()))?;
        Ok(browser)
    }

    /// Opens an empty tab that shares no cookies and no storage with others.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn tab(&self, options: TabOptions) -> anyhow::Result<Tab> {
        let ask = |method, params: Value| self.protocol.call(None, method, params);
        let context = ask("Target.createBrowserContext", json!({})).await?;
        let target = json!({ "url": "about:blank", "browserContextId": context["browserContextId"] });
        let target = ask("Target.createTarget", target).await?;
        Tab::new(self.protocol.clone(), &target["targetId"], options).await
    }

    /// Ends the browser in order and waits until it has.
    ///
    /// # Errors
    /// If it does not end; then it is killed.
    pub async fn close(self) -> anyhow::Result<()> {
        let _gone_before_it_answers = self.protocol.call(None, "Browser.close", json!({})).await;
        tokio::time::timeout(DEADLINE, self.process.exited()).await.context("the browser does not end")?;
        self.profile.close().context("the profile can't be removed")
    }
}
