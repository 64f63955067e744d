//! Who decides in the demo.

use anyhow::{Context, ensure};
use tokio::sync::oneshot;

use crate::APPROVER;
use crate::people::Browser;

/// Who decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// Whoever opens the link that is told.
    Somebody,
    /// The demo approves, by the page's own form.
    Approves {
        /// What it writes into the form; may be empty.
        comment: String,
    },
    /// The demo rejects, by the page's own form.
    Rejects {
        /// What it writes into the form.
        comment: String,
    },
}

impl Person {
    /// What is said when the mail is there, with its link.
    pub(super) fn turn(&self, link: &str) -> [String; 5] {
        let turn = match self {
            Self::Somebody => format!("Your turn: you are {APPROVER}. Open the link of your mail, and decide:"),
            Self::Approves { .. } => {
                format!("The demo approves for {APPROVER}, by the form behind the link of the mail:")
            }
            Self::Rejects { .. } => {
                format!("The demo rejects for {APPROVER}, by the form behind the link of the mail:")
            }
        };
        [String::new(), turn, String::new(), format!("    {link}"), String::new()]
    }

    /// Decides, if it is not somebody else who does, as soon as the link is known; nothing if it never is.
    ///
    /// # Errors
    /// When the page is not as expected, or does not take the answer.
    pub(super) async fn decide(&self, link: oneshot::Receiver<String>) -> anyhow::Result<()> {
        let (choice, comment) = match self {
            Self::Somebody => return Ok(()),
            Self::Approves { comment } => ("approve", comment),
            Self::Rejects { comment } => ("reject", comment),
        };
        let Ok(link) = link.await else { return Ok(()) };
        let browser = Browser::new()?;
        let page = browser.open(&link).await?;
        let form = page.form().context("the approver's page has no form")?;
        let form = form.choose("choice", choice)?.write("comment", comment)?;
        let answered = browser.send(&page, &form).await?;
        ensure!(answered.status.is_success(), "the approver's page did not take the answer: {}", answered.status);
        Ok(())
    }
}
