//! A definition in the Amazon States Language, as far as it can be seen in a drawing.
//! <https://states-language.net/>

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::condition;
use crate::names;

/// A state machine, or one within a Parallel or Map state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    /// In the order in which they are reached; the first is the one it starts at.
    pub(super) states: Vec<State>,
}

/// A state. Its name is the only one in the whole definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// What a task calls, as in `sqs:sendMessage`; which states are in a Map.
    pub(super) detail: Option<String>,
    pub(super) edges: Vec<Edge>,
    /// The branches of a Parallel state, or what a Map state does with each item.
    pub(super) within: Vec<Machine>,
}

/// What a state is. A task that waits for somebody is not like others: it can wait for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Task,
    /// For whoever has the token of the task.
    WaitingForToken,
    /// For a worker of an activity.
    WaitingForActivity,
    /// For a job that the task has begun.
    WaitingForJob,
    Choice,
    Wait,
    Pass,
    Succeed,
    Fail,
    Parallel,
    Map,
}

/// Where a state leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) to: String,
    /// When, where that is said.
    pub(super) label: Option<String>,
    /// Only when the state has failed.
    pub(super) is_catch: bool,
}

impl Machine {
    /// Reads a definition, in which substitutions of a template may be left.
    ///
    /// # Errors
    /// When it is not JSON, or no definition.
    pub(super) fn read(definition: &str) -> Result<Self, DefinitionError> {
        let value: Value = serde_json::from_str(&without_substitutions(definition))?;
        Self::of(&value)
    }

    fn of(value: &Value) -> Result<Self, DefinitionError> {
        let start = value["StartAt"].as_str().ok_or(DefinitionError::Missing("StartAt"))?;
        let states = value["States"].as_object().ok_or(DefinitionError::Missing("States"))?;
        let mut read = Vec::new();
        for name in reached(start, states)? {
            read.push(State::of(name, &states[name])?);
        }
        Ok(Self { states: read })
    }
}

/// The states in the order in which they are reached, and after them those that are not, with their edges checked.
fn reached<'a>(start: &'a str, states: &'a Map<String, Value>) -> Result<Vec<&'a str>, DefinitionError> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = VecDeque::from([start]);
    next.extend(states.keys().map(String::as_str));
    let mut rest = next.split_off(1);
    while let Some(name) = next.pop_front().or_else(|| rest.pop_front()) {
        let state = states.get(name).ok_or_else(|| DefinitionError::NoState(name.to_owned()))?;
        if seen.insert(name) {
            order.push(name);
            next.extend(targets(state));
        }
    }
    Ok(order)
}

fn targets(state: &Value) -> impl Iterator<Item = &str> {
    let lists = ["Choices", "Catch"].into_iter().filter_map(|list| state[list].as_array()).flatten();
    let of_lists = lists.filter_map(|rule| rule["Next"].as_str());
    ["Next", "Default"].into_iter().filter_map(|field| state[field].as_str()).chain(of_lists)
}

impl State {
    fn of(name: &str, value: &Value) -> Result<Self, DefinitionError> {
        let kind = kind(value).ok_or_else(|| DefinitionError::NoType(name.to_owned()))?;
        let branches = value["Branches"].as_array().into_iter().flatten();
        let items = value.get("ItemProcessor").or_else(|| value.get("Iterator"));
        let within = branches.chain(items).map(Machine::of).collect::<Result<_, _>>()?;
        let detail = match kind {
            Kind::Map => Some("for each item".to_owned()),
            _ => value["Resource"].as_str().map(resource),
        };
        Ok(Self { name: name.to_owned(), kind, detail, edges: edges(value), within })
    }

    /// Whether the execution stays here until somebody answers.
    pub(super) fn waits(&self) -> bool {
        matches!(self.kind, Kind::WaitingForToken | Kind::WaitingForActivity | Kind::WaitingForJob)
    }
}

fn kind(state: &Value) -> Option<Kind> {
    let resource = state["Resource"].as_str().unwrap_or_default();
    Some(match state["Type"].as_str()? {
        "Task" if resource.ends_with(".waitForTaskToken") => Kind::WaitingForToken,
        "Task" if resource.contains(".sync") => Kind::WaitingForJob,
        "Task" if resource.contains(":activity:") || resource.ends_with("ActivityArn}") => Kind::WaitingForActivity,
        "Task" => Kind::Task,
        "Choice" => Kind::Choice,
        "Wait" => Kind::Wait,
        "Pass" => Kind::Pass,
        "Succeed" => Kind::Succeed,
        "Fail" => Kind::Fail,
        "Parallel" => Kind::Parallel,
        "Map" => Kind::Map,
        _ => return None,
    })
}

