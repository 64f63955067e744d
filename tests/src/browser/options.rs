//! What a tab is looked at with.

/// What a tab is looked at with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabOptions {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) phone: bool,
    pub(super) dark: bool,
    pub(super) scripts: bool,
    pub(super) user_agent: Option<String>,
}

impl TabOptions {
    /// A phone of 390 by 844 CSS pixels, two dots to each, that is touched.
    #[must_use]
    pub fn phone() -> Self {
        Self { width: 390, height: 844, phone: true, dark: false, scripts: true, user_agent: None }
    }

    /// A window of 1280 by 800 on a desk.
    #[must_use]
    pub fn desk() -> Self {
        Self { width: 1280, height: 800, phone: false, ..Self::phone() }
    }

    /// By somebody who prefers dark colours, instead of light ones.
    #[must_use]
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// Without running the scripts of pages.
    #[must_use]
    pub fn without_scripts(self) -> Self {
        Self { scripts: false, ..self }
    }

    /// With a browser that calls itself so.
    #[must_use]
    pub fn user_agent(self, user_agent: &str) -> Self {
        Self { user_agent: Some(user_agent.to_owned()), ..self }
    }
}
