//! template.yaml as CloudFormation gets it: what SAM makes of it.

use std::{collections::BTreeMap, process::Command};

use callback_bridge_local::RegionOptions;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::repository;

/// A CloudFormation template.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    /// Its parameters, by name.
    pub parameters: BTreeMap<String, Value>,
    /// Its outputs, by name.
    pub outputs: BTreeMap<String, Value>,
    /// Its resources, by logical id.
    pub resources: BTreeMap<String, Resource>,
}

/// A resource of a template.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Resource {
    /// Its type, as in `AWS::SQS::Queue`.
    pub r#type: String,
    /// Its properties.
    #[serde(default)]
    pub properties: Value,
    /// The condition without which it is not there.
    pub condition: Option<String>,
    /// What becomes of it when the stack is deleted.
    pub deletion_policy: Option<String>,
    /// What becomes of it when another one takes its place.
    pub update_replace_policy: Option<String>,
    /// What SAM is told about it.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

impl Template {
    /// Has SAM's own translator translate `template.yaml`.
    ///
    /// # Panics
    /// When that is not installed, or refuses the template.
    #[must_use]
    pub fn read() -> Self {
        Self::read_file("template.yaml")
    }

    /// The same with another template of the repository.
    ///
    /// # Panics
    /// When the translator is not installed, or refuses the template.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]
    pub fn read_file(path: &str) -> Self {
        let python = RegionOptions::default().python;
        assert!(python.exists(), "there is no {}: run `cargo xtask test`, which prepares it", python.display());
        let translated = Command::new(python)
            .args(["-m", "local_aws.translate", &format!("../../{path}")])
            .current_dir(repository().join("local/aws"))
            .output()
            .unwrap();
        assert!(translated.status.success(), "{}", String::from_utf8_lossy(&translated.stderr));
        serde_json::from_slice(&translated.stdout).unwrap()
    }

    /// All resources of a type, with their logical ids; at least one.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn all(&self, r#type: &str) -> Vec<(&str, &Resource)> {
        let found: Vec<_> = self.resources.iter().filter(|(_, resource)| resource.r#type == r#type).collect();
        assert!(!found.is_empty(), "the template has no {type}");
        found.into_iter().map(|(id, resource)| (id.as_str(), resource)).collect()
    }

    /// A number, or the largest that the parameter it refers to may have.
    ///
    /// # Panics
    /// When it is neither.
    #[must_use]
    pub fn most(&self, value: &Value) -> u64 {
        let value = value["Ref"].as_str().map_or(value, |name| &self.parameters[name]["MaxValue"]);
        value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
    }
}

impl Resource {
    /// The logical id of the resource that a property refers to, by `!Ref` or `!GetAtt`.
    ///
    /// # Panics
    /// When it refers to nothing.
    #[must_use]
    pub fn target(value: &Value) -> &str {
        value["Ref"]
            .as_str()
            .or_else(|| value["Fn::GetAtt"][0].as_str())
            .unwrap_or_else(|| panic!("{value} refers to nothing"))
    }
}
