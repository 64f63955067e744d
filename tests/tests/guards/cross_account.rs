//! What is deployed in another account, and what of this one it is for.

use std::collections::BTreeSet;

use aws_lambda_events::event::sqs::SqsMessage;
use callback_bridge::{Refusal, TaskMessage};
use callback_bridge_aws::CallbackRoles;
use callback_bridge_tests::{Resource, Template, repository};
use callbacks::Approval;
use serde_json::{Value, json};

use crate::documents::examples;

fn statements<'a>(template: &'a Template, role: &str) -> Vec<&'a Value> {
    let policies = template.resources[role].properties["Policies"].as_array().unwrap();
    policies.iter().flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap()).collect()
}

fn actions(statement: &Value) -> BTreeSet<&str> {
    let actions = &statement["Action"];
    actions
        .as_array()
        .map_or_else(|| actions.as_str().into_iter().collect(), |all| all.iter().filter_map(Value::as_str).collect())
}

/// The functions whose own role may answer tasks, by the ids of their roles.
fn answering(template: &Template) -> BTreeSet<&str> {
    let functions = template.all("AWS::Lambda::Function").into_iter();
    let roles = functions.map(|(_, function)| Resource::target(&function.properties["Role"]));
    // One that depends on a parameter is there, or nothing is.
    let there = |statement: &Value| statement.pointer("/Fn::If/1").unwrap_or(statement).clone();
    // An activity is polled in its own account.
    let is_of_activity = |statement: &Value| statement["Resource"] == json!({ "Ref": "PollActivityArn" });
    let answers = |statement: &Value| {
        !is_of_activity(statement)
            && actions(&there(statement)).iter().any(|action| action.starts_with("states:SendTask"))
    };
    roles.filter(|role| statements(template, role).into_iter().any(answers)).collect()
}

#[test]
fn every_function_that_answers_may_assume_the_listed_roles_alone_and_knows_them() {
    let template = Template::read();
    let answering = answering(&template);
    assert!(answering.len() >= 5, "{answering:?}");
    let may = json!({ "Fn::If": ["HasCallbackRoles", {
        "Sid": "AnswerTasksOfOtherAccounts", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": { "Ref": "CallbackRoleArns" }
    }, { "Ref": "AWS::NoValue" }] });
    for (id, function) in template.all("AWS::Lambda::Function") {
        let role = Resource::target(&function.properties["Role"]);
        let knows = function.properties["Environment"]["Variables"].get("BRIDGE_CALLBACK_ROLE_ARNS");
        assert_eq!(knows.is_some(), answering.contains(role), "{id}");
        assert_eq!(statements(&template, role).contains(&&may), answering.contains(role), "{id}");
    }
    let listed = &template.outputs["AnsweringRoleArns"]["Value"]["Fn::Join"][1];
    let listed: BTreeSet<&str> = listed.as_array().unwrap().iter().map(Resource::target).collect();
    assert_eq!(listed, answering);
}

#[test]
fn the_role_in_another_account_trusts_those_it_names_and_answers_for_the_machines_it_names() {
    let template = Template::read_file("infra/callback-role.yaml");
    let role = &template.resources["CallbackRole"].properties;
    let trust = role["AssumeRolePolicyDocument"]["Statement"].as_array().unwrap();
    assert_eq!(trust.len(), 1);
    assert_eq!(trust[0]["Condition"], json!({ "ArnEquals": { "aws:PrincipalArn": { "Ref": "BridgeRoleArns" } } }));
    let may = statements(&template, "CallbackRole");
    assert_eq!(may.len(), 1);
    assert_eq!(
        actions(may[0]),
        ["states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"].into()
    );
    assert_eq!(may[0]["Resource"], json!({ "Ref": "StateMachineArns" }));
}

/// What a function would refuse is refused when the stack is deployed; and nothing that it takes.
#[test]
fn the_parameter_has_the_pattern_of_what_the_functions_take() {
    let template = Template::read();
    let pattern = template.parameters["CallbackRoleArns"]["AllowedPattern"].as_str().unwrap();
    let schema = jsonschema::validator_for(&json!({ "pattern": pattern })).unwrap();
    for (arn, taken) in [
        ("arn:aws:iam::210987654321:role/callback-bridge", true),
        ("arn:aws-us-gov:iam::210987654321:role/with/path/bridge", true),
        ("arn:aws:iam::210987654321:user/bridge", false),
        ("arn:aws:iam::2109:role/bridge", false),
        ("callback-bridge", false),
    ] {
        assert_eq!(schema.is_valid(&json!(arn)), taken, "{arn}");
        assert_eq!(arn.parse::<CallbackRoles>().is_ok(), taken, "{arn}");
    }
    assert!(schema.is_valid(&json!("")), "no role");
}

const PAGE: &str = "docs/cross-account.md";

/// The state machine that the page shows sends what the functions read, with the execution that chooses the role.
#[test]
fn the_state_on_the_page_sends_a_message_that_names_its_execution() {
    let [state] = &examples(PAGE, "json")[..] else { panic!("{PAGE} shows one state") };
    let state: Value = serde_json::from_str(state).unwrap();
    let mut body = state["Parameters"]["MessageBody"].clone();
    assert_eq!(body["context"]["execution.$"], "$$.Execution.Id");
    body["taskToken"] = body.as_object_mut().unwrap().remove("taskToken.$").unwrap();
    body["context"]["execution"] = json!("arn:aws:states:us-east-1:210987654321:execution:loans:42");
    let mut message = SqsMessage::default();
    message.body = Some(body.to_string());
    let task = TaskMessage::read(&message, None).unwrap();
    assert!(task.context.execution.is_some());
    assert!(Approval::read(body["approval"].clone()).is_ok());
}

/// Every parameter that a command gives, and every output that it uses.
#[test]
fn the_commands_on_the_page_name_parameters_and_outputs_that_are_there() {
    let (bridge, role) = (Template::read(), Template::read_file("infra/callback-role.yaml"));
    let (mut parameters, mut outputs) = (0, 0);
    for command in examples(PAGE, "sh") {
        for word in command.split_whitespace().map(|word| word.trim_matches('"')) {
            if let Some((name, _)) = word.split_once('=') {
                let template = if command.contains("callback-role.yaml") { &role } else { &bridge };
                assert!(template.parameters.contains_key(name), "{word}");
                parameters += 1;
            }
            if let Some((_, name)) = word.split_once('$') {
                assert!(bridge.outputs.contains_key(name), "{word}");
                outputs += 1;
            }
        }
    }
    assert!(parameters == 4 && outputs == 4, "{parameters} parameters, {outputs} outputs");
}

#[test]
fn the_errors_on_the_page_are_what_the_functions_log() {
    let code = |code: &str| code.to_owned();
    let logged = [
        Refusal::Denied { code: code("sts:AssumeRole: AccessDenied") },
        Refusal::Denied { code: code("sts:AssumeRole: RegionDisabledException") },
        Refusal::Denied { code: code("AccessDeniedException") },
        Refusal::Throttled { code: code("sts:AssumeRole: Throttling") },
        Refusal::Unsent { reason: code("sts:AssumeRole: no reply in time") },
        Refusal::InvalidToken,
    ];
    let page = std::fs::read_to_string(repository().join(PAGE)).unwrap();
    let (_, table) = page.split_once("| `error` begins with |").unwrap();
    let rows: Vec<&str> = table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(rows.len(), logged.len());
    for (row, refusal) in rows.iter().zip(logged) {
        assert!(refusal.to_string().starts_with(row), "{refusal}");
    }
}
