//! infra/statemachines: every task that waits can end.

use std::{collections::BTreeMap, fs, path::PathBuf};

use callback_bridge::RuntimeSettings;
use callback_bridge_tests::{Resource, Template, repository};
use serde_json::{Value, json};

fn files() -> Vec<PathBuf> {
    let folder = fs::read_dir(repository().join("infra/statemachines")).unwrap();
    let files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    files
}

/// A definition with every substitution replaced by the default of its parameter.
fn definition(template: &Template, file: &PathBuf) -> (Value, BTreeMap<String, Value>) {
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    let machines = template.all("AWS::StepFunctions::StateMachine");
    let (_, machine) = machines
        .into_iter()
        .find(|(_, machine)| machine.properties["DefinitionS3Location"]["Key"].as_str().unwrap().ends_with(&name))
        .unwrap_or_else(|| panic!("{name} is not deployed"));
    let substitutions = machine.properties["DefinitionSubstitutions"].as_object().unwrap().clone();
    let mut text = fs::read_to_string(file).unwrap();
    for (placeholder, value) in &substitutions {
        let target = Resource::target(value);
        let value = template.parameters.get(target).map_or(json!(target), |parameter| parameter["Default"].clone());
        let value = value.as_str().map_or(value.to_string(), str::to_owned);
        text = text.replace(&format!("${{{placeholder}}}"), &value);
    }
    let definition = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    (definition, substitutions.into_iter().collect())
}

/// Every state, also those within Map and Parallel states, by name.
fn states(definition: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, state) in definition["States"].as_object().unwrap() {
        found.push((name.clone(), state.clone()));
        let branches = state["Branches"].as_array().cloned().unwrap_or_default();
        for inner in
            branches.iter().chain([&state["ItemProcessor"], &state["Iterator"]]).filter(|inner| inner.is_object())
        {
            found.extend(states(inner));
        }
    }
    found
}

fn waiting_states(template: &Template) -> Vec<(String, Value, BTreeMap<String, Value>)> {
    let mut found = Vec::new();
    for file in files() {
        let (definition, substitutions) = definition(template, &file);
        for (name, state) in states(&definition) {
            if state["Resource"].as_str().is_some_and(|resource| resource.ends_with(".waitForTaskToken")) {
                found.push((format!("{}: {name}", file.display()), state, substitutions.clone()));
            }
        }
    }
    assert!(!found.is_empty(), "no state waits for a token");
    found
}

#[test]
fn every_state_that_waits_has_a_timeout_and_catches_it_under_both_names() {
    for (name, state, _) in waiting_states(&Template::read()) {
        assert!(state["TimeoutSeconds"].as_u64() > Some(0), "{name} would wait for a year");
        let catchers: Vec<&Value> =
            state["Catch"].as_array().unwrap().iter().map(|catch| &catch["ErrorEquals"]).collect();
        let timeouts = json!(["States.Timeout", "States.HeartbeatTimeout"]);
        assert!(catchers.contains(&&timeouts), "{name} does not catch its timeouts under both names");
        assert_eq!(catchers.last(), Some(&&json!(["States.ALL"])), "{name}: States.ALL stands alone, and last");
    }
}

#[test]
fn heartbeats_are_asked_for_where_the_message_says_so() {
    for (name, state, _) in waiting_states(&Template::read()) {
        let body = &state["Parameters"]["MessageBody"];
        assert_eq!(
            state["HeartbeatSeconds"], body["heartbeatSeconds"],
            "{name}: the worker would not know when to beat"
        );
        assert_eq!(state["TimeoutSeconds"], body["timeoutSeconds"], "{name}");
        assert!(state["HeartbeatSeconds"].as_u64() < state["TimeoutSeconds"].as_u64(), "{name}");
    }
}

#[test]
fn a_killed_worker_is_replaced_before_its_heartbeat_is_missed() {
    let template = Template::read();
    let longest_backoff = RuntimeSettings::default().redelivery.longest().as_secs();
    for (name, state, substitutions) in waiting_states(&template) {
        let Some(heartbeat) = state["HeartbeatSeconds"].as_u64() else { continue };
        let queues = substitutions.values().filter_map(|value| template.resources.get(Resource::target(value)));
        for queue in queues.filter(|resource| resource.r#type == "AWS::SQS::Queue") {
            let visibility = queue.properties["VisibilityTimeout"].as_u64().unwrap();
            assert!(heartbeat > visibility + longest_backoff, "{name}: {heartbeat} s, visibility {visibility} s");
        }
    }
}
