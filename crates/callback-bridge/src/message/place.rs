//! Where the token of a message is found. The first rank that has one wins, so that the data of a user, which stands
//! below the top level, can never choose whose task is answered.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Unanswerable,
    envelope::Opened,
    names::{FULL_NAMES, NAMES, PARENTS},
};
use crate::TaskToken;

/// A place that holds a text where a token is expected.
pub(super) struct Place<'a> {
    name: String,
    text: &'a str,
}

impl<'a> Place<'a> {
    /// The token of a message.
    pub(super) fn find(message: &'a Opened, pointer: Option<&str>) -> Result<TaskToken, Unanswerable> {
        let body = message.body.as_ref().ok();
        let at_pointer = pointer.and_then(|path| Some(Self::of(path, body?.pointer(path)?.as_str()?)));
        let mut ranks = vec![Vec::from_iter(at_pointer)];
        ranks.extend(message.attributes.iter().map(Self::in_attributes));
        ranks.push(Self::named(body, &NAMES, ""));
        ranks.push(Self::nested(body));
        for places in ranks {
            if let Some(token) = Self::the_one(&places)? {
                return Ok(token);
            }
        }
        Err(message.body.as_ref().err().cloned().unwrap_or(Unanswerable::NoToken))
    }

    fn in_attributes(attributes: &'a BTreeMap<String, String>) -> Vec<Self> {
        let texts = FULL_NAMES.iter().filter_map(|name| Some((name, attributes.get(*name)?)));
        texts.map(|(name, text)| Self::of(&format!("message attribute {name}"), text)).collect()
    }

    fn of(name: &str, text: &'a str) -> Self {
        Self { name: name.to_owned(), text }
    }

    fn named(object: Option<&'a Value>, names: &[&str], parent: &str) -> Vec<Self> {
        let texts = names.iter().filter_map(|name| Some((name, object?.get(*name)?.as_str()?)));
        texts.map(|(name, text)| Self::of(&format!("{parent}{name}"), text)).collect()
    }

    fn nested(body: Option<&'a Value>) -> Vec<Self> {
        let places = PARENTS
            .iter()
            .flat_map(|parent| Self::named(body.and_then(|b| b.get(*parent)), &FULL_NAMES, &format!("{parent}.")));
        places.collect()
    }

    fn the_one(places: &[Self]) -> Result<Option<TaskToken>, Unanswerable> {
        let Some((first, others)) = places.split_first() else { return Ok(None) };
        if let Some(other) = others.iter().find(|other| other.text != first.text) {
            return Err(Unanswerable::TwoTokens { first: first.name.clone(), second: other.name.clone() });
        }
        TaskToken::new(first.text)
            .map(Some)
            .map_err(|problem| Unanswerable::BadToken { place: first.name.clone(), problem })
    }
}
