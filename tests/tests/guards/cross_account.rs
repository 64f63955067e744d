//! What is deployed in another account, and what of this one it is for.

use std::collections::BTreeSet;

use callback_bridge_aws::CallbackRoles;
use callback_bridge_tests::{Resource, Template};
use serde_json::{Value, json};

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
    let answers = |statement: &&Value| actions(statement).iter().any(|action| action.starts_with("states:SendTask"));
    roles.filter(|role| statements(template, role).iter().any(answers)).collect()
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
