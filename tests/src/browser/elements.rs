//! What a screen reader finds on a page.

use std::collections::HashMap;

use anyhow::Context;
use serde_json::{Value, json};

use super::Tab;

/// Something on a page, as it is told to who does not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// What it is, such as `radio`, `button`, `textbox` or `heading`.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What is in it, or an empty text.
    pub value: String,
    /// Whether it is chosen, if that can be.
    pub checked: Option<bool>,
    /// Which level a heading is of.
    pub level: Option<u64>,
    /// Whether it has the focus.
    pub focused: bool,
}

impl Element {
    fn of(node: &Value) -> Self {
        let text = |field: &str| node[field]["value"].as_str().unwrap_or_default().to_owned();
        let property = |name: &str| {
            let properties = node["properties"].as_array();
            let property = properties.into_iter().flatten().find(|property| property["name"] == name);
            property.map_or(&Value::Null, |property| &property["value"]["value"])
        };
        Self {
            role: text("role"),
            name: text("name"),
            value: text("value"),
            checked: property("checked").as_str().map(|checked| checked == "true"),
            level: property("level").as_u64(),
            focused: property("focused") == true,
        }
    }
}

impl Tab {
    /// Everything that is told of the page, in the order of the page.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn elements(&self) -> anyhow::Result<Vec<Element>> {
        let tree = self.call("Accessibility.getFullAXTree", json!({})).await?;
        let nodes = tree["nodes"].as_array().context("no accessibility tree")?;
        let by_id: HashMap<_, _> = nodes.iter().map(|node| (node["nodeId"].as_str(), node)).collect();
        let mut elements = Vec::new();
        let mut left: Vec<&Value> = nodes.first().into_iter().collect(); // the root
        while let Some(node) = left.pop() {
            if node["ignored"] != true {
                elements.push(Element::of(node));
            }
            let children = node["childIds"].as_array().into_iter().flatten().rev();
            left.extend(children.filter_map(|id| by_id.get(&id.as_str())));
        }
        Ok(elements)
    }

    /// What has the focus; nothing if only the page as a whole has it.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn focused(&self) -> anyhow::Result<Option<Element>> {
        let elements = self.elements().await?;
        Ok(elements.into_iter().find(|element| element.focused && element.role != "RootWebArea"))
    }

    /// Whether a frame of at least two pixels is drawn around what has the focus, or around something that holds it.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn focus_is_visible(&self) -> anyhow::Result<bool> {
        let framed = "(() => {
            for (let element = document.activeElement; element; element = element.parentElement) {
                const { outlineStyle, outlineWidth } = getComputedStyle(element);
                if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) return true;
            }
            return false;
        })()";
        Ok(self.evaluate(framed).await? == true)
    }
}
