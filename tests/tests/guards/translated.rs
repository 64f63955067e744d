//! template.yaml as CloudFormation gets it: what SAM makes of it.

use std::{collections::BTreeMap, process::Command};

use callback_bridge_local::RegionOptions;
use callback_bridge_tests::repository;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Template {
    pub(crate) parameters: BTreeMap<String, Value>,
    pub(crate) outputs: BTreeMap<String, Value>,
    pub(crate) resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Resource {
    pub(crate) r#type: String,
    #[serde(default)]
    pub(crate) properties: Value,
    #[serde(default)]
    pub(crate) metadata: Map<String, Value>,
}

impl Template {
    pub(crate) fn read() -> Self {
        let python = RegionOptions::default().python;
        assert!(python.exists(), "there is no {}: run `cargo xtask test`, which prepares it", python.display());
        let translated = Command::new(python)
            .args(["-m", "local_aws.translate", "../../template.yaml"])
            .current_dir(repository().join("local/aws"))
            .output()
            .unwrap();
        assert!(translated.status.success(), "{}", String::from_utf8_lossy(&translated.stderr));
        serde_json::from_slice(&translated.stdout).unwrap()
    }

    /// All resources of a type, with their logical ids; at least one.
    pub(crate) fn all(&self, r#type: &str) -> Vec<(&str, &Resource)> {
        let found: Vec<_> = self.resources.iter().filter(|(_, resource)| resource.r#type == r#type).collect();
        assert!(!found.is_empty(), "the template has no {type}");
        found.into_iter().map(|(id, resource)| (id.as_str(), resource)).collect()
    }

    /// A number, or the largest that the parameter it refers to may have.
    pub(crate) fn most(&self, value: &Value) -> u64 {
        let value = value["Ref"].as_str().map_or(value, |name| &self.parameters[name]["MaxValue"]);
        value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
    }
}

impl Resource {
    /// The logical id of the resource that a property refers to, by `!Ref` or `!GetAtt`.
    pub(crate) fn target(value: &Value) -> &str {
        value["Ref"]
            .as_str()
            .or_else(|| value["Fn::GetAtt"][0].as_str())
            .unwrap_or_else(|| panic!("{value} refers to nothing"))
    }
}
