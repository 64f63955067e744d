//! infra/statemachines: the state machines of the template, and what must be true of every one.

mod ending;
mod grants;
mod messages;
mod people;
mod retries;
mod samples;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use callback_bridge::RuntimeSettings;
use callback_bridge_tests::{Resource, Template, repository};
use serde_json::{Value, json};

fn files() -> Vec<PathBuf> {
    let folder = fs::read_dir(repository().join("infra/statemachines")).unwrap();
    let files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    files
}

/// The state machine with the definition of this file.
fn machine<'a>(template: &'a Template, file: &Path) -> &'a Resource {
    let name = file.file_name().unwrap().to_str().unwrap();
    let machines = template.all("AWS::StepFunctions::StateMachine");
    let (_, machine) = machines
        .into_iter()
        .find(|(_, machine)| machine.properties["DefinitionS3Location"]["Key"].as_str().unwrap().ends_with(name))
        .unwrap_or_else(|| panic!("{name} is not deployed"));
    machine
}

/// A definition with every substitution replaced by the default of its parameter, or by the logical id of its resource.
fn definition(template: &Template, file: &Path) -> (Value, BTreeMap<String, Value>) {
    let name = file.file_name().unwrap().to_str().unwrap();
    let substitutions = machine(template, file).properties["DefinitionSubstitutions"].as_object().unwrap().clone();
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

/// The states that hand out a token, and wait for it.
fn waiting_states(template: &Template) -> Vec<(String, Value, BTreeMap<String, Value>)> {
    states_that_call(template, "waitForTaskToken")
}

/// The states that call their service in this pattern, in whichever version of it.
fn states_that_call(template: &Template, wanted: &str) -> Vec<(String, Value, BTreeMap<String, Value>)> {
    let mut found = Vec::new();
    for file in files() {
        let (definition, substitutions) = definition(template, &file);
        for (name, state) in states(&definition) {
            let called = state["Resource"].as_str().and_then(|resource| resource.rsplit_once('.'));
            if called.is_some_and(|(_, pattern)| pattern.split(':').next() == Some(wanted)) {
                found.push((format!("{}: {name}", file.display()), state, substitutions.clone()));
            }
        }
    }
    assert!(!found.is_empty(), "no state calls its service by .{wanted}");
    found
}

/// Whether somebody asks for the tasks of a state.
fn is_of_activity(template: &Template, state: &Value) -> bool {
    let resource = state["Resource"].as_str().and_then(|resource| template.resources.get(resource));
    resource.is_some_and(|resource| resource.r#type == "AWS::StepFunctions::Activity")
}

/// The states whose tasks somebody asks for.
fn states_of_activities(template: &Template) -> Vec<(String, Value, BTreeMap<String, Value>)> {
    let mut found = Vec::new();
    for file in files() {
        let (definition, substitutions) = definition(template, &file);
        for (name, state) in states(&definition).into_iter().filter(|(_, state)| is_of_activity(template, state)) {
            found.push((format!("{}: {name}", file.display()), state, substitutions.clone()));
        }
    }
    assert!(!found.is_empty(), "no state is of an activity");
    found
}

/// What a state calls its service with, in either query language.
fn arguments(state: &Value) -> &Value {
    state.get("Arguments").unwrap_or(&state["Parameters"])
}

/// What a state sends with its token, by whichever service.
fn message(state: &Value) -> &Value {
    let places = ["/MessageBody", "/Message", "/Entries/0/Detail", "/Payload", "/Input"];
    places.iter().find_map(|place| arguments(state).pointer(place)).unwrap_or(&Value::Null)
}

/// The queue that what a state sends arrives at, if it does: its own, that of its topic's subscription, or of its bus's rule.
fn queue_of<'t>(template: &'t Template, state: &Value) -> Option<(&'t str, &'t Resource)> {
    let of = |r#type: &str, by: &str, given: &str| {
        let found = template.all(r#type).into_iter().find(|(_, found)| found.properties[by]["Ref"] == given);
        found.unwrap_or_else(|| panic!("no {type} has {given}")).1
    };
    let text = |place: &str| arguments(state).pointer(place).and_then(Value::as_str);
    let target = if let Some(topic) = text("/TopicArn") {
        Resource::target(&of("AWS::SNS::Subscription", "TopicArn", topic).properties["Endpoint"])
    } else if let Some(bus) = text("/Entries/0/EventBusName") {
        Resource::target(&of("AWS::Events::Rule", "EventBusName", bus).properties["Targets"][0]["Arn"])
    } else {
        text("/QueueUrl")?
    };
    let (id, queue) = template.resources.get_key_value(target).expect("the queue is one of the template");
    Some((id, queue))
}
