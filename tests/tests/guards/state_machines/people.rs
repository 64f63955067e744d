//! Who is asked, and who gets to see the links.

use super::*;

/// Who decides is no part of what somebody typed.
#[test]
fn approvers_are_named_by_whoever_deploys_and_not_by_the_input() {
    let template = Template::read();
    let mut asking = 0;
    for file in files() {
        let (definition, _) = definition(&template, &file);
        for (name, state) in states(&definition) {
            let approval = &message(&state)["approval"];
            if approval.is_object() {
                asking += 1;
                let approvers = [&approval["approvers"], &approval["approvers.$"]].map(ToString::to_string).concat();
                assert!(!approvers.contains("$."), "{name}: {approvers}");
            }
        }
    }
    assert!(asking > 0, "no state asks anybody");
}

/// Whether a function is called anywhere in a value, in whichever query language, by its name or its ARN.
fn calls(value: &Value, function: &str) -> bool {
    match value {
        Value::String(text) => text.contains(function),
        Value::Array(items) => items.iter().any(|item| calls(item, function)),
        Value::Object(fields) => fields.values().any(|field| calls(field, function)),
        _ => false,
    }
}

/// The files that may not create links, because histories of their executions are kept.
fn keeping_links(template: &Template, definitions: &[(PathBuf, Value)]) -> Vec<String> {
    let creating = definitions.iter().filter(|(_, definition)| calls(definition, "CreateCallbackUrlsFunction"));
    let kept = |file: &Path| machine(template, file).properties["StateMachineType"] != "EXPRESS";
    creating.filter(|(file, _)| kept(file)).map(|(file, _)| file.display().to_string()).collect()
}

/// Links answer a task for whoever has them, and a token does, too: the history of a Standard execution would keep them for 90
/// days, for everybody who may read it.
#[test]
fn links_stand_in_the_history_of_no_execution() {
    let template = Template::read();
    let of_all: Vec<_> = files()
        .into_iter()
        .map(|file| {
            let (definition, _) = definition(&template, &file);
            (file, definition)
        })
        .collect();
    assert!(of_all.iter().any(|(_, definition)| calls(definition, "CreateCallbackUrlsFunction")));
    assert_eq!(keeping_links(&template, &of_all), [""; 0]);
}

/// What that test is for is found in either query language.
#[test]
fn links_in_a_history_would_be_noticed() {
    let template = Template::read();
    let standard = repository().join("infra/statemachines/payment.asl.json");
    for state in [
        json!({ "Parameters": { "FunctionName": "CreateCallbackUrlsFunction" } }),
        json!({ "Arguments": { "FunctionName": "{% 'CreateCallbackUrlsFunction' %}" } }),
        json!({ "Resource": "CreateCallbackUrlsFunction" }),
    ] {
        let branches = json!([{ "States": { "Create links": state } }]);
        let definition = json!({ "States": { "Both": { "Branches": branches } } });
        assert_eq!(keeping_links(&template, &[(standard.clone(), definition)]), [standard.display().to_string()]);
    }
}
