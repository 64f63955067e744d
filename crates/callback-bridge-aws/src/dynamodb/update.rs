//! Writes over an item, or where there is none.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Item;

/// A write of some attributes of one item.
pub(super) struct ItemUpdate {
    pub(super) key: Item,
    pub(super) expression: String,
    pub(super) condition: Option<&'static str>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Item,
}

impl ItemUpdate {
    /// Sets each attribute to its value, by a placeholder of its name, and removes those that have none.
    pub(super) fn new(key: Item, attributes: impl IntoIterator<Item = (&'static str, Option<AttributeValue>)>) -> Self {
        let (mut names, mut values) = (HashMap::new(), HashMap::new());
        let (mut set, mut remove) = (Vec::new(), Vec::new());
        // Some of the names are reserved words, so all have placeholders.
        for (name, value) in attributes {
            names.insert(format!("#{name}"), name.to_owned());
            match value {
                Some(value) => {
                    set.push(format!("#{name} = :{name}"));
                    values.insert(format!(":{name}"), value);
                }
                None => remove.push(format!("#{name}")),
            }
        }
        let remove = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
        Self { key, expression: format!("SET {}{remove}", set.join(", ")), condition: None, names, values }
    }

    /// Only on this condition, which may have one value that is no attribute's.
    pub(super) fn only_if(mut self, condition: &'static str, value: Option<(&str, AttributeValue)>) -> Self {
        self.condition = Some(condition);
        self.values.extend(value.map(|(name, value)| (name.to_owned(), value)));
        self
    }
}
