//! How a callback is named.

use std::str::FromStr;

use serde::Serialize;

/// The id of a callback, as a whole: nobody withdraws another by the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Id(String);

impl FromStr for Id {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let has_the_form =
            text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if has_the_form {
            Ok(Self(text.to_owned()))
        } else {
            Err("no id of a callback: it has 22 characters, as `callback-bridge callbacks list` prints them")
        }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