fn edges(state: &Value) -> Vec<Edge> {
    let to = |rule: &Value| rule["Next"].as_str().map(str::to_owned);
    let list = |name: &str| state[name].as_array().cloned().unwrap_or_default();
    let mut edges: Vec<Edge> = Vec::new();
    for choice in list("Choices") {
        let label = Some(condition::in_words(&choice));
        edges.extend(to(&choice).map(|to| Edge { to, label, is_catch: false }));
    }
    if let Some(default) = state["Default"].as_str() {
        edges.push(Edge { to: default.to_owned(), label: Some("otherwise".to_owned()), is_catch: false });
    }
    edges.extend(to(state).map(|to| Edge { to, label: None, is_catch: false }));
    for catch in list("Catch") {
        let names = catch["ErrorEquals"].as_array().cloned().unwrap_or_default();
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        let label = Some(names.join(", "));
        edges.extend(to(&catch).map(|to| Edge { to, label, is_catch: true }));
    }
    edges
}

/// What a task calls, without what is the same in every definition.
fn resource(arn: &str) -> String {
    let call = arn.split_once(":states:::").map_or_else(|| names::short(arn), |(_, call)| call);
    call.trim_end_matches(".waitForTaskToken").to_owned()
}

/// A definition in which substitutions stand, `${Name}`, also where JSON has no text.
fn without_substitutions(definition: &str) -> String {
    let mut text = String::with_capacity(definition.len());
    let (mut in_text, mut characters) = (false, definition.chars().peekable());
    while let Some(character) = characters.next() {
        text.push(character);
        match character {
            '"' => in_text = !in_text,
            '\\' if in_text => text.extend(characters.next()),
            '$' if !in_text && characters.peek() == Some(&'{') => {
                text.pop();
                let name: String = characters.by_ref().skip(1).take_while(|c| *c != '}').collect();
                text.push_str(&Value::from(format!("${{{name}}}")).to_string());
            }
            _ => {}
        }
    }
    text
}

/// Why a text is no definition.
#[derive(Debug, thiserror::Error)]
pub(super) enum DefinitionError {
    #[error("this is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("this is no definition of a state machine: it has no {0}")]
    Missing(&'static str),
    #[error("there is no state {0:?}, which another one leads to")]
    NoState(String),
    #[error("the state {0:?} is of no type that is known")]
    NoType(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(definition: &str) -> Vec<State> {
        Machine::read(definition).unwrap().states
    }

    #[test]
    fn substitutions_may_stand_for_numbers_and_within_texts() {
        let definition = r#"{ "StartAt": "a\"${x", "States": { "a\"${x": {
            "Type": "Wait", "Seconds": ${Seconds}, "End": true } } }"#;
        assert_eq!(states(definition)[0].name, "a\"${x");
    }

    #[test]
    fn states_come_in_the_order_in_which_they_are_reached() {
        let definition = r#"{ "StartAt": "c", "States": {
            "a": { "Type": "Succeed" }, "b": { "Type": "Pass", "Next": "a" }, "c": { "Type": "Pass", "Next": "b" },
            "alone": { "Type": "Succeed" } } }"#;
        let names: Vec<_> = states(definition).into_iter().map(|state| state.name).collect();
        assert_eq!(names, ["c", "b", "a", "alone"]);
    }

    #[test]
    fn who_is_waited_for_is_told_by_the_resource() {
        for (resource, kind, detail) in [
            ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Kind::WaitingForToken, "sqs:sendMessage"),
            ("arn:aws:states:::states:startExecution.sync:2", Kind::WaitingForJob, "states:startExecution.sync:2"),
            ("arn:aws:states:us-east-1:123456789012:activity:greet", Kind::WaitingForActivity, "greet"),
            ("arn:aws:states:::sns:publish", Kind::Task, "sns:publish"),
            (
                "arn:aws-us-gov:states:::states:startExecution.sync:2",
                Kind::WaitingForJob,
                "states:startExecution.sync:2",
            ),
            ("arn:${AWS::Partition}:states:::sqs:sendMessage", Kind::Task, "sqs:sendMessage"),
            ("arn:aws:lambda:us-east-1:123456789012:function:score:live", Kind::Task, "score:live"),
            ("${ScoreFunctionArn}", Kind::Task, "${ScoreFunctionArn}"),
        ] {
            let definition = serde_json::json!({
                "StartAt": "a", "States": { "a": { "Type": "Task", "Resource": resource, "End": true } }
            });
            let state = &states(&definition.to_string())[0];
            assert_eq!((state.kind, state.detail.as_deref()), (kind, Some(detail)));
        }
    }

    #[test]
    fn what_is_no_definition_says_why() {
        for (definition, reason) in [
            ("{", "this is not JSON: EOF"),
            ("{}", "it has no StartAt"),
            (r#"{ "StartAt": "a", "States": {} }"#, "there is no state \"a\""),
            (r#"{ "StartAt": "a", "States": { "a": { "Type": "Dance" } } }"#, "the state \"a\" is of no type"),
        ] {
            let error = Machine::read(definition).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
