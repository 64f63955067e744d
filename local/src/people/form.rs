//! The form of a page.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use html5gum::{StartTag, Token, Tokenizer};

/// What a form sends: its hidden fields and what is typed or chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it goes, if not to where the page came from.
    pub action: Option<String>,
    /// What it sends, by the names of the fields.
    pub fields: BTreeMap<String, String>,
    /// What can be chosen, by the name of the field.
    choices: BTreeMap<String, Vec<String>>,
    texts: Vec<String>,
}

impl Form {
    /// The form of a document, if it has one.
    pub(super) fn read(html: &str) -> Option<Self> {
        let mut form: Option<Self> = None;
        for token in Tokenizer::new(html) {
            let Ok(Token::StartTag(tag)) = token else { continue };
            match (&**tag.name, &mut form) {
                (b"form", _) => form = Some(Self { action: attribute(&tag, "action"), ..Self::default() }),
                (b"input" | b"textarea", Some(form)) => form.add(&tag),
                _ => {}
            }
        }
        form
    }

    fn add(&mut self, field: &StartTag<()>) {
        let Some(name) = attribute(field, "name") else { return };
        let value = attribute(field, "value").unwrap_or_default();
        match attribute(field, "type").as_deref() {
            Some("radio") => {
                if attribute(field, "checked").is_some() {
                    self.fields.insert(name.clone(), value.clone());
                }
                self.choices.entry(name).or_default().push(value);
            }
            Some("hidden") => drop(self.fields.insert(name, value)),
            _ => self.texts.push(name),
        }
    }

    /// Chooses one of the values of a field.
    ///
    /// # Errors
    /// When the form has no such choice.
    pub fn choose(mut self, name: &str, value: &str) -> anyhow::Result<Self> {
        let choices = self.choices.get(name).with_context(|| format!("the form has no choice {name}"))?;
        if !choices.iter().any(|choice| choice == value) {
            bail!("{name} can be one of {}, and not {value}", choices.join(", "));
        }
        self.fields.insert(name.to_owned(), value.to_owned());
        Ok(self)
    }

    /// Types a text into a field.
    ///
    /// # Errors
    /// When the form has no such field.
    pub fn write(mut self, name: &str, text: &str) -> anyhow::Result<Self> {
        if !self.texts.iter().any(|field| field == name) {
            bail!("the form has no field {name} to write into");
        }
        self.fields.insert(name.to_owned(), text.to_owned());
        Ok(self)
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<h1>x</h1><form method=post><input type=hidden name=shown value='a&amp;b'>\
        <input type=radio name=choice value=approve required><input type=radio name=choice value=reject>\
        <textarea name=comment>\n</textarea><button type=submit>Send</button></form>";

    #[test]
    fn a_form_is_filled_in_as_its_fields_allow() {
        let form = Form::read(PAGE).unwrap();
        assert_eq!(form.fields, [("shown".to_owned(), "a&b".to_owned())].into());
        let filled = form.clone().choose("choice", "reject").unwrap().write("comment", "too risky").unwrap();
        assert_eq!((&*filled.fields["choice"], &*filled.fields["comment"]), ("reject", "too risky"));
        assert!(form.clone().choose("choice", "maybe").is_err() && form.clone().choose("shown", "x").is_err());
        assert!(form.write("reason", "x").is_err());
        assert_eq!(Form::read("<p>no form</p>"), None);
    }
}
